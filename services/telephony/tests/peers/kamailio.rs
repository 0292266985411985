//! Kamailio as the carrier's proxy: it records its route and stays in the way
//! of everything that follows.

use std::fs;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use super::{PATIENCE, free_port, program};

pub struct Kamailio {
    child: Child,
    folder: TempDir,
    pub port: u16,
}

impl Kamailio {
    /// Calls whose request comes from `line` go to `outside`, all others to `line`.
    pub async fn start(line: SocketAddr, outside: SocketAddr) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let config = format!(
            "#!KAMAILIO\ndebug=2\nlog_stderror=yes\nfork=yes\nchildren=1\ntcp_children=1\nlisten=udp:127.0.0.1:{port}\nlisten=tcp:127.0.0.1:{port}\n\
             mpath=\"/usr/lib/x86_64-linux-gnu/kamailio/modules/\"\nloadmodule \"tm.so\"\nloadmodule \"sl.so\"\n\
             loadmodule \"rr.so\"\nloadmodule \"pv.so\"\nloadmodule \"maxfwd.so\"\nloadmodule \"textops.so\"\nloadmodule \"siputils.so\"\n\
             modparam(\"rr\", \"enable_full_lr\", 1)\nrequest_route {{\n\
             if (!mf_process_maxfwd_header(\"10\")) {{ sl_send_reply(\"483\",\"Too Many Hops\"); exit; }}\n\
             if (has_totag()) {{ if (loose_route()) {{ t_relay(); exit; }}\n\
             if (is_method(\"ACK\")) {{ if (t_check_trans()) {{ t_relay(); }} exit; }} sl_send_reply(\"404\",\"Not here\"); exit; }}\n\
             if (is_method(\"CANCEL\")) {{ if (t_check_trans()) {{ t_relay(); }} exit; }}\n\
             if (is_method(\"OPTIONS\") && $rU == $null) {{ sl_send_reply(\"200\",\"Here\"); exit; }}\n\
             t_check_trans();\nif (is_method(\"INVITE\")) {{ record_route(); }}\n\
             if ($si == \"127.0.0.1\" && $sp == {line_port}) {{ $du = \"sip:{outside}\"; }} else {{ $du = \"sip:{line}\"; }}\n\
             t_relay();\n}}\n",
            line_port = line.port(),
        );
        let file = folder.path().join("kamailio.cfg");
        fs::write(&file, config).unwrap();
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let child = Command::new(program("kamailio", "kamailio"))
            .args(["-f", file.to_str().unwrap(), "-DD", "-E", "-Y", folder.path().to_str().unwrap()])
            .args(["-P", folder.path().join("pid").to_str().unwrap(), "-m", "32", "-M", "8"])
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let kamailio = Self { child, folder, port };
        kamailio.is_up().await;
        kamailio
    }

    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    async fn is_up(&self) {
        let up = async {
            while tokio::net::TcpStream::connect(self.address()).await.is_err() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        assert!(tokio::time::timeout(PATIENCE, up).await.is_ok(), "kamailio never came up\n{}", self.log());
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Kamailio {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("kamailio:\n{}", self.log());
        }
        // The main process ends its workers when it is asked to, not when it is killed.
        let pid = self.child.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &pid]).status();
        let _ = self.child.wait();
    }
}
