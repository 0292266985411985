//! Rota files for stories.

/// Somebody on duty all day, every day.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: String,
    pub role: &'static str,
    pub windows: Vec<&'static str>,
    pub qualification: &'static str,
    pub experienced: bool,
    pub languages: Vec<&'static str>,
    /// None: `sip:` and the id.
    pub contact: Option<&'static str>,
}

impl Person {
    /// An experienced nurse who serves the main and the agency window.
    pub fn nurse(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            role: "counsellor",
            windows: vec!["main", "agency"],
            qualification: "nurse",
            experienced: true,
            languages: vec!["ja"],
            contact: None,
        }
    }

    fn written(&self) -> String {
        let Self { id, role, qualification, experienced, .. } = self;
        let contact = self.contact.map_or_else(|| format!("sip:{id}"), str::to_owned);
        format!(
            r#"
[[staff]]
id = "{id}"
name = "{id}"
qualifications = ["{qualification}"]
psychiatric_experience = {experienced}
languages = {:?}
contacts = ["{contact}"]

[[pattern]]
id = "p-{id}"
windows = {:?}
role = "{role}"

[[pattern.shift]]
days = ["daily"]
time = "00:00-24:00"
staff = ["{id}"]
"#,
            self.languages, self.windows
        )
    }
}

pub fn rota(people: &[Person]) -> String {
    let mut text = String::from(WINDOWS);
    text.extend(people.iter().map(Person::written));
    text
}

/// Two windows that are always open, and one for office hours that `main` takes over from.
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
