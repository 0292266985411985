//! What people do on the screens of their desks.

use domain::ids::{CallId, DeskId, LegId};
use domain::ledger::Step;
use proto::telephony::v1 as wire;
use proto::telephony::v1::call_control_service_server::CallControlService;
use shell::testkit::operator;
use telephony::CallControlServer;
use telephony::driver::{Act, DriverSettings};
use tonic::{Code, Request};

use super::edge::Did;
use super::verbs::until;
use super::{Caller, Opening, Person, TestLine};

/// A verb's request: the operator, the call and the desk that acts.
macro_rules! ask {
    ($line:expr, $call:expr, $desk:expr, $verb:ident, $request:ident $(, $field:ident: $value:expr)*) => {
        CallControlServer { deps: $line.deps.clone() }
            .$verb(Request::new(wire::$request {
                operator_id: operator().to_string(),
                call_id: $call.to_string(),
                desk_id: $desk.to_owned(),
                $($field: $value,)*
            }))
            .await
            .map(drop)
    };
}

impl Opening {
    /// These desks accept on their screens.
    pub fn console_first(people: impl IntoIterator<Item = Person>, desks: &[&str]) -> Self {
        let mut opening = Self::with(people);
        let ids = desks.iter().map(|desk| DeskId::parse(desk).unwrap());
        opening.driver.desks.console_first = ids.collect();
        opening
    }
}

/// These phones pick up by themselves when they are asked to.
pub fn picks_up(mut settings: DriverSettings, desk: &str) -> DriverSettings {
    settings.desks.picks_up.insert(DeskId::parse(desk).unwrap());
    settings
}

impl TestLine {
    /// What a desk does on its screen, and what it is told.
    pub async fn does(&self, desk: &str, act: Act, call: CallId) -> Result<(), Code> {
        let said = match act {
            Act::Answer => ask!(self, call, desk, answer_offer, AnswerOfferRequest),
            Act::Decline => ask!(self, call, desk, decline_offer, DeclineOfferRequest),
            Act::Hold => ask!(self, call, desk, hold_caller, HoldCallerRequest),
            Act::Resume => ask!(self, call, desk, resume_caller, ResumeCallerRequest),
            Act::Transfer { to } => {
                ask!(self, call, desk, transfer_call, TransferCallRequest, to_desk_id: to.to_string())
            }
            Act::ListenIn => ask!(self, call, desk, listen_in, ListenInRequest),
            Act::TakeOver => ask!(self, call, desk, take_over, TakeOverRequest),
            Act::HangUp => ask!(self, call, desk, hang_up, HangUpRequest),
        };
        said.map_err(|status| status.code())
    }

    /// A caller who talks to that desk.
    pub async fn talks_to(&self, desk: &str) -> (Caller, LegId) {
        let caller = self.caller_rings().await;
        let counsellor = self.phone_is_lifted(desk).await;
        self.talk(caller.leg, counsellor).await;
        (caller, counsellor)
    }

    /// Whether this leg was asked to pick up by itself.
    pub fn was_asked_to_pick_up(&self, wanted: LegId) -> bool {
        let asked = |did: &Did| matches!(did, Did::Ring { leg, picks_up: true, .. } if *leg == wanted);
        self.edge.how_often(asked) == 1
    }

    /// The latest of joining, leaving and listening of this leg.
    pub fn place_of(&self, wanted: LegId) -> Option<Did> {
        let done = self.edge.done();
        done.into_iter().rev().map(|(_, did)| did).find(|did| match did {
            Did::Join(leg, _) | Did::Listen(leg, _) | Did::Leave(leg) => *leg == wanted,
            Did::Alert(_)
            | Did::Ring { .. }
            | Did::Answer(_)
            | Did::Play { .. }
            | Did::Hush(_)
            | Did::HangUp(..) => false,
        })
    }

    pub async fn is_at(&self, leg: LegId, place: Did) {
        until(&format!("{place:?}"), || (self.place_of(leg).as_ref() == Some(&place)).then_some(())).await;
    }

    pub fn has_step(&self, call: CallId, wanted: &Step) -> bool {
        self.steps(call).contains(wanted)
    }
}
