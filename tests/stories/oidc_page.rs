//! The second way in, as people see it: a real browser, a real provider.

use serde_json::json;
use tests::{Browser, Look, Tab, TestPerson};

use crate::oidc_kit::{line_with_provider, links};

const ENGLISH: Look = Look { language: "en", size: "desktop" };

#[tokio::test(flavor = "multi_thread")]
async fn somebody_presses_the_providers_button_shows_their_code_and_is_where_they_wanted_to_be() {
    let (line, provider) = line_with_provider("").await;
    let ito = TestPerson::on_the_rota(&line, "ito", &["counsellor"]).await;
    links(&line, "ito", "subject-1").await;
    provider.serves(json!({ "sub": "subject-1" })).await;
    let browser = Browser::starts();

    let page = Tab::opens(&browser, "ito", &format!("{}#/account", line.address()), Look::JAPANESE).await;
    assert_eq!(page.faults("provider-sign-in").await, Vec::<String>::new());
    page.presses("県の IDでサインイン").await;
    page.sees("組織の認証は済みました").await;
    assert_eq!(page.faults("provider-code").await, Vec::<String>::new());
    page.fills("確認コード", "000000").await;
    page.presses("サインイン").await;
    page.sees("サインインできませんでした").await;
    page.fills("確認コード", &ito.code().await).await;
    page.presses("サインイン").await;

    page.sees("サインイン中の端末").await;
    page.sees("組織の ID").await;
    assert!(!page.everything().await.contains("subject-1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_the_line_does_not_know_reads_the_words_of_a_wrong_password() {
    let (line, provider) = line_with_provider("accepted_acr = [\"urn:two\"]").await;
    provider.serves(json!({ "sub": "nobody-we-know", "acr": "urn:two" })).await;
    let browser = Browser::starts();

    let page = Tab::opens(&browser, "stranger", &line.address(), ENGLISH).await;
    page.presses("Sign in with the prefecture's identity").await;

    page.sees("Not signed in. Check login, password and code.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_button_says_that_the_provider_does_not_answer_and_the_password_still_opens() {
    let (mut line, mut provider) = line_with_provider("").await;
    let ito = TestPerson::with(&line, "ito", &["counsellor"]).await;
    provider.goes_away();
    line.restart().await;
    let browser = Browser::starts();

    let page = Tab::opens(&browser, "ito", &line.address(), Look::JAPANESE).await;
    page.sees("県の IDの認証サーバーが応答していません").await;
    assert_eq!(page.faults("provider-away").await, Vec::<String>::new());

    ito.comes_as("ito-by-password", &line, &browser, Look::JAPANESE).await;
}
