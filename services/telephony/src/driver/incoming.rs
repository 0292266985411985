//! Somebody rings: which window, whose turn, and the call's task begins.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::call::{Call, Effect, Facts};
use domain::ids::{CallId, LegId};
use domain::ledger::PlaceClass;
use shell::budget::Budget;
use shell::call_trace;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tracing::{Instrument, error};

use super::Deps;
use super::call_back::Debt;
use super::call_task::{CallTask, Heard, INBOX};
use super::measure::Asked;
use super::paging::policy::Help;
use super::paging::rings_back;
use super::plan::Window;
use crate::edge::{Cause, IncomingCall, Number, Source};

/// A line that has just started knows its windows within this.
const PLAN_WITHIN: Duration = Duration::from_secs(5);

/// Returns at once. The leg's fate is heard from here on, so that a caller who gives up while we
/// look up whose turn it is does not get lost.
pub(super) fn begin(deps: &Arc<Deps>, incoming: IncomingCall) {
    deps.edge.alert(incoming.leg);
    let heard_us = deps.clock.now().since(incoming.at);
    Budget::CallerHearsUs.took(heard_us, deps.settings.limits.caller_hears_us);
    let (to_self, inbox) = mpsc::channel(INBOX);
    deps.switchboard.expect(incoming.leg, to_self.clone());
    let Some(inbox) = rings_back(deps, &incoming, &to_self, inbox) else { return };
    tokio::spawn(take(Arc::clone(deps), incoming, to_self, inbox));
}

async fn take(
    deps: Arc<Deps>,
    incoming: IncomingCall,
    to_self: mpsc::Sender<Heard>,
    inbox: mpsc::Receiver<Heard>,
) {
    let Some(window) = window(&deps, &incoming.called).await else {
        error!("a call came and the line knows no window: routing has never told its plan");
        deps.switchboard.forget(incoming.leg);
        deps.edge.hang_up(incoming.leg, Cause::Unreachable);
        return;
    };
    let class = place_class(&deps, &window, incoming.caller.as_ref()).await;
    let facts = Facts {
        class,
        withheld: incoming.caller.is_none(),
        came_by: came_by(&incoming.source),
        ..facts(&window)
    };
    let now = deps.clock.now();
    let (call, begun) = Call::begin(facts, deps.settings.patience, incoming.leg, now);
    let line = Line { deps, window, to_self, inbox, number: incoming.caller, leg: incoming.leg, pays: None };
    line.run(call, begun).await;
}

async fn window(deps: &Deps, called: &str) -> Option<Window> {
    let mut plan = deps.plan.clone();
    let known = timeout(PLAN_WITHIN, plan.wait_for(|plan| !plan.windows.is_empty())).await;
    known.ok()?.ok()?.window_for(called).cloned()
}

pub(super) fn facts(window: &Window) -> Facts {
    Facts {
        window: window.id.clone(),
        class: PlaceClass::Ordinary,
        withheld: false,
        came_by: String::new(),
        circles: window.circles,
        has_fallback: window.fallback.is_some(),
    }
}

/// A call about to get its task.
pub(super) struct Line {
    pub deps: Arc<Deps>,
    pub window: Window,
    pub to_self: mpsc::Sender<Heard>,
    pub inbox: mpsc::Receiver<Heard>,
    pub number: Option<Number>,
    pub leg: LegId,
    /// The debt that this call pays.
    pub pays: Option<Debt>,
}

impl Line {
    pub(super) async fn run(self, call: Call, begun: Vec<Effect>) {
        let id: CallId = self.deps.ids.call();
        self.deps.switchboard.began(id, self.window.operator.clone(), self.pays.is_some());
        self.deps.switchboard.listens(id, self.to_self.clone());
        if let (Some(number), None) = (&self.number, &self.pays) {
            self.deps.switchboard.is_with(id, number.clone());
        }
        let span = tracing::info_span!("call", call = %id, window = %self.window.id);
        let span = call_trace::begins(span, id);
        let asker = CallTask::start_asker(&self.deps, id, &self.window, &self.to_self, &span);
        let task = CallTask {
            id,
            window: self.window,
            call,
            number: self.number,
            pays: self.pays,
            deps: self.deps,
            inbox: self.inbox,
            to_self: self.to_self,
            asker,
            seq: 0,
            targets: HashMap::new(),
            offers: HashMap::new(),
            transfer_asked: None,
            refused: Vec::new(),
            caller_leg: self.leg,
            asked: Asked::default(),
            help: Help::default(),
        };
        task.run(begun).instrument(span).await;
    }
}

fn came_by(source: &Source) -> String {
    match source {
        Source::Trunk(name) => name.clone(),
        Source::Desk(desk) => desk.to_string(),
    }
}

async fn place_class(deps: &Deps, window: &Window, caller: Option<&Number>) -> PlaceClass {
    if window.agency {
        return PlaceClass::Agency;
    }
    match caller {
        Some(number) if deps.rang_in_vain(&window.operator, number).await => PlaceClass::Repeat,
        Some(_) | None => PlaceClass::Ordinary,
    }
}
