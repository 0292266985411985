//! Telephony: the edge, the media, the ledger and the driver.

use std::collections::HashMap;
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;

use ::telephony::driver::{self, Deps, DesksInUse, KeptPlan, Switchboard};
use ::telephony::ledger::{Ledger, LedgerSettings};
use ::telephony::media::Engine;
use ::telephony::media::page_words::PageWords;
use ::telephony::media::prompts::PromptSet;
use ::telephony::sip::SipEdge;
use ::telephony::{CallControlServer, CallServer, KeptPhones, PhoneBook};
use domain::ids::{DeskId, OperatorId};
use domain::ledger::Entry;
use on_call_rota::Rota;
use proto::escalation::v1::escalation_service_client::EscalationServiceClient;
use proto::routing::v1::routing_service_client::RoutingServiceClient;
use proto::telephony::v1::call_control_service_server::CallControlServiceServer;
use proto::telephony::v1::call_service_server::CallServiceServer;
use shell::access::Gate;
use shell::bus::Bus;
use shell::grpc::{Route, near};
use tokio::sync::{broadcast, mpsc, watch};
use tonic::body::Body;
use tower::Service;

use super::House;
use crate::phones::{self, Phones};
use crate::rota;

/// The bus topic by which an entry of a call is told.
const CALLS: &str = "call";
/// Entries that somebody who watches may be behind.
const ENTRIES: usize = 4096;
/// Events of the edge that wait for the driver.
const EVENTS: usize = 4096;

#[derive(Clone)]
pub(crate) struct Telephony {
    pub calls: Gate<CallServiceServer<CallServer>>,
    pub control: Gate<CallControlServiceServer<CallControlServer>>,
    pub edge: SipEdge,
    pub deps: Arc<Deps>,
    pub phones_file: PathBuf,
}

impl House<'_> {
    pub(super) async fn telephony(
        &self,
        route: Route,
        to_escalation: Option<Route>,
        rota: &Rota,
    ) -> anyhow::Result<Telephony> {
        let phones_file =
            self.settings.phones.clone().unwrap_or_else(|| self.settings.data.join("phones.toml"));
        let Phones { accounts, seats } = phones::load(&phones_file, rota)?;
        let (prompts, page_words) = match &self.settings.prompts {
            Some(folder) => (PromptSet::from_dir(folder)?, PageWords::from_dir(folder)?),
            None => (PromptSet::embedded()?, PageWords::embedded()?),
        };
        let sealer = self.sealer.clone();
        let (ledger, _writer) =
            Ledger::start(self.db.clone(), sealer.clone(), self.process.id, self.ledger_settings())?;
        tokio::spawn({
            let (flow, alarms) = (ledger.flow(), self.alarms.clone());
            async move { Ledger::watch(flow, &alarms).await }
        });
        let (media_in, media_events) = mpsc::channel(EVENTS);
        let media = Engine::start(self.settings.media.clone(), media_in)?;
        let (events_in, events) = mpsc::channel(EVENTS);
        let mut sip = self.settings.sip.clone();
        sip.accounts = accounts;
        sip.tls = self.sip_tls.clone();
        let kept_phones = KeptPhones::at(&self.settings.data.join("phones.sealed"), sealer.clone());
        let book =
            PhoneBook::new(self.db.clone(), operators_of(&seats), rota::first_operator(rota)?, kept_phones);
        let edge =
            SipEdge::start(sip, media, media_events, self.clock.clone(), events_in, Arc::new(book)).await?;
        let kept_plan = KeptPlan::at(&self.settings.data.join("plan.sealed"), sealer.clone());
        let (plan_in, plan) = watch::channel(Arc::new(kept_plan.load()));
        let deps = Arc::new(Deps {
            edge: Arc::new(edge.clone()),
            routing: RoutingServiceClient::new(route),
            ledger,
            db: self.db.clone(),
            sealer,
            process: self.process.clone(),
            plan,
            kept_plan: Some(kept_plan),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            prompts,
            page_words,
            escalation: to_escalation.map(EscalationServiceClient::new),
            alarms: self.alarms.clone(),
            settings: self.settings.driver.clone(),
            owner: self.process.id.to_string().into(),
            desks: DesksInUse::default(),
            switchboard: Switchboard::default(),
            entries: broadcast::Sender::new(ENTRIES),
        });
        driver::start(Arc::clone(&deps), events, plan_in, seats);
        tokio::spawn(nudge(deps.entries.subscribe(), self.bus.clone()));
        let server = CallServer { deps: Arc::clone(&deps), sip: Some(edge.clone()) };
        let calls = Gate::new(CallServiceServer::new(server), &self.access);
        let control = CallControlServer { deps: Arc::clone(&deps) };
        let control = Gate::new(CallControlServiceServer::new(control), &self.access);
        Ok(Telephony { calls, control, edge, deps, phones_file })
    }

    /// A service of telephony in this process, else where the settings say it is.
    pub(super) fn route_to_calls<S>(&self, here: Option<&Gate<S>>) -> anyhow::Result<Route>
    where
        S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send + 'static,
    {
        let limit = self.settings.telephony_budget;
        match (here, &self.settings.telephony_at) {
            (Some(server), _) => Ok(near(server.clone(), limit, &self.token)),
            (None, Some(at)) => self.far("telephony", at, limit),
            (None, None) => anyhow::bail!("telephony does not run here: set telephony.at to where it runs"),
        }
    }

    fn ledger_settings(&self) -> LedgerSettings {
        let spool = self.settings.data.join("spool.jsonl");
        LedgerSettings { budget: self.settings.store_budget, ..LedgerSettings::with_spool(spool) }
    }
}

fn operators_of(seats: &HashMap<DeskId, driver::Seat>) -> HashMap<DeskId, OperatorId> {
    seats.iter().map(|(desk, seat)| (desk.clone(), seat.operator.clone())).collect()
}

/// What happens in calls is shown on screens and opens records: they are told at once.
async fn nudge(mut entries: broadcast::Receiver<Entry>, bus: Bus) {
    loop {
        match entries.recv().await {
            Ok(entry) => bus.publish(CALLS, &entry.call.to_string()),
            Err(broadcast::error::RecvError::Lagged(_)) => bus.publish(CALLS, ""),
            Err(broadcast::error::RecvError::Closed) => return,
        }
    }
}
