//! The ids of a file: each given once, and every reference leads to one.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt::Display;

use super::fault::{At, Faults, Place, nearest};
use crate::rota::Ix;

/// Ids of one kind, in the order of the file.
pub(super) struct Names<'a, Id> {
    kind: &'static str,
    faults: &'a Faults<'a>,
    known: BTreeMap<Id, Known>,
}

struct Known {
    /// None if the entry has faults of its own and could not be taken over.
    ix: Option<Ix>,
    place: Place,
}

impl<'a, Id: Ord + Clone + Display + Borrow<str>> Names<'a, Id> {
    pub(super) fn new(kind: &'static str, faults: &'a Faults<'a>) -> Self {
        Self { kind, faults, known: BTreeMap::new() }
    }

    /// False where the id was given before.
    pub(super) fn add(&mut self, id: &At<Id>, ix: Option<Ix>) -> bool {
        if let Some(first) = self.known.get::<Id>(&id.value) {
            let line = self.faults.line(&first.place);
            let what = format!("{} \"{}\" is already given on line {line}", self.kind, id.value);
            self.faults.add(&id.place, what, "give each its own id");
            self.faults.incomplete();
            return false;
        }
        self.known.insert(id.value.clone(), Known { ix, place: id.place.clone() });
        true
    }

    pub(super) fn find(&self, id: &At<Id>) -> Option<Ix> {
        match self.known.get::<Id>(&id.value) {
            Some(known) => known.ix,
            None => {
                let words = self.known.keys().map(|id| -> &str { id.borrow() });
                let right = match nearest(id.value.borrow(), words) {
                    Some(near) => format!("write \"{near}\", or add [[{}]] with this id", self.kind),
                    None => format!("add [[{}]] with this id, or name one that exists", self.kind),
                };
                self.faults.add(&id.place, format!("no {} \"{}\" in this file", self.kind, id.value), right);
                self.faults.incomplete();
                None
            }
        }
    }

    pub(super) fn find_all(&self, ids: &[At<Id>]) -> Vec<Ix> {
        ids.iter().filter_map(|id| self.find(id)).collect()
    }
}
