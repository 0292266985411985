//! The Kamailio that stands before telephony, as it is shipped.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::line::TestLine;
use crate::peers::free_port;
use crate::wait::eventually;

const CONFIG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../helm/kamailio/kamailio.cfg");
/// It sends callers to the replicas in turn, and to the fallback number when none answers.
pub struct FrontKamailio {
    child: Child,
    folder: TempDir,
    pub at: SocketAddr,
}

impl FrontKamailio {
    pub const FALLBACK: &str = "+81300000000";

    /// Before those replicas; the fallback number is at that port of this machine.
    pub async fn before(replicas: &[&TestLine], fallback: u16) -> Self {
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
            .env("FRONT_FALLBACK", format!("sip:{}@127.0.0.1:{fallback}", Self::FALLBACK))
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

    pub async fn says(&self, text: &str) {
        eventually(text, async || self.log().contains(text).then_some(())).await;
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for FrontKamailio {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the front:\n{}", self.log());
        }
        // The main process ends its workers when it is asked to, not when it is killed.
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}
