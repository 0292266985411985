//! Whatever the file holds, reading it ends with a rota or with faults.

use on_call_rota::Rota;
use proptest::prelude::*;

use crate::common::days;

const EXAMPLE: &str = include_str!("../../rotas/example.toml");

/// One change to the bytes of a file.
#[derive(Clone, Debug)]
enum Change {
    Replace(usize, Vec<u8>),
    Insert(usize, Vec<u8>),
    Delete(usize, usize),
    Copy(usize, usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let word = prop_oneof![
        proptest::collection::vec(any::<u8>(), 1..6),
        proptest::sample::select(vec![
            "[",
            "]",
            "\"",
            "=",
            "\n",
            "{",
            "}",
            ",",
            "-",
            "2099-12-31",
            "1980-01-01",
            "24:00",
            "[[staff]]\n",
            "[cover]\n",
            "0",
            "99999999999999999999",
            "inf",
            "'''",
            "\u{0}",
            "id = \"ito\"\n",
            "00:00-00:00"
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
    ];
    let place = 0..EXAMPLE.len();
    prop_oneof![
        (place.clone(), word.clone()).prop_map(|(at, bytes)| Change::Replace(at, bytes)),
        (place.clone(), word).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (place.clone(), 1..200usize).prop_map(|(at, length)| Change::Delete(at, length)),
        (place.clone(), 1..400usize, place).prop_map(|(from, length, to)| Change::Copy(from, length, to)),
    ]
}

fn changed(changes: &[Change]) -> String {
    let mut bytes = EXAMPLE.as_bytes().to_vec();
    for change in changes {
        let end = |bytes: &Vec<u8>, at: usize, length: usize| (at + length).min(bytes.len());
        match change {
            Change::Replace(at, new) if *at < bytes.len() => {
                let end = end(&bytes, *at, new.len());
                bytes.splice(at..&end, new.iter().copied());
            }
            Change::Insert(at, new) if *at < bytes.len() => {
                bytes.splice(at..at, new.iter().copied());
            }
            Change::Delete(at, length) if *at < bytes.len() => {
                let end = end(&bytes, *at, *length);
                bytes.drain(at..&end);
            }
            Change::Copy(from, length, to) if *from < bytes.len() && *to < bytes.len() => {
                let copy = bytes[*from..end(&bytes, *from, *length)].to_vec();
                bytes.splice(to..to, copy);
            }
            Change::Replace(..) | Change::Insert(..) | Change::Delete(..) | Change::Copy(..) => {}
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A file that is accepted can be asked about.
fn ask(text: &str) {
    match Rota::read(text) {
        Ok(rota) => {
            let week = days(&rota, "2026-12-28", "2027-01-03");
            let _ = rota.coverage(week);
            let _ = rota.compile(week);
        }
        Err(faults) => assert!(!faults.is_empty()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_example_is_read_or_refused(changes in proptest::collection::vec(change(), 1..8)) {
        ask(&changed(&changes));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
        ask(&text);
    }
}

#[test]
fn brackets_without_end_are_refused() {
    ask(&"[".repeat(100_000));
    ask(&format!("a = {}", "[".repeat(100_000)));
    ask(&format!("a = {}", "{a=".repeat(100_000)));
    ask(&"a.".repeat(100_000));
}

#[test]
fn the_example_cut_off_anywhere_is_read_or_refused() {
    for end in (0..EXAMPLE.len()).step_by(211).filter(|&end| EXAMPLE.is_char_boundary(end)) {
        ask(&EXAMPLE[..end]);
    }
}
