//! Where Redis is: at one address, or wherever its sentinels say at this moment.

use redis::sentinel::{SentinelClient, SentinelNodeConnectionInfo, SentinelServerType};
use redis::{Client, ConnectionAddr, IntoConnectionInfo, RedisError, TlsMode};
use tokio::sync::Mutex;

use super::BusFault;

pub(super) enum Server {
    At(Client),
    /// Asked again for every connection: the primary may have moved.
    Watched(Mutex<SentinelClient>),
}

impl Server {
    /// `redis://HOST:6379/`, or `redis+sentinel://HOST:26379,HOST:26379/NAME`; with `rediss` for TLS.
    pub(super) fn of(url: &str) -> Result<Self, BusFault> {
        let watched = url.split_once("+sentinel://");
        match watched {
            Some((scheme, rest)) => watched_by(scheme, rest).map(|client| Self::Watched(Mutex::new(client))),
            None => Client::open(url).map(Self::At),
        }
        .map_err(BusFault)
    }

    pub(super) async fn client(&self) -> Result<Client, RedisError> {
        match self {
            Self::At(client) => Ok(client.clone()),
            Self::Watched(sentinels) => sentinels.lock().await.async_get_client().await,
        }
    }
}

/// User and password are those of the servers; sentinels are asked without.
fn watched_by(scheme: &str, rest: &str) -> Result<SentinelClient, RedisError> {
    let (who, places) = rest.rsplit_once('@').map_or(("", rest), |(who, places)| (who, places));
    let (hosts, name) = places.split_once('/').unwrap_or((places, ""));
    let name = name.trim_end_matches('/');
    if hosts.is_empty() || name.is_empty() {
        return Err(
            (redis::ErrorKind::InvalidClientConfig, "sentinels and the name they know are needed").into()
        );
    }
    let at = if who.is_empty() { String::new() } else { format!("{who}@") };
    let server = format!("{scheme}://{at}primary/").into_connection_info()?;
    let mut info =
        SentinelNodeConnectionInfo::default().set_redis_connection_info(server.redis_settings().clone());
    if matches!(server.addr(), ConnectionAddr::TcpTls { .. }) {
        info = info.set_tls_mode(TlsMode::Secure);
    }
    let sentinels: Vec<String> = hosts.split(',').map(|host| format!("{scheme}://{host}/")).collect();
    SentinelClient::build(sentinels, name, Some(info), SentinelServerType::Master)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redis_is_at_an_address_or_known_by_a_name_to_its_sentinels() {
        let watched = |url| matches!(Server::of(url), Ok(Server::Watched(_)));

        assert!(matches!(Server::of("redis://:secret@a:6379/"), Ok(Server::At(_))));
        assert!(watched("redis+sentinel://a:26379,b:26379,c:26379/tomoshibi"));
        assert!(watched("rediss+sentinel://line:p%40ss@a:26379/tomoshibi"));
    }

    #[test]
    fn sentinels_without_a_name_are_told_what_would_be_right() {
        for wrong in
            ["redis+sentinel://a:26379", "redis+sentinel:///tomoshibi", "http+sentinel://a:1/tomoshibi"]
        {
            let fault = Server::of(wrong).err().unwrap().to_string();
            assert!(fault.contains("redis+sentinel://HOST:26379,HOST:26379/NAME"), "{wrong}: {fault}");
        }
    }
}
