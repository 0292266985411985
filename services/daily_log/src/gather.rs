//! The facts of a day as they stood at a moment, from what others have stored.

use std::collections::{BTreeMap, BTreeSet};

use domain::daily_log::{
    Call, Decision, Duty, Facts, Page, Record, Referral, Span, call_of, whole, window_of,
};
use domain::escalation;
use domain::ids::{OperatorId, StaffId, WindowId};
use domain::ledger::Entry;
use domain::referral::{self, Happened};
use domain::time::Instant;
use domain::triage;
use jiff::civil::Date;
use shell::store::StoreError;

use crate::error::LogError;
use crate::store::{Asked, PageFacts, RecordRow, ReferralEvent, ReferralRow, Store, unreadable};

/// Whose day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DayOf {
    pub(crate) operator: OperatorId,
    pub(crate) window: WindowId,
    pub(crate) date: Date,
}

/// A call's entries, and the keyed hash of its number.
pub(crate) type Told = (Vec<Entry>, Option<String>);

impl Store {
    /// `duty` is what was frozen, or what the rota says now.
    pub(crate) async fn facts(&self, of: &DayOf, duty: Duty, as_of: Instant) -> Result<Facts, LogError> {
        let (from, until) = whole(&duty).ok_or(LogError::NotFound("window_id"))?;
        let asked = Asked { operator: &of.operator, span: Span { from, until }, as_of };
        let calls = self.calls_of(asked, &of.window).await?;
        let mut records = Vec::new();
        for row in self.records(asked).await?.iter().filter(|row| row.window_id == of.window.as_str()) {
            records.push(record(row, as_of)?);
        }
        let referrals = self.referrals_of(asked, &of.window).await?;
        let pages = pages(self.pages(asked, &of.window).await?, as_of)?;
        Ok(Facts {
            window: of.window.clone(),
            service_date: of.date,
            as_of,
            duty,
            calls: calls.into_iter().filter_map(call).collect(),
            records,
            referrals,
            pages,
            incidents: self.incidents(asked, &of.window).await?,
        })
    }

    /// In the order in which they began.
    pub(crate) async fn calls_of(
        &self,
        asked: Asked<'_>,
        window: &WindowId,
    ) -> Result<Vec<Told>, StoreError> {
        let mut calls: Vec<Told> = Vec::new();
        for (entry, number) in self.entries(asked).await? {
            match calls.last_mut() {
                Some((entries, known)) if entries[0].call == entry.call => {
                    entries.push(entry);
                    *known = known.take().or(number);
                }
                Some(_) | None => calls.push((vec![entry], number)),
            }
        }
        calls.retain(|(entries, _)| window_of(entries) == Some(window));
        calls.sort_by_key(|(entries, _)| (entries[0].at, entries[0].call));
        Ok(calls)
    }

    async fn referrals_of(&self, asked: Asked<'_>, window: &WindowId) -> Result<Vec<Referral>, StoreError> {
        let mut stories: BTreeMap<String, Vec<ReferralEvent>> = BTreeMap::new();
        for event in self.referral_events(asked).await? {
            stories.entry(event.referral_id.clone()).or_default().push(event);
        }
        let rows = self.referrals(asked).await?;
        let areas = if rows.is_empty() { BTreeMap::new() } else { self.areas(asked.operator).await? };
        let ours = rows.iter().filter(|row| row.window_id == window.as_str());
        ours.map(|row| {
            let story = stories.get(&row.referral_id).map_or(&[][..], Vec::as_slice);
            referral(row, story, &areas, asked.as_of)
        })
        .collect()
    }
}

pub(crate) fn call((entries, number): Told) -> Option<Call> {
    Some(Call { number, ..call_of(&entries)? })
}

/// As it was signed last at that moment. Of a record whose retention is over codes and times alone are left:
/// it counts as signed and says nothing.
pub(crate) fn record(row: &RecordRow, as_of: Instant) -> Result<Record, StoreError> {
    let mut signed = row.signed_us.map(Instant::from_micros).filter(|at| *at <= as_of);
    let mut fields = triage::Fields::default();
    if row.body != "{}" {
        let machine: triage::Record = serde_json::from_str(&row.body).map_err(|_| unreadable("a record"))?;
        let mut versions = machine.versions().iter().filter(|version| version.at <= as_of);
        match versions.next_back() {
            Some(version) => fields = version.fields.clone(),
            None => (fields, signed) = (machine.fields().clone(), None),
        }
    }
    Ok(Record {
        record: row.record_id.clone(),
        call: row.call_id.parse().map_err(|_| unreadable("call"))?,
        author: row.author_staff.parse().ok(),
        answered: Instant::from_micros(row.answered_us),
        signed,
        fields,
        qualification: row.responder_qual.as_deref().and_then(|code| code.parse().ok()),
    })
}

fn referral(
    row: &ReferralRow,
    story: &[ReferralEvent],
    areas: &BTreeMap<String, String>,
    as_of: Instant,
) -> Result<Referral, StoreError> {
    let machine: referral::Referral =
        serde_json::from_str(&row.body).map_err(|_| unreadable("a referral"))?;
    let kind_of = |id: &domain::ids::TargetId| {
        let target = machine.targets().iter().find(|target| target.id == *id);
        target.map(|target| target.kind.code().to_owned()).unwrap_or_default()
    };
    let (mut decided, mut declines) = (None, Vec::new());
    for event in story {
        let happened = serde_json::from_str(&event.body).map_err(|_| unreadable("a referral's story"))?;
        decided = decision(decided, &happened, event.at());
        if let Happened::Declined { target, reason } | Happened::GivenBack { target, reason } = &happened {
            declines.push((event.at(), kind_of(target), reason.code().to_owned()));
        }
    }
    Ok(Referral {
        referral: row.referral_id.parse().map_err(|_| unreadable("referral"))?,
        record: row.record_id.clone(),
        released: Instant::from_micros(row.released_us),
        target_kind: machine.targets().first().map(|target| kind_of(&target.id)).unwrap_or_default(),
        decided,
        declines,
        settled: row.ended_us.is_some_and(|at| at <= as_of.micros()),
        area: machine.targets().first().and_then(|target| areas.get(target.id.as_str()).cloned()),
    })
}

/// The last word: who gives a case back leaves it open until the next has decided.
#[expect(clippy::wildcard_enum_match_arm, reason = "of a referral's story four things decide")]
fn decision(so_far: Option<Decision>, happened: &Happened, at: Instant) -> Option<Decision> {
    match happened {
        Happened::Accepted { .. } => Some(Decision::Accepted(at)),
        Happened::Exhausted => Some(Decision::Rejected(at)),
        Happened::Offered { .. } | Happened::GivenBack { .. } => None,
        _ => so_far,
    }
}

/// What a story says of one escalation.
#[derive(Default)]
struct Story {
    priority: Option<escalation::Priority>,
    started: Option<Instant>,
    is_drill: bool,
    accepted: Vec<(StaffId, Instant)>,
}

fn pages(of: PageFacts, as_of: Instant) -> Result<Vec<Page>, StoreError> {
    let mut stories: BTreeMap<String, Story> = BTreeMap::new();
    for row in &of.story {
        let happened = serde_json::from_str(&row.body).map_err(|_| unreadable("an escalation's story"))?;
        stories.entry(row.escalation_id.clone()).or_default().hear(happened, Instant::from_micros(row.at_us));
    }
    let mut taken: BTreeSet<(String, Instant)> = BTreeSet::new();
    let mut pages = Vec::new();
    // The latest page to somebody is the one that they said yes to.
    for row in of.pages.iter().rev() {
        let Some(story) = stories.get(&row.escalation_id).filter(|story| !story.is_drill) else { continue };
        let out = row.out_us.map(Instant::from_micros).filter(|at| *at <= as_of);
        let yes = story.accepted.iter().find(|(staff, at)| {
            staff.as_str() == row.staff_id
                && out.is_some_and(|out| out <= *at)
                && !taken.contains(&(row.escalation_id.clone(), *at))
        });
        if let Some((_, at)) = yes {
            taken.insert((row.escalation_id.clone(), *at));
        }
        let (Some(priority), Some(started)) = (story.priority, story.started) else { continue };
        pages.push(Page {
            escalation: row.escalation_id.parse().map_err(|_| unreadable("escalation"))?,
            priority,
            started,
            due: Instant::from_micros(row.due_us),
            out,
            acknowledged: yes.map(|(_, at)| *at),
            escalated: row.round > 0 || row.rung != Some(0),
        });
    }
    pages.reverse();
    Ok(pages)
}

impl Story {
    #[expect(clippy::wildcard_enum_match_arm, reason = "of an escalation's story three things count")]
    fn hear(&mut self, happened: escalation::Happened, at: Instant) {
        match happened {
            escalation::Happened::Started { priority, case } => {
                (self.priority, self.started, self.is_drill) = (Some(priority), Some(at), case.is_drill());
            }
            escalation::Happened::PriorityRaised { priority } => self.priority = Some(priority),
            escalation::Happened::Accepted { staff } => self.accepted.push((staff, at)),
            _ => {}
        }
    }
}
