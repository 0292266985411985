//! The rota of the stories: three windows and the people who serve them.

/// Somebody on duty all day, every day.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: &'static str,
    pub windows: &'static [&'static str],
    pub experienced: bool,
}

/// An experienced nurse of the main and the agency window.
pub fn nurse(id: &'static str) -> Person {
    Person { id, windows: &["main", "agency"], experienced: true }
}

/// Serves the main window, but is not rung in the narrowest circle.
pub fn newcomer(id: &'static str) -> Person {
    Person { id, windows: &["main"], experienced: false }
}

/// Serves another window that helps the main one out.
pub fn neighbour(id: &'static str) -> Person {
    Person { id, windows: &["welfare"], experienced: true }
}

impl Person {
    fn written(&self) -> String {
        let Self { id, windows, experienced } = self;
        format!(
            r#"
[[staff]]
id = "{id}"
name = "{id}"
qualifications = ["nurse"]
psychiatric_experience = {experienced}
languages = ["ja"]
contacts = ["sip:{id}"]

[[pattern]]
id = "p-{id}"
windows = {windows:?}
role = "counsellor"

[[pattern.shift]]
days = ["daily"]
time = "00:00-24:00"
staff = ["{id}"]
"#
        )
    }
}

pub fn rota(people: &[Person]) -> String {
    let mut text = String::from(WINDOWS);
    text.extend(people.iter().map(Person::written));
    text
}

pub const FALLBACK: &str = "+81300000190";

/// One window that is always open, one for office hours that it takes over from, one for agencies.
const WINDOWS: &str = r#"
revision = 1

[[operator]]
id = "example"
name = "Example"
zone = "Asia/Tokyo"
service_day_starts = "08:30"
early_morning = "own"

[[operator.calendar]]
office_hours = "08:30-17:15"
saturday = "closed"
year_end = "none"

[[group]]
id = "all-day"
all_day = true

[[window]]
id = "main"
group = "all-day"
name = "24時間相談"
numbers = ["100"]
languages = ["ja"]
hours = { weekday = "00:00-24:00", holiday = "00:00-24:00" }
next = ["welfare"]
fallback = "+81300000190"

[[window]]
id = "welfare"
group = "all-day"
name = "こころの相談"
numbers = ["200"]
languages = ["ja"]
hours = { weekday = "08:30-17:15", holiday = [] }
next = ["main"]

[[window]]
id = "agency"
group = "all-day"
name = "警察・消防専用"
numbers = ["300"]
languages = ["ja"]
hours = { weekday = "00:00-24:00", holiday = "00:00-24:00" }
priority = true
next = ["main"]
"#;
