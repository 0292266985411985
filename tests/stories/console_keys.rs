//! The whole work of a counsellor without a mouse.

use tests::{Browser, Look, Tab, TestCaller, TestPerson, sipp_free_desk};

use crate::NUMBER;
use crate::console_kit::{LEFT, TO_B, line_of_free_desks};

#[tokio::test(flavor = "multi_thread")]
async fn a_counsellor_does_everything_by_keyboard_alone() {
    let line = line_of_free_desks("[desks]\nconsole_first = [\"desk-1\"]\nconsole_grace = \"14s\"").await;
    let ito = TestPerson::on_the_rota(&line, "ito", &["counsellor"]).await;
    let browser = Browser::starts();
    let phone = sipp_free_desk(&line, "desk-1", "desk_picks_up", &["-m", "1"]).await;
    let page = Tab::opens(&browser, "ito", &line.address(), Look::JAPANESE).await;

    page.tabs_to_field("ログイン名").await;
    page.types(&ito.login).await;
    page.tabs_to_field("パスワード").await;
    page.types(&ito.password).await;
    page.tabs_to_field("確認コード").await;
    page.types(&ito.code().await).await;
    page.hits("Enter").await;
    page.tabs_to_button("この席に着く: desk-1").await;
    page.hits("Enter").await;
    page.sees("待機中").await;

    let caller = TestCaller::with_number(&line, NUMBER).await;
    caller.rings().await;
    page.has_title("着信").await;
    page.hits("a").await;
    page.sees_heading("聞き取り").await;
    line.call_that("they talk", |call| call.has("answered")).await;

    page.hits("q").await;
    for (question, answer) in TO_B {
        page.answers_by_keys(question, answer).await;
    }
    page.sees_in("トリアージ", "B").await;
    for (field, answer) in LEFT {
        page.answers_by_keys(field, answer).await;
    }
    page.answers_by_keys("対応の経過・助言", "落ち着くまで話を聞いた。").await;
    page.tabs_to_button("手順と同じにする").await;
    page.hits("Enter").await;
    page.is_saved().await;

    page.hits("h").await;
    page.sees_button("保留を解く").await;
    page.tabs_to_button("保留を解く").await;
    page.hits("Enter").await;
    page.sees_no_more("保留を解く").await;
    page.hits("e").await;
    page.sees("通話を終えますか。").await;
    page.hits("Enter").await;
    line.calls_ended(1).await;

    page.sees("署名できます").await;
    page.tabs_to_button("署名する").await;
    page.hits("Enter").await;
    page.sees("署名した記録は書き換えられません").await;
    page.hits("Enter").await;
    page.sees("署名しました。").await;
    page.hits("w").await;
    page.sees("待機中").await;
    page.tabs_to_link("相談記録").await;
    page.hits("Enter").await;
    page.tabs_to_link("開く").await;
    page.hits("Enter").await;
    page.sees("署名済み").await;
    drop((phone, caller));
}
