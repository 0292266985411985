//! What counsellors do with every record.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use std::sync::Arc;
use tests::{Browser, EVERYBODY, LineSetup, Look, Tab, TestDesk, TestLine, TestPerson, ladder_of_telephones};

/// A line whose telephones are nobody's: people sit down at `desk-1` and `desk-2` on the page. Its psychiatrist is aoki.
pub(crate) async fn line_of_free_desks(settings: &str) -> TestLine {
    line_of_free_desks_and("", settings).await
}

/// With more in its rota.
pub(crate) async fn line_of_free_desks_and(more: &str, settings: &str) -> TestLine {
    let mut line = LineSetup::new().rota(rota_without_telephones() + more).settings(settings).prepare();
    fs::create_dir_all(line.data()).unwrap();
    fs::set_permissions(line.data(), fs::Permissions::from_mode(0o700)).unwrap();
    fs::write(line.phones_file(), PHONES).unwrap();
    fs::set_permissions(line.phones_file(), fs::Permissions::from_mode(0o600)).unwrap();
    line.starts().await;
    line
}

/// Counsellors have no telephone of their own, aoki has.
fn rota_without_telephones() -> String {
    let own = |text: String, id: &&str| text.replace(&format!("contacts = [\"sip:{id}\"]\n"), "");
    EVERYBODY.iter().fold(ladder_of_telephones(&["aoki"]), own)
}

const PHONES: &str = r#"
[[phone]]
desk = "desk-1"
password = "nobodyknowsit"

[[phone]]
desk = "desk-2"
password = "nobodyknowsthat"

[[phone]]
desk = "aoki"
password = "nobodyknowsaoki"
"#;

/// Switches the telephone of a desk on, comes to the page and sits down there.
pub(crate) async fn sits_at(
    desk: &str,
    who: &TestPerson,
    line: &TestLine,
    browser: &Arc<Browser>,
) -> (TestDesk, Tab) {
    let phone = TestDesk::is_switched_on(line, desk, "", "").await;
    line.knows_phone(desk).await;
    let page = who.comes(line, browser, Look::JAPANESE).await;
    page.presses(&format!("この席に着く: {desk}")).await;
    page.sees("待機中").await;
    (phone, page)
}

/// Through the default protocol until it says B: means at hand, and thoughts of them.
pub(crate) async fn answers_to_b(page: &Tab) {
    for (question, answer) in TO_B {
        page.answers(question, answer).await;
    }
    page.sees_in("トリアージ", "B").await;
}

/// What is asked of somebody who calls for themselves and has had thoughts of dying.
pub(crate) const TO_B: [(&str, &str); 20] = [
    ("本人は呼びかけに応じ", "はい"),
    ("息が苦しい", "いいえ"),
    ("薬をたくさん", "飲んでいない"),
    ("けがをしていますか", "けがはない"),
    ("命に関わることを始めている", "いいえ"),
    ("死にたい気持ち", "はい"),
    ("生きることをやめたい", "はい"),
    ("自ら命を絶つことが頭に", "はい"),
    ("手段まで思い浮かべ", "はい"),
    ("実行に移す気持ち", "いいえ"),
    ("細かい段取り", "いいえ"),
    ("行動や準備をした", "いいえ"),
    ("手段になるものが手の届くところ", "はい"),
    ("暴力をふるって", "いいえ"),
    ("凶器になるもの", "いいえ"),
    ("誰かを傷つけるという話", "ない"),
    ("ほかの人に聞こえない声", "ない"),
    ("いまのつらさ", "とてもつらい"),
    ("頼れる人が", "いいえ"),
    ("未成年の場合", "成人である"),
];

/// Everything else that a signature asks for.
pub(crate) async fn fills_what_is_left(page: &Tab) {
    for (field, answer) in LEFT {
        page.answers(field, answer).await;
    }
    page.presses("手順と同じにする").await;
    page.is_saved().await;
    page.sees("署名できます").await;
}

/// In the order of the form.
pub(crate) const LEFT: [(&str, &str); 17] = [
    ("安全に過ごせそう", "いいえ"),
    ("この電話で求められている", "受診や継続した支援"),
    ("受付手段", "電話"),
    ("相談者区分", "本人"),
    ("現在地", "中央橋の東側"),
    ("匿名区分", "匿名"),
    ("相談内容", "精神医学的なこと"),
    ("主訴", "死にたい気持ちが続いている"),
    ("主治医への連絡", "主治医なし"),
    ("自殺リスク", "高い"),
    ("他害", "なし"),
    ("身体合併症", "なし"),
    ("精神科救急分類", "自傷他害あり"),
    ("転帰", "二次救急（当番・入院）"),
    ("情報提供への同意", "同意あり"),
    ("情報提供の根拠", "本人の同意"),
    ("終話区分", "相談を終えた"),
];

/// In both languages, light and dark, on a desktop and a phone; the tab ends in Japanese.
pub(crate) async fn look(page: &Tab, name: &str, faults: &mut Vec<String>) {
    for language in ["en", "ja"] {
        page.speaks(language).await;
        page.settles().await;
        faults.extend(page.faults(&format!("{name}-{language}")).await);
    }
    faults.extend(page.errors().await.into_iter().map(|error| format!("{name}: {error}")));
}
