//! Every recording of a page by voice, by name.

use domain::escalation::{AgeBand, Priority, Reason, TriageCode};

use crate::media::prompts::Language;

/// One list, so that no recording can be without a word or a word without a recording.
macro_rules! words {
    ($($(#[$note:meta])* $word:ident = $stem:literal),+ $(,)?) => {
        /// A recording; most are said by themselves, the rest are joined to a sentence.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Word {
            $($(#[$note])* $word),+
        }

        impl Word {
            pub const ALL: &'static [Self] = &[$(Self::$word),+];

            /// The stem of its recording's file.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$word => $stem),+
                }
            }

            /// The recording in the binary.
            pub(super) const fn wav(self, language: Language) -> &'static [u8] {
                match (self, language) {
                    $(
                        (Self::$word, Language::Ja) => {
                            include_bytes!(concat!("../../../prompts/ja/", $stem, ".wav"))
                        }
                        (Self::$word, Language::En) => {
                            include_bytes!(concat!("../../../prompts/en/", $stem, ".wav"))
                        }
                    )+
                }
            }
        }
    };
}

words! {
    P1 = "page_p1",
    P2 = "page_p2",
    P3 = "page_p3",
    /// What each key does.
    Menu = "page_menu",
    /// In place of priority and menu.
    Drill = "page_drill",
    /// Also for a page that no call belongs to.
    DrillThanks = "page_drill_thanks",
    Connecting = "page_connecting",
    Declined = "page_declined",
    TakenOver = "page_taken_over",
    Withdrawn = "page_withdrawn",
    /// The caller has hung up: the counsellor is rung.
    CallEnded = "page_call_ended",
    CounsellorAway = "page_counsellor_away",
    AgeUnder10 = "age_under_10",
    AgeTens = "age_10s",
    AgeTwenties = "age_20s",
    AgeThirties = "age_30s",
    AgeForties = "age_40s",
    AgeFifties = "age_50s",
    AgeSixties = "age_60s",
    AgeSeventies = "age_70s",
    AgeFrom80 = "age_80_and_over",
    TriageA = "triage_a",
    TriageB = "triage_b",
    TriageC = "triage_c",
    TriageD = "triage_d",
    TriageE = "triage_e",
    TriageF = "triage_f",
    TriageG = "triage_g",
    BecauseRiskImminent = "reason_risk_imminent",
    BecauseInvoluntaryCare = "reason_involuntary_care",
    BecauseMedication = "reason_medication",
    BecauseSomatic = "reason_somatic",
    BecausePoliceRequest = "reason_police_request",
    BecauseLegal = "reason_legal",
    BecauseOther = "reason_other",
    BecauseCallerWaiting = "reason_caller_waiting",
    BecauseNobodySignedIn = "reason_nobody_signed_in",
    BecauseCallBackOverdue = "reason_call_back_overdue",
    BecauseReferralOverdue = "reason_referral_overdue",
}

impl From<Priority> for Word {
    fn from(priority: Priority) -> Self {
        match priority {
            Priority::P1 => Self::P1,
            Priority::P2 => Self::P2,
            Priority::P3 => Self::P3,
        }
    }
}

impl From<AgeBand> for Word {
    fn from(band: AgeBand) -> Self {
        match band {
            AgeBand::Under10 => Self::AgeUnder10,
            AgeBand::Tens => Self::AgeTens,
            AgeBand::Twenties => Self::AgeTwenties,
            AgeBand::Thirties => Self::AgeThirties,
            AgeBand::Forties => Self::AgeForties,
            AgeBand::Fifties => Self::AgeFifties,
            AgeBand::Sixties => Self::AgeSixties,
            AgeBand::Seventies => Self::AgeSeventies,
            AgeBand::From80 => Self::AgeFrom80,
        }
    }
}

impl From<TriageCode> for Word {
    fn from(code: TriageCode) -> Self {
        match code {
            TriageCode::A => Self::TriageA,
            TriageCode::B => Self::TriageB,
            TriageCode::C => Self::TriageC,
            TriageCode::D => Self::TriageD,
            TriageCode::E => Self::TriageE,
            TriageCode::F => Self::TriageF,
            TriageCode::G => Self::TriageG,
        }
    }
}

impl Word {
    /// None for a drill, which has no reason but itself.
    pub(super) fn because(reason: Reason) -> Option<Self> {
        Some(match reason {
            Reason::RiskImminent => Self::BecauseRiskImminent,
            Reason::InvoluntaryCare => Self::BecauseInvoluntaryCare,
            Reason::Medication => Self::BecauseMedication,
            Reason::Somatic => Self::BecauseSomatic,
            Reason::PoliceRequest => Self::BecausePoliceRequest,
            Reason::Legal => Self::BecauseLegal,
            Reason::Other => Self::BecauseOther,
            Reason::CallerWaiting => Self::BecauseCallerWaiting,
            Reason::NobodySignedIn => Self::BecauseNobodySignedIn,
            Reason::CallBackOverdue => Self::BecauseCallBackOverdue,
            Reason::ReferralOverdue => Self::BecauseReferralOverdue,
            Reason::Drill => return None,
        })
    }
}
