//! Why somebody is paged: codes only, so that all of it may be spoken to
//! whoever lifts the telephone. Code lists: domain.md 7.2 and 7.5.

use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::ids::{CallId, StaffId, WindowId};

codes!(
    /// 緊急度. Smaller is more urgent.
    Priority, "priority", {
    P1 = "P1" ("即時", "at once"),
    P2 = "P2" ("15分以内", "within 15 minutes"),
    P3 = "P3" ("勤務内", "during this shift"),
});

codes!(
    /// 呼出理由. The first seven are domain.md 7.2; the rest are the line's own.
    Reason, "reason", {
    RiskImminent = "risk_imminent" ("切迫した危険", "imminent danger"),
    InvoluntaryCare = "involuntary_care" ("非自発的治療の要否", "whether treatment against the person's will is needed"),
    Medication = "medication" ("薬のこと", "medication"),
    Somatic = "somatic" ("身体の問題", "a physical problem"),
    PoliceRequest = "police_request" ("警察からの依頼", "a request by the police"),
    Legal = "legal" ("法的な判断", "a legal question"),
    Other = "other" ("その他", "another reason"),
    /// A caller has waited longer than the supervisor's budget.
    CallerWaiting = "caller_waiting" ("長く待つ相談者", "a caller waits too long"),
    /// Nobody who could answer is signed in.
    NobodySignedIn = "nobody_signed_in" ("応答者不在", "nobody is signed in"),
    /// Somebody is owed a call for too long.
    CallBackOverdue = "call_back_overdue" ("折返しの遅れ", "a call-back is overdue"),
    /// A referral rests past its deadline.
    ReferralOverdue = "referral_overdue" ("紹介の遅れ", "a referral is overdue"),
    /// Nothing is wrong: whether the person can be reached is tried.
    Drill = "drill" ("連絡訓練", "a drill"),
});

codes!(
    /// CL-MHTS, domain.md 2.1.
    TriageCode, "triage_code", {
    A = "A" ("今まさに危険", "danger now"),
    B = "B" ("危険が差し迫る", "danger very near"),
    C = "C" ("危険・苦痛が大きい", "high risk or distress"),
    D = "D" ("中程度の危険・苦痛", "moderate risk or distress"),
    E = "E" ("急がない", "not urgent"),
    F = "F" ("他の窓口へ", "for another service"),
    G = "G" ("助言・情報のみ", "advice or information only"),
});

codes!(
    /// How old the person is whom the call is about, in decades.
    AgeBand, "age_band", {
    Under10 = "under_10" ("10歳未満", "under 10"),
    Tens = "10s" ("10代", "10 to 19"),
    Twenties = "20s" ("20代", "20 to 29"),
    Thirties = "30s" ("30代", "30 to 39"),
    Forties = "40s" ("40代", "40 to 49"),
    Fifties = "50s" ("50代", "50 to 59"),
    Sixties = "60s" ("60代", "60 to 69"),
    Seventies = "70s" ("70代", "70 to 79"),
    From80 = "80_and_over" ("80歳以上", "80 and over"),
});

codes!(
    /// Why an escalation is given up by a human, or by the line itself.
    Withdrawal, "reason", {
    /// The need has passed.
    Resolved = "resolved",
    Mistaken = "mistaken",
    /// The caller who waited is talking to a counsellor.
    Answered = "answered",
    CallerGone = "caller_gone",
    /// Another human has taken the case over.
    TakenOver = "taken_over",
    Other = "other",
});

codes!(
    /// 手段. SMS, push and pager gateways are webhooks.
    Channel, "channel", {
    Voice = "voice", Mail = "mail", Webhook = "webhook",
});

codes!(
    /// What a person who accepted did about it.
    Act, "act", {
    /// Was in the call.
    Joined = "joined",
    /// Talked to the counsellor when the call was over.
    CalledBack = "called_back",
    /// Wrote advice.
    Advised = "advised",
    /// Pressed the key in a drill.
    Confirmed = "confirmed",
});

/// What a page is about. Nothing personal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    pub window: WindowId,
    /// None for a drill.
    pub call: Option<CallId>,
    /// At least one.
    pub reasons: Vec<Reason>,
    pub triage_code: Option<TriageCode>,
    pub age_band: Option<AgeBand>,
    /// Who asked for it; none when the line did.
    pub started_by: Option<StaffId>,
}

impl Case {
    pub fn is_drill(&self) -> bool {
        self.reasons.contains(&Reason::Drill)
    }
}
