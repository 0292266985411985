//! What a stream said, with a generous limit for real machines.

use std::time::Duration;

use proto::routing::v1 as pb;
use proto::routing::v1::seek_desk_response::News;
use tonic::Streaming;

/// Nothing takes so long but a fault.
const LIMIT: Duration = Duration::from_secs(20);

pub struct CallNews {
    pub stream: Streaming<pb::SeekDeskResponse>,
}

impl CallNews {
    /// None when the stream ended.
    pub async fn next(&mut self) -> Option<News> {
        let said = tokio::time::timeout(LIMIT, self.stream.message()).await.expect("news within the limit");
        said.unwrap().map(|said| said.news.unwrap())
    }

    pub async fn offer(&mut self) -> pb::Offer {
        match self.next().await {
            Some(News::Offer(offer)) => offer,
            other => panic!("an offer, not {other:?}"),
        }
    }

    /// The next offer, whatever is said before it.
    pub async fn offer_at_last(&mut self) -> pb::Offer {
        loop {
            match self.next().await.expect("the stream goes on") {
                News::Offer(offer) => return offer,
                News::NobodyFree(_) | News::Withdrawn(_) => {}
            }
        }
    }

    pub async fn nobody_free(&mut self) -> pb::NoOneFree {
        match self.next().await {
            Some(News::NobodyFree(nobody)) => nobody.why(),
            other => panic!("nobody free, not {other:?}"),
        }
    }

    pub async fn withdrawn(&mut self) -> String {
        match self.next().await {
            Some(News::Withdrawn(withdrawn)) => withdrawn.offer_id,
            other => panic!("a withdrawal, not {other:?}"),
        }
    }

    pub async fn ends(&mut self) {
        assert_eq!(self.next().await, None);
    }
}

pub struct PlanNews {
    pub stream: Streaming<pb::WatchPlanResponse>,
}

impl PlanNews {
    /// Reads plans until one is as it should be.
    pub async fn until(&mut self, fits: impl Fn(&pb::WatchPlanResponse) -> bool) -> pb::WatchPlanResponse {
        let waited = async {
            loop {
                let plan = self.stream.message().await.unwrap().expect("the plan goes on");
                if fits(&plan) {
                    return plan;
                }
            }
        };
        tokio::time::timeout(LIMIT, waited).await.expect("the plan within the limit")
    }
}
