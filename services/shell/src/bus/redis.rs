//! The way to the other replicas: Redis publish and subscribe.
//!
//! One task speaks, one listens. Each connects again by itself; an outage is
//! one line in the log at its beginning and one at its end.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use redis::aio::MultiplexedConnection;
use redis::{AsyncCommands, RedisError};
use serde::{Deserialize, Serialize};
use tokio::sync::{broadcast, mpsc, watch};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::Nudge;
use super::server::Server;

const CHANNEL: &str = "tomoshibi:nudges";
/// Nudges that wait for Redis; what does not fit is lost, which is fine.
const QUEUE: usize = 1024;
const CONNECT: Duration = Duration::from_secs(1);
/// A Redis that vanished without a word is noticed after this and `CONNECT`.
const PING: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

#[derive(Debug, thiserror::Error)]
#[error(
    "bus.redis is not a Redis URL; right is redis://HOST:6379/, rediss://USER:PASSWORD@HOST:6379/ or, with \
     sentinels, redis+sentinel://HOST:26379,HOST:26379/NAME"
)]
pub struct BusFault(#[source] pub(super) RedisError);

#[derive(Serialize, Deserialize)]
struct Message<'a> {
    /// Who published: it has heard it already.
    from: Uuid,
    topic: &'a str,
    key: &'a str,
}

type Away = mpsc::Sender<(Arc<str>, Arc<str>)>;

pub(super) fn start(
    url: &str,
    here: &broadcast::Sender<Nudge>,
) -> Result<(Away, watch::Receiver<bool>), BusFault> {
    let server = Arc::new(Server::of(url)?);
    let (away, nudges) = mpsc::channel(QUEUE);
    let (state, connected) = watch::channel(false);
    let me = Uuid::from_u128(rand::random());
    tokio::spawn(speak(Arc::clone(&server), nudges, me));
    tokio::spawn(listen(server, here.clone(), away.downgrade(), state, me));
    Ok((away, connected))
}

/// A connection that failed is made anew with the next nudge: its server may not be the primary any more.
async fn speak(server: Arc<Server>, mut nudges: mpsc::Receiver<(Arc<str>, Arc<str>)>, me: Uuid) {
    let mut redis = None;
    while let Some((topic, key)) = nudges.recv().await {
        let message = Message { from: me, topic: &topic, key: &key };
        let Ok(message) = serde_json::to_string(&message) else { continue };
        redis = timeout(CONNECT, say(&server, redis, message)).await.ok().and_then(Result::ok);
        if redis.is_none() {
            metrics::counter!("tomoshibi_bus_lost_total").increment(1);
        }
    }
}

/// Gives the connection back when it was good.
async fn say(
    server: &Server,
    known: Option<MultiplexedConnection>,
    message: String,
) -> Result<MultiplexedConnection, RedisError> {
    let mut redis = match known {
        Some(redis) => redis,
        None => server.client().await?.get_multiplexed_async_connection().await?,
    };
    redis.publish::<_, _, ()>(CHANNEL, message).await?;
    Ok(redis)
}

/// Ends when the bus is gone.
async fn listen(
    server: Arc<Server>,
    here: broadcast::Sender<Nudge>,
    bus: mpsc::WeakSender<(Arc<str>, Arc<str>)>,
    state: watch::Sender<bool>,
    me: Uuid,
) {
    let mut pause = FIRST_PAUSE;
    let mut said = false;
    while bus.upgrade().is_some() {
        let error = match timeout(CONNECT, connect(&server)).await {
            Ok(Ok(redis)) => {
                tracing::info!("the bus is connected to Redis");
                (pause, said) = (FIRST_PAUSE, false);
                tell(&state, true);
                // What the others said in the meantime is lost.
                let _ = here.send(Nudge::Everything);
                hear(redis, &here, me).await
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => "no answer in time".to_owned(),
        };
        tell(&state, false);
        if !std::mem::replace(&mut said, true) {
            tracing::warn!(error, "the bus has lost Redis; other replicas are heard by the period only");
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn connect(server: &Server) -> Result<redis::aio::PubSub, RedisError> {
    let mut redis = server.client().await?.get_async_pubsub().await?;
    redis.subscribe(CHANNEL).await?;
    Ok(redis)
}

/// Until the connection breaks; says why.
async fn hear(redis: redis::aio::PubSub, here: &broadcast::Sender<Nudge>, me: Uuid) -> String {
    let (mut sink, mut messages) = redis.split();
    loop {
        match timeout(PING, messages.next()).await {
            Ok(Some(message)) => pass_on(message.get_payload_bytes(), here, me),
            Ok(None) => return "the connection is closed".to_owned(),
            Err(_) => match timeout(CONNECT, sink.ping::<redis::Value>()).await {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => return error.to_string(),
                Err(_) => return "no answer to a ping".to_owned(),
            },
        }
    }
}

/// Our own come back too; another release's that we cannot read is no loss.
fn pass_on(message: &[u8], here: &broadcast::Sender<Nudge>, me: Uuid) {
    match serde_json::from_slice::<Message<'_>>(message) {
        Ok(message) if message.from != me => {
            let _ = here.send(Nudge::Of { topic: message.topic.into(), key: message.key.into() });
        }
        Ok(_) => {}
        Err(_) => drop(here.send(Nudge::Everything)),
    }
}

fn tell(state: &watch::Sender<bool>, connected: bool) {
    metrics::gauge!("tomoshibi_bus_connected").set(if connected { 1.0 } else { 0.0 });
    state.send_if_modified(|known| std::mem::replace(known, connected) != connected);
}
