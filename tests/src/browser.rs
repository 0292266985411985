//! A real browser: Chromium, steered by `tests/browser/steer.mjs` over lines of JSON.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Mutex;

const STEER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/browser");
/// Each verb waits up to 30 s by itself, a look at a page longer.
const LIMIT: Duration = Duration::from_secs(180);

/// One Chromium for a story; every tab but those beside another has its own cookies.
pub struct Browser(Mutex<Steered>);

struct Steered {
    stdin: ChildStdin,
    stdout: Lines<BufReader<ChildStdout>>,
    asked: u64,
    // Killed with its handle.
    _node: Child,
}

impl Browser {
    pub fn starts() -> Arc<Self> {
        let installed = PathBuf::from(STEER).join("node_modules/playwright-core");
        assert!(installed.exists(), "the browser's driver is missing: tests/run install");
        let mut command = Command::new("node");
        command.arg("steer.mjs").current_dir(STEER).kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut node = command.spawn().expect("node: tests/run install");
        let stdout = BufReader::new(node.stdout.take().unwrap()).lines();
        let stdin = node.stdin.take().unwrap();
        Arc::new(Self(Mutex::new(Steered { stdin, stdout, asked: 0, _node: node })))
    }

    pub(crate) async fn asks(&self, tab: &str, verb: &str, mut asked: Value) -> Value {
        let mut steered = self.0.lock().await;
        steered.asked += 1;
        asked["id"] = steered.asked.into();
        asked["tab"] = tab.into();
        asked["verb"] = verb.into();
        steered.stdin.write_all(format!("{asked}\n").as_bytes()).await.unwrap();
        let answer = tokio::time::timeout(LIMIT, steered.stdout.next_line()).await;
        let line = answer.unwrap_or_else(|_| panic!("{tab}: {verb} never ended: {asked}")).unwrap();
        let mut answer: Value = serde_json::from_str(&line.expect("the browser ended")).unwrap();
        if let Some(fault) = answer["fault"].as_str() {
            let errors = &answer["errors"];
            panic!(
                "{tab}: {verb} {asked}\n{fault}\n{errors}\n--- on the page:\n{}",
                answer["shown"].as_str().unwrap_or("")
            );
        }
        answer["told"].take()
    }
}
