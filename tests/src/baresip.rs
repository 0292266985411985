//! baresip, a real telephone, led and watched over its control socket.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use crate::peers::{free_port, program};
use crate::sounds::{Sound, Voice, loud_samples, tone};
use crate::wait::eventually;

/// A telephone. It is switched off with its handle.
pub struct Baresip {
    child: Child,
    folder: TempDir,
    events: Arc<Mutex<Vec<Value>>>,
    control: tokio::sync::Mutex<OwnedWriteHalf>,
}

impl Baresip {
    /// With an account such as `<sip:ito@127.0.0.1:5060>;auth_pass=…`.
    pub async fn start(account: &str, ip: std::net::IpAddr, voice: Voice) -> Self {
        Self::start_at(account, SocketAddr::new(ip, free_port()), voice).await
    }

    /// Speaks TLS with whom that authority certifies.
    pub async fn start_over_tls(account: &str, authority: &Path, voice: Voice) -> Self {
        let believes = format!("sip_cafile {}\n", authority.display());
        Self::switched_on(account, ([127, 0, 0, 1], free_port()).into(), voice, &believes).await
    }

    /// Rung there by whoever knows the way, such as a line whose trunk leads there.
    pub async fn start_at(account: &str, listen: SocketAddr, voice: Voice) -> Self {
        Self::switched_on(account, listen, voice, "").await
    }

    async fn switched_on(account: &str, listen: SocketAddr, voice: Voice, more: &str) -> Self {
        let (folder, ip, port) = (tempfile::tempdir().unwrap(), listen.ip(), free_port());
        let config = format!(
            "poll_method epoll\nsip_listen {listen}\naudio_source aufile,{tone}\naudio_player aubridge,out\n\
             snd_path {folder}\nmodule_path /usr/lib/baresip/modules\nrtp_ports {rtp}-{last}\n\
             module g711.so\nmodule aufile.so\nmodule aubridge.so\nmodule sndfile.so\nmodule_app account.so\nmodule_app menu.so\n\
             module ctrl_tcp.so\nctrl_tcp_listen 127.0.0.1:{port}\n{more}",
            tone = tone(folder.path(), voice).display(),
            folder = folder.path().display(),
            rtp = 30_000 + free_port() % 2_000,
            last = 32_700,
        );
        fs::write(folder.path().join("config"), config).unwrap();
        let account = format!("{account};audio_codecs=PCMU/8000/1,PCMA/8000/1\n");
        fs::write(folder.path().join("accounts"), account).unwrap();
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let mut child = Command::new(program("baresip", "baresip-core"))
            .args(["-f", folder.path().to_str().unwrap(), "-s", if ip.is_ipv6() { "-6" } else { "-4" }])
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let stream = eventually("baresip's control socket opens", async || {
            let ended = child.try_wait().unwrap();
            assert!(ended.is_none(), "baresip ended\n{}", log_of(&folder));
            TcpStream::connect(("127.0.0.1", port)).await.ok()
        })
        .await;
        let (from, to) = stream.into_split();
        let events = Arc::default();
        tokio::spawn(listen_to(from, Arc::clone(&events)));
        Self { child, folder, events, control: to.into() }
    }

    /// A command of its menu.
    pub async fn tell(&self, command: &str, params: &str) {
        let text = json!({ "command": command, "params": params, "token": "t" }).to_string();
        let sent = self.control.lock().await.write_all(format!("{}:{text},", text.len()).as_bytes()).await;
        sent.unwrap_or_else(|error| panic!("baresip hears us: {error}\n{}", log_of(&self.folder)));
    }

    /// How often that has happened so far, such as `CALL_INCOMING`.
    pub fn count(&self, event: &str) -> usize {
        self.events.lock().unwrap().iter().filter(|told| told["type"] == event).count()
    }

    /// What it showed when it rang last, as it would be dialled.
    pub fn shown(&self) -> String {
        let events = self.events.lock().unwrap();
        let rang = events.iter().rfind(|told| told["type"] == "CALL_INCOMING").expect("it has rung");
        rang["peeruri"].as_str().unwrap().to_owned()
    }

    /// Waits until it has happened so often.
    pub async fn has(&self, event: &str, times: usize) {
        let waited = eventually(event, async || (self.count(event) >= times).then_some(()));
        let guard = OnFailure(self);
        waited.await;
        std::mem::forget(guard);
    }

    /// Presses keys, as its RTP says them (RFC 4733).
    pub async fn presses(&self, keys: &str) {
        self.tell("sndcode", keys).await;
    }

    /// What it has heard in its latest call.
    pub fn recording(&self) -> Sound {
        let files = fs::read_dir(self.folder.path()).unwrap().flatten().map(|file| file.path());
        let heard = files.filter(|file| file.to_string_lossy().ends_with("-dec.wav"));
        let heard = heard.max_by_key(|file| file.metadata().and_then(|about| about.modified()).ok());
        heard.map(|file| Sound::read(&file)).unwrap_or_default()
    }

    /// Whom it hears in a whole second from now.
    pub async fn hears_voices(&self) -> Vec<Voice> {
        let mut now = self.recording().len();
        let second = eventually("a second of sound comes in", async || {
            let recording = self.recording();
            // The recording of a call that has just begun is short.
            now = now.min(recording.len());
            recording.second_from(now)
        });
        second.await.voices()
    }

    /// Sound that came in in all its calls, loud enough to be somebody's, in samples of 1/8000 s.
    pub fn heard(&self) -> usize {
        let files = fs::read_dir(self.folder.path()).unwrap().flatten().map(|file| file.path());
        let heard = files.filter(|file| file.to_string_lossy().ends_with("-dec.wav"));
        heard.map(|file| loud_samples(&file)).sum()
    }

    pub fn log(&self) -> String {
        log_of(&self.folder)
    }
}

/// Shows what the telephone knew when a wait for it has failed.
struct OnFailure<'b>(&'b Baresip);

impl Drop for OnFailure<'_> {
    fn drop(&mut self) {
        eprintln!("baresip's events: {:?}\n{}", self.0.events.lock(), self.0.log());
    }
}

fn log_of(folder: &TempDir) -> String {
    let bytes = fs::read(folder.path().join("log")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Netstrings of JSON, until it is switched off.
async fn listen_to(mut from: OwnedReadHalf, events: Arc<Mutex<Vec<Value>>>) {
    let mut buffer = Vec::new();
    while from.read_buf(&mut buffer).await.is_ok_and(|read| read > 0) {
        while let Some((told, used)) = netstring(&buffer) {
            events.lock().unwrap().push(told);
            buffer.drain(..used);
        }
    }
}

fn netstring(buffer: &[u8]) -> Option<(Value, usize)> {
    let colon = buffer.iter().position(|byte| *byte == b':')?;
    let length: usize = std::str::from_utf8(&buffer[..colon]).ok()?.parse().ok()?;
    let end = colon + 1 + length;
    let text = buffer.get(colon + 1..end)?;
    (buffer.len() > end).then(|| (serde_json::from_slice(text).unwrap_or_default(), end + 1))
}

impl Drop for Baresip {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("baresip:\n{}", self.log());
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
