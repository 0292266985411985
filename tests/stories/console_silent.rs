//! Calls in which nothing is said, and calls through the relay service.

use tests::{Browser, Tab, TestCaller, TestPerson};

use crate::NUMBER;
use crate::console_kit::{line_of_free_desks, sits_at};

const PHRASES: &str = r#"
[[silent_prompt]]
after_seconds = 0
ja = "つながっています。"
en = "We are connected."

[[silent_prompt]]
after_seconds = 10
ja = "またおかけください。"
en = "Please ring again."
"#;

async fn none(page: &Tab, name: &str) {
    let faults = page.faults(name).await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_call_is_walked_through_and_ended_as_silent_and_a_relay_call_is_no_hoax() {
    let line = line_of_free_desks(PHRASES).await;
    let ito = TestPerson::on_the_rota(&line, "ito", &["counsellor"]).await;
    let browser = Browser::starts();
    let (desk, page) = sits_at("desk-1", &ito, &line, &browser).await;
    let caller = TestCaller::with_number(&line, NUMBER).await;
    caller.rings().await;
    desk.answers(1).await;
    page.sees_heading("聞き取り").await;

    page.hits("r").await;
    page.sees("電話リレーサービスの通話です。").await;
    page.sees("リレー通話は、いたずらとして記録できません。").await;
    none(&page, "relay-call").await;
    page.hits("s").await;
    page.hits("r").await;
    page.sees_no_more("電話リレーサービスの通話です。").await;
    assert!(
        !page.everything().await.contains("無言への対応"),
        "who speaks through an interpreter is not silent"
    );

    page.hits("s").await;
    page.sees_in("無言への対応", "つながっています。").await;
    none(&page, "silent-first").await;
    page.sees_in("無言への対応", "またおかけください。").await;
    page.sees("ひととおり伝えました。").await;
    page.is_saved().await;
    page.reloads().await;
    page.sees_in("無言への対応", "ひととおり伝えました。").await;
    page.presses("声が聞こえた").await;
    page.sees_no_more("いま伝える言葉").await;

    page.hits("s").await;
    page.sees_in("無言への対応", "つながっています。").await;
    page.speaks("en").await;
    page.sees("We are connected.").await;
    none(&page, "silent-en").await;
    page.speaks("ja").await;
    page.presses("無言として終える").await;
    page.sees_dialog("無言として終える").await;
    page.hits("Enter").await;

    let [call] = line.calls_ended(1).await.try_into().unwrap();
    call.is_whole();
    assert!(call.is_answered_by("desk-1"), "it is no abandoned call: {call:?}");
    page.sees("記録中").await;
    page.is_saved().await;
    assert!(page.has_chosen("終話区分", "無言のまま終えた").await);
    assert!(page.has_chosen("特記", "無言").await);
    assert_eq!(page.errors().await, Vec::<String>::new());
    drop((caller, desk));
}
