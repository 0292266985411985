//! Who gets through the gate, near and far, on both stores.

#![allow(clippy::unwrap_used, reason = "a test says what failed by failing")]

mod people;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::access::{Principal, Role, SessionKind};
use people::{House, KEN, SHI};
use proto::telephony::v1::call_service_client::CallServiceClient;
use proto::telephony::v1::call_service_server::{CallService, CallServiceServer};
use proto::telephony::v1::*;
use shell::access::{Gate, SESSION, SessionToken, is_by_service, principal};
use shell::grpc::auth::Token;
use shell::grpc::{Route, channel, far, near};
use shell::testkit::both_stores;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Code, Request, Response, Status};

const AMPLE: Duration = Duration::from_secs(30);

/// A server that remembers on whose behalf it was asked.
#[derive(Clone, Default)]
struct Calls(Arc<Mutex<Vec<Principal>>>, Arc<Mutex<Vec<bool>>>);

impl Calls {
    fn heard<T, A: Default>(&self, request: &Request<T>) -> Result<Response<A>, Status> {
        self.0.lock().unwrap().push(principal(request));
        self.1.lock().unwrap().push(is_by_service(request));
        Ok(Response::new(A::default()))
    }

    /// Whether it was a service each time, on whosever behalf.
    fn by_services(&self) -> Vec<bool> {
        std::mem::take(&mut self.1.lock().unwrap())
    }

    fn asked_by(&self) -> Vec<Principal> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

#[tonic::async_trait]
impl CallService for Calls {
    type WatchCallsStream = tokio_stream::Empty<Result<WatchCallsResponse, Status>>;

    async fn list_calls(
        &self,
        ask: Request<ListCallsRequest>,
    ) -> Result<Response<ListCallsResponse>, Status> {
        self.heard(&ask)
    }

    async fn watch_calls(
        &self,
        ask: Request<WatchCallsRequest>,
    ) -> Result<Response<Self::WatchCallsStream>, Status> {
        let _: Response<()> = self.heard(&ask)?;
        Ok(Response::new(tokio_stream::empty()))
    }

    async fn list_call_backs(
        &self,
        ask: Request<ListCallBacksRequest>,
    ) -> Result<Response<ListCallBacksResponse>, Status> {
        self.heard(&ask)
    }

    async fn consult_privately(
        &self,
        ask: Request<ConsultPrivatelyRequest>,
    ) -> Result<Response<ConsultPrivatelyResponse>, Status> {
        self.heard(&ask)
    }

    async fn bring_together(
        &self,
        ask: Request<BringTogetherRequest>,
    ) -> Result<Response<BringTogetherResponse>, Status> {
        self.heard(&ask)
    }

    async fn describe_line(
        &self,
        ask: Request<DescribeLineRequest>,
    ) -> Result<Response<DescribeLineResponse>, Status> {
        self.heard(&ask)
    }
}

/// The same gate before the same server: near with the service token, far with it, far without it.
struct Ways {
    calls: Calls,
    near: CallServiceClient<Route>,
    far: CallServiceClient<Route>,
    /// As a browser or a native client comes: it knows no service token.
    outside: CallServiceClient<tonic::transport::Channel>,
}

impl Ways {
    async fn to(house: &House) -> Self {
        let calls = Calls::default();
        let gate = Gate::new(CallServiceServer::new(calls.clone()), &house.access);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let serving = tonic::transport::Server::builder().add_service(gate.clone());
        tokio::spawn(serving.serve_with_incoming(TcpListenerStream::new(listener)));
        Self {
            calls,
            near: CallServiceClient::new(near(gate, AMPLE, &house.token)),
            far: CallServiceClient::new(far(channel(&address).unwrap(), AMPLE, &house.token)),
            outside: CallServiceClient::new(channel(&address).unwrap()),
        }
    }

    /// Lists calls by each way. The same must come of all three.
    async fn list(&mut self, operator: &str, session: Option<&str>) -> Result<(), Code> {
        let ask = || with(session, ListCallsRequest { operator_id: operator.into(), ..Default::default() });
        let answers = [
            self.near.list_calls(ask()).await.map(drop),
            self.far.list_calls(ask()).await.map(drop),
            self.outside.list_calls(ask()).await.map(drop),
        ]
        .map(|answer| answer.map_err(|status| status.code()));
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        answers[0]
    }
}

fn with<T>(session: Option<&str>, message: T) -> Request<T> {
    let mut request = Request::new(message);
    if let Some(token) = session {
        request.metadata_mut().insert(SESSION, token.parse().unwrap());
    }
    request
}

#[tokio::test]
async fn a_service_is_let_in_by_its_token_and_a_stranger_is_not() {
    both_stores(|db| async move {
        let house = House::new(db);
        let mut ways = Ways::to(&house).await;
        let ask = || ListCallsRequest { operator_id: SHI.into(), ..Default::default() };

        ways.near.list_calls(ask()).await.unwrap();
        ways.far.list_calls(ask()).await.unwrap();
        assert_eq!(ways.calls.asked_by(), [Principal::Service, Principal::Service]);

        assert_eq!(ways.outside.list_calls(ask()).await.unwrap_err().code(), Code::Unauthenticated);
        let mut forged = with(None, ask());
        forged
            .metadata_mut()
            .insert("authorization", "Bearer AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".parse().unwrap());
        assert_eq!(ways.outside.list_calls(forged).await.unwrap_err().code(), Code::Unauthenticated);
        let other = Token::generate();
        let gate = Gate::new(CallServiceServer::new(ways.calls.clone()), &house.access);
        let mut stranger = CallServiceClient::new(near(gate, AMPLE, &other));
        assert_eq!(stranger.list_calls(ask()).await.unwrap_err().code(), Code::Unauthenticated);
        assert_eq!(ways.calls.asked_by(), []);
    })
    .await;
}

#[tokio::test]
async fn a_supervisor_sees_the_calls_of_their_operator_near_and_far() {
    both_stores(|db| async move {
        let house = House::new(db);
        let mut ways = Ways::to(&house).await;
        let (account, token) = house.signed_in(KEN, &[Role::Supervisor, Role::Counsellor]).await;

        assert_eq!(ways.list(KEN, Some(token.reveal())).await, Ok(()));

        let asked = ways.calls.asked_by();
        assert_eq!(asked.len(), 3);
        for who in asked {
            let person = who.person().unwrap().clone();
            assert_eq!((person.account, person.operator.as_str()), (account, KEN));
            assert!(person.roles.has(Role::Supervisor) && person.roles.has(Role::Counsellor));
            assert!(!person.roles.has(Role::Auditor) && !person.break_glass);
        }
        assert_eq!(ways.calls.by_services(), [true, true, false], "who comes from outside shows no token");
    })
    .await;
}

#[tokio::test]
async fn a_request_that_a_service_forwards_is_the_persons_and_no_more() {
    both_stores(|db| async move {
        let house = House::new(db);
        let mut ways = Ways::to(&house).await;
        let (_, token) = house.signed_in(KEN, &[Role::Counsellor]).await;

        assert_eq!(ways.list(KEN, Some(token.reveal())).await, Err(Code::PermissionDenied));

        let desk_verb = ConsultPrivatelyRequest { operator_id: KEN.into(), ..Default::default() };
        let refused = ways.near.consult_privately(with(Some(token.reveal()), desk_verb)).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied);
        assert_eq!(ways.calls.asked_by(), []);
    })
    .await;
}

#[tokio::test]
async fn a_session_that_does_not_stand_is_told_like_one_that_never_was() {
    both_stores(|db| async move {
        let house = House::new(db);
        let mut ways = Ways::to(&house).await;
        let (account, token) = house.signed_in(KEN, &[Role::Supervisor]).await;
        house.revoke_all(account).await;
        let made_up = "A".repeat(43);
        let mut said = Vec::new();
        for session in [token.reveal(), &made_up, "short", "'; DROP TABLE session"] {
            assert_eq!(ways.list(KEN, Some(session)).await, Err(Code::Unauthenticated), "{session}");
            let ask = with(Some(session), ListCallsRequest { operator_id: KEN.into(), ..Default::default() });
            said.push(ways.outside.list_calls(ask).await.unwrap_err().message().to_owned());
        }

        said.dedup();
        assert_eq!(said.len(), 1, "{said:?}");
        assert_eq!(ways.calls.asked_by(), []);
    })
    .await;
}

#[tokio::test]
async fn another_operators_calls_are_refused_and_the_attempt_is_in_the_audit() {
    both_stores(|db| async move {
        let house = House::new(db);
        let mut ways = Ways::to(&house).await;
        let (account, token) = house.signed_in(KEN, &[Role::Supervisor]).await;

        assert_eq!(ways.list(SHI, Some(token.reveal())).await, Err(Code::PermissionDenied));
        assert_eq!(ways.list("", Some(token.reveal())).await, Err(Code::InvalidArgument));

        assert_eq!(ways.calls.asked_by(), []);
        let refused = house.audited(KEN).await;
        let row = (account.to_string(), "access.refused".to_owned(), "ListCalls".to_owned());
        assert_eq!(refused, [row.clone(), row.clone(), row]);
        assert!(house.access.audit().verify(&KEN.parse().unwrap()).await.unwrap().is_whole());
        assert_eq!(house.audited(SHI).await, []);
    })
    .await;
}

#[tokio::test]
async fn an_account_without_a_second_factor_gets_nowhere_yet() {
    both_stores(|db| async move {
        let house = House::new(db);
        let mut ways = Ways::to(&house).await;
        let account = house.account(KEN, &[Role::Supervisor]).await;
        house.forget_second_factor(account).await;
        let token = house.open(account, KEN, SessionKind::Password).await;

        assert_eq!(ways.list(KEN, Some(token.reveal())).await, Err(Code::FailedPrecondition));
        assert_eq!(ways.calls.asked_by(), []);
    })
    .await;
}

#[tokio::test]
async fn a_changed_byte_of_the_token_is_another_token() {
    both_stores(|db| async move {
        let house = House::new(db);
        let mut ways = Ways::to(&house).await;
        let (_, token) = house.signed_in(KEN, &[Role::Supervisor]).await;
        for at in [0, 20, 41] {
            let mut bytes = token.reveal().as_bytes().to_vec();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let other = SessionToken::read(std::str::from_utf8(&bytes).unwrap()).unwrap();

            assert_eq!(ways.list(KEN, Some(other.reveal())).await, Err(Code::Unauthenticated));
        }
    })
    .await;
}
