//! Gaps: exactly those that are there, by an independent count minute by minute.

use std::fmt::Write;

use jiff::SignedDuration;
use on_call_rota::{Gap, Missing, Period, Rota};
use proptest::prelude::*;

use crate::common::{at, days, file, rota};

/// Friday (open), Saturday, Sunday (closed); the Thursday before is open.
const FIRST_DAY: &str = "2026-05-29";
const DAYS: usize = 3;
const MINUTES: usize = DAYS * 1440;

#[derive(Clone, Copy, Debug, PartialEq)]
enum On {
    Daily,
    Open,
    Closed,
}

impl On {
    /// The day by its number; -1 is the Thursday.
    fn holds(self, day: i32) -> bool {
        match self {
            Self::Daily => true,
            Self::Open => day <= 0,
            Self::Closed => day > 0,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Hours {
    start: usize,
    length: usize,
}

impl Hours {
    /// Whether hours that begin on the day hold at the minute, both counted from the first day.
    fn hold(self, day: i32, minute: usize) -> bool {
        let start = day * 1440 + self.start as i32;
        (start..start + self.length as i32).contains(&(minute as i32))
    }

    fn written(self) -> String {
        let end = (self.start + self.length) % 1440;
        if self.start + self.length == 1440 {
            return format!("{:02}:{:02}-24:00", self.start / 60, self.start % 60);
        }
        format!("{:02}:{:02}-{:02}:{:02}", self.start / 60, self.start % 60, end / 60, end % 60)
    }
}

#[derive(Clone, Copy, Debug)]
enum Phone {
    Sip,
    MailOnly,
    Nothing,
    /// Works up to and including the first day.
    UntilFirstDay,
}

/// One person with one shift; `windows` is a mask of the two windows.
#[derive(Clone, Copy, Debug)]
struct Worker {
    on: On,
    hours: Hours,
    windows: usize,
    nurse: bool,
    phone: Phone,
}

#[derive(Clone, Debug)]
struct Model {
    all_day: bool,
    open: [(On, Hours); 2],
    workers: Vec<Worker>,
    rule_window: Option<usize>,
    rule_hours: Option<(On, Hours)>,
    at_least: u32,
    nurses_only: bool,
}

fn hours() -> impl Strategy<Value = Hours> {
    // Steps of a quarter make edges meet; single minutes make them miss.
    let quarter = (0..96usize, 1..=96usize)
        .prop_map(|(start, length)| Hours { start: start * 15, length: length * 15 });
    let minute = (0..1440usize, 1..=1440usize).prop_map(|(start, length)| Hours { start, length });
    prop_oneof![4 => quarter, 1 => minute]
}

fn on() -> impl Strategy<Value = On> {
    prop_oneof![3 => Just(On::Daily), 1 => Just(On::Open), 1 => Just(On::Closed)]
}

fn worker() -> impl Strategy<Value = Worker> {
    let phone = prop_oneof![
        4 => Just(Phone::Sip),
        1 => Just(Phone::MailOnly),
        1 => Just(Phone::Nothing),
        1 => Just(Phone::UntilFirstDay)
    ];
    (on(), hours(), 1..4usize, any::<bool>(), phone).prop_map(|(on, hours, windows, nurse, phone)| Worker {
        on,
        hours,
        windows,
        nurse,
        phone,
    })
}

fn model() -> impl Strategy<Value = Model> {
    let rule =
        (proptest::option::of(0..2usize), proptest::option::of((on(), hours())), 1..4u32, any::<bool>());
    (any::<bool>(), [(on(), hours()), (on(), hours())], proptest::collection::vec(worker(), 0..7), rule)
        .prop_map(|(all_day, open, workers, (rule_window, rule_hours, at_least, nurses_only))| Model {
            all_day,
            open,
            workers,
            rule_window,
            rule_hours,
            at_least,
            nurses_only,
        })
}

impl Model {
    fn written(&self) -> String {
        let mut text = format!(
            "[[operator]]\nid = \"op\"\nname = \"op\"\n[[group]]\nid = \"g\"\nall_day = {}\n",
            self.all_day
        );
        for (n, (on, hours)) in self.open.iter().enumerate() {
            let when = |day| if on.holds(day) { format!("\"{}\"", hours.written()) } else { "[]".into() };
            let _ = write!(
                text,
                "[[window]]\nid = \"w{n}\"\ngroup = \"g\"\nname = \"w\"\nnumbers = [\"10{n}\"]\nfallback = \"+81300000000\"\nhours = {{ weekday = {}, holiday = {} }}\n",
                when(0),
                when(1)
            );
        }
        for (n, worker) in self.workers.iter().enumerate() {
            let qualification = if worker.nurse { "nurse" } else { "psychologist" };
            let contacts = match worker.phone {
                Phone::Sip => format!("\"sip:p{n}\""),
                Phone::MailOnly => "\"mailto:a@b.example\"".into(),
                Phone::Nothing => String::new(),
                Phone::UntilFirstDay => format!("{{ at = \"sip:p{n}\", until = {FIRST_DAY} }}"),
            };
            let windows = ["\"w0\"", "\"w1\"", "\"w0\", \"w1\""][worker.windows - 1];
            let _ = write!(
                text,
                "[[staff]]\nid = \"p{n}\"\nname = \"x\"\nqualifications = [\"{qualification}\"]\ncontacts = [{contacts}]\n[[pattern]]\nid = \"d{n}\"\nwindows = [{windows}]\n[[pattern.shift]]\ndays = [\"{}\"]\ntime = \"{}\"\nstaff = [\"p{n}\"]\n",
                worker.on.word(),
                worker.hours.written()
            );
        }
        let _ = write!(text, "[[rule]]\nid = \"rule\"\nat_least = {}\n", self.at_least);
        let _ = match self.rule_window {
            Some(window) => writeln!(text, "window = \"w{window}\""),
            None => writeln!(text, "group = \"g\""),
        };
        if let Some((on, hours)) = self.rule_hours {
            let _ = writeln!(text, "days = [\"{}\"]\ntime = \"{}\"", on.word(), hours.written());
        }
        if self.nurses_only {
            text.push_str("qualifications = [\"nurse\"]\n");
        }
        text
    }

    fn is_open(&self, window: usize, minute: usize) -> bool {
        let (on, hours) = self.open[window];
        (-1..DAYS as i32).any(|day| on.holds(day) && hours.hold(day, minute))
    }

    /// What is missing at one minute by a rule about these windows.
    fn missing(&self, windows: &[usize], need: u32, nurses_only: bool, minute: usize) -> Option<Missing> {
        let open: Vec<usize> =
            windows.iter().copied().filter(|&window| self.is_open(window, minute)).collect();
        let owed = !open.is_empty() || (self.all_day && windows.len() == 2);
        let present = |worker: &&Worker| {
            (worker.nurse || !nurses_only)
                && open.iter().any(|window| worker.windows & (1 << window) != 0)
                && (-1..DAYS as i32).any(|day| worker.on.holds(day) && worker.hours.hold(day, minute))
        };
        let reachable = |worker: &&Worker| match worker.phone {
            Phone::Sip => true,
            Phone::MailOnly | Phone::Nothing => false,
            Phone::UntilFirstDay => minute < 1440,
        };
        let on_duty = self.workers.iter().filter(present).count() as u32;
        let reachable = self.workers.iter().filter(present).filter(reachable).count() as u32;
        match owed && reachable < need {
            true if on_duty >= need => Some(Missing::Contact { need, on_duty, reachable }),
            true => Some(Missing::People { need, on_duty, reachable }),
            false => None,
        }
    }

    fn rule_holds(&self, minute: usize) -> bool {
        self.rule_hours
            .is_none_or(|(on, hours)| (-1..DAYS as i32).any(|day| on.holds(day) && hours.hold(day, minute)))
    }
}

/// Minutes that lack the same, one after the other, are one gap.
fn runs(mut missing: impl FnMut(usize) -> Option<Missing>) -> Vec<(Period, Missing)> {
    let start = at(&format!("{FIRST_DAY}T00:00"));
    let instant = |minute: usize| start + SignedDuration::from_mins(minute as i64);
    let mut runs: Vec<(Period, Missing)> = Vec::new();
    for minute in 0..MINUTES {
        let Some(now) = missing(minute) else { continue };
        let time = Period { from: instant(minute), until: instant(minute + 1) };
        match runs.last_mut().filter(|(last, before)| last.until == time.from && *before == now) {
            Some((last, _)) => last.until = time.until,
            None => runs.push((time, now)),
        }
    }
    runs
}

fn of(gaps: &[Gap], rule: &str) -> Vec<(Period, Missing)> {
    gaps.iter().filter(|gap| gap.rule.as_str() == rule).map(|gap| (gap.time, gap.missing)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn coverage_equals_a_count_of_every_minute(model in model()) {
        let rota = rota(&model.written());
        let gaps = rota.coverage(days(&rota, FIRST_DAY, "2026-05-31"));
        let both = [0, 1];
        let open = |minute| (model.all_day && both.iter().all(|&window| !model.is_open(window, minute))).then_some(Missing::Window);
        let windows = model.rule_window.as_ref().map_or(&both[..], std::slice::from_ref);
        let rule = |minute| model.missing(windows, model.at_least, model.nurses_only, minute).filter(|_| model.rule_holds(minute));
        prop_assert_eq!(of(&gaps, "open"), runs(open));
        prop_assert_eq!(of(&gaps, "staffed"), runs(|minute| model.missing(&both, 1, false, minute)));
        prop_assert_eq!(of(&gaps, "rule"), runs(rule));
        prop_assert!(gaps.is_sorted());
    }
}

/// 94 windows, each with two people in day and night shifts: 68,620 shifts a year.
fn ninety_four(absences: &[(usize, String)]) -> Rota {
    let mut text = String::from("[[operator]]\nid = \"op\"\nname = \"op\"\n");
    for n in 0..94 {
        let _ = write!(
            text,
            "[[window]]\nid = \"w{n}\"\nname = \"w\"\nnumbers = [\"{}\"]\nhours = {{ weekday = \"00:00-24:00\", holiday = \"00:00-24:00\" }}\n",
            1000 + n
        );
        for who in ["a", "b"] {
            let _ = write!(
                text,
                "[[staff]]\nid = \"{who}{n}\"\nname = \"x\"\nqualifications = [\"nurse\"]\ncontacts = [\"sip:{who}{n}\"]\n"
            );
        }
        let _ = write!(
            text,
            "[[rotation]]\nid = \"r{n}\"\nwindows = [\"w{n}\"]\nstarts = 2026-12-01\ntimes = {{ day = \"08:30-20:30\", night = \"20:30-08:30\" }}\ncycle = [\"day\"]\nstaff = [\"a{n}\"]\n[[rotation]]\nid = \"s{n}\"\nwindows = [\"w{n}\"]\nstarts = 2026-12-01\ntimes = {{ night = \"20:30-08:30\" }}\ncycle = [\"night\"]\nstaff = [\"b{n}\"]\n"
        );
    }
    for (n, date) in absences {
        let _ = write!(text, "[[cover]]\nkind = \"absence\"\nstaff = \"b{n}\"\ndate = {date}\n");
    }
    rota(&text)
}

/// Nights spread over windows and the year, no two alike.
fn planted(count: usize) -> Vec<(usize, String)> {
    (0..count).map(|n| ((n * 37) % 94, format!("2027-{:02}-{:02}", n % 12 + 1, (n * 7) % 28 + 1))).collect()
}

fn gaps_are_those_planted(count: usize) {
    let planted = planted(count);
    let rota = ninety_four(&planted);
    let year = days(&rota, "2027-01-01", "2027-12-31");
    assert_eq!(rota.shifts(year).len(), 68_620 + 94 - count);
    let mut expected: Vec<_> = planted
        .iter()
        .map(|(window, date)| {
            let from = at(&format!("{date}T20:30"));
            (Period { from, until: from + SignedDuration::from_hours(12) }, format!("w{window}"))
        })
        .collect();
    expected.sort();
    let mut found: Vec<_> =
        rota.coverage(year).into_iter().map(|gap| (gap.time, gap.group.to_string())).collect();
    found.sort();
    assert_eq!(found, expected);
}

#[test]
fn among_94_rotas_without_a_gap_none_is_found() {
    gaps_are_those_planted(0);
}

#[test]
fn among_94_rotas_one_missing_night_is_found() {
    gaps_are_those_planted(1);
}

#[test]
fn among_94_rotas_a_hundred_missing_nights_are_found() {
    gaps_are_those_planted(100);
}

#[test]
fn somebody_without_a_telephone_is_on_duty_but_does_not_cover() {
    let pattern = "[[pattern]]\nid = \"d\"\nwindows = [\"main\"]\n[[pattern.shift]]\ndays = [\"daily\"]\ntime = \"00:00-24:00\"\nstaff = [\"ito\"]\n";
    let text =
        file(&["ito"], pattern).replace("contacts = [\"sip:ito\"]", "contacts = [\"mailto:ito@example.jp\"]");
    let rota = rota(&text);
    let day = days(&rota, "2026-03-01", "2026-03-02");
    let gaps = rota.coverage(day);
    assert_eq!(gaps.len(), 1);
    assert_eq!(
        (gaps[0].time, gaps[0].missing),
        (day, Missing::Contact { need: 1, on_duty: 1, reachable: 0 })
    );
    assert!(gaps[0].to_string().ends_with("1 on duty, but only 0 of 1 with a working telephone"));
}

#[test]
fn gaps_are_told_as_json_with_their_times() {
    let rota = rota(&file(&["ito"], ""));
    let gaps = rota.coverage(days(&rota, "2026-03-01", "2026-03-01"));
    assert_eq!(
        serde_json::to_string(&gaps).unwrap(),
        r#"[{"from":"2026-02-28T15:00:00Z","until":"2026-03-01T15:00:00Z","group":"main","window":null,"rule":"staffed","missing":{"kind":"people","need":1,"on_duty":0,"reachable":0}}]"#
    );
}
