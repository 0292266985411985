//! Counsellors who write: of calls that were answered a moment ago the record is opened and its outcome saved.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use domain::access::Role;
use proto::triage::v1 as pb;
use shell::grpc::auth::Token;
use shell::grpc::{Route, channel, far};
use shell::on;
use tokio::sync::watch;

use crate::line::Line;
use crate::rows::call::open::gap;
use crate::rows::nation::OPERATOR;
use crate::rows::records::{Client, House, field, shown};

const LIMIT: Duration = Duration::from_secs(20);
/// Nobody rings yet.
const AGAIN: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) took: Vec<Duration>,
    pub(super) failed: usize,
}

pub(super) async fn write(
    line: Arc<Line>,
    rate: f64,
    mut is_over: watch::Receiver<bool>,
) -> anyhow::Result<Written> {
    let mut written = Written::default();
    if rate <= 0.0 {
        return Ok(written);
    }
    let mut writer = Writer::new(&line)?;
    loop {
        let pause = match writer.next(&line).await {
            Ok(Some(took)) => {
                written.took.push(took);
                gap(rate).saturating_sub(took)
            }
            Ok(None) => AGAIN,
            Err(_) => {
                written.failed += 1;
                gap(rate)
            }
        };
        tokio::select! {
            _ = is_over.changed() => return Ok(written),
            () = tokio::time::sleep(pause) => {}
        }
    }
}

struct Writer {
    house: House,
    route: Route,
    people: HashMap<String, Client>,
    /// The last call that was written about.
    since: i64,
}

impl Writer {
    fn new(line: &Line) -> anyhow::Result<Self> {
        let house = House::of(OPERATOR, &line.store, &line.store.path("data/keys.toml"))?;
        let token = Token::load(&line.store.path("data/token"), false)?;
        let route = far(channel(&format!("http://{}", line.http))?, LIMIT, &token);
        Ok(Self { house, route, people: HashMap::new(), since: 0 })
    }

    /// How long opening and saving took; none where no call has been answered since.
    async fn next(&mut self, line: &Line) -> anyhow::Result<Option<Duration>> {
        let sql = "SELECT c.call_id, c.at_us, d.staff_id FROM call_event c JOIN desk d ON d.call_id = c.call_id \
             WHERE c.kind = 'answered' AND d.presence = 'in_call' AND d.staff_id IS NOT NULL AND c.at_us > $1 \
             ORDER BY c.at_us DESC LIMIT 1";
        let found: Option<(String, i64, String)> = on!(line.store.db.read(), pool => sqlx::query_as(sql)
            .bind(self.since).fetch_optional(pool).await)?;
        let Some((call, at, staff)) = found else { return Ok(None) };
        self.since = at;
        let who = self.person(&staff).await?;
        let begun = Instant::now();
        let asked = pb::OpenRecordRequest { operator_id: OPERATOR.into(), call_id: call };
        let opened = who.open_record(asked).await?.into_inner().record.context("no record was opened")?;
        let changes = vec![field("presenting", "眠れない"), field("triage_code", "G")];
        let asked = pb::SaveRecordRequest {
            operator_id: OPERATOR.into(),
            record_id: opened.record_id,
            seen_revision: opened.revision,
            changes,
            save_id: at.to_string(),
        };
        who.save_record(asked).await?;
        Ok(Some(begun.elapsed()))
    }

    async fn person(&mut self, staff: &str) -> anyhow::Result<&mut Client> {
        if !self.people.contains_key(staff) {
            let session = self.house.signs_in(staff, Role::Counsellor).await?;
            self.people.insert(staff.to_owned(), Client::new(shown(self.route.clone(), &session)?));
        }
        self.people.get_mut(staff).context("somebody just signed in")
    }
}
