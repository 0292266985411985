//! Counsellors whose page is open: each has the board of the operator, whole, at every change.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use domain::access::Role;
use proto::console::v1 as pb;
use proto::console::v1::console_service_client::ConsoleServiceClient;
use shell::grpc::auth::Token;
use shell::grpc::{channel, far};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tonic::Streaming;

use crate::line::Line;
use crate::report::say;
use crate::rows::nation::{OPERATOR, desk_id};
use crate::rows::records::{House, shown};

const LIMIT: Duration = Duration::from_secs(20);
/// Pages that share a connection.
const TOGETHER: usize = 100;

#[derive(Debug, Default)]
pub(super) struct Watched {
    pub(super) boards: usize,
    /// Streams that ended by themselves.
    pub(super) lost: usize,
}

pub(super) async fn watch(
    line: Arc<Line>,
    many: usize,
    is_over: watch::Receiver<bool>,
) -> anyhow::Result<Watched> {
    let house = House::of(OPERATOR, &line.store, &line.store.path("data/keys.toml"))?;
    let token = Token::load(&line.store.path("data/token"), false)?;
    let (mut open, mut connection) = (JoinSet::new(), channel(&format!("http://{}", line.http))?);
    for console in 0..many {
        if console.is_multiple_of(TOGETHER) {
            connection = channel(&format!("http://{}", line.http))?;
        }
        let session = house.signs_in(&desk_id(console), Role::Counsellor).await?;
        let route = shown(far(connection.clone(), LIMIT, &token), &session)?;
        let asked = pb::WatchBoardRequest { operator_id: OPERATOR.into() };
        let stream = ConsoleServiceClient::new(route).watch_board(asked).await;
        open.spawn(reads(stream.context("a console cannot see the board")?.into_inner(), is_over.clone()));
    }
    say(&format!("{many} consoles are open"));
    let mut watched = Watched::default();
    while let Some(read) = open.join_next().await {
        let (boards, is_lost) = read?;
        watched.boards += boards;
        watched.lost += usize::from(is_lost);
    }
    Ok(watched)
}

async fn reads(
    mut board: Streaming<pb::WatchBoardResponse>,
    mut is_over: watch::Receiver<bool>,
) -> (usize, bool) {
    let mut boards = 0;
    loop {
        tokio::select! {
            _ = is_over.changed() => return (boards, false),
            said = board.message() => match said {
                Ok(Some(_)) => boards += 1,
                Ok(None) | Err(_) => return (boards, true),
            },
        }
    }
}
