//! A centre that listens, and what it remembers of what it was told.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use anyhow::Context;
use domain::access::Role;
use proto::referral::v1 as pb;
use proto::referral::v1::centre_service_client::CentreServiceClient;
use shell::grpc::Route;
use shell::on;
use shell::store::Db;
use tonic::Streaming;

use crate::house::Service;
use crate::rows::records::{House, OPERATOR, shown};

pub(super) const CENTRE: &str = "first";
/// No delivery takes so long but a lost one.
const LIMIT: Duration = Duration::from_secs(20);

pub(super) struct Centre {
    client: CentreServiceClient<Route>,
    stream: Streaming<pb::SubscribeResponse>,
    /// The event of each number that was acknowledged.
    acked: BTreeMap<u64, String>,
    last: u64,
    faults: Vec<String>,
}

impl Centre {
    pub(super) async fn listens(house: &House, service: &Service) -> anyhow::Result<Self> {
        let session = house.signs_in(CENTRE, Role::Centre).await?;
        let mut client = CentreServiceClient::new(shown(service.route()?, &session)?);
        let stream = subscribe(&mut client, 0).await?;
        Ok(Self { client, stream, acked: BTreeMap::new(), last: 0, faults: Vec::new() })
    }

    /// So many deliveries of referrals, each acknowledged by itself.
    pub(super) async fn takes(&mut self, many: usize) -> anyhow::Result<()> {
        let mut taken = 0;
        while taken < many {
            let delivery = self.hears().await?;
            taken += usize::from(delivery.kind == "referral");
            self.acknowledges(delivery.seq).await?;
            self.notes(delivery);
        }
        Ok(())
    }

    pub(super) async fn hears(&mut self) -> anyhow::Result<pb::Delivery> {
        let said = tokio::time::timeout(LIMIT, self.stream.message()).await;
        let said = said.context("a referral was not delivered within 20 s")??;
        said.and_then(|said| said.delivery).context("the stream of deliveries ended")
    }

    pub(super) async fn acknowledges(&mut self, up_to: u64) -> anyhow::Result<()> {
        let asked = pb::AcknowledgeRequest { operator_id: OPERATOR.into(), centre_id: CENTRE.into(), up_to };
        self.client.acknowledge(asked).await.context("an acknowledgement is refused").map(drop)
    }

    /// As every centre must: by the number and the event.
    pub(super) fn notes(&mut self, delivery: pb::Delivery) {
        if delivery.seq != self.last + 1 {
            self.faults.push(format!("after delivery {} came {}", self.last, delivery.seq));
        }
        self.last = delivery.seq;
        if self.acked.insert(delivery.seq, delivery.event_id).is_some() {
            self.faults.push(format!("delivery {} was acknowledged and came again", delivery.seq));
        }
    }

    pub(super) fn last(&self) -> u64 {
        self.last
    }

    /// After a restart: what it had heard and not acknowledged comes again.
    pub(super) async fn listens_again(&mut self) -> anyhow::Result<()> {
        self.stream = subscribe(&mut self.client, self.last).await?;
        Ok(())
    }

    pub(super) async fn accepts(&mut self, referral: &pb::Referral) -> anyhow::Result<()> {
        let asked = pb::AcceptRequest {
            operator_id: OPERATOR.into(),
            centre_id: CENTRE.into(),
            referral_id: referral.referral_id.clone(),
            expected_at: None,
        };
        self.client.accept(asked).await.context("a yes is refused").map(drop)
    }

    /// What was acknowledged is stored as received, once, under the same event.
    pub(super) async fn faults(&self, db: &Db) -> anyhow::Result<Vec<String>> {
        let rows: Vec<(i64, String, Option<i64>)> = on!(db.read(), pool => sqlx::query_as(
            "SELECT centre_seq, event_id, received_us FROM delivery WHERE centre_id = $1 AND centre_seq IS NOT NULL")
            .bind(CENTRE).fetch_all(pool).await)?;
        let mut stored = HashMap::new();
        for (seq, event, received) in rows {
            stored.insert(u64::try_from(seq)?, (event, received.is_some()));
        }
        let fault = |(seq, event): (&u64, &String)| match stored.get(seq) {
            Some((kept, true)) if kept == event => None,
            Some((_, received)) => {
                Some(format!("delivery {seq} was acknowledged; stored as received: {received}"))
            }
            None => Some(format!("delivery {seq} was acknowledged and is not stored")),
        };
        Ok(self.faults.iter().cloned().chain(self.acked.iter().filter_map(fault)).collect())
    }
}

async fn subscribe(
    client: &mut CentreServiceClient<Route>,
    after: u64,
) -> anyhow::Result<Streaming<pb::SubscribeResponse>> {
    let asked = pb::SubscribeRequest { operator_id: OPERATOR.into(), centre_id: CENTRE.into(), after };
    Ok(client.subscribe(asked).await.context("the centre cannot listen")?.into_inner())
}
