//! The rota at one moment, as routing needs it: windows, who is on duty, where
//! they are rung.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use domain::ids::{OperatorId, StaffId, WindowId};
use domain::routing;
use domain::time::Instant;
use jiff::SignedDuration;
use on_call_rota::{ContactPoint, Language, OnDuty, Period, Role, Roster, Rota};

/// Compiled this far ahead; recompiled when the moment leaves it.
const AHEAD: SignedDuration = SignedDuration::from_hours(48);
/// Rota times are whole minutes, so nothing changes between two of them.
const STEP: i64 = 60_000_000;

/// Where somebody is rung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Phone(String),
    Number(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) operator: OperatorId,
    pub(crate) id: WindowId,
    pub(crate) name: String,
    pub(crate) called_numbers: Vec<String>,
    pub(crate) agency: bool,
    /// Itself when open, else the first open one that takes over; none when all are closed.
    pub(crate) answered_by: Option<WindowId>,
    pub(crate) fallback: Option<String>,
    pub(crate) language: Option<Language>,
    /// Open windows that help out, in order.
    pub(crate) next: Vec<WindowId>,
    /// Where its people are in `Plan::duty`.
    pub(crate) crew: Range<usize>,
}

impl Window {
    pub(crate) fn is_open(&self) -> bool {
        self.answered_by.as_ref() == Some(&self.id)
    }
}

/// A person who may be rung at this moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Duty {
    pub(crate) operator: OperatorId,
    pub(crate) supervisor: bool,
    pub(crate) person: routing::OnDuty,
}

#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) operator: OperatorId,
    pub(crate) target: Option<Target>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    pub(crate) windows: Vec<Window>,
    /// The people of each window together, in the windows' order.
    pub(crate) duty: Vec<Duty>,
    /// Whoever is in `duty`.
    pub(crate) on_duty: HashSet<StaffId>,
    pub(crate) people: HashMap<StaffId, Person>,
    /// The plan is to be drawn again then.
    pub(crate) until: Option<Instant>,
}

/// A rota with the stretch of it that was worked out last.
#[derive(Debug)]
pub(crate) struct Calendar {
    rota: Arc<Rota>,
    roster: Roster,
}

impl Calendar {
    pub(crate) fn new(rota: Arc<Rota>, now: Instant) -> Self {
        let roster = rota.compile(ahead(now));
        Self { rota, roster }
    }

    /// What holds at `now`, until `Plan::until`.
    pub(crate) fn plan(&mut self, now: Instant) -> Plan {
        if !self.roster.period().contains(now.timestamp()) {
            self.roster = self.rota.compile(ahead(now));
        }
        let (mut windows, mut duty) = (Vec::new(), Vec::new());
        for window in self.rota.windows() {
            let first = duty.len();
            duty.extend(self.duty(window, now));
            windows.push(self.window(window, now, first..duty.len()));
        }
        Plan {
            on_duty: duty.iter().map(|duty| duty.person.staff.clone()).collect(),
            windows,
            duty,
            people: self.rota.staff().iter().map(|one| (one.id.clone(), self.person(one, now))).collect(),
            until: Some(Instant::from_micros((now.micros().div_euclid(STEP) + 1) * STEP)),
        }
    }

    fn window(&self, window: &on_call_rota::Window, now: Instant, crew: Range<usize>) -> Window {
        // Outside the years that the calendar knows every window counts as closed.
        let answering = self.roster.answering(&window.id, now.timestamp()).unwrap_or_default();
        let next = self.roster.open_next(&window.id, now.timestamp()).unwrap_or_default();
        Window {
            operator: window.operator.clone(),
            id: window.id.clone(),
            name: window.name.clone(),
            called_numbers: window.numbers.iter().map(ToString::to_string).collect(),
            agency: window.priority,
            answered_by: answering.cloned(),
            fallback: window.fallback.as_ref().map(ToString::to_string),
            language: window.languages.first().copied(),
            next: next.into_iter().cloned().collect(),
            crew,
        }
    }

    fn duty<'c>(&'c self, window: &'c on_call_rota::Window, now: Instant) -> impl Iterator<Item = Duty> + 'c {
        let crew = self.roster.on_duty(&window.id, now.timestamp()).unwrap_or_default();
        crew.iter().filter_map(|shift| self.on_duty(window, shift))
    }

    fn on_duty(&self, window: &on_call_rota::Window, shift: &OnDuty) -> Option<Duty> {
        let supervisor = match shift.role {
            Role::Counsellor => false,
            Role::Supervisor => true,
            // Paged by the ladder, never rung by a caller.
            Role::Psychiatrist | Role::PsychiatristBehind => return None,
        };
        let staff = self.rota.person(&shift.staff)?;
        let person = routing::OnDuty {
            window: window.id.clone(),
            staff: staff.id.clone(),
            qualification: *staff.qualifications.first()?,
            psychiatric_experience: staff.psychiatric_experience,
            languages: staff.languages.clone(),
            region: staff.region.clone(),
        };
        Some(Duty { operator: window.operator.clone(), supervisor, person })
    }

    fn person(&self, staff: &on_call_rota::Staff, now: Instant) -> Person {
        let contacts = self.rota.contacts(&staff.id, now.timestamp());
        let target = contacts.iter().find_map(|point| match point {
            ContactPoint::Sip(user) => Some(Target::Phone(user.to_string())),
            ContactPoint::Tel(number) => Some(Target::Number(number.to_string())),
            ContactPoint::Mail(_) | ContactPoint::Webhook { .. } => None,
        });
        Person { operator: staff.operator.clone(), target }
    }
}

/// From a little before, so that a clock that is pulled back stays inside.
fn ahead(now: Instant) -> Period {
    let at = now.timestamp();
    Period {
        from: at.saturating_sub(SignedDuration::from_hours(1)).unwrap_or(at),
        until: at.saturating_add(AHEAD).unwrap_or(at),
    }
}

impl Plan {
    pub(crate) fn window(&self, operator: &OperatorId, id: &WindowId) -> Option<&Window> {
        self.windows.iter().find(|window| window.operator == *operator && window.id == *id)
    }

    pub(crate) fn knows(&self, operator: &OperatorId, staff: &StaffId) -> bool {
        self.people.get(staff).is_some_and(|person| person.operator == *operator)
    }

    /// By the person's first telephone in the rota; none when it names no telephone.
    pub(crate) fn target(&self, staff: &StaffId) -> Option<&Target> {
        self.people.get(staff)?.target.as_ref()
    }

    pub(crate) fn counsellors<'p>(&'p self, window: &'p Window) -> impl Iterator<Item = &'p routing::OnDuty> {
        self.duty_at(window, false)
    }

    pub(crate) fn supervisors<'p>(&'p self, window: &'p Window) -> impl Iterator<Item = &'p routing::OnDuty> {
        self.duty_at(window, true)
    }

    pub(crate) fn is_on_duty(&self, staff: &StaffId) -> bool {
        self.on_duty.contains(staff)
    }

    fn duty_at<'p>(
        &'p self,
        window: &'p Window,
        supervisor: bool,
    ) -> impl Iterator<Item = &'p routing::OnDuty> {
        let crew = self.duty.get(window.crew.clone()).unwrap_or_default();
        crew.iter().filter(move |duty| duty.supervisor == supervisor).map(|duty| &duty.person)
    }
}
