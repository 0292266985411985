//! One page: the telephone rings, the menu is told, a human says yes or no.

use std::sync::Arc;

use domain::ids::LegId;
use domain::time::Instant;
use proto::escalation::v1::escalation_service_client::EscalationServiceClient;
use shell::call_trace;
use shell::grpc::Route;
use tokio::sync::{mpsc, watch};
use tracing::{Instrument, info};

use super::menu::{Effect, Event, Menu};
use super::page::Page;
use super::paged::Off;
use super::report::{Report, Reporter};
use crate::driver::Deps;
use crate::driver::call_task::{Heard, INBOX};
use crate::edge::{Cause, IncomingCall, Repeat, Ring};
use crate::media::clip::Clip;
use crate::media::page_words::Word;

pub(super) struct PageTask {
    pub deps: Arc<Deps>,
    pub escalation: EscalationServiceClient<Route>,
    pub page: Arc<Page>,
    pub leg: LegId,
    pub inbox: mpsc::Receiver<Heard>,
    pub to_self: mpsc::Sender<Heard>,
    pub off: watch::Receiver<Option<Off>>,
    /// It was heard already that the page is not needed any more.
    pub is_off: bool,
    /// We rang: what becomes of the ringing is the page's. Who rings back is beside it.
    pub we_rang: bool,
    pub reporter: Reporter,
}

/// Rings for this page, unless it is being rung already.
pub(super) fn rings(deps: &Arc<Deps>, escalation: &EscalationServiceClient<Route>, page: Arc<Page>) {
    let now = deps.clock.now();
    let until = now + deps.settings.paging.ring_back_for;
    let Some(off) = deps.switchboard.paged.begins(&page, until, now) else { return };
    let (to_self, inbox) = mpsc::channel(INBOX);
    let leg = deps.ids.leg();
    deps.switchboard.expect(leg, to_self.clone());
    info!(page = %page.id, escalation = %page.escalation, "a telephone is rung for a page");
    deps.edge.ring(ring(deps, &page, leg));
    let task = PageTask::new(deps, escalation, page, leg, (to_self, inbox), off, true);
    tokio::spawn(task.run());
}

fn ring(deps: &Deps, page: &Page, leg: LegId) -> Ring {
    let shown_as = shown_as(deps, page);
    Ring { leg, target: page.target.clone(), shown_as, limit: page.ring_for, answer_by_itself: false }
}

/// The window's name: a telephone that rings for a page shows nothing of the caller.
pub(super) fn shown_as(deps: &Deps, page: &Page) -> String {
    deps.plan.borrow().window(&page.window).map(|window| window.name.clone()).unwrap_or_default()
}

/// Somebody whom we paged rings the line: they get their page at once, and not the queue. Gives the
/// inbox back when it is anybody else.
pub(in crate::driver) fn rings_back(
    deps: &Arc<Deps>,
    incoming: &IncomingCall,
    to_self: &mpsc::Sender<Heard>,
    inbox: mpsc::Receiver<Heard>,
) -> Option<mpsc::Receiver<Heard>> {
    let Some(escalation) = &deps.escalation else { return Some(inbox) };
    let now = deps.clock.now();
    let Some((page, off)) = deps.switchboard.paged.rings_back(incoming, &deps.sealer, now) else {
        return Some(inbox);
    };
    info!(page = %page.id, "who was paged rings back");
    let line = (to_self.clone(), inbox);
    let task = PageTask::new(deps, escalation, page, incoming.leg, line, off, false);
    deps.edge.answer(incoming.leg);
    tokio::spawn(task.run());
    None
}

impl PageTask {
    fn new(
        deps: &Arc<Deps>,
        escalation: &EscalationServiceClient<Route>,
        page: Arc<Page>,
        leg: LegId,
        (to_self, inbox): (mpsc::Sender<Heard>, mpsc::Receiver<Heard>),
        off: watch::Receiver<Option<Off>>,
        we_rang: bool,
    ) -> Self {
        let (owner, clock) = (Arc::clone(&deps.owner), deps.clock.clone());
        let reporter = Reporter::start(Arc::clone(&page), escalation.clone(), owner, clock);
        let (deps, escalation) = (Arc::clone(deps), escalation.clone());
        Self { deps, escalation, page, leg, inbox, to_self, off, is_off: false, we_rang, reporter }
    }

    async fn run(self) {
        let (deps, page, call, we_rang) =
            (Arc::clone(&self.deps), self.page.id, self.page.call, self.we_rang);
        let span = tracing::info_span!("page", %page);
        let span = call_trace::joins(span, call);
        self.goes_on().instrument(span).await;
        if we_rang {
            deps.switchboard.paged.ended(page);
        }
    }

    async fn goes_on(mut self) {
        let mut menu = Menu::new(self.deps.settings.paging.clone());
        while !menu.is_over() {
            let (leg, event) = self.next(menu.deadline()).await;
            if leg != self.leg {
                continue;
            }
            for effect in menu.hear(event, self.deps.clock.now()) {
                self.carry_out(effect);
            }
            if menu.is_accepted() {
                return self.accepted().await;
            }
        }
        self.deps.switchboard.forget(self.leg);
    }

    /// What happens next, on which leg.
    pub(super) async fn next(&mut self, deadline: Option<Instant>) -> (LegId, Event) {
        loop {
            let clock = self.deps.clock.clone();
            tokio::select! {
                Some(heard) = self.inbox.recv() => {
                    if let Some(event) = understood(heard) {
                        return event;
                    }
                }
                off = called_off(&mut self.off), if !self.is_off => {
                    self.is_off = true;
                    return (self.leg, Event::CalledOff { taken_over: off.taken_over });
                }
                () = clock.sleep_until_some(deadline) => return (self.leg, Event::Wake),
            }
        }
    }

    fn carry_out(&self, effect: Effect) {
        let (page, words) = (&self.page, &self.deps.page_words);
        match effect {
            Effect::Report(news) if self.we_rang => self.reporter.say(Report::News(news)),
            Effect::Report(_) | Effect::Accept => {}
            Effect::Intro if page.drill => self.play(words.say(Word::Drill, page.language)),
            Effect::Intro => self.play(words.intro(page.priority, page.language)),
            Effect::Reasons => {
                self.play(words.reasons(&page.reasons, page.triage, page.age, page.language));
            }
            Effect::Decline => self.reporter.say(Report::Decline),
            Effect::Say(word) => self.play(words.say(word, page.language)),
            Effect::HangUp => self.deps.edge.hang_up(self.leg, Cause::Released),
        }
    }

    pub(super) fn play(&self, clip: Clip) {
        self.deps.edge.play(self.leg, clip, Repeat::Once);
    }
}

/// Waits for ever when nobody can call it off any more.
async fn called_off(off: &mut watch::Receiver<Option<Off>>) -> Off {
    if let Ok(told) = off.wait_for(Option::is_some).await
        && let Some(off) = *told
    {
        return off;
    }
    std::future::pending().await
}

fn understood(heard: Heard) -> Option<(LegId, Event)> {
    match heard {
        Heard::Ringing(leg) => Some((leg, Event::Rings)),
        Heard::Answered(leg) => Some((leg, Event::Lifted)),
        Heard::Ended(leg, cause) => Some((leg, Event::Ended(cause))),
        Heard::Said(leg) => Some((leg, Event::Said)),
        Heard::Digit(leg, key) => Some((leg, Event::Key(key))),
        Heard::Held(..)
        | Heard::Routing(_)
        | Heard::DoctorJoins { .. }
        | Heard::Consult { .. }
        | Heard::Act { .. }
        | Heard::Cut => None,
    }
}
