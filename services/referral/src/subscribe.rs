//! A centre that listens: first what waits, then what comes, in its order.

use std::time::Duration;

use domain::ids::{OperatorId, TargetId};
use futures::Stream;
use proto::referral::v1 as pb;
use shell::bus::Nudge;
use shell::shutdown::Shutdown;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;
use tracing::warn;

use crate::error::ReferralError;
use crate::keeper::{DELIVERIES, Keeper, key_of};
use crate::render::Renderer;

/// Deliveries that wait for a slow reader; the store keeps what follows.
const AHEAD: usize = 16;
/// Read in one go.
const AT_ONCE: usize = 50;
/// Looked at even when nobody nudges.
const PERIOD: Duration = Duration::from_secs(1);

type Out = mpsc::Sender<Result<pb::SubscribeResponse, Status>>;

/// One centre that is listened for.
pub(crate) struct Subscription {
    pub(crate) keeper: Keeper,
    pub(crate) renderer: Renderer,
    pub(crate) operator: OperatorId,
    pub(crate) centre: TargetId,
    /// The last number that is safe there.
    pub(crate) after: i64,
    /// Given to the stream and not noted yet: of most of them the centre says at once that it has them.
    pub(crate) handed: Vec<String>,
}

impl Subscription {
    pub(crate) fn listen(
        self,
        shutdown: Shutdown,
    ) -> impl Stream<Item = Result<pb::SubscribeResponse, Status>> {
        let (out, news) = mpsc::channel(AHEAD);
        tokio::spawn(self.run(out, shutdown));
        ReceiverStream::new(news)
    }

    async fn run(mut self, out: Out, shutdown: Shutdown) {
        let key = key_of(self.operator.as_str(), &self.centre);
        let mut nudges = self.keeper.bus.subscribe(&[DELIVERIES]);
        let mut looks_closer = true;
        loop {
            if looks_closer && let Err(error) = self.keeper.store.number(&self.operator, &self.centre).await {
                let _ = out.send(Err(ReferralError::from(error).into())).await;
                return;
            }
            looks_closer = false;
            if let Err(error) = self.hand_out(&out).await {
                // The centre asks again from where it is safe: nothing is missed in between.
                let _ = out.send(Err(error.into())).await;
                return;
            }
            let again = self.keeper.clock.now() + PERIOD;
            loop {
                tokio::select! {
                    nudge = nudges.next() => match nudge {
                        Some(Nudge::Of { key: of, .. }) if *of != *key => {}
                        Some(_) => break,
                        None => return,
                    },
                    () = self.keeper.clock.sleep_until(again) => {
                        self.note_handed().await;
                        looks_closer = true;
                        break;
                    }
                    () = out.closed() => return self.note_handed().await,
                    () = shutdown.draining() => return,
                }
            }
        }
    }

    /// A figure only: what cannot be noted is counted once more when it is handed out again.
    async fn note_handed(&mut self) {
        let now = self.keeper.clock.now();
        for event in self.handed.drain(..) {
            if let Err(error) = self.keeper.store.note_handed(&event, now).await {
                warn!(%error, "that a delivery was handed out cannot be noted");
            }
        }
    }

    /// Everything there is by now.
    async fn hand_out(&mut self, out: &Out) -> Result<(), ReferralError> {
        let store = &self.keeper.store;
        loop {
            let letters = store.deliveries_after(&self.operator, &self.centre, self.after, AT_ONCE).await?;
            let is_all = letters.len() < AT_ONCE;
            for letter in letters {
                let delivery = Some(self.renderer.delivery(&letter).await?);
                if out.send(Ok(pb::SubscribeResponse { delivery })).await.is_err() {
                    return Ok(());
                }
                let row = letter.row;
                self.after = row.centre_seq.unwrap_or(self.after);
                if row.handed_us.is_none() {
                    counted(&row, self.keeper.clock.now());
                    self.handed.push(row.event_id);
                }
            }
            if is_all {
                return Ok(());
            }
        }
    }
}

fn counted(row: &crate::store::DeliveryRow, now: domain::time::Instant) {
    let waited = now.since(domain::time::Instant::from_micros(row.at_us));
    metrics::counter!("tomoshibi_referral_handed_total", "way" => "grpc").increment(1);
    metrics::histogram!("tomoshibi_referral_handed_seconds").record(waited.as_secs_f64());
}
