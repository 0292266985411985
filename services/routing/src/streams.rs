//! The two streams that routing answers with.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::{Stream, StreamExt, stream};
use proto::routing::v1 as pb;
use tokio::sync::{Notify, mpsc, watch};
use tonic::Status;

use crate::request::News;
use crate::view::{Looks, View};
use crate::wire;

/// News for one call. Dropped, it wakes the dispatcher, which takes the call out of the queue.
#[derive(Debug)]
pub(crate) struct CallStream {
    /// Some until it is dropped.
    heard: Option<mpsc::Receiver<News>>,
    let_go: Arc<Notify>,
}

impl CallStream {
    pub(crate) fn new(heard: mpsc::Receiver<News>, let_go: Arc<Notify>) -> Self {
        Self { heard: Some(heard), let_go }
    }
}

impl Stream for CallStream {
    type Item = Result<pb::SeekDeskResponse, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match &mut self.heard {
            Some(heard) => heard.poll_recv(context).map(|news| news.map(|news| Ok(wire::news(news)))),
            None => Poll::Ready(None),
        }
    }
}

impl Drop for CallStream {
    fn drop(&mut self) {
        // First closed, then told: the dispatcher looks for closed streams.
        self.heard = None;
        self.let_go.notify_one();
    }
}

/// The whole plan at once and again at each change.
#[derive(Debug)]
pub(crate) struct PlanStream {
    looks: Looks,
    sent: Option<pb::WatchPlanResponse>,
}

impl PlanStream {
    pub(crate) fn new(view: watch::Receiver<Arc<View>>) -> Self {
        Self { looks: Looks::new(view), sent: None }
    }

    pub(crate) fn boxed(self) -> Pin<Box<dyn Stream<Item = Result<pb::WatchPlanResponse, Status>> + Send>> {
        stream::unfold(self, |mut plan| async move { Some((Ok(plan.next().await?), plan)) }).boxed()
    }

    /// None when routing has ended.
    async fn next(&mut self) -> Option<pb::WatchPlanResponse> {
        loop {
            let plan = self.looks.next().await?.windows();
            if self.sent.as_ref() != Some(&plan) {
                self.sent = Some(plan);
                return self.sent.clone();
            }
        }
    }
}
