//! Counsellors, supervisors and centres as they come in: with a session, through the gate; and the calls
//! whose records they write.

#[path = "../../../../../services/triage/tests/kit/forms.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    reason = "forms as triage's own stories fill them in: without them nothing can be measured"
)]
mod forms;
#[path = "../../../../../services/triage/tests/kit/ledger.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "a ledger as triage's own stories write it"
)]
mod ledger;
#[path = "../../../../../services/triage/tests/kit/rota.rs"]
#[allow(unreachable_pub, reason = "the rota of triage's own stories")]
mod rota;

use std::path::Path;

use anyhow::Context;
use domain::access::{Role, SessionKind};
use domain::ids::{AccountId, CallId, DeskId};
use domain::ledger::AnsweredBy;
use proto::triage::v1 as pb;
use proto::triage::v1::save_record_response::Outcome;
use proto::triage::v1::triage_service_client::TriageServiceClient;
use shell::access::{Opening, SESSION};
use shell::clock::Clock;
use shell::grpc::Route;
use shell::ids::Ids;
use shell::on;
use shell::seal::Sealer;
use shell::store::Db;
use tokio::sync::Mutex;
use tower::ServiceExt;
use tower::util::BoxCloneSyncService;
use uuid::Uuid;

use crate::house::{Served, Service, sessions};
use crate::peers::Store;
use crate::rows::Run;
use ledger::Ledger;

pub(crate) const OPERATOR: &str = "example";
pub(crate) type Client = TriageServiceClient<Route>;

static ACCOUNTS: Mutex<()> = Mutex::const_new(());

/// Where people come in, and who sits at a desk.
pub(crate) struct House {
    clock: Clock,
    db: Db,
    ledger: Ledger,
}

impl House {
    pub(crate) async fn opens(run: &Run<'_>, served: Served) -> anyhow::Result<(Store, Service, Self)> {
        let store = run.peers.store().await?;
        std::fs::write(store.path("rota.toml"), rota::rota())?;
        let sealer = Sealer::at(&store.path("keys.toml"), true)?;
        let ledger = Ledger { db: store.db.clone(), sealer, operator: OPERATOR.parse()? };
        let service = Service::start(served, run.peers, &store).await?;
        let house = Self { clock: Clock::system(), db: store.db.clone(), ledger };
        Ok((store, service, house))
    }

    /// Of another operator, whose line is served elsewhere.
    pub(crate) fn of(operator: &str, store: &Store, keys: &Path) -> anyhow::Result<Self> {
        let sealer = Sealer::at(keys, true)?;
        let ledger = Ledger { db: store.db.clone(), sealer, operator: operator.parse()? };
        Ok(Self { clock: Clock::system(), db: store.db.clone(), ledger })
    }

    /// The session of somebody with one role.
    pub(crate) async fn signs_in(&self, staff: &str, role: Role) -> anyhow::Result<String> {
        let account = self.account(staff, role).await?;
        let operator = &self.ledger.operator;
        let mut tx = self.db.begin().await?;
        let opening = Opening { account, operator, kind: SessionKind::Oidc, device: "" };
        let opened =
            sessions(&self.db, &self.clock, &Ids::new(self.clock.clone())).open(&mut tx, &opening).await?;
        tx.commit().await?;
        Ok(opened.token.reveal().to_owned())
    }

    /// Theirs, or a new one: a console may be open and somebody write under the same name.
    async fn account(&self, staff: &str, role: Role) -> anyhow::Result<AccountId> {
        let _one_at_a_time = ACCOUNTS.lock().await;
        let sql = "SELECT account_id FROM account WHERE operator_id = $1 AND staff_id = $2";
        let known: Option<String> = on!(self.db.read(), pool => sqlx::query_scalar(sql)
            .bind(self.ledger.operator.as_str()).bind(staff).fetch_optional(pool).await)?;
        if let Some(known) = known {
            return known.parse().context("an account's id");
        }
        let account = AccountId(Uuid::now_v7());
        self.ledger.has_account(staff, &account.to_string()).await;
        let sql = "INSERT INTO account_role (account_id, role) VALUES ($1, $2)";
        on!(self.db.write(), pool => sqlx::query(sql).bind(account.to_string()).bind(role.code())
            .execute(pool).await.map(drop))?;
        Ok(account)
    }

    /// A call that ito has answered, and its draft.
    pub(crate) async fn draft(&self, ito: &mut Client) -> anyhow::Result<pb::Record> {
        let call = CallId(Uuid::now_v7());
        self.ledger.begins(call, Some("+819012345678"), self.clock.now()).await;
        self.ledger.sits("ito", Some(call)).await;
        let desk = AnsweredBy::Desk(DeskId::parse("desk-ito").context("a desk's id")?);
        self.ledger.is_answered(call, desk, self.clock.now()).await;
        let asked = pb::OpenRecordRequest { operator_id: OPERATOR.into(), call_id: call.to_string() };
        let opened = ito.open_record(asked).await.context("no record can be opened")?.into_inner();
        opened.record.context("no record was opened")
    }
}

/// The way to a service as somebody with this session.
pub(crate) fn shown(route: Route, session: &str) -> anyhow::Result<Route> {
    let session: http::HeaderValue = session.parse()?;
    let shows = route.map_request(move |mut request: http::Request<tonic::body::Body>| {
        request.headers_mut().insert(SESSION, session.clone());
        request
    });
    Ok(BoxCloneSyncService::new(shows))
}

pub(crate) fn field(name: &str, value: &str) -> pb::Field {
    forms::field(name, value)
}

pub(crate) fn value<'r>(record: &'r pb::Record, name: &str) -> Option<&'r str> {
    forms::value(record, name)
}

/// One save; what is saved is told only when it is durable.
pub(crate) async fn save(
    who: &mut Client,
    record: &pb::Record,
    save_id: &str,
    changes: Vec<pb::Field>,
) -> anyhow::Result<pb::Record> {
    let answer = forms::try_save(who, record, save_id, changes).await.context("a save is refused")?;
    match answer.outcome {
        Some(Outcome::Saved(record)) => Ok(record),
        Some(Outcome::Stale(stale)) => anyhow::bail!("a save is stale: {:?}", stale.conflicting),
        None => anyhow::bail!("a save without an answer"),
    }
}
