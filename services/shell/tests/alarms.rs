//! Alarms on both stores, and with the store away.

#![allow(clippy::unwrap_used, reason = "a test says what failed by failing")]

use std::time::Duration;

use domain::time::Instant;
use shell::alarms::{Alarm, Alarms, Raised};
use shell::clock::Clock;
use shell::ids::Ids;
use shell::store::Db;
use shell::testkit::{both_stores, operator, sqlite};

const START: Instant = Instant::from_micros(1_800_000_000_000_000);
const MINUTE: Duration = Duration::from_secs(60);

struct Watch {
    alarms: Alarms,
    clock: Clock,
}

impl Watch {
    fn on(db: Db) -> Self {
        let clock = Clock::by_hand(START);
        let (alarms, _task) = Alarms::start(db, clock.clone(), Ids::seeded(clock.clone(), 7));
        Self { alarms, clock }
    }

    /// The list, as soon as it is as expected.
    async fn shows(&self, expected: impl Fn(&[Raised]) -> bool) -> Vec<Raised> {
        let asked = async {
            loop {
                let listed = self.alarms.list(&operator(), 10).await.unwrap();
                if expected(&listed) {
                    return listed;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), asked).await.unwrap()
    }
}

fn nobody(window: Option<&str>) -> Alarm {
    let window = window.map(|id| id.parse().unwrap());
    Alarm { kind: "nobody_on_duty", operator: Some(operator()), window }
}

#[tokio::test]
async fn an_alarm_raised_again_is_one_row_that_counts_and_after_its_end_a_new_one() {
    both_stores(async |db| {
        let watch = Watch::on(db);
        watch.alarms.raise(nobody(Some("main")), Some("c1".into()));
        watch.clock.advance(MINUTE);
        watch.alarms.raise(nobody(Some("main")), None);
        watch.alarms.raise(nobody(None), None);
        let listed = watch.shows(|all| all.len() == 2 && all.iter().any(|one| one.times == 2)).await;
        let first = listed.iter().find(|one| one.times == 2).unwrap();
        assert_eq!((first.raised_us, first.last_us), (START.micros(), (START + MINUTE).micros()));

        watch.alarms.clear(&nobody(Some("main")));
        watch.alarms.raise(nobody(Some("main")), None);

        let listed = watch.shows(|all| all.len() == 3).await;
        assert_eq!(listed.iter().filter(|one| one.cleared_us.is_none()).count(), 2);
        assert!(listed[2].cleared_us.is_some(), "standing ones come first");
    })
    .await;
}

#[tokio::test]
async fn an_alarm_is_seen_by_the_first_human_of_its_operator() {
    both_stores(async |db| {
        let watch = Watch::on(db);
        watch.alarms.raise(nobody(None), None);
        let listed = watch.shows(|all| all.len() == 1).await;
        let (id, stranger) = (&listed[0].alarm_id, "another".parse().unwrap());

        assert!(!watch.alarms.see(&stranger, id, "kato").await.unwrap());
        assert!(watch.alarms.list(&stranger, 10).await.unwrap().is_empty());
        assert!(watch.alarms.see(&operator(), id, "sato").await.unwrap());
        assert!(!watch.alarms.see(&operator(), id, "kato").await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn an_alarm_raised_while_the_store_is_away_is_kept_when_it_is_back() {
    let (_folder, db) = sqlite().await;
    let watch = Watch::on(db.clone());
    let lock = db.begin().await.unwrap();
    watch.alarms.raise(Alarm { kind: "store_away", operator: None, window: None }, None);

    drop(lock);

    let listed = watch.shows(|all| all.len() == 1).await;
    assert_eq!((listed[0].kind.as_str(), listed[0].operator_id.as_str()), ("store_away", ""));
}
