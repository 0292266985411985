//! What a human must see of routing. The dispatcher says what stands now; a
//! worker raises it and clears it when it is over.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use domain::ids::{OperatorId, StaffId, WindowId};
use on_call_rota::Rota;
use shell::alarms::{Alarm, Alarms};
use shell::shutdown::Shutdown;
use tokio::sync::watch;

use crate::plan::Window;
use crate::view::{Looks, View};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Concern {
    /// A window is open and the rota has nobody there.
    NobodyOnDuty(OperatorId, WindowId),
    /// People are on duty and none of them is signed in.
    NobodySignedIn(OperatorId, WindowId),
    StoreAway,
}

impl Concern {
    fn alarm(&self) -> Alarm {
        match self {
            Self::NobodyOnDuty(operator, window) => at_window("nobody_on_duty", operator, window),
            Self::NobodySignedIn(operator, window) => at_window("nobody_signed_in", operator, window),
            Self::StoreAway => Alarm { kind: "routing_store_away", operator: None, window: None },
        }
    }
}

fn at_window(kind: &'static str, operator: &OperatorId, window: &WindowId) -> Alarm {
    Alarm { kind, operator: Some(operator.clone()), window: Some(window.clone()) }
}

fn rota_faulty() -> Alarm {
    Alarm { kind: "rota_faulty", operator: None, window: None }
}

/// Longest list of faults that is shown with the alarm, in characters; the log has them all.
const FAULTS_SHOWN: usize = 2000;

/// Brings what stands to the people who must look, and takes it back when it is over.
pub(crate) struct Watchman {
    pub(crate) alarms: Alarms,
    pub(crate) rota: watch::Receiver<Arc<Rota>>,
    pub(crate) looks: Looks,
    /// What is wrong with the newest rota file.
    pub(crate) faults: watch::Receiver<Vec<String>>,
    pub(crate) shutdown: Shutdown,
}

impl Watchman {
    pub(crate) async fn run(mut self) {
        self.tell_faults();
        let Some(mut view) = self.looks.next().await else { return };
        let mut standing = self.predecessors(&concerns(&view));
        loop {
            let now = concerns(&view);
            now.difference(&standing).for_each(|new| self.alarms.raise(new.alarm(), None));
            standing.difference(&now).for_each(|over| self.alarms.clear(&over.alarm()));
            standing = now;
            tokio::select! {
                Some(next) = self.looks.next() => view = next,
                Ok(()) = self.faults.changed() => self.tell_faults(),
                () = self.shutdown.ended() => return,
                else => return,
            }
        }
    }

    /// Whatever an earlier process may have left standing: what is not so now is cleared.
    fn predecessors(&self, now: &BTreeSet<Concern>) -> BTreeSet<Concern> {
        let rota = self.rota.borrow().clone();
        let places = rota.windows().iter().flat_map(|window| {
            let place = || (window.operator.clone(), window.id.clone());
            let ((a, b), (c, d)) = (place(), place());
            [Concern::NobodyOnDuty(a, b), Concern::NobodySignedIn(c, d)]
        });
        places.chain([Concern::StoreAway]).filter(|concern| !now.contains(concern)).collect()
    }

    fn tell_faults(&mut self) {
        let faults = self.faults.borrow_and_update().clone();
        match faults.is_empty() {
            true => self.alarms.clear(&rota_faulty()),
            false => {
                let list: String = faults.join("\n").chars().take(FAULTS_SHOWN).collect();
                self.alarms.raise(rota_faulty(), Some(list));
            }
        }
    }
}

/// While the store is away nobody can sign in: who was there counts as there.
fn concerns(view: &View) -> BTreeSet<Concern> {
    let signed_in = view.board.desks.values().filter(|seat| seat.desk.is_signed_in(view.now));
    let there: HashSet<&StaffId> = signed_in.filter_map(|seat| seat.desk.staff.as_ref()).collect();
    let open = view.plan.windows.iter().filter(|window| window.is_open());
    let mut found: BTreeSet<Concern> = open.filter_map(|window| at(view, window, &there)).collect();
    if view.away {
        found.insert(Concern::StoreAway);
    }
    found
}

fn at(view: &View, window: &Window, there: &HashSet<&StaffId>) -> Option<Concern> {
    let place = || (window.operator.clone(), window.id.clone());
    let mut on_duty = view.plan.counsellors(window).peekable();
    if on_duty.peek().is_none() {
        let (operator, window) = place();
        return Some(Concern::NobodyOnDuty(operator, window));
    }
    let somebody = on_duty.any(|person| there.contains(&person.staff));
    let (operator, window) = place();
    (!somebody && !view.away).then_some(Concern::NobodySignedIn(operator, window))
}
