//! Redis: a claim of the agent who has been idle longest, and a message to whoever listens.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncCommands, Client, Script, Value};
use tokio::sync::{mpsc, oneshot};

const AGENTS: u32 = 1000;
const CLAIM: &str = "local agent = redis.call('ZRANGE', KEYS[1], 0, 0)[1]
redis.call('ZREM', KEYS[1], agent)
redis.call('HSET', KEYS[2], agent, ARGV[1])
return agent";

pub(super) struct Claims {
    redis: MultiplexedConnection,
    script: Script,
    idle: String,
    held: String,
    done: u64,
}

impl Claims {
    pub(super) async fn on(url: &str) -> anyhow::Result<Self> {
        let mut redis = Client::open(url)?.get_multiplexed_async_connection().await?;
        let key = uuid::Uuid::now_v7();
        let (idle, held) = (format!("idle-{key}"), format!("held-{key}"));
        for agent in 0..AGENTS {
            redis.zadd::<_, _, _, ()>(&idle, format!("agent-{agent}"), agent).await?;
        }
        Ok(Self { redis, script: Script::new(CLAIM), idle, held, done: u64::from(AGENTS) })
    }

    pub(super) async fn claim(&mut self) -> redis::RedisResult<String> {
        self.done += 1;
        let mut script = self.script.key(&self.idle);
        script.key(&self.held).arg(self.done).invoke_async(&mut self.redis).await
    }

    pub(super) async fn release(&mut self, agent: &str) -> redis::RedisResult<()> {
        self.redis.hdel::<_, _, ()>(&self.held, agent).await?;
        self.redis.zadd(&self.idle, agent, self.done).await
    }
}

/// XADD, a blocked XREADGROUP, XACK.
pub(super) struct Pipeline {
    redis: MultiplexedConnection,
    stream: String,
    acked: mpsc::Receiver<()>,
    /// The reader ends with it.
    _alive: oneshot::Sender<()>,
}

const GROUP: &str = "centre";
const LIMIT: Duration = Duration::from_secs(20);

impl Pipeline {
    pub(super) async fn on(url: &str) -> anyhow::Result<Self> {
        let client = Client::open(url)?;
        let mut redis = client.get_multiplexed_async_connection().await?;
        let stream = format!("stream-{}", uuid::Uuid::now_v7());
        redis.xgroup_create_mkstream::<_, _, _, ()>(&stream, GROUP, "$").await?;
        // A connection that waits is a connection of its own, and waits longer than the usual limit.
        let config = redis::AsyncConnectionConfig::new().set_response_timeout(None);
        let reader = client.get_multiplexed_async_connection_with_config(&config).await?;
        let (ack, acked) = mpsc::channel(1);
        let (alive, gone) = oneshot::channel::<()>();
        tokio::spawn({
            let stream = stream.clone();
            async move {
                tokio::select! {
                    _ = gone => {}
                    _ = reads(reader, &stream, &ack) => {}
                }
            }
        });
        Ok(Self { redis, stream, acked, _alive: alive })
    }

    /// Until the reader has acknowledged it.
    pub(super) async fn send(&mut self) -> anyhow::Result<()> {
        self.redis.xadd::<_, _, _, _, ()>(&self.stream, "*", &[("referral", "7")]).await?;
        let acked = tokio::time::timeout(LIMIT, self.acked.recv()).await?;
        acked.ok_or_else(|| anyhow::anyhow!("the reader of the stream of Redis ended"))
    }
}

/// Ends with the connection.
async fn reads(
    mut redis: MultiplexedConnection,
    stream: &str,
    ack: &mpsc::Sender<()>,
) -> redis::RedisResult<()> {
    loop {
        let mut asked = redis::cmd("XREADGROUP");
        asked.arg("GROUP").arg(GROUP).arg("one").arg("COUNT").arg(1).arg("BLOCK").arg(0);
        let read: Value = asked.arg("STREAMS").arg(stream).arg(">").query_async(&mut redis).await?;
        let read: redis::streams::StreamReadReply = redis::from_redis_value(read)?;
        for entry in read.keys.iter().flat_map(|key| &key.ids) {
            redis.xack::<_, _, _, ()>(stream, GROUP, &[&entry.id]).await?;
            if ack.send(()).await.is_err() {
                return Ok(());
            }
        }
    }
}
