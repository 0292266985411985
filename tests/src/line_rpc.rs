//! What a line tells of itself over gRPC and HTTP.

use std::net::SocketAddr;
use std::time::Duration;

use proto::routing::v1 as routing;
use proto::routing::v1::routing_service_client::RoutingServiceClient;
use proto::telephony::v1 as telephony;
use proto::telephony::v1::call_control_service_client::CallControlServiceClient;
use proto::telephony::v1::call_service_client::CallServiceClient;
use shell::grpc::auth::Token;
use shell::grpc::{Route, channel, channel_over_tls, far};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::book::ToldCall;
use crate::line::TestLine;
use crate::wait::eventually;

const LIMIT: Duration = Duration::from_secs(5);

impl TestLine {
    pub(crate) fn route(&self, to: SocketAddr) -> Route {
        let token = Token::load(&self.data().join("token"), false).unwrap();
        let channel = match &self.dialler {
            Some(dialler) => channel_over_tls(&format!("https://{to}"), dialler, None).unwrap(),
            None => channel(&format!("http://{to}")).unwrap(),
        };
        far(channel, LIMIT, &token)
    }

    fn call_service(&self) -> CallServiceClient<Route> {
        CallServiceClient::new(self.route(self.http))
    }

    /// What people do on the screens of their desks.
    pub fn control_service(&self) -> CallControlServiceClient<Route> {
        CallControlServiceClient::new(self.route(self.http))
    }

    pub fn desk_service(&self) -> RoutingServiceClient<Route> {
        RoutingServiceClient::new(self.route(self.routing))
    }

    /// Every call, the oldest first. None while the line or its store does not answer.
    pub async fn calls_if_told(&self) -> Option<Vec<ToldCall>> {
        let request = telephony::ListCallsRequest {
            operator_id: self.operator.clone(),
            limit: 1000,
            ..telephony::ListCallsRequest::default()
        };
        let told = self.call_service().list_calls(request).await.ok()?.into_inner();
        Some(told.calls.into_iter().rev().map(ToldCall::of).collect())
    }

    pub async fn calls(&self) -> Vec<ToldCall> {
        eventually("the line tells its calls", async || self.calls_if_told().await).await
    }

    /// Waits for a call that is so.
    pub async fn call_that(&self, what: &str, is_so: impl Fn(&ToldCall) -> bool) -> ToldCall {
        eventually(what, async || self.calls_if_told().await?.into_iter().find(|call| is_so(call))).await
    }

    /// Waits until so many calls have begun and all have ended.
    pub async fn calls_ended(&self, count: usize) -> Vec<ToldCall> {
        eventually("all calls have ended", async || {
            let calls = self.calls_if_told().await?;
            (calls.len() >= count && calls.iter().all(|call| call.end.is_some())).then_some(calls)
        })
        .await
    }

    pub async fn call_backs(&self) -> Vec<telephony::CallBack> {
        eventually("the line tells its call-backs", async || {
            let request = telephony::ListCallBacksRequest { operator_id: self.operator.clone() };
            Some(self.call_service().list_call_backs(request).await.ok()?.into_inner().call_backs)
        })
        .await
    }

    pub async fn describe(&self) -> telephony::DescribeLineResponse {
        eventually("the line describes itself", async || {
            let answer = self.call_service().describe_line(telephony::DescribeLineRequest {}).await;
            Some(answer.ok()?.into_inner())
        })
        .await
    }

    /// Waits until nothing waits in the spool any more.
    pub async fn spool_is_empty(&self) {
        eventually("the spool is empty", async || (self.describe().await.spooled_batches == 0).then_some(()))
            .await;
    }

    pub async fn desks(&self) -> Vec<routing::Desk> {
        self.desks_if_told().await.unwrap_or_default()
    }

    async fn desks_if_told(&self) -> Option<Vec<routing::Desk>> {
        let request = routing::ListDesksRequest { operator_id: self.operator.clone() };
        let answer = self.desk_service().list_desks(request).await;
        Some(answer.ok()?.into_inner().desks)
    }

    /// Waits until that desk's presence is so, such as `available`, and gives it.
    pub async fn desk_is(&self, desk: &str, presence: &str) -> routing::Desk {
        let wanted = format!("PRESENCE_{}", presence.to_ascii_uppercase());
        eventually(&format!("{desk} is {presence}"), async || {
            let is_so =
                |told: &routing::Desk| told.desk_id == desk && told.presence().as_str_name() == wanted;
            self.desks_if_told().await?.into_iter().find(is_so)
        })
        .await
    }

    /// The registrar knows that telephone.
    pub async fn knows_phone(&self, desk: &str) {
        eventually("the telephone is known", async || {
            self.describe().await.registered_desks.contains(&desk.to_owned()).then_some(())
        })
        .await;
    }

    pub(crate) async fn answers_calls(&self) {
        self.describe().await;
    }

    /// A page of its web side.
    pub async fn page(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(self.http).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: line\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut page = Vec::new();
        stream.read_to_end(&mut page).await.unwrap();
        String::from_utf8_lossy(&page).into_owned()
    }
}
