//! The ladder 呼出順: whom to page, in order, when a counsellor needs a psychiatrist.

use crate::ids::StaffId;
use crate::roster::OnDuty;
use crate::rota::{Ix, Rota};
use crate::staff::Role;

/// The ladder of a window, or of every window of a group.
#[derive(Clone, Debug)]
pub(crate) struct Ladder {
    pub(crate) windows: Vec<Ix>,
    /// At least one.
    pub(crate) rungs: Vec<RungPlan<Ix>>,
}

/// Who is meant: everybody on duty in these roles, and people by name.
#[derive(Clone, Debug)]
pub(crate) struct RungPlan<Person> {
    pub(crate) roles: Vec<Role>,
    pub(crate) staff: Vec<Person>,
    pub(crate) patience_minutes: Option<u32>,
}

/// People who are paged together at some instant.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Rung {
    /// Its place in the file, from 1.
    pub number: usize,
    /// Empty when nobody who is meant is on duty: an alarm is due then, so the
    /// rung is told all the same.
    pub staff: Vec<StaffId>,
    /// How long before the next rung is paged too, where the rota says so;
    /// otherwise the priority of the escalation decides.
    pub patience_minutes: Option<u32>,
}

impl Ladder {
    /// The ladder for a window: its own, or one that it shares, or the
    /// psychiatrist, the one behind and the supervisor.
    pub(crate) fn of(rota: &Rota, window: Ix) -> Vec<RungPlan<StaffId>> {
        let serving = rota.ladders.iter().filter(|ladder| ladder.windows.contains(&window));
        match serving.min_by_key(|ladder| ladder.windows.len()) {
            Some(ladder) => ladder.rungs.iter().map(|rung| rung.named(rota)).collect(),
            None => {
                [Role::Psychiatrist, Role::PsychiatristBehind, Role::Supervisor].map(RungPlan::role).into()
            }
        }
    }

    pub(crate) fn at(plan: &[RungPlan<StaffId>], crew: &[OnDuty]) -> Vec<Rung> {
        let mut ladder: Vec<Rung> = Vec::with_capacity(plan.len());
        for (nth, rung) in plan.iter().enumerate() {
            let mut staff: Vec<StaffId> = Vec::new();
            for person in rung.people(crew) {
                let paged = ladder.iter().any(|rung| rung.staff.contains(person));
                if !paged && !staff.contains(person) {
                    staff.push(person.clone());
                }
            }
            ladder.push(Rung { number: nth + 1, staff, patience_minutes: rung.patience_minutes });
        }
        ladder
    }
}

impl RungPlan<Ix> {
    fn named(&self, rota: &Rota) -> RungPlan<StaffId> {
        RungPlan {
            roles: self.roles.clone(),
            staff: self.staff.iter().map(|&person| rota.staff[person].id.clone()).collect(),
            patience_minutes: self.patience_minutes,
        }
    }
}

impl RungPlan<StaffId> {
    fn role(role: Role) -> Self {
        Self { roles: vec![role], staff: Vec::new(), patience_minutes: None }
    }

    fn people<'a>(&'a self, crew: &'a [OnDuty]) -> impl Iterator<Item = &'a StaffId> {
        let in_role = |role: &'a Role| crew.iter().filter(move |one| one.role == *role).map(|one| &one.staff);
        self.roles.iter().flat_map(in_role).chain(&self.staff)
    }
}
