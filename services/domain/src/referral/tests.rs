//! Referrals as counsellors and centres would tell them.

mod contents;
mod stories;
mod whatever;

use std::time::Duration;

use uuid::Uuid;

use super::*;
use crate::triage::{Assessment, Fields};

const NOW: Instant = Instant::from_micros(1_000_000_000_000);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);

fn to(name: &str) -> TargetId {
    name.parse().unwrap()
}

fn target(name: &str) -> Target {
    Target { id: to(name), kind: TargetKind::HospitalByTurn, by_sheet: false }
}

fn pace(code: TriageCode) -> Pace {
    Pace::proposed(code, NOW + 8 * HOUR)
}

fn record() -> Fields {
    Fields::default()
        .with("caller_kind", "311")
        .with("presenting", "said to be in danger")
        .with("triage_code", "B")
        .with("consent", "given")
        .with("consent_basis", "consent")
}

fn content(record: &Fields) -> Content {
    Content::of(Purpose::Admission, record, &Assessment::default(), Journey::default())
}

fn drafted(code: TriageCode) -> Referral {
    let targets = ["minato", "yamate", "kokoro"].map(target).into();
    let draft = Draft { code, targets, pace: pace(code) };
    Referral::start(ReferralId(Uuid::from_u128(7)), draft, NOW).unwrap().0
}

const SIGNED: Release = Release { revision: 3, signed: true };

/// Of code B, asked of minato now.
fn released() -> Referral {
    let mut referral = drafted(TriageCode::B);
    referral.release(&content(&record()), SIGNED, NOW).unwrap();
    referral
}

fn asked(referral: &Referral) -> Option<&str> {
    referral.asked().map(|target| target.id.as_str())
}

fn alarms(effects: &[Effect]) -> Vec<Alarm> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::RaiseSupervisor { alarm, .. } => Some(*alarm),
            Effect::Record(_)
            | Effect::Deliver { .. }
            | Effect::PrintSheet { .. }
            | Effect::NextTarget { .. }
            | Effect::Settled => None,
        })
        .collect()
}

/// What is sent: to whom, what.
fn sent(effects: &[Effect]) -> Vec<(&str, MessageKind)> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Deliver { target, kind, .. } => Some((target.as_str(), *kind)),
            Effect::Record(_)
            | Effect::PrintSheet { .. }
            | Effect::NextTarget { .. }
            | Effect::RaiseSupervisor { .. }
            | Effect::Settled => None,
        })
        .collect()
}
