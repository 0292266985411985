//! An operator's calendar: zone, boundary hour and the rules for days by date.

use jiff::tz::TimeZoneDatabase;

use super::fault::Faults;
use super::raw::{RawCalendar, RawOperator, RawOwnDay};
use crate::calendar::{Calendar, EarlyMorning};
use crate::day::{CalendarRule, OwnDay};
use crate::holiday::{PUBLISHED_THROUGH, Years};
use crate::hours::ClockTime;

pub(super) fn calendar(raw: &RawOperator, faults: &Faults<'_>) -> Option<Calendar> {
    let zone = match &raw.zone {
        Some(zone) => zone.value.0.clone(),
        None => TimeZoneDatabase::bundled().get("Asia/Tokyo").ok()?,
    };
    let mut rules: Vec<CalendarRule> = raw.calendars.iter().map(calendar_rule).collect();
    if rules.is_empty() {
        rules.push(CalendarRule::default());
    }
    for (nth, calendar) in raw.calendars.iter().enumerate().skip(1) {
        let in_order = calendar.from.is_some() && rules[nth - 1].from < rules[nth].from;
        if !in_order {
            let place = calendar.from.as_ref().map_or(&calendar.place, |from| &from.place);
            let right = "give each [[operator.calendar]] after the first a later date from which it holds";
            faults.add(place, "calendars out of order", right);
        }
    }
    Some(Calendar {
        zone,
        service_day_starts: raw.service_day_starts.unwrap_or(ClockTime::MIDNIGHT),
        early_morning: raw.early_morning.unwrap_or(EarlyMorning::Own),
        years: Years::new(raw.published_through.map_or(PUBLISHED_THROUGH, |year| year as i16)),
        rules,
    })
}

fn calendar_rule(raw: &RawCalendar) -> CalendarRule {
    let usual = CalendarRule::default();
    let own_day = |own: &RawOwnDay| {
        let date = own.date.as_ref()?.value.0;
        Some(OwnDay { date, name: own.name.clone()?, open: own.open })
    };
    CalendarRule {
        from: raw.from.as_ref().map_or(usual.from, |from| from.value.0),
        office_hours: raw.office_hours.unwrap_or(usual.office_hours),
        saturday: raw.saturday.unwrap_or(usual.saturday),
        year_end: raw.year_end.unwrap_or(usual.year_end),
        own_days: raw.own_days.iter().filter_map(own_day).collect(),
    }
}
