//! What the public is told at one instant: a value, worked out from the rota and the time.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use on_call_rota::{
    DayKind, Language, Operator, OperatorId, PageAddress, Period, PublicNumber, Rota, TimeRange, Window,
    WindowId,
};

use crate::language::Tongue;
use crate::special::special_days;

/// So many days are told one by one.
const DAYS: i64 = 14;
/// Special days are told this far ahead.
const MONTHS: i64 = 2;
/// An opening further away than this is not told.
const FAR: SignedDuration = SignedDuration::from_hours(62 * 24);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub operator: OperatorId,
    pub name: Names,
    pub url: Option<PageAddress>,
    pub revision: u32,
    pub zone: TimeZone,
    pub today: Date,
    /// The next fourteen days, today first.
    pub days: Vec<Day>,
    /// The special days of the next two months.
    pub special: Vec<Day>,
    pub windows: Vec<Shown>,
    /// From here on something else holds.
    pub until: Timestamp,
}

/// A name in Japanese, and in English where somebody gave one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    pub ja: String,
    pub en: Option<String>,
}

impl Names {
    pub(crate) fn both(ja: &str, en: &str) -> Self {
        Self { ja: ja.to_owned(), en: Some(en.to_owned()) }
    }

    fn some(ja: Option<&String>, en: Option<&String>) -> Option<Self> {
        let ja = ja.or(en)?;
        Some(Self { ja: ja.clone(), en: en.cloned() })
    }

    /// The name, and the language that it is in.
    pub(crate) fn to(&self, tongue: Tongue) -> (&str, Tongue) {
        match (tongue, &self.en) {
            (Tongue::English, Some(en)) => (en, Tongue::English),
            (Tongue::English | Tongue::Japanese, _) => (&self.ja, Tongue::Japanese),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    pub date: Date,
    pub kind: DayKind,
    /// Of a special day.
    pub name: Option<Names>,
    /// Follows from an equinox that is not published yet.
    pub provisional: bool,
}

/// A window as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub id: WindowId,
    pub name: Names,
    pub number: PublicNumber,
    pub place: Option<Names>,
    /// Hours in the operator's own words.
    pub hours: Option<Names>,
    pub url: Option<PageAddress>,
    pub languages: Vec<Language>,
    pub standing: Standing,
    /// Hours of an ordinary week, Monday first.
    pub week: [Vec<TimeRange>; 7],
    /// Hours that begin on each of the notice's `days`.
    pub days: Vec<Vec<TimeRange>>,
    /// The same for its `special` days.
    pub special: Vec<Vec<TimeRange>>,
}

/// How a window stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// `until` is none where it never closes.
    Open {
        until: Option<Timestamp>,
    },
    /// Closed, and another window answers those who ring.
    Covered {
        by: Option<Covering>,
        opens: Option<Timestamp>,
    },
    Closed {
        opens: Option<Timestamp>,
    },
}

/// The window that answers for another; not told where the public does not know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covering {
    pub id: WindowId,
    pub name: Names,
    pub number: PublicNumber,
}

impl Notice {
    /// Of all windows of the operator that the public may know, or of the one named.
    pub fn at(rota: &Rota, operator: &Operator, only: Option<&WindowId>, now: Timestamp) -> Self {
        let zone = operator.calendar.zone().clone();
        let today = zone.to_datetime(now).date();
        let listed = listed(rota, operator).filter(|window| only.is_none_or(|only| *only == window.id));
        let days: Vec<Day> =
            (0..DAYS).filter_map(|ahead| Day::of(&operator.calendar, after(today, ahead))).collect();
        let special = special_days(&operator.calendar, today, today.saturating_add(MONTHS.months()));
        let view = View { rota, now, today, days: &days, special: &special };
        Self {
            windows: listed.map(|window| view.shown(window)).collect(),
            operator: operator.id.clone(),
            name: Names { ja: operator.name.clone(), en: operator.public.name_en.clone() },
            url: operator.public.url.clone(),
            revision: rota.revision(),
            until: next_change(rota, operator, &zone, now),
            zone,
            today,
            days,
            special,
        }
    }

    /// The windows that can be rung now, as they are told.
    pub fn open(&self) -> impl Iterator<Item = &Shown> {
        self.windows.iter().filter(|window| matches!(window.standing, Standing::Open { .. }))
    }
}

/// The windows of an operator that the public may know.
pub(crate) fn listed<'a>(rota: &'a Rota, operator: &'a Operator) -> impl Iterator<Item = &'a Window> {
    let windows = rota.windows().iter();
    windows.filter(|window| window.operator == operator.id && window.public.listed)
}

struct View<'a> {
    rota: &'a Rota,
    now: Timestamp,
    today: Date,
    days: &'a [Day],
    special: &'a [Day],
}

impl View<'_> {
    fn shown(&self, window: &Window) -> Shown {
        let public = &window.public;
        let hours = |days: &[Day]| days.iter().map(|day| self.hours(window, day.date)).collect();
        Shown {
            id: window.id.clone(),
            name: names(window),
            number: public.number.clone(),
            place: Names::some(public.place.as_ref(), public.place_en.as_ref()),
            hours: Names::some(public.hours.as_ref(), public.hours_en.as_ref()),
            url: public.url.clone(),
            languages: window.languages.clone(),
            standing: self.standing(window),
            week: WEEK.map(|weekday| self.ordinary(window, weekday)),
            days: hours(self.days),
            special: hours(self.special),
        }
    }

    fn hours(&self, window: &Window, date: Date) -> Vec<TimeRange> {
        self.rota.hours_on(window, date).map(|(_, hours)| hours.to_vec()).unwrap_or_default()
    }

    /// Of the next such day that is nothing else.
    fn ordinary(&self, window: &Window, weekday: Weekday) -> Vec<TimeRange> {
        let ahead = (0..70).map(|ahead| after(self.today, ahead)).filter(|date| date.weekday() == weekday);
        let mut days = ahead.filter_map(|date| self.rota.hours_on(window, date));
        let plain = days.find(|(day, _)| match day.kind {
            DayKind::Weekday | DayKind::Saturday | DayKind::Sunday => true,
            DayKind::Holiday | DayKind::Substitute | DayKind::Citizens => false,
            DayKind::YearEnd | DayKind::Local => false,
        });
        plain.map(|(_, hours)| hours.to_vec()).unwrap_or_default()
    }

    fn standing(&self, window: &Window) -> Standing {
        let far = self.now.saturating_add(FAR).unwrap_or(Timestamp::MAX);
        let open = self.rota.open_hours(window, Period { from: self.now, until: far });
        let now = open.iter().find(|open| open.contains(self.now));
        let opens = open.iter().map(|open| open.from).find(|from| *from > self.now);
        match (now, self.answering(window)) {
            (Some(now), _) => Standing::Open { until: Some(now.until).filter(|until| *until < far) },
            (None, Some(other)) => Standing::Covered { by: covering(other), opens },
            (None, None) => Standing::Closed { opens },
        }
    }

    fn answering(&self, window: &Window) -> Option<&Window> {
        let answering = self.rota.answering(&window.id, self.now).ok().flatten()?;
        self.rota.window(&answering).filter(|other| other.id != window.id)
    }
}

const WEEK: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

fn covering(window: &Window) -> Option<Covering> {
    window.public.listed.then(|| Covering {
        id: window.id.clone(),
        name: names(window),
        number: window.public.number.clone(),
    })
}

fn names(window: &Window) -> Names {
    Names { ja: window.name.clone(), en: window.public.name_en.clone() }
}

fn after(date: Date, days: i64) -> Date {
    date.saturating_add(days.days())
}

/// Midnight, or the next time that any window opens or closes: the hidden ones answer for others too.
fn next_change(rota: &Rota, operator: &Operator, zone: &TimeZone, now: Timestamp) -> Timestamp {
    let midnight = Period::days(zone.to_datetime(now).date(), zone.to_datetime(now).date(), zone).until;
    let period = Period { from: now, until: midnight };
    let windows = rota.windows().iter().filter(|window| window.operator == operator.id);
    let open = windows.flat_map(|window| rota.open_hours(window, period));
    let edges = open.flat_map(|open| [open.from, open.until]).filter(|edge| *edge > now);
    edges.min().unwrap_or(midnight).min(midnight)
}
