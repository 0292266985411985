//! Days that are not like others: public holidays, the turn of the year, days of the operator's own.

use jiff::ToSpan;
use jiff::civil::Date;
use on_call_rota::{Calendar, DayKind, holidays};

use crate::notice::{Day, Names};

/// Further than this nobody looks: there is a public holiday in every year.
const LONGEST: i64 = 366;

/// The days from the first to the last, both included, that are special: at least the next one, and a run
/// of them to its end.
pub(crate) fn special_days(calendar: &Calendar, first: Date, last: Date) -> Vec<Day> {
    let mut days = Vec::new();
    for date in (0..LONGEST).map(|ahead| first.saturating_add(ahead.days())) {
        let day = Day::of(calendar, date).filter(Day::is_special);
        if date > last && day.is_none() && !days.is_empty() {
            break;
        }
        days.extend(day);
    }
    days
}

impl Day {
    /// None outside 1980 to 2099.
    pub(crate) fn of(calendar: &Calendar, date: Date) -> Option<Self> {
        let day = calendar.day(date)?;
        let (name, provisional) = named(calendar, date, day.kind);
        Some(Self { date, kind: day.kind, name, provisional })
    }

    pub fn is_special(&self) -> bool {
        self.name.is_some()
    }
}

fn named(calendar: &Calendar, date: Date, kind: DayKind) -> (Option<Names>, bool) {
    match kind {
        DayKind::Weekday | DayKind::Saturday | DayKind::Sunday => (None, false),
        DayKind::Holiday | DayKind::Substitute | DayKind::Citizens => {
            let year = holidays(date.year(), calendar.published_through()).unwrap_or_default();
            let known = year.into_iter().find(|holiday| holiday.date == date);
            let provisional = known.as_ref().is_some_and(|holiday| holiday.provisional);
            (known.map(|holiday| Names::both(holiday.name_ja, holiday.name_en)), provisional)
        }
        DayKind::YearEnd => (Some(Names::both("年末年始", "New Year holidays")), false),
        DayKind::Local => {
            let name = calendar.own_day(date).unwrap_or("休業日");
            (Some(Names { ja: name.to_owned(), en: None }), false)
        }
    }
}
