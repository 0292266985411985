//! A protocol file that is wrong is told all that is wrong, and where.

use super::*;

/// The shipped file with one text for another, and the places that are named then.
fn places(change: &[(&str, &str)]) -> Vec<String> {
    let text = change.iter().fold(SHIPPED.to_owned(), |text, (old, new)| {
        assert!(text.contains(old), "{old}");
        text.replacen(old, new, 1)
    });
    let faults = toml::from_str::<ProtocolFile>(&text).unwrap().check();
    faults.err().unwrap_or_default().into_iter().map(|fault| fault.to_string()).collect()
}

fn fault(old: &str, new: &str) -> String {
    let faults = places(&[(old, new)]);
    assert_eq!(faults.len(), 1, "{new}: {faults:?}");
    faults.into_iter().next().unwrap()
}

#[test]
fn the_shipped_protocol_has_no_fault() {
    assert_eq!(places(&[]), [""; 0]);
}

#[test]
fn a_single_fault_is_told_with_its_place_and_what_would_be_right() {
    let table = [
        ("version = \"1.0.0\"", "version = \"\"", "version: is 1 to 64"),
        ("id = \"default\"", "id = \"Default\"", "id: is 1 to 64"),
        ("languages = [\"ja\", \"en\"]", "languages = [\"ja\", \"fr\"]", "languages[1]: is ja or en"),
        ("languages = [\"ja\", \"en\"]", "languages = [\"en\"]", "languages: must contain ja"),
        ("en = \"Support\"", "en = \" \"", "sections[4].en: is empty"),
        ("danger = \"no\"", "danger = \"never\"", "questions[0].danger: is yes or no"),
        (
            "kind = \"yes_no\"\nja = \"息",
            "kind = \"bool\"\nja = \"息",
            "questions[1].kind: is yes_no, choice",
        ),
        ("code = \"minor\", ja", "code = \"none\", ja", "questions[4].options[1].code: is there twice"),
        ("most = 60", "most = 0", "questions[29].most: is greater than least"),
        (
            "when = { question = \"conscious\", is = \"no\" }",
            "when = { question = \"awake\", is = \"no\" }",
            "rules[0].when.question: is none of the protocol's questions",
        ),
        (
            "when = { question = \"conscious\", is = \"no\" }",
            "when = { question = \"conscious\", is = \"maybe\" }",
            "rules[0].when.is: is one of yes, unknown, no",
        ),
        (
            "when = { question = \"conscious\", is = \"no\" }",
            "when = { question = \"conscious\", is = \"unknown\" }",
            "rules[0].when.is: leaves out a more dangerous answer: it takes in unknown, no",
        ),
        (
            "when = { question = \"overdose\", is = \"now\" }",
            "when = { question = \"overdose\", in = [\"none\", \"now\"] }",
            "rules[2].when.in: leaves out a more dangerous answer",
        ),
        (
            "when = { question = \"conscious\", is = \"no\" }",
            "when = { not = { question = \"conscious\", at_least = \"unknown\" } }",
            "rules[0].when.not: stands inside a not",
        ),
        (
            "when = { question = \"conscious\", is = \"no\" }",
            "when = { question = \"conscious\", is = \"no\", answered = true }",
            "rules[0].when: has one of is, at_least, in and answered",
        ),
        (
            "when = { question = \"conscious\", is = \"no\" }",
            "when = { }",
            "rules[0].when: has one of all, any, not",
        ),
        (
            "when = { question = \"conscious\", is = \"no\" }",
            "when = { any = [] }",
            "rules[0].when.any: has at least one",
        ),
        ("when = { cssrs = \"high\" }", "when = { cssrs = \"none\" }", "rules[11].when.cssrs: is one of low"),
        ("at_least = 3 }", "at_least = 61 }", "rules[42].when.at_least: is a number from 0 to 60"),
        (
            "field = \"caller_kind\", in = [\"335\"",
            "field = \"caller_kind\", in = [\"999\"",
            "questions[34].ask_when.in: is one of 300, ",
        ),
        (
            "field = \"caller_kind\"",
            "field = \"caller\"",
            "questions[34].ask_when.field: is a coded field of the record",
        ),
        (
            "ask_when = { question = \"overdose\"",
            "ask_when = { question = \"threat\"",
            "questions[3].ask_when: names a question that is asked later",
        ),
        ("code = \"A\"\nsomatic", "code = \"H\"\nsomatic", "rules[0].code: is one of A, B"),
        ("code = \"A\"\nsomatic", "colour = \"red\"\ncode = \"A\"\nsomatic", "rules[0].colour: is not a key"),
        (
            "suicide_level = \"imminent\"",
            "suicide_level = \"huge\"",
            "rules[4].suicide_level: is one of none",
        ),
        ("reasons = [\"risk_imminent\"]", "reasons = []", "rules[4].reasons: has one of risk_imminent"),
        (
            "reasons = [\"somatic\", \"body_first\"]",
            "reasons = [\"somatic\", \"body\"]",
            "rules[0].reasons[1]: is none of risk_imminent,",
        ),
        (
            "advise = [\"call_119\"]",
            "advise = [\"call_118\"]",
            "rules[0].advise[0]: is none of the protocol's advice",
        ),
        ("id = \"armed\"", "id = \"unconscious\"", "rules[6].id: is there twice"),
        ("service = \"119\"", "service = \"911\"", "advice[0].service: is one of 119, 110, none"),
        ("page = \"5m\"", "page = \"soon\"", "deadlines[0].page: is a length of time"),
        ("referral = \"10m\"", "referral = \"2h\"", "deadlines[0]: is slower than that of B"),
        ("paging = \"offer\"\n", "paging = \"perhaps\"\n", "deadlines[2].paging: is start, offer or none"),
        ("origin = \"Published scales: within 72 h.", "source = \"Published scales: within 72 h.", ""),
    ];
    let wrong = |(old, new, expected): &(&str, &str, &str)| {
        let told = places(&[(old, new)]);
        let right = told.iter().any(|fault| fault.starts_with(expected)) && told.len() <= 3;
        (!right).then(|| format!("{new}: {told:?}"))
    };
    let untold: Vec<String> = table.iter().filter_map(wrong).collect();
    assert!(untold.is_empty(), "{untold:#?}");
}

#[test]
fn sections_come_once_in_their_order() {
    let told = places(&[("id = \"support\"", "id = \"danger_to_others\"")]);

    assert!(told.contains(&"sections[4].id: is there twice".to_owned()), "{told:?}");
    assert!(
        told.iter().any(|fault| fault.starts_with("sections[4].id: out of order: body, danger")),
        "{told:?}"
    );
    assert!(
        told.contains(&"questions[31].section: is none of this protocol's sections".to_owned()),
        "{told:?}"
    );
}

#[test]
fn every_fault_of_a_file_is_told_at_once() {
    let told = places(&[
        ("version = \"1.0.0\"", "version = \"\""),
        ("when = { question = \"conscious\", is = \"no\" }", "when = { question = \"awake\", is = \"no\" }"),
        ("advise = [\"call_119\"]", "advise = [\"call_118\"]"),
        ("most = 60", "most = 60\nsize = 3"),
        ("code = \"G\"\npaging", "code = \"H\"\npaging"),
    ]);

    let starts =
        ["version", "questions[29].size", "rules[0].when.question", "deadlines[6].code", "rules[0].advise"];
    for start in starts {
        assert!(told.iter().any(|fault| fault.starts_with(start)), "{start} in {told:?}");
    }
    assert_eq!(told.len(), starts.len() + 1, "and that G has no deadlines: {told:?}");
}

#[test]
fn a_place_is_that_of_the_file_even_after_something_that_could_not_be_read() {
    let told = places(&[
        ("id = \"danger_to_self\"", "id = \"danger\""),
        ("id = \"willingness\"", "id = \"state\""),
        ("code = \"A\"\npaging = \"start\"", "code = \"Z\"\npaging = \"start\""),
        ("referral = \"30m\"", "referral = \"5m\""),
    ]);

    for start in [
        "sections[1].id: is one of",
        "sections[5].id: out of order",
        "deadlines[1]: is slower than that of C",
    ] {
        assert!(told.iter().any(|fault| fault.starts_with(start)), "{start} in {told:#?}");
    }
}

#[test]
fn a_question_that_is_never_asked_and_what_hangs_on_it_are_told() {
    let told = places(&[(
        "ask_when = { question = \"overdose\", at_least = \"unknown\" }",
        "ask_when = { question = \"overdose_what\", answered = true }",
    )]);

    assert!(
        told.contains(&"questions[3].ask_when: never comes true: it is never asked".to_owned()),
        "{told:?}"
    );
}

#[test]
fn a_form_without_danger_must_come_to_something() {
    assert_eq!(
        fault(
            "when = { question = \"request\", answered = true }",
            "when = { question = \"overdose_what\", answered = true }"
        ),
        "rules: leave a form without any danger without a code: say what it is then"
    );
    let unless_named = "when = { all = [{ question = \"request\", answered = true }, \
                        { not = { field = \"anonymity\", is = \"named\" } }] }";
    assert_eq!(
        fault("when = { question = \"request\", answered = true }", unless_named),
        "rules: leave a form without any danger without a code: say what it is then",
        "whoever rings"
    );
}

#[test]
fn a_file_without_any_rule_or_section_is_told_so() {
    let faults = toml::from_str::<ProtocolFile>("id = 'empty'\nversion = '1'\nlanguages = ['ja']\nja = '空'");
    let told: Vec<String> = faults.unwrap().check().unwrap_err().iter().map(ToString::to_string).collect();

    assert!(told.contains(&"sections: begin with body: the body comes first".to_owned()), "{told:?}");
    assert!(told.contains(&"rules: has no rule that gives a code".to_owned()), "{told:?}");
    assert!(told.contains(&"deadlines: has none for code A".to_owned()), "{told:?}");
}

#[test]
fn the_screener_comes_whole_or_not_at_all() {
    let told = places(&[("id = \"cssrs_3\"", "id = \"method\"")]);

    assert_eq!(told, ["questions: cssrs_1 to cssrs_6 and cssrs_behaviour_when come together, in this order"]);
    assert_eq!(
        fault("code = \"past3m\"", "code = \"past_3m\""),
        "questions[15].kind: is a choice of never, lifetime, past3m"
    );
}
