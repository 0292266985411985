//! A centre's system in another language: a process that knows the contracts and nothing else.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, LazyLock, Mutex};

use serde_json::Value;
use tempfile::TempDir;

use crate::peers::beside;
use crate::person::TestPerson;

/// What it is written from.
const CONTRACTS: [&str; 2] = ["tomoshibi/console/v1/access.proto", "tomoshibi/referral/v1/referral.proto"];
const LIBRARIES: [&str; 2] = ["grpcio==1.76.0", "grpcio-tools==1.76.0"];

/// Python with gRPC, installed when it is first needed.
static PYTHON: LazyLock<PathBuf> = LazyLock::new(python);

fn python() -> PathBuf {
    let folder = beside("../target/outsider");
    std::fs::create_dir_all(&folder).unwrap();
    let python = folder.join("venv/bin/python");
    let has_all =
        || runs(Command::new(&python).args(["-c", "import grpc_tools.protoc"]).stderr(Stdio::null()));
    if !python.exists() || !has_all() {
        does(Command::new("python3").args(["-m", "venv", "venv"]).current_dir(&folder));
        does(Command::new(&python).args(["-m", "pip", "install", "-q"]).args(LIBRARIES));
    }
    python
}

fn runs(command: &mut Command) -> bool {
    command.status().is_ok_and(|status| status.success())
}

fn does(command: &mut Command) {
    assert!(runs(command), "{command:?}: is python3-venv installed (apt)?");
}

/// What protoc makes of the contracts.
fn generate(into: &Path) {
    let contracts = beside("../proto");
    let mut protoc = Command::new(&*PYTHON);
    protoc.args(["-m", "grpc_tools.protoc", "-I"]).arg(&contracts);
    protoc
        .arg(format!("--python_out={}", into.display()))
        .arg(format!("--grpc_python_out={}", into.display()));
    does(protoc.args(CONTRACTS));
}

/// It is killed with its handle.
pub struct Outsider {
    process: Child,
    answers: Arc<Mutex<BufReader<ChildStdout>>>,
    _generated: TempDir,
}

impl Outsider {
    /// Its code is made from the contracts as they are now; it has signed in as that account.
    pub async fn starts(at: SocketAddr, centre: &str, account: &TestPerson) -> Self {
        let generated = tempfile::tempdir().unwrap();
        generate(generated.path());
        let mut command = Command::new(&*PYTHON);
        command.arg(beside("outsider/centre.py")).env("PYTHONPATH", generated.path());
        command.args([&at.to_string(), &account.operator, centre, &account.login, &account.password]);
        command.arg(TestPerson::factor()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let answers = Arc::new(Mutex::new(BufReader::new(process.stdout.take().unwrap())));
        let mut outsider = Self { process, answers, _generated: generated };
        assert_eq!(outsider.says("signs in").await, "signed in");
        outsider
    }

    /// Tells it to do something, such as `accepts` with an id, and waits for its answer.
    pub async fn does(&mut self, what: &str) -> Value {
        writeln!(self.process.stdin.as_mut().unwrap(), "{what}").unwrap();
        self.says(what).await
    }

    async fn says(&mut self, what: &str) -> Value {
        let answers = Arc::clone(&self.answers);
        let read = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            answers.lock().unwrap().read_line(&mut line).unwrap();
            line
        });
        let line = read.await.unwrap();
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("{what}: the outsider said {line:?}"))
    }
}

impl Drop for Outsider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
