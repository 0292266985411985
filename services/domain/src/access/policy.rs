//! The table: which RPC is for whom. A test of the shell holds it against the contracts.

use super::Role::{self, Auditor, Centre, Counsellor, OperatorAdmin, Psychiatrist, RotaManager, Supervisor};

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
    /// Whether field 1 of the request must name the person's operator.
    pub operator: Operator,
}

/// Whether a request says for which operator it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Named,
    /// It may be left empty: a page asks who it is before it knows.
    MayBeEmpty,
    /// Signing in names none.
    Unnamed,
}

const SERVICES: Rule = rule_for(Who::Services);
const ANYONE: Rule = Rule { operator: Operator::Unnamed, ..rule_for(Who::Anyone) };
const SIGNED_IN: Rule = rule_for(Who::SignedIn);
const ON_DUTY: Rule = to(&[Counsellor, Psychiatrist, Supervisor, RotaManager]);
const AT_A_DESK: Rule = to(&[Counsellor, Supervisor]);
const DAYS: Rule = to(&[Counsellor, Supervisor, Centre, OperatorAdmin, Auditor]);
const REPORTS: Rule = to(&[Supervisor, Centre, OperatorAdmin, Auditor]);

const fn to(roles: &'static [Role]) -> Rule {
    rule_for(Who::Roles(roles))
}

const fn rule_for(who: Who) -> Rule {
    Rule { who, fresh: false, operator: Operator::Named }
}

const fn fresh(rule: Rule) -> Rule {
    Rule { fresh: true, ..rule }
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
    ("/tomoshibi.routing.v1.RoutingService/ClaimDesk", SERVICES),
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
    ("/tomoshibi.telephony.v1.CallControlService/AnswerOffer", SERVICES),
    ("/tomoshibi.telephony.v1.CallControlService/DeclineOffer", SERVICES),
    ("/tomoshibi.telephony.v1.CallControlService/HoldCaller", SERVICES),
    ("/tomoshibi.telephony.v1.CallControlService/ResumeCaller", SERVICES),
    ("/tomoshibi.telephony.v1.CallControlService/TransferCall", SERVICES),
    ("/tomoshibi.telephony.v1.CallControlService/ListenIn", SERVICES),
    ("/tomoshibi.telephony.v1.CallControlService/TakeOver", SERVICES),
    ("/tomoshibi.telephony.v1.CallControlService/HangUp", SERVICES),
    // Signing in and one's own account.
    ("/tomoshibi.console.v1.AccessService/SignIn", ANYONE),
    ("/tomoshibi.console.v1.AccessService/BreakGlass", ANYONE),
    ("/tomoshibi.console.v1.AccessService/DescribeProvider", ANYONE),
    ("/tomoshibi.console.v1.AccessService/FinishOidc", ANYONE),
    ("/tomoshibi.console.v1.AccessService/SignOut", SIGNED_IN),
    ("/tomoshibi.console.v1.AccessService/DescribeMe", Rule { operator: Operator::MayBeEmpty, ..SIGNED_IN }),
    ("/tomoshibi.console.v1.AccessService/ChangePassword", SIGNED_IN),
    ("/tomoshibi.console.v1.AccessService/BeginTotp", SIGNED_IN),
    ("/tomoshibi.console.v1.AccessService/ConfirmTotp", SIGNED_IN),
    ("/tomoshibi.console.v1.AccessService/Reauthenticate", SIGNED_IN),
    ("/tomoshibi.console.v1.AccessService/ListSessions", SIGNED_IN),
    ("/tomoshibi.console.v1.AccessService/RevokeSession", SIGNED_IN),
    // Accounts, settings, the audit.
    ("/tomoshibi.console.v1.AdminService/ListAccounts", to(&[OperatorAdmin, Auditor])),
    ("/tomoshibi.console.v1.AdminService/CreateAccount", fresh(to(&[OperatorAdmin]))),
    ("/tomoshibi.console.v1.AdminService/ChangeAccount", fresh(to(&[OperatorAdmin]))),
    ("/tomoshibi.console.v1.AdminService/ResetAccount", fresh(to(&[OperatorAdmin]))),
    ("/tomoshibi.console.v1.AdminService/DisableAccount", fresh(to(&[OperatorAdmin]))),
    ("/tomoshibi.console.v1.AdminService/LinkAccount", fresh(to(&[OperatorAdmin]))),
    ("/tomoshibi.console.v1.AdminService/ListSettings", to(&[OperatorAdmin, Auditor])),
    ("/tomoshibi.console.v1.AdminService/ListPrompts", to(&[OperatorAdmin, Supervisor])),
    ("/tomoshibi.console.v1.AdminService/ListAudit", to(&[Auditor, OperatorAdmin])),
    ("/tomoshibi.console.v1.AdminService/VerifyAudit", to(&[Auditor, OperatorAdmin])),
    // The night.
    ("/tomoshibi.console.v1.ConsoleService/WatchBoard", ON_DUTY),
    ("/tomoshibi.console.v1.ConsoleService/SignInDesk", AT_A_DESK),
    ("/tomoshibi.console.v1.ConsoleService/SignOutDesk", AT_A_DESK),
    ("/tomoshibi.console.v1.ConsoleService/PauseDesk", AT_A_DESK),
    ("/tomoshibi.console.v1.ConsoleService/ResumeDesk", AT_A_DESK),
    ("/tomoshibi.console.v1.ConsoleService/MoveDesk", to(&[Supervisor])),
    ("/tomoshibi.console.v1.ConsoleService/AnswerCall", AT_A_DESK),
    ("/tomoshibi.console.v1.ConsoleService/DeclineCall", AT_A_DESK),
    ("/tomoshibi.console.v1.ConsoleService/HoldCall", AT_A_DESK),
    ("/tomoshibi.console.v1.ConsoleService/ResumeCall", AT_A_DESK),
    ("/tomoshibi.console.v1.ConsoleService/ConsultPrivately", AT_A_DESK),
    ("/tomoshibi.console.v1.ConsoleService/TransferCall", AT_A_DESK),
    ("/tomoshibi.console.v1.ConsoleService/HangUp", AT_A_DESK),
    ("/tomoshibi.console.v1.ConsoleService/ListenIn", to(&[Supervisor])),
    ("/tomoshibi.console.v1.ConsoleService/TakeOver", to(&[Supervisor])),
    ("/tomoshibi.console.v1.ConsoleService/Escalate", AT_A_DESK),
    ("/tomoshibi.console.v1.ConsoleService/WithdrawEscalation", AT_A_DESK),
    ("/tomoshibi.console.v1.ConsoleService/GetPageCase", to(&[Psychiatrist, Supervisor])),
    ("/tomoshibi.console.v1.ConsoleService/AnswerPage", to(&[Psychiatrist, Supervisor])),
    ("/tomoshibi.console.v1.ConsoleService/WriteAdvice", to(&[Psychiatrist, Counsellor, Supervisor])),
    ("/tomoshibi.console.v1.ConsoleService/SettleSafetyCaller", AT_A_DESK),
    ("/tomoshibi.console.v1.ConsoleService/ListAlarms", to(&[Supervisor, OperatorAdmin])),
    ("/tomoshibi.console.v1.ConsoleService/SeeAlarm", to(&[Supervisor, OperatorAdmin])),
    // The rota.
    ("/tomoshibi.console.v1.RotaService/GetMonth", ON_DUTY),
    ("/tomoshibi.console.v1.RotaService/GetCoverage", ON_DUTY),
    ("/tomoshibi.console.v1.RotaService/ProposeCover", ON_DUTY),
    ("/tomoshibi.console.v1.RotaService/AnswerCover", ON_DUTY),
    ("/tomoshibi.console.v1.RotaService/WithdrawCover", to(&[Supervisor, RotaManager])),
    ("/tomoshibi.console.v1.RotaService/ListCovers", ON_DUTY),
    ("/tomoshibi.console.v1.RotaService/RenewFeed", ON_DUTY),
    // Records, people, protocols.
    (
        "/tomoshibi.triage.v1.TriageService/DescribeForm",
        to(&[Counsellor, Psychiatrist, Supervisor, OperatorAdmin]),
    ),
    ("/tomoshibi.triage.v1.TriageService/Assess", to(&[Counsellor, Supervisor, OperatorAdmin])),
    ("/tomoshibi.triage.v1.TriageService/OpenRecord", AT_A_DESK),
    ("/tomoshibi.triage.v1.TriageService/SaveRecord", AT_A_DESK),
    ("/tomoshibi.triage.v1.TriageService/SignRecord", AT_A_DESK),
    ("/tomoshibi.triage.v1.TriageService/AmendRecord", AT_A_DESK),
    ("/tomoshibi.triage.v1.TriageService/HandOverRecord", AT_A_DESK),
    ("/tomoshibi.triage.v1.TriageService/GetRecord", to(&[Counsellor, Psychiatrist, Supervisor, Auditor])),
    ("/tomoshibi.triage.v1.TriageService/ListRecords", to(&[Counsellor, Supervisor, Auditor])),
    ("/tomoshibi.triage.v1.TriageService/GetCase", to(&[Counsellor, Psychiatrist, Supervisor])),
    ("/tomoshibi.triage.v1.TriageService/FindPeople", AT_A_DESK),
    ("/tomoshibi.triage.v1.TriageService/GetPerson", to(&[Counsellor, Psychiatrist, Supervisor])),
    ("/tomoshibi.triage.v1.TriageService/SavePerson", AT_A_DESK),
    ("/tomoshibi.triage.v1.TriageService/LinkPerson", AT_A_DESK),
    ("/tomoshibi.triage.v1.TriageService/MergePeople", to(&[Supervisor])),
    ("/tomoshibi.triage.v1.TriageService/PartPeople", to(&[Supervisor])),
    ("/tomoshibi.triage.v1.TriageService/SavePlan", to(&[Counsellor, Psychiatrist, Supervisor])),
    ("/tomoshibi.triage.v1.TriageService/ListProtocols", to(&[Supervisor, OperatorAdmin, Auditor])),
    ("/tomoshibi.triage.v1.TriageService/CheckProtocol", to(&[OperatorAdmin])),
    ("/tomoshibi.triage.v1.TriageService/PublishProtocol", fresh(to(&[OperatorAdmin]))),
    ("/tomoshibi.triage.v1.TriageService/SetLegalHold", to(&[Supervisor, OperatorAdmin])),
    ("/tomoshibi.triage.v1.TriageService/RunRetention", fresh(to(&[OperatorAdmin]))),
    // What centres and hospitals do.
    ("/tomoshibi.referral.v1.CentreService/Subscribe", to(&[Centre])),
    ("/tomoshibi.referral.v1.CentreService/Acknowledge", to(&[Centre])),
    ("/tomoshibi.referral.v1.CentreService/Accept", to(&[Centre])),
    ("/tomoshibi.referral.v1.CentreService/Decline", to(&[Centre])),
    ("/tomoshibi.referral.v1.CentreService/AskBack", to(&[Centre])),
    ("/tomoshibi.referral.v1.CentreService/ReportArrival", to(&[Centre])),
    ("/tomoshibi.referral.v1.CentreService/ReportOutcome", to(&[Centre])),
    ("/tomoshibi.referral.v1.CentreService/ListCases", to(&[Centre])),
    ("/tomoshibi.referral.v1.CentreService/ReportPlaces", to(&[Centre])),
    // Referrals.
    ("/tomoshibi.referral.v1.ReferralService/DraftReferral", AT_A_DESK),
    ("/tomoshibi.referral.v1.ReferralService/ReleaseReferral", AT_A_DESK),
    ("/tomoshibi.referral.v1.ReferralService/RecallReferral", AT_A_DESK),
    ("/tomoshibi.referral.v1.ReferralService/CorrectReferral", AT_A_DESK),
    ("/tomoshibi.referral.v1.ReferralService/AnswerQuestion", AT_A_DESK),
    ("/tomoshibi.referral.v1.ReferralService/ListReferrals", to(&[Counsellor, Supervisor, Auditor])),
    ("/tomoshibi.referral.v1.ReferralService/GetReferral", to(&[Counsellor, Supervisor, Psychiatrist])),
    ("/tomoshibi.referral.v1.ReferralService/GetSheet", to(&[Counsellor, Supervisor, Centre])),
    ("/tomoshibi.referral.v1.ReferralService/SettleByHand", to(&[Supervisor])),
    ("/tomoshibi.referral.v1.ReferralService/ChooseHospital", to(&[Counsellor, Supervisor, Centre])),
    (
        "/tomoshibi.referral.v1.ReferralService/ListTargets",
        to(&[Counsellor, Supervisor, OperatorAdmin, Centre]),
    ),
    ("/tomoshibi.referral.v1.ReferralService/SaveTarget", to(&[OperatorAdmin, Supervisor])),
    ("/tomoshibi.referral.v1.ReferralService/ExportTargets", to(&[OperatorAdmin, Supervisor])),
    ("/tomoshibi.referral.v1.ReferralService/ImportTargets", fresh(to(&[OperatorAdmin, Supervisor]))),
    // 日報: the days and what the centre says of them.
    ("/tomoshibi.daily_log.v1.DailyLogService/ListDays", DAYS),
    ("/tomoshibi.daily_log.v1.DailyLogService/GetDay", DAYS),
    ("/tomoshibi.daily_log.v1.DailyLogService/VerifyDay", REPORTS),
    ("/tomoshibi.daily_log.v1.DailyLogService/ReviewDay", fresh(to(&[Centre]))),
    ("/tomoshibi.daily_log.v1.DailyLogService/ExportDays", fresh(to(&[Supervisor, Centre, OperatorAdmin]))),
    ("/tomoshibi.daily_log.v1.DailyLogService/GetReport", REPORTS),
    ("/tomoshibi.daily_log.v1.DailyLogService/ExportReport", fresh(to(&[Supervisor, Centre, OperatorAdmin]))),
    ("/tomoshibi.daily_log.v1.DailyLogService/ListNightSupport", fresh(to(&[Supervisor, OperatorAdmin]))),
];
