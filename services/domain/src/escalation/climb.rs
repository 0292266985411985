//! From rung to rung: who is paged next, and when there is nothing to wait for.

use super::{
    Channel, Effect, Escalation, EscalationAlarm, Happened, Page, PageNumber, PageState, Person, State,
};
use crate::ids::StaffId;
use crate::time::Instant;

impl Escalation {
    /// The rung's patience is over since `since`.
    pub(super) fn climb_on(&mut self, since: Instant, now: Instant, effects: &mut Vec<Effect>) {
        self.climb_from(self.rung + 1, since, now, effects);
    }

    /// Pages the first rung from here on that has anybody; those before it cost nothing but an alarm.
    pub(super) fn climb_from(
        &mut self,
        first: usize,
        since: Instant,
        now: Instant,
        effects: &mut Vec<Effect>,
    ) {
        for rung in first..self.ladder.rungs.len() {
            if self.page_rung(rung, since, effects) {
                return;
            }
        }
        self.begin_anew(now, effects);
    }

    /// From the top again, and everybody who stands behind the ladder is told.
    fn begin_anew(&mut self, now: Instant, effects: &mut Vec<Effect>) {
        effects.push(Effect::Record(Happened::Exhausted { round: self.round }));
        if self.pace.rounds.is_some_and(|rounds| self.round + 1 >= rounds) {
            effects.push(Effect::Record(Happened::Unreached));
            self.state = State::Unreached;
            return self.call_off(effects);
        }
        effects.push(Effect::Alarm(EscalationAlarm::Exhausted));
        self.round += 1;
        for person in self.ladder.backstop.clone() {
            self.page_person(&person, None, now, effects);
        }
        for rung in 0..self.ladder.rungs.len() {
            if self.page_rung(rung, now, effects) {
                return;
            }
        }
        // Nobody at all: the next round begins after the first rung's patience.
        self.rung = self.ladder.rungs.len();
        self.next_rung = now + self.pace.patience(0);
    }

    /// False when nobody on it can be paged.
    fn page_rung(&mut self, rung: usize, since: Instant, effects: &mut Vec<Effect>) -> bool {
        let Some(here) = self.ladder.rungs.get(rung).cloned() else { return false };
        if here.people.is_empty() {
            effects.push(Effect::Record(Happened::RungEmpty { rung }));
            effects.push(Effect::Alarm(EscalationAlarm::RungEmpty));
            return false;
        }
        self.rung = rung;
        self.next_rung = since + here.patience.unwrap_or_else(|| self.pace.patience(rung));
        effects.push(Effect::Record(Happened::RungReached { round: self.round, rung }));
        let mut anyone = false;
        for person in &here.people {
            anyone |= self.page_person(person, Some(rung), since, effects);
        }
        anyone
    }

    /// False when they have no contact point that works.
    fn page_person(
        &mut self,
        person: &Person,
        rung: Option<usize>,
        since: Instant,
        effects: &mut Vec<Effect>,
    ) -> bool {
        if person.ways.is_empty() {
            effects.push(Effect::Record(Happened::NoContact { staff: person.staff.clone() }));
            effects.push(Effect::Alarm(EscalationAlarm::NoContact));
        }
        for way in &person.ways {
            // What rings or is about to need not be owed twice; it counts for this rung now.
            if let Some(open) = self.open_page(&person.staff, way.contact) {
                (self.pages[open].round, self.pages[open].rung) = (self.round, rung);
                continue;
            }
            let due = self.not_before(&person.staff, way.contact).map_or(since, |again| again.max(since));
            effects.push(Effect::Owe { page: self.pages.len() });
            self.pages.push(Page {
                round: self.round,
                rung,
                staff: person.staff.clone(),
                channel: way.channel,
                contact: way.contact,
                due: due + way.after,
                state: PageState::Owed,
            });
        }
        !person.ways.is_empty()
    }

    fn open_page(&self, staff: &StaffId, contact: usize) -> Option<PageNumber> {
        let is_it = |page: &Page| page.staff == *staff && page.contact == contact && page.state.is_open();
        self.pages.iter().position(is_it)
    }

    /// A person is not paged by one contact point more often than this, unless the priority rose since.
    fn not_before(&self, staff: &StaffId, contact: usize) -> Option<Instant> {
        let went_out = |page: &&Page| match page.state {
            PageState::Owed | PageState::Cancelled => false,
            PageState::Out
            | PageState::Delivered
            | PageState::Unanswered
            | PageState::Failed
            | PageState::Declined
            | PageState::Accepted => page.staff == *staff && page.contact == contact,
        };
        let last = self.pages.iter().rev().find(went_out)?;
        match self.raised {
            Some(raised) if last.due <= raised => None,
            Some(_) | None => Some(last.due + self.pace.same_way_again),
        }
    }

    /// The person's next way need not wait for its delay.
    pub(super) fn hasten_next_way(&mut self, ended: PageNumber, now: Instant, effects: &mut Vec<Effect>) {
        let Some(staff) = self.pages.get(ended).map(|page| page.staff.clone()) else { return };
        let waits = |page: &Page| page.staff == staff && page.state == PageState::Owed && page.due > now;
        let Some(next) = self.pages.iter().position(waits) else { return };
        let earliest = self.not_before(&staff, self.pages[next].contact).map_or(now, |again| again.max(now));
        if earliest < self.pages[next].due {
            self.pages[next].due = earliest;
            effects.push(Effect::Hasten { page: next });
        }
    }

    /// Nobody on this rung can still say yes by telephone: the next one is paged at once.
    pub(super) fn climb_if_spent(&mut self, now: Instant, effects: &mut Vec<Effect>) {
        let Some(here) = self.ladder.rungs.get(self.rung) else { return };
        if self.state == State::Climbing && here.people.iter().all(|person| self.is_spent(&person.staff)) {
            self.climb_on(now, now, effects);
        }
    }

    /// They said no, or no telephone of theirs could be reached. Silence is not spent: it is waited
    /// for. Mail alone makes nobody reachable, so it holds nothing up when a telephone has failed.
    fn is_spent(&self, staff: &StaffId) -> bool {
        let asked = self
            .pages
            .iter()
            .filter(|page| page.staff == *staff && page.round == self.round && page.rung == Some(self.rung));
        let (mut voice, mut quiet) = (Vec::new(), Vec::new());
        for page in asked {
            match page.channel {
                Channel::Voice => voice.push(page.state),
                Channel::Mail | Channel::Webhook => quiet.push(page.state),
            }
        }
        let declined = voice.iter().chain(&quiet).any(|state| *state == PageState::Declined);
        let decisive = if voice.is_empty() { quiet } else { voice };
        declined || decisive.iter().all(|state| matches!(state, PageState::Failed | PageState::Cancelled))
    }
}
