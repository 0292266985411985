//! The centre's morning: it reads a day of the log, sends it back, is told that a newer version stands, approves that
//! and takes it away as a file.

use std::sync::Arc;

use jiff::ToSpan as _;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, SqliteConnection};
use tests::{Browser, LineSetup, Look, Tab, TestCaller, TestLine, TestPerson, eventually};

use crate::NUMBER;
use crate::console_kit::look;
use crate::referral_outside::{account_of_the_centre, rota_with_a_centre};

/// Somebody rang in vain two days ago; that is what the day is counted from.
async fn line_with_a_day_to_read(fresh: &str) -> (TestLine, String) {
    let settings = format!("[access]\nfresh = \"{fresh}\"");
    let mut line = LineSetup::new().rota(rota_with_a_centre()).settings(&settings).start().await;
    let caller = TestCaller::with_number(&line, NUMBER).await;
    caller.rings().await;
    line.call_that("it rings", |call| call.has("begun")).await;
    caller.hangs_up().await;
    line.call_that("the caller is gone", |call| call.end.is_some()).await;
    line.stop().await;
    rang_two_days_ago(&line, "a").await;
    // The log begins anew with the first call that it finds.
    told(&line, "DELETE FROM daily_log_due").await;
    line.starts().await;
    (line, two_days_ago())
}

/// The caller's call, once more, two days earlier. Ids of our own begin with a nought; the line has rung back since.
async fn rang_two_days_ago(line: &TestLine, mark: &str) {
    let copy = format!(
        "INSERT INTO call_event (operator_id, call_id, seq, at_us, kind, leg_id, body)
         SELECT operator_id, '{mark}' || substr(call_id, 2), seq, at_us - 172800000000, kind, leg_id, body
         FROM call_event WHERE call_id = (SELECT call_id FROM call_event WHERE call_id LIKE '0%' ORDER BY at_us LIMIT 1)"
    );
    told(line, &copy).await;
}

async fn told(line: &TestLine, sql: &str) {
    let file = format!("sqlite:{}", line.data().join("line.db").display());
    let mut store = SqliteConnection::connect(&file).await.unwrap();
    store.execute("PRAGMA busy_timeout = 10000").await.unwrap();
    store.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
    store.close().await.unwrap();
}

/// The service date, which begins at 08:30.
fn two_days_ago() -> String {
    let now = tests::now_in_japan();
    now.saturating_sub(2.days()).saturating_sub(510.minutes()).date().to_string()
}

async fn versions(line: &TestLine, date: &str) -> i64 {
    let file = format!("sqlite:{}", line.data().join("line.db").display());
    let mut store = SqliteConnection::connect(&file).await.unwrap();
    let sql = "SELECT count(*) FROM daily_log WHERE service_date = $1 AND window_id = 'main'";
    let found = sqlx::query_scalar(sql).bind(date).fetch_one(&mut store).await.unwrap();
    store.close().await.unwrap();
    found
}

async fn is_sealed(line: &TestLine, date: &str, version: i64) {
    eventually("the day is sealed", async || (versions(line, date).await >= version).then_some(())).await;
}

async fn comes(line: &TestLine, browser: &Arc<Browser>, login: &str, role: &str) -> (TestPerson, Tab) {
    let person = TestPerson::on_the_rota(line, login, &[role]).await;
    let page = person.comes(line, browser, Look::JAPANESE).await;
    (person, page)
}

/// Shows who they are once more, where the page asks for it.
async fn proves(page: &Tab, who: &TestPerson) {
    page.sees_dialog("本人確認").await;
    page.fills("パスワード", &who.password).await;
    page.fills("確認コード", &who.code().await).await;
    page.presses_in("本人確認", "確認する").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_centre_returns_a_day_reads_its_newer_version_approves_it_and_exports_it() {
    let mut faults = Vec::new();
    let (line, date) = line_with_a_day_to_read("1h").await;
    is_sealed(&line, &date, 1).await;
    let browser = Browser::starts();
    let page = account_of_the_centre(&line).await.comes(&line, &browser, Look::JAPANESE).await;

    page.goes("/days").await;
    page.fills("開始日", &date).await;
    page.fills("終了日", &date).await;
    page.presses("表示").await;
    page.sees("点検待ち").await;
    look(&page, "daily-list", &mut faults).await;
    // A centre has no board: the names come with the days.
    page.follows("24時間相談").await;
    page.is_at(&format!("/day/main/{date}")).await;
    page.sees("第 1 版").await;
    page.sees_heading(&format!("日報 24時間相談 {}", in_words(&date))).await;
    page.sees_in("数", "入電件数").await;
    for part in ["数へ", "図へ", "版の比較へ", "点検へ", "書き出しへ"] {
        page.follows(part).await;
    }
    look(&page, "daily-day", &mut faults).await;

    page.presses("差し戻す").await;
    page.presses_in("日報を差し戻す", "差し戻す").await;
    page.sees("1〜2000 文字で書いてください").await;
    page.fills("コメント", "件数を確かめてください。").await;
    page.presses_in("日報を差し戻す", "差し戻す").await;
    page.sees("差し戻しました。").await;
    page.sees_in("点検の経過", "件数を確かめてください。").await;

    // While it is being read, a call comes to light, and the day is sealed anew.
    rang_two_days_ago(&line, "b").await;
    told(&line, &format!("UPDATE daily_log_due SET due_us = 1 WHERE service_date = '{date}'")).await;
    is_sealed(&line, &date, 2).await;
    page.presses("承認する").await;
    page.presses_in("日報を承認する", "承認する").await;
    page.sees("新しい版ができました").await;
    page.sees("第 2 版を点検します").await;
    page.sees_in("版の比較", "違う数").await;
    page.presses("再計算して照合").await;
    page.sees("照合できました").await;
    look(&page, "daily-versions", &mut faults).await;

    page.presses("承認する").await;
    page.presses_in("日報を承認する", "承認する").await;
    page.sees("この版は承認済みです").await;
    for format in ["CSV", "Excel（XLSX）", "JSON", RAW] {
        page.answers("形式", format).await;
        page.presses("書き出す").await;
        page.sees(&format!(".{}", extension(format))).await;
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// What a day's figures are counted from.
const RAW: &str = "集計前の明細（JSON Lines）";

/// `2026-11-20` as the page writes it, without its weekday.
fn in_words(date: &str) -> String {
    let parts: Vec<u32> = date.split('-').map(|part| part.parse().unwrap()).collect();
    format!("{}年{}月{}日", parts[0], parts[1], parts[2])
}

fn extension(format: &str) -> &str {
    match format {
        "CSV" => "csv",
        "JSON" => "json",
        RAW => "jsonl",
        _ => "xlsx",
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_reads_reports_and_the_support_given_by_night() {
    let mut faults = Vec::new();
    let (line, date) = line_with_a_day_to_read("10s").await;
    is_sealed(&line, &date, 1).await;
    let browser = Browser::starts();
    let (sato, page) = comes(&line, &browser, "sato", "supervisor").await;
    let (year, month) = date.split_at(4);
    for period in [date[..7].to_owned(), year.to_owned(), quarter(year, month)] {
        page.goes(&format!("/reports?period={period}")).await;
        page.sees_in("数", "入電件数").await;
        look(&page, &format!("daily-report-{period}"), &mut faults).await;
    }
    page.goes("/night-support").await;
    page.presses("一覧を表示する").await;
    proves(&page, &sato).await;
    page.sees("この期間の支援はありません").await;
    look(&page, "daily-support", &mut faults).await;
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// `-11` is in the fourth.
fn quarter(year: &str, month: &str) -> String {
    let month: u32 = month[1..3].parse().unwrap();
    format!("{year}-Q{}", month.div_ceil(3))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_writes_down_from_when_until_when_somebody_has_a_contract_for_support() {
    let mut faults = Vec::new();
    let line = LineSetup::new().start().await;
    let browser = Browser::starts();
    let (_, page) = comes(&line, &browser, "sato", "supervisor").await;
    let form = "新しく登録する";

    page.goes("/people").await;
    page.presses(form).await;
    page.fills("氏名", "山田").await;
    page.fills("緊急時支援の契約の終了日", "2027-03-31").await;
    page.presses_in(form, "保存").await;
    page.sees("終了日を入れるときは、開始日も入れてください").await;
    page.fills("緊急時支援の契約の開始日", "2026-04-01").await;
    page.presses_in(form, "保存").await;

    page.is_at("/person/").await;
    page.fills("見る理由", "契約の確認").await;
    page.presses("開く").await;
    page.sees_in("山田", "2026年4月1日").await;
    page.sees_in("山田", "2027年3月31日").await;
    look(&page, "person", &mut faults).await;
    // Another language is another look, and each look has its reason.
    page.fills("見る理由", "契約の確認").await;
    page.presses("開く").await;
    page.presses("書き直す").await;
    page.fills("緊急時支援の契約の終了日", "").await;
    page.presses("保存").await;
    page.sees_in("山田", "（終了日なし）").await;
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
