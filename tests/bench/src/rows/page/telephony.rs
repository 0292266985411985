//! A telephony process that takes pages, and whoever needs somebody.

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use proto::escalation::v1 as pb;
use proto::escalation::v1::escalation_service_client::EscalationServiceClient;
use proto::escalation::v1::take_voice_pages_response::Work;
use shell::clock::Clock;
use shell::grpc::Route;
use shell::on;
use shell::process::{Process, ProcessId};
use shell::shutdown::Shutdown;
use shell::store::Db;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::house::Service;
use crate::peers::Store;

pub(super) const OPERATOR: &str = "example";
/// Pages that wait for whoever looks at them.
const AHEAD: usize = 4096;
/// No page takes so long but a lost one.
const LIMIT: Duration = Duration::from_secs(20);

pub(super) struct Telephony {
    pub(super) clock: Clock,
    owner: String,
    client: EscalationServiceClient<Route>,
    pages: mpsc::Receiver<pb::VoicePage>,
    heard: mpsc::Sender<pb::VoicePage>,
    db: Db,
}

/// Somebody who is needed by a call; cheap to clone.
#[derive(Clone)]
pub(super) struct Asker(EscalationServiceClient<Route>);

impl Telephony {
    pub(super) async fn arrives(service: &Service, store: &Store) -> anyhow::Result<Self> {
        let clock = Clock::system();
        let process = Process { id: ProcessId(Uuid::now_v7()), node: "telephony".into() };
        process.arrive(&store.db, clock.now()).await?;
        let owner = process.id.to_string();
        tokio::spawn({
            let (db, clock) = (store.db.clone(), clock.clone());
            async move { process.stay(&db, &clock, &Shutdown::new()).await }
        });
        let mut client = EscalationServiceClient::new(service.route()?);
        let (heard, pages) = mpsc::channel(AHEAD);
        hears(&mut client, &owner, heard.clone()).await?;
        Ok(Self { clock, owner, client, pages, heard, db: store.db.clone() })
    }

    /// The same process, at the escalation that came after the one that was killed.
    pub(super) async fn hears_again(&mut self, service: &Service) -> anyhow::Result<()> {
        self.client = EscalationServiceClient::new(service.route()?);
        hears(&mut self.client, &self.owner, self.heard.clone()).await
    }

    pub(super) fn asker(&self) -> Asker {
        Asker(self.client.clone())
    }

    /// The next page, of whichever stream.
    pub(super) async fn rings(&mut self) -> Option<pb::VoicePage> {
        self.pages.recv().await
    }

    pub(super) async fn rings_for(&mut self, staff: &str) -> anyhow::Result<pb::VoicePage> {
        loop {
            let page = tokio::time::timeout(LIMIT, self.rings()).await;
            match page.with_context(|| format!("{staff} was not paged within 20 s"))? {
                Some(page) if page.staff_id == staff => return Ok(page),
                Some(_) => {}
                None => bail!("the stream of pages ended"),
            }
        }
    }

    /// What is wrong with a page that was just heard: no telephone rings before its commit.
    pub(super) async fn is_committed(&self, page: &pb::VoicePage) -> anyhow::Result<Option<String>> {
        let sql = "SELECT count(*) FROM page p JOIN page_attempt a ON a.page_id = p.page_id \
             WHERE p.page_id = $1 AND p.out_us IS NOT NULL";
        let found: i64 =
            on!(self.db.read(), pool => sqlx::query_scalar(sql).bind(&page.page_id).fetch_one(pool).await)?;
        Ok((found == 0).then(|| format!("page {} was heard before the store had its attempt", page.page_id)))
    }

    pub(super) async fn accepts(&mut self, page: &pb::VoicePage) -> anyhow::Result<()> {
        let asked = pb::AcceptPageRequest { page_id: page.page_id.clone(), ..Default::default() };
        self.client.accept_page(asked).await.context("a yes is not taken").map(drop)
    }

    /// The psychiatrist has joined the call: nothing more is owed.
    pub(super) async fn acts(&mut self, escalation: &pb::Escalation, staff: &str) -> anyhow::Result<()> {
        let asked = pb::ReportActRequest {
            operator_id: OPERATOR.into(),
            escalation_id: escalation.escalation_id.clone(),
            staff_id: staff.into(),
            act: "joined".into(),
        };
        let answer = self.client.report_act(asked).await.context("an act is not taken")?.into_inner();
        let state = answer.escalation.map(|escalation| escalation.state).unwrap_or_default();
        ensure!(state == "acted", "after {staff} joined the escalation is {state}");
        Ok(())
    }
}

/// Reads on until the stream breaks, also what is still on its way when its other end is killed.
async fn hears(
    client: &mut EscalationServiceClient<Route>,
    owner: &str,
    heard: mpsc::Sender<pb::VoicePage>,
) -> anyhow::Result<()> {
    let asked = pb::TakeVoicePagesRequest { owner: owner.to_owned() };
    let mut work = client.take_voice_pages(asked).await.context("escalation gives no pages")?.into_inner();
    tokio::spawn(async move {
        while let Ok(Some(said)) = work.message().await {
            let told = match said.work {
                Some(Work::Ring(page)) => heard.send(page).await,
                Some(Work::CalledOff(_) | Work::CallerWaits(_)) | None => Ok(()),
            };
            if told.is_err() {
                return;
            }
        }
    });
    Ok(())
}

impl Asker {
    pub(super) async fn starts(&self) -> anyhow::Result<pb::Escalation> {
        let answer = self.tries(&Uuid::now_v7().to_string()).await.context("an escalation is refused")?;
        answer.context("an escalation without an answer")
    }

    /// Under the same request it is the same escalation, however often it is asked for.
    pub(super) async fn tries(&self, request: &str) -> Result<Option<pb::Escalation>, tonic::Status> {
        let asked = pb::StartEscalationRequest {
            operator_id: OPERATOR.into(),
            request_id: request.to_owned(),
            window_id: "main".into(),
            call_id: String::new(),
            priority: "P1".into(),
            reasons: vec!["risk_imminent".into()],
            triage_code: "A".into(),
            age_band: "30s".into(),
            started_by: "ito".into(),
        };
        Ok(self.0.clone().start_escalation(asked).await?.into_inner().escalation)
    }

    pub(super) async fn accepts(&self, page: &pb::VoicePage) -> Result<(), tonic::Status> {
        let asked = pb::AcceptPageRequest { page_id: page.page_id.clone(), ..Default::default() };
        self.0.clone().accept_page(asked).await.map(drop)
    }
}
