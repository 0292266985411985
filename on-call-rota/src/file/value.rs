//! Values that only a file has: dates as they are written, zones by name.

use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::calendar::known_dates;

/// A date for which the holiday rule holds.
#[derive(Clone, Copy)]
pub(super) struct FileDate(pub(super) Date);

impl FromStr for FileDate {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (first, last) = known_dates();
        let date = text.parse().ok().filter(|date| (first..=last).contains(date) && text.len() == 10);
        date.map(Self).ok_or("write a date from 1980-01-01 to 2099-12-31 as YYYY-MM-DD")
    }
}

/// Whole days or minutes on the wall clock.
#[derive(Clone, Copy)]
pub(super) enum FileWhen {
    Date(Date),
    Time(DateTime),
}

impl FromStr for FileWhen {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(date) = text.parse::<FileDate>() {
            return Ok(Self::Date(date.0));
        }
        // Everything of a rota changes on whole minutes.
        let whole = |time: &DateTime| time.second() == 0 && time.subsec_nanosecond() == 0;
        let known =
            |time: &DateTime| text.contains('T') && (1980..=2099).contains(&time.year()) && whole(time);
        let time = text.parse().ok().filter(known);
        time.map(Self::Time).ok_or("write a date YYYY-MM-DD, or a local time YYYY-MM-DDTHH:MM")
    }
}

/// A zone of the bundled database: reading a file never reads another one.
#[derive(Clone)]
pub(super) struct Zone(pub(super) TimeZone);

impl FromStr for Zone {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        TimeZoneDatabase::bundled().get(text).map(Self).map_err(|_| "write an IANA zone such as Asia/Tokyo")
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum CoverKind {
    Absence,
    StandIn,
    Swap,
}

impl FromStr for CoverKind {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "absence" => Ok(Self::Absence),
            "stand-in" => Ok(Self::StandIn),
            "swap" => Ok(Self::Swap),
            _ => Err("a cover is an absence, a stand-in or a swap"),
        }
    }
}
