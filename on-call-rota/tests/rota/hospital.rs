//! Which hospital takes somebody tonight.

use std::time::Duration;

use on_call_rota::{Admission, Choice, Exclusion, Need, Places, Rota, Suits};

use crate::common::{at, days, file, rota, told};

const HOUR: Duration = Duration::from_secs(60 * 60);

fn example() -> Rota {
    rota(include_str!("../../rotas/example.toml"))
}

/// Somebody from the north who would be there at a local time in Tokyo.
fn need(arrival: &str) -> Need {
    Need {
        operator: "kitagata".parse().unwrap(),
        region: Some("north".parse().unwrap()),
        municipality: None,
        admission: Some(Admission::Voluntary),
        somatic: false,
        arrival: at(arrival),
    }
}

fn from(region: &str, arrival: &str) -> Need {
    Need { region: Some(region.parse().unwrap()), ..need(arrival) }
}

fn chosen(rota: &Rota, need: &Need, places: &[Places]) -> Vec<Choice> {
    rota.choose_hospital(need.arrival, need, places, 4 * HOUR)
}

/// The hospitals that can be asked, in order.
fn asked(rota: &Rota, need: &Need) -> String {
    let can = chosen(rota, need, &[]).into_iter().filter(Choice::can_be_asked);
    can.map(|choice| choice.hospital.to_string()).collect::<Vec<_>>().join(" ")
}

fn choice(rota: &Rota, need: &Need, hospital: &str) -> Choice {
    chosen(rota, need, &[]).into_iter().find(|choice| choice.hospital.as_str() == hospital).unwrap()
}

fn against(rota: &Rota, need: &Need, hospital: &str) -> Vec<Exclusion> {
    choice(rota, need, hospital).excluded
}

#[test]
fn the_hospital_whose_turn_it_is_is_asked_before_those_always_there() {
    let rota = example();
    // 2026-11-21 is in the 48th week after 2025-12-22: yamate's in the north.
    for (arrival, order) in [
        ("2026-11-14T22:00", "minato kokoro sogo"),
        ("2026-11-21T22:00", "yamate kokoro sogo"),
        ("2026-11-22T03:00", "yamate kokoro sogo"),
        ("2026-11-22T08:29", "yamate kokoro sogo"),
        ("2026-11-22T08:30", "kokoro sogo"), // a Sunday: sogo is there by day too
        ("2026-11-24T12:00", "kokoro"),      // a Tuesday at noon
        ("2026-11-23T16:59", "kokoro sogo"), // a holiday: the turn begins at five
        ("2026-11-23T17:00", "minato kokoro sogo"), // Monday: the week of the other begins
    ] {
        assert_eq!(asked(&rota, &need(arrival)), order, "{arrival}");
    }
}

#[test]
fn who_would_come_after_eleven_is_not_sent_where_arrival_ends_at_eleven() {
    let rota = example();
    for (arrival, late) in [
        ("2026-11-14T22:59", false),
        ("2026-11-14T23:00", false),
        ("2026-11-14T23:01", true),
        ("2026-11-15T02:00", true), // the same night
        ("2026-11-15T17:00", false),
    ] {
        let expected = if late { vec![Exclusion::ArrivalTooLate] } else { vec![] };
        assert_eq!(against(&rota, &need(arrival), "minato"), expected, "{arrival}");
    }
    assert_eq!(choice(&rota, &need("2026-11-14T20:00"), "minato").arrive_by, Some(at("2026-11-14T23:00")));
}

#[test]
fn the_area_of_a_turn_and_the_catchment_of_a_hospital_are_kept() {
    let rota = example();
    let saturday = "2026-11-14T20:00";
    for (region, order) in [
        ("north", "minato kokoro sogo"),
        ("south", "yamate kokoro sogo"),
        ("coast", "minato kokoro sogo"),
        ("islands", "kokoro sogo"), // no turn is for them
    ] {
        assert_eq!(asked(&rota, &from(region, saturday)), order, "{region}");
    }
    assert_eq!(against(&rota, &from("south", saturday), "minato"), [Exclusion::OutOfArea]);

    let hamabe = Need { admission: Some(Admission::Outpatient), ..from("coast", saturday) };
    assert_eq!(asked(&rota, &hamabe), "minato hamabe kokoro", "the first of a turn is asked first");
    let town = Need { region: None, municipality: Some("浜町".to_owned()), ..hamabe.clone() };
    assert_eq!(against(&rota, &town, "hamabe"), []);
    let other = Need { municipality: Some("山町".to_owned()), ..town };
    assert_eq!(against(&rota, &other, "hamabe"), [Exclusion::OutOfArea]);
}

#[test]
fn where_nobody_knows_where_the_person_lives_no_area_is_held_against_a_hospital() {
    let rota = example();
    let unknown = Need { region: None, ..need("2026-11-14T20:00") };

    assert_eq!(against(&rota, &unknown, "minato"), []);
    assert!(choice(&rota, &unknown, "minato").reasons.contains(&Suits::AreaUnknown));
}

#[test]
fn a_physical_illness_besides_goes_where_it_can_be_treated() {
    let rota = example();
    let somatic = Need { somatic: true, ..need("2026-11-21T22:00") };

    assert_eq!(asked(&rota, &somatic), "sogo");
    assert_eq!(against(&rota, &somatic, "yamate"), [Exclusion::NotSomatic]);
    let reasons = [Suits::Always, Suits::SomaticSuitable, Suits::PlacesUnknown];
    assert_eq!(choice(&rota, &somatic, "sogo").reasons, reasons);
}

#[test]
fn a_hospital_is_asked_only_for_admissions_that_it_takes() {
    let rota = example();
    let compulsory = Need { admission: Some(Admission::Compulsory), ..need("2026-11-21T22:00") };

    assert_eq!(asked(&rota, &compulsory), "kokoro");
    assert_eq!(against(&rota, &compulsory, "yamate"), [Exclusion::AdmissionKind]);
    let unknown = Need { admission: None, ..compulsory };
    assert_eq!(asked(&rota, &unknown), "yamate kokoro sogo");
}

#[test]
fn a_full_hospital_is_not_asked_while_its_report_is_fresh() {
    let rota = example();
    let need = need("2026-11-21T22:00");
    let places = |hospital: &str, free, reported: &str| Places {
        hospital: hospital.parse().unwrap(),
        free,
        reported: at(reported),
    };
    let reports = [
        places("yamate", 3, "2026-11-21T10:00"),
        places("yamate", 0, "2026-11-21T21:00"),
        places("kokoro", 0, "2026-11-21T17:59"), // more than four hours ago
        places("sogo", 2, "2026-11-21T20:00"),
    ];

    let choices = chosen(&rota, &need, &reports);

    let order: Vec<_> = choices.iter().map(|choice| choice.hospital.as_str()).collect();
    assert_eq!(order[..3], ["sogo", "kokoro", "yamate"], "known places come before unknown ones");
    assert_eq!(choices[2].excluded, [Exclusion::NoPlaces]);
    assert_eq!(choices[2].places, Some((0, HOUR)));
    assert!(choices[1].reasons.contains(&Suits::PlacesUnknown));
}

#[test]
fn dates_stand_instead_of_what_recurs_in_their_area_only() {
    let rota = example();
    let out =
        |region: &str| Need { admission: Some(Admission::Outpatient), ..from(region, "2026-12-31T20:00") };

    assert_eq!(asked(&rota, &out("coast")), "hamabe kokoro");
    assert_eq!(asked(&rota, &out("north")), "yamate kokoro");
}

#[test]
fn every_night_has_a_hospital_and_one_without_is_told() {
    let text = include_str!("../../rotas/example.toml");
    let three_days = |rota: &Rota| rota.hospital_coverage(days(rota, "2026-11-20", "2026-11-22"));
    assert_eq!(three_days(&example()), []);

    // Those that are always there now take people from the north only.
    let text = text.replace("kind = \"always\"", "kind = \"always\"\nregions = [\"north\"]");
    let text = text.replace("kind = \"somatic\"", "regions = [\"north\"]\nkind = \"somatic\"");
    let gaps = three_days(&rota(&text));

    let expected = [
        ("2026-11-20T00:00", "2026-11-20T08:30", "coast"), // a Friday: the coast has turns on closed days only
        ("2026-11-20T17:15", "2026-11-21T17:00", "coast"),
        ("2026-11-21T08:30", "2026-11-21T17:00", "south"), // its turns are nights
        ("2026-11-21T23:00", "2026-11-22T17:00", "coast"), // arrival ends at eleven
        ("2026-11-22T08:30", "2026-11-22T17:00", "south"),
        ("2026-11-22T23:00", "2026-11-23T00:00", "coast"),
    ];
    let told = gaps.iter().map(|gap| (gap.time.from, gap.time.until, gap.area.as_ref().unwrap().as_str()));
    assert_eq!(told.collect::<Vec<_>>(), expected.map(|(from, until, area)| (at(from), at(until), area)));
}

#[test]
fn an_operator_without_hospitals_has_no_duty_of_hospitals() {
    let rota = rota(&file(&["ito"], ""));

    assert_eq!(rota.hospital_coverage(days(&rota, "2026-11-20", "2026-11-22")), []);
}

#[test]
fn the_faults_of_hospitals_and_turns_are_told_with_their_lines() {
    let text = file(
        &[],
        r#"
[[centre]]
id = "same"
name = "x"
[[hospital]]
id = "same"
name = "x"
kind = "always"
admissions = ["voluntary"]
contacts = ["mailto:a@b.example"]
checked = 2026-10-01
[[hospital]]
id = "kita"
name = "x"
kind = "by_turn"
admissions = ["voluntary"]
hours = { weekday = "00:00-24:00", holiday = "00:00-24:00" }
regions = ["north"]
contacts = ["tel:+81300004002"]
checked = 2026-10-01
[[hospital_turn]]
area = "south"
time = "17:00-08:30"
dates = [2026-11-20, 2026-11-20]
hospitals = ["kita", "kito"]
[[hospital]]
id = "odd"
name = "x"
kind = "sometimes"
admissions = ["intensive"]
latest_arrival = "24:30"
contacts = ["tel:+81300004002"]
[[hospital_turn]]
starts = 2026-11-20
dates = [2026-11-21]
"#,
    );

    let faults = told(&Rota::read(&text).unwrap_err());

    for words in [
        "a centre has the id \"same\" already",
        "a hospital that cannot be rung",
        "a hospital by turn has no hours of its own",
        "kita does not take people from south",
        "this date is given twice for the area",
        "no hospital \"kito\" in this file; write \"kita\"",
        "a hospital is one of always, by_turn, somatic",
        "an admission is one of outpatient",
        "a time is HH:MM",
        "checked is missing",
        "it is not clear who is on duty when",
        "hospitals is missing",
        "time is missing",
    ] {
        assert!(faults.contains(words), "{words}\n{faults}");
    }
    assert_eq!(faults.lines().count(), 13, "{faults}");
}

#[test]
fn a_hospital_by_turn_that_never_has_one_is_a_fault() {
    let text = file(
        &["ito"],
        r#"
[[hospital]]
id = "kita"
name = "x"
kind = "by_turn"
admissions = ["voluntary"]
contacts = ["tel:+81300004002"]
checked = 2026-10-01
"#,
    );

    let faults = told(&Rota::read(&text).unwrap_err());

    assert!(faults.contains("a hospital by turn that never has one; name \"kita\""), "{faults}");
}
