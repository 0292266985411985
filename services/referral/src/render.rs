//! What is owed to a centre, as it is handed out.

use domain::referral::lists::TargetKind;
use domain::referral::{Content, MessageKind, Purpose};
use domain::time::Instant;
use domain::triage::{Assessment, Fields};
use proto::referral::v1 as pb;
use shell::alarms::{Alarm, Alarms};

use crate::cloudevent;
use crate::directory::Directory;
use crate::error::ReferralError;
use crate::fhir::Told;
use crate::store::{Letter, unreadable};
use crate::wire::at;

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Renderer {
    pub(crate) directory: Directory,
    pub(crate) alarms: Alarms,
}

impl Renderer {
    /// What cannot be read any more is handed out without its event, and somebody is told: it must not
    /// hold up what follows.
    pub(crate) async fn delivery(&self, letter: &Letter) -> Result<pb::Delivery, ReferralError> {
        let row = &letter.row;
        let event = match self.event(letter).await {
            Ok(event) => event,
            Err(error) if error.is_lasting() => {
                tracing::error!(event = row.event_id, %error, "a delivery cannot be read");
                let operator = row.operator_id.parse().ok();
                let alarm = Alarm { kind: "referral_unreadable", operator, window: None };
                self.alarms.raise(alarm, Some(row.referral_id.clone()));
                String::new()
            }
            Err(error) => return Err(error),
        };
        Ok(pb::Delivery {
            seq: u64::try_from(row.centre_seq.unwrap_or(0)).unwrap_or(0),
            event_id: row.event_id.clone(),
            referral_id: row.referral_id.clone(),
            kind: row.kind.clone(),
            at: Some(at(row.at_us)),
            decide_by: row.decide_by_us.map(at),
            event,
        })
    }

    async fn event(&self, letter: &Letter) -> Result<String, ReferralError> {
        let row = &letter.row;
        let operator = row.operator_id.parse().map_err(|_| unreadable("operator"))?;
        let kind: MessageKind = row.kind.parse().map_err(|_| unreadable("a message's kind"))?;
        let code = letter.code.as_deref().ok_or_else(|| unreadable("a referral that is gone"))?;
        let code = code.parse().map_err(|_| unreadable("a code"))?;
        let content = self.content(letter, kind).await?;
        let answer = self.answer(letter).await?;
        let to = match &letter.target_name {
            Some(name) => name.clone(),
            None => self.directory.name_by_rota(&operator, &row.centre_id).unwrap_or_default(),
        };
        let rota = self.directory.keeper.rota.borrow().clone();
        let from = rota.operator(&operator).map(|one| one.name.clone()).unwrap_or_default();
        let told = Told {
            event_id: &row.event_id,
            referral_id: &row.referral_id,
            kind,
            code: content.code().unwrap_or(code),
            content: &content,
            from: (&row.operator_id, &from),
            to: (&row.centre_id, &to),
            at: Instant::from_micros(row.at_us),
            decide_by: row.decide_by_us.map(Instant::from_micros),
            answer: answer.as_ref().map(|(question, answer)| (question.as_str(), answer.as_str())),
        };
        Ok(cloudevent::event(&row.operator_id, &told)?)
    }

    /// Whoever is told that it is over is told nothing about the person any more.
    async fn content(&self, letter: &Letter, kind: MessageKind) -> Result<Content, ReferralError> {
        let over = match kind {
            MessageKind::Recall | MessageKind::StandDown => true,
            MessageKind::Referral | MessageKind::Correction | MessageKind::Answer => false,
        };
        let row = &letter.row;
        let sealed = letter.content.as_deref().ok_or_else(|| unreadable("a content that is gone"))?;
        let store = &self.directory.keeper.store;
        let kept = store.opened(&row.referral_id, "content", row.version, sealed).await?;
        let content: Content = serde_json::from_str(kept.reveal()).map_err(|_| unreadable("a content"))?;
        Ok(match over {
            true => empty(content.purpose()),
            false => content,
        })
    }

    async fn answer(&self, letter: &Letter) -> Result<Option<(String, String)>, ReferralError> {
        let (row, store) = (&letter.row, &self.directory.keeper.store);
        let (Some(number), Some(asked), Some(answered)) = (row.question, &letter.asked, &letter.answered)
        else {
            return Ok(None);
        };
        let question = store.opened(&row.referral_id, "question", number, asked).await?;
        let answer = store.opened(&row.referral_id, "answer", number, answered).await?;
        Ok(Some((question.into_inner(), answer.into_inner())))
    }
}

fn empty(purpose: Purpose) -> Content {
    Content::of(purpose, &Fields::default(), &Assessment::default(), domain::referral::Journey::default())
}

/// As the directory names a kind of target.
pub(crate) fn is_centre(kind: &str) -> bool {
    kind.parse::<TargetKind>() == Ok(TargetKind::Centre)
}
