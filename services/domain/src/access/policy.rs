//! The table: which RPC is for whom. A test of the shell holds it against the contracts.

use super::Role::{self, Counsellor, RotaManager, Supervisor};

/// Whom an RPC is for, besides services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Nobody else.
    Services,
    /// Also those who have not signed in: signing in itself.
    Anyone,
    SignedIn,
    /// Those who have one of these roles.
    Roles(&'static [Role]),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    pub who: Who,
    /// Asks for a sign-in of the last minutes.
    pub fresh: bool,
}

const SERVICES: Rule = Rule { who: Who::Services, fresh: false };

const fn to(roles: &'static [Role]) -> Rule {
    Rule { who: Who::Roles(roles), fresh: false }
}

/// The rule for a path such as `/tomoshibi.triage.v1.TriageService/SaveDraft`.
pub fn rule(path: &str) -> Option<&'static Rule> {
    TABLE.iter().find(|(listed, _)| *listed == path).map(|(_, rule)| rule)
}

/// Desk verbs, pages and whatever else names its doer in the request are for services: the console
/// makes these calls for the person it knows.
pub const TABLE: &[(&str, Rule)] = &[
    // Paging.
    ("/tomoshibi.escalation.v1.EscalationService/StartEscalation", SERVICES),
    ("/tomoshibi.escalation.v1.EscalationService/ListEscalations", to(&[Supervisor])),
    ("/tomoshibi.escalation.v1.EscalationService/WatchEscalations", to(&[Supervisor])),
    ("/tomoshibi.escalation.v1.EscalationService/AcceptPage", SERVICES),
    ("/tomoshibi.escalation.v1.EscalationService/DeclinePage", SERVICES),
    ("/tomoshibi.escalation.v1.EscalationService/RaisePriority", SERVICES),
    ("/tomoshibi.escalation.v1.EscalationService/WithdrawEscalation", SERVICES),
    ("/tomoshibi.escalation.v1.EscalationService/WriteAdvice", SERVICES),
    ("/tomoshibi.escalation.v1.EscalationService/ReportAct", SERVICES),
    ("/tomoshibi.escalation.v1.EscalationService/TestPage", SERVICES),
    ("/tomoshibi.escalation.v1.EscalationService/TakeVoicePages", SERVICES),
    ("/tomoshibi.escalation.v1.EscalationService/ReportPage", SERVICES),
    ("/tomoshibi.escalation.v1.EscalationService/ListSafetyCallers", to(&[Counsellor, Supervisor])),
    ("/tomoshibi.escalation.v1.EscalationService/SettleSafetyCaller", SERVICES),
    // Desks and offers.
    ("/tomoshibi.routing.v1.RoutingService/SeekDesk", SERVICES),
    ("/tomoshibi.routing.v1.RoutingService/ReportOffer", SERVICES),
    ("/tomoshibi.routing.v1.RoutingService/EndCall", SERVICES),
    ("/tomoshibi.routing.v1.RoutingService/ReconcileCalls", SERVICES),
    ("/tomoshibi.routing.v1.RoutingService/WatchPlan", SERVICES),
    ("/tomoshibi.routing.v1.RoutingService/ListDesks", to(&[Supervisor, RotaManager])),
    ("/tomoshibi.routing.v1.RoutingService/SignIn", SERVICES),
    ("/tomoshibi.routing.v1.RoutingService/SignOut", SERVICES),
    ("/tomoshibi.routing.v1.RoutingService/PauseDesk", SERVICES),
    ("/tomoshibi.routing.v1.RoutingService/ResumeDesk", SERVICES),
    // Calls.
    ("/tomoshibi.telephony.v1.CallService/ListCalls", to(&[Supervisor])),
    ("/tomoshibi.telephony.v1.CallService/WatchCalls", to(&[Supervisor])),
    ("/tomoshibi.telephony.v1.CallService/ListCallBacks", to(&[Counsellor, Supervisor])),
    ("/tomoshibi.telephony.v1.CallService/ConsultPrivately", SERVICES),
    ("/tomoshibi.telephony.v1.CallService/BringTogether", SERVICES),
    ("/tomoshibi.telephony.v1.CallService/DescribeLine", SERVICES),
];
