//! Groups and windows: numbers given once, and who takes over from whom.

use std::collections::BTreeMap;

use super::check::{Checked, keep};
use super::fault::{At, Place};
use super::raw::{RawGroup, RawPublic, RawWindow};
use crate::contact::CalledNumber;
use crate::ids::WindowId;
use crate::public::{PublicNumber, PublicWindow};
use crate::rota::{Group, Ix, Window};
use crate::staff::Language;

impl Checked<'_> {
    pub(super) fn groups(&mut self, raw: Vec<RawGroup>) {
        for raw in raw {
            let operator_ix = self.operator(raw.operator.as_ref(), &raw.place);
            let built = raw.id.as_ref().zip(operator_ix).map(|(id, operator_ix)| Group {
                id: id.value.clone(),
                operator: self.rota.operators[operator_ix].id.clone(),
                all_day: raw.all_day,
                operator_ix,
                windows: Vec::new(),
            });
            let ix = built.is_some().then_some(self.rota.groups.len());
            if keep(&mut self.group_names, raw.id.as_ref(), ix, built, &mut self.rota.groups, self.faults)
                .is_some()
            {
                self.groups.push(raw.place);
            }
        }
    }

    /// Returns for each window of the file its place in the rota.
    pub(super) fn windows(&mut self, file: &Place, raw: Vec<RawWindow>) -> Vec<Option<Ix>> {
        if raw.is_empty() && !self.faults.is_torn() {
            self.faults.add(file, "no window", "add [[window]] with id, name, numbers and hours");
        }
        let mut numbers: BTreeMap<CalledNumber, Place> = BTreeMap::new();
        let kept = raw.into_iter().map(|raw| {
            self.unique_numbers(&raw, &mut numbers);
            let (id, place) = (raw.id.clone(), raw.place.clone());
            let built = self.build_window(raw);
            let ix = built.is_some().then_some(self.rota.windows.len());
            if let Some(window) = &built {
                self.rota.groups[window.group_ix].windows.push(self.rota.windows.len());
            }
            let kept =
                keep(&mut self.window_names, id.as_ref(), ix, built, &mut self.rota.windows, self.faults);
            if kept.is_some() {
                self.windows.push(place);
            }
            kept
        });
        kept.collect()
    }

    fn unique_numbers(&self, raw: &RawWindow, numbers: &mut BTreeMap<CalledNumber, Place>) {
        for number in &raw.numbers {
            if let Some(first) = numbers.get(&number.value) {
                let what =
                    format!("{} is already a number on line {}", number.value, self.faults.line(first));
                self.faults.add(&number.place, what, "give a number to one window only, once");
                continue;
            }
            numbers.insert(number.value.clone(), number.place.clone());
        }
    }

    fn build_window(&mut self, raw: RawWindow) -> Option<Window> {
        let operator_ix = self.operator(raw.operator.as_ref(), &raw.place);
        let group_ix = match &raw.group {
            Some(group) => self.group_names.find(group),
            None => self.own_group(raw.id.as_ref()?, operator_ix?),
        };
        let (operator_ix, group_ix) = (operator_ix?, group_ix?);
        if self.rota.groups[group_ix].operator_ix != operator_ix {
            let right = "keep the windows of a group with one operator";
            self.faults.add(&raw.place, "the group belongs to another operator", right);
        }
        let languages = if raw.languages.is_empty() { vec![Language::JAPANESE] } else { raw.languages };
        let numbers: Vec<_> = raw.numbers.into_iter().map(|number| number.value).collect();
        Some(Window {
            public: public(raw.public, &numbers, raw.priority)?,
            id: raw.id?.value,
            operator: self.rota.operators[operator_ix].id.clone(),
            group: self.rota.groups[group_ix].id.clone(),
            name: raw.name?,
            numbers,
            languages,
            fallback: raw.fallback,
            priority: raw.priority,
            operator_ix,
            group_ix,
            hours: raw.hours?,
            takeover: Vec::new(),
        })
    }

    /// A window without a group is one by itself, and promises its own hours only.
    fn own_group(&mut self, window: &At<WindowId>, operator_ix: Ix) -> Option<Ix> {
        let id = At { value: window.value.as_str().parse().ok()?, place: window.place.clone() };
        if !self.group_names.add(&id, Some(self.rota.groups.len())) {
            return None;
        }
        let operator = self.rota.operators[operator_ix].id.clone();
        let group = Group { id: id.value, operator, all_day: false, operator_ix, windows: Vec::new() };
        self.rota.groups.push(group);
        Some(self.rota.groups.len() - 1)
    }

    /// A closed window is answered by `next` in order, each with its own
    /// `next`, then by the others of its group.
    pub(super) fn take_over(&mut self, kept: &[Option<Ix>], next: &[Vec<At<WindowId>>]) {
        let mut follows = vec![Vec::new(); self.rota.windows.len()];
        for (ix, next) in kept.iter().zip(next).filter_map(|(ix, next)| Some(((*ix)?, next))) {
            for (id, to) in next.iter().filter_map(|id| Some((id, self.window_names.find(id)?))) {
                if to == ix {
                    self.faults.add(
                        &id.place,
                        "a window cannot take over from itself",
                        "name another window",
                    );
                } else {
                    follows[ix].push(to);
                }
            }
        }
        for ix in 0..self.rota.windows.len() {
            let mut order = vec![ix];
            visit(ix, &follows, &mut order);
            for &sibling in &self.rota.groups[self.rota.windows[ix].group_ix].windows {
                if !order.contains(&sibling) {
                    order.push(sibling);
                }
            }
            self.rota.windows[ix].takeover = order.split_off(1);
        }
    }
}

/// A line for agencies is kept from the public unless the file says otherwise.
fn public(raw: RawPublic, numbers: &[CalledNumber], priority: bool) -> Option<PublicWindow> {
    Some(PublicWindow {
        listed: raw.listed.unwrap_or(!priority),
        number: raw.number.or_else(|| PublicNumber::of(numbers))?,
        name_en: raw.name_en,
        place: raw.place,
        place_en: raw.place_en,
        hours: raw.hours,
        hours_en: raw.hours_en,
        url: raw.url,
    })
}

/// Depth first, each once.
fn visit(from: Ix, follows: &[Vec<Ix>], order: &mut Vec<Ix>) {
    for &next in &follows[from] {
        if !order.contains(&next) {
            order.push(next);
            visit(next, follows, order);
        }
    }
}
