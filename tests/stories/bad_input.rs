//! What nobody should send: it is refused in clear words, nothing is lost, and the line goes on.

use std::fmt::Write as _;

use prost::Message;
use prost_types::FileDescriptorSet;
use proto::console::v1 as wire;
use proto::triage::v1 as triage;
use tests::{
    Answer, LineSetup, OPERATOR, Road, Session, Shows, TestCaller, TestDesk, TestLine, TestPerson, ask,
    ask_raw, framed, value,
};
use tonic::{Code, Status};

use crate::talking;

const SAVE: &str = "/tomoshibi.triage.v1.TriageService/SaveRecord";
const ROADS: [Road; 2] = [Road::Grpc, Road::Browser];
const EVERYTHING: [&str; 7] =
    ["counsellor", "psychiatrist", "supervisor", "centre", "rota_manager", "operator_admin", "auditor"];

/// A counsellor in a call, with a record that says something.
struct Desk {
    line: TestLine,
    who: Session,
    record: triage::Record,
    call: String,
    _phones: (TestCaller, TestDesk),
}

const NOTES: &str = "they are on their way home";

impl Desk {
    async fn with(settings: &str) -> Self {
        let line = LineSetup::new().settings(settings).start().await;
        let (caller, desk, call) = talking(&line).await;
        let who = TestPerson::on_the_rota(&line, "ito", &EVERYTHING).await.signs_in(&line).await;
        let record = who.opens(&call).await;
        let record = who.saves(&record, "first", &[("notes", NOTES)]).await;
        Self { line, who, record, call, _phones: (caller, desk) }
    }

    async fn saves(&self, name: &str, text: &str) -> Result<triage::SaveRecordResponse, Status> {
        self.who.tries_to_save(&self.record, "another", &[(name, text)]).await
    }

    /// The same process answers, and the record is as it was.
    async fn goes_on(&mut self) {
        assert!(self.line.is_running());
        let now = self.who.reads(&self.record.record_id, "").await.unwrap();
        assert_eq!((now.revision, value(&now, "notes")), (self.record.revision, Some(NOTES)));
        let log = self.line.log();
        assert!(!log.contains("panicked"), "{log}");
    }
}

/// Refused as the sender's fault, in words that name it.
fn names(refusal: &Status, field: &str) {
    assert_eq!(refusal.code(), Code::InvalidArgument, "{field}: {refusal:?}");
    assert!(refusal.message().contains(field), "{field}: {refusal:?}");
}

fn answer_names(answer: &Answer, word: &str) {
    assert_eq!(answer.code, Code::InvalidArgument, "{word}: {answer:?}");
    assert!(answer.said.contains(word), "{word}: {answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_that_is_too_long_is_refused_by_its_name_and_the_longest_is_kept() {
    let mut desk = Desk::with("").await;
    for length in [20_001, 1_000_000] {
        let refused = desk.saves("notes", &"長".repeat(length)).await.unwrap_err();
        names(&refused, "notes");
        assert!(refused.message().contains("20000") && refused.message().len() < 500, "{refused:?}");
    }
    desk.goes_on().await;

    let longest = "長".repeat(20_000);
    desk.saves("notes", &longest).await.unwrap();
    let read = desk.who.reads(&desk.record.record_id, "").await.unwrap();
    assert_eq!(value(&read, "notes"), Some(longest.as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_five_megabytes_is_refused_whatever_it_says() {
    let mut desk = Desk::with("").await;
    let huge = triage::SaveRecordRequest {
        operator_id: OPERATOR.into(),
        record_id: desk.record.record_id.clone(),
        save_id: "x".repeat(5 * 1024 * 1024),
        ..Default::default()
    };
    for road in ROADS {
        let answer = ask(desk.line.http, road, &desk.who.shown(), SAVE, &huge.encode_to_vec(), false).await;
        answer_names(&answer, "longer than 4 MB");
    }
    desk.goes_on().await;
}

/// What people write.
const SCRIPTS: [&str; 8] = [
    "שלום، مرحبا بالعالم",
    "\u{202b}right to left\u{202c} and \u{200f}marks",
    "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 👍🏽 🇯🇵",
    "e\u{301} is not é, か\u{3099} is not が",
    "𠮷野家で𩸽を食べた",
    "line one\nline two\ttab\r\nline three",
    "<script>alert(1)</script> '; DROP TABLE record; -- ${jndi:x} {{x}} %00",
    "\u{feff}\u{fffd}\u{10ffff}",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_script_is_kept_to_the_letter_also_over_a_restart() {
    let mut desk = Desk::with("").await;
    for (number, text) in SCRIPTS.iter().enumerate() {
        let record = desk.who.reads(&desk.record.record_id, "").await.unwrap();
        desk.who.saves(&record, &format!("script-{number}"), &[("notes", text)]).await;
        let read = desk.who.reads(&desk.record.record_id, "").await.unwrap();
        assert_eq!(value(&read, "notes"), Some(*text));
    }
    let record = desk.who.reads(&desk.record.record_id, "").await.unwrap();
    let all = SCRIPTS.concat();
    desk.who.saves(&record, "all", &[("notes", &all)]).await;

    desk.line.kill_9();
    desk.line.starts().await;

    let read = desk.who.reads(&desk.record.record_id, "").await.unwrap();
    assert_eq!(value(&read, "notes"), Some(all.as_str()));
}

/// The request with three bytes in the place of `XXX`.
fn with_bytes(request: &impl Message, bytes: [u8; 3]) -> Vec<u8> {
    let mut message = request.encode_to_vec();
    let at = message.windows(3).position(|window| window == b"XXX").unwrap();
    message[at..at + 3].copy_from_slice(&bytes);
    message
}

/// A lone surrogate, a byte that is never there, a letter written too long.
const NO_TEXT: [[u8; 3]; 3] = [[0xed, 0xa0, 0x80], [0xff, 0xfe, 0xfd], [0xe0, 0x80, 0xaf]];

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_text_is_refused_with_the_field_that_says_it() {
    let mut desk = Desk::with("").await;
    let note = triage::Field { name: "notes".into(), values: vec!["XXX".into()] };
    let save = triage::SaveRecordRequest {
        operator_id: OPERATOR.into(),
        record_id: desk.record.record_id.clone(),
        seen_revision: desk.record.revision,
        changes: vec![note],
        save_id: "second".into(),
    };
    let named = triage::SaveRecordRequest { operator_id: "XXX".into(), ..save.clone() };
    let named = triage::SaveRecordRequest { changes: Vec::new(), ..named };
    for (bytes, road) in NO_TEXT.iter().flat_map(|bytes| ROADS.map(|road| (*bytes, road))) {
        let sends =
            async |message: &[u8]| ask(desk.line.http, road, &desk.who.shown(), SAVE, message, false).await;
        let answer = sends(&with_bytes(&save, bytes)).await;
        answer_names(&answer, "values");
        let answer = sends(&with_bytes(&named, bytes)).await;
        assert_eq!(answer.code, Code::InvalidArgument, "{answer:?}");
    }
    desk.goes_on().await;
}

/// Bodies that are no gRPC message.
fn broken_bodies() -> Vec<(&'static str, Vec<u8>)> {
    let message = framed(&[0x0a, 7, b'e', b'x', b'a', b'm', b'p', b'l', b'e']);
    let lying = [&[0, 0, 0, 0, 100][..], &message[5..]].concat();
    let endless = [&[0, 0xff, 0xff, 0xff, 0xff][..], &message[5..]].concat();
    vec![
        ("nothing", Vec::new()),
        ("half a head", vec![0, 0, 0]),
        ("a frame cut off", lying),
        ("a frame of four gigabytes", endless),
        ("a compressed frame", [&[1][..], &message[1..]].concat()),
        ("a flag that nobody knows", [&[7][..], &message[1..]].concat()),
        ("two messages", [message.as_slice(), &message].concat()),
        ("a frame of noise", framed(&[0xff; 64])),
        ("a length beyond the end", framed(&[0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f])),
        ("a number for the operator", framed(&[0x08, 5])),
        ("a group without end", framed(&[0x0b, 0x0b, 0x0b])),
        ("a tag of zero", framed(&[0, 0])),
    ]
}

/// Where no operator is named the first message is the request, and a request without fields has none that
/// could be wrong.
fn is_as_good_as_any(path: &str, what: &str) -> bool {
    let has_no_fields =
        ["/DescribeLine", "/WatchPlan", "/DescribeProvider"].iter().any(|one| path.ends_with(one));
    what == "two messages" || (has_no_fields && what == "a number for the operator")
}

/// Every RPC of the contracts by its path, and whether it streams.
fn every_path() -> Vec<(String, bool)> {
    let all = FileDescriptorSet::decode(proto::DESCRIPTOR).unwrap();
    let mut paths = Vec::new();
    for file in all.file {
        for service in &file.service {
            paths.extend(service.method.iter().map(|method| {
                let path = format!("/{}.{}/{}", file.package(), service.name(), method.name());
                (path, method.server_streaming())
            }));
        }
    }
    paths
}

#[tokio::test(flavor = "multi_thread")]
async fn no_broken_message_to_any_rpc_is_answered_with_anything_but_a_refusal() {
    let mut desk = Desk::with("[access]\nfailures = 100\nsource_failures = 100000").await;
    let (mut wrong, token) = (String::new(), Shows::token_of(&desk.line));
    for (path, streams) in every_path() {
        for (what, body) in broken_bodies() {
            for (who, shows) in [("a person", desk.who.shown()), ("a service", token.clone())] {
                if is_as_good_as_any(&path, what) {
                    continue;
                }
                let answer = ask_raw(desk.line.http, Road::Grpc, &shows, &path, &body, streams).await;
                if matches!(answer.code, Code::Ok | Code::Unknown | Code::Internal | Code::DataLoss) {
                    let _ = writeln!(wrong, "{path} by {who}, {what}: {answer:?}");
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    desk.goes_on().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browsers_broken_message_is_refused_and_the_line_goes_on() {
    let mut desk = Desk::with("").await;
    for (what, body) in broken_bodies() {
        let answer = ask_raw(desk.line.http, Road::Browser, &desk.who.shown(), SAVE, &body, false).await;
        assert_eq!(answer.code, Code::InvalidArgument, "{what}: {answer:?}");
    }
    desk.goes_on().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_that_is_in_no_list_is_refused_with_its_field() {
    let mut desk = Desk::with("").await;
    let words = [
        ("triage_code", "Z"),
        ("sex", "robot"),
        ("topic", "home;drop"),
        ("birth_date", "2026-02-30"),
        ("contact_confirmed_at", "yesterday"),
        ("number_withheld", "perhaps"),
        ("shoe_size", "44"),
        ("q:no_such_question", "yes"),
        ("special_flags", "\u{202e}"),
    ];
    for (field, word) in words {
        names(&desk.saves(field, word).await.unwrap_err(), field);
    }
    let twice = desk.who.tries_to_save(&desk.record, "twice", &[("notes", "a"), ("notes", "b")]).await;
    names(&twice.unwrap_err(), "notes");
    let nameless = desk.who.tries_to_save(&desk.record, "", &[("notes", "a")]).await;
    names(&nameless.unwrap_err(), "save_id");
    desk.goes_on().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_of_an_escalation_a_role_or_a_login_that_is_unknown_is_named() {
    let mut desk = Desk::with("").await;
    let escalate = wire::EscalateRequest {
        operator_id: OPERATOR.into(),
        request_id: "r1".into(),
        call_id: desk.call.clone(),
        priority: "P9".into(),
        reasons: vec!["risk_imminent".into()],
    };
    names(&desk.who.console().escalate(escalate.clone()).await.unwrap_err(), "priority");
    let escalate =
        wire::EscalateRequest { priority: "P1".into(), reasons: vec!["boredom".into()], ..escalate };
    names(&desk.who.console().escalate(escalate).await.unwrap_err(), "reason");
    let create = wire::CreateAccountRequest {
        operator_id: OPERATOR.into(),
        login: "new.one".into(),
        name: "New One".into(),
        staff_id: String::new(),
        roles: vec!["king".into()],
    };
    names(&desk.who.admin().create_account(create.clone()).await.unwrap_err(), "role");
    let create =
        wire::CreateAccountRequest { roles: vec!["auditor".into()], login: "新しい人".into(), ..create };
    names(&desk.who.admin().create_account(create.clone()).await.unwrap_err(), "login");
    let create = wire::CreateAccountRequest { login: "new.one".into(), name: "a\nb".into(), ..create };
    names(&desk.who.admin().create_account(create).await.unwrap_err(), "name");
    desk.goes_on().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_of_a_newer_page_are_passed_over() {
    let mut desk = Desk::with("").await;
    let me = "/tomoshibi.console.v1.AccessService/DescribeMe";
    // Field 999 as a number and field 1000 as words.
    let newer = [&[0xb8, 0x3e, 5][..], &[0xc2, 0x3e, 3], b"new"].concat();
    for road in ROADS {
        let answer = ask(desk.line.http, road, &desk.who.shown(), me, &newer, false).await;
        assert_eq!(answer.code, Code::Ok, "{answer:?}");
    }
    desk.goes_on().await;
}

fn instant(seconds: i64, nanos: i32) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp { seconds, nanos })
}

#[tokio::test(flavor = "multi_thread")]
async fn months_and_moments_that_do_not_exist_are_named() {
    let mut desk = Desk::with("").await;
    let operator_id = || OPERATOR.to_owned();
    for (year, month) in [(2026, 0), (2026, 13), (2026, u32::MAX), (i32::MIN, 1), (i32::MAX, 12)] {
        let asked = wire::GetMonthRequest { operator_id: operator_id(), year, month };
        let refused = desk.who.rota().get_month(asked).await.unwrap_err();
        assert!(refused.code() == Code::InvalidArgument, "{year}-{month}: {refused:?}");
        assert!(refused.message().contains("month") || refused.message().contains("year"), "{refused:?}");
    }
    let (now, day) = (1_795_000_000, 86_400);
    let periods = [
        (None, None),
        (instant(now, 0), None),
        (instant(now, 0), instant(now - 1, 0)),
        (instant(now, 0), instant(now + 32 * day, 0)),
        (instant(i64::MIN, 0), instant(i64::MAX, 0)),
        (instant(i64::MAX - 1, 0), instant(i64::MAX, 0)),
    ];
    for (from, to) in periods {
        let asked = wire::GetCoverageRequest { operator_id: operator_id(), from, to };
        let refused = desk.who.rota().get_coverage(asked).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument, "{from:?} {to:?}: {refused:?}");
        assert!(refused.message().contains("from") || refused.message().contains("to"), "{refused:?}");
    }
    // A moment beyond the calendar is the nearest one there is.
    let since = triage::ListRecordsRequest {
        operator_id: operator_id(),
        since: instant(i64::MAX, -5),
        ..Default::default()
    };
    assert!(desk.who.triage().list_records(since).await.unwrap().into_inner().records.is_empty());
    desk.goes_on().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_and_revisions_beyond_all_measure_hurt_nobody() {
    let mut desk = Desk::with("").await;
    let operator_id = || OPERATOR.to_owned();
    for limit in [0, 1, u32::MAX] {
        let records = triage::ListRecordsRequest { operator_id: operator_id(), limit, ..Default::default() };
        assert_eq!(desk.who.triage().list_records(records).await.unwrap().into_inner().records.len(), 1);
        for before in [0, 1, u64::MAX] {
            let audit =
                wire::ListAuditRequest { operator_id: operator_id(), before, limit, ..Default::default() };
            desk.who.admin().list_audit(audit).await.unwrap();
        }
    }
    let record_id = || desk.record.record_id.clone();
    let read = triage::GetRecordRequest {
        operator_id: operator_id(),
        record_id: record_id(),
        revision: u32::MAX,
        ..Default::default()
    };
    let refused = desk.who.triage().get_record(read).await.unwrap_err();
    assert!(refused.message().contains("revision"), "{refused:?}");
    let ahead = triage::SignRecordRequest {
        operator_id: operator_id(),
        record_id: record_id(),
        seen_revision: u32::MAX,
    };
    let refused = desk.who.triage().sign_record(ahead).await.unwrap_err();
    assert!(refused.message().contains("revision"), "{refused:?}");
    let many = triage::Field { name: "topic".into(), values: vec!["home".into(); 100_000] };
    let many = triage::SaveRecordRequest {
        operator_id: operator_id(),
        record_id: record_id(),
        seen_revision: desk.record.revision,
        changes: vec![many],
        save_id: "many".into(),
    };
    names(&desk.who.triage().save_record(many).await.unwrap_err(), "topic");
    desk.goes_on().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_that_are_none_are_refused_by_their_field() {
    let mut desk = Desk::with("").await;
    for id in ["", "1", "../../etc/passwd", "' OR 1=1 --", "\u{0}", &"9".repeat(10_000)] {
        let refused = desk.who.reads(id, "a look").await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument, "{refused:?}");
        assert!(refused.message().len() < 500, "{refused:?}");
        let person = triage::GetPersonRequest {
            operator_id: OPERATOR.into(),
            person_id: id.into(),
            reason: "r".into(),
        };
        names(&desk.who.triage().get_person(person).await.unwrap_err(), "person_id");
    }
    desk.goes_on().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_save_that_is_sent_again_is_one_save() {
    let desk = Desk::with("").await;
    let first = desk.who.saves(&desk.record, "again", &[("notes", "once")]).await;

    let second = desk.who.saves(&desk.record, "again", &[("notes", "once")]).await;

    assert_eq!(first.revision, second.revision);
}
