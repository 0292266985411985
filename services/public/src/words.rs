//! Words of the page in its two languages: dates, hours, how a window stands.

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use on_call_rota::TimeRange;

use crate::language::Tongue;
use crate::notice::{Day, Standing};

const DAY: u16 = 24 * 60;

pub(crate) fn date(date: Date, tongue: Tongue) -> String {
    let weekday = weekday(date.weekday(), tongue);
    match tongue {
        Tongue::Japanese => format!("{}月{}日（{weekday}）", date.month(), date.day()),
        Tongue::English => format!("{weekday} {} {}", date.day(), date.strftime("%b")),
    }
}

pub(crate) fn whole_date(date: Date, tongue: Tongue) -> String {
    match tongue {
        Tongue::Japanese => format!("{}年{}", date.year(), self::date(date, tongue)),
        Tongue::English => format!("{} {}", self::date(date, tongue), date.year()),
    }
}

fn weekday(weekday: Weekday, tongue: Tongue) -> &'static str {
    let (ja, en) = match weekday {
        Weekday::Monday => ("月", "Mon"),
        Weekday::Tuesday => ("火", "Tue"),
        Weekday::Wednesday => ("水", "Wed"),
        Weekday::Thursday => ("木", "Thu"),
        Weekday::Friday => ("金", "Fri"),
        Weekday::Saturday => ("土", "Sat"),
        Weekday::Sunday => ("日", "Sun"),
    };
    tongue.of(ja, en)
}

/// `8:30`, `17:15`: minutes past midnight on the wall.
pub(crate) fn clock_time(minutes: u16) -> String {
    format!("{}:{:02}", minutes / 60, minutes % 60)
}

/// The hours that begin on one date.
pub(crate) fn hours(ranges: &[TimeRange], tongue: Tongue) -> String {
    let all: Vec<String> = ranges.iter().map(|range| one_range(*range, tongue)).collect();
    match all.is_empty() {
        true => tongue.of("休み", "Closed").to_owned(),
        false => all.join(tongue.of("、", ", ")),
    }
}

fn one_range(range: TimeRange, tongue: Tongue) -> String {
    if range == TimeRange::WHOLE_DAY {
        return tongue.of("24時間", "24 hours").to_owned();
    }
    let start = clock_time(range.start());
    match range.end() {
        end if end <= DAY => format!("{start}–{}", clock_time(end)),
        end => {
            let end = clock_time(end - DAY);
            tongue.of(format!("{start}–翌{end}"), format!("{start}–{end} next day"))
        }
    }
}

/// An instant to come, as people say it today.
pub(crate) fn moment(at: Timestamp, zone: &TimeZone, today: Date, tongue: Tongue) -> String {
    let local = zone.to_datetime(at);
    let minutes = local.hour() as u16 * 60 + local.minute() as u16;
    let (date, time) = (date(local.date(), tongue), clock_time(minutes));
    match (local.date() == today, tongue) {
        (true, Tongue::Japanese) => format!("今日 {time}"),
        (true, Tongue::English) => format!("{time} today"),
        (false, Tongue::Japanese) => format!("{date} {time}"),
        (false, Tongue::English) => format!("{time} on {date}"),
    }
}

pub(crate) fn standing(standing: &Standing, tongue: Tongue) -> &'static str {
    match standing {
        Standing::Open { .. } => tongue.of("受付中", "Open now"),
        Standing::Covered { .. } | Standing::Closed { .. } => tongue.of("受付時間外", "Closed now"),
    }
}

/// Until when, or from when again.
pub(crate) fn standing_time(
    standing: &Standing,
    zone: &TimeZone,
    today: Date,
    tongue: Tongue,
) -> Option<String> {
    let moment = |at: Timestamp| moment(at, zone, today, tongue);
    let opens = |opens: Option<Timestamp>| match opens {
        Some(at) => tongue
            .of(format!("次は{}から受け付けます。", moment(at)), format!("Opens again at {}.", moment(at))),
        None => tongue.of("次の受付は決まっていません。", "It is not known when it opens again.").to_owned(),
    };
    match standing {
        Standing::Open { until } => {
            until.map(|at| tongue.of(format!("{}まで", moment(at)), format!("until {}", moment(at))))
        }
        Standing::Covered { opens: at, .. } | Standing::Closed { opens: at } => Some(opens(*at)),
    }
}

pub(crate) fn of_day(day: &Day, tongue: Tongue) -> Option<(String, Tongue)> {
    let (name, spoken) = day.name.as_ref()?.to(tongue);
    let name = match day.provisional {
        true => format!("{name}{}", spoken.of("（予定）", " (expected)")),
        false => name.to_owned(),
    };
    Some((name, spoken))
}
