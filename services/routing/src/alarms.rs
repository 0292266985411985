//! What a human must see of routing. The dispatcher says what stands now; a
//! worker raises it and clears it when it is over.

use std::collections::BTreeSet;

use domain::ids::{OperatorId, WindowId};
use domain::time::Instant;

use crate::board::Board;
use crate::plan::{Plan, Window};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Concern {
    /// A window is open and the rota has nobody there.
    NobodyOnDuty(OperatorId, WindowId),
    /// People are on duty and none of them is signed in.
    NobodySignedIn(OperatorId, WindowId),
    StoreAway,
}

/// While the store is away nobody can sign in: who was there counts as there.
pub(crate) fn concerns(plan: &Plan, board: &Board, away: bool, now: Instant) -> BTreeSet<Concern> {
    let open = plan.windows.iter().filter(|window| window.is_open());
    let mut found: BTreeSet<Concern> = open.filter_map(|window| at(plan, board, window, away, now)).collect();
    if away {
        found.insert(Concern::StoreAway);
    }
    found
}

fn at(plan: &Plan, board: &Board, window: &Window, away: bool, now: Instant) -> Option<Concern> {
    let place = || (window.operator.clone(), window.id.clone());
    let mut on_duty = plan.counsellors(window).peekable();
    if on_duty.peek().is_none() {
        let (operator, window) = place();
        return Some(Concern::NobodyOnDuty(operator, window));
    }
    let staff: Vec<_> = on_duty.map(|person| &person.staff).collect();
    let somebody = board.desks.values().any(|seat| {
        seat.desk.is_signed_in(now) && seat.desk.staff.as_ref().is_some_and(|one| staff.contains(&one))
    });
    let (operator, window) = place();
    (!somebody && !away).then_some(Concern::NobodySignedIn(operator, window))
}
