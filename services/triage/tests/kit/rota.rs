//! Two operators. At example: ito and sato answer, kubo supervises, aoki is the psychiatrist on call.

pub fn rota() -> String {
    let people = [
        ("ito", "example", "psw", "counsellor"),
        ("sato", "example", "nurse", "counsellor"),
        ("kubo", "example", "nurse", "supervisor"),
        ("aoki", "example", "designated_physician", "psychiatrist"),
    ];
    let people = people.map(|(id, operator, licence, role)| person(id, operator, licence) + &duty(id, role));
    [HOUSE, &people.concat(), &person("mori", "other", "nurse"), LADDER].concat()
}

fn person(id: &str, operator: &str, licence: &str) -> String {
    format!(
        r#"
[[staff]]
id = "{id}"
operator = "{operator}"
name = "{id}"
qualifications = ["{licence}"]
psychiatric_experience = true
languages = ["ja"]
contacts = ["sip:{id}"]
"#
    )
}

fn duty(id: &str, role: &str) -> String {
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

[[operator]]
id = "other"
name = "Other"
zone = "Asia/Tokyo"
service_day_starts = "08:30"
early_morning = "own"

[[operator.calendar]]
office_hours = "08:30-17:15"
saturday = "closed"
year_end = "none"

[[group]]
id = "all-day"
operator = "example"
all_day = true

[[window]]
id = "main"
operator = "example"
group = "all-day"
name = "24時間相談"
numbers = ["100"]
languages = ["ja"]
hours = { weekday = "00:00-24:00", holiday = "00:00-24:00" }
fallback = "+81300000190"
"#;
