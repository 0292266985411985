//! A small rota: everybody is on duty at every minute.

use std::fmt::Write as _;

pub const OPERATOR: &str = "example";
/// The second one of `two_operators`.
pub const OTHER_OPERATOR: &str = "other";
/// As many desks as a story may need.
pub const EVERYBODY: [&str; 4] = ["ito", "mori", "sato", "kato"];

/// One window, `100`, with these counsellors; `more` is added to the window.
pub fn rota(people: &[&str], more: &str) -> String {
    let mut text = WINDOW.replace("@more@", more);
    for id in people {
        // Writing to a String cannot fail.
        let _ = write!(text, "{}", PERSON.replace("@id@", id));
    }
    text
}

/// That rota, and a second operator with the window `200` and the counsellor `hara`.
pub fn two_operators(first: &str) -> String {
    let named = |head: &str| (format!("{head}\n"), format!("{head}\noperator = \"{OPERATOR}\"\n"));
    let first = ["[[staff]]", "[[group]]", "[[window]]"].iter().fold(first.to_owned(), |text, head| {
        let (plain, named) = named(head);
        text.replace(&plain, &named)
    });
    let person = PERSON.replace("@id@", "hara").replace("[\"main\"]", "[\"theirs\"]");
    let person = person.replace("[[staff]]\n", &format!("[[staff]]\noperator = \"{OTHER_OPERATOR}\"\n"));
    format!("{first}{OTHERS}{person}")
}

/// The centre that `centre` adds to a rota.
pub const CENTRE: &str = "kita-centre";

/// A centre for cases, to be added to a rota's text.
pub fn centre() -> String {
    format!("\n[[centre]]\nid = \"{CENTRE}\"\nname = \"情報センター\"\ncontacts = [\"tel:+81300000180\"]\n")
}

/// These doctors, one a rung, each with a telephone of the line.
pub fn ladder_of_telephones(doctors: &[&str]) -> String {
    one_a_rung(doctors, "\"sip:@id@\"")
}

/// Four doctors, one a rung, who are told by the gateway `gate`.
pub fn ladder_of_messages() -> String {
    one_a_rung(&["aoki", "endo", "noda", "ueda"], "\"webhook:gate/@id@\"")
}

/// These doctors, all on one rung, each with those contact points: written as in the rota file, with
/// `@id@` for who it is.
pub fn ladder_of(doctors: &[&str], contacts: &str) -> String {
    ladder(&[doctors], contacts)
}

fn one_a_rung(doctors: &[&str], contacts: &str) -> String {
    let rungs: Vec<&[&str]> = doctors.chunks(1).collect();
    ladder(&rungs, contacts)
}

fn ladder(rungs: &[&[&str]], contacts: &str) -> String {
    let mut text = rota(&EVERYBODY, "");
    text.push_str("\n[[ladder]]\ngroup = \"all-day\"\n");
    for rung in rungs {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n[[ladder.rung]]\nstaff = {rung:?}\n");
    }
    for id in rungs.concat() {
        let _ = write!(text, "{}", DOCTOR.replace("@contacts@", contacts).replace("@id@", id));
    }
    text
}

const DOCTOR: &str = r#"
[[staff]]
id = "@id@"
name = "@id@"
qualifications = ["physician"]
psychiatric_experience = true
languages = ["ja"]
contacts = [@contacts@]
"#;

const WINDOW: &str = r#"
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
numbers = ["100", "+81312345678"]
languages = ["ja"]
hours = { weekday = "00:00-24:00", holiday = "00:00-24:00" }
@more@
"#;

const OTHERS: &str = r#"
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
id = "others"
operator = "other"
all_day = true

[[window]]
id = "theirs"
operator = "other"
group = "others"
name = "ほかの窓口"
numbers = ["200"]
languages = ["ja"]
hours = { weekday = "00:00-24:00", holiday = "00:00-24:00" }
"#;

const PERSON: &str = r#"
[[staff]]
id = "@id@"
name = "@id@"
qualifications = ["nurse"]
psychiatric_experience = true
languages = ["ja"]
contacts = ["sip:@id@"]

[[pattern]]
id = "p-@id@"
windows = ["main"]
role = "counsellor"

[[pattern.shift]]
days = ["daily"]
time = "00:00-24:00"
staff = ["@id@"]
"#;
