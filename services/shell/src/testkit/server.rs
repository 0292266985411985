//! Starting a server that cannot be leaked.
//!
//! Every user holds the folder's lock, shared. A watchdog tries to take it
//! alone once a second; when it succeeds often enough in a row nobody is left,
//! and it stops the server and removes the folder, still holding the lock.

use std::fs::{self, File, OpenOptions};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

pub(super) const START_LIMIT: Duration = Duration::from_secs(60);

/// `$0` folder, `$1` seconds without users after which it ends. `pid` has the server's process.
const WATCHDOG: &str = r#"
free=0
while [ -d "$0" ]; do
    sleep 1
    if flock -n -x "$0.lock" true; then free=$((free + 1)); else free=0; fi
    [ "$free" -ge "$1" ] || continue
    flock -n -x "$0.lock" sh -c '
        pid=$(head -n 1 "$0/pid" 2>/dev/null) && [ -n "$pid" ] && {
            kill -CONT "$pid"; kill -QUIT "$pid"; sleep 0.2; kill -KILL "$pid"
        }
        rm -rf "$0" "$0.lock" "$0.starting"' "$0" && exit
done"#;

/// The right to use the server in a folder, as long as it lives.
#[derive(Debug)]
pub(super) struct Using {
    pub(super) folder: PathBuf,
    _lock: File,
}

impl Using {
    pub(super) fn of(folder: &Path) -> Self {
        loop {
            let lock = open(&beside(folder, "lock"));
            lock.lock_shared().expect("a lock in the temporary folder");
            // The watchdog may have removed the file between opening and locking it.
            if same_file(&lock, &beside(folder, "lock")) {
                return Self { folder: folder.to_owned(), _lock: lock };
            }
        }
    }

    /// One starter at a time; the others find what it left.
    pub(super) fn starting(&self) -> File {
        let lock = open(&beside(&self.folder, "starting"));
        lock.lock().expect("a lock in the temporary folder");
        lock
    }

    pub(super) fn watch(&self, linger_seconds: u32) {
        let mut watchdog = Command::new("setsid");
        watchdog.args(["--fork", "sh", "-c", WATCHDOG]).arg(&self.folder).arg(linger_seconds.to_string());
        let started = quiet(&mut watchdog).status().is_ok_and(|status| status.success());
        assert!(started, "setsid of Debian's util-linux is missing");
    }
}

fn beside(folder: &Path, what: &str) -> PathBuf {
    folder.with_extension(what)
}

fn open(path: &Path) -> File {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .expect("the temporary folder is writable")
}

fn same_file(open: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (open.metadata(), fs::metadata(path)) {
        (Ok(ours), Ok(there)) => (ours.dev(), ours.ino()) == (there.dev(), there.ino()),
        (Err(_), _) | (_, Err(_)) => false,
    }
}

/// A child that holds none of the test's pipes, so that the runner does not wait for it.
pub(super) fn quiet(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())
}

pub(super) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("a bound port").port()
}

pub(super) fn listens(port: u16) -> bool {
    TcpStream::connect_timeout(&(Ipv4Addr::LOCALHOST, port).into(), Duration::from_millis(500)).is_ok()
}

/// Waits for a condition of another process.
#[expect(clippy::disallowed_methods, reason = "another process gives no event to wait for")]
pub(super) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < START_LIMIT, "{what} within {START_LIMIT:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

pub(super) fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// Runs to the end; a failure fails the test with what the program said.
pub(super) fn run(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
}
