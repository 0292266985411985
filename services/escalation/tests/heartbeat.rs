//! Somebody outside hears from us as long as we are well, and only then.

#![allow(clippy::unwrap_used, reason = "what a test does not expect fails it")]

mod channels_kit;
#[path = "peers/receiver.rs"]
mod receiver;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use channels_kit::Told;
use domain::time::Instant;
use escalation::{Heartbeat, HeartbeatSettings};
use receiver::{Answer, Receiver};
use shell::clock::Clock;
use shell::shutdown::Shutdown;
use tokio::sync::watch;

const EVERY: Duration = Duration::from_secs(30);

struct World {
    clock: Clock,
    shutdown: Shutdown,
    well: Arc<AtomicBool>,
    asked: watch::Receiver<u32>,
    task: tokio::task::JoinHandle<()>,
}

fn world(url: String) -> World {
    let (clock, shutdown) = (Clock::by_hand(Instant::EPOCH), Shutdown::new());
    let heartbeat = Heartbeat::new(&HeartbeatSettings { url, every: EVERY }, clock.clone()).unwrap();
    let well = Arc::new(AtomicBool::new(true));
    let (asking, asked) = watch::channel(0);
    let is_well = {
        let well = well.clone();
        move || {
            asking.send_modify(|asked| *asked += 1);
            std::future::ready(well.load(Ordering::SeqCst))
        }
    };
    let task = tokio::spawn(heartbeat.run(is_well, shutdown.clone()));
    World { clock, shutdown, well, asked, task }
}

impl World {
    /// Time passes until it is asked whether the line is well for the n-th time.
    async fn turn(&mut self, number: u32) {
        if number > 1 {
            self.clock.advance(EVERY);
        }
        let asked = self.asked.wait_for(|asked| *asked >= number);
        tokio::time::timeout(Duration::from_secs(20), asked).await.unwrap().unwrap();
    }

    async fn ends(self) {
        self.shutdown.drain(Duration::ZERO).await;
        self.task.await.unwrap();
    }
}

#[tokio::test]
async fn the_sign_of_life_is_withheld_while_the_line_is_not_well_and_that_is_told_once() {
    let told = Told::begin();
    let watcher = Receiver::start([]).await;
    let mut world = world(watcher.url("secretpath"));
    world.turn(1).await;
    watcher.request(0).await;

    world.well.store(false, Ordering::SeqCst);
    for number in 2..=4 {
        world.turn(number).await;
    }
    world.well.store(true, Ordering::SeqCst);
    world.turn(5).await;
    let request = watcher.request(1).await;
    world.ends().await;

    assert!(request.body.is_empty());
    assert_eq!(watcher.requests().len(), 2);
    assert_eq!(told.count("tomoshibi_heartbeat_withheld_total"), 3);
    assert_eq!(told.text().matches("is withheld").count(), 1);
}

#[tokio::test]
async fn a_watcher_that_does_not_take_the_beat_is_counted_and_its_address_stays_secret() {
    let told = Told::begin();
    let watcher = Receiver::start([Answer::Status(500)]).await;
    let mut world = world(watcher.url("secretpath"));

    world.turn(1).await;
    watcher.request(0).await;
    world.turn(2).await;
    drop(watcher);
    world.turn(3).await;
    world.turn(4).await;
    world.ends().await;

    assert!(told.count("tomoshibi_heartbeat_failures_total") >= 2, "{}", told.text());
    assert!(told.text().contains("did not arrive"));
    assert!(!told.text().contains("secretpath"), "{}", told.text());
}

#[test]
fn an_address_that_is_none_is_told_without_showing_it() {
    let settings = HeartbeatSettings { url: "telltale".to_owned(), every: EVERY };

    let fault = Heartbeat::new(&settings, Clock::by_hand(Instant::EPOCH)).err().unwrap();

    assert!(!format!("{fault} {settings:?}").contains("telltale"));
}
