//! `RotaService`: what the rota says, and covers that people agree on.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use domain::access::{Person, Role};
use domain::ids::StaffId;
use domain::private::Private;
use domain::time::Instant;
use jiff::SignedDuration;
use on_call_rota::{Gap, Period, Rota};
use proto::console::v1 as pb;
use proto::console::v1::rota_service_server::RotaService;
use shell::audit::{Audit, Entry};
use shell::bus::Bus;
use shell::clock::Clock;
use shell::grpc::{instant, timestamp};
use shell::ids::Ids;
use shell::rota_file::whole_text;
use shell::seal::{Place, Sealer};
use shell::store::Db;
use tokio::sync::watch;
use tonic::{Request, Response, Status};

use super::cover::{Proposal, Refused, laid_over};
use super::{TOPIC, feed, shift_id, shown, store};
use crate::night::{ConsoleError, person, staff};

/// How far ahead the effect of a cover is looked at.
const AHEAD: SignedDuration = SignedDuration::from_hours(31 * 24);
const NOTE_MOST: usize = 500;

/// One replica's rota service.
#[derive(Clone)]
pub struct RotaServer {
    pub(crate) path: PathBuf,
    pub(crate) rota: watch::Receiver<Arc<Rota>>,
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
    pub(crate) bus: Bus,
    pub(crate) sealer: Sealer,
    pub(crate) audit: Audit,
}

impl RotaServer {
    fn rota(&self) -> Arc<Rota> {
        self.rota.borrow().clone()
    }

    fn proposal(
        &self,
        rota: &Rota,
        person: &Person,
        asked: &pb::ProposeCoverRequest,
    ) -> Result<Proposal, Status> {
        let mine = |id: &str, field| {
            let found = shift_id::find(rota, id).filter(|shift| shown::is_of(rota, &person.operator, shift));
            found.ok_or(ConsoleError::NotFound(field))
        };
        let by: StaffId = asked.staff_id.parse().map_err(|_| ConsoleError::NotFound("staff_id"))?;
        if rota.person(&by).is_none_or(|one| one.operator != person.operator) {
            return Err(ConsoleError::NotFound("staff_id").into());
        }
        let in_return = match asked.in_return_shift_id.as_str() {
            "" => None,
            id => Some(mine(id, "in_return_shift_id")?),
        };
        Ok(Proposal { shift: mine(&asked.shift_id, "shift_id")?, by, in_return })
    }

    /// What a cover closes and opens.
    async fn effect(
        &self,
        rota: &Rota,
        person: &Person,
        proposal: &Proposal,
    ) -> Result<(Vec<pb::Gap>, Vec<pb::Gap>), Status> {
        let zone = rota.operator(&person.operator).ok_or(ConsoleError::NotFound("operator_id"))?;
        let text = whole_text(&self.path, &self.db).await.map_err(ConsoleError::from)?;
        let after = laid_over(&text, proposal, zone.calendar.zone()).map_err(refused)?;
        let from = proposal.shift.time.from.min(self.clock.now().timestamp());
        let until = proposal.shift.time.until.saturating_add(AHEAD).unwrap_or(proposal.shift.time.until);
        let gaps = |rota: &Rota| shown::gaps(rota, &person.operator, Period { from, until });
        let (before, then) = (gaps(rota), gaps(&after));
        let only = |these: &[Gap], those: &[Gap]| {
            these.iter().filter(|gap| !those.contains(gap)).map(shown::gap).collect()
        };
        Ok((only(&before, &then), only(&then, &before)))
    }

    fn note(&self, cover: &str, note: String) -> Result<Option<Vec<u8>>, Status> {
        if note.is_empty() {
            return Ok(None);
        }
        let sealed = self.sealer.seal(note_place(cover), &Private::new(note));
        sealed.map(Some).map_err(|_| Status::internal("the note cannot be sealed"))
    }

    fn shown(&self, rota: &Rota, row: &store::Row) -> pb::Cover {
        let shift = |id: &str| {
            let found = shift_id::find(rota, id).map(|one| shown::shift(&one));
            found.unwrap_or_else(|| pb::Shift { shift_id: id.to_owned(), ..Default::default() })
        };
        let note = row.note_sealed.as_ref().and_then(|sealed| {
            self.sealer.open(note_place(&row.cover_id), sealed).ok().map(Private::into_inner)
        });
        pb::Cover {
            cover_id: row.cover_id.clone(),
            shift: Some(shift(&row.shift_id)),
            staff_id: row.by_staff.clone(),
            in_return: row.in_return.as_deref().map(shift),
            state: row.state.clone(),
            proposed_by: row.proposed_by.clone(),
            proposed_at: Some(timestamp(Instant::from_micros(row.proposed_us))),
            waiting_for: row.waiting().map(str::to_owned).collect(),
            note: note.unwrap_or_default(),
        }
    }

    async fn found(&self, person: &Person, cover: &str) -> Result<store::Row, Status> {
        let row = store::find(&self.db, &person.operator, cover).await.map_err(ConsoleError::from)?;
        let row = row.ok_or(ConsoleError::NotFound("cover_id"))?;
        match row.state.as_str() {
            "proposed" | "agreed" => Ok(row),
            _ => Err(Status::failed_precondition("this cover was settled before")),
        }
    }

    async fn change(
        &self,
        person: &Person,
        row: &mut store::Row,
        state: &str,
        waiting: BTreeSet<String>,
    ) -> Result<(), Status> {
        let now = self.clock.now();
        let waiting: Vec<String> = waiting.into_iter().collect();
        let settled = (state != "proposed").then_some(now);
        let changed =
            store::change(&self.db, &person.operator, row, state, &waiting.join(" "), settled).await;
        if !changed.map_err(ConsoleError::from)? {
            return Err(Status::aborted("somebody else has just answered: look again"));
        }
        (row.state, row.waiting_for) = (state.to_owned(), waiting.join(" "));
        self.told(person, &row.cover_id, state).await;
        Ok(())
    }

    /// Who looks next sees it; the audit knows who did it.
    async fn told(&self, person: &Person, cover: &str, state: &str) {
        self.bus.publish(TOPIC, cover);
        let who = domain::access::Principal::Person(person.clone());
        let entry = Entry::of(&who, &person.operator, "cover.changed").about("cover", cover);
        if let Err(fault) = self.audit.note(&entry.with("state", state)).await {
            tracing::error!(%fault, "a cover is not in the audit");
        }
    }
}

fn note_place(cover: &str) -> Place<'_> {
    Place { table: "rota_cover", row: cover, column: "note_sealed" }
}

fn refused(why: Refused) -> Status {
    match why {
        Refused::BetweenOthers => Status::permission_denied(why.to_string()),
        Refused::Themselves | Refused::NotTheirs(_) | Refused::DoesNotFit(..) => {
            Status::invalid_argument(why.to_string())
        }
        Refused::Begun => Status::failed_precondition(why.to_string()),
    }
}

#[tonic::async_trait]
impl RotaService for RotaServer {
    async fn get_month(
        &self,
        request: Request<pb::GetMonthRequest>,
    ) -> Result<Response<pb::GetMonthResponse>, Status> {
        let person = person(&request)?;
        let asked = request.into_inner();
        let wrong = ConsoleError::Invalid { field: "month", reason: "a month from 1 to 12 of a year" };
        let (first, last) = feed::month(asked.year, asked.month).ok_or(wrong)?;
        let rota = self.rota();
        let period = rota.days(first, last);
        Ok(Response::new(pb::GetMonthResponse {
            shifts: shown::shifts(&rota, &person.operator, period),
            gaps: shown::gaps(&rota, &person.operator, period).iter().map(shown::gap).collect(),
            staff: crate::night::names(&rota, &person.operator),
            days: shown::days(&rota, &person.operator, first, last),
            windows: crate::night::windows_now(&rota, &person.operator, self.clock.now()),
        }))
    }

    async fn get_coverage(
        &self,
        request: Request<pb::GetCoverageRequest>,
    ) -> Result<Response<pb::GetCoverageResponse>, Status> {
        let person = person(&request)?;
        let asked = request.into_inner();
        let wrong = ConsoleError::Invalid { field: "to", reason: "after from, by at most 31 days" };
        let period = period(&asked).ok_or(wrong)?;
        let rota = self.rota();
        Ok(Response::new(pb::GetCoverageResponse {
            steps: shown::steps(&rota, &person.operator, period),
            gaps: shown::gaps(&rota, &person.operator, period).iter().map(shown::gap).collect(),
        }))
    }

    async fn propose_cover(
        &self,
        request: Request<pb::ProposeCoverRequest>,
    ) -> Result<Response<pb::ProposeCoverResponse>, Status> {
        let person = person(&request)?;
        let asked = request.into_inner();
        if asked.note.len() > NOTE_MOST {
            return Err(ConsoleError::Invalid { field: "note", reason: "at most 500 bytes" }.into());
        }
        let rota = self.rota();
        let proposal = self.proposal(&rota, &person, &asked)?;
        let now = self.clock.now();
        let waiting = proposal.waiting_for(&person, now.timestamp()).map_err(refused)?;
        let (gaps_closed, gaps_opened) = self.effect(&rota, &person, &proposal).await?;
        let cover_id = self.ids.draw().to_string();
        let zone = rota.operator(&person.operator).ok_or(ConsoleError::NotFound("operator_id"))?;
        let waiting: Vec<&str> = waiting.iter().map(StaffId::as_str).collect();
        let row = store::Row {
            shift_id: asked.shift_id,
            in_return: proposal.in_return.as_ref().map(shift_id::of),
            by_staff: proposal.by.to_string(),
            entry: proposal.entry(zone.calendar.zone()),
            state: if waiting.is_empty() { "agreed" } else { "proposed" }.to_owned(),
            waiting_for: waiting.join(" "),
            note_sealed: self.note(&cover_id, asked.note)?,
            proposed_by: person
                .staff
                .as_ref()
                .map_or_else(|| person.account.to_string(), ToString::to_string),
            proposed_us: now.micros(),
            cover_id,
        };
        if !asked.rehearse {
            let settled = waiting.is_empty().then_some(now);
            store::insert(&self.db, &person.operator, &row, settled).await.map_err(ConsoleError::from)?;
            self.told(&person, &row.cover_id, &row.state).await;
        }
        let cover = Some(self.shown(&rota, &row));
        Ok(Response::new(pb::ProposeCoverResponse { cover, gaps_closed, gaps_opened }))
    }

    async fn answer_cover(
        &self,
        request: Request<pb::AnswerCoverRequest>,
    ) -> Result<Response<pb::AnswerCoverResponse>, Status> {
        let person = person(&request)?;
        let asked = request.into_inner();
        let mut row = self.found(&person, &asked.cover_id).await?;
        let own = staff(&person)?.to_string();
        let mut waiting: BTreeSet<String> = row.waiting().map(str::to_owned).collect();
        if !waiting.remove(&own) {
            return Err(Status::failed_precondition("this cover does not wait for your answer"));
        }
        let state = match (asked.agree, waiting.is_empty()) {
            (false, _) => "refused",
            (true, true) => "agreed",
            (true, false) => "proposed",
        };
        self.change(&person, &mut row, state, waiting).await?;
        Ok(Response::new(pb::AnswerCoverResponse { cover: Some(self.shown(&self.rota(), &row)) }))
    }

    async fn withdraw_cover(
        &self,
        request: Request<pb::WithdrawCoverRequest>,
    ) -> Result<Response<pb::WithdrawCoverResponse>, Status> {
        let person = person(&request)?;
        let mut row = self.found(&person, &request.into_inner().cover_id).await?;
        self.change(&person, &mut row, "withdrawn", BTreeSet::new()).await?;
        Ok(Response::new(pb::WithdrawCoverResponse {}))
    }

    async fn list_covers(
        &self,
        request: Request<pb::ListCoversRequest>,
    ) -> Result<Response<pb::ListCoversResponse>, Status> {
        let person = person(&request)?;
        let rows = store::list(&self.db, &person.operator).await.map_err(ConsoleError::from)?;
        let own = person.staff.as_ref().map(|staff| staff.as_str()).unwrap_or_default();
        let in_charge = person.roles.has_any(&[Role::Supervisor, Role::RotaManager]);
        let mine_only = request.get_ref().waiting_for_me;
        let rota = self.rota();
        let concerns = |row: &&store::Row| {
            let waits = row.waiting().any(|staff| staff == own);
            let given = row.shift_id.rsplit('/').next() == Some(own);
            waits || !mine_only && (in_charge || given || row.by_staff == own)
        };
        let covers = rows.iter().filter(concerns).map(|row| self.shown(&rota, row)).collect();
        Ok(Response::new(pb::ListCoversResponse { covers }))
    }

    async fn renew_feed(
        &self,
        request: Request<pb::RenewFeedRequest>,
    ) -> Result<Response<pb::RenewFeedResponse>, Status> {
        let person = person(&request)?;
        let (token, hash) = feed::fresh();
        let staff = staff(&person)?.as_str();
        let kept = store::renew_feed(&self.db, &person.operator, staff, &hash, self.clock.now()).await;
        kept.map_err(ConsoleError::from)?;
        Ok(Response::new(pb::RenewFeedResponse { path: format!("/calendar/{token}.ics") }))
    }
}

fn period(asked: &pb::GetCoverageRequest) -> Option<Period> {
    let (from, until) = (asked.from.as_ref()?, asked.to.as_ref()?);
    let period = Period { from: instant(from).timestamp(), until: instant(until).timestamp() };
    let fits = !period.is_empty() && period.from.duration_until(period.until) <= AHEAD;
    fits.then_some(period)
}
