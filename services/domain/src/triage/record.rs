//! One record, one per call: a draft that keeps every change, a signature by its author, and
//! amendments after it. What was signed never changes.
//!
//! Two screens may write at once: a change rests on the revision it saw, and is merged with what
//! came meanwhile unless both touched one field. Then nothing of it is taken, and the fields are named.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::assess::assess;
use super::check::{Fault, Missing, check, missing_to_sign};
use super::field::{AMENDMENT_REASON, Situation};
use super::fields::Fields;
use super::protocol::{Paging, Protocol, ProtocolId};
use crate::escalation::{Priority, Reason, TriageCode};
use crate::ids::StaffId;
use crate::time::Instant;

/// Counts every change of a record, from 1.
pub type Revision = u32;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    Draft,
    Signed { revision: Revision, by: StaffId, at: Instant },
    Amended { revision: Revision, by: StaffId, at: Instant },
}

impl State {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Signed { .. } => "signed",
            Self::Amended { .. } => "amended",
        }
    }
}

/// What somebody put their name to. The first is the signature, the others amend it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    pub revision: Revision,
    pub by: StaffId,
    pub at: Instant,
    pub fields: Fields,
}

/// The story of a record. Names of fields, never what they say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "happened", rename_all = "snake_case")]
pub enum Happened {
    Opened {
        by: StaffId,
    },
    /// Merged: others had changed something meanwhile.
    Saved {
        revision: Revision,
        by: StaffId,
        fields: Vec<String>,
        merged: bool,
    },
    Signed {
        revision: Revision,
        by: StaffId,
    },
    Amended {
        revision: Revision,
        by: StaffId,
        fields: Vec<String>,
        merged: bool,
    },
    HandedOver {
        from: StaffId,
        to: StaffId,
    },
    TakenOver {
        from: StaffId,
        by: StaffId,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// For the story, in the transaction that keeps the record.
    Record(Happened),
    /// A psychiatrist is paged, or a page that runs is raised.
    Escalate { priority: Priority, reasons: Vec<Reason>, code: TriageCode },
    /// The counsellor is asked whether to.
    OfferEscalation { priority: Priority, reasons: Vec<Reason>, code: TriageCode },
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Load it again; what is not named could be saved as it is.
    #[error("record is at revision {revision}: {} changed meanwhile", fields.join(", "))]
    Stale { revision: Revision, fields: Vec<String> },
    #[error("revision is at most {revision}")]
    Ahead { revision: Revision },
    #[error("record is {author}'s to write")]
    NotAuthor { author: StaffId },
    #[error("record is signed: it can be amended")]
    Signed,
    #[error("record is a draft: it can be saved")]
    NotSigned,
    #[error("{}", listed(.0))]
    Invalid(Vec<Fault>),
    #[error("still needed: {}", named(.0))]
    Incomplete(Vec<Missing>),
    #[error("record was taken by protocol {} {}", .0.id, .0.version)]
    OtherProtocol(ProtocolId),
}

fn listed(faults: &[Fault]) -> String {
    faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("; ")
}

fn named(missing: &[Missing]) -> String {
    missing.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ")
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    author: StaffId,
    protocol: ProtocolId,
    revision: Revision,
    state: State,
    fields: Fields,
    /// By which revision each field was changed last.
    changed: BTreeMap<String, Revision>,
    /// Only ever added to.
    versions: Vec<Version>,
    /// The most urgent code a page was asked for.
    escalated: Option<TriageCode>,
    offered: Option<TriageCode>,
}

/// What a change comes to when it is laid on what is there now.
struct Merge {
    fields: Fields,
    names: Vec<String>,
    merged: bool,
}

impl Record {
    /// The call is answered. `known` is what the line knows already.
    ///
    /// # Errors
    /// When that cannot be kept.
    pub fn open(author: StaffId, protocol: &Protocol, known: Fields) -> Result<(Self, Vec<Effect>), Refusal> {
        valid(&known, protocol)?;
        let mut effects = vec![Effect::Record(Happened::Opened { by: author.clone() })];
        let mut record = Self {
            author,
            protocol: protocol.id.clone(),
            revision: 1,
            state: State::Draft,
            changed: known.names().map(|name| (name.to_owned(), 1)).collect(),
            fields: known,
            versions: Vec::new(),
            escalated: None,
            offered: None,
        };
        record.page(protocol, &mut effects);
        Ok((record, effects))
    }

    pub fn author(&self) -> &StaffId {
        &self.author
    }

    pub fn protocol(&self) -> &ProtocolId {
        &self.protocol
    }

    pub fn revision(&self) -> Revision {
        self.revision
    }

    pub fn state(&self) -> &State {
        &self.state
    }

    pub fn fields(&self) -> &Fields {
        &self.fields
    }

    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// The names of the fields that were changed after a revision.
    pub fn changed_since(&self, seen: Revision) -> impl Iterator<Item = &str> {
        self.changed.iter().filter(move |(_, when)| **when > seen).map(|(name, _)| name.as_str())
    }

    /// An empty list takes a field away. What is so already is no change, so a save may be repeated.
    ///
    /// # Errors
    /// When it is not theirs to write, cannot be kept, or touches what others changed meanwhile.
    pub fn save(
        &mut self,
        by: &StaffId,
        seen: Revision,
        changes: &Fields,
        protocol: &Protocol,
    ) -> Result<Vec<Effect>, Refusal> {
        match self.state {
            State::Draft => {}
            State::Signed { .. } | State::Amended { .. } => return Err(Refusal::Signed),
        }
        self.is_authors(by)?;
        let merge = self.merge(seen, changes, protocol)?;
        if merge.names.is_empty() {
            return Ok(Vec::new());
        }
        let (names, merged) = self.lay(merge);
        let (revision, by) = (self.revision, by.clone());
        let mut effects = vec![Effect::Record(Happened::Saved { revision, by, fields: names, merged })];
        self.page(protocol, &mut effects);
        Ok(effects)
    }

    /// By its author, who has seen all of it. Repeated, it changes nothing.
    ///
    /// # Errors
    /// When something is missing, or was changed since they looked.
    pub fn sign(
        &mut self,
        by: &StaffId,
        seen: Revision,
        protocol: &Protocol,
        at: Instant,
    ) -> Result<Vec<Effect>, Refusal> {
        match &self.state {
            State::Draft => {}
            State::Signed { revision, by: signer, .. } if *revision == seen && signer == by => {
                return Ok(Vec::new());
            }
            State::Signed { .. } | State::Amended { .. } => return Err(Refusal::Signed),
        }
        self.is_authors(by)?;
        self.is_by(protocol)?;
        self.is_known(seen)?;
        if seen < self.revision {
            let fields = self.changed_since(seen).map(str::to_owned).collect();
            return Err(Refusal::Stale { revision: self.revision, fields });
        }
        complete(&self.fields, protocol)?;
        let revision = self.revision;
        self.state = State::Signed { revision, by: by.clone(), at };
        self.put_name(by, at);
        Ok(vec![Effect::Record(Happened::Signed { revision, by: by.clone() })])
    }

    /// A later version with its reason; the earlier ones stay. Who may is a matter of roles.
    ///
    /// # Errors
    /// When it is a draft still, has no reason, would be incomplete or touches what others changed.
    pub fn amend(
        &mut self,
        by: &StaffId,
        seen: Revision,
        reason: &str,
        changes: &Fields,
        protocol: &Protocol,
        at: Instant,
    ) -> Result<Vec<Effect>, Refusal> {
        match self.state {
            State::Draft => return Err(Refusal::NotSigned),
            State::Signed { .. } | State::Amended { .. } => {}
        }
        if reason.trim().is_empty() {
            return Err(Refusal::Invalid(vec![reason_fault("says why it is amended")]));
        }
        let mut merge = self.merge(seen, changes, protocol)?;
        if merge.names.is_empty() {
            return Ok(Vec::new());
        }
        // Each amendment has its own reason, so this one field is nobody's to be in the way of.
        merge.fields.set(AMENDMENT_REASON, vec![reason.to_owned()]);
        valid(&merge.fields, protocol)?;
        complete(&merge.fields, protocol)?;
        let (fields, merged) = self.lay(merge);
        let revision = self.revision;
        self.state = State::Amended { revision, by: by.clone(), at };
        self.put_name(by, at);
        let happened = Happened::Amended { revision, by: by.clone(), fields, merged };
        let mut effects = vec![Effect::Record(happened)];
        self.page(protocol, &mut effects);
        Ok(effects)
    }

    /// The form goes on with the call.
    ///
    /// # Errors
    /// When it is not theirs to give away.
    pub fn hand_over(&mut self, by: &StaffId, to: StaffId) -> Result<Vec<Effect>, Refusal> {
        if self.author == to && self.state == State::Draft {
            return Ok(Vec::new());
        }
        self.is_authors(by)?;
        self.pass_on(to, |from, to| Happened::HandedOver { from, to })
    }

    /// By somebody whose role allows it: its author is gone.
    ///
    /// # Errors
    /// When it is signed.
    pub fn take_over(&mut self, by: StaffId) -> Result<Vec<Effect>, Refusal> {
        if self.author == by && self.state == State::Draft {
            return Ok(Vec::new());
        }
        self.pass_on(by, |from, by| Happened::TakenOver { from, by })
    }

    fn pass_on(
        &mut self,
        to: StaffId,
        happened: fn(StaffId, StaffId) -> Happened,
    ) -> Result<Vec<Effect>, Refusal> {
        match self.state {
            State::Draft => {}
            State::Signed { .. } | State::Amended { .. } => return Err(Refusal::Signed),
        }
        let from = std::mem::replace(&mut self.author, to.clone());
        Ok(vec![Effect::Record(happened(from, to))])
    }

    fn is_authors(&self, by: &StaffId) -> Result<(), Refusal> {
        match self.author == *by {
            true => Ok(()),
            false => Err(Refusal::NotAuthor { author: self.author.clone() }),
        }
    }

    fn is_by(&self, protocol: &Protocol) -> Result<(), Refusal> {
        match self.protocol == protocol.id {
            true => Ok(()),
            false => Err(Refusal::OtherProtocol(self.protocol.clone())),
        }
    }

    fn is_known(&self, seen: Revision) -> Result<(), Refusal> {
        match seen <= self.revision {
            true => Ok(()),
            false => Err(Refusal::Ahead { revision: self.revision }),
        }
    }

    fn merge(&self, seen: Revision, changes: &Fields, protocol: &Protocol) -> Result<Merge, Refusal> {
        self.is_by(protocol)?;
        self.is_known(seen)?;
        if changes.has(AMENDMENT_REASON) {
            return Err(Refusal::Invalid(vec![reason_fault("is given beside the changes of an amendment")]));
        }
        let (mut fields, mut names) = (self.fields.clone(), Vec::new());
        for (name, values) in changes.iter() {
            fields.set(name, values.to_vec());
            if fields.all(name) != self.fields.all(name) {
                names.push(name.to_owned());
            }
        }
        valid(&fields, protocol)?;
        let clashes = |name: &&str| names.iter().any(|changed| changed == name);
        let clashing: Vec<String> = self.changed_since(seen).filter(clashes).map(str::to_owned).collect();
        match clashing.is_empty() {
            true => Ok(Merge { fields, names, merged: seen < self.revision }),
            false => Err(Refusal::Stale { revision: self.revision, fields: clashing }),
        }
    }

    fn lay(&mut self, merge: Merge) -> (Vec<String>, bool) {
        self.revision += 1;
        self.changed.extend(merge.names.iter().map(|name| (name.clone(), self.revision)));
        self.fields = merge.fields;
        (merge.names, merge.merged)
    }

    fn put_name(&mut self, by: &StaffId, at: Instant) {
        let version = Version { revision: self.revision, by: by.clone(), at, fields: self.fields.clone() };
        self.versions.push(version);
    }

    /// The more urgent of computed and own code decides; each degree of urgency is told once.
    fn page(&mut self, protocol: &Protocol, effects: &mut Vec<Effect>) {
        let assessment = assess(protocol, &self.fields);
        let Some(code) = (Situation { fields: &self.fields, assessment: &assessment }).code() else { return };
        let rises = |before: Option<TriageCode>| before.is_none_or(|before| code < before);
        let mut reasons = assessment.page_reasons;
        if reasons.is_empty() {
            reasons.push(Reason::Other);
        }
        match protocol.paging(code) {
            Paging::Start(priority) if rises(self.escalated) => {
                self.escalated = Some(code);
                effects.push(Effect::Escalate { priority, reasons, code });
            }
            Paging::Offer(priority) if rises(self.escalated) && rises(self.offered) => {
                self.offered = Some(code);
                effects.push(Effect::OfferEscalation { priority, reasons, code });
            }
            Paging::Start(_) | Paging::Offer(_) | Paging::Nothing => {}
        }
    }
}

fn valid(fields: &Fields, protocol: &Protocol) -> Result<(), Refusal> {
    let faults = check(fields, protocol);
    if faults.is_empty() { Ok(()) } else { Err(Refusal::Invalid(faults)) }
}

fn complete(fields: &Fields, protocol: &Protocol) -> Result<(), Refusal> {
    let missing = missing_to_sign(fields, protocol);
    if missing.is_empty() { Ok(()) } else { Err(Refusal::Incomplete(missing)) }
}

fn reason_fault(right: &str) -> Fault {
    Fault { name: AMENDMENT_REASON.to_owned(), right: right.to_owned() }
}
