//! A call whose stream is at this replica.

use domain::desk::Presence;
use domain::ids::{CallId, DeskId, OfferId};
use domain::ledger::NoOneFree;
use domain::time::Instant;
use on_call_rota::{Language, RegionId};
use tokio::sync::mpsc;

use crate::board::{Board, Place};
use crate::request::{News, Seek};

#[derive(Debug)]
pub(crate) struct Seeker {
    pub(crate) place: Place,
    /// The telephony process that rings.
    pub(crate) owner: String,
    pub(crate) language: Option<Language>,
    pub(crate) region: Option<RegionId>,
    /// Asked again only in a wider circle.
    pub(crate) refused: Vec<DeskId>,
    /// The reason that was told last, unless an offer came after it.
    pub(crate) told: Option<NoOneFree>,
    /// Offers that the stream was told of and that still stand.
    pub(crate) open: Vec<OfferId>,
    /// When the call was sought; taken once its first news is out.
    pub(crate) sought: Option<Instant>,
    news: mpsc::Sender<News>,
    /// Its stream was not read for so long that something could not be said.
    stuck: bool,
}

impl Seeker {
    /// The stream of a call that is sought anew takes the place of `before`. What refused the
    /// call stays refused until the circle is wider.
    pub(crate) fn new(seek: &Seek, place: Place, before: Option<&Self>, now: Instant) -> Self {
        let same_circle = before.filter(|before| seek.circle <= before.place.circle);
        Self {
            place,
            owner: seek.owner.clone(),
            language: seek.language,
            region: seek.region.clone(),
            refused: same_circle.map(|before| before.refused.clone()).unwrap_or_default(),
            told: None,
            open: Vec::new(),
            sought: Some(now),
            news: seek.news.clone(),
            stuck: false,
        }
    }

    /// The other end let go of the stream, or does not read it.
    pub(crate) fn is_gone(&self) -> bool {
        self.stuck || self.news.is_closed()
    }

    /// When it cannot be said the stream is as good as gone.
    pub(crate) fn tell(&mut self, news: News) {
        match &news {
            News::Offer(offer) => {
                self.open.push(offer.offer);
                self.told = None;
            }
            News::NobodyFree(why) => self.told = Some(*why),
            News::Withdrawn(offer) => self.open.retain(|open| open != offer),
        }
        self.stuck |= self.news.try_send(news).is_err();
    }

    /// Whether the call still has its place according to a board that was just read; if the row
    /// is gone though its lease held, the call was answered or ended through another replica.
    pub(crate) fn keeps_place(&self, board: &Board, now: Instant) -> bool {
        match board.places.get(&self.place.call) {
            Some(place) => place.owner == self.place.owner,
            None => self.place.lease_until <= now && !is_talking(board, self.place.call),
        }
    }
}

fn is_talking(board: &Board, call: CallId) -> bool {
    board
        .desks
        .values()
        .any(|seat| matches!(seat.desk.presence, Presence::InCall { call: held, .. } if held == call))
}
