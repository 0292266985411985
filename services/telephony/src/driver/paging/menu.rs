//! What somebody who lifts a paged telephone hears, and what a key does.
//!
//! Only a human presses keys: a voicemail that lifts and talks never accepts.

use std::time::Duration;

use domain::time::Instant;

use super::PagingSettings;
use crate::edge::Cause;
use crate::media::page_words::Word;

/// The longest farewell.
pub(super) const FAREWELL: Duration = Duration::from_secs(10);

#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
    Rings,
    Lifted,
    Key(char),
    /// What was played is over.
    Said,
    Wake,
    CalledOff {
        taken_over: bool,
    },
    Ended(Cause),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum News {
    Ringing,
    Unanswered(&'static str),
    Failed(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    Report(News),
    Intro,
    Reasons,
    /// A human said yes: the menu is over, the leg goes on.
    Accept,
    Decline,
    Say(Word),
    HangUp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Rings,
    Tells {
        until: Instant,
        /// None while something is played.
        again: Option<Instant>,
        told: u32,
    },
    Parts {
        until: Instant,
    },
    Accepted,
    Over,
}

#[derive(Clone, Debug)]
pub(super) struct Menu {
    state: State,
    settings: PagingSettings,
}

impl Menu {
    pub(super) fn new(settings: PagingSettings) -> Self {
        Self { state: State::Rings, settings }
    }

    pub(super) fn is_accepted(&self) -> bool {
        self.state == State::Accepted
    }

    pub(super) fn is_over(&self) -> bool {
        self.state == State::Over
    }

    /// When it is to be woken.
    pub(super) fn deadline(&self) -> Option<Instant> {
        match self.state {
            State::Tells { until, again, .. } => Some(again.map_or(until, |again| again.min(until))),
            State::Parts { until } => Some(until),
            State::Rings | State::Accepted | State::Over => None,
        }
    }

    pub(super) fn hear(&mut self, event: Event, now: Instant) -> Vec<Effect> {
        match self.state {
            State::Rings => self.while_it_rings(event, now),
            State::Tells { .. } => self.while_told(event, now),
            State::Parts { until } => self.while_parting(event, until, now),
            State::Accepted | State::Over => Vec::new(),
        }
    }

    fn while_it_rings(&mut self, event: Event, now: Instant) -> Vec<Effect> {
        match event {
            Event::Rings => vec![Effect::Report(News::Ringing)],
            Event::Lifted => {
                self.tells(1, now + self.settings.no_key);
                vec![Effect::Intro]
            }
            Event::Ended(cause) => {
                self.state = State::Over;
                vec![Effect::Report(not_lifted(cause))]
            }
            Event::CalledOff { .. } => {
                self.state = State::Over;
                vec![Effect::HangUp]
            }
            Event::Key(_) | Event::Said | Event::Wake => Vec::new(),
        }
    }

    fn while_told(&mut self, event: Event, now: Instant) -> Vec<Effect> {
        let State::Tells { until, told, again } = self.state else { return Vec::new() };
        match event {
            Event::Key(key) => self.pressed(key, until, now),
            Event::Said => {
                self.state = State::Tells { until, told, again: Some(now + self.settings.pause) };
                Vec::new()
            }
            Event::Wake if now >= until => self.nobody_there(),
            Event::Wake if again.is_some_and(|again| now >= again) => match told < self.settings.repeats {
                true => {
                    self.tells(told + 1, until);
                    vec![Effect::Intro]
                }
                false => self.nobody_there(),
            },
            Event::CalledOff { taken_over } => self.parts(called_off(taken_over), now),
            Event::Ended(_) => {
                self.state = State::Over;
                vec![Effect::Report(News::Unanswered("hung_up"))]
            }
            Event::Rings | Event::Lifted | Event::Wake => Vec::new(),
        }
    }

    /// A wrong key proves nobody's understanding, so it buys no time.
    fn pressed(&mut self, key: char, until: Instant, now: Instant) -> Vec<Effect> {
        let renewed = now + self.settings.no_key;
        match key {
            '1' => {
                self.state = State::Accepted;
                vec![Effect::Accept]
            }
            '2' => {
                let mut effects = vec![Effect::Decline];
                effects.extend(self.parts(Word::Declined, now));
                effects
            }
            '9' => {
                self.tells(1, renewed);
                vec![Effect::Reasons]
            }
            '3' => {
                self.tells(1, renewed);
                vec![Effect::Intro]
            }
            _ => {
                self.tells(1, until);
                vec![Effect::Intro]
            }
        }
    }

    fn while_parting(&mut self, event: Event, until: Instant, now: Instant) -> Vec<Effect> {
        match event {
            Event::Said => self.lets_go(),
            Event::Wake if now >= until => self.lets_go(),
            Event::Ended(_) => {
                self.state = State::Over;
                Vec::new()
            }
            Event::Wake | Event::Rings | Event::Lifted | Event::Key(_) | Event::CalledOff { .. } => {
                Vec::new()
            }
        }
    }

    fn tells(&mut self, told: u32, until: Instant) {
        self.state = State::Tells { until, again: None, told };
    }

    fn parts(&mut self, word: Word, now: Instant) -> Vec<Effect> {
        self.state = State::Parts { until: now + FAREWELL };
        vec![Effect::Say(word)]
    }

    fn nobody_there(&mut self) -> Vec<Effect> {
        self.state = State::Over;
        vec![Effect::HangUp, Effect::Report(News::Unanswered("no_key"))]
    }

    fn lets_go(&mut self) -> Vec<Effect> {
        self.state = State::Over;
        vec![Effect::HangUp]
    }
}

pub(super) fn called_off(taken_over: bool) -> Word {
    if taken_over { Word::TakenOver } else { Word::Withdrawn }
}

/// A human must press a key to decline: a telephone that refuses by itself has not been answered.
fn not_lifted(cause: Cause) -> News {
    match cause {
        Cause::Busy => News::Failed("busy"),
        Cause::Unreachable => News::Failed("unreachable"),
        Cause::Failed | Cause::Dead | Cause::Released => News::Failed("failed"),
        Cause::NoAnswer | Cause::HungUp => News::Unanswered("no_answer"),
        Cause::Declined => News::Unanswered("rejected"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::EPOCH;

    fn lifted() -> Menu {
        let mut menu = Menu::new(PagingSettings::default());
        assert_eq!(menu.hear(Event::Rings, NOW), [Effect::Report(News::Ringing)]);
        assert_eq!(menu.hear(Event::Lifted, NOW), [Effect::Intro]);
        menu
    }

    #[test]
    fn a_voicemail_that_talks_is_let_go_after_a_minute_at_most() {
        let mut menu = lifted();

        assert_eq!(menu.hear(Event::Wake, NOW + Duration::from_secs(59)), []);
        let effects = menu.hear(Event::Wake, NOW + Duration::from_secs(60));

        assert_eq!(effects, [Effect::HangUp, Effect::Report(News::Unanswered("no_key"))]);
        assert!(menu.is_over());
    }

    #[test]
    fn it_is_told_four_times_and_no_more() {
        let mut menu = lifted();
        let mut told = 1;
        let mut now = NOW;
        loop {
            menu.hear(Event::Said, now);
            now = now + Duration::from_secs(2);
            match menu.hear(Event::Wake, now).as_slice() {
                [Effect::Intro] => told += 1,
                _ => break,
            }
        }

        assert_eq!((told, menu.is_over()), (4, true));
    }

    #[test]
    fn a_wrong_key_repeats_and_buys_no_time() {
        let mut menu = lifted();
        let later = NOW + Duration::from_secs(50);

        assert_eq!(menu.hear(Event::Key('7'), later), [Effect::Intro]);

        assert_eq!(menu.deadline(), Some(NOW + Duration::from_secs(60)));
    }

    #[test]
    fn each_key_does_what_was_told() {
        let pressed = |key| lifted().hear(Event::Key(key), NOW);

        assert_eq!(pressed('1'), [Effect::Accept]);
        assert_eq!(pressed('2'), [Effect::Decline, Effect::Say(Word::Declined)]);
        assert_eq!(pressed('3'), [Effect::Intro]);
        assert_eq!(pressed('9'), [Effect::Reasons]);
    }

    #[test]
    fn a_key_before_anybody_lifted_means_nothing() {
        let mut menu = Menu::new(PagingSettings::default());

        assert_eq!(menu.hear(Event::Key('1'), NOW), []);
        assert!(!menu.is_accepted());
    }

    #[test]
    fn a_refusing_telephone_is_not_a_refusing_doctor() {
        let ended = |cause| Menu::new(PagingSettings::default()).hear(Event::Ended(cause), NOW);

        assert_eq!(ended(Cause::Declined), [Effect::Report(News::Unanswered("rejected"))]);
        assert_eq!(ended(Cause::Busy), [Effect::Report(News::Failed("busy"))]);
    }

    #[test]
    fn who_is_on_the_line_when_it_is_called_off_is_told_why() {
        let mut menu = lifted();

        assert_eq!(menu.hear(Event::CalledOff { taken_over: true }, NOW), [Effect::Say(Word::TakenOver)]);
        assert_eq!(menu.hear(Event::Key('1'), NOW), []);
        assert_eq!(menu.hear(Event::Said, NOW), [Effect::HangUp]);
    }
}
