//! A page by voice that is due when it is owed goes out with the very change that owes it: one commit
//! instead of two, and nobody has to look for it.
//!
//! The place on the stream is had before the commit and used after it. Where no stream has one, the page
//! stays owed and `voice` takes it.

use domain::escalation::{Channel, Effect, Escalation, PageNumber, PageState};
use domain::ids::PageId;
use domain::time::Instant;
use on_call_rota::ContactPoint;

use crate::figures;
use crate::keeper::Keeper;
use crate::store::{Kept, PageChange, Taking};
use crate::takers::Place;
use crate::voice;

#[derive(Debug)]
pub(crate) struct Handing {
    pub(crate) number: PageNumber,
    place: Place,
    to: ContactPoint,
}

impl Handing {
    pub(crate) fn taking(&self, page: PageId, keeper: &Keeper) -> Taking {
        let until = keeper.clock.now() + voice::lease(&keeper.settings);
        Taking { page, owner: self.place.owner.clone(), until }
    }
}

/// New pages by voice that are to go out now.
pub(crate) fn due_at_once(
    machine: &Escalation,
    effects: &[Effect],
    now: Instant,
) -> impl Iterator<Item = PageNumber> {
    let owed = effects.iter().filter_map(|effect| match effect {
        Effect::Owe { page } => Some(*page),
        Effect::Record(_) | Effect::Hasten { .. } | Effect::Cancel { .. } | Effect::Alarm(_) => None,
    });
    owed.filter(move |number| {
        machine.pages().get(*number).is_some_and(|page| {
            page.channel == Channel::Voice && page.state == PageState::Owed && page.due <= now
        })
    })
}

impl Keeper {
    /// They are out as far as the machine is concerned; `hand_over` follows the commit.
    pub(crate) fn reserve(
        &self,
        machine: &mut Escalation,
        effects: &mut Vec<Effect>,
        contacts: &[ContactPoint],
        home: Option<&str>,
        now: Instant,
    ) -> Vec<Handing> {
        let due: Vec<_> = due_at_once(machine, effects, now).collect();
        let mut handings = Vec::new();
        for number in due {
            let Some(to) = machine.pages().get(number).and_then(|page| contacts.get(page.contact)) else {
                continue;
            };
            if voice::target(to).is_none() {
                continue;
            }
            let Some(place) = self.takers.place(home) else { break };
            effects.extend(machine.page_out(number));
            handings.push(Handing { number, place, to: to.clone() });
        }
        handings
    }

    /// After the commit.
    pub(crate) fn hand_over(&self, handings: Vec<Handing>, kept: &Kept, changes: &[PageChange]) {
        for Handing { number, place, to } in handings {
            let change = changes.iter().find(|change| change.number == number);
            let Some(id) = change.and_then(|change| change.fresh) else { continue };
            if let Some(page) = voice::voice_page(kept, id, number, &to, self.settings.ring_for) {
                place.permit.send(Ok(voice::ring(page)));
                figures::went_out(self, kept, number, 1);
            }
        }
    }
}
