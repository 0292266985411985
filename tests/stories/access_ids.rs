//! Ids of others: who knows them learns and changes nothing.

use prost::Message;
use proto::console::v1 as wire;
use proto::triage::v1 as triage;
use tests::{
    LineSetup, OPERATOR, OTHER_OPERATOR, PagedTo, Road, Session, TestLine, TestPerson, ask,
    ladder_of_messages, two_operators,
};
use tonic::Code;

use crate::{is_paged_for, talking};

const EVERYTHING: [&str; 7] =
    ["counsellor", "psychiatrist", "supervisor", "centre", "rota_manager", "operator_admin", "auditor"];
/// Nobody's.
const UNKNOWN: &str = "0192d3c4-7b1a-7000-8000-000000000001";

/// What the first operator has.
struct Theirs {
    call: String,
    record: String,
    person: String,
    page: String,
    escalation: String,
    account: String,
    alarm: String,
    session: String,
}

/// A request of the other operator about one id.
struct Probe {
    path: &'static str,
    what: &'static str,
    request: fn(&str) -> Vec<u8>,
}

macro_rules! probe {
    ($service:literal / $rpc:ident ($module:ident :: $request:ident) $what:ident: $($field:ident $(= $value:expr)?),*) => {
        Probe {
            path: concat!("/tomoshibi.", $service, "/", stringify!($rpc)),
            what: stringify!($what),
            #[allow(clippy::needless_update, reason = "some requests have no more fields")]
            request: |id| {
                let request = $module::$request {
                    operator_id: OTHER_OPERATOR.to_owned(),
                    $($field: probe!(@value id $($value)?),)*
                    ..Default::default()
                };
                request.encode_to_vec()
            },
        }
    };
    (@value $id:ident) => { $id.to_owned() };
    (@value $id:ident $value:expr) => { $value };
}

fn said(refusal: &tonic::Status) -> (Code, &str) {
    (refusal.code(), refusal.message())
}

fn a_plan() -> Option<triage::Plan> {
    Some(triage::Plan {
        what_helps: "words".into(),
        consent: true,
        consent_date: "2026-11-21".into(),
        ..triage::Plan::default()
    })
}

fn note() -> Vec<triage::Field> {
    vec![triage::Field { name: "notes".into(), values: vec!["words".into()] }]
}

/// Every id of the contracts that is somebody's.
fn probes() -> Vec<Probe> {
    vec![
        probe!("triage.v1.TriageService" / OpenRecord(triage::OpenRecordRequest) call: call_id),
        probe!("triage.v1.TriageService" / GetCase(triage::GetCaseRequest) call: call_id, reason = "a look".into()),
        probe!("triage.v1.TriageService" / GetRecord(triage::GetRecordRequest) record: record_id, reason = "a look".into()),
        probe!("triage.v1.TriageService" / GetRecord(triage::GetRecordRequest) call: call_id, reason = "a look".into()),
        probe!("triage.v1.TriageService" / SaveRecord(triage::SaveRecordRequest) record: record_id, seen_revision = 1, save_id = "s".into(), changes = note()),
        probe!("triage.v1.TriageService" / SignRecord(triage::SignRecordRequest) record: record_id, seen_revision = 1),
        probe!("triage.v1.TriageService" / AmendRecord(triage::AmendRecordRequest) record: record_id, seen_revision = 1, reason = "r".into(), changes = note()),
        probe!("triage.v1.TriageService" / HandOverRecord(triage::HandOverRecordRequest) record: record_id, seen_revision = 1, staff_id = "hara".into()),
        probe!("triage.v1.TriageService" / SetLegalHold(triage::SetLegalHoldRequest) record: record_id, hold = true, reason = "r".into()),
        probe!("triage.v1.TriageService" / LinkPerson(triage::LinkPersonRequest) record: record_id),
        probe!("triage.v1.TriageService" / GetPerson(triage::GetPersonRequest) person: person_id, reason = "a look".into()),
        probe!("triage.v1.TriageService" / MergePeople(triage::MergePeopleRequest) person: person_id, into_person_id = "0192d3c4-7b1a-7000-8000-000000000002".into(), reason = "r".into()),
        probe!("triage.v1.TriageService" / PartPeople(triage::PartPeopleRequest) person: person_id, reason = "r".into()),
        probe!("triage.v1.TriageService" / SavePlan(triage::SavePlanRequest) person: person_id, plan = a_plan()),
        probe!("console.v1.ConsoleService" / GetPageCase(wire::GetPageCaseRequest) page: page_id),
        probe!("console.v1.ConsoleService" / AnswerPage(wire::AnswerPageRequest) page: page_id, accept = true),
        probe!("console.v1.ConsoleService" / WriteAdvice(wire::WriteAdviceRequest) escalation: escalation_id, advice = "words".into(), read_back = true),
        probe!("console.v1.ConsoleService" / WithdrawEscalation(wire::WithdrawEscalationRequest) escalation: escalation_id, reason = "resolved".into()),
        probe!("console.v1.ConsoleService" / Escalate(wire::EscalateRequest) call: call_id, request_id = "r1".into(), priority = "P1".into(), reasons = vec!["risk_imminent".into()]),
        probe!("console.v1.ConsoleService" / HoldCall(wire::HoldCallRequest) call: call_id),
        probe!("console.v1.ConsoleService" / ListenIn(wire::ListenInRequest) call: call_id),
        probe!("console.v1.ConsoleService" / TakeOver(wire::TakeOverRequest) call: call_id),
        probe!("console.v1.ConsoleService" / HangUp(wire::HangUpRequest) call: call_id),
        probe!("console.v1.ConsoleService" / SeeAlarm(wire::SeeAlarmRequest) alarm: alarm_id),
        probe!("console.v1.AdminService" / ResetAccount(wire::ResetAccountRequest) account: account_id),
        probe!("console.v1.AdminService" / DisableAccount(wire::DisableAccountRequest) account: account_id, disabled = true),
        probe!("console.v1.AccessService" / RevokeSession(wire::RevokeSessionRequest) session: session_id),
    ]
}

impl Theirs {
    fn id(&self, what: &str) -> &str {
        match what {
            "call" => &self.call,
            "record" => &self.record,
            "person" => &self.person,
            "page" => &self.page,
            "escalation" => &self.escalation,
            "account" => &self.account,
            "alarm" => &self.alarm,
            "session" => &self.session,
            other => panic!("no {other}"),
        }
    }
}

async fn saves_a_person(who: &Session) -> String {
    let person = triage::Person { name: "椿原千代".into(), ..triage::Person::default() };
    let request = triage::SavePersonRequest { operator_id: who.operator.clone(), person: Some(person) };
    who.triage().save_person(request).await.unwrap().into_inner().person.unwrap().person_id
}

async fn an_alarm(who: &Session) -> String {
    let watch = wire::WatchBoardRequest { operator_id: who.operator.clone() };
    let mut board = who.console().watch_board(watch).await.unwrap().into_inner();
    loop {
        let seen = board.message().await.unwrap().unwrap().board.unwrap();
        // What concerns the whole line is shown to every operator; an emergency is their own.
        if let Some(alarm) = seen.alarms.iter().find(|alarm| alarm.kind == "break_glass") {
            return alarm.alarm_id.clone();
        }
    }
}

async fn sessions_of(who: &Session) -> Vec<wire::Session> {
    let request = wire::ListSessionsRequest { operator_id: who.operator.clone() };
    who.access().list_sessions(request).await.unwrap().into_inner().sessions
}

async fn theirs(line: &TestLine, ito: &Session, call: &str) -> Theirs {
    let escalation = is_paged_for(line, call).await;
    let paged = line.escalation_that("somebody is paged", |told| !told.pages.is_empty()).await;
    Theirs {
        call: call.to_owned(),
        record: ito.opens(call).await.record_id,
        person: saves_a_person(ito).await,
        page: paged.pages[0].page_id.clone(),
        escalation,
        account: ito.me().await.unwrap().account_id,
        alarm: an_alarm(ito).await,
        session: sessions_of(ito).await[0].session_id.clone(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn to_another_operator_an_id_of_this_one_is_as_unknown_as_any() {
    let gate = PagedTo::start().await;
    let line =
        LineSetup::new().rota(two_operators(&ladder_of_messages())).settings(&gate.settings()).start().await;
    let (_caller, _desk, call) = talking(&line).await;
    let ito = TestPerson::on_the_rota(&line, "ito", &EVERYTHING).await;
    let hara = TestPerson::of(&line, OTHER_OPERATOR, "hara", &EVERYTHING, Some("hara")).await;
    // The other session of an emergency keeps the alarm standing.
    let ito =
        (ito.signs_in(&line).await, ito.breaks_the_glass(&line, "the telephone was stolen").await.unwrap()).0;
    let (hara, theirs) = (hara.signs_in(&line).await, theirs(&line, &ito, &call).await);
    let before = ito.reads(&theirs.record, "").await.unwrap();

    let mut wrong = Vec::new();
    for probe in probes() {
        let asked = async |id: &str| {
            let answer =
                ask(line.http, Road::Grpc, &hara.shown(), probe.path, &(probe.request)(id), false).await;
            (answer.code, answer.said)
        };
        let (real, unknown) = (asked(theirs.id(probe.what)).await, asked(UNKNOWN).await);
        if real != unknown || real.0 == Code::Ok {
            wrong.push(format!("{} by {}: {real:?}, of an unknown one {unknown:?}", probe.path, probe.what));
        }
    }

    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let after = ito.reads(&theirs.record, "").await.unwrap();
    assert_eq!(
        (after.revision, after.legal_hold, &after.person_id),
        (before.revision, false, &before.person_id)
    );
    assert!(ito.me().await.is_ok(), "neither reset nor disabled nor signed out");
    let told = line.calls().await.remove(0);
    assert!(told.end.is_none() && !told.has("caller_held") && !told.has("listened"), "{told:?}");
    let case = line.escalation_that("it goes on", |told| told.escalation_id == theirs.escalation).await;
    assert!(case.accepted_by.is_empty(), "{case:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_another_operator_are_empty_of_this_ones() {
    let line = LineSetup::new().rota(two_operators(&tests::rota(&tests::EVERYBODY, ""))).start().await;
    let (_caller, _desk, call) = talking(&line).await;
    let ito = TestPerson::on_the_rota(&line, "ito", &EVERYTHING).await.signs_in(&line).await;
    let hara =
        TestPerson::of(&line, OTHER_OPERATOR, "hara", &EVERYTHING, Some("hara")).await.signs_in(&line).await;
    let (record, person) = (ito.opens(&call).await.record_id, saves_a_person(&ito).await);
    let operator_id = || OTHER_OPERATOR.to_owned();

    let records = triage::ListRecordsRequest { operator_id: operator_id(), ..Default::default() };
    let records = hara.triage().list_records(records).await.unwrap().into_inner().records;
    assert!(records.iter().all(|line| line.record_id != record), "{records:?}");
    for text in ["椿原", crate::NUMBER] {
        let find = triage::FindPeopleRequest { operator_id: operator_id(), text: text.into() };
        let found = hara.triage().find_people(find).await.unwrap().into_inner().people;
        assert!(found.iter().all(|found| found.person_id != person), "{text}");
    }
    let accounts = wire::ListAccountsRequest { operator_id: operator_id() };
    let accounts = hara.admin().list_accounts(accounts).await.unwrap().into_inner().accounts;
    assert_eq!(accounts.iter().map(|account| account.login.as_str()).collect::<Vec<_>>(), ["hara"]);
    let audit = wire::ListAuditRequest { operator_id: operator_id(), limit: 1000, ..Default::default() };
    let audit = hara.admin().list_audit(audit).await.unwrap().into_inner().entries;
    assert!(audit.iter().all(|entry| entry.subject_id != record), "{audit:?}");
    let watch = wire::WatchBoardRequest { operator_id: operator_id() };
    let board = hara.console().watch_board(watch).await.unwrap().into_inner().message().await.unwrap();
    let board = board.unwrap().board.unwrap();
    assert!(board.calls.is_empty() && board.desks.iter().all(|desk| desk.desk_id == "hara"), "{board:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_reads_a_record_only_with_a_reason_and_the_look_is_in_the_audit() {
    let line = LineSetup::new().start().await;
    let (_caller, _desk, call) = talking(&line).await;
    let ito = TestPerson::on_the_rota(&line, "ito", &["counsellor"]).await.signs_in(&line).await;
    let mori = TestPerson::on_the_rota(&line, "mori", &["counsellor"]).await.signs_in(&line).await;
    let auditor = TestPerson::with(&line, "the.auditor", &["auditor"]).await.signs_in(&line).await;
    let record = ito.opens(&call).await;
    let record = ito.saves(&record, "one", &[("notes", "they talked of the sea")]).await;

    let refused = mori.reads(&record.record_id, "").await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);
    assert!(refused.message().contains("reason"), "{refused:?}");
    let case =
        triage::GetCaseRequest { operator_id: OPERATOR.into(), call_id: call.clone(), ..Default::default() };
    assert_eq!(mori.triage().get_case(case).await.unwrap_err().code(), Code::PermissionDenied);
    let open = triage::OpenRecordRequest { operator_id: OPERATOR.into(), call_id: call.clone() };
    assert_eq!(mori.triage().open_record(open).await.unwrap_err().code(), Code::PermissionDenied);
    let write = mori.tries_to_save(&record, "two", &[("notes", "mine")]).await.unwrap_err();
    assert_eq!(said(&write), (Code::PermissionDenied, "only the author of the record may do this"));

    let read = mori.reads(&record.record_id, "the caller rang again").await.unwrap();

    assert_eq!(tests::value(&read, "notes"), Some("they talked of the sea"));
    let account = mori.me().await.unwrap().account_id;
    let asked = wire::ListAuditRequest {
        operator_id: OPERATOR.into(),
        limit: 100,
        account_id: account,
        subject_id: record.record_id.clone(),
        ..Default::default()
    };
    let looks = auditor.admin().list_audit(asked).await.unwrap().into_inner().entries;
    assert!(looks.iter().any(|look| look.subject_kind == "record"), "{looks:?}");
}
