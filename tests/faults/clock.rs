//! The clock of the wall steps by an hour under a running process, forward and back.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tests::{LineSetup, PagedTo, TestLine, eventually};

use crate::night::{NO_WRAP_UP, Night, house, lasts, status};

const HOUR: i64 = 3600;
/// What the ladder's next rung may be late by; far less than the hour.
const IN_TIME: Duration = Duration::from_secs(8);

#[tokio::test(flavor = "multi_thread")]
async fn a_wall_that_steps_an_hour_forward_moves_no_deadline() {
    steps(HOUR).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wall_that_steps_an_hour_back_moves_no_deadline() {
    steps(-HOUR).await;
}

async fn steps(seconds: i64) {
    let (folder, gateway) = (tempfile::tempdir().unwrap(), PagedTo::start().await);
    let wall = folder.path().join("wall");
    shows(&wall, 0);
    // Only what the process is told of the time of day; its monotonic clock goes on as that of hardware does.
    let line = house(LineSetup::new(), &gateway)
        .settings(NO_WRAP_UP)
        .env("LD_PRELOAD", libfaketime().to_str().unwrap())
        .env("FAKETIME_TIMESTAMP_FILE", wall.to_str().unwrap())
        .env("FAKETIME_NO_CACHE", "1")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        .env("NO_FAKE_STAT", "1")
        .start()
        .await;
    let night = Night::on(&line, &gateway).await;
    let begun = jiff::Timestamp::now().as_microsecond();
    let told = night
        .goes_on_during(&format!("the wall steps by {seconds} s"), async {
            lasts(Duration::from_secs(5)).await;
            shows(&wall, seconds);
            has_stepped(&line, seconds).await;
            lasts(Duration::from_secs(20)).await;
        })
        .await;
    let ended = jiff::Timestamp::now().as_microsecond();

    assert!(told.latest_page < IN_TIME, "a page was {:?} late", told.latest_page);
    for step in line.calls().await.iter().flat_map(|call| &call.steps) {
        let within = begun - 60_000_000..ended + 1_000_000;
        assert!(within.contains(&step.at_micros), "the ledger has the line's own time: {step:?}");
    }
}

/// The process itself sees it: the fault is real.
async fn has_stepped(line: &TestLine, seconds: i64) {
    eventually("the wall of the process has stepped", async || {
        let ahead = status(line).await?["clock_offset_us"].as_i64()? / 1_000_000;
        ((ahead - seconds).abs() < 60).then_some(())
    })
    .await;
}

fn shows(wall: &Path, seconds: i64) {
    fs::write(wall, format!("{seconds:+}\n")).unwrap();
}

fn libfaketime() -> PathBuf {
    let folders = fs::read_dir("/usr/lib").unwrap().flatten().map(|entry| entry.path());
    let found = folders.map(|folder| folder.join("faketime/libfaketimeMT.so.1")).find(|path| path.exists());
    found
        .expect("libfaketime is needed for this test: apt-get install -y --no-install-recommends libfaketime")
}
