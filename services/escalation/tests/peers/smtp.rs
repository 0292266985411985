//! A mail server of its own kind: Debian's aiosmtpd, which keeps what it takes
//! in a maildir and tells how Python's library reads it.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "each test file uses its own part, and what a helper of a test does not expect fails the test"
)]

use std::collections::BTreeMap;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(20);

/// Answers recipients as it is told, then takes everything.
const HANDLER: &str = r#"
import asyncio, email, email.policy, json, os
from aiosmtpd.handlers import Mailbox

class Sink(Mailbox):
    def __init__(self, folder, answers):
        super().__init__(os.path.join(folder, "maildir"))
        self.folder, self.answers, self.taken = folder, answers, 0

    @classmethod
    def from_cli(cls, parser, folder, *answers):
        return cls(folder, list(answers))

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.answers.pop(0) if self.answers else "250"
        if answer == "hang":
            await asyncio.sleep(3600)
        if answer != "250":
            return f"{answer} not now for {address}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        told = {"to": envelope.rcpt_tos, "headers": {k.lower(): str(v) for k, v in mail.items()},
                "text": mail.get_content(), "raw": envelope.content.decode("ascii")}
        path = os.path.join(self.folder, "told", str(self.taken))
        self.taken += 1
        with open(path + ".new", "w") as file:
            json.dump(told, file)
        os.rename(path + ".new", path)
        return await super().handle_DATA(server, session, envelope)
"#;

pub struct SmtpSink {
    child: Child,
    folder: TempDir,
    port: u16,
}

#[derive(Clone, Debug, serde::Deserialize)]
pub struct Mail {
    /// Of the envelope.
    pub to: Vec<String>,
    /// Names in small letters, values decoded.
    pub headers: BTreeMap<String, String>,
    pub text: String,
    /// As it came: ASCII.
    pub raw: String,
}

impl SmtpSink {
    /// The first recipients are answered so: `450`, `550`, `hang`, `250`; all later ones are taken.
    pub async fn start(answers: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("told")).unwrap();
        fs::write(folder.path().join("sink.py"), HANDLER).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let child = Command::new("aiosmtpd")
            .args(["-n", "-l", &format!("127.0.0.1:{port}"), "-c", "sink.Sink"])
            .arg(folder.path())
            .args(answers)
            .env("PYTHONPATH", folder.path())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .expect("aiosmtpd is missing: tests/run install");
        let sink = Self { child, folder, port };
        sink.is_up().await;
        sink
    }

    /// `host:port`
    pub fn server(&self) -> String {
        self.address().to_string()
    }

    /// What it has taken, in order.
    pub fn mails(&self) -> Vec<Mail> {
        (0..).map_while(|number| self.read(number)).collect()
    }

    /// Waits for the mail of this number, from 0.
    pub async fn mail(&self, number: usize) -> Mail {
        let came = async {
            loop {
                if let Some(mail) = self.read(number) {
                    return mail;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let came = tokio::time::timeout(PATIENCE, came).await;
        came.unwrap_or_else(|_| panic!("mail {number} never came\n{}", self.log()))
    }

    /// Files in the maildir.
    pub fn kept(&self) -> usize {
        fs::read_dir(self.folder.path().join("maildir/new")).map_or(0, Iterator::count)
    }

    fn read(&self, number: usize) -> Option<Mail> {
        let told = fs::read(self.folder.path().join("told").join(number.to_string())).ok()?;
        Some(serde_json::from_slice(&told).unwrap())
    }

    fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    async fn is_up(&self) {
        let up = async {
            while tokio::net::TcpStream::connect(self.address()).await.is_err() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        assert!(tokio::time::timeout(PATIENCE, up).await.is_ok(), "aiosmtpd never came up\n{}", self.log());
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("aiosmtpd:\n{}", self.log());
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
