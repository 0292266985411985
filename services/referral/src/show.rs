//! Referrals as people see them. Every look at what was said is written down before it is answered.

use std::collections::BTreeMap;

use domain::ids::{OperatorId, TargetId};
use domain::referral::{Content, OfferState, Referral, State};
use proto::referral::v1 as pb;

use crate::asker::Asker;
use crate::directory::Directory;
use crate::drafts::{Drafts, entry};
use crate::error::ReferralError;
use crate::render::is_centre;
use crate::sheet;
use crate::store::{BY_HAND, DECLINES, Kept, Listing, PlacesRow, ReferralRow, TargetRow, unreadable};
use crate::wire::{self, SHORT_WORD, at, word};

/// Listed when nobody says how many, and at most.
const USUAL: i64 = 50;
const MOST: i64 = 500;

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Shower {
    pub(crate) directory: Directory,
}

impl Shower {
    pub(crate) async fn list(
        &self,
        asker: &Asker,
        asked: &pb::ListReferralsRequest,
    ) -> Result<Vec<pb::Referral>, ReferralError> {
        let listing =
            Listing { open_only: asked.open_only, record: &asked.record_id, most: most(asked.limit) };
        let rows = self.directory.keeper.store.list(&asker.operator, &listing).await?;
        let names = self.directory.all(&asker.operator).await?;
        let mut shown = Vec::with_capacity(rows.len());
        for row in &rows {
            shown.push(self.codes(row, &names).await?);
        }
        Ok(shown)
    }

    /// The content is shown to who may still say yes, or has said it.
    pub(crate) async fn cases(
        &self,
        asker: &Asker,
        centre: &TargetId,
        asked: &pb::ListCasesRequest,
    ) -> Result<Vec<pb::Referral>, ReferralError> {
        let keeper = &self.directory.keeper;
        let listing = Listing { open_only: asked.open_only, record: "", most: most(asked.limit) };
        let rows = keeper.store.cases_of(&asker.operator, centre.as_str(), &listing).await?;
        let names = self.directory.all(&asker.operator).await?;
        let looked = entry(asker, "referral.cases_listed", centre.as_str()).with("cases", rows.len());
        keeper.looked(&looked).await?;
        let mut shown = Vec::with_capacity(rows.len());
        for row in &rows {
            let machine = row.machine()?;
            let mut said = self.codes(row, &names).await?;
            if may_read(&machine, centre) {
                add_words(&machine, keeper.store.all_words(&row.referral_id).await?, &mut said)?;
            }
            said.offered.retain(|offer| offer.target_id == centre.as_str());
            said.events.retain(|event| event.by == centre.as_str());
            shown.push(said);
        }
        Ok(shown)
    }

    pub(crate) async fn looked_at(
        &self,
        asker: &Asker,
        row: &ReferralRow,
    ) -> Result<pb::Referral, ReferralError> {
        let entry = entry(asker, "referral.viewed", &row.referral_id);
        self.directory.keeper.looked(&entry).await?;
        self.whole(row).await
    }

    /// With its content.
    pub(crate) async fn whole(&self, row: &ReferralRow) -> Result<pb::Referral, ReferralError> {
        let (operator, store) = (row.operator()?, &self.directory.keeper.store);
        let names = async { Ok(self.directory.all(&operator).await?) };
        let events = async { Ok(store.events(&row.referral_id).await?) };
        let (names, events, kept) = tokio::try_join!(names, events, store.all_words(&row.referral_id))?;
        let (machine, now) = (row.machine()?, self.directory.keeper.clock.now());
        let mut said = wire::referral(row, &machine, events, &names, now);
        add_words(&machine, kept, &mut said)?;
        Ok(said)
    }

    async fn codes(&self, row: &ReferralRow, names: &[TargetRow]) -> Result<pb::Referral, ReferralError> {
        let keeper = &self.directory.keeper;
        let events = keeper.store.events(&row.referral_id).await?;
        Ok(wire::referral(row, &row.machine()?, events, names, keeper.clock.now()))
    }

    /// What has gone out; of a draft, what would. A centre gets only what it may read.
    pub(crate) async fn sheet(
        &self,
        asker: &Asker,
        row: &ReferralRow,
        drafts: &Drafts,
    ) -> Result<String, ReferralError> {
        let keeper = &self.directory.keeper;
        let machine = row.machine()?;
        if asker.is_of_a_centre() && !may_read(&machine, &asker.target()?) {
            return Err(ReferralError::NotFound("referral_id"));
        }
        keeper.looked(&entry(asker, "referral.sheet_printed", &row.referral_id)).await?;
        let kept = keeper.store.words(&row.referral_id, "content", i64::from(machine.revision())).await?;
        let content: Content = match kept {
            Some(kept) => serde_json::from_str(kept.reveal()).map_err(|_| unreadable("a content"))?,
            None => {
                let source = drafts.records.read(asker, &row.record_id).await?;
                source.content(&drafts.changes_of(row).await?)
            }
        };
        let shown = self.whole(row).await?;
        let rota = keeper.rota.borrow().clone();
        let operator = rota.operator(&asker.operator);
        let from = operator.map(|one| one.name.clone()).unwrap_or_default();
        let window = row.window_id.parse().ok().and_then(|id| rota.window(&id).cloned());
        let zone = operator.map(|one| one.calendar.zone().clone());
        Ok(sheet::html(&sheet::Sheet {
            referral: &shown,
            content: &content,
            from: &from,
            window: window.as_ref().map_or("", |window| window.name.as_str()),
            zone: zone.unwrap_or(jiff::tz::TimeZone::UTC),
            now: keeper.clock.now(),
        }))
    }

    pub(crate) async fn received_seq(
        &self,
        operator: &OperatorId,
        centre: &TargetId,
    ) -> Result<i64, ReferralError> {
        Ok(self.directory.keeper.store.cursor(operator, centre).await?.received_seq)
    }

    /// A hospital says its own; an information centre keeps the board of all.
    pub(crate) async fn report_places(
        &self,
        asker: &Asker,
        asked: &pb::ReportPlacesRequest,
    ) -> Result<(), ReferralError> {
        let hospital: TargetId = word(&asked.hospital_id, "hospital_id", SHORT_WORD)?;
        if asker.person().is_some() {
            let own = asker.target()?;
            let row = self.directory.find(&asker.operator, own.as_str()).await?;
            let keeps_the_board = row.is_some_and(|row| is_centre(&row.kind));
            if own != hospital && !keeps_the_board {
                return Err(ReferralError::NotFound("hospital_id"));
            }
        }
        let keeper = &self.directory.keeper;
        let places = PlacesRow {
            hospital_id: hospital.to_string(),
            free_places: i64::from(asked.free_places),
            reported_us: keeper.clock.now().micros(),
        };
        let by = asker.person().map(|person| person.account.to_string());
        Ok(keeper.store.report_places(&asker.operator, &places, by).await?)
    }
}

fn most(limit: u32) -> i64 {
    match i64::from(limit) {
        0 => USUAL,
        some => some.min(MOST),
    }
}

fn may_read(machine: &Referral, centre: &TargetId) -> bool {
    if let State::Recalled { .. } = machine.state() {
        return false;
    }
    let place = machine.targets().iter().position(|target| target.id == *centre);
    let Some(offer) = place.and_then(|place| machine.offers().get(place)) else { return false };
    match offer.state {
        OfferState::Accepted => true,
        OfferState::Sent | OfferState::Received | OfferState::Silent | OfferState::PassedOver => {
            machine.accepted_by().is_none() && !machine.is_settled()
        }
        OfferState::StoodDown | OfferState::Declined { .. } => false,
    }
}

/// What was said, where it belongs.
fn add_words(machine: &Referral, kept: Vec<Kept>, said: &mut pb::Referral) -> Result<(), ReferralError> {
    let mut questions: BTreeMap<i64, pb::Question> = BTreeMap::new();
    for (kind, number, when, text) in kept {
        match kind.as_str() {
            "question" => {
                let question = questions.entry(number).or_default();
                (question.question, question.asked_at) = (text.into_inner(), Some(at(when)));
            }
            "answer" => {
                let question = questions.entry(number).or_default();
                (question.answer, question.answered_at) = (text.into_inner(), Some(at(when)));
            }
            "note" if (DECLINES..BY_HAND).contains(&number) => {
                let place = usize::try_from(number - DECLINES).ok();
                let declined = place.and_then(|place| said.offered.get_mut(place));
                if let Some(offer) = declined {
                    offer.note = text.into_inner();
                }
            }
            "content" if number == i64::from(machine.revision()) => {
                let content: Content =
                    serde_json::from_str(text.reveal()).map_err(|_| unreadable("a content"))?;
                said.content = wire::content(&content);
            }
            _ => {}
        }
    }
    said.questions = questions.into_values().collect();
    Ok(())
}
