use on_call_rota::{Band, DayKind, Qualification, Rota};

use super::kit::{EXAMPLE, at, on, rota, secs};
use crate::daily_log::{ClockHour, Span, Stretch, duty, stretches, whole};

fn days(rota: &Rota, date: &str) -> Vec<Stretch> {
    let window = rota.window(&"main".parse().unwrap()).unwrap();
    stretches(rota.calendar(window), on(date))
}

fn bands(date: &str) -> Vec<(Band, crate::time::Instant)> {
    days(&rota(), date).into_iter().map(|stretch| (stretch.band, stretch.span.from)).collect()
}

#[test]
fn a_friday_runs_over_midnight_into_a_closed_saturday() {
    assert_eq!(
        bands("2026-11-20"),
        [
            (Band::Open, at("2026-11-20T08:30")),
            (Band::Evening, at("2026-11-20T17:15")),
            (Band::Night, at("2026-11-20T22:00")),
            (Band::ClosedDay, at("2026-11-21T06:00")),
        ]
    );
}

#[test]
fn a_holiday_ends_in_the_early_morning_of_an_open_day() {
    let day = days(&rota(), "2026-11-23");
    let (kinds, bands): (Vec<_>, Vec<_>) = day.iter().map(|stretch| (stretch.day, stretch.band)).unzip();

    assert_eq!(bands, [Band::ClosedDay, Band::ClosedNight, Band::EarlyMorning]);
    assert!(kinds.iter().all(|kind| *kind == Some(DayKind::Holiday)));
}

#[test]
fn the_last_night_of_the_year_is_one_closed_night() {
    let day = bands("2026-12-31");

    assert_eq!(day[1], (Band::ClosedNight, at("2026-12-31T22:00")));
    assert_eq!(day[2], (Band::ClosedDay, at("2027-01-01T06:00")));
}

/// As `Calendar::moment` has it: at the edges, and a microsecond before them.
#[test]
fn stretches_have_no_holes_and_agree_with_the_calendar_also_when_clocks_change() {
    for zone in ["Asia/Tokyo", "America/New_York", "Australia/Lord_Howe", "Europe/London"] {
        let rota = Rota::read(&EXAMPLE.replace("Asia/Tokyo", zone)).unwrap();
        let calendar = rota.calendar(rota.window(&"main".parse().unwrap()).unwrap());
        for date in ["2026-03-07", "2026-03-28", "2026-04-04", "2026-10-03", "2026-10-24", "2026-10-31"] {
            let day = days(&rota, date);
            assert!(day.windows(2).all(|two| two[0].span.until == two[1].span.from), "{zone} {date}");
            for stretch in &day {
                for edge in [stretch.span.from, stretch.span.until - std::time::Duration::from_micros(1)] {
                    let moment = calendar.moment(edge.timestamp());
                    assert_eq!((moment.band, moment.service_date), (stretch.band, on(date)), "{zone} {edge}");
                }
            }
            let after = day.last().unwrap().span.until.timestamp();
            assert_eq!(calendar.service_date(after), on(date).tomorrow().unwrap(), "{zone} {date}");
        }
    }
}

#[test]
fn a_day_on_which_clocks_go_back_has_25_hours_and_each_hour_of_the_wall() {
    let rota = Rota::read(&EXAMPLE.replace("Asia/Tokyo", "America/New_York")).unwrap();
    let duty = duty(&rota, &"main".parse().unwrap(), on("2026-10-31"));
    let (from, until) = whole(&duty).unwrap();

    assert_eq!(until.since(from), secs(25 * 3600));
    let length = |hour: &ClockHour| hour.span.length();
    assert_eq!(
        duty.hours.iter().filter(|hour| hour.hour == 1).map(length).sum::<std::time::Duration>(),
        secs(7200)
    );
    assert_eq!((duty.hours[0].hour, duty.hours.last().unwrap().hour), (8, 8));
}

#[test]
fn people_are_on_duty_within_the_service_date_and_doctors_on_call_are_told_apart() {
    let rota = rota();
    let duty = duty(&rota, &"main".parse().unwrap(), on("2026-11-20"));
    let (from, until) = whole(&duty).unwrap();

    assert!(duty.people.iter().all(|one| from <= one.span.from && one.span.until <= until));
    let doctors = duty.people.iter().filter(|one| one.on_call);
    assert!(doctors.clone().count() > 0);
    assert!(doctors.clone().all(|one| one.qualification.is_some_and(Qualification::is_physician)));
    assert!(duty.gaps.is_empty(), "the example is covered at every minute");
}

#[test]
fn where_a_rule_asks_for_more_people_than_are_there_is_a_gap_within_the_service_date() {
    let rule = |hours: &str| {
        let rule = "[[rule]]\nid = \"many\"\ngroup = \"all-day\"\nat_least = 99\nroles = [\"counsellor\"]";
        Rota::read(&format!("{EXAMPLE}\n{rule}\ntime = \"{hours}\"\n")).unwrap()
    };
    let gaps = |hours| duty(&rule(hours), &"main".parse().unwrap(), on("2026-11-20")).gaps;

    let span = |from, until| Span { from: at(from), until: at(until) };
    assert_eq!(gaps("22:00-23:00"), [span("2026-11-20T22:00", "2026-11-20T23:00")]);
    let edges = [span("2026-11-20T08:30", "2026-11-20T09:00"), span("2026-11-21T08:00", "2026-11-21T08:30")];
    assert_eq!(gaps("08:00-09:00"), edges);
}
