//! What the ledger tells of a call, against what the drill did.

use proto::telephony::v1::Call;
use serde_json::Value;

/// Each entry as a few words: the step, the desk, how it came out.
pub(super) fn steps(call: &Call) -> Vec<String> {
    call.entries.iter().map(|entry| words(&entry.step, &entry.body)).collect()
}

fn words(step: &str, body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let fields = [&body["desk"], &body["by"]["desk"], &body["outcome"], &body["reason"]];
    let told = fields.into_iter().filter_map(Value::as_str);
    std::iter::once(step).chain(told).collect::<Vec<_>>().join(" ")
}

/// All of `expected` in this order, and no hole in the numbers. What is missing, in words.
pub(super) fn check(call: &Call, expected: &[String]) -> Result<(), String> {
    if !call.entries.iter().zip(0..).all(|(entry, seq)| entry.seq == seq) {
        return Err("the call's entries are not numbered without holes".to_owned());
    }
    let told = steps(call);
    let mut rest = told.iter();
    match expected.iter().find(|step| !rest.any(|it| it == *step)) {
        Some(missing) => {
            Err(format!("\"{missing}\" is missing or out of order; told is: {}", told.join(", ")))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proto::telephony::v1::Entry;

    use super::*;

    fn call(bodies: &[&str]) -> Call {
        let entry = |(seq, body): (usize, &&str)| {
            let step = serde_json::from_str::<Value>(body).unwrap()["step"].as_str().unwrap().to_owned();
            Entry { seq: seq as u32, step, body: (*body).to_owned(), ..Entry::default() }
        };
        Call { entries: bodies.iter().enumerate().map(entry).collect(), ..Call::default() }
    }

    const BODIES: [&str; 3] = [
        r#"{"step":"offer_ended","offer":"x","desk":"drill-a","outcome":"no_answer"}"#,
        r#"{"step":"answered","by":{"desk":"drill-b"},"waited_micros":7}"#,
        r#"{"step":"ended","reason":"completed","owes_call_back":false}"#,
    ];

    #[test]
    fn a_call_is_told_in_the_words_of_its_steps() {
        let told = steps(&call(&BODIES));

        assert_eq!(told, ["offer_ended drill-a no_answer", "answered drill-b", "ended completed"]);
    }

    #[test]
    fn steps_out_of_order_and_holes_are_found() {
        let mut call = call(&BODIES);
        let expect = |steps: &[&str]| steps.iter().map(|step| (*step).to_owned()).collect::<Vec<_>>();
        assert_eq!(check(&call, &expect(&["answered drill-b", "ended completed"])), Ok(()));
        assert!(check(&call, &expect(&["ended completed", "answered drill-b"])).is_err());

        call.entries.remove(1);

        assert!(check(&call, &expect(&["ended completed"])).unwrap_err().contains("holes"));
    }
}
