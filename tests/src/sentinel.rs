//! Two Redis servers, and three sentinels who know which of them is the primary.

use std::fs;
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::peers::{free_port, program};
use crate::wait::eventually;

/// All end with their handle.
pub struct Sentinels {
    folder: TempDir,
    primary: Child,
    _others: Vec<Ended>,
    watching: Vec<u16>,
}

struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Sentinels {
    /// A primary that is silent for two seconds is replaced.
    pub async fn stand() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (free_port(), free_port());
        let primary = server(&folder, first, "");
        listens(first).await;
        let mut others = vec![Ended(server(&folder, second, &format!("replicaof 127.0.0.1 {first}")))];
        listens(second).await;
        let watching = vec![free_port(), free_port(), free_port()];
        for port in &watching {
            let watch = format!(
                "sentinel monitor line 127.0.0.1 {first} 2\nsentinel down-after-milliseconds line 2000\n\
                 sentinel failover-timeout line 5000"
            );
            others.push(Ended(redis(&folder, *port, &watch, &["--sentinel"])));
            listens(*port).await;
        }
        let all = Self { folder, primary, _others: others, watching };
        all.agree().await;
        all
    }

    /// For `bus.redis`.
    pub fn url(&self) -> String {
        let hosts: Vec<String> = self.watching.iter().map(|port| format!("127.0.0.1:{port}")).collect();
        format!("redis+sentinel://{}/line", hosts.join(","))
    }

    /// As a power cut.
    pub fn primary_dies(&mut self) {
        self.primary.kill().unwrap();
        self.primary.wait().unwrap();
    }

    /// Which port they say the primary has.
    pub fn primary(&self) -> String {
        self.asks(&["SENTINEL", "get-master-addr-by-name", "line"])
    }

    /// They know each other and the replica: only then may they replace the primary.
    async fn agree(&self) {
        eventually("the sentinels know each other", async || {
            let told = self.asks(&["SENTINEL", "master", "line"]);
            let told: Vec<&str> = told.lines().collect();
            let is = |name: &str, value: &str| told.windows(2).any(|pair| pair == [name, value]);
            (is("num-other-sentinels", "2") && is("num-slaves", "1")).then_some(())
        })
        .await;
        assert!(self.folder.path().exists());
    }

    fn asks(&self, words: &[&str]) -> String {
        let port = self.watching[0].to_string();
        let said = Command::new(program("redis-cli", "redis-tools")).args(["-p", &port]).args(words).output();
        String::from_utf8(said.unwrap().stdout).unwrap()
    }
}

impl Drop for Sentinels {
    fn drop(&mut self) {
        let _ = self.primary.kill();
        let _ = self.primary.wait();
    }
}

fn server(folder: &TempDir, port: u16, more: &str) -> Child {
    redis(folder, port, &format!("save \"\"\nappendonly no\nrepl-diskless-sync-delay 0\n{more}"), &[])
}

fn redis(folder: &TempDir, port: u16, config: &str, more: &[&str]) -> Child {
    let own = folder.path().join(port.to_string());
    fs::create_dir(&own).unwrap();
    let file = own.join("redis.conf");
    let dir = own.display();
    fs::write(&file, format!("port {port}\nbind 127.0.0.1\ndir {dir}\n{config}\n")).unwrap();
    let mut command = Command::new(program("redis-server", "redis-server"));
    command.arg(&file).args(more).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

async fn listens(port: u16) {
    eventually("Redis listens", async || TcpStream::connect(("127.0.0.1", port)).ok()).await;
}
