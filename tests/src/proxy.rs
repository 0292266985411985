//! A TCP way that can be spoilt: it stands between the line and what the line talks to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use crate::peers::free_port;
use crate::wait::eventually;

/// Pieces under way in one direction; beyond them the sender is held up.
const UNDER_WAY: usize = 256;

/// What happens to bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Open,
    /// Each answer comes so much later.
    Slow(Duration),
    /// Half-open: nothing comes through and nothing is closed. What waits goes on when the way is open again.
    Stuck,
    /// Bytes are swallowed. A connection that lived to see it never says anything again, whatever comes later.
    Swallows,
    /// Connections are broken, and nobody listens.
    Refuses,
}

/// Whoever connects to `at` reaches what it leads to. It is gone with its handle.
pub struct FaultProxy {
    pub at: SocketAddr,
    way: watch::Sender<Way>,
    to: Arc<Mutex<SocketAddr>>,
    task: JoinHandle<()>,
}

impl FaultProxy {
    pub async fn to(address: SocketAddr) -> Self {
        let at = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let (way, seen) = watch::channel(Way::Open);
        let to = Arc::new(Mutex::new(address));
        let task = tokio::spawn(listen(at, Arc::clone(&to), seen));
        eventually("the proxy listens", async || TcpStream::connect(at).await.ok()).await;
        Self { at, way, to, task }
    }

    /// To the server of that URL, such as `postgres://…@127.0.0.1:5432/…`.
    pub async fn to_url(url: &str) -> Self {
        Self::to(address_of(url)).await
    }

    /// From now on, for connections that are there and those that come.
    pub fn is(&self, way: Way) {
        self.way.send_replace(way);
    }

    /// Connections from now on lead there; those that are there stay where they are.
    pub fn leads_to(&self, address: SocketAddr) {
        *self.to.lock().unwrap_or_else(PoisonError::into_inner) = address;
    }

    /// That URL by way of this proxy.
    pub fn url(&self, direct: &str) -> String {
        direct.replacen(&address_of(direct).to_string(), &self.at.to_string(), 1)
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The `HOST:PORT` in a URL; hosts are numbers here.
pub fn address_of(url: &str) -> SocketAddr {
    let rest = url.split("://").nth(1).unwrap_or(url);
    let place = rest.split('/').next().unwrap_or(rest);
    place.rsplit('@').next().unwrap_or(place).parse().expect("a URL with an address and a port")
}

async fn listen(at: SocketAddr, to: Arc<Mutex<SocketAddr>>, mut way: watch::Receiver<Way>) {
    loop {
        let _ = way.wait_for(|way| *way != Way::Refuses).await;
        let listener = TcpListener::bind(at).await.expect("the port is ours");
        let refuses =
            async |mut way: watch::Receiver<Way>| drop(way.wait_for(|way| *way == Way::Refuses).await);
        let mut over = std::pin::pin!(refuses(way.clone()));
        loop {
            tokio::select! {
                () = &mut over => break,
                Ok((near, _)) = listener.accept() => {
                    let to = *to.lock().unwrap_or_else(PoisonError::into_inner);
                    tokio::spawn(carry(near, to, way.clone()));
                }
            }
        }
    }
}

/// One connection, until it is closed, broken, or the proxy is gone.
async fn carry(near: TcpStream, to: SocketAddr, mut way: watch::Receiver<Way>) {
    let (mut refuses, mut swallows) = (way.clone(), way.clone());
    let (near_in, near_out) = near.into_split();
    let through = async {
        way.wait_for(|way| matches!(way, Way::Open | Way::Slow(_))).await.ok()?;
        let far = TcpStream::connect(to).await.ok()?;
        let (far_in, far_out) = far.into_split();
        Some((pump(near_in, far_out, way.clone(), false), pump(far_in, near_out, way.clone(), true)))
    };
    tokio::select! {
        biased;
        _ = refuses.wait_for(|way| *way == Way::Refuses) => {}
        () = hold(&mut swallows, through) => {}
    }
}

/// Carries bytes until the way swallows them once; then holds the sockets and says nothing more.
async fn hold<A: Future<Output = ()>, B: Future<Output = ()>>(
    swallows: &mut watch::Receiver<Way>,
    through: impl Future<Output = Option<(A, B)>>,
) {
    let both = async {
        if let Some((there, back)) = through.await {
            tokio::join!(there, back);
        }
    };
    let mut both = std::pin::pin!(both);
    tokio::select! {
        biased;
        () = has_swallowed(swallows) => std::future::pending().await,
        () = &mut both => {}
    }
}

/// For ever, when the proxy is gone before.
async fn has_swallowed(way: &mut watch::Receiver<Way>) {
    if way.wait_for(|way| *way == Way::Swallows).await.is_err() {
        std::future::pending().await
    }
}

/// One direction. What is late is late by the same time for every piece: they do not queue behind each other.
async fn pump(
    from: impl AsyncRead + Unpin,
    to: impl AsyncWrite + Unpin,
    way: watch::Receiver<Way>,
    answers: bool,
) {
    let (pieces, waiting) = mpsc::channel(UNDER_WAY);
    tokio::join!(read(from, pieces), write(to, waiting, way, answers));
}

async fn read(mut from: impl AsyncRead + Unpin, pieces: mpsc::Sender<(Instant, Vec<u8>)>) {
    loop {
        let mut piece = Vec::with_capacity(16 * 1024);
        match from.read_buf(&mut piece).await {
            Ok(read) if read > 0 => {
                if pieces.send((Instant::now(), piece)).await.is_err() {
                    return;
                }
            }
            Ok(_) | Err(_) => return,
        }
    }
}

async fn write(
    mut to: impl AsyncWrite + Unpin,
    mut waiting: mpsc::Receiver<(Instant, Vec<u8>)>,
    mut way: watch::Receiver<Way>,
    answers: bool,
) {
    loop {
        let piece = waiting.recv().await;
        let Ok(now) = way.wait_for(|way| matches!(way, Way::Open | Way::Slow(_))).await.map(|way| *way)
        else {
            return;
        };
        let Some((came, bytes)) = piece else { break };
        if let (Way::Slow(late), true) = (now, answers) {
            sleep_until(came + late).await;
        }
        if to.write_all(&bytes).await.is_err() {
            return;
        }
    }
    let _ = to.shutdown().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATE: Duration = Duration::from_millis(200);

    /// Says everything back.
    async fn echo() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = stream.split();
                    let _ = tokio::io::copy(&mut from, &mut to).await;
                });
            }
        });
        at
    }

    async fn says(stream: &mut TcpStream) -> Option<Duration> {
        let begun = Instant::now();
        stream.write_all(b"a").await.ok()?;
        let answer = tokio::time::timeout(LATE * 5, stream.read_u8()).await;
        answer.ok()?.ok().map(|_| begun.elapsed())
    }

    #[tokio::test]
    async fn a_slow_way_is_late_and_a_stuck_one_goes_on_where_it_stopped() {
        let proxy = FaultProxy::to(echo().await).await;
        let mut stream = TcpStream::connect(proxy.at).await.unwrap();
        assert!(says(&mut stream).await.is_some());

        proxy.is(Way::Slow(LATE));
        assert!(says(&mut stream).await.unwrap() >= LATE);

        proxy.is(Way::Stuck);
        assert!(says(&mut stream).await.is_none());
        proxy.is(Way::Open);
        assert_eq!(stream.read_u8().await.unwrap(), b'a');
    }

    #[tokio::test]
    async fn what_was_swallowed_stays_dumb_and_what_was_refused_is_broken() {
        let proxy = FaultProxy::to(echo().await).await;
        let mut dumb = TcpStream::connect(proxy.at).await.unwrap();
        assert!(says(&mut dumb).await.is_some());
        proxy.is(Way::Swallows);
        assert!(says(&mut dumb).await.is_none());
        proxy.is(Way::Open);
        assert!(says(&mut dumb).await.is_none());
        let mut broken = TcpStream::connect(proxy.at).await.unwrap();
        assert!(says(&mut broken).await.is_some());

        proxy.is(Way::Refuses);

        assert!(broken.read_u8().await.is_err());
        eventually("nobody listens", async || TcpStream::connect(proxy.at).await.err()).await;
        proxy.is(Way::Open);
        eventually("somebody listens", async || TcpStream::connect(proxy.at).await.ok()).await;
    }
}
