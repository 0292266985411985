//! What the service needs to know from outside. Every figure is a setting with its origin in
//! `tomoshibi/default.toml`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use domain::escalation::TriageCode;
use domain::ids::TargetId;
use domain::private::Private;
use domain::referral::{Limit, Pace};
use domain::time::Instant;

/// How long each step may take, for those codes that cannot wait for the end of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Until the receiver has it.
    pub receipt: Duration,
    /// Until one target says yes or no.
    pub decide: Duration,
    /// From the yes.
    pub arrive: Duration,
}

#[derive(Clone, Debug)]
pub struct Settings {
    pub rota: PathBuf,
    pub rota_check: Duration,
    /// Codes A and B.
    pub urgent: Limits,
    /// Code C.
    pub soon: Limits,
    /// What is overdue is told again after this, for codes A to C.
    pub again: Duration,
    /// Secrets of the targets that are told by webhook, as Standard Webhooks has them (`whsec_…`); several
    /// for a change of keys.
    pub webhooks: BTreeMap<TargetId, Private<String>>,
    /// How long one push may take.
    pub push_limit: Duration,
    /// Who pushes: this process.
    pub owner: String,
}

const MINUTE: Duration = Duration::from_secs(60);

impl Settings {
    /// The figures of `default.toml`.
    pub fn with_rota(rota: PathBuf) -> Self {
        let urgent = Limits { receipt: 2 * MINUTE, decide: 10 * MINUTE, arrive: 180 * MINUTE };
        let soon = Limits { receipt: 5 * MINUTE, decide: 30 * MINUTE, arrive: 480 * MINUTE };
        Self {
            rota,
            rota_check: Duration::from_secs(5),
            urgent,
            soon,
            again: 10 * MINUTE,
            webhooks: BTreeMap::new(),
            push_limit: Duration::from_secs(5),
            owner: String::from("referral"),
        }
    }

    pub(crate) fn pace(&self, code: TriageCode, day_ends: Instant) -> Pace {
        let proposed = Pace::proposed(code, day_ends);
        let limits = match code {
            TriageCode::A | TriageCode::B => self.urgent,
            TriageCode::C => self.soon,
            TriageCode::D | TriageCode::E | TriageCode::F | TriageCode::G => return proposed,
        };
        Pace {
            release: limits.receipt,
            receipt: limits.receipt,
            decide: Limit::Within(limits.decide),
            answer: limits.receipt,
            arrival: Limit::Within(limits.arrive),
            again: self.again,
            ..proposed
        }
    }
}
