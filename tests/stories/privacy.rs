//! What a caller is told and tells stays sealed: wherever the line leaves traces, nothing of it is found.

use std::fs;
use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use proto::console::v1 as wire;
use proto::triage::v1 as triage;
use shell::testkit::Postgres;
use sqlx::{Connection, Executor, SqliteConnection};
use tests::{
    Caller, LineSetup, OPERATOR, PagedTo, Session, TestCaller, TestCollector, TestDesk, TestLine, TestPerson,
    eventually, ladder_of_messages,
};

use crate::is_paged_for;

/// No other text has these by chance.
const NUMBER: &str = "08047110815";
const NAME: &str = "椿原千代";
const KANA: &str = "つばきはらちよ";
const SHOWN: &str = "Tsubakihara";
const PLACE: &str = "鶴見台三丁目の歩道橋";
const NOTE: &str = "水色の傘を持って駅へ行くと話した";
const PLAN: &str = "祖母の声を聞くと落ち着く";
const ADVICE: &str = "クエチアピンを半錠だけ足して朝に診る";
const COVER: &str = "娘の卒業式のため代わってほしい";
const REASON: &str = "折返しの約束を確かめるため";
const EMERGENCY: &str = "電話機を川に落としてしまった";
const WORDS: [&str; 11] = [NUMBER, NAME, KANA, SHOWN, PLACE, NOTE, PLAN, ADVICE, COVER, REASON, EMERGENCY];

/// A place that was searched, with what lies there.
struct Traces(Vec<(String, Vec<u8>)>);

impl Traces {
    fn of_folder(folder: &Path) -> Self {
        let mut found = Self(Vec::new());
        for entry in fs::read_dir(folder).unwrap().flatten() {
            match entry.path().is_dir() {
                true => found.0.extend(Self::of_folder(&entry.path()).0),
                false => found
                    .add(&entry.path().display().to_string(), &fs::read(entry.path()).unwrap_or_default()),
            }
        }
        found
    }

    fn add(&mut self, place: &str, content: &[u8]) {
        self.0.push((place.to_owned(), content.to_vec()));
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(place, content)| place.ends_with(name) && !content.is_empty())
    }

    fn hold_nothing(&self) {
        for (place, content) in &self.0 {
            for word in WORDS {
                for (how, needle) in written(word) {
                    let found = content.windows(needle.len()).any(|window| window == needle);
                    assert!(!found, "{word} is in {place}, as {how}");
                }
            }
        }
    }
}

/// The ways in which a word may lie somewhere.
fn written(word: &str) -> Vec<(&'static str, Vec<u8>)> {
    let utf16 = |bytes: fn(u16) -> [u8; 2]| word.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let hex: String = word.bytes().map(|byte| format!("{byte:02x}")).collect();
    let json: String = word.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    let mut ways = vec![
        ("UTF-8", word.as_bytes().to_vec()),
        ("UTF-16LE", utf16(u16::to_le_bytes)),
        ("UTF-16BE", utf16(u16::to_be_bytes)),
        ("hex, as pg_dump writes bytes", hex.to_uppercase().into_bytes()),
        ("hex", hex.into_bytes()),
        ("JSON escapes", json.into_bytes()),
    ];
    // Wherever in a longer text it begins.
    ways.extend((0..3).map(|before| ("base64", inside_base64(word, before))));
    ways
}

/// The letters of base64 that depend on the word alone.
fn inside_base64(word: &str, before: usize) -> Vec<u8> {
    let text = [&b"   "[..before], word.as_bytes()].concat();
    let written = STANDARD_NO_PAD.encode(&text);
    let (first, last) = ([0, 2, 3][before], text.len() * 8 / 6);
    written.as_bytes()[first..last].to_vec()
}

#[test]
fn the_search_finds_a_word_however_it_is_written() {
    for before in 0..3 {
        let text = [&b"xyz"[..before], NOTE.as_bytes(), b"!"].concat();
        let base64 = STANDARD_NO_PAD.encode(text).into_bytes();
        let needle = inside_base64(NOTE, before);
        assert!(base64.windows(needle.len()).any(|window| window == needle), "{before}");
    }
    for (how, needle) in written(NOTE) {
        let traces = Traces(vec![("a file".into(), [b"before", needle.as_slice(), b"after"].concat())]);
        assert!(std::panic::catch_unwind(|| traces.hold_nothing()).is_err(), "{how}");
    }
}

/// Everybody who writes something down.
struct Cast {
    ito: TestPerson,
    counsellor: Session,
    doctor: Session,
    chief: Session,
}

impl Cast {
    async fn of(line: &TestLine) -> Self {
        let ito = TestPerson::on_the_rota(line, "ito", &["counsellor"]).await;
        let doctor = TestPerson::on_the_rota(line, "aoki", &["psychiatrist"]).await;
        let chief = TestPerson::on_the_rota(line, "mori", &["supervisor", "operator_admin"]).await;
        Self {
            counsellor: ito.signs_in(line).await,
            doctor: doctor.signs_in(line).await,
            chief: chief.signs_in(line).await,
            ito,
        }
    }

    /// A record with all that is personal, saved twice and refused once.
    async fn writes_the_record(&self, call: &str) -> triage::Record {
        let record = self.counsellor.opens(call).await;
        let changes = [
            ("notes", NOTE),
            ("presenting", NOTE),
            ("subject_name", NAME),
            ("subject_kana", KANA),
            ("location", PLACE),
            ("callback_number", NUMBER),
            ("medication", ADVICE),
        ];
        let record = self.counsellor.saves(&record, "first", &changes).await;
        let longer = format!("{NOTE}。{PLACE}");
        let record = self.counsellor.saves(&record, "second", &[("notes", &longer)]).await;
        let too_long = NOTE.repeat(2000);
        let refused = self.counsellor.tries_to_save(&record, "third", &[("notes", &too_long)]).await;
        assert!(refused.is_err_and(|said| !said.message().contains(NOTE)));
        let refused = self.counsellor.tries_to_save(&record, "fourth", &[("sex", NAME)]).await;
        assert!(refused.is_err_and(|said| !said.message().contains(NAME)));
        record
    }

    async fn keeps_a_person_with_a_plan(&self, record: &str) -> String {
        let operator_id = || OPERATOR.to_owned();
        let mut triage = self.counsellor.triage();
        let person = triage::Person {
            name: NAME.into(),
            kana: KANA.into(),
            birth_date: "1971-03-09".into(),
            municipality: PLACE.into(),
            ..triage::Person::default()
        };
        let save = triage::SavePersonRequest { operator_id: operator_id(), person: Some(person) };
        let person_id = triage.save_person(save).await.unwrap().into_inner().person.unwrap().person_id;
        let link = triage::LinkPersonRequest {
            operator_id: operator_id(),
            record_id: record.to_owned(),
            person_id: person_id.clone(),
        };
        triage.link_person(link).await.unwrap();
        let plan = triage::Plan {
            what_helps: PLAN.into(),
            early_signs: NOTE.into(),
            whom_to_ring: format!("{NAME} {NUMBER}"),
            what_to_avoid: PLACE.into(),
            consent: true,
            consent_date: "2026-11-21".into(),
            ..triage::Plan::default()
        };
        let save = triage::SavePlanRequest {
            operator_id: operator_id(),
            person_id: person_id.clone(),
            plan: Some(plan),
        };
        triage.save_plan(save).await.unwrap();
        person_id
    }

    /// By name, by kana, by number: what is looked for is personal as well.
    async fn looks_for_them(&self, record: &str, person: &str) {
        for text in [NAME, KANA, NUMBER] {
            let find = triage::FindPeopleRequest { operator_id: OPERATOR.into(), text: text.into() };
            let found = self.counsellor.triage().find_people(find).await.unwrap().into_inner().people;
            assert!(found.iter().any(|found| found.person_id == person), "{text} finds them");
        }
        let read = self.chief.reads(record, REASON).await.unwrap();
        assert!(tests::value(&read, "notes").is_some_and(|notes| notes.contains(NOTE)));
    }

    async fn asks_the_doctor(&self, line: &TestLine, call: &str) {
        let escalation_id = is_paged_for(line, call).await;
        let paged = line.escalation_that("somebody is paged", |told| !told.pages.is_empty()).await;
        let page_id = paged.pages.iter().find(|page| page.staff_id == "aoki").unwrap().page_id.clone();
        let mut console = self.doctor.console();
        let look = wire::GetPageCaseRequest { operator_id: OPERATOR.into(), page_id: page_id.clone() };
        console.get_page_case(look).await.unwrap();
        let yes = wire::AnswerPageRequest { operator_id: OPERATOR.into(), page_id, accept: true };
        console.answer_page(yes).await.unwrap();
        let advice = wire::WriteAdviceRequest {
            operator_id: OPERATOR.into(),
            escalation_id,
            advice: format!("{ADVICE}。{NAME}"),
            read_back: true,
            staff_id: String::new(),
        };
        console.write_advice(advice).await.unwrap();
    }

    async fn asks_for_a_cover(&self) {
        let operator_id = || OPERATOR.to_owned();
        let month = wire::GetMonthRequest { operator_id: operator_id(), year: 2027, month: 3 };
        let month = self.chief.rota().get_month(month).await.unwrap().into_inner();
        let shift = month.shifts.iter().find(|shift| shift.staff_id == "ito").unwrap();
        let propose = wire::ProposeCoverRequest {
            operator_id: operator_id(),
            shift_id: shift.shift_id.clone(),
            staff_id: "endo".into(),
            note: COVER.into(),
            ..Default::default()
        };
        let cover = self.chief.rota().propose_cover(propose).await.unwrap().into_inner().cover.unwrap();
        assert_eq!(cover.note, COVER);
    }
}

/// A call by somebody who is known, and all that is written about it.
async fn a_night(line: &TestLine) -> (TestCaller, TestDesk) {
    let desk = TestDesk::registers(line, "ito").await;
    let caller = TestCaller::with_number(line, NUMBER).await;
    caller.rings().await;
    desk.answers(1).await;
    caller.is_connected(1).await;
    let call = line.call_that("they talk", |call| call.has("answered")).await.id;
    let cast = Cast::of(line).await;
    let record = cast.writes_the_record(&call).await.record_id;
    let person = cast.keeps_a_person_with_a_plan(&record).await;
    cast.looks_for_them(&record, &person).await;
    cast.asks_the_doctor(line, &call).await;
    cast.asks_for_a_cover().await;
    cast.ito.breaks_the_glass(line, EMERGENCY).await.unwrap();
    (caller, desk)
}

const TALKATIVE: &str = "[drain]\nlimit = \"1s\"\n[telemetry]\nlog = \"trace\"\n";

/// What is told to whoever may look at the line from outside.
async fn shown(line: &TestLine, traces: &mut Traces) {
    for page in ["/metrics", "/status", "/ready"] {
        traces.add(page, line.page(page).await.as_bytes());
    }
    // `page list` tells the advice, to whoever holds the line's own token.
    for command in [&["calls", "--json"][..], &["desks", "--json"], &["account", "list"]] {
        let said = line.run(command).await;
        traces.add(&command.join(" "), (said.out + &said.err).as_bytes());
    }
    assert!(traces.has("/metrics"));
}

fn spoken(line: &TestLine, traces: &mut Traces) {
    traces.add("the log", line.log().as_bytes());
    traces.add("the output", line.out().as_bytes());
    assert!(line.log().contains("TRACE"), "the log is as talkative as it gets");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_call_and_its_record_nothing_is_found_in_sqlite_the_folder_the_log_the_figures_or_the_traces() {
    let (gate, collector) = (PagedTo::start().await, TestCollector::starts().await);
    let settings = format!("{TALKATIVE}{}\n{}", collector.setting(), gate.settings());
    let mut line = LineSetup::new().rota(ladder_of_messages()).settings(&settings).start().await;
    let (caller, desk) = a_night(&line).await;
    let spool = a_call_for_the_spool(&line).await;
    let mut traces = Traces::of_folder(&line.data());
    traces.add("the spool", &spool);
    shown(&line, &mut traces).await;
    assert!(traces.has("line.db") && traces.has("line.db-wal") && traces.has("plan.sealed"));
    caller.hangs_up().await;
    drop(desk);

    line.stop().await;

    spoken(&line, &mut traces);
    traces.add("the collector", &collector.bytes());
    assert!(collector.spans().iter().any(|span| span.name == "call"), "the call is traced");
    traces.0.extend(Traces::of_folder(&line.data()).0);
    traces.hold_nothing();
}

/// Somebody with that name rings while the store is away; what lies in the spool then.
async fn a_call_for_the_spool(line: &TestLine) -> Vec<u8> {
    let file = line.data().join("line.db");
    let mut locker = SqliteConnection::connect(&format!("sqlite:{}", file.display())).await.unwrap();
    locker.execute("PRAGMA busy_timeout = 10000").await.unwrap();
    locker.execute("BEGIN EXCLUSIVE").await.unwrap();
    let from = format!("From: \"{SHOWN}\" <sip:{NUMBER}@127.0.0.1>;tag=f1");
    let second = Caller::calls(line.sip, "second", &[&from]).await;
    let file = line.data().join("spool.jsonl");
    let spool =
        eventually("the call is spooled", async || fs::read(&file).ok().filter(|lines| !lines.is_empty()))
            .await;
    second.cancels().await;
    locker.execute("ROLLBACK").await.unwrap();
    line.spool_is_empty().await;
    spool
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_call_and_its_record_nothing_is_found_in_a_dump_of_postgresql() {
    let (gate, server) = (PagedTo::start().await, Postgres::shared());
    let database = server.create_database().await;
    let url = server.url(&database);
    let setup = LineSetup::new().rota(ladder_of_messages()).settings(TALKATIVE).settings(&gate.settings());
    let mut line = setup.settings(&format!("[store]\nurl = \"{url}\"")).start().await;
    let (caller, desk) = a_night(&line).await;
    let mut traces = Traces::of_folder(&line.data());
    shown(&line, &mut traces).await;
    let dump = Command::new("pg_dump").arg(&url).output().unwrap();
    assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
    let dump = String::from_utf8_lossy(&dump.stdout).into_owned();
    for table in ["record_field", "plan", "advice", "rota_cover", "audit_event", "call_event"] {
        let rows = dump.split_once(&format!("COPY public.{table} ")).unwrap().1;
        assert!(!rows.split_once('\n').unwrap().1.starts_with("\\."), "{table} has rows");
    }
    traces.add("the dump", dump.as_bytes());
    caller.hangs_up().await;
    drop(desk);

    line.stop().await;

    spoken(&line, &mut traces);
    traces.hold_nothing();
}
