//! A rota with a ladder: aoki, then endo, then noda; kubo supervises. All day, every day.

pub fn rota(noda: &str) -> String {
    let people = [
        ("aoki", "psychiatrist", r#""sip:aoki""#),
        ("endo", "psychiatrist-behind", r#""tel:+819000000002""#),
        ("noda", "", noda),
        ("kubo", "supervisor", r#""sip:kubo""#),
    ];
    let people = people.map(|(id, role, contacts)| person(id, contacts) + &duty(id, role));
    [HOUSE, &people.concat(), LADDER].concat()
}

fn person(id: &str, contacts: &str) -> String {
    format!(
        r#"
[[staff]]
id = "{id}"
name = "{id}"
qualifications = ["designated_physician"]
psychiatric_experience = true
languages = ["ja"]
contacts = [{contacts}]
"#
    )
}

fn duty(id: &str, role: &str) -> String {
    if role.is_empty() {
        return String::new();
    }
    format!(
        r#"
[[pattern]]
id = "p-{id}"
windows = ["main"]
role = "{role}"

[[pattern.shift]]
days = ["daily"]
time = "00:00-24:00"
staff = ["{id}"]
"#
    )
}

const LADDER: &str = r#"
[[ladder]]
group = "all-day"

[[ladder.rung]]
roles = ["psychiatrist"]

[[ladder.rung]]
roles = ["psychiatrist-behind"]

[[ladder.rung]]
staff = ["noda"]
"#;

const HOUSE: &str = r#"
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
fallback = "+81300000190"
"#;
