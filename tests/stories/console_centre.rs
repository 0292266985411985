//! A case is handed over on the pages of both sides: the counsellor's beside the record, and the desk of the centre or
//! of a hospital on duty.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::ToSpan as _;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, SqliteConnection};
use tests::{
    Browser, EVERYBODY, LineSetup, Look, Session, Tab, TestCaller, TestLine, TestPerson, eventually, rota,
};

use crate::console_kit::{answers_to_b, fills_what_is_left, line_of_free_desks_and, look, sits_at};
use crate::{NUMBER, talking};

pub(crate) const CENTRE: &str = "hokuto-centre";
pub(crate) const THE_CENTRE: &str = r#"
[[centre]]
id = "hokuto-centre"
name = "北斗県精神科救急情報センター"
contacts = ["tel:+81300000180"]
"#;
/// Looking at a page in all its looks takes longer than a centre has.
const PATIENT: &str = "[referral]\nurgent_receipt = \"30m\"\nurgent_decide = \"1h\"";
/// Far more than news need, also on a busy machine.
const SOON: Duration = Duration::from_secs(8);
const QUESTION: &str = "お姉さんは一緒に来られますか。";
const ANSWER: &str = "はい、姉の車で来ます。";

fn none(faults: Vec<String>) {
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// The desk of a centre or a hospital, reached without a mouse.
async fn comes_by_keys(line: &TestLine, browser: &Arc<Browser>, who: &TestPerson) -> Tab {
    let page = Tab::opens(browser, &who.login, &line.address(), Look::JAPANESE).await;
    for (field, word) in
        [("ログイン名", &who.login), ("パスワード", &who.password), ("確認コード", &who.code().await)]
    {
        page.tabs_to_field(field).await;
        page.types(word).await;
    }
    page.hits("Enter").await;
    page.sees("受信中").await;
    page
}

async fn presses_by_keys(page: &Tab, button: &str) {
    page.tabs_to_button(button).await;
    page.hits("Enter").await;
}

async fn presses_in_by_keys(page: &Tab, place: &str, button: &str) {
    page.tabs_to_button_in(place, button).await;
    page.hits("Enter").await;
}

/// On the counsellor's page: what the record says is enough, and it goes to the centre.
async fn hands_over(page: &Tab) {
    page.presses("紹介を作る").await;
    page.sees("送るのに足りない項目はありません").await;
    page.presses("送る").await;
    page.sees_dialog("送る").await;
    page.sees_in("送る", "本人の同意").await;
    page.presses_in("送る", "送る").await;
    page.sees("打診中（未受領）").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_centre_asks_back_accepts_and_tells_the_end_by_keyboard_while_the_counsellor_watches() {
    let mut faults = Vec::new();
    let line = line_of_free_desks_and(THE_CENTRE, PATIENT).await;
    let ito = TestPerson::on_the_rota(&line, "ito", &["counsellor"]).await;
    let mori = TestPerson::on_the_rota(&line, "mori", &["supervisor"]).await.signs_in(&line).await;
    mori.lists_centre(CENTRE).await;
    let account = TestPerson::of(&line, &line.operator, "c-hokuto", &["centre"], Some(CENTRE)).await;
    let browser = Browser::starts();
    let centre = comes_by_keys(&line, &browser, &account).await;
    centre.sees("対応が必要な紹介はありません。").await;
    let (phone, page) = sits_at("desk-1", &ito, &line, &browser).await;

    let caller = TestCaller::with_number(&line, NUMBER).await;
    caller.rings().await;
    phone.answers(1).await;
    page.sees_heading("聞き取り").await;
    answers_to_b(&page).await;
    page.fills("対応の経過・助言", "橋の上にいると話した。").await;
    fills_what_is_left(&page).await;
    hands_over(&page).await;
    caller.hangs_up().await;
    page.sees("記録中").await;
    page.goes("/records").await;
    page.follows("開く").await;
    page.is_at("/record/").await;

    centre.has_title("新しい知らせ 1 件").await;
    centre.sounds().await;
    centre.sees_in("対応が必要な紹介", "受領の期限まで").await;
    centre.sees_in("対応が必要な紹介", "死にたい気持ちが続いている").await;
    presses_by_keys(&centre, "受け取った").await;
    centre.sees_in("対応が必要な紹介", "諾否の期限まで").await;
    centre.sees_no_more("新しい知らせ").await;
    page.sees("受領済み・諾否待ち").await;
    look(&centre, "centre-decide", &mut faults).await;

    asks_back(&centre, &page, &mut faults).await;
    accepts(&centre, &page, &mut faults).await;
    tells_the_end(&centre, &page, &mut faults).await;
    finds_it_again(&centre, &mut faults).await;
    none(faults);
    drop((phone, caller));
}

async fn asks_back(centre: &Tab, page: &Tab, faults: &mut Vec<String>) {
    presses_by_keys(centre, "問い合わせる").await;
    centre.sees_dialog("相談員に問い合わせる").await;
    faults.extend(centre.faults("centre-ask").await);
    centre.tabs_to_field("聞きたいこと").await;
    centre.types(QUESTION).await;
    presses_in_by_keys(centre, "相談員に問い合わせる", "問い合わせる").await;
    centre.sees("問い合わせを送りました。").await;
    page.sees(QUESTION).await;
    page.sees("照会あり・回答待ち").await;
    faults.extend(page.faults("counsellor-asked").await);
    page.answers("回答", ANSWER).await;
    page.presses("回答を送る").await;
    centre.has_title("新しい知らせ 1 件").await;
    centre.sees("照会への回答").await;
    centre.sees_in("対応が必要な紹介", ANSWER).await;
    look(centre, "centre-answered", faults).await;
    presses_by_keys(centre, "受け取った").await;
}

/// In an hour, as a field of local time takes it.
fn in_an_hour() -> String {
    let at = tests::now_in_japan().saturating_add(1.hour());
    at.strftime("%Y-%m-%dT%H:%M").to_string()
}

async fn accepts(centre: &Tab, page: &Tab, faults: &mut Vec<String>) {
    let expected = in_an_hour();
    presses_by_keys(centre, "受け入れる").await;
    centre.sees_dialog("この紹介を受け入れる").await;
    faults.extend(centre.faults("centre-accept").await);
    centre.types_moment("到着の見込み", &expected).await;
    presses_in_by_keys(centre, "この紹介を受け入れる", "受け入れる").await;
    centre.sees("受け入れを伝えました。").await;
    let said = Instant::now();
    page.sees_in("進行中の紹介の様子", "受諾").await;
    assert!(said.elapsed() < SOON, "{:?}", said.elapsed());
    let (_, time) = expected.split_once('T').unwrap();
    page.sees_in("進行中の紹介の様子", "到着の見込み").await;
    page.sees_in("進行中の紹介の様子", time).await;
    centre.sees_in("受け入れた紹介", "到着の知らせの期限まで").await;
    look(centre, "centre-accepted", faults).await;
    look(page, "counsellor-accepted", faults).await;
}

async fn tells_the_end(centre: &Tab, page: &Tab, faults: &mut Vec<String>) {
    presses_by_keys(centre, "来院を知らせる").await;
    centre.sees_dialog("来院の知らせ").await;
    faults.extend(centre.faults("centre-arrival").await);
    centre.answers_by_keys("来院", "到着した").await;
    presses_in_by_keys(centre, "来院の知らせ", "来院を知らせる").await;
    centre.sees_in("受け入れた紹介", "到着・受診結果を待つ").await;
    page.sees_in("進行中の紹介の様子", "到着").await;
    presses_by_keys(centre, "受診結果を知らせる").await;
    centre.sees_dialog("受診結果").await;
    centre.answers_by_keys("受診結果", "任意入院").await;
    faults.extend(centre.faults("centre-outcome").await);
    presses_in_by_keys(centre, "受診結果", "受診結果を知らせる").await;
    centre.sees("受け入れた紹介はありません。").await;
    page.sees("終了 · 任意入院").await;
    faults.extend(page.faults("counsellor-closed").await);
}

async fn finds_it_again(centre: &Tab, faults: &mut Vec<String>) {
    centre.tabs_to_field("氏名・主訴・番号などで探す").await;
    centre.types("名前のない人").await;
    centre.sees("1 件中 0 件").await;
    centre.hits("Control+a").await;
    centre.types("死にたい気持ち").await;
    centre.sees("1 件中 1 件").await;
    centre.sees_in("自施設の紹介を探す", "終了 · 任意入院").await;
    faults.extend(centre.faults("centre-search").await);
    presses_by_keys(centre, "開く").await;
    centre.sees_dialog("紹介").await;
    faults.extend(centre.faults("centre-case").await);
    presses_by_keys(centre, "紹介票を印刷").await;
    centre.sees_dialog("紹介票").await;
    let sheet = centre.reads_frame("紹介票").await;
    assert!(sheet.contains("死にたい気持ちが続いている"), "{sheet}");
    centre.tabs_to_button_in("紹介票", "印刷").await;
    assert_eq!(centre.prints_with("Enter").await, 1, "the sheet is what is printed");
    faults.extend(centre.faults("centre-sheet").await);
}

const HOSPITALS: &str = r#"
[[hospital]]
id = "daiichi"
name = "第一病院"
kind = "always"
admissions = ["outpatient", "voluntary"]
contacts = ["tel:+81300004001"]
checked = 2026-10-01

[[hospital]]
id = "daini"
name = "第二病院"
kind = "always"
admissions = ["outpatient", "voluntary"]
contacts = ["tel:+81300004002"]
checked = 2026-10-01
"#;
const BOARD: &str = "当番病院と空き";

/// A record of code B that agrees to be handed on.
async fn urgent_record(ito: &Session, call: &str) -> String {
    ito.writes_of_a_family(call, "B").await.record_id
}

/// The hospital says on its own page how many it can take.
async fn reports(page: &Tab, name: &str, places: &str) {
    page.fills(&format!("{name} の空き"), places).await;
    page.presses_in(BOARD, "報告する").await;
    page.sees_in(BOARD, &format!("空き {places} · 0:0")).await;
}

/// With an account of its own, and places that it has told.
async fn sits_down(
    (id, name, places): (&str, &str, &str),
    mori: &Session,
    line: &TestLine,
    browser: &Arc<Browser>,
) -> Tab {
    mori.lists(id, name, "hospital_always").await;
    let account = TestPerson::of(line, &line.operator, &format!("h-{id}"), &["centre"], Some(id)).await;
    let page = account.comes(line, browser, Look::JAPANESE).await;
    reports(&page, name, places).await;
    page
}

/// Two hours go by over what that hospital said.
async fn grows_old(line: &TestLine, hospital: &str) {
    let file = format!("sqlite:{}", line.data().join("line.db").display());
    let mut store = SqliteConnection::connect(&file).await.unwrap();
    store.execute("PRAGMA busy_timeout = 10000").await.unwrap();
    let sql = format!(
        "UPDATE hospital_places SET reported_us = reported_us - 7200000000 WHERE hospital_id = '{hospital}'"
    );
    let changed = store.execute(AssertSqlSafe(sql)).await.unwrap().rows_affected();
    store.close().await.unwrap();
    assert_eq!(changed, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hospital_on_duty_declines_and_the_next_accepts_with_the_story_on_every_page() {
    let mut faults = Vec::new();
    let line = LineSetup::new().rota(rota(&EVERYBODY, "") + HOSPITALS).settings(PATIENT).start().await;
    let ito = TestPerson::on_the_rota(&line, "ito", &["counsellor"]).await;
    let mori = TestPerson::on_the_rota(&line, "mori", &["supervisor"]).await.signs_in(&line).await;
    let browser = Browser::starts();
    let first = sits_down(("daiichi", "第一病院", "3"), &mori, &line, &browser).await;
    let second = sits_down(("daini", "第二病院", "1"), &mori, &line, &browser).await;
    grows_old(&line, "daini").await;
    first.reloads().await;
    first.sees_in(BOARD, "空き 1 · 2:00:").await;
    first.sees_in(BOARD, "常時対応型・空きあり").await;
    look(&first, "hospital-board", &mut faults).await;

    let session = ito.signs_in(&line).await;
    let (_caller, _desk, call) = talking(&line).await;
    let record = urgent_record(&session, &call).await;
    let page = ito.comes(&line, &browser, Look::JAPANESE).await;
    page.goes(&format!("/record/{record}")).await;
    page.presses("紹介を作る").await;
    page.answers("紹介目的", "外来受診").await;
    page.presses("送る").await;
    page.sees_in("送る", "はじめに 第一病院 に打診します。").await;
    page.presses_in("送る", "送る").await;

    first.has_title("新しい知らせ 1 件").await;
    first.presses("受け取った").await;
    first.sees_no_more("新しい知らせ").await;
    first.presses("断る").await;
    first.answers("断る理由", "満床").await;
    first.fills("補足", "明朝なら空きます").await;
    faults.extend(first.faults("hospital-decline").await);
    first.presses_in("この紹介を断る", "断る").await;
    first.sees("断ったことを伝えました。").await;
    first.sees("対応が必要な紹介はありません。").await;

    second.has_title("新しい知らせ 1 件").await;
    second.sees_in("対応が必要な紹介", "三日眠れず、家で見守れない").await;
    page.sees("いまの相手 第二病院").await;
    faults.extend(page.faults("counsellor-next").await);
    second.presses("受け取った").await;
    second.sees_no_more("新しい知らせ").await;
    second.presses("受け入れる").await;
    second.presses_in("この紹介を受け入れる", "受け入れる").await;
    second.sees("受け入れを伝えました。").await;

    page.sees("第一病院 辞退 · 満床").await;
    page.sees("明朝なら空きます").await;
    page.sees("第二病院 受諾").await;
    page.unfolds("経過").await;
    page.sees("満床").await;
    faults.extend(page.faults("counsellor-story").await);
    second.unfolds("経過").await;
    second.sees_in("受け入れた紹介", "受諾").await;
    look(&second, "hospital-accepted", &mut faults).await;
    first.presses_in("自施設の紹介を探す", "表示").await;
    first.sees_in("自施設の紹介を探す", "辞退した").await;
    first.presses("開く").await;
    first.unfolds("経過").await;
    first.sees("満床").await;
    let told = first.everything().await;
    assert!(!told.contains("三日眠れず"), "who declined reads it no more: {told}");
    faults.extend(first.faults("hospital-declined").await);
    let listed = eventually("the desk's list knows", async || session.referral_of(&record).await).await;
    let states: Vec<&str> = listed.offered.iter().map(|offer| offer.state.as_str()).collect();
    assert_eq!((listed.state.as_str(), states), ("accepted", vec!["declined", "accepted"]));
    none(faults);
}
