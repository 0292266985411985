//! The whole work of a counsellor without a mouse.

use tests::{Browser, Look, Tab, TestCaller, TestPerson, sipp_free_desk};

use crate::NUMBER;
use crate::console_kit::{LEFT, TO_B, WRITTEN, line_of_free_desks};

#[tokio::test(flavor = "multi_thread")]
async fn a_counsellor_does_everything_by_keyboard_alone() {
    let line = line_of_free_desks("[desks]\nconsole_first = [\"desk-1\"]\nconsole_grace = \"14s\"").await;
    let ito = TestPerson::on_the_rota(&line, "ito", &["counsellor"]).await;
    let browser = Browser::starts();
    let phone = sipp_free_desk(&line, "desk-1", "desk_picks_up", &["-m", "1"]).await;
    let page = Tab::opens(&browser, "ito", &line.address(), Look::JAPANESE).await;

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
    for (field, choice) in LEFT {
        page.answers_by_keys(field, choice).await;
    }
    for (field, text) in WRITTEN {
        page.tabs_to_field(field).await;
        page.hits("Control+a").await;
        page.types(text).await;
    }
    page.tabs_to_field("対応の経過・助言").await;
    page.types("落ち着くまで話を聞いた。").await;
    page.tabs_to_field("折返し番号").await;
    page.hits("Control+a").await;
    page.types("09011112222").await;
    page.tabs_to_button("手順と同じにする").await;
    page.hits("Enter").await;
    page.is_saved().await;

    page.hits("h").await;
    page.sees_button("保留を解く").await;
    page.hits("h").await;
    page.sees_button("保留 H").await;
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
