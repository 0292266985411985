//! A day of the window `main` of the example rota, which begins at 08:30 in Tokyo.

use std::sync::LazyLock;
use std::time::Duration;

use jiff::civil::Date;
use on_call_rota::{Qualification, Rota};
use uuid::Uuid;

use crate::daily_log::{Call, Duty, Facts, OnDuty, Record, Row, Span, count, stretches};
use crate::ids::{CallId, DeskId};
use crate::ledger::{EndReason, OriginKind, PlaceClass};
use crate::time::Instant;
use crate::triage::Fields;

pub(super) const EXAMPLE: &str = include_str!("../../../../../on-call-rota/rotas/example.toml");

pub(super) fn rota() -> Rota {
    Rota::read(EXAMPLE).unwrap()
}

pub(super) fn on(date: &str) -> Date {
    date.parse().unwrap()
}

/// `2026-11-20T22:00`, in Tokyo.
pub(super) fn at(local: &str) -> Instant {
    local.parse::<jiff::civil::DateTime>().unwrap().in_tz("Asia/Tokyo").unwrap().timestamp().into()
}

pub(super) fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A Friday without anything in it.
pub(super) fn friday() -> Facts {
    static FRIDAY: LazyLock<Facts> = LazyLock::new(|| facts("2026-11-20"));
    FRIDAY.clone()
}

pub(super) fn facts(date: &str) -> Facts {
    let rota = rota();
    let window = "main".parse().unwrap();
    let calendar = rota.calendar(rota.window(&window).unwrap());
    let stretches = stretches(calendar, on(date));
    Facts {
        window,
        service_date: on(date),
        as_of: stretches.last().unwrap().span.until + secs(86_400),
        duty: Duty { stretches, ..Duty::default() },
        calls: Vec::new(),
        records: Vec::new(),
        referrals: Vec::new(),
        pages: Vec::new(),
        incidents: Vec::new(),
    }
}

pub(super) fn call_id(number: u128) -> CallId {
    CallId(Uuid::from_u128(number))
}

pub(super) fn desk(word: &str) -> DeskId {
    DeskId::parse(word).unwrap()
}

/// Abandoned after so many seconds.
pub(super) fn abandoned(number: u128, begun: Instant, after: u64) -> Call {
    Call {
        call: call_id(number),
        begun,
        origin: OriginKind::Incoming,
        class: PlaceClass::Ordinary,
        number: None,
        answered: None,
        talks: Vec::new(),
        ended: Some((begun + secs(after), EndReason::AbandonedInQueue)),
        blocked: false,
        is_test: false,
    }
}

/// Answered at desk-1 after `wait`, over after another `talk`.
pub(super) fn answered(number: u128, begun: Instant, wait: u64, talk: u64) -> Call {
    let from = begun + secs(wait);
    let until = from + secs(talk);
    Call {
        answered: Some(from),
        talks: vec![(desk("desk-1"), Span { from, until })],
        ended: Some((until, EndReason::Completed)),
        ..abandoned(number, begun, 0)
    }
}

/// Signed `writing` after the end of its call.
pub(super) fn record(call: &Call, writing: u64, fields: Fields) -> Record {
    Record {
        record: format!("record-{}", call.call),
        call: call.call,
        author: Some("ito".parse().unwrap()),
        answered: call.answered.unwrap(),
        signed: call.ended.map(|(ended, _)| ended + secs(writing)),
        fields,
        qualification: Some(Qualification::Nurse),
    }
}

pub(super) fn on_duty(staff: &str, qualification: Qualification, from: Instant, until: Instant) -> OnDuty {
    let (staff, qualification) = (staff.parse().unwrap(), Some(qualification));
    OnDuty { staff, qualification, on_call: false, span: Span { from, until } }
}

pub(super) fn row(facts: &Facts, band: &str) -> Row {
    count(facts).into_iter().find(|row| row.band == band).unwrap()
}

/// The whole day's.
pub(super) fn figure(facts: &Facts, name: &str) -> Option<u64> {
    row(facts, Row::DAY).figure(name)
}

/// The same numbers in every run.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    /// 0 up to but without `sides`.
    pub(super) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}
