//! The process of a service: it says its address on standard output and ends when its input is closed.

use std::path::Path;

use anyhow::Context;
use axum::serve::ListenerExt;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tonic::service::Routes;

use super::{House, Served};
use crate::contract::echo_service_server::EchoServiceServer;
use crate::contract::on_duty_service_server::OnDutyServiceServer;
use crate::floor::EchoAnswers;
use crate::rows::OnDutyAnswers;

pub(crate) async fn serve(what: Served, url: &str, redis: &str, folder: &Path) -> anyhow::Result<()> {
    let routes = Routes::new(EchoServiceServer::new(EchoAnswers));
    let routes = match what {
        Served::OnDuty => routes.add_service(OnDutyServiceServer::new(OnDutyAnswers::new()?)),
        Served::Routing => House::open(what, url, redis, folder).await?.routing(folder, routes).await?,
        Served::Escalation => House::open(what, url, redis, folder).await?.escalation(folder, routes).await?,
        Served::Triage => House::open(what, url, redis, folder).await?.triage(folder, routes).await?,
        Served::Referral => House::open(what, url, redis, folder).await?.referral(folder, routes).await?,
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.context("no port is to be had")?;
    crate::report::say(&listener.local_addr()?.to_string());
    // As the binary's door: a short answer does not wait for the acknowledgement of the one before.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let app = routes.prepare().into_axum_router();
    tokio::select! {
        served = async { axum::serve(listener, app).await } => served.context("the service ended"),
        () = nobody_listens() => Ok(()),
    }
}

/// The one who started us is gone.
async fn nobody_listens() {
    let mut word = [0; 1];
    while tokio::io::stdin().read(&mut word).await.is_ok_and(|read| read > 0) {}
}
