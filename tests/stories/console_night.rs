//! One call through the night as people live it on their pages.

use std::sync::Arc;

use serde_json::Value;
use tests::{Browser, Look, TestCaller, TestLine, TestPerson, eventually};

use crate::NUMBER;
use crate::console_kit::{answers_to_b, fills_what_is_left, line_of_free_desks, sits_at};

const WORDS: &str = "橋の上にいると話した。姉に来てもらうことになった。";

/// `page list --json`, once a page is out.
async fn paged(line: &TestLine) -> Value {
    eventually("the psychiatrist is paged", async || {
        let said = line.run(&["page", "list", "--json"]).await;
        let told: Vec<Value> = serde_json::from_str(&said.out).ok()?;
        told.into_iter().find(|one| !one["pages"].as_array().is_some_and(Vec::is_empty))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_answered_asked_about_paged_for_written_signed_and_amended_on_the_page() {
    let mut line = line_of_free_desks("").await;
    let ito = TestPerson::on_the_rota(&line, "ito", &["counsellor"]).await;
    let mori = TestPerson::on_the_rota(&line, "mori", &["counsellor"]).await;
    let chief = TestPerson::on_the_rota(&line, "sato", &["supervisor"]).await;
    let browser = Browser::starts();
    let watching = chief.comes(&line, &browser, Look::JAPANESE).await;
    let (desk, page) = sits_at("desk-1", &ito, &line, &browser).await;
    watching.goes("/night").await;
    watching.sees("desk-1").await;

    let caller = TestCaller::with_number(&line, NUMBER).await;
    caller.rings().await;
    page.has_title("着信").await;
    page.sees("24時間相談 に着信しています").await;
    watching.sees("呼出中").await;

    desk.answers(1).await;
    let call = line.call_that("they talk", |call| call.has("answered")).await;
    watching.sees("通話中").await;
    page.sees(NUMBER_SHOWN).await;
    answers_to_b(&page).await;
    page.sees("この区分により、精神科医の呼出が始まりました。").await;
    let told = paged(&line).await;
    assert_eq!((&told["call_id"], &told["priority"]), (&Value::from(call.id.as_str()), &Value::from("P1")));
    watching.sees("aoki").await;

    page.fills("対応の経過・助言", WORDS).await;
    page.is_saved().await;
    page.reloads().await;
    page.reads_in_field("対応の経過・助言", WORDS).await;
    assert!(page.has_chosen("手段になるものが手の届くところにありますか", "はい").await);

    // The server is gone in the middle of a sentence: the words stay, and go when it is back.
    line.kill_9();
    let more = format!("{WORDS}\n停電のあと、折り返した。");
    page.fills("対応の経過・助言", &more).await;
    page.stands("kept").await;
    line.starts().await;
    let record = open_own_record(&page).await;
    page.reads_in_field("対応の経過・助言", &more).await;
    page.is_saved().await;
    fills_what_is_left(&page).await;
    page.presses("署名する").await;
    page.presses_in("署名する", "署名する").await;
    page.sees("署名済み").await;

    page.presses("訂正する").await;
    page.fills("訂正の理由", "姉ではなく妹だった").await;
    page.fills("対応の経過・助言", "橋の上にいると話した。妹に来てもらうことになった。").await;
    page.presses("訂正を確定する").await;
    page.sees("訂正済み").await;
    page.sees("妹に来てもらう").await;

    let other = mori.comes(&line, &browser, Look::JAPANESE).await;
    other.goes(&record).await;
    other.sees("見る理由").await;
    assert!(!other.everything().await.contains("妹"), "nothing is read without a reason");
    other.fills("見る理由", "引き継ぎのため").await;
    other.presses("開く").await;
    other.sees("妹に来てもらう").await;
    let audit = line.run(&["audit", "verify"]).await;
    assert_eq!(audit.code, Some(0), "{audit:?}");
    assert_eq!((page.errors().await, other.errors().await), (vec![], vec![]));
    drop((caller, desk, Arc::clone(&browser)));
}

/// From the list of records; gives its address.
async fn open_own_record(page: &tests::Tab) -> String {
    page.goes("/records").await;
    page.sees_heading("署名していない記録").await;
    page.follows("開く").await;
    page.is_at("/record/").await
}

/// As the page writes it.
const NUMBER_SHOWN: &str = NUMBER;
