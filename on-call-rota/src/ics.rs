//! iCalendar (RFC 5545) of a person or a window: one VEVENT per shift; and of whole days.
//!
//! Written here because the `icalendar` crate reads the clock and draws UIDs
//! at random for every component that lacks a DTSTAMP or a UID, the parts of
//! a VTIMEZONE included (where neither is allowed), and folds at 76 octets.

use std::fmt::Write;

use jiff::civil::Date;
use jiff::tz::{Dst, Offset, TimeZone};
use jiff::{Timestamp, ToSpan};

use crate::ids::{StaffId, WindowId};
use crate::period::Period;
use crate::rota::{Operator, Rota};
use crate::shift::Shift;

impl Rota {
    /// A person's shifts, to be read by a calendar program. `stamp` is when
    /// the calendar is made (DTSTAMP). None for an unknown person.
    pub fn staff_calendar(&self, staff: &StaffId, period: Period, stamp: Timestamp) -> Option<String> {
        let person = self.person(staff)?;
        let operator = self.operator(&person.operator)?;
        let shifts = self.shifts(period).into_iter().filter(|shift| shift.staff == *staff);
        let feed = Feed { rota: self, operator, stamp, name: format!("{} {staff}", operator.name) };
        Some(feed.write(shifts.collect(), |shift| feed.windows(shift)))
    }

    /// A window's shifts of everybody. None for an unknown window.
    pub fn window_calendar(&self, window: &WindowId, period: Period, stamp: Timestamp) -> Option<String> {
        let named = self.window(window)?;
        let operator = self.operator(&named.operator)?;
        let shifts = self.shifts(period).into_iter().filter(|shift| shift.windows.contains(window));
        let feed = Feed { rota: self, operator, stamp, name: named.name.clone() };
        Some(feed.write(shifts.collect(), |shift| shift.staff.to_string()))
    }
}

/// A whole day of a calendar that anybody may read.
#[derive(Clone, Debug)]
pub struct DayEvent {
    /// The same for the same day in every calendar made from any revision.
    pub uid: String,
    pub date: Date,
    pub summary: String,
    pub description: String,
}

/// A calendar of whole days. `stamp` is when it is made (DTSTAMP), `revision` the rota's.
pub fn day_calendar(
    name: &str,
    language: &str,
    stamp: Timestamp,
    revision: u32,
    days: &[DayEvent],
) -> String {
    let mut out = Lines(String::new());
    head(&mut out, name);
    for day in days {
        out.line("BEGIN:VEVENT");
        out.line(&format!("UID:{}", escaped(&day.uid)));
        out.line(&format!("DTSTAMP:{}", stamp.strftime("%Y%m%dT%H%M%SZ")));
        out.line(&format!("SEQUENCE:{revision}"));
        for (name, date) in [("DTSTART", day.date), ("DTEND", day.date.saturating_add(1.day()))] {
            out.line(&format!("{name};VALUE=DATE:{}", date.strftime("%Y%m%d")));
        }
        out.line(&format!("SUMMARY;LANGUAGE={language}:{}", escaped(&day.summary)));
        out.line(&format!("DESCRIPTION;LANGUAGE={language}:{}", escaped(&day.description)));
        out.line("STATUS:CONFIRMED");
        // Nobody is busy because an office is closed.
        out.line("TRANSP:TRANSPARENT");
        out.line("END:VEVENT");
    }
    out.line("END:VCALENDAR");
    out.0
}

fn head(out: &mut Lines, name: &str) {
    out.line("BEGIN:VCALENDAR");
    out.line("VERSION:2.0");
    out.line("PRODID:-//Tomoshibi//on-call-rota//EN");
    out.line("CALSCALE:GREGORIAN");
    out.line("METHOD:PUBLISH");
    out.line(&format!("X-WR-CALNAME:{}", escaped(name)));
}

struct Feed<'a> {
    rota: &'a Rota,
    operator: &'a Operator,
    stamp: Timestamp,
    name: String,
}

impl Feed<'_> {
    fn write(&self, shifts: Vec<Shift>, summary: impl Fn(&Shift) -> String) -> String {
        let mut out = Lines(String::new());
        head(&mut out, &self.name);
        let first = shifts.iter().map(|shift| shift.time.from).min().unwrap_or(self.stamp);
        let last = shifts.iter().map(|shift| shift.time.until).max().unwrap_or(self.stamp);
        time_zone(&mut out, &self.operator.calendar.zone, Period { from: first, until: last });
        for shift in &shifts {
            self.event(&mut out, shift, &summary(shift));
        }
        out.line("END:VCALENDAR");
        out.0
    }

    fn event(&self, out: &mut Lines, shift: &Shift, whom: &str) {
        let (zone, operator) = (&self.operator.calendar.zone, &self.operator.id);
        out.line("BEGIN:VEVENT");
        out.line(&format!("UID:{}@{operator}.tomoshibi", uid(shift)));
        out.line(&format!("DTSTAMP:{}", self.stamp.strftime("%Y%m%dT%H%M%SZ")));
        out.line(&format!("SEQUENCE:{}", self.rota.revision()));
        for (name, at) in [("DTSTART", shift.time.from), ("DTEND", shift.time.until)] {
            out.line(&format!("{name}{}", local(zone, at)));
        }
        out.line(&format!("SUMMARY:{}", escaped(&format!("{} {whom}", shift.role))));
        out.line(&format!("DESCRIPTION:{}", escaped(&described(shift))));
        out.line("STATUS:CONFIRMED");
        out.line("TRANSP:OPAQUE");
        out.line("END:VEVENT");
    }

    fn windows(&self, shift: &Shift) -> String {
        let names = shift.windows.iter().filter_map(|id| self.rota.window(id));
        names.map(|window| window.name.as_str()).collect::<Vec<_>>().join(" / ")
    }
}

/// The same shift has the same UID in every calendar made from any revision.
fn uid(shift: &Shift) -> String {
    format!("{}-{}-{}.{}-{}", shift.date, shift.duty, shift.nth, shift.piece, shift.staff)
}

fn described(shift: &Shift) -> String {
    match &shift.instead_of {
        Some(planned) => format!("{} for {planned}", shift.duty),
        None => shift.duty.to_string(),
    }
}

/// UTC where the local time occurs twice and this is the second: RFC 5545
/// reads a local time as the first.
fn local(zone: &TimeZone, at: Timestamp) -> String {
    let local = zone.to_datetime(at);
    match zone.iana_name() {
        Some(name) if crate::zone::instant(zone, local) == at => {
            format!(";TZID={name}:{}", local.strftime("%Y%m%dT%H%M%S"))
        }
        Some(_) | None => format!(":{}", at.strftime("%Y%m%dT%H%M%SZ")),
    }
}

/// The observance in force at the start, and one for each change up to the end.
fn time_zone(out: &mut Lines, zone: &TimeZone, period: Period) {
    let Some(name) = zone.iana_name() else { return };
    out.line("BEGIN:VTIMEZONE");
    out.line(&format!("TZID:{name}"));
    let mut before = None;
    if let Some(start) = zone.preceding(period.from).next() {
        before = Some(start.timestamp());
    }
    let changes = zone.following(period.from).take_while(|change| change.timestamp() < period.until);
    let at: Vec<Timestamp> = changes.map(|change| change.timestamp()).collect();
    match before {
        Some(start) => observance(out, zone, start),
        None => observance(out, zone, period.from),
    }
    at.into_iter().for_each(|at| observance(out, zone, at));
    out.line("END:VTIMEZONE");
}

fn observance(out: &mut Lines, zone: &TimeZone, at: Timestamp) {
    let info = zone.to_offset_info(at);
    let second = jiff::SignedDuration::from_secs(1);
    let old = zone.to_offset(at.saturating_sub(second).unwrap_or(at));
    let kind = match info.dst() {
        Dst::Yes => "DAYLIGHT",
        Dst::No => "STANDARD",
    };
    // DTSTART is on the wall clock as it was just before the change.
    let onset = old.to_datetime(at);
    out.line(&format!("BEGIN:{kind}"));
    out.line(&format!("DTSTART:{}", onset.strftime("%Y%m%dT%H%M%S")));
    out.line(&format!("TZOFFSETFROM:{}", offset(old)));
    out.line(&format!("TZOFFSETTO:{}", offset(info.offset())));
    out.line(&format!("TZNAME:{}", escaped(info.abbreviation())));
    out.line(&format!("END:{kind}"));
}

fn offset(offset: Offset) -> String {
    let (sign, seconds) = (if offset.seconds() < 0 { '-' } else { '+' }, offset.seconds().unsigned_abs());
    let mut text = format!("{sign}{:02}{:02}", seconds / 3600, seconds / 60 % 60);
    if seconds % 60 != 0 {
        let _ = write!(text, "{:02}", seconds % 60);
    }
    text
}

/// TEXT, RFC 5545 3.3.11.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | ';' | ',' => out.extend(['\\', character]),
            '\n' => out.push_str("\\n"),
            control if control.is_control() => {}
            plain => out.push(plain),
        }
    }
    out
}

struct Lines(String);

impl Lines {
    /// Folds at 75 octets without the line break, RFC 5545 3.1, never inside a character.
    fn line(&mut self, text: &str) {
        let mut room = 75;
        for character in text.chars() {
            if character.len_utf8() > room {
                self.0.push_str("\r\n ");
                room = 74;
            }
            self.0.push(character);
            room -= character.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_folded_at_75_octets_and_never_inside_a_character() {
        let mut out = Lines(String::new());
        out.line(&"窓".repeat(60));
        let lines: Vec<&str> = out.0.split_terminator("\r\n").collect();
        assert_eq!(lines.len(), 3);
        assert!(lines.iter().all(|line| line.len() <= 75));
        assert_eq!(out.0.replace("\r\n ", "").trim_end(), "窓".repeat(60));
    }

    #[test]
    fn a_plain_line_is_folded_after_exactly_75_octets() {
        let mut out = Lines(String::new());
        out.line(&"a".repeat(150));
        let lengths: Vec<usize> = out.0.split_terminator("\r\n").map(str::len).collect();
        assert_eq!(lengths, [75, 75, 2]);
    }

    #[test]
    fn text_cannot_break_out_of_its_line() {
        assert_eq!(escaped("a,b;c\\d\r\nEND:VEVENT"), "a\\,b\\;c\\\\d\\nEND:VEVENT");
    }

    #[test]
    fn offsets_are_written_in_hours_and_minutes() {
        assert_eq!(offset(Offset::from_seconds(9 * 3600).unwrap()), "+0900");
        assert_eq!(offset(Offset::from_seconds(-(3 * 3600 + 1800)).unwrap()), "-0330");
        assert_eq!(offset(Offset::from_seconds(33539).unwrap()), "+091859");
    }
}
