use on_call_rota::Qualification;
use proptest::prelude::*;
use uuid::Uuid;

use super::kit::{Dice, abandoned, answered, friday, on, on_duty, record, secs};
use crate::daily_log::{
    Body, Call, Decision, Duty, Facts, InvalidPeriod, Page, Referral, ReportPeriod, Row, Stretch, body,
    count, report,
};
use crate::escalation::{Priority, TriageCode};
use crate::ids::{EscalationId, ReferralId};
use crate::ledger::{OriginKind, PlaceClass};
use crate::time::Instant;
use crate::triage::Fields;
use crate::triage::lists::{CallerKind, Disposition, Sex};

const DAY: u64 = 86_400;

/// Any day after the pattern's; ids and numbers are its own.
pub(super) fn random_day(pattern: &Facts, date: jiff::civil::Date, dice: &mut Dice) -> Facts {
    let later = secs(u64::try_from((date - pattern.service_date).get_days()).unwrap() * DAY);
    let stretches: Vec<Stretch> = pattern.duty.stretches.iter().map(|one| moved(one, later)).collect();
    let start = stretches[0].span.from;
    let mut facts = Facts {
        service_date: date,
        as_of: pattern.as_of + later + secs(100 * DAY),
        duty: Duty { stretches, ..Duty::default() },
        ..pattern.clone()
    };
    for number in 0..dice.roll(12) {
        add_call(&mut facts, start, u128::from(number), dice);
    }
    for staff in ["ito", "mori", "sato"].iter().take(usize::try_from(dice.roll(4)).unwrap()) {
        let from = start + secs(60 * dice.roll(720));
        facts.duty.people.push(on_duty(staff, Qualification::Nurse, from, from + secs(60 * dice.roll(720))));
    }
    facts
}

fn moved(stretch: &Stretch, later: std::time::Duration) -> Stretch {
    let mut stretch = *stretch;
    stretch.span.from = stretch.span.from + later;
    stretch.span.until = stretch.span.until + later;
    stretch
}

fn add_call(facts: &mut Facts, start: Instant, number: u128, dice: &mut Dice) {
    let begun = start + secs(dice.roll(DAY - 9000));
    let id = u128::from(start.micros().unsigned_abs()) * 1000 + number;
    let mut call = match dice.roll(3) {
        0 => abandoned(id, begun, dice.roll(90)),
        _ => answered(id, begun, dice.roll(90), dice.roll(3000)),
    };
    call.is_test = dice.roll(20) == 0;
    call.blocked = call.answered.is_none() && dice.roll(3) == 0;
    call.number = (dice.roll(2) == 0).then(|| format!("{}-{}", facts.service_date, dice.roll(4)));
    if dice.roll(6) == 0 {
        call.origin = OriginKind::CallBack;
    }
    if dice.roll(6) == 0 {
        call.class = PlaceClass::Repeat;
    }
    add_what_followed(facts, &call, dice);
    facts.calls.push(call);
}

fn pick<T: Copy>(all: &[T], dice: &mut Dice) -> T {
    all[usize::try_from(dice.roll(all.len() as u64)).unwrap()]
}

fn add_what_followed(facts: &mut Facts, call: &Call, dice: &mut Dice) {
    if call.answered.is_none() {
        return;
    }
    let fields = Fields::default()
        .with("caller_kind", pick(CallerKind::ALL, dice).code())
        .with("sex", pick(Sex::ALL, dice).code())
        .with("triage_code", pick(TriageCode::ALL, dice).code())
        .with("disposition", pick(Disposition::ALL, dice).code());
    let record = record(call, dice.roll(2000), fields);
    let released = call.begun + secs(600);
    let decided = match dice.roll(4) {
        0 => Some(Decision::Accepted(released + secs(dice.roll(5000)))),
        1 => Some(Decision::Rejected(released + secs(dice.roll(5000)))),
        _ => None,
    };
    if dice.roll(2) == 0 {
        facts.referrals.push(Referral {
            referral: ReferralId(call.call.0),
            record: record.record.clone(),
            released,
            target_kind: "centre".to_owned(),
            decided,
            declines: vec![(released, "centre".to_owned(), pick(&["no_bed", "other"], dice).to_owned())],
            settled: dice.roll(2) == 0,
            area: Some(pick(&["north", "coast"], dice).to_owned()),
        });
    }
    facts.pages.push(Page {
        escalation: EscalationId(Uuid::from_u128(call.call.0.as_u128() + 500)),
        priority: Priority::P1,
        started: call.begun,
        due: call.begun,
        out: (dice.roll(2) == 0).then_some(call.begun),
        acknowledged: (dice.roll(2) == 0).then(|| call.begun + secs(dice.roll(900))),
        escalated: dice.roll(2) == 0,
    });
    facts.records.push(record);
}

/// Days one after another as if they were one.
fn together(days: &[Facts]) -> Facts {
    let mut all = days[0].clone();
    for day in &days[1..] {
        all.as_of = all.as_of.max(day.as_of);
        all.duty.stretches.extend(day.duty.stretches.iter().copied());
        all.duty.people.extend(day.duty.people.iter().cloned());
        all.calls.extend(day.calls.iter().cloned());
        all.records.extend(day.records.iter().cloned());
        all.referrals.extend(day.referrals.iter().cloned());
        all.pages.extend(day.pages.iter().cloned());
    }
    all
}

#[test]
fn a_report_of_days_is_the_count_of_all_that_happened_on_them_for_1000_random_days() {
    let pattern = friday();
    let mut dice = Dice(20_261_120);
    let mut date = on("2027-01-01");
    let mut days_seen = 0;
    while days_seen < 1000 {
        let period = ReportPeriod::Month { year: date.year(), month: date.month() };
        let dates = std::iter::successors(Some(date), |day| day.tomorrow().ok());
        let dates = dates.take_while(|day| period.contains(*day));
        let days: Vec<Facts> = dates.map(|date| random_day(&pattern, date, &mut dice)).collect();
        let read = |day: &Facts| Body::read(&body(day, &count(day))).unwrap();
        let bodies: Vec<Body> = days.iter().map(read).collect();

        assert_eq!(report(period, &bodies).rows, count(&together(&days)), "{period}");

        days_seen += days.len();
        date = period.last().tomorrow().unwrap();
    }
}

#[test]
fn a_month_has_the_centile_of_its_calls_and_not_a_mean_of_its_days() {
    let pattern = friday();
    let day = |date: &str, waits: &[u64]| {
        let mut day = random_day(&pattern, on(date), &mut Dice(7));
        let begun = day.duty.stretches[0].span.from;
        let calls = waits.iter().enumerate().map(|(n, wait)| answered(n as u128, begun, *wait, 60));
        day.calls = calls.collect();
        Body::of(&Facts { records: Vec::new(), referrals: Vec::new(), pages: Vec::new(), ..day })
    };
    let days = [day("2026-12-01", &[5; 30]), day("2026-12-02", &[100]), day("2027-01-01", &[900])];

    let report = report("2026-12".parse().unwrap(), &days);

    assert_eq!(report.rows[0].figure("p95_answer_s"), Some(5));
    assert_eq!(report.rows[0].figure("asa_s"), Some(8));
    let parts: Vec<(&str, Option<u64>)> =
        report.parts.iter().map(|part| (part.name.as_str(), part.row.figure("answered"))).collect();
    assert_eq!(parts, [("2026-12-01", Some(30)), ("2026-12-02", Some(1))]);
}

#[test]
fn periods_are_months_fiscal_years_from_april_and_quarters() {
    for (text, first, last, part) in [
        ("2026-02", "2026-02-01", "2026-02-28", "2026-02-01"),
        ("2027", "2027-04-01", "2028-03-31", "2027-04"),
        ("2026-Q3", "2026-07-01", "2026-09-30", "2026-07"),
        ("2026-Q4", "2026-10-01", "2026-12-31", "2026-10"),
    ] {
        let period: ReportPeriod = text.parse().unwrap();
        assert_eq!((period.first(), period.last()), (on(first), on(last)), "{text}");
        assert_eq!((period.part(on(first)).as_str(), period.to_string().as_str()), (part, text));
    }
    for wrong in
        ["", "2026-13", "2026-00", "2026-Q5", "2026-Q", "2026-1", "26-01", "+026", "2026-+1", "2026-01-01"]
    {
        assert_eq!(wrong.parse::<ReportPeriod>(), Err(InvalidPeriod), "{wrong}");
    }
}

/// People are counted once a day and hours by what the whole day knows; all else adds up.
fn adds_up(name: &str) -> bool {
    let figure = crate::daily_log::Figure::find(name).unwrap();
    matches!(figure.unit, crate::daily_log::Unit::Cases)
        || ["staff_min", "on_call_min", "uncovered_min", "min_by_qual"].contains(&figure.name)
}

proptest! {
    #[test]
    fn the_day_is_the_sum_of_its_bands(seed in any::<u64>()) {
        let day = random_day(&friday(), on("2026-12-01"), &mut Dice(seed));
        let rows = count(&day);
        let sum = |name: &str, of: fn(&Row, &str) -> u64| rows[1..].iter().map(|row| of(row, name)).sum::<u64>();
        for (name, whole) in rows[0].figures.iter().filter(|(name, _)| adds_up(name)) {
            prop_assert_eq!(*whole, sum(name, |row, name| row.figure(name).unwrap_or_default()), "{}", name);
        }
        for (name, whole) in rows[0].counts.iter().filter(|(name, _)| adds_up(name)) {
            prop_assert_eq!(*whole, sum(name, Row::count), "{}", name);
        }
        let of = |name: &str| rows[0].figure(name).unwrap();
        let fates = ["answered", "blocked", "abandoned_lt30", "abandoned_ge30", "cut_off", "waiting"];
        prop_assert_eq!(of("offered"), fates.iter().map(|fate| of(fate)).sum::<u64>());
    }

    #[test]
    fn the_order_in_which_facts_are_read_changes_no_byte(seed in any::<u64>()) {
        let day = random_day(&friday(), on("2026-12-01"), &mut Dice(seed));
        let mut turned = day.clone();
        turned.calls.reverse();
        turned.records.reverse();
        turned.referrals.reverse();
        turned.pages.reverse();
        prop_assert_eq!(body(&day, &count(&day)), body(&turned, &count(&turned)));
    }
}
