//! What the rota calls windows and people, for those who have no board to read it from.

use std::collections::BTreeSet;

use domain::ids::{OperatorId, WindowId};
use proto::daily_log::v1 as pb;

use crate::keeper::Keeper;

impl Keeper {
    pub(crate) fn window_names(&self, of: &OperatorId) -> Vec<pb::Named> {
        let rota = self.rota.borrow();
        let windows = rota.windows().iter().filter(|window| window.operator == *of);
        windows.map(|window| named(&window.id, &window.name)).collect()
    }

    /// Empty for all windows, and for one that the rota no longer names.
    pub(crate) fn window_name(&self, of: &OperatorId, id: &str) -> String {
        let Ok(id) = id.parse::<WindowId>() else { return String::new() };
        let rota = self.rota.borrow();
        let window = rota.window(&id).filter(|window| window.operator == *of);
        window.map(|window| window.name.clone()).unwrap_or_default()
    }

    /// Each once. Who is not in the rota of this operator is left out.
    pub(crate) fn staff_names<'a>(
        &self,
        of: &OperatorId,
        ids: impl Iterator<Item = &'a str>,
    ) -> Vec<pb::Named> {
        let rota = self.rota.borrow();
        let asked: BTreeSet<&str> = ids.collect();
        let people = asked.into_iter().filter_map(|id| rota.person(&id.parse().ok()?));
        let own = people.filter(|person| person.operator == *of);
        own.map(|person| named(&person.id, person.name.reveal())).collect()
    }
}

fn named(id: &impl ToString, name: &str) -> pb::Named {
    pb::Named { id: id.to_string(), name: name.to_owned() }
}
