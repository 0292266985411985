//! The telephony processes whose streams end in this one: who can be handed a page at once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use proto::escalation::v1 as pb;
use tokio::sync::mpsc;
use tokio::sync::mpsc::OwnedPermit;
use tonic::Status;

type Said = Result<pb::TakeVoicePagesResponse, Status>;
pub(crate) type Out = mpsc::Sender<Said>;

/// Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Takers(Arc<Mutex<Vec<Present>>>);

#[derive(Debug)]
struct Present {
    owner: String,
    out: Out,
}

/// The right to put one page on a stream.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) owner: String,
    pub(crate) permit: OwnedPermit<Said>,
}

/// It is known for as long as this lives.
#[derive(Debug)]
pub(crate) struct Presence {
    takers: Takers,
    out: Out,
}

impl Takers {
    pub(crate) fn arrive(&self, owner: &str, out: &Out) -> Presence {
        self.present().push(Present { owner: owner.to_owned(), out: out.clone() });
        Presence { takers: self.clone(), out: out.clone() }
    }

    /// On the stream of the process that has the call, or on any when none has. None when it is
    /// elsewhere, or full. Each gets its turn.
    pub(crate) fn place(&self, home: Option<&str>) -> Option<Place> {
        let mut present = self.present();
        let suits = |one: &&Present| home.is_none_or(|home| home == one.owner);
        let place = present.iter().filter(suits).find_map(|one| {
            let permit = one.out.clone().try_reserve_owned().ok()?;
            Some(Place { owner: one.owner.clone(), permit })
        });
        if present.len() > 1 {
            present.rotate_left(1);
        }
        place
    }

    fn present(&self) -> MutexGuard<'_, Vec<Present>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.takers.present().retain(|one| !one.out.same_channel(&self.out));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_goes_where_the_call_is_and_to_nobody_who_has_no_place_or_has_left() {
        let takers = Takers::default();
        let (out, _work) = mpsc::channel(1);
        let (other, _other_work) = mpsc::channel(1);
        let (_here, there) = (takers.arrive("here", &out), takers.arrive("there", &other));

        let at_home = takers.place(Some("there"));

        assert_eq!(at_home.as_ref().map(|place| place.owner.as_str()), Some("there"));
        assert!(takers.place(Some("there")).is_none(), "its stream is full");
        assert!(takers.place(Some("elsewhere")).is_none());
        drop((at_home, there));
        assert!(takers.place(Some("there")).is_none(), "it has left");
        assert_eq!(takers.place(None).map(|place| place.owner).as_deref(), Some("here"));
    }
}
