//! The special days for a calendar program: one whole day each, with the hours of every window.

use on_call_rota::{DayEvent, Period, day_calendar};

use crate::language::Tongue;
use crate::notice::{Day, Notice};
use crate::words;

pub(crate) fn calendar(notice: &Notice, tongue: Tongue) -> String {
    let (name, _) = notice.name.to(tongue);
    let name = format!(
        "{name} {}",
        tongue.of("こころの相談窓口：特別な日", "mental health consultation: special days")
    );
    let days: Vec<DayEvent> =
        notice.special.iter().enumerate().map(|(nth, day)| event(notice, nth, day, tongue)).collect();
    // Of today, so that the same days are the same text.
    let stamp = Period::days(notice.today, notice.today, &notice.zone).from;
    day_calendar(&name, tongue.code(), stamp, notice.revision, &days)
}

fn event(notice: &Notice, nth: usize, day: &Day, tongue: Tongue) -> DayEvent {
    let name = words::of_day(day, tongue).map(|(name, _)| name).unwrap_or_default();
    let hours = |ranges: Option<&Vec<_>>| words::hours(ranges.map(Vec::as_slice).unwrap_or_default(), tongue);
    let colon = tongue.of("：", ": ");
    let lines = notice.windows.iter().map(|window| {
        let hours = hours(window.special.get(nth));
        format!("{} {}{colon}{hours}", window.name.to(tongue).0, window.number)
    });
    let lines: Vec<String> = lines.collect();
    // One window's calendar is another than that of all: so are its days.
    let which = match notice.windows.as_slice() {
        [only] => format!("-{}", only.id),
        _ => String::new(),
    };
    DayEvent {
        uid: format!("{}-special{which}@{}.tomoshibi", day.date, notice.operator),
        date: day.date,
        summary: format!("{name}{}", tongue.of("（相談窓口の受付時間）", " (consultation hours)")),
        description: lines.join("\n"),
    }
}
