//! Two browsers write one record at the same time.

use tests::{Browser, Look, TestCaller, TestPerson};

use crate::NUMBER;
use crate::console_kit::{line_of_free_desks, sits_at};

const NOTES: &str = "対応の経過・助言";

#[tokio::test(flavor = "multi_thread")]
async fn two_browsers_edit_one_record_nothing_is_lost_and_both_are_told() {
    let line = line_of_free_desks("").await;
    let ito = TestPerson::on_the_rota(&line, "ito", &["counsellor"]).await;
    let browser = Browser::starts();
    let (desk, here) = sits_at("desk-1", &ito, &line, &browser).await;
    let caller = TestCaller::with_number(&line, NUMBER).await;
    caller.rings().await;
    desk.answers(1).await;
    here.sees_heading("聞き取り").await;
    let there = ito.comes_as("there", &line, &browser, Look::JAPANESE).await;
    there.sees_heading("聞き取り").await;

    // Different fields: each keeps its own and gets the other's, though nobody saves anything there.
    here.fills("現在地", "駅の近く").await;
    there.reads_in_field("現在地", "駅の近く").await;
    there.sees("別の画面での変更を反映しました：現在地").await;
    let faults = there.faults("changed-elsewhere").await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    there.fills("主訴", "眠れない").await;
    here.reads_in_field("主訴", "眠れない").await;

    // The same field at the same time: the second is told, sees both texts and keeps both.
    here.fills(NOTES, "姉に連絡した。").await;
    there.fills(NOTES, "警察に連絡した。").await;
    there.stands("merging").await;
    there.sees("同じ項目が別の画面でも変更されました").await;
    there.sees_in(NOTES, "姉に連絡した。").await;
    there.sees_in(NOTES, "警察に連絡した。").await;
    there.presses("両方をつなげる").await;
    there.is_saved().await;

    // The first has both before them and writes on.
    let both = "姉に連絡した。\n警察に連絡した。";
    here.reads_in_field(NOTES, both).await;
    here.fills(NOTES, &format!("{both}\nあとで妹にも。")).await;
    here.is_saved().await;

    let third = ito.comes_as("third", &line, &browser, Look::JAPANESE).await;
    third.sees_heading("聞き取り").await;
    third.reads_in_field("現在地", "駅の近く").await;
    third.reads_in_field("主訴", "眠れない").await;
    let notes = third.field(NOTES).await;
    for words in ["姉に連絡した。", "警察に連絡した。", "あとで妹にも。"] {
        assert!(notes.contains(words), "{words} is lost: {notes}");
    }
    assert_eq!((here.errors().await, there.errors().await), (vec![], vec![]));
    drop((desk, caller));
}
