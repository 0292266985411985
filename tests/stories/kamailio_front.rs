//! The Kamailio that is shipped, with its own configuration, before two telephony processes.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use shell::testkit::Postgres;
use tempfile::TempDir;
use tests::{LineSetup, TestCaller, TestCarrier, TestDesk, TestLine, eventually, free_port};

use crate::NUMBER;

const CONFIG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../helm/kamailio/kamailio.cfg");
const FALLBACK: &str = "+81300000000";

struct Front {
    child: Child,
    folder: TempDir,
    at: SocketAddr,
}

impl Front {
    /// Before those replicas; the fallback number is at that port of this machine.
    async fn before(replicas: &[&TestLine], fallback: u16) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let list: String = replicas.iter().map(|replica| format!("1 sip:{} 0 0\n", replica.sip)).collect();
        fs::write(folder.path().join("dispatcher.list"), list).unwrap();
        fs::write(folder.path().join("address.list"), "1 127.0.0.1 32 0 carrier\n").unwrap();
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let child = Command::new("kamailio")
            .args(["-DD", "-E", "-m", "32", "-M", "8", "-f", CONFIG])
            .args([Path::new("-Y"), folder.path(), Path::new("-P"), &folder.path().join("pid")])
            .env("PATH", "/usr/sbin:/usr/bin:/bin")
            .env("FRONT_UDP", format!("udp:{at}"))
            .env("FRONT_TCP", format!("tcp:{at}"))
            .env("FRONT_FALLBACK", format!("sip:{FALLBACK}@127.0.0.1:{fallback}"))
            .env("FRONT_LISTS", folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .expect("kamailio is needed for this test: apt-get install -y --no-install-recommends kamailio");
        let front = Self { child, folder, at };
        eventually("the front is up", async || tokio::net::TcpStream::connect(at).await.ok()).await;
        front
    }

    async fn says(&self, text: &str) {
        eventually(text, async || self.log().contains(text).then_some(())).await;
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Front {
    #[allow(clippy::print_stderr, reason = "a test that failed shows what the front said")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the front:\n{}", self.log());
        }
        // The main process ends its workers when it is asked to, not when it is killed.
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

/// A process of its own on an address of its own, with the store and the secrets of the others.
async fn replica(node: &str, ip: &'static str, store: &str, like: Option<&TestLine>) -> TestLine {
    let settings = format!("node = \"{node}\"\n[routing]\nwrap_up = \"0s\"\n[store]\nurl = \"{store}\"");
    let setup = LineSetup::new().settings(&settings).services(&["routing", "telephony"]).on(ip);
    let mut replica = setup.prepare();
    if let Some(like) = like {
        fs::create_dir_all(replica.data()).unwrap();
        for secret in ["token", "keys.toml", "phones.toml"] {
            fs::copy(like.data().join(secret), replica.data().join(secret)).unwrap();
        }
    }
    replica.starts().await;
    replica
}

/// How many callers this process has taken.
async fn taken(replica: &TestLine) -> usize {
    let page = replica.page("/metrics").await;
    let heard = "tomoshibi_step_seconds_count{step=\"caller_hears_us\"} ";
    page.lines().find_map(|line| line.strip_prefix(heard)?.parse().ok()).unwrap_or_default()
}

async fn rings_and_talks(caller: &TestCaller, nth: usize) {
    caller.rings().await;
    caller.is_connected(nth).await;
    caller.hangs_up().await;
    caller.is_over(nth).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_reach_the_other_replica_when_one_dies_and_the_fallback_number_when_both_are_gone() {
    let server = Postgres::shared();
    let store = server.url(&server.create_database().await);
    let mut first = replica("telephony-0", "127.0.0.2", &store, None).await;
    let mut second = replica("telephony-1", "127.0.0.3", &store, Some(&first)).await;
    let desks = (TestDesk::that_lifts(&first, "ito").await, TestDesk::that_lifts(&second, "mori").await);
    let outside = TestCarrier::answering();
    let front = Front::before(&[&first, &second], outside.port).await;
    let caller = TestCaller::through(front.at, NUMBER, "").await;

    rings_and_talks(&caller, 1).await;
    rings_and_talks(&caller, 2).await;
    assert_eq!((taken(&first).await, taken(&second).await), (1, 1), "they are rung in turn");

    first.kill_9();
    rings_and_talks(&caller, 3).await;
    rings_and_talks(&caller, 4).await;
    assert_eq!(taken(&second).await, 3);
    assert_eq!(outside.seen("INVITE"), 0, "the fallback number is left in peace");

    second.kill_9();
    rings_and_talks(&caller, 5).await;
    outside.was_asked_for(FALLBACK).await;

    first.starts().await;
    front.says(&format!("sip:{} answers again", first.sip)).await;
    let before = outside.seen("INVITE");
    caller.rings().await;
    eventually("the line has its callers back", async || (taken(&first).await == 1).then_some(())).await;
    assert_eq!(outside.seen("INVITE"), before);
    drop(desks);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_drains_is_sent_no_new_call_and_keeps_the_one_it_has() {
    let server = Postgres::shared();
    let store = server.url(&server.create_database().await);
    let mut first = replica("telephony-0", "127.0.0.2", &store, None).await;
    let second = replica("telephony-1", "127.0.0.3", &store, Some(&first)).await;
    let desks = (TestDesk::that_lifts(&first, "ito").await, TestDesk::that_lifts(&second, "mori").await);
    let outside = TestCarrier::answering();
    let front = Front::before(&[&first], outside.port).await;
    let both = Front::before(&[&first, &second], outside.port).await;
    let talking = TestCaller::through(front.at, NUMBER, "").await;
    talking.rings().await;
    talking.is_connected(1).await;

    first.told_to_stop();
    both.says(&format!("sip:{} does not answer any more", first.sip)).await;
    let other = TestCaller::through(both.at, "09087654321", "").await;
    rings_and_talks(&other, 1).await;
    rings_and_talks(&other, 2).await;
    assert_eq!(taken(&second).await, 2);

    let heard = talking.phone.heard();
    talking.hears(heard).await;
    talking.hangs_up().await;
    talking.is_over(1).await;
    assert!(first.ends().await.success());
    assert_eq!(outside.seen("INVITE"), 0);
    drop(desks);
}
