//! The directory of targets on its page: an entry is written by keyboard and changed, files go in whole or not at all,
//! and whoever hands a case on finds whom to ring.

use std::sync::Arc;

use tests::{Browser, Look, Tab, TestLine, TestPerson};

use crate::console_centre::THE_CENTRE;
use crate::console_kit::{line_of_free_desks_and, look};

const ADD: &str = "紹介先を加える";
const IMPORT: &str = "CSV を取り込む";
const EXPORT: &str = "CSV に書き出す";
const LIST: &str = "紹介先の一覧";
const FILTER: &str = "名称・種別・担当地域で探す";
const NUMBER: &str = "代表 03-1234-5678（FAX 03-1234-5679）";

/// Of its lines, the third has no kind that is known, and the fourth is there twice.
const FAULTY: &str = "target_id,name,kind\n\
                      minato,みなと総合病院,hospital_somatic\n\
                      yama,やま病院,hospital\n\
                      minato,みなと病院,hospital_always\n";
const GOOD: &str = "target_id,name,kind,catchment,last_checked\n\
                    minato,みなと総合病院,hospital_somatic,県南,2026-09-30\n\
                    yama,やま病院,hospital_always,県北,\n";

/// Without a mouse: what the page misses, what the server will not have, and then an entry.
async fn writes_an_entry(page: &Tab, faults: &mut Vec<String>) {
    page.tabs_to_button(ADD).await;
    page.hits("Enter").await;
    page.sees_dialog(ADD).await;
    page.hits("Enter").await;
    page.sees_in(ADD, "印の付いた項目を直してください").await;
    page.types("Kokoro Byoin").await;
    page.answers_by_keys("名称", "北斗こころ病院").await;
    page.answers_by_keys("種別", "精神科医療機関（輪番型）").await;
    page.answers_by_keys("担当地域", "県北").await;
    page.hits("Enter").await;
    page.sees_in(ADD, "ハイフンで、1〜32 文字にしてください").await;
    faults.extend(page.faults("target-refused").await);
    // The field that is wrong has the focus.
    page.hits("Control+a").await;
    page.types("kokoro").await;
    page.tabs_to_button_in(ADD, "保存").await;
    page.hits("Enter").await;
    page.sees("「北斗こころ病院」を保存しました。").await;
    page.sees_in(LIST, "未確認").await;
}

async fn changes_it(page: &Tab) {
    let dialog = "書き直す：北斗こころ病院";
    page.presses(dialog).await;
    page.answers("電話番号", NUMBER).await;
    page.presses_in(dialog, "今日にする").await;
    page.presses_in(dialog, "保存").await;
    page.sees_in(LIST, "今日").await;
}

async fn imports(page: &Tab, faults: &mut Vec<String>) {
    page.presses(IMPORT).await;
    page.presses_in(IMPORT, "取り込む").await;
    page.sees_in(IMPORT, "ファイルを選んでください。").await;
    page.chooses_file("CSV ファイル", "targets.csv", FAULTY).await;
    page.presses_in(IMPORT, "取り込む").await;
    page.sees_in(IMPORT, "誤りが 2 件あるため、何も取り込んでいません").await;
    page.sees_in(IMPORT, "3 行目：「種別」：次のいずれかを指定してください").await;
    page.sees_in(IMPORT, "4 行目：target_id が前の行と同じです。").await;
    faults.extend(page.faults("targets-import-refused").await);
    page.hits("Escape").await;
    page.reloads().await;
    page.sees_in(LIST, "北斗こころ病院").await;
    assert!(!page.everything().await.contains("みなと"), "a line of a file with faults was taken in");

    page.presses(IMPORT).await;
    page.chooses_file("CSV ファイル", "targets.csv", GOOD).await;
    page.presses_in(IMPORT, "取り込む").await;
    page.sees("追加 2 件、変更 0 件、変わらないもの 0 件。").await;
}

async fn finds(page: &Tab, typed: &str, one: &str, another: &str) {
    page.fills(FILTER, typed).await;
    page.sees_no_more(another).await;
    page.sees_in(LIST, one).await;
}

/// Its dialogs in English: another language closes what is open.
async fn looks_at_dialogs_in_english(page: &Tab, faults: &mut Vec<String>) {
    page.speaks("en").await;
    for (button, name) in [("Add a target", "target-new-en"), ("Import CSV", "targets-import-en")] {
        page.presses(button).await;
        page.sees_dialog(button).await;
        faults.extend(page.faults(name).await);
        page.hits("Escape").await;
    }
    page.speaks("ja").await;
    page.settles().await;
}

async fn comes(line: &TestLine, browser: &Arc<Browser>, login: &str, role: &str) -> Tab {
    TestPerson::on_the_rota(line, login, &[role]).await.comes(line, browser, Look::JAPANESE).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_keeps_the_directory_of_targets_and_whoever_hands_a_case_on_finds_whom_to_ring() {
    let mut faults = Vec::new();
    let line = line_of_free_desks_and(THE_CENTRE, "").await;
    let browser = Browser::starts();
    let page = comes(&line, &browser, "mori", "supervisor").await;
    page.follows("紹介先").await;
    page.sees_in(LIST, "北斗県精神科救急情報センター").await;

    writes_an_entry(&page, &mut faults).await;
    changes_it(&page).await;
    imports(&page, &mut faults).await;
    look(&page, "targets", &mut faults).await;
    looks_at_dialogs_in_english(&page, &mut faults).await;
    finds(&page, "身体合併症", "みなと総合病院", "やま病院").await;
    finds(&page, "県北 こころ", "北斗こころ病院", "みなと総合病院").await;

    let file = page.downloads(EXPORT).await;
    assert!(file.starts_with("\u{feff}target_id,name,kind"), "{file}");
    for told in ["yama,やま病院,hospital_always,,,県北,,none,", NUMBER, "hokuto-centre,"] {
        assert!(file.contains(told), "{told} is not in {file}");
    }

    let counsellor = comes(&line, &browser, "ito", "counsellor").await;
    counsellor.goes("/targets").await;
    finds(&counsellor, "こころ", "北斗こころ病院", "みなと総合病院").await;
    counsellor.tabs_to_link("03-1234-5678").await;
    faults.extend(counsellor.faults("targets-read").await);
    let read = counsellor.everything().await;
    assert!([ADD, IMPORT, EXPORT, "書き直す"].iter().all(|act| !read.contains(act)), "{read}");
    let auditor = comes(&line, &browser, "kato", "auditor").await;
    assert!(!auditor.everything().await.contains("紹介先"), "a page that is not theirs");
    auditor.goes("/targets").await;
    auditor.sees("ページがありません").await;
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
