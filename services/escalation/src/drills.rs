//! Once a day the contact points of those on duty are tried, so that a changed number is found by a
//! drill and not by an emergency.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::time::Duration;

use async_trait::async_trait;
use domain::escalation::State;
use domain::ids::{OperatorId, StaffId, WindowId};
use domain::time::Instant;
use jiff::civil::{Date, Time};
use on_call_rota::{Operator, Period, Role, Rota};
use shell::reconciler::{Left, Reconcile};

use crate::answer::Answers;
use crate::store::Kept;

/// A process that starts later than this after the hour leaves the drill out: nobody is rung at night for it.
const GRACE: Duration = Duration::from_secs(3600);
/// Whose shift begins within this is tried.
const AHEAD: Duration = Duration::from_secs(24 * 3600);
/// How long the last drill of a person speaks for them.
const REMEMBERED: Duration = Duration::from_secs(36 * 3600);

pub(crate) struct Drills {
    pub(crate) answers: Answers,
    pub(crate) at: Option<Time>,
    /// The day for which each operator's drill was begun.
    pub(crate) done: BTreeMap<OperatorId, Date>,
    /// What the results looked like when they were last judged.
    pub(crate) judged: BTreeMap<OperatorId, (i64, i64)>,
}

#[async_trait]
impl Reconcile for Drills {
    fn name(&self) -> &'static str {
        "escalation_drills"
    }

    async fn run(&mut self, now: Instant) -> Result<Left, Box<dyn Error + Send + Sync>> {
        let rota = self.answers.rota.borrow().clone();
        for operator in rota.operators() {
            if let Some(day) = self.due(operator, now) {
                self.rehearse(&rota, operator, day, now).await?;
                self.done.insert(operator.id.clone(), day);
            }
            self.judge(&operator.id, now).await?;
        }
        Ok(Left::default())
    }
}

impl Drills {
    /// The day whose drill is to begin now.
    fn due(&self, operator: &Operator, now: Instant) -> Option<Date> {
        let zone = operator.calendar.zone();
        let day = now.timestamp().to_zoned(zone.clone()).date();
        let begins: Instant = day.to_datetime(self.at?).to_zoned(zone.clone()).ok()?.timestamp().into();
        let in_time = begins <= now && now < begins + GRACE;
        (in_time && self.done.get(&operator.id) != Some(&day)).then_some(day)
    }

    /// Begun twice it is one: the request names the day and the person.
    async fn rehearse(
        &self,
        rota: &Rota,
        operator: &Operator,
        day: Date,
        now: Instant,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        for staff in on_call(rota, &operator.id, now) {
            let request = format!("drill:{day}:{staff}");
            if self.answers.keeper.store.by_request(&operator.id, &request).await?.is_none() {
                self.answers.test(operator.id.clone(), &request, &staff).await?;
            }
        }
        Ok(())
    }

    /// The alarm stands while the last drill of anybody found nobody.
    async fn judge(
        &mut self,
        operator: &OperatorId,
        now: Instant,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let keeper = &self.answers.keeper;
        let since = now - REMEMBERED;
        let seen = keeper.store.drills_seen(operator, since).await?;
        if seen.0 == 0 || self.judged.get(operator) == Some(&seen) {
            return Ok(());
        }
        let unreached = unreached(&keeper.store.drills(operator, since).await?);
        for staff in &unreached {
            keeper.unreachable(operator, staff);
        }
        if unreached.is_empty() {
            keeper.all_reachable(operator);
        }
        self.judged.insert(operator.clone(), seen);
        Ok(())
    }
}

/// Those whom an escalation may page within the next day.
fn on_call(rota: &Rota, operator: &OperatorId, now: Instant) -> BTreeSet<StaffId> {
    let period = Period { from: now.timestamp(), until: (now + AHEAD).timestamp() };
    let theirs = |window: &WindowId| rota.window(window).is_some_and(|window| window.operator == *operator);
    let shifts = rota.shifts(period).into_iter();
    let paged = shifts.filter(|shift| match shift.role {
        Role::Supervisor | Role::Psychiatrist | Role::PsychiatristBehind => shift.windows.iter().any(theirs),
        Role::Counsellor => false,
    });
    paged.map(|shift| shift.staff).collect()
}

/// Whose last drill reached nobody. `drills` by time.
fn unreached(drills: &[Kept]) -> BTreeSet<StaffId> {
    let mut unreached = BTreeSet::new();
    for drill in drills.iter().filter(|kept| kept.machine.case().is_drill()) {
        let people = drill.machine.ladder().rungs.iter().flat_map(|rung| &rung.people);
        for person in people {
            match drill.machine.state() {
                State::Unreached => unreached.insert(person.staff.clone()),
                State::Acted { .. } => unreached.remove(&person.staff),
                State::Climbing | State::Accepted { .. } | State::Withdrawn { .. } => false,
            };
        }
    }
    unreached
}
