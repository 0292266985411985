//! The way back for centres that speak FHIR: a Task is put, or comes in a message, and does what the RPC of
//! the contract for centres does, under the same rule and by the same functions.

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{post, put};
use proto::referral::v1 as pb;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use shell::access::Access;
use tonic::{Code, Status};

use crate::asker::Asker;
use crate::centre::{Acceptance, Centres};
use crate::error::ReferralError;
use crate::fhir::{OperationOutcome, Said, TaskUpdate};

const FHIR: &str = "application/fhir+json";
/// A Task says little; a message may carry others' resources beside it.
const LIMIT: usize = 256 * 1024;

/// Cheap to clone.
#[derive(Clone, Debug)]
struct Fhir {
    centres: Centres,
    access: Access,
}

pub(crate) fn routes(centres: Centres, access: Access) -> Router {
    Router::new()
        .route("/fhir/Task/{id}", put(task))
        .route("/fhir", post(message))
        .layer(DefaultBodyLimit::max(LIMIT))
        .with_state(Fhir { centres, access })
}

type Body = Result<Bytes, BytesRejection>;

async fn task(State(fhir): State<Fhir>, Path(id): Path<String>, headers: HeaderMap, body: Body) -> Response {
    let done = async {
        let task: TaskUpdate = read(&headers, body)?;
        match task.id == id {
            true => fhir.carry_out(&headers, &task).await,
            false => Err(malformed("Task.id is not the id of the address", "Task.id")),
        }
    };
    answer(done.await)
}

/// Of a message everything but its Task is left alone.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    resource_type: String,
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    entry: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    resource: serde_json::Value,
}

async fn message(State(fhir): State<Fhir>, headers: HeaderMap, body: Body) -> Response {
    let done = async {
        let task = the_task(read(&headers, body)?)?;
        fhir.carry_out(&headers, &task).await
    };
    answer(done.await)
}

fn the_task(message: Message) -> Result<TaskUpdate, Refused> {
    if (message.resource_type.as_str(), message.kind.as_str()) != ("Bundle", "message") {
        return Err(malformed("right is a Bundle of the type message", "Bundle.type"));
    }
    let resources = message.entry.into_iter().map(|entry| entry.resource);
    let mut tasks = resources.filter(|resource| resource["resourceType"] == "Task");
    match (tasks.next(), tasks.next()) {
        (Some(task), None) => {
            serde_json::from_value(task).map_err(|_| malformed("the Task cannot be read", "Bundle.entry"))
        }
        (Some(_), Some(_)) | (None, _) => {
            Err(malformed("a message that answers has one Task among its entries", "Bundle.entry"))
        }
    }
}

impl Fhir {
    async fn carry_out(&self, headers: &HeaderMap, task: &TaskUpdate) -> Result<&'static str, Refused> {
        if !task.is_task() {
            return Err(malformed("right is the resourceType Task", "Task"));
        }
        // Before who asks is known, nothing is said about what they ask.
        let said = task.said();
        let rpc = said.as_ref().map_or(Said::Accepted.rpc(), Said::rpc);
        let who = self.access.judged(rpc, headers).await.map_err(not_admitted)?;
        let Some(operator) = who.person().map(|person| person.operator.clone()) else {
            let why = "a Task is answered with the session of its centre, not with a service's token";
            return Err(Refused::new(StatusCode::FORBIDDEN, "forbidden", why));
        };
        self.tell(&Asker { operator, who, session: None }, &task.id, said?).await
    }

    async fn tell(&self, asker: &Asker, id: &str, said: Said) -> Result<&'static str, Refused> {
        let centre = asker.target()?;
        let referral_id = id.parse::<uuid::Uuid>().map_err(|_| ReferralError::NotFound("Task"))?.to_string();
        let (operator_id, centre_id) = (asker.operator.to_string(), centre.to_string());
        let centres = &self.centres;
        match said {
            Said::Received { event } => {
                let of = (referral_id.as_str(), event.as_str());
                centres.acknowledge_one(&asker.operator, &centre, of).await?;
                Ok("received")
            }
            Said::Accepted => accepted(centres.accept(asker, &centre, &referral_id, None).await?),
            Said::Declined { reason, note } => {
                let reason = reason.code().to_owned();
                let asked = pb::DeclineRequest { operator_id, centre_id, referral_id, reason, note };
                centres.decline(asker, &centre, &asked).await?;
                Ok("rejected")
            }
            Said::Arrival(arrival) => {
                let (arrival, at) = (arrival.code().to_owned(), None);
                let asked = pb::ReportArrivalRequest { operator_id, centre_id, referral_id, arrival, at };
                centres.arrival(asker, &centre, &asked).await?;
                Ok("the arrival is noted")
            }
            Said::Outcome(outcome) => {
                let outcome = outcome.code().to_owned();
                let asked = pb::ReportOutcomeRequest { operator_id, centre_id, referral_id, outcome };
                centres.outcome(asker, &centre, &asked).await?;
                Ok("completed")
            }
        }
    }
}

fn accepted(came_to: Acceptance) -> Result<&'static str, Refused> {
    let why = match came_to {
        Acceptance::Accepted => return Ok("accepted"),
        Acceptance::TakenByOther => "not accepted: another has taken it",
        Acceptance::Recalled => "not accepted: the referral was recalled",
    };
    Err(Refused::new(StatusCode::CONFLICT, "conflict", why))
}

/// A parser's own words would repeat what was sent.
fn read<T: DeserializeOwned>(headers: &HeaderMap, body: Body) -> Result<T, Refused> {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case(FHIR) && !kind.eq_ignore_ascii_case("application/json") {
        let why = format!("Content-Type: right is {FHIR}");
        return Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-supported", why));
    }
    let body = body.map_err(|fault| match fault.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            let why = format!("the body is too long: right is at most {LIMIT} bytes");
            Refused::new(StatusCode::PAYLOAD_TOO_LARGE, "too-long", why)
        }
        _ => Refused::new(StatusCode::BAD_REQUEST, "structure", "the body did not come whole"),
    })?;
    serde_json::from_slice(&body).map_err(|fault| {
        let why = format!("not readable as JSON of FHIR: line {}, column {}", fault.line(), fault.column());
        Refused::new(StatusCode::BAD_REQUEST, "structure", why)
    })
}

/// A refusal, ready to be told.
#[derive(Debug)]
struct Refused {
    status: StatusCode,
    code: &'static str,
    why: String,
    at: Option<String>,
}

impl Refused {
    fn new(status: StatusCode, code: &'static str, why: impl Into<String>) -> Self {
        Self { status, code, why: why.into(), at: None }
    }
}

fn malformed(why: &str, at: &str) -> Refused {
    Refused {
        at: Some(at.to_owned()),
        ..Refused::new(StatusCode::BAD_REQUEST, "structure", format!("{at}: {why}"))
    }
}

/// What stands in the way is the session, not the Task.
fn not_admitted(status: Status) -> Refused {
    if status.code() == Code::FailedPrecondition {
        return Refused::new(StatusCode::FORBIDDEN, "forbidden", status.message());
    }
    said_over_http(status.code(), status.message())
}

impl From<ReferralError> for Refused {
    fn from(error: ReferralError) -> Self {
        let (code, why) = (error.code(), error.to_string());
        let at = match error {
            ReferralError::Invalid { field, .. } => Some(field),
            ReferralError::NotFound(_) => {
                return said_over_http(code, "no such Task is known to this centre");
            }
            ReferralError::NotSignedIn
            | ReferralError::Refused(_)
            | ReferralError::Contended
            | ReferralError::Deleted
            | ReferralError::Record(_)
            | ReferralError::Seal(_)
            | ReferralError::Store(_) => None,
        };
        Self { at, ..said_over_http(code, &why) }
    }
}

fn said_over_http(code: Code, why: &str) -> Refused {
    let (status, issue) = match code {
        Code::InvalidArgument | Code::OutOfRange => (StatusCode::UNPROCESSABLE_ENTITY, "value"),
        Code::NotFound => (StatusCode::NOT_FOUND, "not-found"),
        Code::Unauthenticated => (StatusCode::UNAUTHORIZED, "login"),
        Code::PermissionDenied => (StatusCode::FORBIDDEN, "forbidden"),
        Code::FailedPrecondition | Code::Aborted | Code::AlreadyExists => (StatusCode::CONFLICT, "conflict"),
        Code::Unavailable | Code::DeadlineExceeded | Code::ResourceExhausted => {
            (StatusCode::SERVICE_UNAVAILABLE, "transient")
        }
        Code::Ok
        | Code::Cancelled
        | Code::Unknown
        | Code::Unimplemented
        | Code::Internal
        | Code::DataLoss => (StatusCode::INTERNAL_SERVER_ERROR, "exception"),
    };
    Refused::new(status, issue, why)
}

fn answer(done: Result<&'static str, Refused>) -> Response {
    let (status, outcome) = match done {
        Ok(what) => (StatusCode::OK, OperationOutcome::done(what)),
        Err(refused) => (refused.status, OperationOutcome::refused(refused.code, refused.why, refused.at)),
    };
    match serde_json::to_string(&outcome) {
        Ok(body) => (status, [(CONTENT_TYPE, FHIR)], body).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
