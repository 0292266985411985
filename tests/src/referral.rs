//! Cases as their desks hand them on.

use proto::referral::v1 as pb;

use crate::person::Session;

impl Session {
    /// A centre that is told over gRPC.
    pub async fn lists_centre(&self, centre: &str) {
        self.lists(centre, "情報センター", "centre").await;
    }

    /// Somebody who is told over gRPC.
    pub async fn lists(&self, id: &str, name: &str, kind: &str) {
        let target = pb::Target {
            target_id: id.to_owned(),
            name: name.to_owned(),
            kind: kind.to_owned(),
            way: "grpc".to_owned(),
            ..pb::Target::default()
        };
        let asked = pb::SaveTargetRequest { operator_id: self.operator.clone(), target: Some(target) };
        self.referrals().save_target(asked).await.unwrap();
    }

    pub async fn drafts(&self, record: &str, target: &str) -> pb::Referral {
        let asked = pb::DraftReferralRequest {
            operator_id: self.operator.clone(),
            record_id: record.to_owned(),
            target_ids: vec![target.to_owned()],
            changes: Vec::new(),
        };
        self.referrals().draft_referral(asked).await.unwrap().into_inner().referral.unwrap()
    }

    /// The referral of a record, as lists show it. None while the line does not answer.
    pub async fn referral_of(&self, record: &str) -> Option<pb::Referral> {
        let asked = pb::ListReferralsRequest {
            operator_id: self.operator.clone(),
            record_id: record.to_owned(),
            ..pb::ListReferralsRequest::default()
        };
        self.referrals().list_referrals(asked).await.ok()?.into_inner().referrals.pop()
    }
}
