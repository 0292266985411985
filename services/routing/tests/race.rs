//! Two hundred callers at once, fifty desks (issue 2, must show 3): never two
//! calls on one desk, never two desks on one call, nobody waits beside a free
//! desk, and at the end nothing is left behind.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a story that cannot go on fails")]
#![allow(clippy::print_stderr, reason = "the figures of the race are for people")]

mod line;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use domain::routing::Strategy;
use line::{Caller, Line, Person, Replica};
use proto::routing::v1 as pb;
use proto::routing::v1::seek_desk_response::News;
use proto::routing::v1::{NoOneFree, OfferOutcome, Presence};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use shell::clock::Clock;
use shell::store::{Db, on};
use tokio::sync::Mutex;

const CALLERS: usize = 200;
const DESKS: usize = 50;
/// Beyond this a wait beside a free desk is a fault, not the time between two commits.
const PATIENCE: Duration = Duration::from_secs(3);

/// What the telephones do: a phone rings or talks for one call at a time.
#[derive(Default)]
struct Phones {
    busy: Mutex<HashMap<String, String>>,
    answered: Mutex<HashMap<String, String>>,
    offers: AtomicUsize,
}

impl Phones {
    async fn rings(&self, desk: &str, call: &str) {
        self.offers.fetch_add(1, Ordering::Relaxed);
        let other = self.busy.lock().await.insert(desk.to_owned(), call.to_owned());
        assert_eq!(other, None, "desk {desk} was put two calls");
    }

    async fn is_quiet(&self, desk: &str) {
        self.busy.lock().await.remove(desk);
    }

    async fn talks(&self, desk: &str, call: &str) {
        let other = self.answered.lock().await.insert(call.to_owned(), desk.to_owned());
        assert_eq!(other, None, "call {call} was answered twice");
    }
}

/// One caller with the telephony that rings for them.
struct Party {
    routing: Replica,
    phones: Arc<Phones>,
    caller: Caller,
    dice: StdRng,
}

impl Party {
    async fn pause(&mut self, least: u64, most: u64) {
        tokio::time::sleep(Duration::from_millis(self.dice.random_range(least..most))).await;
    }

    /// Seeks until answered or hung up. The time to the first news.
    async fn calls(mut self) -> Duration {
        let begun = Instant::now();
        let mut first = None;
        loop {
            let mut news = self.routing.seeks(&self.caller).await;
            let mut ringing: Vec<pb::Offer> = Vec::new();
            while let Some(said) = news.next().await {
                first.get_or_insert_with(|| begun.elapsed());
                match said {
                    News::Offer(offer) => {
                        self.phones.rings(&offer.desk_id, &self.caller.call).await;
                        ringing.push(offer);
                        if self.one_is_settled(&mut ringing).await {
                            return first.unwrap_or_default();
                        }
                    }
                    News::NobodyFree(nobody) if nobody.why() == NoOneFree::NoneSuitable => break,
                    News::NobodyFree(_) => {}
                    News::Withdrawn(gone) => panic!("nobody moved, yet {} was withdrawn", gone.offer_id),
                }
            }
            self.caller.circle += 1;
        }
    }

    /// True when the call is over.
    async fn one_is_settled(&mut self, ringing: &mut Vec<pb::Offer>) -> bool {
        self.pause(1, 20).await;
        let place = self.dice.random_range(0..ringing.len());
        let offer = ringing.swap_remove(place);
        match self.dice.random_range(0..100) {
            0..65 => self.is_answered(offer, ringing).await,
            65..80 => self.nobody_lifts(offer, OfferOutcome::NoAnswer).await,
            80..90 => self.nobody_lifts(offer, OfferOutcome::Busy).await,
            _ => {
                ringing.push(offer);
                self.hangs_up(ringing).await
            }
        }
    }

    async fn is_answered(&mut self, offer: pb::Offer, others: &mut Vec<pb::Offer>) -> bool {
        for other in others.drain(..) {
            self.phones.is_quiet(&other.desk_id).await;
        }
        self.routing.answers(&self.caller, &offer).await;
        self.phones.talks(&offer.desk_id, &self.caller.call).await;
        self.pause(10, 60).await;
        self.phones.is_quiet(&offer.desk_id).await;
        self.routing.ends(&self.caller).await;
        true
    }

    async fn nobody_lifts(&mut self, offer: pb::Offer, outcome: OfferOutcome) -> bool {
        self.phones.is_quiet(&offer.desk_id).await;
        self.routing.reports(&self.caller, &offer, outcome).await.unwrap();
        if outcome == OfferOutcome::NoAnswer {
            self.pause(5, 40).await;
            self.routing.resumes(&offer.desk_id).await;
        }
        false
    }

    async fn hangs_up(&mut self, ringing: &mut Vec<pb::Offer>) -> bool {
        for offer in ringing.drain(..) {
            self.phones.is_quiet(&offer.desk_id).await;
        }
        if self.dice.random_bool(0.5) {
            self.routing.ends(&self.caller).await;
        }
        // Else the stream is just let go.
        true
    }
}

/// Reads the store all the time: how long does the same caller wait, ringing nobody, while the
/// same desk is free?
async fn observe(db: Db, over: Arc<AtomicBool>) -> Duration {
    let (mut since, mut longest) = (HashMap::<(String, String), Instant>::new(), Duration::ZERO);
    while !over.load(Ordering::Relaxed) {
        let pairs = side_by_side(&db).await;
        assert_eq!(doubled(&db).await, 0, "two desks hold one call or one offer");
        since.retain(|pair, _| pairs.contains(pair));
        for pair in pairs {
            let beside = since.entry(pair).or_insert_with(Instant::now).elapsed();
            assert!(beside < PATIENCE, "a caller waited {beside:?} beside a free desk");
            longest = longest.max(beside);
        }
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    longest
}

async fn side_by_side(db: &Db) -> HashSet<(String, String)> {
    const PAIRS: &str = "SELECT w.call_id, f.desk_id FROM waiting w, desk f WHERE f.presence = 'available' \
         AND NOT EXISTS (SELECT 1 FROM desk d WHERE d.call_id = w.call_id)";
    let pairs = on!(db.read(), pool => sqlx::query_as::<_, (String, String)>(PAIRS).fetch_all(pool).await);
    pairs.unwrap().into_iter().collect()
}

async fn doubled(db: &Db) -> i64 {
    const COUNT: &str = "SELECT (SELECT count(*) FROM (SELECT call_id FROM desk WHERE presence = 'in_call' \
         GROUP BY call_id HAVING count(*) > 1) c) + (SELECT count(*) FROM (SELECT offer_id FROM desk \
         WHERE offer_id IS NOT NULL GROUP BY offer_id HAVING count(*) > 1) o)";
    on!(db.read(), pool => sqlx::query_scalar::<_, i64>(COUNT).fetch_one(pool).await).unwrap()
}

async fn left_waiting(db: &Db) -> i64 {
    on!(db.read(), pool => sqlx::query_scalar::<_, i64>("SELECT count(*) FROM waiting").fetch_one(pool).await)
        .unwrap()
}

async fn race(db: Db, replicas: usize, strategy: Strategy, seed: u64) {
    let people: Vec<Person> = (0..DESKS).map(|n| Person::nurse(format!("desk-{n}"))).collect();
    let mut line = Line::with_clock(db.clone(), &people, Clock::system());
    line.settings.strategy = strategy;
    line.settings.wrap_up = Duration::from_millis(10);
    line.settings.store_limit = Duration::from_secs(5);
    line.settings.waiting_lease = Duration::from_secs(30);
    let mut house = Vec::new();
    for n in 0..replicas {
        house.push(line.replica(&format!("replica-{n}")).await);
    }
    for person in &people {
        house[0].signs_in(&person.id).await;
    }
    let over = Arc::new(AtomicBool::new(false));
    let observer = tokio::spawn(observe(db.clone(), over.clone()));
    let phones = Arc::new(Phones::default());
    let begun = Instant::now();
    let parties: Vec<_> = (0..CALLERS)
        .map(|n| {
            let routing = house[n % replicas].again();
            let caller = routing.caller();
            let dice = StdRng::seed_from_u64(seed + n as u64);
            tokio::spawn(Party { routing, phones: phones.clone(), caller, dice }.calls())
        })
        .collect();
    let mut first_news = Vec::new();
    for party in parties {
        let limit = Duration::from_secs(120);
        first_news.push(tokio::time::timeout(limit, party).await.expect("every call is settled").unwrap());
    }
    let took = begun.elapsed();
    all_is_quiet(&db, &mut house, &people).await;
    over.store(true, Ordering::Relaxed);
    let beside = observer.await.unwrap();
    first_news.sort_unstable();
    eprintln!(
        "{} x {replicas} {strategy:?} seed {seed}: {CALLERS} callers in {took:?}, {} offers, {} answered, first news median {:?} last {:?}, longest beside a free desk {beside:?}",
        db.engine(),
        phones.offers.load(Ordering::Relaxed),
        phones.answered.lock().await.len(),
        first_news[CALLERS / 2],
        first_news[CALLERS - 1],
    );
}

/// Every desk is free again and nobody has a place in the queue, at every replica and in the store.
async fn all_is_quiet(db: &Db, house: &mut [Replica], people: &[Person]) {
    let begun = Instant::now();
    loop {
        let mut busy = Vec::new();
        for replica in house.iter_mut() {
            for person in people {
                let presence = replica.presence(&person.id).await;
                if presence != Presence::Available {
                    busy.push((person.id.clone(), presence));
                }
            }
        }
        let waiting = left_waiting(db).await;
        if busy.is_empty() && waiting == 0 {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{waiting} still wait, {busy:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn seed() -> u64 {
    std::env::var("SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or_else(|| u64::from(rand::random::<u32>()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_callers_race_for_fifty_desks_at_two_replicas_over_postgresql() {
    let server = shell::testkit::Postgres::shared();
    let name = server.create_database().await;
    let settings =
        shell::store::StoreSettings { connections: 16, ..shell::store::StoreSettings::at(server.url(&name)) };
    race(shell::testkit::open(&settings).await, 2, Strategy::RingOne, seed()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_callers_race_for_fifty_desks_that_ring_in_groups_over_postgresql() {
    let server = shell::testkit::Postgres::shared();
    let name = server.create_database().await;
    let settings =
        shell::store::StoreSettings { connections: 16, ..shell::store::StoreSettings::at(server.url(&name)) };
    race(shell::testkit::open(&settings).await, 2, Strategy::RingGroup(3), seed()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_callers_race_for_fifty_desks_over_sqlite() {
    let (_folder, db) = shell::testkit::sqlite().await;
    race(db, 1, Strategy::RingOne, seed()).await;
}
