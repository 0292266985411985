//! People come in by the organisation's provider, and nobody else does.

use proto::console::v1 as wire;
use serde_json::json;
use tests::{LineSetup, TestLine, TestPerson, eventually, stranger};

use crate::oidc_kit::{BROWSER, Provider, Walker, by_hand, line_with_provider, links, refusals};

/// The provider vouches for a second factor.
const VOUCHES: &str = "accepted_acr = [\"urn:two\"]\naccepted_amr = [\"otp\"]";
const REFUSED: &str = "/?oidc=refused";

#[tokio::test(flavor = "multi_thread")]
async fn who_the_provider_vouches_for_is_in_at_once_as_who_they_are() {
    let (line, provider) = line_with_provider(VOUCHES).await;
    TestPerson::on_the_rota(&line, "ito", &["counsellor"]).await;
    links(&line, "ito", "subject-1").await;

    for second in [json!({ "acr": "urn:two" }), json!({ "amr": ["pwd", "otp"] })] {
        let mut person = second;
        person["sub"] = "subject-1".into();
        provider.serves(person).await;
        let mut ito = Walker::default();

        assert_eq!(ito.walks(&line, &provider).await, "/");

        let me = ito.is_in(&line).await;
        assert_eq!((me.login.as_str(), me.staff_id.as_str(), me.by_oidc), ("ito", "ito", true));
        assert!(!me.must_change_password && !me.must_enrol_totp);
        let board = wire::WatchBoardRequest { operator_id: line.operator.clone() };
        let watched = ito.session(&line).unwrap().console().watch_board(board).await;
        assert!(watched.unwrap().into_inner().message().await.unwrap().is_some(), "and works");
        assert!(ito.ours.iter().all(|(name, _)| name != BROWSER), "what bound the browser is gone");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_provider_asked_for_a_password_only_our_second_factor_is_asked_for() {
    let (line, provider) = line_with_provider(VOUCHES).await;
    let ito = TestPerson::with(&line, "ito", &["counsellor"]).await;
    links(&line, "ito", "subject-1").await;
    provider.serves(json!({ "sub": "subject-1", "amr": ["pwd"] })).await;
    let mut walker = Walker::default();

    assert_eq!(walker.walks(&line, &provider).await, "/?oidc=code");
    assert!(walker.session(&line).is_none(), "half way is not in");
    assert_eq!(walker.shows_code(&line, "000000").await, "16", "UNAUTHENTICATED");
    assert!(walker.session(&line).is_none());
    let half = Walker { ours: walker.ours.clone(), ..Walker::default() };

    assert_eq!(walker.shows_code(&line, &ito.code().await).await, "0");

    assert_eq!(walker.is_in(&line).await.login, "ito");
    let mut again = half;
    assert_eq!(again.shows_code(&line, &ito.code().await).await, "9", "FAILED_PRECONDITION: once");
    assert_eq!(refusals(&line).await, ["second_factor"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_at_the_second_factor_make_the_login_rest_as_beside_a_password() {
    let (line, provider) = line_with_provider("").await;
    let ito = TestPerson::with(&line, "ito", &["counsellor"]).await;
    links(&line, "ito", "subject-1").await;
    provider.serves(json!({ "sub": "subject-1" })).await;
    let mut thief = Walker::default();
    assert_eq!(thief.walks(&line, &provider).await, "/?oidc=code");

    for _ in 0..5 {
        assert_eq!(thief.shows_code(&line, "000000").await, "16");
    }

    assert_eq!(thief.shows_code(&line, &ito.code().await).await, "8", "RESOURCE_EXHAUSTED");
    assert!(thief.session(&line).is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_account_a_disabled_one_or_no_second_factor_is_refused_in_the_same_words() {
    let (line, provider) = line_with_provider("").await;
    TestPerson::with(&line, "ito", &["counsellor"]).await;
    TestPerson::with(&line, "mori", &["counsellor"]).await;
    links(&line, "ito", "subject-1").await;
    links(&line, "mori", "subject-2").await;
    by_hand(&line, "UPDATE account SET disabled_us = 1 WHERE login = 'ito'").await;
    by_hand(&line, "UPDATE account SET totp_sealed = NULL WHERE login = 'mori'").await;

    for subject in ["subject-1", "subject-2", "nobody-we-know"] {
        provider.serves(json!({ "sub": subject })).await;
        let mut walker = Walker::default();
        assert_eq!(walker.walks(&line, &provider).await, REFUSED, "{subject}");
        assert!(walker.session(&line).is_none());
    }

    assert_eq!(refusals(&line).await, ["disabled", "no_second_factor", "unknown"]);
    let listed = line.run(&["account", "list", "--json"]).await.out;
    assert_eq!(listed.matches("\"login\"").count(), 2, "nobody got an account by it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_lies_about_whose_it_is_for_whom_or_when_is_refused() {
    let (line, provider) = line_with_provider(VOUCHES).await;
    TestPerson::with(&line, "ito", &["counsellor"]).await;
    links(&line, "ito", "subject-1").await;
    provider.serves(json!({ "sub": "subject-1", "acr": "urn:two" })).await;
    let lies = [
        (json!({ "iss": "http://127.0.0.1:1" }), "token_issuer"),
        (json!({ "aud": "another-client" }), "token_audience"),
        (json!({ "aud": ["tomoshibi", "another-client"] }), "token_audience"),
        (json!({ "exp": 1_000_000_000 }), "token_expired"),
        (json!({ "nonce": "of-another-sign-in" }), "token_nonce"),
        (json!({ "strange": true }), "token_signature"),
    ];

    for (lie, _) in &lies {
        provider.lies(lie.clone()).await;
        let mut walker = Walker::default();
        assert_eq!(walker.walks(&line, &provider).await, REFUSED, "{lie}");
        assert!(walker.session(&line).is_none(), "{lie}");
    }

    assert_eq!(refusals(&line).await, lies.map(|(_, why)| why));
    provider.lies(json!(null)).await;
    assert_eq!(Walker::default().walks(&line, &provider).await, "/", "the truth is believed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_counts_once_in_the_browser_that_asked_and_for_ten_minutes() {
    let (line, provider) = line_with_provider(VOUCHES).await;
    TestPerson::with(&line, "ito", &["counsellor"]).await;
    links(&line, "ito", "subject-1").await;
    provider.serves(json!({ "sub": "subject-1", "acr": "urn:two" })).await;
    const LATE: &str = "/?oidc=late";
    let leads = |sent: tests::Sent| sent.header("location").unwrap();

    let mut ito = Walker::default();
    let address = ito.leaves(&line).await;
    let back = ito.is_sent_back(&provider, address).await;
    let (before, state) = (ito.ours.clone(), back.split("state=").nth(1).unwrap());
    let other = if state.starts_with('B') { "C" } else { "B" };
    let wrong = back.replace(state, &format!("{other}{}", &state[1..]));
    assert_eq!(leads(Walker { ours: before.clone(), ..Walker::default() }.asks(&line, &wrong).await), LATE);
    assert_eq!(leads(ito.asks(&line, &back).await), "/");
    let mut again = Walker { ours: before, ..Walker::default() };
    assert_eq!(leads(again.asks(&line, &back).await), LATE, "replayed");
    assert!(again.session(&line).is_none());

    let mut victim = Walker::default();
    let address = victim.leaves(&line).await;
    let back = victim.is_sent_back(&provider, address).await;
    let mut thief = Walker::default();
    thief.leaves(&line).await;
    assert_eq!(leads(thief.asks(&line, &back).await), LATE, "another browser's");
    assert_eq!(leads(Walker::default().asks(&line, &back).await), LATE, "no browser's");

    let mut slow = Walker::default();
    let address = slow.leaves(&line).await;
    let back = slow.is_sent_back(&provider, address).await;
    by_hand(&line, "UPDATE oidc_attempt SET until_us = until_us - 600000000").await;
    assert_eq!(leads(slow.asks(&line, &back).await), LATE, "ten minutes later");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_was_used_before_opens_nothing_under_another_sign_in() {
    let (line, provider) = line_with_provider(VOUCHES).await;
    TestPerson::with(&line, "ito", &["counsellor"]).await;
    links(&line, "ito", "subject-1").await;
    provider.serves(json!({ "sub": "subject-1", "acr": "urn:two" })).await;
    let mut ito = Walker::default();
    let address = ito.leaves(&line).await;
    let back = ito.is_sent_back(&provider, address).await;
    ito.asks(&line, &back).await;
    let code = back.split("code=").nth(1).unwrap().split('&').next().unwrap();

    let mut thief = Walker::default();
    let own = thief.leaves(&line).await;
    let state = own.split("state=").nth(1).unwrap().split('&').next().unwrap();
    let injected = format!("/oidc/callback?code={code}&state={state}");

    assert_eq!(thief.asks(&line, &injected).await.header("location").unwrap(), REFUSED);
    assert!(thief.session(&line).is_none());
    assert_eq!(refusals(&line).await, ["provider_code"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verified_mail_address_is_the_login_and_an_unverified_one_is_nobodys() {
    let (line, provider) = line_with_provider(&format!("claim = \"email\"\n{VOUCHES}")).await;
    TestPerson::with(&line, "ito@ken.example.jp", &["counsellor"]).await;
    let person = |verified| {
        let claims = json!({ "email": "Ito@ken.example.jp", "email_verified": verified });
        json!({ "sub": "any", "acr": "urn:two", "claims": claims })
    };

    provider.serves(person(false)).await;
    assert_eq!(Walker::default().walks(&line, &provider).await, REFUSED);

    provider.serves(person(true)).await;
    let mut ito = Walker::default();
    assert_eq!(ito.walks(&line, &provider).await, "/");
    assert_eq!(ito.is_in(&line).await.login, "ito@ken.example.jp");
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_provider_is_away_the_password_still_opens_and_the_page_is_told() {
    let (mut line, mut provider) = line_with_provider("").await;
    let ito = TestPerson::with(&line, "ito", &["counsellor"]).await;
    assert!(answers(&line).await);
    let port = provider.at.port();
    provider.goes_away();

    // What it says of itself is believed for a minute; a line that starts now knows at once.
    line.restart().await;

    assert!(!answers(&line).await);
    assert_eq!(Walker::default().leaves(&line).await, "/?oidc=away");
    assert!(ito.signs_in(&line).await.me().await.is_ok(), "the password opens");
    assert!(ito.breaks_the_glass(&line, "the telephone lies at home").await.is_ok(), "and so does the glass");

    let _back = Provider::starts(line.http, port);
    eventually("the provider is seen again", async || answers(&line).await.then_some(())).await;
}

async fn answers(line: &TestLine) -> bool {
    let described = stranger(line.http).describe_provider(wire::DescribeProviderRequest {}).await.unwrap();
    described.into_inner().provider.unwrap().answers
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_led_elsewhere_and_nothing_secret_is_logged() {
    let (line, provider) = line_with_provider(VOUCHES).await;
    TestPerson::with(&line, "ito", &["counsellor"]).await;
    links(&line, "ito", "subject-1").await;
    provider.serves(json!({ "sub": "subject-1", "acr": "urn:two" })).await;

    for path in ["/oidc/start?again=https://evil.example", "/oidc/start?redirect=//evil.example"] {
        let led = Walker::default().asks(&line, path).await.header("location").unwrap();
        assert!(led.starts_with(&provider.issuer()), "{led}");
    }
    let from_nowhere = ["?code=a&state=b", "?state=//evil.example", "?error=x&error_description=//evil", ""];
    for query in from_nowhere {
        let led = Walker::default().asks(&line, &format!("/oidc/callback{query}")).await;
        assert_eq!(led.header("location").unwrap(), "/?oidc=late", "{query}");
    }

    let mut ito = Walker::default();
    let address = ito.leaves(&line).await;
    let back = ito.is_sent_back(&provider, address.clone()).await;
    ito.asks(&line, &back).await;
    let part = |text: &str, name: &str| {
        let value = text.split(&format!("{name}=")).nth(1).unwrap();
        value.split('&').next().unwrap().to_owned()
    };
    let token = ito.session(&line).unwrap().token;
    let secrets = [part(&back, "code"), part(&address, "state"), part(&address, "nonce"), token];
    let told = line.log() + &line.out();
    assert!(!told.contains("subject-1") && secrets.iter().all(|secret| !told.contains(secret.as_str())));
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_provider_in_the_settings_is_told_whole_before_anything_starts() {
    let wrong = "[oidc]\nissuer = \"http://id.example.jp\"\nredirect = \"https://line.example.jp/\"\nclaim = \"phone\"";
    let line = LineSetup::new().settings(wrong).prepare();

    let said = line.run(&["check"]).await;

    assert_ne!(said.code, Some(0));
    let told = said.out + &said.err;
    for key in ["issuer", "client_id", "client_secret_file", "redirect", "claim"] {
        assert!(told.contains(&format!("oidc.{key}")), "{key}: {told}");
    }
}
