//! The gate: who is asking, may they, and of which operator. Then the server.

use std::convert::Infallible;
use std::mem;
use std::task::{Context, Poll};

use domain::access::{Operator, Person, Principal, Refusal, judge, rule};
use futures::future::{BoxFuture, FutureExt};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use tonic::body::Body;
use tonic::server::NamedService;
use tonic::{Code, Status};
use tower::Service;
use tracing::Instrument;

use super::operator::malformed;
use super::{ByService, Came, SESSION, SessionToken, Sessions, operator};
use crate::audit::{Audit, Entry};
use crate::clock::Clock;
use crate::grpc::auth::Token;
use crate::grpc::trace;
use crate::store::StoreError;

/// What every gate of a process knows. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Access {
    token: Token,
    sessions: Sessions,
    audit: Audit,
    clock: Clock,
    wants_certificates: bool,
}

impl Access {
    pub fn new(token: Token, sessions: Sessions, audit: Audit, clock: Clock) -> Self {
        Self { token, sessions, audit, clock, wants_certificates: false }
    }

    /// From now on the service token counts only over a connection that a certificate vouches for.
    pub fn wants_certificates(self, wants: bool) -> Self {
        Self { wants_certificates: wants, ..self }
    }

    pub fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    pub fn audit(&self) -> &Audit {
        &self.audit
    }

    /// Who asks, if this RPC is for them: for those who come by another way than gRPC, who are persons.
    ///
    /// # Errors
    /// When it is not for them, or the store is away.
    pub async fn judged(&self, rpc: &str, headers: &HeaderMap) -> Result<Principal, Status> {
        self.judged_as(rpc, headers, Came::Unknown).await
    }

    async fn judged_as(&self, rpc: &str, headers: &HeaderMap, came: Came) -> Result<Principal, Status> {
        let who = self.who(headers, came).await?;
        judge(rpc, &who, self.clock.now()).map_err(refused)?;
        Ok(who)
    }

    /// The request as the server may see it, with its principal.
    async fn admit(&self, request: http::Request<Body>) -> Result<http::Request<Body>, Status> {
        let came = Came::of(&request);
        let by_service = self.is_service(request.headers(), came);
        let who = self.judged_as(request.uri().path(), request.headers(), came).await?;
        let mut request = match &who {
            Principal::Person(person) => self.within_operator(request, person).await?,
            Principal::Service | Principal::Stranger => request,
        };
        request.extensions_mut().insert(who);
        if by_service {
            request.extensions_mut().insert(ByService);
        }
        Ok(request)
    }

    fn is_service(&self, headers: &HeaderMap, came: Came) -> bool {
        self.token.admits(headers.get(AUTHORIZATION)) && (!self.wants_certificates || came.is_vouched_for())
    }

    /// A session that does not stand makes a stranger of whoever shows it, also of a service that
    /// forwards it.
    async fn who(&self, headers: &HeaderMap, came: Came) -> Result<Principal, Status> {
        match headers.get(SESSION) {
            Some(shown) => {
                let Some(token) = shown.to_str().ok().and_then(SessionToken::read) else {
                    return Ok(Principal::Stranger);
                };
                let found = self.sessions.find(&token).await.map_err(away)?;
                Ok(found.map_or(Principal::Stranger, Principal::Person))
            }
            None if self.is_service(headers, came) => Ok(Principal::Service),
            None if self.token.admits(headers.get(AUTHORIZATION)) => {
                counted("certificate");
                Err(Status::unauthenticated(UNCERTIFIED))
            }
            None => Ok(Principal::Stranger),
        }
    }

    async fn within_operator(
        &self,
        request: http::Request<Body>,
        person: &Person,
    ) -> Result<http::Request<Body>, Status> {
        let asked = rule(request.uri().path()).map_or(Operator::Named, |rule| rule.operator);
        if asked == Operator::Unnamed {
            return Ok(request);
        }
        let (head, body) = request.into_parts();
        let (named, body) = operator::named(body).await?;
        if named.is_empty() && asked == Operator::Named {
            return Err(Status::invalid_argument("operator_id is empty: right is your operator's id"));
        }
        if !named.is_empty() && named != person.operator.as_str() {
            self.note_foreign(head.uri.path(), person).await;
            return Err(Status::permission_denied("operator_id is not the operator of your account"));
        }
        Ok(http::Request::from_parts(head, body))
    }

    /// The refusal stands, whether it can be written down or not.
    async fn note_foreign(&self, path: &str, person: &Person) {
        counted("operator");
        let method = path.rsplit('/').next().unwrap_or_default();
        let who = Principal::Person(person.clone());
        let entry =
            Entry::of(&who, &person.operator, "access.refused").about("rpc", method).with("why", "operator");
        if let Err(error) = self.audit.note(&entry).await {
            tracing::error!(%error, "a refused request is not in the audit");
        }
    }
}

/// The token alone is not enough.
pub const UNCERTIFIED: &str =
    "a service also shows a certificate of this line's authority: set services.certificate";

fn refused(refusal: Refusal) -> Status {
    match refusal {
        Refusal::NotSignedIn => {
            counted("not_signed_in");
            Status::unauthenticated("sign in first; a service shows its token")
        }
        Refusal::NotAllowed => {
            counted("role");
            Status::permission_denied(refusal.to_string())
        }
        Refusal::NotFresh | Refusal::Unfinished => Status::failed_precondition(refusal.to_string()),
    }
}

fn counted(why: &'static str) {
    metrics::counter!("tomoshibi_access_refused_total", "why" => why).increment(1);
}

fn away(error: StoreError) -> Status {
    tracing::error!(error = &error as &dyn std::error::Error, "a session cannot be looked up");
    match error.passing {
        true => Status::unavailable("the store does not answer: try again"),
        false => Status::internal("the session cannot be looked up"),
    }
}

/// How tonic begins when it cannot read a request. It says INTERNAL, as if the fault were ours.
const UNREADABLE: [&str; 4] = [
    "failed to decode Protobuf message",
    "Missing request message",
    "Unexpected EOF decoding stream",
    "protocol error",
];

/// A request that cannot be read is its sender's fault.
fn rightly_blamed(answer: http::Response<Body>) -> http::Response<Body> {
    match Status::from_header_map(answer.headers()) {
        Some(said)
            if said.code() == Code::Internal
                && UNREADABLE.iter().any(|how| said.message().starts_with(how)) =>
        {
            malformed(&format!("cannot be read: {}", said.message())).into_http()
        }
        Some(_) | None => answer,
    }
}

/// A server that answers only those who may ask, inside the trace of its caller.
#[derive(Clone, Debug)]
pub struct Gate<S> {
    server: S,
    access: Access,
}

impl<S> Gate<S> {
    pub fn new(server: S, access: &Access) -> Self {
        Self { server, access: access.clone() }
    }
}

impl<S: NamedService> NamedService for Gate<S> {
    const NAME: &'static str = S::NAME;
}

impl<S> Service<http::Request<Body>> for Gate<S>
where
    S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.server.poll_ready(cx)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let span = trace::span_of(&request);
        // The one that said it is ready goes along, its clone stays.
        let ready = self.server.clone();
        let mut server = mem::replace(&mut self.server, ready);
        let access = self.access.clone();
        async move {
            match access.admit(request).await {
                Ok(request) => server.call(request).await.map(rightly_blamed),
                Err(refusal) => Ok(refusal.into_http()),
            }
        }
        .instrument(span)
        .boxed()
    }
}
