//! sipp, as a caller, a phone or a carrier.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use super::{PATIENCE, beside, free_port, program};

pub struct Sipp {
    child: Child,
    folder: TempDir,
    pub port: u16,
    name: String,
}

impl Sipp {
    /// Our scenario of that name (`tests/sipp/NAME.xml`) or, without a file, sipp's own.
    pub fn start(scenario: &str, more: &[&str]) -> Self {
        Self::start_at(scenario, "127.0.0.1", free_port(), more)
    }

    pub fn start_at(scenario: &str, ip: &str, port: u16, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = beside("sipp").join(format!("{scenario}.xml"));
        let mut command = Command::new(program("sipp", "sip-tester"));
        command.current_dir(folder.path());
        match file.exists() {
            true => command.arg("-sf").arg(file),
            false => command.args(["-sn", scenario]),
        };
        let media = free_port();
        command.args(["-i", ip, "-p", &port.to_string(), "-mp", &media.to_string(), "-nostdin"]);
        command.args(["-trace_err", "-error_file", "errors", "-trace_msg", "-message_file", "messages"]);
        command.args(["-trace_logs", "-log_file", "log", "-timeout", "60s", "-timeout_error"]);
        let child = command.args(more).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        Self { child, folder, port, name: scenario.to_owned() }
    }

    /// A caller of the line: `n` calls, each through.
    pub fn call(scenario: &str, line: std::net::SocketAddr, n: u32, more: &[&str]) -> Self {
        let (target, count) = (line.to_string(), n.to_string());
        let mut args = vec![target.as_str(), "-m", &count, "-s", "0312345678"];
        args.extend_from_slice(more);
        let ip = if line.is_ipv6() { "::1" } else { "127.0.0.1" };
        Self::start_at(scenario, ip, free_port(), &args)
    }

    /// Waits for its end, which must be a good one.
    pub async fn succeeds(mut self) -> String {
        let code = self.ends().await;
        assert_eq!(code, Some(0), "sipp {} ended with {code:?}\n{}", self.name, self.story());
        self.messages()
    }

    pub async fn ends(&mut self) -> Option<i32> {
        let end = async {
            loop {
                if let Some(status) = self.child.try_wait().unwrap() {
                    return status.code();
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let ended = tokio::time::timeout(PATIENCE * 3, end).await;
        ended.unwrap_or_else(|_| panic!("sipp {} never ended\n{}", self.name, self.story()))
    }

    /// Waits until its messages hold that text.
    pub async fn has_seen(&self, text: &str) {
        let seen = async {
            while !self.messages().contains(text) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, seen).await;
        assert!(waited.is_ok(), "sipp {} never saw {text:?}\n{}", self.name, self.story());
    }

    pub fn messages(&self) -> String {
        fs::read(self.folder.path().join("messages"))
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }

    fn story(&self) -> String {
        let read = |name: &str| fs::read_to_string(self.folder.path().join(name)).unwrap_or_default();
        let messages = self.messages();
        let tail: String = messages.chars().skip(messages.chars().count().saturating_sub(6000)).collect();
        format!("errors:\n{}\nlog:\n{}\nlast messages:\n{tail}", read("errors"), read("log"))
    }
}

impl Drop for Sipp {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("sipp {}:\n{}", self.name, self.story());
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
