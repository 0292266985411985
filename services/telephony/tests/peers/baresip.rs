//! baresip as a desk's phone or as a caller. It plays a tone and has no sound card.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use super::{PATIENCE, free_port, program};

pub struct Baresip {
    child: Child,
    folder: TempDir,
    control: u16,
}

impl Baresip {
    /// A phone of `user` at `line`, with more parameters for its account such as
    /// `;answermode=auto` and of its URI such as `;transport=tcp`.
    pub fn start(
        user: &str,
        password: &str,
        line: std::net::SocketAddr,
        uri_params: &str,
        params: &str,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (listen, control) = (free_port(), free_port());
        let ip = if line.is_ipv6() { "[::1]" } else { "127.0.0.1" };
        let config = format!(
            "poll_method epoll\nsip_listen {ip}:{listen}\naudio_source aufile,{tone}\naudio_player aufile,{wav}\n\
             audio_alert aufile,{wav}\nmodule_path /usr/lib/baresip/modules\n\
             rtp_ports {}-{}\nmodule g711.so\nmodule aufile.so\n\
             module_app account.so\nmodule_app menu.so\nmodule ctrl_tcp.so\nctrl_tcp_listen 127.0.0.1:{control}\n",
            30_000 + free_port() % 5_000,
            39_000,
            tone = tone(folder.path()).display(),
            wav = folder.path().join("heard.wav").display(),
        );
        fs::write(folder.path().join("config"), config).unwrap();
        let account = format!(
            "<sip:{user}@{line}{uri_params}>;auth_user={user};auth_pass={password};regint=60;audio_codecs=PCMU/8000/1,PCMA/8000/1{params}\n"
        );
        fs::write(folder.path().join("accounts"), account).unwrap();
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let child = Command::new(program("baresip", "baresip-core"))
            .args(["-f", folder.path().to_str().unwrap(), "-s"])
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        Self { child, folder, control }
    }

    pub fn log(&self) -> String {
        fs::read(self.folder.path().join("log"))
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }

    pub async fn says(&self, text: &str) {
        let said = async {
            while !self.log().contains(text) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, said).await;
        assert!(waited.is_ok(), "baresip never said {text:?}\n{}", self.log());
    }

    /// A command of its menu, such as `dial sip:…`, `hangup`, `accept`, `hold`, `resume`.
    pub async fn tell(&self, command: &str, params: &str) {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", self.control)).await.unwrap();
        let json = format!(r#"{{"command":"{command}","params":"{params}","token":"t"}}"#);
        stream.write_all(format!("{}:{json},", json.len()).as_bytes()).await.unwrap();
        let mut answer = [0; 1024];
        let _ = tokio::time::timeout(Duration::from_secs(5), stream.read(&mut answer)).await;
    }
}

/// A minute of 440 Hz as a file: baresip's own tone needs 48 kHz.
fn tone(folder: &std::path::Path) -> std::path::PathBuf {
    let path = folder.join("tone.wav");
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 8000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(&path, spec).unwrap();
    for sample in 0..8000_u32 * 60 {
        let phase = f64::from(sample) * 440.0 * std::f64::consts::TAU / 8000.0;
        writer.write_sample((phase.sin() * 8000.0) as i16).unwrap();
    }
    writer.finalize().unwrap();
    path
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
