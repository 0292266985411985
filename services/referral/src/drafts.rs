//! What the sender does: a draft from a record, its release, and all that follows from the desk.

use domain::escalation::TriageCode;
use domain::ids::{ReferralId, TargetId};
use domain::private::Private;
use domain::referral::lists::{Outcome, RecallReason, RefusalReason};
use domain::referral::{Content, Pace, Referral, Refusal, Release, Target, TargetKind};
use domain::time::Instant;
use domain::triage::Fields;
use proto::referral::v1 as pb;
use shell::audit::Entry;

use crate::asker::Asker;
use crate::changes::merged;
use crate::directory::Directory;
use crate::error::ReferralError;
use crate::keeper::{By, Keeper, Pushed};
use crate::record::{Records, Source};
use crate::store::{BY_HAND, ReferralRow, Words, unreadable};
use crate::wire::{UUID, word};

/// Characters of a reason, a question, an answer.
const WORDS: usize = 1000;

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Drafts {
    pub(crate) keeper: Keeper,
    pub(crate) records: Records,
    pub(crate) directory: Directory,
}

/// What goes into a draft, besides its record.
struct Wanted {
    targets: Vec<Target>,
    chosen: String,
    changes: Fields,
}

impl Drafts {
    /// The same record twice is one draft, with what is said anew laid over it. With what would go out now.
    pub(crate) async fn draft(
        &self,
        asker: &Asker,
        asked: &pb::DraftReferralRequest,
    ) -> Result<(ReferralRow, Content), ReferralError> {
        let record = word::<uuid::Uuid>(&asked.record_id, "record_id", UUID)?.to_string();
        let source = self.records.read(asker, &record).await?;
        let before = self.keeper.store.draft_of(&asker.operator, &source.record_id).await?;
        let said = match &before {
            Some(row) => self.changes_of(row).await?,
            None => Fields::default(),
        };
        let changes = merged(&said, &asked.changes)?;
        let content = source.content(&changes);
        let row = match before {
            Some(row) if asked.target_ids.is_empty() && asked.changes.is_empty() => row,
            Some(row) => {
                let wanted = self.wanted(asker, asked, &source, changes, Some(&row)).await?;
                self.draft_anew(asker, &row, &source, wanted).await?
            }
            None => {
                let wanted = self.wanted(asker, asked, &source, changes, None).await?;
                self.begin(asker, &source, wanted).await?
            }
        };
        Ok((row, content))
    }

    async fn wanted(
        &self,
        asker: &Asker,
        asked: &pb::DraftReferralRequest,
        source: &Source,
        changes: Fields,
        before: Option<&ReferralRow>,
    ) -> Result<Wanted, ReferralError> {
        if asked.target_ids.is_empty()
            && let Some(row) = before
        {
            let targets = row.machine()?.targets().to_vec();
            return Ok(Wanted { targets, chosen: row.chosen.clone(), changes });
        }
        let (targets, chosen) = match asked.target_ids.is_empty() {
            true => self.directory.by_turn(asker, &source.content(&changes)).await?,
            false => (self.directory.named(&asker.operator, &asked.target_ids).await?, "{}".to_owned()),
        };
        Ok(Wanted { targets, chosen, changes })
    }

    async fn begin(
        &self,
        asker: &Asker,
        source: &Source,
        wanted: Wanted,
    ) -> Result<ReferralRow, ReferralError> {
        let (keeper, now) = (&self.keeper, self.keeper.clock.now());
        let id = ReferralId(keeper.ids.draw());
        let draft = self.machine_draft(asker, source, &wanted, now)?;
        let (machine, effects) = Referral::start(id, draft, now)?;
        let mut row = ReferralRow {
            operator_id: asker.operator.to_string(),
            referral_id: id.to_string(),
            record_id: source.record_id.clone(),
            call_id: source.call_id.clone(),
            window_id: source.window_id.clone(),
            state: String::new(),
            code: String::new(),
            body: String::new(),
            revision: 1,
            chosen: wanted.chosen,
            author_staff: asker.staff(),
            alarm: None,
            created_us: now.micros(),
            released_us: None,
            due_us: None,
            ended_us: None,
            seal_year: keeper.year(),
        };
        row.describe(&machine, now)?;
        let pushed = Pushed { effects, words: vec![changes_said(&wanted.changes)?], ..Pushed::default() };
        let entry = entry(asker, "referral.drafted", &row.referral_id);
        match keeper.begin(&row, &machine, &pushed, (&row.author_staff, &entry)).await {
            Ok(()) => Ok(row),
            // Another was faster: the same record is one draft.
            Err(ReferralError::Store(fault)) if fault.is_taken() => {
                let found = keeper.store.draft_of(&asker.operator, &source.record_id).await?;
                found.ok_or(ReferralError::Contended)
            }
            Err(error) => Err(error),
        }
    }

    async fn draft_anew(
        &self,
        asker: &Asker,
        row: &ReferralRow,
        source: &Source,
        wanted: Wanted,
    ) -> Result<ReferralRow, ReferralError> {
        let draft = self.machine_draft(asker, source, &wanted, self.keeper.clock.now())?;
        let words = vec![changes_said(&wanted.changes)?];
        let by = self.by(asker, "referral.drafted", row);
        let by = By { whom: &row.author_staff, ..by };
        self.keeper
            .push(&asker.operator, &row.referral_id, by, |machine, now| {
                if machine.is_released() {
                    return Err(Refusal::Released.into());
                }
                let (anew, effects) = Referral::start(machine.id(), draft, now)?;
                *machine = anew;
                Ok(Pushed { effects, words, chosen: Some(wanted.chosen), ..Pushed::default() })
            })
            .await
    }

    fn machine_draft(
        &self,
        asker: &Asker,
        source: &Source,
        wanted: &Wanted,
        now: Instant,
    ) -> Result<domain::referral::Draft, ReferralError> {
        let code = code_of(source, &wanted.changes)?;
        let pace = self.pace(asker, code, now);
        Ok(domain::referral::Draft { code, targets: wanted.targets.clone(), pace })
    }

    fn pace(&self, asker: &Asker, code: TriageCode, now: Instant) -> Pace {
        self.keeper.settings.pace(code, self.keeper.day_ends(&asker.operator, now))
    }

    /// The record as it stands now goes out, with the draft's targets.
    pub(crate) async fn release(&self, asker: &Asker, id: &str) -> Result<ReferralRow, ReferralError> {
        self.release_by(asker, id, &asker.staff()).await
    }

    /// With the name of who released it, in the story.
    pub(crate) async fn release_by(
        &self,
        asker: &Asker,
        id: &str,
        staff: &str,
    ) -> Result<ReferralRow, ReferralError> {
        let (row, changes) = self.found_with_changes(asker, id).await?;
        let (source, look) = self.records.read_to_note(asker, &row.record_id).await?;
        let by = By { whom: staff, look, ..self.by(asker, "referral.released", &row) };
        self.keeper
            .push(&asker.operator, &row.referral_id, by, |machine, now| {
                if machine.is_released() {
                    // The answer to a release that is asked for once more.
                    return Ok(Pushed::default());
                }
                let (content, code) = (source.content(&changes), code_of(&source, &changes)?);
                let pace = self.pace(asker, code, now);
                if let domain::referral::State::Drafted { .. } = machine.state() {
                    let draft = domain::referral::Draft { code, targets: machine.targets().to_vec(), pace };
                    *machine = Referral::start(machine.id(), draft, now)?.0;
                }
                let release = Release { revision: 1, signed: source.is_signed };
                let effects = machine.release(&content, release, now)?;
                Ok(Pushed { effects, words: vec![content_said(1, &content)?], ..Pushed::default() })
            })
            .await
    }

    pub(crate) async fn recall(
        &self,
        asker: &Asker,
        asked: &pb::RecallReferralRequest,
    ) -> Result<ReferralRow, ReferralError> {
        let reason: RecallReason =
            asked.reason.parse().map_err(|_| ReferralError::invalid("reason", RecallReason::CODES))?;
        let row = self.found(asker, &asked.referral_id).await?;
        let staff = asker.staff();
        let by = By { whom: &staff, ..self.by(asker, "referral.recalled", &row) };
        let how = |machine: &mut Referral, now| Ok(machine.recall(reason, now)?.into());
        self.keeper.push(&asker.operator, &row.referral_id, by, how).await
    }

    /// The record as it stands now, with what is said beside it, is told to whoever has the referral.
    pub(crate) async fn correct(
        &self,
        asker: &Asker,
        asked: &pb::CorrectReferralRequest,
    ) -> Result<ReferralRow, ReferralError> {
        let reason = said(&asked.reason, "reason")?;
        let (row, said_before) = self.found_with_changes(asker, &asked.referral_id).await?;
        let source = self.records.read(asker, &row.record_id).await?;
        let changes = merged(&said_before, &asked.changes)?;
        let (content, code) = (source.content(&changes), code_of(&source, &changes)?);
        content.check()?;
        let pace = self.pace(asker, code, self.keeper.clock.now());
        let staff = asker.staff();
        let by = By { whom: &staff, ..self.by(asker, "referral.corrected", &row) };
        let changed = changes_said(&changes)?;
        self.keeper
            .push(&asker.operator, &row.referral_id, by, |machine, now| {
                let version = machine.revision() + 1;
                let effects = machine.correct(version, code, pace, now)?;
                let note = Words::new("note", i64::from(version), reason);
                let words = vec![content_said(i64::from(version), &content)?, changed, note];
                Ok(Pushed { effects, words, ..Pushed::default() })
            })
            .await
    }

    /// To the oldest question that is open.
    pub(crate) async fn answer(
        &self,
        asker: &Asker,
        asked: &pb::AnswerQuestionRequest,
    ) -> Result<ReferralRow, ReferralError> {
        let answer = said(&asked.answer, "answer")?;
        let row = self.found(asker, &asked.referral_id).await?;
        let kept = self.keeper.store.all_words(&row.referral_id).await?;
        let is_answered = |number| kept.iter().any(|(kind, of, ..)| kind == "answer" && *of == number);
        let mut questions =
            kept.iter().filter(|(kind, number, ..)| kind == "question" && !is_answered(*number));
        let open = questions.next().map(|(_, number, ..)| *number);
        let number = open.ok_or_else(|| ReferralError::Refused("no question is open".to_owned()))?;
        let staff = asker.staff();
        let by = By { whom: &staff, ..self.by(asker, "referral.answered", &row) };
        self.keeper
            .push(&asker.operator, &row.referral_id, by, |machine, now| {
                let effects = machine.answer(usize::try_from(number).unwrap_or(usize::MAX), now)?;
                let words = vec![Words::new("answer", number, answer)];
                Ok(Pushed { effects, words, question: Some(number), ..Pushed::default() })
            })
            .await
    }

    /// A human told the target by telephone or fax, or decided in its place.
    pub(crate) async fn settle(
        &self,
        asker: &Asker,
        asked: &pb::SettleByHandRequest,
    ) -> Result<ReferralRow, ReferralError> {
        let reason = said(&asked.reason, "reason")?;
        let row = self.found(asker, &asked.referral_id).await?;
        let machine = row.machine()?;
        let target = match (asked.how.as_str(), asked.target_id.is_empty()) {
            ("closed", true) => None,
            ("told" | "accepted" | "declined", true) => machine.asked().cloned(),
            ("told" | "accepted" | "declined" | "closed", false) => {
                self.directory.named(&asker.operator, std::slice::from_ref(&asked.target_id)).await?.pop()
            }
            (_, _) => return Err(ReferralError::invalid("how", "told, accepted, declined or closed")),
        };
        let staff = asker.staff();
        let entry =
            entry(asker, "referral.settled_by_hand", &row.referral_id).with("how", asked.how.as_str());
        let by = By { whom: &staff, entry: Some(entry), ..By::default() };
        let note = BY_HAND + row.revision;
        self.keeper
            .push(&asker.operator, &row.referral_id, by, |machine, now| {
                let effects = by_hand(machine, &asked.how, target, now)?;
                Ok(Pushed { effects, words: vec![Words::new("note", note, reason)], ..Pushed::default() })
            })
            .await
    }

    pub(crate) async fn found(&self, asker: &Asker, id: &str) -> Result<ReferralRow, ReferralError> {
        let id = word::<uuid::Uuid>(id, "referral_id", UUID)?.to_string();
        self.keeper.found(&asker.operator, &id).await
    }

    /// With what was said for it alone.
    async fn found_with_changes(
        &self,
        asker: &Asker,
        id: &str,
    ) -> Result<(ReferralRow, Fields), ReferralError> {
        let id = word::<uuid::Uuid>(id, "referral_id", UUID)?.to_string();
        let found = self.keeper.store.referral_with_changes(&asker.operator, &id).await?;
        let (row, kept) = found.ok_or(ReferralError::NotFound("referral_id"))?;
        let changes = match kept {
            Some(sealed) => self.keeper.store.opened(&id, "changes", 0, &sealed).await?,
            None => return Ok((row, Fields::default())),
        };
        Ok((row, serde_json::from_str(changes.reveal()).map_err(|_| unreadable("changes"))?))
    }

    pub(crate) async fn changes_of(&self, row: &ReferralRow) -> Result<Fields, ReferralError> {
        let kept = self.keeper.store.words(&row.referral_id, "changes", 0).await?;
        match kept {
            Some(kept) => Ok(serde_json::from_str(kept.reveal()).map_err(|_| unreadable("changes"))?),
            None => Ok(Fields::default()),
        }
    }

    fn by<'a>(&self, asker: &Asker, action: &'static str, row: &ReferralRow) -> By<'a> {
        let entry = Some(entry(asker, action, &row.referral_id));
        By { entry, seal_year: Some(row.seal_year), ..By::default() }
    }
}

pub(crate) fn entry(asker: &Asker, action: &'static str, id: &str) -> Entry {
    Entry::of(&asker.who, &asker.operator, action).about("referral", id)
}

fn by_hand(
    machine: &mut Referral,
    how: &str,
    target: Option<Target>,
    now: Instant,
) -> Result<Vec<domain::referral::Effect>, ReferralError> {
    if how == "closed" {
        return Ok(machine.settle(Outcome::Unknown, now)?);
    }
    let target = target.ok_or_else(|| {
        ReferralError::invalid("target_id", "whom the referral was told to: nobody is being asked now")
    })?;
    let id = target.id.clone();
    let was_asked = machine.targets().iter().take(machine.offers().len()).any(|one| one.id == id);
    let mut effects = if was_asked { Vec::new() } else { machine.turn_to(target, now)? };
    effects.extend(match how {
        "accepted" => machine.accept(&id, now)?,
        "declined" => machine.decline(&id, RefusalReason::Other, now)?,
        _ => {
            let place = machine.targets().iter().position(|one| one.id == id);
            let last = machine.messages().iter().rposition(|message| Some(message.to) == place);
            machine.received(&id, last.unwrap_or(0), now)?
        }
    });
    Ok(effects)
}

fn code_of(source: &Source, changes: &Fields) -> Result<TriageCode, ReferralError> {
    source.code(changes).ok_or_else(|| {
        ReferralError::Refused(
            "record has no triage code yet: answer its questions, or give a code of your own".to_owned(),
        )
    })
}

fn changes_said(changes: &Fields) -> Result<Words, ReferralError> {
    let text = serde_json::to_string(changes).map_err(|_| unreadable("changes"))?;
    Ok(Words { kind: "changes", number: 0, text: Private::new(text) })
}

fn content_said(version: i64, content: &Content) -> Result<Words, ReferralError> {
    let text = serde_json::to_string(content).map_err(|_| unreadable("a content"))?;
    Ok(Words { kind: "content", number: version, text: Private::new(text) })
}

pub(crate) fn said(text: &str, field: &'static str) -> Result<String, ReferralError> {
    let text = text.trim();
    match text.chars().count() {
        1..=WORDS => Ok(text.to_owned()),
        _ => Err(ReferralError::invalid(field, "1 to 1000 characters")),
    }
}

/// A target as the machine knows it.
pub(crate) fn target(id: TargetId, kind: TargetKind, way: &str) -> Target {
    Target { id, kind, by_sheet: way == "none" }
}
