//! The example rota, from which a newcomer's first call is answered.

use jiff::{SignedDuration, Timestamp};
use on_call_rota::{ContactPoint, Period, Role, Rota};

use crate::common::{at, days, rota, window};

fn example() -> Rota {
    rota(include_str!("../../rotas/example.toml"))
}

#[test]
fn it_is_a_prefecture_with_three_windows_and_all_its_people() {
    let rota = example();
    let shifts = rota.shifts(days(&rota, "2026-01-01", "2026-12-31"));
    let people = |roles: &[Role]| {
        let mut staff: Vec<_> =
            shifts.iter().filter(|shift| roles.contains(&shift.role)).map(|shift| &shift.staff).collect();
        staff.sort();
        staff.dedup();
        staff.len()
    };
    assert_eq!((rota.windows().len(), rota.centres().len(), rota.staff().len()), (3, 1, 18));
    assert_eq!(people(&[Role::Counsellor]), 12);
    assert_eq!(people(&[Role::Psychiatrist, Role::PsychiatristBehind]), 4);
    assert_eq!(people(&[Role::Supervisor]), 2);
    assert_eq!(rota.window_called("100").unwrap().id, window("main"));
}

#[test]
fn somebody_is_on_duty_at_every_minute_of_two_years_and_long_after() {
    let rota = example();
    assert_eq!(rota.coverage(days(&rota, "2026-01-01", "2027-12-31")), []);
    assert_eq!(rota.coverage(days(&rota, "2028-01-01", "2040-12-31")), []);
}

#[test]
fn whoever_rings_at_any_time_finds_a_counsellor_with_a_phone_account() {
    let rota = example();
    let roster = rota.compile(days(&rota, "2026-11-01", "2026-12-31"));
    let mut now = roster.period().from;
    while now < roster.period().until {
        let answering = roster.answering(&window("main"), now).unwrap().unwrap();
        let desk =
            roster.on_duty(answering, now).unwrap().iter().find(|one| one.role == Role::Counsellor).unwrap();
        let first = rota.contacts(&desk.staff, now).into_iter().next();
        assert_eq!(first, Some(ContactPoint::Sip(desk.staff.as_str().into())));
        now += SignedDuration::from_mins(7);
    }
}

#[test]
fn the_doctor_on_call_the_one_behind_and_the_supervisor_are_paged_in_order() {
    let ladder = example().ladder(&window("main"), at("2026-11-21T22:10")).unwrap();
    let rungs: Vec<_> = ladder
        .iter()
        .map(|rung| format!("{} {:?} {:?}", rung.number, rung.staff, rung.patience_minutes))
        .collect();
    // 2026-11-21 is in the 48th week after 2025-12-22: ueda's, with aoki behind, and oka's.
    assert_eq!(rungs, ["1 [ueda] None", "2 [aoki] None", "3 [oka] Some(5)", "4 [noda] None"]);
}

#[test]
fn who_is_on_duty_is_told_as_json() {
    let people = example().on_duty(&window("main"), at("2026-11-21T22:10")).unwrap();
    assert_eq!(
        serde_json::to_string(&people[0]).unwrap(),
        r#"{"staff":"sato","role":"counsellor","duty":"desks","date":"2026-11-21","from":"2026-11-21T08:00:00Z","until":"2026-11-21T23:45:00Z","instead_of":null}"#
    );
}

#[test]
fn a_saturday_night_is_a_closed_night_of_that_saturday() {
    let rota = example();
    let moment = rota.calendar(rota.window(&window("main")).unwrap()).moment(at("2026-11-22T03:00"));
    assert_eq!(
        serde_json::to_string(&moment).unwrap(),
        r#"{"band":"B5","calendar_date":"2026-11-22","service_date":"2026-11-21","day":"sunday"}"#
    );
}

#[test]
fn any_stretch_of_time_can_be_asked_about() {
    let rota = example();
    let point = at("2026-11-21T22:10");
    for (from, until) in [
        (Timestamp::MIN, Timestamp::MIN),
        (Timestamp::MAX, Timestamp::MAX),
        (Timestamp::MIN, at("1980-01-10T00:00")),
        (at("2099-12-25T00:00"), Timestamp::MAX),
        (point, point),
        (point, at("2026-11-01T00:00")),
    ] {
        let period = Period { from, until };
        let gaps = rota.coverage(period);
        assert!(gaps.iter().all(|gap| from <= gap.time.from && gap.time.until <= until));
        assert!(rota.compile(period).on_duty(&window("main"), Timestamp::MAX).is_err());
    }
    assert!(rota.on_duty(&window("main"), Timestamp::MIN).is_err());
}
