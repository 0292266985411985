//! Every process is replaced, one after the other, while five people a second ring, doctors are paged and cases are
//! handed over.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use proto::triage::v1::Record;
use shell::testkit::{Postgres, Redis};
use tempfile::TempDir;
use tests::{
    CENTRE, EVERYBODY, FaultProxy, FrontKamailio, LineSetup, Outsider, PagedTo, Session, Sipp, TestCarrier,
    TestLine, TestPerson, centre, eventually, free_port, ladder_of_messages, sipp_desks_at,
};
use tokio::time::sleep;
use tonic::Code;

use crate::night::{Pages, UNNOTICED};

/// Callers between two looks whether it is over: ten seconds of them.
const A_ROUND: u32 = 50;
/// Records that wait for their signature.
const CASES: u32 = 10;
const NEXT_CASE: Duration = Duration::from_secs(4);
const NEXT_EMERGENCY: Duration = Duration::from_secs(3);
/// Until those who send calls and requests to a replica have seen that it goes, as a cluster leaves them.
const SEEN: Duration = Duration::from_secs(1);

/// Until the front has asked a new replica twice whether it lives.
const ASKED_AGAIN: Duration = Duration::from_secs(5);

/// Two of each, and what stands before them.
struct House {
    duty: [TestLine; 2],
    phones: [TestLine; 2],
    case: [TestLine; 2],
    to_duty: FaultProxy,
    to_phones: FaultProxy,
    to_case: FaultProxy,
    front: FrontKamailio,
    gateway: PagedTo,
    outside: TestCarrier,
    _kept: (Postgres, Redis, TempDir),
}

impl House {
    async fn stands() -> Self {
        let (server, redis, data) = (Postgres::shared(), Redis::own(), tempfile::tempdir().unwrap());
        let (gateway, outside) = (PagedTo::start().await, TestCarrier::answering());
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 9));
        let ways =
            [FaultProxy::to(nowhere).await, FaultProxy::to(nowhere).await, FaultProxy::to(nowhere).await];
        let [to_duty, to_phones, to_case] = ways;
        let settings = format!(
            "[store]\nurl = \"{}\"\n[bus]\nredis = \"{}\"\n[routing]\nat = \"http://{}\"\nwrap_up = \"0s\"\n\
             [escalation]\nat = \"http://{}\"\np1 = [\"0s\", \"8s\", \"16s\", \"24s\", \"32s\"]\n\
             [telephony]\nat = \"http://{}\"\n{}",
            server.url(&server.create_database().await),
            redis.url(),
            to_duty.at,
            to_duty.at,
            to_phones.at,
            gateway.settings(),
        );
        let process = |node: &str, ip: &'static str, services: &[&'static str]| {
            let setup = LineSetup::new().rota(ladder_of_messages() + &centre()).services(services).on(ip);
            let setup = setup.data_at(data.path().join(node));
            setup.settings(&format!("node = \"{node}\"\n{settings}")).prepare()
        };
        let both = |kind: &str, ips: [&'static str; 2], services: &[&'static str]| {
            [process(&format!("{kind}-0"), ips[0], services), process(&format!("{kind}-1"), ips[1], services)]
        };
        let here = ["127.0.0.1"; 2];
        let mut duty = both("duty", here, &["routing", "escalation"]);
        let mut phones = both("phones", ["127.0.0.2", "127.0.0.3"], &["telephony"]);
        let mut case = both("case", here, &["triage", "referral", "console", "daily-log"]);
        duty[0].starts().await;
        to_duty.leads_to(duty[0].http);
        phones[0].has_secrets_of(&duty[0]);
        phones[0].starts().await;
        to_phones.leads_to(phones[0].http);
        to_case.leads_to(case[0].http);
        let (first, rest) = phones.split_at_mut(1);
        for other in [&mut duty[1], &mut rest[0]].into_iter().chain(&mut case) {
            other.has_secrets_of(&first[0]);
            other.starts().await;
        }
        let front = FrontKamailio::before(&[&phones[0], &phones[1]], outside.port).await;
        let _kept = (server, redis, data);
        Self { duty, phones, case, to_duty, to_phones, to_case, front, gateway, outside, _kept }
    }

    /// Whoever uses the house from outside, wherever the way leads just then.
    fn seen_by_way_of(&self, way: &FaultProxy) -> TestLine {
        let mut outside = LineSetup::new().routed_by(&self.duty[0]).prepare();
        outside.has_secrets_of(&self.phones[0]);
        (outside.http, outside.sip) = (way.at, self.phones[0].sip);
        outside
    }

    async fn is_replaced(&mut self) {
        for nth in 0..2 {
            goes_and_comes(&mut self.duty, nth, &self.to_duty).await;
            goes_and_comes(&mut self.phones, nth, &self.to_phones).await;
            sleep(ASKED_AGAIN).await;
            goes_and_comes(&mut self.case, nth, &self.to_case).await;
        }
    }
}

async fn goes_and_comes(replicas: &mut [TestLine; 2], nth: usize, way: &FaultProxy) {
    way.leads_to(replicas[1 - nth].http);
    sleep(SEEN).await;
    replicas[nth].stop().await;
    replicas[nth].starts().await;
    let ready = async || replicas[nth].page("/ready").await.starts_with("HTTP/1.1 200").then_some(());
    eventually("the new one is ready", ready).await;
}

/// Telephones of those desks, which lift at once.
async fn lift(phones: &TestLine, desks: &[&str]) -> Sipp {
    let port = free_port();
    sipp_desks_at(phones, desks, port).await;
    Sipp::start_at("desk_quick", "127.0.0.1", port, &["-timeout", "900s"])
}

/// Those who rang; none was refused, each heard a human.
async fn people_ring(front: SocketAddr, over: &AtomicBool) -> u32 {
    let mut calls = 0;
    while !over.load(Relaxed) {
        rings(front, A_ROUND, &["-r", "5", "-d", "300"]).await;
        calls += A_ROUND;
    }
    calls
}

async fn rings(front: SocketAddr, calls: u32, more: &[&str]) {
    Sipp::call("caller", front, calls, more).succeeds().await;
}

/// How many emergencies there were.
async fn doctors_are_asked_for(line: &TestLine, over: &AtomicBool) -> usize {
    let mut asked = 0;
    while !over.load(Relaxed) {
        let request = format!("emergency-{asked}");
        let ask = async || line.asks_for_doctors("", "P1", &request).await.ok();
        eventually("an emergency is taken", ask).await;
        asked += 1;
        sleep(NEXT_EMERGENCY).await;
    }
    asked
}

/// A page that breaks off is tried again, as a browser does; what was done already is seen by that.
async fn are_signed(ito: &Session, records: &[Record]) {
    for record in records {
        eventually("a signature is taken", async || match ito.signs(record).await {
            Ok(_) => Some(()),
            Err(status) => (status.code() == Code::FailedPrecondition).then_some(()),
        })
        .await;
        sleep(NEXT_CASE).await;
    }
}

/// What comes to the centre, by its key.
async fn come_to_the_centre(centre: &mut Outsider, cases: usize) -> Vec<(String, String)> {
    let mut received = Vec::new();
    while received.len() < cases {
        let told = centre.does("receives").await;
        let key = |name: &str| told[name].as_str().unwrap().to_owned();
        received.push((key("event_id"), key("referral_id")));
        centre.does(&format!("acknowledges {}", told["seq"])).await;
    }
    received
}

/// Written and not signed.
async fn cases(case: &TestLine, phones: &TestLine, ito: &Session) -> Vec<Record> {
    let mori = TestPerson::on_the_rota(case, "mori", &["supervisor"]).await.signs_in(case).await;
    mori.lists_centre(CENTRE).await;
    let mut records = Vec::new();
    for call in phones.calls_ended(CASES as usize).await {
        let record = ito.writes_of_a_family(&call.id, "C").await;
        ito.drafts(&record.record_id, CENTRE).await;
        records.push(ito.completes(record).await);
    }
    records
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_refused_no_page_is_late_and_no_case_is_lost_or_doubled_while_every_process_is_replaced() {
    let mut house = House::stands().await;
    let (duty, phones) = (house.seen_by_way_of(&house.to_duty), house.seen_by_way_of(&house.to_phones));
    let _ito = lift(&phones, &["ito"]).await;
    let front = house.front.at;
    rings(front, CASES, &["-r", "2", "-l", "1", "-d", "200"]).await;
    let ito = TestPerson::on_the_rota(&house.case[0], "ito", &["counsellor"]).await;
    let ito = ito.signs_in(&house.case[0]).await;
    let ito = Session::at(house.to_case.at, &ito.token, &ito.operator);
    let records = cases(&house.case[0], &phones, &ito).await;
    let account =
        TestPerson::of(&house.case[0], &phones.operator, "kita.centre", &["centre"], Some(CENTRE)).await;
    let mut outsider = Outsider::starts(house.to_case.at, CENTRE, &account).await;
    let _others = lift(&phones, &EVERYBODY[1..]).await;

    let over = AtomicBool::new(false);
    let begun = std::time::Instant::now();
    let replaced = async {
        house.is_replaced().await;
        over.store(true, Relaxed);
        begun.elapsed()
    };
    let (took, calls, emergencies, (), received) = tokio::join!(
        replaced,
        people_ring(front, &over),
        doctors_are_asked_for(&duty, &over),
        are_signed(&ito, &records),
        come_to_the_centre(&mut outsider, records.len()),
    );

    let told = phones.calls_ended((CASES + calls) as usize).await;
    told.iter().for_each(tests::ToldCall::is_whole);
    let well = |call: &&tests::ToldCall| call.has("answered") && call.end.as_deref() == Some("completed");
    let unwell: Vec<_> = told.iter().filter(|call| !well(call)).collect();
    assert!(unwell.is_empty(), "{unwell:?}");
    assert_eq!(house.outside.seen("INVITE"), 0, "nobody was sent to the fallback number");
    let keys: BTreeSet<_> = received.iter().map(|(event, _)| event).collect();
    let referrals: BTreeSet<_> = received.iter().map(|(_, referral)| referral).collect();
    assert_eq!((keys.len(), referrals.len()), (records.len(), records.len()), "{received:?}");
    let escalations = duty.escalations().await;
    assert_eq!(escalations.len(), emergencies, "each emergency once");
    let pages = Pages::of(&escalations, &house.gateway);
    println!(
        "upgrade of six processes in {took:.0?}: {} calls, none refused; {} pages of {emergencies} emergencies, latest {:.1?}; {} \
         referrals, each once",
        told.len(),
        pages.count,
        pages.latest,
        received.len(),
    );
    assert!(pages.latest < UNNOTICED, "a page was late by {:?}", pages.latest);
}
