//! Whom to ring when routing is gone: the window's list, minus the desks that
//! this process knows to be busy.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::ids::{CallId, DeskId};
use domain::ledger::NoOneFree;

use super::plan::{Listed, Window};

/// The desks that calls of this process ring or talk to.
#[derive(Debug, Default)]
pub struct DesksInUse(Mutex<HashMap<DeskId, CallId>>);

impl DesksInUse {
    /// Takes the first desk of the list that nobody here uses: free ones first, then those that
    /// were busy when the plan was told and may have become free since.
    pub fn claim(&self, window: &Window, call: CallId, refused: &[DeskId]) -> Result<Listed, NoOneFree> {
        if window.ring_list.is_empty() {
            return Err(NoOneFree::NobodySignedIn);
        }
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let may = |listed: &&Listed| !used.contains_key(&listed.desk) && !refused.contains(&listed.desk);
        let free = window.ring_list.iter().filter(|listed| listed.free).find(may);
        let chosen = free.or_else(|| window.ring_list.iter().find(may)).cloned().ok_or(NoOneFree::AllBusy)?;
        used.insert(chosen.desk.clone(), call);
        Ok(chosen)
    }

    /// False when another call of this process has it: it stays that call's.
    pub fn take(&self, desk: &DeskId, call: CallId) -> bool {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *used.entry(desk.clone()).or_insert(call) == call
    }

    /// Another call of this process rings this desk or talks to it.
    pub fn is_used_elsewhere(&self, desk: &DeskId, call: CallId) -> bool {
        let used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        used.get(desk).is_some_and(|user| *user != call)
    }

    pub fn give_back(&self, desk: &DeskId, call: CallId) {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if used.get(desk) == Some(&call) {
            used.remove(desk);
        }
    }

    pub fn give_back_all(&self, call: CallId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, user| *user != call);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::Target;
    use uuid::Uuid;

    fn desk(name: &str) -> DeskId {
        DeskId::parse(name).unwrap()
    }

    fn window() -> Window {
        let listed = |name, free| Listed { desk: desk(name), target: Target::Desk(desk(name)), free };
        Window {
            operator: "pref".parse().unwrap(),
            id: "main".parse().unwrap(),
            name: String::new(),
            called: vec![],
            agency: false,
            fallback: None,
            language: "ja".into(),
            circles: 3,
            ring_list: vec![listed("busy", false), listed("ito", true), listed("mori", true)],
        }
    }

    fn call(n: u128) -> CallId {
        CallId(Uuid::from_u128(n))
    }

    #[test]
    fn two_calls_never_get_the_same_desk_from_the_list() {
        let used = DesksInUse::default();
        let claim = |n| used.claim(&window(), call(n), &[]).map(|listed| listed.desk);

        assert_eq!(
            [claim(1), claim(2), claim(3), claim(4)],
            [Ok(desk("ito")), Ok(desk("mori")), Ok(desk("busy")), Err(NoOneFree::AllBusy)]
        );
    }

    #[test]
    fn a_desk_that_a_call_has_is_not_taken_from_it() {
        let used = DesksInUse::default();
        used.claim(&window(), call(1), &[]).unwrap();

        assert_eq!([used.take(&desk("ito"), call(2)), used.take(&desk("ito"), call(1))], [false, true]);
        used.give_back(&desk("ito"), call(2));
        assert!(used.is_used_elsewhere(&desk("ito"), call(2)));
        used.give_back(&desk("ito"), call(1));
        assert!(used.take(&desk("ito"), call(2)));
    }

    #[test]
    fn a_desk_that_did_not_answer_is_not_rung_again_for_the_same_call() {
        let used = DesksInUse::default();

        assert_eq!(
            used.claim(&window(), call(1), &[desk("ito")]).map(|listed| listed.desk),
            Ok(desk("mori"))
        );
    }
}
