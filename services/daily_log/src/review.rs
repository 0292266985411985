//! The centre's word under a version.

use domain::time::Instant;
use proto::daily_log::v1 as pb;
use shell::audit::Entry;

use crate::asker::Asker;
use crate::days::Days;
use crate::error::LogError;
use crate::keeper::TOPIC;
use crate::store::{ReviewRow, Store};
use crate::wire::day_of;

/// Characters of comments.
const COMMENTS: usize = 2000;
const NEEDED: &str = "1 to 2000 characters: what is to be put right";

impl Days {
    pub(crate) async fn review(
        &self,
        asker: &Asker,
        asked: &pb::ReviewDayRequest,
    ) -> Result<pb::Day, LogError> {
        // A signature is a person's.
        if asker.person().is_none() {
            return Err(LogError::NotSignedIn);
        }
        let day = day_of(asker, &asked.window_id, &asked.service_date)?;
        let said = comments(asked)?;
        let now = self.keeper.clock.now();
        let mut review = self.blank(asker, asked, now);
        let store = &self.keeper.store;
        store.seal_comments(&asker.operator, &mut review, said).await?;
        let row = day.row();
        let mut tx = store.db.begin().await?;
        if !Store::hold(&mut tx, &row).await? {
            return Err(LogError::NotFound("service_date"));
        }
        let versions = Store::versions_in(&mut tx, &row).await?;
        let Some(latest) = versions.last() else {
            return Err(LogError::Refused("day is open: it is reviewed when it is sealed"));
        };
        match i64::from(asked.version) {
            version if version == latest.version => {}
            version if version < latest.version && version > 0 => {
                return Err(LogError::Overtaken(latest.version));
            }
            _ => {
                return Err(LogError::invalid("version", format!("1 to {}, as it was read", latest.version)));
            }
        }
        review.hash.clone_from(&latest.hash);
        Store::add_review(&mut tx, &row, &review).await?;
        let action = if asked.approve { "daily_log.approved" } else { "daily_log.returned" };
        let entry = Entry::of(&asker.who, &asker.operator, action).about("day", day.name());
        let entry = entry.with("version", latest.version).with("hash", latest.hash.clone());
        self.keeper.audit.append(&mut tx, &entry).await?;
        tx.commit().await?;
        self.keeper.bus.publish(TOPIC, &day.name());
        self.day(&day).await
    }

    fn blank(&self, asker: &Asker, asked: &pb::ReviewDayRequest, now: Instant) -> ReviewRow {
        let person = asker.person();
        let staff = person.and_then(|person| person.staff.as_ref());
        ReviewRow {
            window_id: asked.window_id.clone(),
            service_date: asked.service_date.clone(),
            version: i64::from(asked.version),
            hash: String::new(),
            verdict: if asked.approve { "approved" } else { "returned" }.to_owned(),
            staff_id: staff.map(ToString::to_string).unwrap_or_default(),
            account_id: person.map(|person| person.account.to_string()).unwrap_or_default(),
            at_us: now.micros(),
            comments_sealed: Vec::new(),
            seal_year: i64::from(jiff::tz::Offset::UTC.to_datetime(now.timestamp()).year()),
        }
    }
}

fn comments(asked: &pb::ReviewDayRequest) -> Result<String, LogError> {
    let said = asked.comments.trim();
    match (said.chars().count(), asked.approve) {
        (0, false) => Err(LogError::invalid("comments", NEEDED)),
        (0..=COMMENTS, _) => Ok(said.to_owned()),
        (_, true) => Err(LogError::invalid("comments", "at most 2000 characters")),
        (_, false) => Err(LogError::invalid("comments", NEEDED)),
    }
}
