//! How long a caller waits before the next thing is done for them.
//!
//! The defaults are the budgets of design.md 8; each is a setting.

use std::time::Duration;

use crate::time::Instant;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// If no telephone rings within this, the caller is greeted meanwhile.
    pub greeting: Duration,
    /// If no human is there by now: an announcement, and a wider circle.
    pub announcement: Duration,
    /// Then the widest circle, the next window's desks among them.
    pub next_window: Duration,
    /// Then the supervisor is told.
    pub supervisor: Duration,
    /// Then the fallback number is rung and a call-back promised.
    pub fallback: Duration,
    /// A fallback number that failed is rung again after this.
    pub fallback_again: Duration,
    /// Routing that did not answer is asked again after this, if no telephone rings meanwhile.
    pub ask_again: Duration,
    /// Callers who gave up sooner than this are owed no call-back.
    pub owed_after: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let secs = Duration::from_secs;
        Self {
            greeting: secs(3),
            announcement: secs(20),
            next_window: secs(60),
            supervisor: secs(120),
            fallback: secs(180),
            fallback_again: secs(60),
            ask_again: secs(2),
            owed_after: Duration::ZERO,
        }
    }
}

/// Why a call wakes: a log can say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    Greeting,
    Announcement,
    NextWindow,
    Supervisor,
    Fallback,
    AskAgain,
    /// Nobody has accepted on the screen of a desk: its phone is rung.
    Screen,
}

/// What is still to come, each kind at most once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agenda(Vec<(Instant, Due)>);

impl Agenda {
    pub fn of_a_caller(patience: &Patience, since: Instant) -> Self {
        let mut agenda = Self::default();
        agenda.set(Due::Greeting, since + patience.greeting);
        agenda.set(Due::Announcement, since + patience.announcement);
        agenda.set(Due::Supervisor, since + patience.supervisor);
        agenda.set(Due::NextWindow, since + patience.next_window);
        agenda.set(Due::Fallback, since + patience.fallback);
        agenda
    }

    /// Nobody is on the line yet, so there is nobody to speak to.
    pub fn of_a_call_back(patience: &Patience, since: Instant) -> Self {
        let mut agenda = Self::default();
        agenda.set(Due::NextWindow, since + patience.next_window);
        agenda
    }

    pub fn set(&mut self, due: Due, at: Instant) {
        self.drop(due);
        self.0.push((at, due));
        self.0.sort_by_key(|(at, _)| *at);
    }

    pub fn drop(&mut self, due: Due) {
        self.0.retain(|(_, other)| *other != due);
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn next(&self) -> Option<(Instant, Due)> {
        self.0.first().copied()
    }

    pub fn take_due(&mut self, now: Instant) -> Option<Due> {
        match self.0.first() {
            Some((at, _)) if *at <= now => Some(self.0.remove(0).1),
            Some(_) | None => None,
        }
    }
}
