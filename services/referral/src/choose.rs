//! The duty hospitals 輪番病院 that could take a case, in order, with reasons; and those left out, with theirs.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::ids::OperatorId;
use domain::referral::{Content, Purpose, Target, TargetKind};
use domain::time::Instant;
use domain::triage::lists::SomaticProblem;
use jiff::Timestamp;
use on_call_rota::{Admission, Choice, HospitalKind, Need, Places};
use proto::referral::v1 as pb;
use shell::grpc::instant;

use crate::asker::Asker;
use crate::directory::Directory;
use crate::drafts::Drafts;
use crate::error::ReferralError;
use crate::render::is_centre;
use crate::store::unreadable;
use crate::wire::at;

/// What a hospital said of its places counts for so long: a proposal of this project.
const FRESH: Duration = Duration::from_secs(12 * 3600);

/// Where the person is from and what they need.
struct Wanted {
    municipality: Option<String>,
    admission: Option<Admission>,
    somatic: bool,
}

impl Wanted {
    fn of(content: &Content) -> Self {
        let fields = content.fields();
        let somatic = fields.code::<SomaticProblem>("somatic_problem");
        Self {
            municipality: fields.one("municipality").map(str::to_owned),
            admission: (content.purpose() == Purpose::Visit).then_some(Admission::Outpatient),
            somatic: content.purpose() == Purpose::Somatic
                || somatic.is_some_and(|problem| problem != SomaticProblem::None),
        }
    }

    fn need(self, operator: &OperatorId, arrival: Timestamp) -> Need {
        let Self { municipality, admission, somatic } = self;
        Need { operator: operator.clone(), region: None, municipality, admission, somatic, arrival }
    }
}

impl Drafts {
    pub(crate) async fn choose(
        &self,
        asker: &Asker,
        asked: &pb::ChooseHospitalRequest,
    ) -> Result<pb::ChooseHospitalResponse, ReferralError> {
        let need = self.need(asker, asked).await?;
        let choices = self.directory.choices(&need).await?;
        let names = self.directory.all(&asker.operator).await?;
        let reported = self.directory.keeper.store.places(&asker.operator).await?;
        let (chosen, left_out): (Vec<Choice>, Vec<Choice>) =
            choices.into_iter().partition(Choice::can_be_asked);
        let said = |choice: Choice| {
            let id = choice.hospital.to_string();
            let places = reported.iter().find(|row| row.hospital_id == id);
            let free = places.and_then(|row| i32::try_from(row.free_places).ok());
            pb::Choice {
                name: names
                    .iter()
                    .find(|row| row.target_id == id)
                    .map_or_else(String::new, |row| row.name.clone()),
                reasons: reasons(&choice),
                free_places: free.unwrap_or(-1),
                reported_at: places.map(|row| at(row.reported_us)),
                hospital_id: id,
            }
        };
        Ok(pb::ChooseHospitalResponse {
            choices: chosen.into_iter().map(said).collect(),
            left_out: left_out.into_iter().map(said).collect(),
        })
    }

    async fn need(&self, asker: &Asker, asked: &pb::ChooseHospitalRequest) -> Result<Need, ReferralError> {
        let now = self.keeper.clock.now();
        let arrival = asked.arrival_at.as_ref().map_or(now, instant).timestamp();
        let mut need = match asked.referral_id.is_empty() {
            true => Wanted { municipality: None, admission: None, somatic: asked.somatic },
            false => Wanted::of(&self.content_of(asker, &asked.referral_id).await?),
        }
        .need(&asker.operator, arrival);
        if !asked.region.is_empty() {
            // A region of the rota, or the name of a municipality.
            need.region = asked.region.parse().ok();
            need.municipality = Some(asked.region.clone());
        }
        if !asked.admission.is_empty() {
            let admission = asked.admission.parse::<Admission>();
            let admission =
                admission.map_err(|right| ReferralError::invalid("admission", right.to_string()))?;
            need.admission = Some(admission);
        }
        need.somatic |= asked.somatic;
        Ok(need)
    }

    /// As it went out; of a draft, as it would. To a centre only what was handed to it.
    async fn content_of(&self, asker: &Asker, id: &str) -> Result<Content, ReferralError> {
        let row = self.found(asker, id).await?;
        let store = &self.keeper.store;
        if asker.is_of_a_centre() && !store.was_asked(&row.referral_id, asker.target()?.as_str()).await? {
            return Err(ReferralError::NotFound("referral_id"));
        }
        let version = i64::from(row.machine()?.revision());
        match store.words(&row.referral_id, "content", version).await? {
            Some(kept) => Ok(serde_json::from_str(kept.reveal()).map_err(|_| unreadable("a content"))?),
            None => {
                let source = self.records.read(asker, &row.record_id).await?;
                Ok(source.content(&self.changes_of(&row).await?))
            }
        }
    }
}

impl Directory {
    async fn choices(&self, need: &Need) -> Result<Vec<Choice>, ReferralError> {
        let rows = self.keeper.store.places(&need.operator).await?;
        let place = |row: &crate::store::PlacesRow| {
            Some(Places {
                hospital: row.hospital_id.parse().ok()?,
                free: u32::try_from(row.free_places).ok()?,
                reported: Instant::from_micros(row.reported_us).timestamp(),
            })
        };
        let places: Vec<Places> = rows.iter().filter_map(place).collect();
        let rota = self.keeper.rota.borrow().clone();
        Ok(rota.choose_hospital(self.keeper.clock.now().timestamp(), need, &places, FRESH))
    }

    /// Nobody was named: who finds a place is asked first where one is to be found, a hospital where it is
    /// to take the person; then the others.
    pub(crate) async fn by_turn(
        &self,
        asker: &Asker,
        content: &Content,
    ) -> Result<(Vec<Target>, String), ReferralError> {
        let known = self.all(&asker.operator).await?;
        let centres: Vec<String> =
            known.iter().filter(|row| is_centre(&row.kind)).map(|row| row.target_id.clone()).collect();
        let arrival = self.keeper.clock.now().timestamp();
        let choices = self.choices(&Wanted::of(content).need(&asker.operator, arrival)).await?;
        let chosen = choices.iter().filter(|choice| choice.can_be_asked());
        let mut because: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut hospitals = Vec::new();
        for choice in chosen {
            because.insert(choice.hospital.to_string(), reasons(choice));
            hospitals.push(choice.hospital.to_string());
        }
        let ids = match content.purpose() {
            Purpose::Coordination | Purpose::Application | Purpose::Rescue | Purpose::Support => {
                [centres, hospitals].concat()
            }
            Purpose::Visit | Purpose::Admission | Purpose::Somatic => [hospitals, centres].concat(),
        };
        if ids.is_empty() {
            return Err(ReferralError::invalid(
                "target_ids",
                "name at least one target: no hospital is on duty for this case, and the directory has no centre",
            ));
        }
        let chosen = serde_json::to_string(&because).map_err(|_| unreadable("reasons"))?;
        Ok((self.named(&asker.operator, &ids).await?, chosen))
    }
}

fn reasons(choice: &Choice) -> Vec<String> {
    let for_it = choice.reasons.iter().map(ToString::to_string);
    for_it.chain(choice.excluded.iter().map(ToString::to_string)).collect()
}

/// A hospital of the rota, as the directory names its kind.
pub(crate) fn kind_of(kind: HospitalKind) -> TargetKind {
    match kind {
        HospitalKind::Always => TargetKind::HospitalAlways,
        HospitalKind::ByTurn => TargetKind::HospitalByTurn,
        HospitalKind::Somatic => TargetKind::HospitalSomatic,
    }
}
