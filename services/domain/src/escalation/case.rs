//! Why somebody is paged: codes only, so that all of it may be spoken to
//! whoever lifts the telephone. Code lists: domain.md 7.2 and 7.5.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::{CallId, StaffId, WindowId};

/// A word that is none of a code list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} is one of {codes}")]
pub struct UnknownCode {
    pub field: &'static str,
    pub codes: &'static str,
}

/// A flat enum with the words by which files, rows, contracts and people name its values.
macro_rules! codes {
    ($(#[$doc:meta])* $name:ident, $field:literal, $codes:literal, { $($(#[$note:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$note])* #[serde(rename = $code)] $variant),+
        }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// Every word, for messages.
            pub const CODES: &'static str = $codes;

            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code),+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.code())
            }
        }

        impl FromStr for $name {
            type Err = UnknownCode;
            fn from_str(text: &str) -> Result<Self, UnknownCode> {
                let known = Self::ALL.iter().find(|one| one.code() == text);
                known.copied().ok_or(UnknownCode { field: $field, codes: $codes })
            }
        }
    };
}

codes!(
    /// 緊急度. Smaller is more urgent.
    Priority, "priority", "P1, P2, P3", {
    /// 即時
    P1 = "P1",
    /// 15分
    P2 = "P2",
    /// 勤務内
    P3 = "P3",
});

codes!(
    /// 呼出理由. The first seven are domain.md 7.2; the rest are the line's own.
    Reason, "reason",
    "risk_imminent, involuntary_care, medication, somatic, police_request, legal, other, caller_waiting, \
     nobody_signed_in, call_back_overdue, referral_overdue, drill", {
    RiskImminent = "risk_imminent",
    InvoluntaryCare = "involuntary_care",
    Medication = "medication",
    Somatic = "somatic",
    PoliceRequest = "police_request",
    Legal = "legal",
    Other = "other",
    /// A caller has waited longer than the supervisor's budget.
    CallerWaiting = "caller_waiting",
    /// Nobody who could answer is signed in.
    NobodySignedIn = "nobody_signed_in",
    /// Somebody is owed a call for too long.
    CallBackOverdue = "call_back_overdue",
    /// A referral rests past its deadline.
    ReferralOverdue = "referral_overdue",
    /// Nothing is wrong: whether the person can be reached is tried.
    Drill = "drill",
});

codes!(
    /// CL-MHTS, domain.md 2.1.
    TriageCode, "triage_code", "A, B, C, D, E, F, G", {
    A = "A", B = "B", C = "C", D = "D", E = "E", F = "F", G = "G",
});

codes!(
    /// How old the person is whom the call is about, in decades.
    AgeBand, "age_band", "under_10, 10s, 20s, 30s, 40s, 50s, 60s, 70s, 80_and_over", {
    Under10 = "under_10", Tens = "10s", Twenties = "20s", Thirties = "30s", Forties = "40s",
    Fifties = "50s", Sixties = "60s", Seventies = "70s", From80 = "80_and_over",
});

codes!(
    /// Why an escalation is given up by a human, or by the line itself.
    Withdrawal, "reason", "resolved, mistaken, answered, caller_gone, taken_over, other", {
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
    Channel, "channel", "voice, mail, webhook", {
    Voice = "voice", Mail = "mail", Webhook = "webhook",
});

codes!(
    /// What a person who accepted did about it.
    Act, "act", "joined, called_back, advised, confirmed", {
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
