//! A line with escalation only: a rota, a store, a clock moved by hand, and telephony processes that
//! take its pages.

#![allow(dead_code, unreachable_pub, reason = "each suite uses its part")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a story that cannot go on fails")]

mod rota;

use std::future::Future;
use std::time::Duration;

use domain::escalation::Pace;
use domain::ids::OperatorId;
use domain::time::Instant;
use escalation::{Deps, EscalationServer, Escalations, Paces, Settings, start};
use proto::escalation::v1 as pb;
use proto::escalation::v1::escalation_service_client::EscalationServiceClient;
use proto::escalation::v1::escalation_service_server::EscalationServiceServer;
use proto::escalation::v1::take_voice_pages_response::Work;
use shell::alarms::Alarms;
use shell::bus::Bus;
use shell::clock::Clock;
use shell::ids::Ids;
use shell::process::{Process, ProcessId};
use shell::shutdown::Shutdown;
use shell::store::Db;
use tonic::Streaming;
use uuid::Uuid;

pub type Client = EscalationServiceClient<EscalationServiceServer<EscalationServer>>;

/// A Monday morning at ten in Japan.
pub const MONDAY: Instant = Instant::from_micros(1_793_581_200_000_000);
pub const OPERATOR: &str = "example";
const PATIENCE: Duration = Duration::from_secs(20);

pub fn secs(many: u64) -> Duration {
    Duration::from_secs(many)
}

pub struct Line {
    pub clock: Clock,
    pub db: Db,
    pub alarms: Alarms,
    pub bus: Bus,
    pub client: Client,
    pub settings: Settings,
    running: Escalations,
    _folder: tempfile::TempDir,
}

/// The same story on SQLite and on PostgreSQL.
pub async fn on_both_stores<Fut: Future<Output = ()>>(story: impl Fn(Line) -> Fut) {
    on_both_stores_with(|_| {}, story).await;
}

pub async fn on_both_stores_with<Fut: Future<Output = ()>>(
    change: impl Fn(&mut Settings),
    story: impl Fn(Line) -> Fut,
) {
    let (change, story) = (&change, &story);
    let by_hand = || Clock::by_hand(MONDAY);
    shell::testkit::both_stores(|db| async move { story(Line::new(db, by_hand(), change).await).await })
        .await;
}

fn pace() -> Pace {
    Pace {
        rungs_at: [0, 2, 5, 10, 15].map(|minutes| secs(60) * minutes).into(),
        act_within: secs(180),
        same_way_again: secs(120),
        rounds: None,
    }
}

fn settings(rota: std::path::PathBuf) -> Settings {
    Settings {
        rota,
        rota_check: secs(3600),
        owner: ProcessId(Uuid::now_v7()),
        paces: Paces { p1: pace(), p2: pace(), p3: pace() },
        ring_for: secs(30),
        next_telephone: secs(30),
        mail: None,
        webhooks: Vec::new(),
        page_link: None,
        operator_contacts: Vec::new(),
        safety_within: secs(600),
        safety_again: secs(600),
        late_after: secs(5),
        attempts: 6,
        drill_at: None,
        heartbeat: None,
    }
}

impl Line {
    pub async fn new(db: Db, clock: Clock, change: &impl Fn(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rota.toml");
        std::fs::write(&path, rota::rota(r#""sip:noda", "webhook:slow", "webhook:push""#)).unwrap();
        let (alarms, _) = Alarms::start(db.clone(), clock.clone(), Ids::new(clock.clone()));
        let bus = Bus::in_process();
        let mut settings = settings(path);
        change(&mut settings);
        let deps = Deps {
            db: db.clone(),
            clock: clock.clone(),
            ids: Ids::new(clock.clone()),
            bus: bus.clone(),
            alarms: alarms.clone(),
            shutdown: Shutdown::new(),
            sealer: shell::testkit::sealer(),
            status: shell::reconciler::Status::default(),
        };
        let owner = Process { id: settings.owner, node: "escalation".into() };
        owner.arrive(&db, clock.now()).await.unwrap();
        let running = start(settings.clone(), deps).await.unwrap();
        let client = EscalationServiceClient::new(EscalationServiceServer::new(running.server.clone()));
        Self { clock, db, alarms, bus, client, settings, running, _folder: folder }
    }

    /// Time passes.
    pub fn passes(&self, time: Duration) {
        self.clock.advance(time);
    }

    /// A telephony process that lives as long as the story.
    pub async fn telephony(&self, node: &str) -> Telephony {
        let process = Process { id: ProcessId(Uuid::now_v7()), node: node.into() };
        process.arrive(&self.db, self.clock.now()).await.unwrap();
        let owner = process.id.to_string();
        let stays = tokio::spawn({
            let (db, clock) = (self.db.clone(), self.clock.clone());
            async move { process.stay(&db, &clock, &Shutdown::new()).await }
        });
        let mut client = self.client.clone();
        let asked = pb::TakeVoicePagesRequest { owner: owner.clone() };
        let work = client.take_voice_pages(asked).await.unwrap().into_inner();
        Telephony { owner, work, client, stays }
    }

    pub async fn starts(&self, request: &str) -> pb::Escalation {
        self.starts_for(request, "").await
    }

    pub async fn starts_for(&self, request: &str, call: &str) -> pb::Escalation {
        let asked = asked(request, call);
        self.client.clone().start_escalation(asked).await.unwrap().into_inner().escalation.unwrap()
    }

    pub async fn shown(&self, of: &pb::Escalation) -> pb::Escalation {
        let asked = pb::ListEscalationsRequest {
            operator_id: OPERATOR.into(),
            escalation_id: of.escalation_id.clone(),
            ..Default::default()
        };
        self.client.clone().list_escalations(asked).await.unwrap().into_inner().escalations.remove(0)
    }

    pub async fn acts(&self, of: &pb::Escalation, staff: &str, act: &str) -> pb::Escalation {
        let asked = pb::ReportActRequest {
            operator_id: OPERATOR.into(),
            escalation_id: of.escalation_id.clone(),
            staff_id: staff.into(),
            act: act.into(),
        };
        self.client.clone().report_act(asked).await.unwrap().into_inner().escalation.unwrap()
    }

    /// Waits until an alarm of this kind stands.
    pub async fn is_alarmed(&self, kind: &str) {
        self.alarm_becomes(kind, true).await;
    }

    pub async fn is_not_alarmed(&self, kind: &str) {
        self.alarm_becomes(kind, false).await;
    }

    async fn alarm_becomes(&self, kind: &str, stands: bool) {
        let operator: OperatorId = OPERATOR.parse().unwrap();
        let begun = std::time::Instant::now();
        loop {
            let raised = self.alarms.list(&operator, 100).await.unwrap();
            if raised.iter().any(|alarm| alarm.kind == kind && alarm.cleared_us.is_none()) == stands {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{kind} should stand: {stands}; there are {raised:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits until the escalation is as it should be.
    pub async fn becomes(&self, of: &pb::Escalation, is: impl Fn(&pb::Escalation) -> bool) -> pb::Escalation {
        let begun = std::time::Instant::now();
        loop {
            let shown = self.shown(of).await;
            if is(&shown) {
                return shown;
            }
            assert!(begun.elapsed() < PATIENCE, "still {shown:#?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

pub fn asked(request: &str, call: &str) -> pb::StartEscalationRequest {
    pb::StartEscalationRequest {
        operator_id: OPERATOR.into(),
        request_id: request.into(),
        window_id: "main".into(),
        call_id: call.into(),
        priority: "P1".into(),
        reasons: vec!["risk_imminent".into()],
        triage_code: "A".into(),
        age_band: "30s".into(),
        started_by: "ito".into(),
    }
}

/// One telephony process.
pub struct Telephony {
    pub owner: String,
    work: Streaming<pb::TakeVoicePagesResponse>,
    client: Client,
    stays: tokio::task::JoinHandle<()>,
}

impl Telephony {
    async fn next(&mut self) -> Work {
        let next = tokio::time::timeout(PATIENCE, self.work.message()).await;
        next.expect("telephony got nothing to do").unwrap().unwrap().work.unwrap()
    }

    /// The next page that it must ring for.
    pub async fn rings(&mut self) -> pb::VoicePage {
        match self.next().await {
            Work::Ring(page) => page,
            other @ (Work::CalledOff(_) | Work::CallerWaits(_)) => panic!("not a page but {other:?}"),
        }
    }

    /// The next page for one of these; others ring on.
    pub async fn rings_for(&mut self, staff: &[&str]) -> pb::VoicePage {
        loop {
            match self.next().await {
                Work::Ring(page) if staff.contains(&page.staff_id.as_str()) => return page,
                Work::Ring(_) | Work::CalledOff(_) | Work::CallerWaits(_) => {}
            }
        }
    }

    /// The stream breaks; the same process hears again.
    pub async fn hears_again(&mut self) {
        let asked = pb::TakeVoicePagesRequest { owner: self.owner.clone() };
        self.work = self.client.take_voice_pages(asked).await.unwrap().into_inner();
    }

    pub async fn is_called_off(&mut self) -> pb::CalledOff {
        match self.next().await {
            Work::CalledOff(page) => page,
            other @ (Work::Ring(_) | Work::CallerWaits(_)) => panic!("not called off but {other:?}"),
        }
    }

    /// A caller who waits, or none when something else is to be done first.
    pub async fn waits_or_rings(&mut self) -> Option<pb::SafetyCaller> {
        match self.next().await {
            Work::CallerWaits(caller) => Some(caller),
            Work::Ring(_) | Work::CalledOff(_) => None,
        }
    }

    pub async fn reports(&mut self, page: &pb::VoicePage, news: pb::PageNews, detail: &str) {
        let asked = pb::ReportPageRequest {
            page_id: page.page_id.clone(),
            owner: self.owner.clone(),
            news: news.into(),
            detail: detail.into(),
        };
        self.client.report_page(asked).await.unwrap();
    }

    pub async fn accepts(&mut self, page: &pb::VoicePage) -> pb::AcceptPageResponse {
        let asked = pb::AcceptPageRequest { page_id: page.page_id.clone(), ..Default::default() };
        self.client.accept_page(asked).await.unwrap().into_inner()
    }

    pub async fn declines(&mut self, page: &pb::VoicePage) {
        let asked = pb::DeclinePageRequest { page_id: page.page_id.clone(), ..Default::default() };
        self.client.decline_page(asked).await.unwrap();
    }

    /// The process is gone without a word; its lease is not renewed.
    pub async fn dies(self) {
        self.stays.abort();
        let _ = self.stays.await;
    }
}
