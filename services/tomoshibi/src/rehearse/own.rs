//! The line that a drill starts for itself: the very program that is running,
//! as a child with a folder of its own. A child and not a part of this process,
//! so that the command line, the settings, the sockets and the start are
//! rehearsed too, and nothing is shared with the parties that ring it.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};
use tempfile::TempDir;
use tokio::sync::oneshot;

const ROTA: &str = include_str!("rota.toml");
const SETTINGS: &str = include_str!("line.toml");
/// Keys and a store are made at the first start.
const STARTS_WITHIN: Duration = Duration::from_secs(60);
/// Lines of the child's own words that are shown when it does not start.
const LAST_WORDS: usize = 5;

/// The window's number, as in `rota.toml`.
pub(super) const NUMBER: &str = "9000";
pub(super) const OPERATOR: &str = "drill";
pub(super) const SILENT: &str = "drill-a";
pub(super) const ANSWERING: &str = "drill-b";

/// Stops when it is dropped, and its folder goes with it.
pub(super) struct OwnLine {
    child: Child,
    folder: TempDir,
    pub(super) url: String,
}

impl OwnLine {
    /// # Errors
    /// What kept the child from starting, in its own last words.
    pub(super) async fn start() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("tomoshibi-rehearse-").tempdir()?;
        fs::write(folder.path().join("rota.toml"), ROTA)?;
        fs::write(folder.path().join("line.toml"), SETTINGS)?;
        let mut child = child(&folder)?;
        let words = child.stdout.take().map(up);
        let mut line = Self { child, folder, url: String::new() };
        let url = async { words?.await.ok() };
        match tokio::time::timeout(STARTS_WITHIN, url).await {
            Ok(Some(url)) => line.url = url,
            Ok(None) => bail!("the drill's own line did not start:\n{}", line.last_words()),
            Err(_) => {
                bail!("the drill's own line was not up within {STARTS_WITHIN:?}:\n{}", line.last_words())
            }
        }
        Ok(line)
    }

    pub(super) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(super) fn rota(&self) -> PathBuf {
        self.folder.path().join("rota.toml")
    }

    fn last_words(&self) -> String {
        let text = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(LAST_WORDS)..].join("\n")
    }
}

impl Drop for OwnLine {
    fn drop(&mut self) {
        // Nobody is left on it, and its folder goes: there is nothing to drain.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn child(folder: &TempDir) -> anyhow::Result<Child> {
    let program =
        std::env::current_exe().context("this program cannot be found again to start the drill's line")?;
    let at = |name: &str| folder.path().join(name);
    let ours = std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TOMOSHIBI_"));
    let mut command = Command::new(program);
    command
        .args(["serve", "--sip", "127.0.0.1:0", "--http", "127.0.0.1:0"])
        .arg("--data")
        .arg(at("data"))
        .arg("--config")
        .arg(at("line.toml"))
        .arg("--rota-file")
        .arg(at("rota.toml"))
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(File::create(at("log"))?);
    // Settings of another line in the environment are not for this one.
    for (name, _) in ours {
        command.env_remove(name);
    }
    command.spawn().context("the drill's line cannot be started")
}

/// Where the child says that it is open; none when it ends before.
fn up(stdout: ChildStdout) -> oneshot::Receiver<String> {
    let (told, url) = oneshot::channel();
    std::thread::spawn(move || {
        let mut told = Some(told);
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let url = line.split_whitespace().find(|word| word.starts_with("http://"));
            if let Some((told, url)) = url.and_then(|url| Some((told.take()?, url))) {
                let _ = told.send(url.to_owned());
            }
        }
    });
    url
}
