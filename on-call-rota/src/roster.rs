//! A stretch of a rota worked out: who is on duty, which window answers, whom
//! to page. A question costs a binary search and, but for the ladder, no
//! allocation.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::ids::{DutyId, StaffId, WindowId};
use crate::ladder::{Ladder, Rung, RungPlan};
use crate::outline::Outline;
use crate::period::{Period, contains};
use crate::rota::{Ix, Rota};
use crate::shift::{Slot, slots_of};
use crate::staff::Role;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotInRoster {
    #[error("no window {0} in the rota")]
    UnknownWindow(WindowId),
    /// Not the same as "nobody": compile a later stretch and ask again.
    #[error("{0} is outside the stretch that was compiled")]
    OutsidePeriod(Timestamp),
}

/// A person on duty at some instant.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct OnDuty {
    pub staff: StaffId,
    pub role: Role,
    pub duty: DutyId,
    /// The date on which the shift begins.
    pub date: Date,
    #[serde(flatten)]
    pub time: Period,
    /// The person who was planned, where someone stands in.
    pub instead_of: Option<StaffId>,
}

/// The instant at which people change over.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Handover {
    pub at: Timestamp,
    pub leaving: Vec<StaffId>,
    pub coming: Vec<StaffId>,
}

#[derive(Clone, Debug)]
pub struct Roster {
    period: Period,
    windows: Vec<WindowRoster>,
    /// Where each window is in the list, by id.
    places: Vec<(WindowId, Ix)>,
}

#[derive(Clone, Debug)]
struct WindowRoster {
    id: WindowId,
    open: Vec<Period>,
    takeover: Vec<Ix>,
    /// From each edge to the next, the people at the same place of `crews`
    /// are on duty. The first edge begins the period.
    edges: Vec<Timestamp>,
    crews: Vec<(usize, usize)>,
    people: Vec<OnDuty>,
    ladder: Vec<RungPlan<StaffId>>,
}

impl Roster {
    pub(crate) fn new(rota: &Rota, period: Period) -> Self {
        let outline = Outline::new(rota, period);
        let slots = slots_of(rota, &outline);
        let mut serving = vec![Vec::new(); rota.windows.len()];
        for slot in &slots {
            rota.duties[slot.duty].windows.iter().for_each(|&window| serving[window].push(slot));
        }
        let windows = serving.into_iter().enumerate();
        let windows: Vec<_> =
            windows.map(|(ix, slots)| WindowRoster::new(rota, &outline, ix, slots)).collect();
        let mut places: Vec<_> =
            windows.iter().enumerate().map(|(ix, window)| (window.id.clone(), ix)).collect();
        places.sort_unstable();
        Self { period: outline.period, windows, places }
    }

    /// What may be asked about: the compiled stretch, clipped to 1980-2099.
    pub fn period(&self) -> Period {
        self.period
    }

    /// Everybody whose shift serves the window at `at`, in the order of the file.
    pub fn on_duty(&self, window: &WindowId, at: Timestamp) -> Result<&[OnDuty], NotInRoster> {
        Ok(self.window(window, at)?.crew(at))
    }

    /// The window itself if it is open at `at`, else the first open one of
    /// those that take over; none if all are closed.
    pub fn answering(&self, window: &WindowId, at: Timestamp) -> Result<Option<&WindowId>, NotInRoster> {
        let window = self.window(window, at)?;
        let next = window.takeover.iter().map(|&ix| &self.windows[ix]);
        let open = std::iter::once(window).chain(next).find(|window| contains(&window.open, at));
        Ok(open.map(|window| &window.id))
    }

    /// Windows to try in order when `window` is closed or exhausted, those open at `at` only.
    pub fn open_next(&self, window: &WindowId, at: Timestamp) -> Result<Vec<&WindowId>, NotInRoster> {
        let next = self.window(window, at)?.takeover.iter().map(|&ix| &self.windows[ix]);
        Ok(next.filter(|window| contains(&window.open, at)).map(|window| &window.id).collect())
    }

    pub fn is_open(&self, window: &WindowId, at: Timestamp) -> Result<bool, NotInRoster> {
        Ok(contains(&self.window(window, at)?.open, at))
    }

    /// Whom to page, in order: every rung of the file, also one with nobody on
    /// it. Nobody stands on two rungs.
    pub fn ladder(&self, window: &WindowId, at: Timestamp) -> Result<Vec<Rung>, NotInRoster> {
        let window = self.window(window, at)?;
        Ok(Ladder::at(&window.ladder, window.crew(at)))
    }

    /// Every instant in the stretch at which the people on duty change.
    pub fn handovers(&self, window: &WindowId) -> Result<Vec<Handover>, NotInRoster> {
        let window = self.window(window, self.period.from)?;
        let changes = window.edges.windows(2).map(|edges| window.handover(edges[0], edges[1]));
        Ok(changes.filter(|change| !change.leaving.is_empty() || !change.coming.is_empty()).collect())
    }

    fn window(&self, id: &WindowId, at: Timestamp) -> Result<&WindowRoster, NotInRoster> {
        let place = self.places.binary_search_by(|(known, _)| known.cmp(id));
        let place = place.map_err(|_| NotInRoster::UnknownWindow(id.clone()))?;
        match self.period.contains(at) {
            true => Ok(&self.windows[self.places[place].1]),
            false => Err(NotInRoster::OutsidePeriod(at)),
        }
    }
}

impl WindowRoster {
    fn new(rota: &Rota, outline: &Outline<'_>, ix: Ix, mut slots: Vec<&Slot>) -> Self {
        let window = &rota.windows[ix];
        let mut roster = Self {
            id: window.id.clone(),
            open: outline.open(ix).to_vec(),
            takeover: window.takeover.clone(),
            edges: edges(outline.period, &slots),
            crews: Vec::new(),
            people: Vec::new(),
            ladder: Ladder::of(rota, ix),
        };
        slots.sort_by_key(|slot| slot.time.from);
        roster.fill(rota, &slots);
        roster
    }

    /// Walks along the edges with the slots that are running.
    fn fill(&mut self, rota: &Rota, by_start: &[&Slot]) {
        let (mut next, mut running) = (0, Vec::<&Slot>::new());
        for &edge in &self.edges {
            running.retain(|slot| edge < slot.time.until);
            while let Some(slot) = by_start.get(next).filter(|slot| slot.time.from <= edge) {
                running.push(slot);
                next += 1;
            }
            running.sort_by_key(|slot| (slot.duty, slot.date, slot.nth));
            let first = self.people.len();
            self.people.extend(running.iter().map(|slot| on_duty(rota, slot)));
            self.crews.push((first, self.people.len()));
        }
    }

    fn crew(&self, at: Timestamp) -> &[OnDuty] {
        let after = self.edges.partition_point(|edge| *edge <= at);
        match after.checked_sub(1).and_then(|last| self.crews.get(last)) {
            Some(&(first, end)) => &self.people[first..end],
            None => &[],
        }
    }

    fn handover(&self, before: Timestamp, at: Timestamp) -> Handover {
        let (old, new) = (self.crew(before), self.crew(at));
        let missing = |from: &[OnDuty], other: &[OnDuty]| {
            let gone = from.iter().filter(|one| other.iter().all(|two| two.staff != one.staff));
            gone.map(|one| one.staff.clone()).collect()
        };
        Handover { at, leaving: missing(old, new), coming: missing(new, old) }
    }
}

/// The start of the period and every instant inside it at which a slot begins or ends.
fn edges(period: Period, slots: &[&Slot]) -> Vec<Timestamp> {
    let ends = slots.iter().flat_map(|slot| [slot.time.from, slot.time.until]);
    let mut edges: Vec<_> =
        std::iter::once(period.from).chain(ends).filter(|at| period.contains(*at)).collect();
    edges.sort_unstable();
    edges.dedup();
    edges
}

fn on_duty(rota: &Rota, slot: &Slot) -> OnDuty {
    let duty = &rota.duties[slot.duty];
    OnDuty {
        staff: rota.staff[slot.staff].id.clone(),
        role: duty.role,
        duty: duty.id.clone(),
        date: slot.date,
        time: slot.time,
        instead_of: (slot.planned != slot.staff).then(|| rota.staff[slot.planned].id.clone()),
    }
}
