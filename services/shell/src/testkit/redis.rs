//! A Redis of one's own: it starts in milliseconds, so each test has one.

use std::process::{Child, Command};
use std::sync::Mutex;

use uuid::Uuid;

use super::server::{Using, free_port, listens, quiet, until};

#[derive(Debug)]
pub struct Redis {
    using: Using,
    port: u16,
    process: Mutex<Option<Child>>,
}

impl Redis {
    pub fn own() -> Self {
        let folder = std::env::temp_dir().join(format!("tomoshibi-test-redis-{}", Uuid::now_v7().simple()));
        let using = Using::of(&folder);
        std::fs::create_dir_all(&folder).expect("the temporary folder is writable");
        using.watch(2);
        let redis = Self { using, port: free_port(), process: Mutex::new(None) };
        redis.start_again();
        redis
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// As after a power cut: nothing is said to anybody.
    pub fn kill(&self) {
        let child = self.process.lock().expect("not poisoned").take();
        if let Some(mut child) = child {
            child.kill().expect("our own child");
            child.wait().expect("our own child");
        }
    }

    /// On the same port, empty.
    pub fn start_again(&self) {
        let mut command = Command::new("redis-server");
        command.args([
            "--port",
            &self.port.to_string(),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ]);
        command.arg("--dir").arg(&self.using.folder).arg("--pidfile").arg(self.using.folder.join("pid"));
        let child = quiet(&mut command).spawn();
        let child = child.unwrap_or_else(|_| panic!("Redis is missing: apt-get install -y redis-server"));
        *self.process.lock().expect("not poisoned") = Some(child);
        until("Redis listens", || listens(self.port));
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}
