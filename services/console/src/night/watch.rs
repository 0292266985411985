//! The stream of one tab.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::access::{Person, Role};
use domain::ids::OperatorId;
use proto::console::v1 as pb;
use proto::routing::v1 as routing;
use shell::access::Sessions;
use shell::clock::Clock;
use tokio::sync::{mpsc, watch};
use tonic::Status;

use super::board::Picture;
use super::seat::Seats;

/// Pictures that a slow tab may be behind by; then it is left alone until it has read them.
const BEHIND: usize = 2;
/// How often the session is looked at again and the sign-in of the desk is renewed.
const HEARTBEAT: Duration = Duration::from_secs(20);

pub(crate) type News = Result<pb::WatchBoardResponse, Status>;

/// Everything one tab's stream needs.
pub(crate) struct Tab {
    pub(crate) person: Person,
    pub(crate) pictures: watch::Receiver<Arc<Picture>>,
    pub(crate) sessions: Sessions,
    pub(crate) seats: Seats,
    pub(crate) lease: Duration,
    pub(crate) clock: Clock,
}

/// What one tab knows of the unsigned records.
#[derive(Default)]
struct Drafts(BTreeMap<String, u32>);

impl Drafts {
    /// Those that are new to the tab, and those that are no drafts any more.
    fn news(&mut self, now: &BTreeMap<String, u32>) -> Vec<pb::BoardRecord> {
        let said = |(id, revision): (&String, u32)| pb::BoardRecord { record_id: id.clone(), revision };
        let new = now.iter().filter(|(id, revision)| self.0.get(*id) != Some(*revision));
        let gone = self.0.keys().filter(|id| !now.contains_key(*id));
        let news = new.map(|(id, revision)| said((id, *revision))).chain(gone.map(|id| said((id, 0))));
        let news = news.collect();
        self.0.clone_from(now);
        news
    }
}

impl Tab {
    pub(crate) fn run(self) -> mpsc::Receiver<News> {
        let (news, told) = mpsc::channel(BEHIND);
        tokio::spawn(self.tell(news));
        told
    }

    async fn tell(mut self, news: mpsc::Sender<News>) {
        let mut heartbeat = self.clock.now();
        let mut drafts = Drafts::default();
        loop {
            let picture = self.pictures.borrow_and_update().clone();
            if self.clock.now() >= heartbeat {
                if let Err(end) = self.beat(&picture.board).await {
                    let _ = news.send(Err(end)).await;
                    return;
                }
                heartbeat = self.clock.now() + HEARTBEAT;
            }
            let board = Some(self.own(&picture, &mut drafts));
            let shared = picture.shared.clone();
            // A slow page keeps no picture but the one that it is sent.
            drop(picture);
            if news.send(Ok(pb::WatchBoardResponse { shared, board })).await.is_err() {
                return;
            }
            tokio::select! {
                changed = self.pictures.changed() => if changed.is_err() { return },
                () = self.clock.sleep_until(heartbeat) => {}
                () = news.closed() => return,
            }
        }
    }

    /// What is for this person alone.
    fn own(&self, picture: &Picture, drafts: &mut Drafts) -> pb::Board {
        let staff = self.person.staff.as_ref().map(|staff| staff.as_str()).unwrap_or_default();
        let records = match &picture.revisions {
            Some(now) if self.writes_records() => drafts.news(now),
            Some(_) | None => Vec::new(),
        };
        let unsigned_record_ids = picture.unsigned.get(staff).cloned().unwrap_or_default();
        pb::Board { unsigned_record_ids, records, ..pb::Board::default() }
    }

    fn writes_records(&self) -> bool {
        self.person.roles.has_any(&[Role::Counsellor, Role::Supervisor])
    }

    /// The session still stands, and whoever sits at a desk with the page open is there: waiting for a
    /// call is not idling.
    async fn beat(&self, board: &pb::Board) -> Result<(), Status> {
        let staff = self.person.staff.as_ref().map(|staff| staff.as_str());
        let sits =
            |desk: &&pb::BoardDesk| Some(desk.staff_id.as_str()) == staff && desk.presence != "signed_out";
        let desk = board.desks.iter().find(sits);
        match self.sessions.stands(self.person.session, desk.is_some()).await {
            Ok(true) => {}
            Ok(false) => return Err(Status::unauthenticated("your session has ended: sign in again")),
            // The store may be away while the line goes on.
            Err(fault) => tracing::debug!(%fault, "a session was not looked at"),
        }
        if let (Some(desk), Some(staff)) = (desk, staff) {
            self.renew(&self.person.operator, &desk.desk_id, staff).await;
        }
        Ok(())
    }

    /// A beat that is lost is made up by the next: the lease is longer than several.
    async fn renew(&self, operator: &OperatorId, desk: &str, staff: &str) {
        let lease = prost_types::Duration::try_from(self.lease).ok();
        let asked = routing::SignInRequest {
            operator_id: operator.to_string(),
            desk_id: desk.to_owned(),
            staff_id: staff.to_owned(),
            lease,
            renewal: true,
        };
        if let Err(status) = self.seats.routing.clone().sign_in(asked).await {
            tracing::debug!(code = ?status.code(), "a desk's sign-in was not renewed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tab_hears_of_every_draft_once_then_of_what_changes_and_of_what_is_signed() {
        let now = |drafts: &[(&str, u32)]| drafts.iter().map(|(id, at)| ((*id).to_owned(), *at)).collect();
        let told = |news: Vec<pb::BoardRecord>| -> Vec<(String, u32)> {
            news.into_iter().map(|one| (one.record_id, one.revision)).collect()
        };
        let mut drafts = Drafts::default();

        assert_eq!(told(drafts.news(&now(&[("a", 1), ("b", 4)]))), [("a".into(), 1), ("b".into(), 4)]);
        assert_eq!(told(drafts.news(&now(&[("a", 1), ("b", 4)]))), []);
        assert_eq!(told(drafts.news(&now(&[("a", 2), ("b", 4)]))), [("a".into(), 2)]);
        assert_eq!(told(drafts.news(&now(&[("a", 2)]))), [("b".into(), 0)]);
    }
}
