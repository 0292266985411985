//! Escalations as they change, for one operator.

use domain::ids::{EscalationId, OperatorId};
use futures::Stream;
use proto::escalation::v1 as pb;
use shell::bus::Nudge;
use shell::shutdown::Shutdown;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use crate::error::EscalationError;
use crate::keeper::Keeper;
use crate::wire;

/// News that wait for a slow reader; the bus remembers what follows.
const AHEAD: usize = 16;
/// Open ones that are told of at the beginning.
const AT_FIRST: u32 = 500;

type Out = mpsc::Sender<Result<pb::WatchEscalationsResponse, Status>>;

pub(crate) fn watch(
    keeper: Keeper,
    operator: OperatorId,
    shutdown: Shutdown,
) -> impl Stream<Item = Result<pb::WatchEscalationsResponse, Status>> {
    let (out, news) = mpsc::channel(AHEAD);
    tokio::spawn(Watcher { keeper, operator, out }.run(shutdown));
    ReceiverStream::new(news)
}

struct Watcher {
    keeper: Keeper,
    operator: OperatorId,
    out: Out,
}

impl Watcher {
    async fn run(self, shutdown: Shutdown) {
        let mut nudges = self.keeper.nudges();
        let mut told = self.tell_open().await;
        loop {
            if let Err(error) = told {
                // The client asks again and is told everything: nothing is missed in between.
                let _ = self.out.send(Err(error.into())).await;
                return;
            }
            let nudge = tokio::select! {
                nudge = nudges.next() => nudge,
                () = self.out.closed() => return,
                () = shutdown.draining() => return,
            };
            told = match nudge {
                Some(Nudge::Of { key, .. }) => self.tell_key(&key).await,
                Some(Nudge::Everything) => self.tell_open().await,
                None => return,
            };
        }
    }

    async fn tell_open(&self) -> Result<(), EscalationError> {
        let mut open = self.keeper.store.list(&self.operator, None, true, AT_FIRST).await?;
        open.reverse();
        for id in open {
            self.tell(id).await?;
        }
        Ok(())
    }

    async fn tell_key(&self, key: &str) -> Result<(), EscalationError> {
        match key.parse() {
            Ok(id) => self.tell(id).await,
            Err(_) => Ok(()),
        }
    }

    async fn tell(&self, id: EscalationId) -> Result<(), EscalationError> {
        let Some(shown) = self.keeper.store.show(id).await? else { return Ok(()) };
        if shown.kept.operator == self.operator {
            let escalation = Some(wire::escalation(shown));
            // A client that has left is noticed by the loop.
            let _ = self.out.send(Ok(pb::WatchEscalationsResponse { escalation })).await;
        }
        Ok(())
    }
}
