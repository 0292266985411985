//! The counsellor who hands a case over.

use anyhow::Context;
use domain::access::Role;
use proto::referral::v1 as pb;
use proto::referral::v1::referral_service_client::ReferralServiceClient;
use shell::grpc::Route;
use uuid::Uuid;

use super::centre::CENTRE;
use crate::house::Service;
use crate::rows::records::{Client, House, OPERATOR, field, save, shown};

pub(super) struct Desk {
    records: Client,
    referrals: ReferralServiceClient<Route>,
}

/// Of a case that can be handed over: who it is about, what is the matter, that they agree.
const CASE: [(&str, &str); 8] = [
    ("caller_kind", "311"),
    ("anonymity", "named"),
    ("subject_name", "灯野花子"),
    ("sex", "female"),
    ("presenting", "三日眠れず、死にたいと言っている"),
    ("triage_code", "B"),
    ("consent", "given"),
    ("consent_basis", "consent"),
];

impl Desk {
    /// ito at the desk; kubo has entered the centre into the directory.
    pub(super) async fn opens(house: &House, service: &Service) -> anyhow::Result<Self> {
        let kubo = house.signs_in("kubo", Role::Supervisor).await?;
        let target = pb::Target {
            target_id: CENTRE.into(),
            name: "第一病院".into(),
            kind: "hospital_by_turn".into(),
            way: "grpc".into(),
            ..pb::Target::default()
        };
        let asked = pb::SaveTargetRequest { operator_id: OPERATOR.into(), target: Some(target) };
        let mut kubo = ReferralServiceClient::new(shown(service.route()?, &kubo)?);
        kubo.save_target(asked).await.context("the centre cannot be entered")?;
        let ito = house.signs_in("ito", Role::Counsellor).await?;
        Ok(Self {
            records: Client::new(shown(service.route()?, &ito)?),
            referrals: ReferralServiceClient::new(shown(service.route()?, &ito)?),
        })
    }

    /// A case that only has to be released.
    pub(super) async fn drafts(&mut self, house: &House) -> anyhow::Result<pb::Referral> {
        let record = house.draft(&mut self.records).await?;
        let changes = CASE.iter().map(|(name, value)| field(name, value)).collect();
        let record = save(&mut self.records, &record, &Uuid::now_v7().to_string(), changes).await?;
        let asked = pb::DraftReferralRequest {
            operator_id: OPERATOR.into(),
            record_id: record.record_id,
            target_ids: vec![CENTRE.into()],
            changes: Vec::new(),
        };
        let drafted = self.referrals.draft_referral(asked).await.context("no referral can be drafted")?;
        drafted.into_inner().referral.context("no referral was drafted")
    }

    pub(super) async fn releases(&self, draft: &pb::Referral) -> anyhow::Result<()> {
        let asked = pb::ReleaseReferralRequest {
            operator_id: OPERATOR.into(),
            referral_id: draft.referral_id.clone(),
        };
        self.referrals.clone().release_referral(asked).await.context("a release is refused").map(drop)
    }
}
