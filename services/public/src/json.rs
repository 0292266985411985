//! The same as JSON-LD: schema.org's `ContactPoint` with `hoursAvailable`, and
//! how each window stands under a name of our own.

use jiff::Timestamp;
use jiff::civil::Date;
use on_call_rota::TimeRange;
use serde_json::{Map, Value, json};

use crate::language::Tongue;
use crate::notice::{Notice, Shown, Standing};
use crate::texts::Texts;

/// schema.org has no word for "open now".
const OWN: &str = "urn:tomoshibi:public:";

const WEEK: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

pub(crate) fn json(notice: &Notice, texts: &Texts, tongue: Tongue) -> String {
    let windows = notice.windows.iter().map(|window| contact_point(notice, window, tongue));
    let danger = texts.danger.iter().map(|whom| {
        json!({
            "@type": "ContactPoint",
            "contactType": "emergency",
            "name": whom.name.to(tongue),
            "telephone": whom.number,
            "description": whom.text.to(tongue),
        })
    });
    let mut operator = Map::new();
    operator.insert("@context".to_owned(), json!(["https://schema.org", { "tomoshibi": OWN }]));
    operator.insert("@type".to_owned(), json!("Organization"));
    operator.insert("@id".to_owned(), json!(format!("{OWN}operator:{}", notice.operator)));
    operator.insert("name".to_owned(), json!(notice.name.to(tongue).0));
    operator.insert("description".to_owned(), json!(texts.lead.to(tongue)));
    put(&mut operator, "url", notice.url.as_ref());
    operator.insert("contactPoint".to_owned(), windows.chain(danger).collect());
    operator.insert("tomoshibi:validUntil".to_owned(), json!(local(notice, notice.until)));
    Value::Object(operator).to_string()
}

fn contact_point(notice: &Notice, window: &Shown, tongue: Tongue) -> Value {
    let mut point = Map::new();
    point.insert("@type".to_owned(), json!("ContactPoint"));
    point.insert("@id".to_owned(), json!(id(window.id.as_str())));
    point.insert("identifier".to_owned(), json!(window.id));
    point.insert("contactType".to_owned(), json!("mental health consultation"));
    point.insert("name".to_owned(), json!(window.name.to(tongue).0));
    point.insert("telephone".to_owned(), json!(window.number));
    point.insert("availableLanguage".to_owned(), json!(window.languages));
    put(&mut point, "url", window.url.as_ref());
    put(&mut point, "description", window.hours.as_ref().map(|hours| hours.to(tongue).0));
    put(&mut point, "tomoshibi:place", window.place.as_ref().map(|place| place.to(tongue).0));
    point.insert("hoursAvailable".to_owned(), hours_available(notice, window, tongue));
    standing(&mut point, notice, &window.standing);
    Value::Object(point)
}

fn put(into: &mut Map<String, Value>, key: &str, value: Option<impl serde::Serialize>) {
    if let Some(value) = value {
        into.insert(key.to_owned(), json!(value));
    }
}

fn id(window: &str) -> String {
    format!("{OWN}window:{window}")
}

fn local(notice: &Notice, at: Timestamp) -> String {
    at.to_zoned(notice.zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

fn standing(into: &mut Map<String, Value>, notice: &Notice, standing: &Standing) {
    let time = |at: &Option<Timestamp>| at.map(|at| local(notice, at));
    into.insert("tomoshibi:isOpen".to_owned(), json!(matches!(standing, Standing::Open { .. })));
    match standing {
        Standing::Open { until } => put(into, "tomoshibi:openUntil", time(until)),
        Standing::Closed { opens } => put(into, "tomoshibi:opens", time(opens)),
        Standing::Covered { by, opens } => {
            let by =
                by.as_ref().map(|other| json!({ "@id": id(other.id.as_str()), "telephone": other.number }));
            put(into, "tomoshibi:answeredBy", by);
            put(into, "tomoshibi:opens", time(opens));
        }
    }
}

/// The ordinary week, then each day that is told and differs from it or is special.
fn hours_available(notice: &Notice, window: &Shown, tongue: Tongue) -> Value {
    let mut all = ordinary(window);
    let ordinary_of = |date: Date| &window.week[date.weekday().to_monday_zero_offset() as usize];
    for (day, ranges) in notice.days.iter().zip(&window.days) {
        if !day.is_special() && ranges != ordinary_of(day.date) {
            all.extend(dated(day.date, ranges, None));
        }
    }
    for (day, ranges) in notice.special.iter().zip(&window.special) {
        let name = day.name.as_ref().map(|name| name.to(tongue).0);
        all.extend(dated(day.date, ranges, name));
    }
    Value::Array(all)
}

/// Days with the same hours together. A day on which it is closed is not named.
fn ordinary(window: &Shown) -> Vec<Value> {
    let mut told: Vec<(TimeRange, Vec<String>)> = Vec::new();
    for (day, ranges) in WEEK.iter().zip(&window.week) {
        let day = format!("https://schema.org/{day}");
        for range in ranges {
            match told.iter_mut().find(|(one, _)| one == range) {
                Some((_, days)) => days.push(day.clone()),
                None => told.push((*range, vec![day.clone()])),
            }
        }
    }
    let specification = |(range, days): (TimeRange, Vec<String>)| {
        let (opens, closes) = times(range);
        json!({ "@type": "OpeningHoursSpecification", "dayOfWeek": days, "opens": opens, "closes": closes })
    };
    told.into_iter().map(specification).collect()
}

/// Closed is written as a day that opens and closes at midnight, as readers of schema.org have it.
fn dated(date: Date, ranges: &[TimeRange], name: Option<&str>) -> Vec<Value> {
    let closed = [("00:00".to_owned(), "00:00".to_owned())];
    let open: Vec<(String, String)> = ranges.iter().map(|range| times(*range)).collect();
    let times = if open.is_empty() { closed.as_slice() } else { open.as_slice() };
    let specification = |(opens, closes): &(String, String)| {
        let mut one = Map::new();
        one.insert("@type".to_owned(), json!("OpeningHoursSpecification"));
        put(&mut one, "name", name);
        one.insert("validFrom".to_owned(), json!(date));
        one.insert("validThrough".to_owned(), json!(date));
        one.insert("opens".to_owned(), json!(opens));
        one.insert("closes".to_owned(), json!(closes));
        Value::Object(one)
    };
    times.iter().map(specification).collect()
}

/// A closing time before the opening time is on the next day. Equal ones would mean closed, so that 24
/// hours end a minute early.
fn times(range: TimeRange) -> (String, String) {
    const DAY: u16 = 24 * 60;
    let whole = range.end() - range.start() == DAY;
    let end = if whole { range.end() - 1 } else { range.end() };
    let text = |minutes: u16| format!("{:02}:{:02}", minutes % DAY / 60, minutes % 60);
    (text(range.start()), text(end))
}
