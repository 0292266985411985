//! The disk under the spool, and under the embedded store, is full.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use shell::testkit::Postgres;
use tempfile::TempDir;
use tests::{FaultProxy, LineSetup, PagedTo, Way};

use crate::night::{NO_WRAP_UP, Night, house, lasts};

/// A file system in memory with so little room that it can be filled. It is gone with its handle.
struct SmallDisk(TempDir);

impl SmallDisk {
    fn mounted() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=24m", "tmpfs"])
            .arg(folder.path())
            .status();
        assert!(
            mounted.is_ok_and(|mounted| mounted.success()),
            "a full disk needs a small one: run this as root, where tmpfs may be mounted"
        );
        Self(folder)
    }

    fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    /// To the last byte.
    fn is_filled(&self) {
        let mut file = fs::OpenOptions::new().create(true).append(true).open(self.filling()).unwrap();
        for size in [64 * 1024, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
    }

    fn has_room(&self) {
        fs::remove_file(self.filling()).unwrap();
    }

    fn filling(&self) -> PathBuf {
        self.0.path().join("filling")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_notice_nothing_while_the_store_is_away_and_the_disk_of_the_spool_is_full() {
    let (disk, server, gateway) = (SmallDisk::mounted(), Postgres::own(), PagedTo::start().await);
    let direct = server.url(&server.create_database().await);
    let proxy = FaultProxy::to_url(&direct).await;
    let store = format!("[store]\nurl = \"{}\"", proxy.url(&direct));
    let setup = house(LineSetup::new(), &gateway).settings(NO_WRAP_UP).settings(&store);
    let line = setup.data_at(disk.data()).start().await;
    let night = Night::on(&line, &gateway).await;
    night
        .goes_on_during("store refused, disk full", async {
            lasts(Duration::from_secs(3)).await;
            disk.is_filled();
            proxy.is(Way::Refuses);
            lasts(Duration::from_secs(10)).await;
            proxy.is(Way::Open);
            lasts(Duration::from_secs(3)).await;
            disk.has_room();
        })
        .await;
    line.logs("they are held in memory").await;
    line.logs("spool_disk_full").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_notice_nothing_while_the_disk_of_the_embedded_store_is_full() {
    let (disk, gateway) = (SmallDisk::mounted(), PagedTo::start().await);
    let setup = house(LineSetup::new(), &gateway).settings(NO_WRAP_UP);
    let line = setup.data_at(disk.data()).start().await;
    let night = Night::on(&line, &gateway).await;
    night
        .goes_on_during("SQLite and spool on a full disk", async {
            lasts(Duration::from_secs(3)).await;
            disk.is_filled();
            lasts(Duration::from_secs(12)).await;
            disk.has_room();
            lasts(Duration::from_secs(3)).await;
        })
        .await;
    line.logs("they are held in memory").await;
}
