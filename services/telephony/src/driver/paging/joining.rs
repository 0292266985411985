//! A doctor has said yes: into the call, or to the counsellor when it is over.
//!
//! Escalation is asked who has it, but a willing doctor is never left outside
//! because it does not answer: it is told afterwards.

use std::time::Duration;

use domain::call::Unjoinable;
use domain::ids::{CallId, DeskId, LegId};
use domain::ledger::{AnsweredBy, Step};
use domain::time::Instant;
use proto::escalation::v1::Acceptance;
use tokio::time::timeout;
use tracing::{info, warn};

use super::menu::{Event, FAREWELL, called_off};
use super::page_task::{PageTask, shown_as};
use super::report::{Report, acceptance};
use crate::edge::{Cause, Ring, Target};
use crate::ledger::calls::Calls;
use crate::media::page_words::Word;

/// Between two attempts to get to a caller who is being rung back.
const AGAIN: Duration = Duration::from_secs(1);
/// The ledger may be read for so long while a doctor listens to us.
const LOOK: Duration = Duration::from_secs(2);

impl PageTask {
    pub(super) async fn accepted(mut self) {
        match self.who_has_it().await {
            Acceptance::Accepted => {}
            Acceptance::TakenOver => return self.parts(Word::TakenOver).await,
            Acceptance::Withdrawn => return self.parts(Word::Withdrawn).await,
            Acceptance::Unspecified => self.reporter.say(Report::Accept),
        }
        match self.page.call {
            Some(call) if !self.page.drill => self.joins(call).await,
            Some(_) | None => self.parts(Word::DrillThanks).await,
        }
    }

    /// Unspecified when escalation does not say in time.
    async fn who_has_it(&mut self) -> Acceptance {
        let (clock, limit) = (self.deps.clock.clone(), self.deps.settings.paging.accept_within);
        let late = clock.now() + limit;
        tokio::select! {
            answer = self.escalation.accept_page(acceptance(&self.page)) => match answer {
                Ok(answer) => answer.into_inner().acceptance(),
                Err(status) => {
                    warn!(code = ?status.code(), "escalation did not take a yes; the doctor joins all the same");
                    Acceptance::Unspecified
                }
            },
            () = clock.sleep_until(late) => {
                warn!("escalation is slow to take a yes; the doctor joins all the same");
                Acceptance::Unspecified
            }
        }
    }

    async fn joins(mut self, call: CallId) {
        self.say(Word::Connecting);
        let until = self.deps.clock.now() + self.deps.settings.paging.join_within;
        loop {
            let joined = self.deps.switchboard.join(call, self.page.staff.clone(), self.leg).await;
            match joined {
                Ok(()) => return self.hands_over().await,
                Err(Unjoinable::Taken) => return self.parts(Word::TakenOver).await,
                Err(Unjoinable::Ended) => return self.meets_the_counsellor(call).await,
                Err(Unjoinable::NotYet) if self.deps.clock.now() >= until => {
                    return self.meets_the_counsellor(call).await;
                }
                Err(Unjoinable::NotYet) => {
                    if !self.waits_on().await {
                        return;
                    }
                }
            }
        }
    }

    /// The leg is the call's now. What we still hear of it was meant for the call.
    async fn hands_over(mut self) {
        info!("a doctor is in the call");
        self.reporter.say(Report::Act("joined"));
        let switchboard = &self.deps.switchboard;
        // Ours is the last sender but for those that are in use at this moment.
        drop(self.to_self);
        while let Some(heard) = self.inbox.recv().await {
            switchboard.tell(self.leg, heard);
        }
    }

    /// False when the doctor is gone.
    async fn waits_on(&mut self) -> bool {
        let again = self.deps.clock.now() + AGAIN;
        loop {
            match self.next(Some(again)).await.1 {
                Event::Ended(_) => {
                    self.deps.switchboard.forget(self.leg);
                    return false;
                }
                Event::Wake => return true,
                Event::Rings | Event::Lifted | Event::Key(_) | Event::Said | Event::CalledOff { .. } => {}
            }
        }
    }

    async fn meets_the_counsellor(self, call: CallId) {
        self.say(Word::CallEnded);
        let Some((desk, target)) = self.who_answered(call).await else {
            return self.parts(Word::CounsellorAway).await;
        };
        let (room, other) = (CallId(self.page.id.0), self.deps.ids.leg());
        self.deps.desks.take(&desk, room);
        self.deps.switchboard.expect(other, self.to_self.clone());
        self.deps.edge.ring(Ring {
            leg: other,
            target,
            shown_as: shown_as(&self.deps, &self.page),
            limit: self.deps.settings.paging.desk_rings,
            answer_by_itself: false,
        });
        self.talks(other, room).await;
    }

    /// Until one of the two hangs up.
    async fn talks(mut self, other: LegId, room: CallId) {
        let mut talking = false;
        loop {
            match self.next(None).await {
                (leg, Event::Lifted) if leg == other => {
                    self.deps.edge.join(other, room);
                    self.deps.edge.join(self.leg, room);
                    self.reporter.say(Report::Act("called_back"));
                    talking = true;
                }
                (leg, Event::Ended(_)) => {
                    self.deps.desks.give_back_all(room);
                    self.deps.switchboard.forget(other);
                    if leg == other && !talking {
                        return self.parts(Word::CounsellorAway).await;
                    }
                    self.hang_up(if leg == other { self.leg } else { other });
                    self.deps.switchboard.forget(self.leg);
                    return;
                }
                (leg, Event::CalledOff { taken_over }) if leg == self.leg && !talking => {
                    self.hang_up(other);
                    self.deps.switchboard.forget(other);
                    self.deps.desks.give_back_all(room);
                    return self.parts(called_off(taken_over)).await;
                }
                (
                    _,
                    Event::Rings
                    | Event::Lifted
                    | Event::Key(_)
                    | Event::Said
                    | Event::Wake
                    | Event::CalledOff { .. },
                ) => {}
            }
        }
    }

    /// The desk that answered the call last, and where it rings.
    async fn who_answered(&self, call: CallId) -> Option<(DeskId, Target)> {
        let calls = Calls::of(self.page.operator.clone(), self.deps.db.clone(), self.deps.sealer.clone());
        let entries = timeout(LOOK, calls.entries(call)).await.ok()?.ok()?;
        let desk = entries.into_iter().rev().find_map(|entry| has_it(entry.step))?;
        let plan = self.deps.plan.borrow();
        let listed = plan.windows.iter().flat_map(|window| &window.ring_list).find(|one| one.desk == desk);
        let target = listed.map_or_else(|| Target::Desk(desk.clone()), |one| one.target.clone());
        Some((desk, target))
    }

    /// Says it, and lets go.
    async fn parts(mut self, word: Word) {
        self.say(word);
        let until: Instant = self.deps.clock.now() + FAREWELL;
        loop {
            match self.next(Some(until)).await {
                (leg, Event::Said | Event::Wake) if leg == self.leg => break,
                (leg, Event::Ended(_)) if leg == self.leg => break,
                (
                    _,
                    Event::Rings
                    | Event::Lifted
                    | Event::Key(_)
                    | Event::Said
                    | Event::Wake
                    | Event::CalledOff { .. }
                    | Event::Ended(_),
                ) => {}
            }
        }
        self.hang_up(self.leg);
        self.deps.switchboard.forget(self.leg);
    }

    fn say(&self, word: Word) {
        self.play(self.deps.page_words.say(word, self.page.language));
    }

    fn hang_up(&self, leg: LegId) {
        self.deps.edge.hang_up(leg, Cause::Released);
    }
}

/// The desk that has the call from this step on.
fn has_it(step: Step) -> Option<DeskId> {
    if let Step::Answered { by: AnsweredBy::Desk(desk), .. }
    | Step::Transferred { desk, .. }
    | Step::TakenOver { desk, .. } = step
    {
        Some(desk)
    } else {
        None
    }
}
