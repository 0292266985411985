//! What no implementation can do without: a durable row that it is owed, the way to whoever takes it, a
//! durable row that it was handed over, a durable row that it is safe there.

use std::sync::atomic::{AtomicUsize, Ordering};

use shell::on;
use shell::store::Db;
use tokio::sync::{mpsc, oneshot};

const ROW: &str = "INSERT INTO referral_event (operator_id, referral_id, seq, at_us, kind, by_whom, body) \
     VALUES ('floor', $1, $2, 0, 'offered', 'floor', '{}')";
/// As many as are ever in flight.
const AHEAD: usize = 16;

pub(crate) struct Acked {
    db: Db,
    done: AtomicUsize,
    stream: mpsc::Sender<oneshot::Sender<()>>,
}

impl Acked {
    pub(crate) fn new(db: &Db) -> Self {
        let (stream, mut deliveries) = mpsc::channel::<oneshot::Sender<()>>(AHEAD);
        tokio::spawn(async move {
            while let Some(taken) = deliveries.recv().await {
                taken.send(()).unwrap();
            }
        });
        Self { db: db.clone(), done: AtomicUsize::new(0), stream }
    }

    pub(crate) async fn one(&self) {
        let id = format!("floor-{}", self.done.fetch_add(1, Ordering::Relaxed));
        self.insert(&id, 0).await;
        let (taken, is_taken) = oneshot::channel();
        self.stream.send(taken).await.unwrap();
        is_taken.await.unwrap();
        self.insert(&id, 1).await;
        self.insert(&id, 2).await;
    }

    async fn insert(&self, id: &str, seq: i64) {
        on!(self.db.write(), pool => sqlx::query(ROW).bind(id).bind(seq).execute(pool).await.map(drop))
            .unwrap();
    }
}
