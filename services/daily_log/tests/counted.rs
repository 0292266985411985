//! A hundred calls over two midnights and a holiday: the log is what anybody counts from the raw export.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod kit;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use domain::ledger::{EndReason, PlaceClass};
use domain::time::Instant;
use kit::{Line, OPERATOR, SUNDAY, Told, WINDOW, hours, on_both_stores, secs};
use proto::daily_log::v1 as pb;
use proto::triage::v1 as triage_pb;
use shell::on;
use tonic::Code;

const CALLS: u64 = 100;
const DAYS: [&str; 2] = ["2026-11-22", "2026-11-23"];

/// Seconds after Sunday 08:30 at which something ends and something begins: a call a second before and one
/// on the second.
const EDGES: [u64; 10] = [
    48_600,  // 22:00 on Sunday
    55_800,  // midnight
    77_400,  // 06:00 on the holiday
    86_400,  // 08:30: the next service date
    135_000, // 22:00
    142_200, // midnight
    163_800, // 06:00 on Tuesday
    172_799, // the last second of the holiday's service date
    30_600,  // 17:00: a second counsellor comes
    117_900, // 17:15, when offices would close
];

/// The same numbers for everybody who counts.
struct Dice(u64);

impl Dice {
    fn up_to(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[usize::try_from(self.up_to(all.len() as u64)).unwrap()]
    }
}

/// When each call begins, in order.
fn begins(dice: &mut Dice) -> Vec<Instant> {
    let mut seconds: Vec<u64> = EDGES.iter().flat_map(|edge| [edge - 1, *edge]).collect();
    while (seconds.len() as u64) < CALLS {
        seconds.push(dice.up_to(2 * 86_400 - 1));
    }
    seconds.sort_unstable();
    let micros = |second: u64, dice: &mut Dice| {
        SUNDAY + secs(second) + std::time::Duration::from_micros(dice.up_to(3))
    };
    seconds.into_iter().map(|second| micros(second, dice)).collect()
}

fn call(begun: Instant, dice: &mut Dice) -> Told {
    let number = (dice.up_to(5) > 0).then(|| format!("+8190123456{:02}", dice.up_to(40)));
    let class = if dice.up_to(9) == 0 { PlaceClass::Repeat } else { PlaceClass::Ordinary };
    let told = Told { number, class, ..Told::at(begun) };
    let wait = match dice.up_to(4) {
        0 => secs(20),
        1 => secs(60),
        2 => secs(29) + std::time::Duration::from_micros(999_999),
        _ => secs(dice.up_to(120)),
    };
    let (then, talk) = (begun + wait, secs(1 + dice.up_to(1800)));
    match dice.up_to(10) {
        0 => Told { ended: Some((begun + secs(30), EndReason::AbandonedInQueue)), ..told },
        1 => Told { ended: Some((then, EndReason::AbandonedInQueue)), ..told },
        2 => Told { ended: Some((then, EndReason::CutOff)), ..told },
        3 => Told { ended: Some((then, EndReason::AbandonedInQueue)), void: true, ..told },
        staff => {
            let staff = if staff % 2 == 0 { "ito" } else { "sato" };
            Told { answered: Some((staff, then)), ended: Some((then + talk, EndReason::Completed)), ..told }
        }
    }
}

fn said(dice: &mut Dice) -> Vec<(&'static str, &'static str)> {
    vec![
        ("caller_kind", dice.one_of(&["300", "311", "320", "331", "335", "336", "350", "380"])),
        ("age_band", dice.one_of(&["20s", "30s", "70s"])),
        ("topic", dice.one_of(&["home", "psychiatric work_school", "living other home"])),
        ("triage_code", dice.one_of(&["D", "E", "F", "G"])),
        ("disposition", dice.one_of(&["D01", "D03", "D02 D11", "D12"])),
        ("special_flags", dice.one_of(&["", "frequent", "silent", "care_plan"])),
    ]
}

/// All calls happen and their records are signed; the clock stands after the holiday's service date. The calls come
/// first: a day would be sealed without those that are written when it is over.
async fn happen(line: &Line) -> Vec<triage_pb::Record> {
    let mut dice = Dice(7);
    let mut answered = Vec::new();
    for begun in begins(&mut dice) {
        let told = call(begun, &mut dice);
        let id = line.rings(&told).await;
        if let Some((staff, _)) = told.answered {
            answered.push((staff, id, told.ended.map_or(begun, |(at, _)| at), said(&mut dice)));
        }
    }
    let mut signed = Vec::new();
    for (staff, id, ended, said) in answered {
        if line.clock.now() < ended {
            line.clock.advance(ended.since(line.clock.now()));
        }
        line.sits(staff, Some(id)).await;
        signed.push(line.signs(staff, id, &said).await);
    }
    let over = SUNDAY + hours(48) + hours(1);
    line.clock.advance(over.since(line.clock.now()));
    signed
}

/// As somebody else counts it.
fn counted(raw: &[u8]) -> BTreeMap<String, Vec<serde_json::Value>> {
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/daily_log/count.py");
    let mut python = Command::new("python3")
        .args([program, "--office", "08:30-17:15", "--holiday", "2026-11-23", "--day-starts", "08:30"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is installed");
    python.stdin.take().unwrap().write_all(raw).unwrap();
    let said = python.wait_with_output().unwrap();
    assert!(said.status.success());
    serde_json::from_slice(&said.stdout).unwrap()
}

/// Every number that was counted, and nobody left out.
fn is_what_was_counted(rows: &[pb::Row], counted: &[serde_json::Value]) {
    let bands = |row: &pb::Row| row.band.clone();
    let counted_bands: Vec<&str> = counted.iter().map(|row| row["band"].as_str().unwrap()).collect();
    assert_eq!(rows.iter().map(bands).collect::<Vec<_>>(), counted_bands);
    for (row, other) in rows.iter().zip(counted) {
        for (name, number) in other["figures"].as_object().unwrap() {
            assert_eq!(row.figures.get(name).copied(), number.as_u64(), "{} {name}", row.band);
        }
        for name in ["asa_s", "p95_answer_s", "longest_wait_s", "talk_s"] {
            assert_eq!(row.figures.contains_key(name), other["figures"].get(name).is_some(), "{name}");
        }
        for (name, number) in other["counts"].as_object().unwrap() {
            assert_eq!(row.counts.get(name).copied(), number.as_u64(), "{} {name}", row.band);
        }
        for list in ["by_caller/", "by_topic/", "by_disposition/", "by_age/", "by_triage/", "by_qual/"] {
            let ours = row
                .counts
                .iter()
                .filter(|(name, _)| name.starts_with(list))
                .map(|(_, many)| many)
                .sum::<u64>();
            let theirs = other["counts"].as_object().unwrap().iter();
            let theirs =
                theirs.filter(|(name, _)| name.starts_with(list)).filter_map(|(_, many)| many.as_u64());
            assert_eq!(ours, theirs.sum::<u64>(), "{} {list}", row.band);
        }
    }
}

fn review(date: &str, version: u32, approve: bool, comments: &str) -> pb::ReviewDayRequest {
    pb::ReviewDayRequest {
        operator_id: OPERATOR.into(),
        window_id: WINDOW.into(),
        service_date: date.into(),
        version,
        approve,
        comments: comments.into(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_calls_over_midnight_and_a_holiday_are_what_anybody_counts_from_the_raw_export() {
    on_both_stores(|line| async move {
        let signed = happen(&line).await;
        for date in DAYS {
            line.is_sealed(date, 1).await;
        }

        let raw = line.exported("raw", DAYS[0], DAYS[1]).await;
        let counted = counted(&raw);
        let mut offered = 0;
        for date in DAYS {
            let rows = line.day(date).await.rows;
            is_what_was_counted(&rows, &counted[date]);
            offered += rows[0].figures["offered"];
            let verified = line.verified(date, 1).await;
            assert_eq!(verified.outcome, "same", "{:?}", verified.differs);
        }
        assert_eq!(offered, CALLS);
        assert!(!String::from_utf8(raw).unwrap().contains("+81"), "a number is known by its hash alone");
        assert_eq!(line.audited("daily_log.exported").await.len(), 1);

        is_reviewed_amended_and_reviewed_again(&line, &signed).await;
        a_changed_store_is_found(&line).await;
    })
    .await;
}

async fn is_reviewed_amended_and_reviewed_again(line: &Line, signed: &[triage_pb::Record]) {
    let date = DAYS[0];
    let approved =
        line.centre().review_day(review(date, 1, true, "")).await.unwrap().into_inner().day.unwrap();
    assert_eq!((approved.state.as_str(), approved.reviewer.as_str()), ("approved", "kita-centre"));

    let before = line.day(date).await;
    let first = &signed[0];
    line.clock.advance(secs(1));
    line.amends(&first.author_staff, first, &[("age_band", "under_10")]).await;
    let after = line.is_sealed(date, 2).await;
    let day = after.day.as_ref().unwrap();
    assert_eq!(day.state, "sealed", "a new version waits for the centre");
    assert_ne!(day.hash, before.day.unwrap().hash);
    assert_eq!(after.rows[0].counts["by_age/under_10"], 1);
    assert_eq!(line.version(date, 1).await.rows, before.rows, "what was approved stays beside it");
    assert_eq!(after.versions[0].state, "approved");

    let late = line.centre().review_day(review(date, 1, true, "")).await.unwrap_err();
    assert_eq!(late.code(), Code::Aborted, "{late}");
    let wordless = line.centre().review_day(review(date, 2, false, " ")).await.unwrap_err();
    assert_eq!(wordless.code(), Code::InvalidArgument);
    assert!(wordless.message().contains("comments"), "{wordless}");
    let returned = line.centre().review_day(review(date, 2, false, "年代を確かめてください")).await.unwrap();
    let returned = returned.into_inner().day.unwrap();
    assert_eq!((returned.state.as_str(), returned.comments.as_str()), ("returned", "年代を確かめてください"));
    line.clock.advance(secs(60));
    line.centre().review_day(review(date, 2, true, "確認しました")).await.unwrap();
    let day = line.day(date).await;
    assert_eq!(day.day.unwrap().state, "approved");
    assert_eq!(day.reviews.len(), 3);
    for version in [1, 2] {
        assert_eq!(line.verified(date, version).await.outcome, "same", "version {version}");
    }
}

/// By somebody who may do anything in the store but has no keys.
async fn a_changed_store_is_found(line: &Line) {
    let date = DAYS[1];
    for sql in ["DROP TRIGGER daily_log_is_not_changed", "DROP TRIGGER daily_log_is_not_changed ON daily_log"]
    {
        let _ = on!(line.db.write(), pool => sqlx::query(sql).execute(pool).await.map(drop));
    }
    let (body, hash): (String, String) = on!(line.db.read(), pool => sqlx::query_as(
        "SELECT body, hash FROM daily_log WHERE service_date = $1").bind(date).fetch_one(pool).await)
    .unwrap();
    let forged = body.replacen("\"offered\":", "\"offered\":1", 1);
    assert_ne!(forged, body);

    set(line, date, &forged, &hash).await;
    assert_eq!(line.verified(date, 1).await.outcome, "changed", "the body was changed");
    set(line, date, &body, &"0".repeat(64)).await;
    assert_eq!(line.verified(date, 1).await.outcome, "changed", "the hash was changed");
    set(line, date, &forged, &sha256(&forged)).await;
    assert_eq!(line.verified(date, 1).await.outcome, "changed", "both were changed");
    set(line, date, &body, &hash).await;
    assert_eq!(line.verified(date, 1).await.outcome, "same");
}

async fn set(line: &Line, date: &str, body: &str, hash: &str) {
    on!(line.db.write(), pool => sqlx::query("UPDATE daily_log SET body = $2, hash = $3 WHERE service_date = $1")
        .bind(date).bind(body).bind(hash).execute(pool).await.map(drop))
    .unwrap();
}

fn sha256(text: &str) -> String {
    use sha2::{Digest as _, Sha256};
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
