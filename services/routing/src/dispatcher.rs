//! The dispatcher: one worker that decides every offer of this replica.
//!
//! It wakes for a request, a nudge from another replica, a stream that was let
//! go, a new rota, or the next deadline of a desk, a lease or the rota; it takes
//! all that has come meanwhile together, decides in memory, stores what changed
//! in one transaction and only then says what it did. A desk that another
//! replica changed first is read again and the round is done again. While the
//! store is away it refuses at once and tries the store beside it.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use domain::invariant::each_call_has_one_desk;
use domain::time::Instant;
use on_call_rota::Rota;
use shell::clock::Clock;
use shell::ids::Ids;
use shell::shutdown::Shutdown;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::time::{Instant as Monotonic, timeout, timeout_at};

use crate::board::{Board, Changes, Claim, DeskKey, Swap};
use crate::circles::Circles;
use crate::config::Settings;
use crate::deliver::Delivery;
use crate::doubt::doubts;
use crate::error::RoutingError;
use crate::gauges;
use crate::nudges::Nudges;
use crate::plan::{Calendar, Plan};
use crate::request::{Answer, Request};
use crate::round::{Round, Seekers};
use crate::store::Store;
use crate::turn::KeptForOthers;
use crate::view::{Knowledge, View};

/// Requests that are taken together at most.
const ROUND_MOST: usize = 64;
/// Rounds in a row that other replicas may spoil before a request is refused.
const TRIES: usize = 8;
/// A store that is away is tried this often, and given this long.
const PROBE_PAUSE: Duration = Duration::from_millis(250);
const PROBE_LIMIT: Duration = Duration::from_secs(2);

/// A request with the place for its answer.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) request: Request,
    pub(crate) reply: oneshot::Sender<Result<Answer, RoutingError>>,
}

/// What wakes the dispatcher and where it shows what it knows.
pub(crate) struct Ends {
    pub(crate) inbox: mpsc::Receiver<Asked>,
    pub(crate) let_go: Arc<Notify>,
    pub(crate) nudges: Nudges,
    pub(crate) rota: watch::Receiver<Arc<Rota>>,
    pub(crate) view: watch::Sender<Arc<View>>,
    pub(crate) shutdown: Shutdown,
}

type Probe = Pin<Box<dyn Future<Output = Option<Board>> + Send>>;

enum StoreState {
    Here,
    /// Being tried again.
    Away(Probe),
}

pub(crate) struct Dispatcher {
    settings: Settings,
    circles: Circles,
    store: Store,
    clock: Clock,
    ids: Ids,
    calendar: Calendar,
    plan: Arc<Plan>,
    board: Arc<Board>,
    knowledge: Knowledge,
    state: StoreState,
    seekers: Seekers,
    kept: KeptForOthers,
    /// The board is known to be older than the store.
    stale: bool,
    next_read: Instant,
    /// When the last round looked at everything: what was due later is still to come.
    looked: Instant,
}

/// How a round ended.
enum Outcome {
    Settled,
    /// Another replica was faster at some desk: what is left is to be done again.
    Again(Vec<Asked>),
}

impl Dispatcher {
    pub(crate) fn new(settings: Settings, store: Store, clock: Clock, ids: Ids, rota: Arc<Rota>) -> Self {
        let now = clock.now();
        let mut calendar = Calendar::new(rota, now);
        Self {
            circles: settings.rings(),
            plan: Arc::new(calendar.plan(now)),
            settings,
            store,
            clock,
            ids,
            calendar,
            board: Arc::default(),
            knowledge: Knowledge::RotaOnly,
            state: StoreState::Here,
            seekers: Seekers::new(),
            kept: KeptForOthers::default(),
            stale: true,
            next_read: now,
            looked: now,
        }
    }

    pub(crate) async fn run(mut self, mut ends: Ends) {
        loop {
            let mut asked = Vec::new();
            let mut probed = None;
            let wake = self.next_wake();
            tokio::select! {
                () = ends.shutdown.ended() => return,
                many = ends.inbox.recv_many(&mut asked, ROUND_MOST) => if many == 0 { return },
                () = ends.nudges.heard() => self.stale = true,
                () = ends.let_go.notified() => {}
                Ok(()) = ends.rota.changed() => self.take_rota(ends.rota.borrow_and_update().clone()),
                () = self.clock.sleep_until_some(wake) => {}
                found = probed_store(&mut self.state) => probed = Some(found),
            }
            if let Some(found) = probed {
                self.store_was_tried(found);
            }
            self.turn(asked, &ends).await;
        }
    }

    /// The first round, so that a start finds the desks known when the store is there.
    pub(crate) async fn begin(&mut self, ends: &Ends) {
        self.turn(Vec::new(), ends).await;
    }

    fn take_rota(&mut self, rota: Arc<Rota>) {
        let now = self.clock.now();
        self.calendar = Calendar::new(rota, now);
        self.plan = Arc::new(self.calendar.plan(now));
    }

    /// However it ends, what is known then is published before anybody is answered.
    async fn turn(&mut self, asked: Vec<Asked>, ends: &Ends) {
        let mut left = asked;
        for _ in 0..TRIES {
            let now = self.clock.now();
            if self.plan.until.is_some_and(|until| until <= now) {
                self.plan = Arc::new(self.calendar.plan(now));
            }
            if matches!(self.state, StoreState::Away(_)) {
                self.publish(ends);
                return self.refuse(left, || RoutingError::StoreAway);
            }
            match self.round(&mut left, now, ends).await {
                Ok(Outcome::Settled) => return,
                Ok(Outcome::Again(rest)) => left = rest,
                Err(error) => {
                    self.lose_store(&error);
                    self.publish(ends);
                    // Whether it will pass or is a bug of ours: telephony goes on by its ring list.
                    return self.refuse(left, || RoutingError::StoreAway);
                }
            }
        }
        self.refuse(left, || RoutingError::Contended);
    }

    async fn round(
        &mut self,
        asked: &mut Vec<Asked>,
        now: Instant,
        ends: &Ends,
    ) -> Result<Outcome, RoutingError> {
        let until = Monotonic::now() + self.settings.store_limit;
        if self.stale
            || self.next_read <= now
            || asked.iter().any(|one| doubts(&one.request, &self.board, &self.seekers, now))
        {
            self.read(now, until).await?;
        }
        let mut round =
            Round::new(Board::clone(&self.board), &mut self.seekers, &self.plan, &self.settings, now);
        round.wake();
        let answers: Vec<_> = asked.iter().map(|one| round.carry_out(&one.request)).collect();
        let mut draw = || self.ids.offer();
        self.looked = now;
        let tell_others = round.dispatch(&self.circles, &mut self.kept, &mut draw);
        debug_assert_eq!(each_call_has_one_desk(&round.all_desks()), Ok(()));
        let Round { board: next, ended, reported, nobody, .. } = round;
        let mut changes = self.board.changes_to(&next);
        changes.ended = ended;
        let lost = store_changes(&self.store, &changes, until).await?;
        if tell_others || !changes.is_empty() {
            ends.nudges.send();
        }
        self.board = Arc::new(next);
        self.take_back(&changes.desks, &lost);
        let delivery =
            Delivery { board: &self.board, plan: &self.plan, ring_for: self.settings.ring_for, now };
        delivery.tell(&mut self.seekers, &reported, nobody);
        self.publish(ends);
        Ok(self.answer(std::mem::take(asked), answers, &lost))
    }

    /// What another replica changed first is as it was seen until it is read again.
    fn take_back(&mut self, swaps: &[Swap], lost: &BTreeSet<DeskKey>) {
        if lost.is_empty() {
            return;
        }
        let board = Arc::make_mut(&mut self.board);
        for swap in swaps.iter().filter(|swap| lost.contains(&swap.key)) {
            match &swap.seen {
                Some(seen) => drop(board.desks.insert(swap.key.clone(), seen.clone())),
                None => drop(board.desks.remove(&swap.key)),
            }
        }
        self.stale = true;
        gauges::claims_lost(lost.len());
    }

    fn answer(
        &self,
        asked: Vec<Asked>,
        answers: Vec<(Result<Answer, RoutingError>, Vec<DeskKey>)>,
        lost: &BTreeSet<DeskKey>,
    ) -> Outcome {
        let mut rest = Vec::new();
        for (one, (answer, touched)) in asked.into_iter().zip(answers) {
            match touched.iter().any(|key| lost.contains(key)) {
                true => rest.push(one),
                // Nobody may be waiting for the answer any more.
                false => drop(one.reply.send(answer)),
            }
        }
        if lost.is_empty() { Outcome::Settled } else { Outcome::Again(rest) }
    }

    async fn read(&mut self, now: Instant, until: Monotonic) -> Result<(), RoutingError> {
        let board = timeout_at(until, self.store.read()).await;
        self.take_board(board.map_err(|_| RoutingError::StoreAway)?.map_err(RoutingError::Store)?, now);
        Ok(())
    }

    fn take_board(&mut self, board: Board, now: Instant) {
        self.seekers.retain(|_, seeker| seeker.keeps_place(&board, now));
        self.learn_refusals(&board, now);
        self.board = Arc::new(board);
        self.knowledge = Knowledge::Current;
        self.stale = false;
        self.next_read = now + self.settings.reread;
    }

    /// A claim for a call of ours that another replica gave back before its time: the desk was
    /// busy or declined, and was reported there.
    fn learn_refusals(&mut self, board: &Board, now: Instant) {
        for (call, claims) in self.board.claims() {
            let Some(seeker) = self.seekers.get_mut(&call) else { continue };
            let given_back = |claim: &Claim| {
                let desk = board.desks.get(&claim.key).map(|seat| &seat.desk);
                claim.until > now && desk.is_some_and(|desk| desk.is_free(now) && desk.staff == claim.staff)
            };
            let refused = claims.into_iter().filter(given_back);
            seeker.refused.extend(refused.map(|claim| claim.key.1));
        }
    }

    fn lose_store(&mut self, error: &RoutingError) {
        tracing::error!(error = error as &dyn std::error::Error, "routing lost its store");
        self.state = StoreState::Away(probe(self.store.clone()));
        if self.knowledge == Knowledge::Current {
            self.knowledge = Knowledge::Last;
        }
    }

    fn store_was_tried(&mut self, found: Option<Board>) {
        match found {
            Some(board) => {
                tracing::info!("routing has its store again");
                self.state = StoreState::Here;
                self.take_board(board, self.clock.now());
            }
            None => self.state = StoreState::Away(probe(self.store.clone())),
        }
    }

    fn refuse(&mut self, asked: Vec<Asked>, error: impl Fn() -> RoutingError) {
        for one in asked {
            if let Request::Seek(seek) = &one.request {
                // Its place was not stored; telephony goes on by its ring list.
                self.seekers.remove(&seek.call);
            }
            drop(one.reply.send(Err(error())));
        }
    }

    fn next_wake(&self) -> Option<Instant> {
        let calendar = self.plan.until;
        if matches!(self.state, StoreState::Away(_)) {
            return calendar;
        }
        let desks = self.board.desks.values().filter_map(|seat| seat.desk.deadline());
        let places = self.board.places.values().map(|place| match place.owner == self.settings.owner {
            true => place.renew_at(self.settings.waiting_lease),
            false => place.lease_until,
        });
        let kept = self.kept.next_end(self.looked, self.settings.keep_for_others);
        let read = if self.stale { self.looked } else { self.next_read };
        desks.chain(places).chain(kept).chain(calendar).chain([read]).min()
    }

    pub(crate) fn view(&self) -> View {
        View {
            plan: self.plan.clone(),
            board: self.board.clone(),
            circles: self.circles.count(),
            knowledge: self.knowledge,
            away: matches!(self.state, StoreState::Away(_)),
            now: self.clock.now(),
        }
    }

    fn publish(&self, ends: &Ends) {
        ends.view.send_replace(Arc::new(self.view()));
        gauges::show(&self.board);
    }
}

async fn store_changes(
    store: &Store,
    changes: &Changes,
    until: Monotonic,
) -> Result<BTreeSet<DeskKey>, RoutingError> {
    if changes.is_empty() {
        return Ok(BTreeSet::new());
    }
    let stored = timeout_at(until, store.commit(changes)).await;
    stored.map_err(|_| RoutingError::StoreAway)?.map_err(RoutingError::Store)
}

/// Pending while the store is here.
async fn probed_store(state: &mut StoreState) -> Option<Board> {
    match state {
        StoreState::Here => std::future::pending().await,
        StoreState::Away(probe) => probe.await,
    }
}

fn probe(store: Store) -> Probe {
    Box::pin(async move {
        tokio::time::sleep(PROBE_PAUSE).await;
        match timeout(PROBE_LIMIT, store.read()).await {
            Ok(Ok(board)) => Some(board),
            Ok(Err(error)) => {
                tracing::debug!(error = &error as &dyn std::error::Error, "the store is still away");
                None
            }
            Err(_) => None,
        }
    })
}
