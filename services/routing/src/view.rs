//! What others see of routing: the plan that telephony keeps for the time when
//! routing is gone, and the desks for the board on the wall.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use domain::desk::Presence;
use domain::ids::{DeskId, OperatorId, StaffId};
use domain::routing::OnDuty;
use domain::time::Instant;
use proto::routing::v1 as pb;
use shell::grpc::timestamp;
use tokio::sync::watch;
use tokio::time::{Instant as Monotonic, sleep_until};

use crate::board::{Board, Seat, held_call};
use crate::plan::{Plan, Target, Window};
use crate::wire;

/// What routing knew at the end of a round. Made at each round and shared; what others see of it is worked out
/// when they look.
#[derive(Clone, Debug)]
pub(crate) struct View {
    pub(crate) plan: Arc<Plan>,
    pub(crate) board: Arc<Board>,
    pub(crate) circles: u32,
    pub(crate) knowledge: Knowledge,
    /// The store is away.
    pub(crate) away: bool,
    pub(crate) now: Instant,
}

/// Somebody who looks at it: at once, then again at changes.
#[derive(Clone, Debug)]
pub(crate) struct Looks {
    view: watch::Receiver<Arc<View>>,
    last: Option<Monotonic>,
}

/// Looked at no sooner than this after the look before: a busy line changes a hundred times a second.
const PAUSE: Duration = Duration::from_millis(50);

impl Looks {
    pub(crate) fn new(view: watch::Receiver<Arc<View>>) -> Self {
        Self { view, last: None }
    }

    /// None when routing has ended. Dropped while it waits, it misses nothing.
    pub(crate) async fn next(&mut self) -> Option<Arc<View>> {
        if let Some(last) = self.last {
            sleep_until(last + PAUSE).await;
            self.view.changed().await.ok()?;
        }
        self.last = Some(Monotonic::now());
        Some(self.view.borrow_and_update().clone())
    }
}

/// How far the board can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Knowledge {
    /// The store was not read yet: only the rota is known.
    RotaOnly,
    /// The store is away: leases cannot be renewed, so who was there still is.
    Last,
    Current,
}

/// The phone account that has the desk's name; at a desk of their own, the person's first telephone of the
/// rota: it may be another account, or a number.
pub(crate) fn rings_at(plan: &Plan, desk: &DeskId, staff: Option<&StaffId>) -> Target {
    let own = staff.filter(|staff| desk.as_str() == staff.as_str()).and_then(|staff| plan.target(staff));
    own.cloned().unwrap_or_else(|| Target::Phone(desk.as_str().to_owned()))
}

/// Who sits where, of those who count as signed in.
type Seats<'v> = HashMap<(&'v OperatorId, &'v StaffId), Vec<&'v Seat>>;

impl View {
    pub(crate) fn windows(&self) -> pb::WatchPlanResponse {
        let seats = self.seats();
        let windows = self.plan.windows.iter().map(|window| self.window(window, &seats));
        pb::WatchPlanResponse { windows: windows.collect() }
    }

    pub(crate) fn desks(&self, operator: &OperatorId) -> Vec<pb::Desk> {
        let theirs = self.board.desks.iter().filter(|(key, _)| key.0 == *operator);
        theirs.map(|(_, seat)| self.desk(seat)).collect()
    }

    fn seats(&self) -> Seats<'_> {
        let mut seats = Seats::new();
        for (key, seat) in self.board.desks.iter().filter(|(_, seat)| self.is_signed_in(seat)) {
            if let Some(staff) = &seat.desk.staff {
                seats.entry((&key.0, staff)).or_default().push(seat);
            }
        }
        seats
    }

    fn window(&self, window: &Window, seats: &Seats<'_>) -> pb::Window {
        pb::Window {
            operator_id: window.operator.to_string(),
            window_id: window.id.to_string(),
            name: window.name.clone(),
            called_numbers: window.called_numbers.clone(),
            agency: window.agency,
            open: window.is_open(),
            answered_by: window.answered_by.as_ref().map(ToString::to_string).unwrap_or_default(),
            fallback_number: window.fallback.clone().unwrap_or_default(),
            language: window.language.map(|language| language.to_string()).unwrap_or_default(),
            circles: self.circles,
            ring_list: self.ring_list(window, seats),
        }
    }

    fn ring_list(&self, window: &Window, seats: &Seats<'_>) -> Vec<pb::RingListEntry> {
        let answering = window.answered_by.as_ref().and_then(|id| self.plan.window(&window.operator, id));
        let here = answering.unwrap_or(window);
        match self.knowledge {
            Knowledge::RotaOnly => self.by_the_rota(here),
            Knowledge::Last | Knowledge::Current => self.by_the_desks(here, seats),
        }
    }

    fn by_the_rota(&self, window: &Window) -> Vec<pb::RingListEntry> {
        let people = self.plan.counsellors(window).chain(self.plan.supervisors(window));
        people.filter_map(|person| self.unseen(person)).collect()
    }

    /// Where a person would sit of whom only the rota is known.
    fn unseen(&self, person: &OnDuty) -> Option<pb::RingListEntry> {
        let desk = match self.plan.target(&person.staff) {
            Some(Target::Phone(account)) => DeskId::parse(account).ok(),
            Some(Target::Number(_)) | None => DeskId::parse(person.staff.as_str()).ok(),
        }?;
        Some(self.entry(&desk, &person.staff, true))
    }

    fn by_the_desks(&self, window: &Window, seats: &Seats<'_>) -> Vec<pb::RingListEntry> {
        let counsellors = in_order(window, self.plan.counsellors(window), seats);
        let supervisors = in_order(window, self.plan.supervisors(window), seats);
        let (mut list, mut listed) = (Vec::new(), HashSet::new());
        for seat in counsellors.into_iter().chain(supervisors) {
            let Some(staff) = &seat.desk.staff else { continue };
            if listed.insert(&seat.desk.id) {
                list.push(self.entry(&seat.desk.id, staff, is_free(seat)));
            }
        }
        list
    }

    fn is_signed_in(&self, seat: &Seat) -> bool {
        match self.knowledge {
            Knowledge::Current => seat.desk.is_signed_in(self.now),
            Knowledge::Last | Knowledge::RotaOnly => seat.desk.staff.is_some(),
        }
    }

    fn entry(&self, desk: &DeskId, staff: &StaffId, free: bool) -> pb::RingListEntry {
        pb::RingListEntry {
            desk_id: desk.to_string(),
            staff_id: staff.to_string(),
            target: Some(wire::target(rings_at(&self.plan, desk, Some(staff)))),
            free,
        }
    }

    fn desk(&self, seat: &Seat) -> pb::Desk {
        let desk = &seat.desk;
        let (presence, pause_reason) = wire::presence(desk.presence);
        pb::Desk {
            desk_id: desk.id.to_string(),
            staff_id: desk.staff.as_ref().map(ToString::to_string).unwrap_or_default(),
            presence: presence.into(),
            pause_reason: pause_reason.into(),
            since: Some(timestamp(desk.since)),
            on_duty: desk.staff.as_ref().is_some_and(|staff| self.plan.is_on_duty(staff)),
            call_id: held_call(desk).map(|call| call.to_string()).unwrap_or_default(),
            lease_until: desk.lease_until.map(timestamp),
        }
    }
}

/// Free desks first, the longest idle before others.
fn in_order<'v>(
    window: &'v Window,
    people: impl Iterator<Item = &'v OnDuty>,
    seats: &Seats<'v>,
) -> Vec<&'v Seat> {
    let theirs =
        people.flat_map(|person| seats.get(&(&window.operator, &person.staff)).into_iter().flatten());
    let mut seats: Vec<&Seat> = theirs.copied().collect();
    seats.sort_by_key(|seat| (!is_free(seat), seat.desk.idle_since, &seat.desk.id));
    seats
}

fn is_free(seat: &Seat) -> bool {
    matches!(seat.desk.presence, Presence::Available)
}
