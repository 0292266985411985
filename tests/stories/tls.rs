//! TLS: services that show each other certificates, pages by https, telephones by SIP over TLS.

use std::fs;
use std::path::Path;
use std::time::Duration;

use proto::telephony::v1::call_service_client::CallServiceClient;
use proto::telephony::v1::{DescribeLineRequest, WatchCallsRequest};
use shell::access::UNCERTIFIED;
use shell::grpc::auth::Token;
use shell::grpc::{Route, channel_over_tls, far};
use shell::testkit::{Authority, Postgres, TlsFolder};
use shell::tls::{Dialler, Keeper, server_name};
use tests::{
    Baresip, LineSetup, TestCaller, TestDesk, TestLine, Voice, dialler, eventually, framed, free_port,
    over_tls, password_of, web_answer,
};
use tokio::net::TcpStream;
use tonic::Code;

use crate::NUMBER;

/// The name in the certificates, and the address that tests come to.
const NAMES: [&str; 2] = ["line.test", "127.0.0.1"];

fn files(folder: &Path, name: &str, authority: &Authority) -> TlsFolder {
    TlsFolder::new(&folder.join(name), authority, &authority.signs(&NAMES))
}

/// A service on the shared store, with its certificates.
fn node(name: &'static str, store: &str, files: &TlsFolder) -> LineSetup {
    let settings = format!("node = \"{name}-1\"\n[store]\nurl = \"{store}\"");
    LineSetup::new().settings(&settings).certified(files).services(&[name])
}

/// Somebody who has the token all the same.
fn with_token(line: &TestLine, dialler: &Dialler) -> CallServiceClient<Route> {
    let token = Token::load(&line.data().join("token"), false).unwrap();
    let channel = channel_over_tls(&line.url(), dialler, None).unwrap();
    CallServiceClient::new(far(channel, Duration::from_secs(8), &token))
}

async fn refusal(line: &TestLine, dialler: &Dialler) -> (Code, String) {
    let refused = with_token(line, dialler).describe_line(DescribeLineRequest {}).await.unwrap_err();
    (refused.code(), refused.message().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn services_that_show_each_other_certificates_take_a_call_and_strangers_with_the_token_are_refused() {
    let server = Postgres::shared();
    let store = server.url(&server.create_database().await);
    let folder = tempfile::tempdir().unwrap();
    let (house, other) = (Authority::new("house"), Authority::new("stranger"));
    let certified = |name| files(folder.path(), name, &house);
    let routing = node("routing", &store, &certified("routing")).start().await;
    let telephony = node("telephony", &store, &certified("telephony")).routed_by(&routing).start().await;
    let desk = TestDesk::that_lifts(&telephony, "ito").await;
    let caller = TestCaller::with_number(&telephony, NUMBER).await;

    caller.rings().await;

    caller.is_connected(1).await;
    let call = telephony.call_that("the call is answered", |call| call.has("answered")).await;
    assert_eq!(call.told("offered", "by"), ["routing"]);
    let listed = telephony.run(&["calls", "--json"]).await;
    assert!(listed.code == Some(0) && listed.out.contains(&call.id), "{listed:?}");

    let foreign = TlsFolder::new(&folder.path().join("foreign"), &house, &other.signs(&NAMES));
    // The connection breaks, sooner or later: nothing of the line was asked.
    let (code, _) = refusal(&telephony, &dialler(foreign.source())).await;
    assert!(matches!(code, Code::Unavailable | Code::Unknown | Code::Cancelled), "{code:?}");
    let mut bare = foreign.source();
    bare.own = None;
    let without = refusal(&telephony, &dialler(bare)).await;
    assert_eq!(without, (Code::Unauthenticated, UNCERTIFIED.to_owned()));
    drop(desk);
}

#[tokio::test(flavor = "multi_thread")]
async fn routing_with_a_certificate_of_another_authority_is_not_asked_and_the_ring_list_takes_its_place() {
    let server = Postgres::shared();
    let store = server.url(&server.create_database().await);
    let folder = tempfile::tempdir().unwrap();
    let (house, other) = (Authority::new("house"), Authority::new("stranger"));
    let right = files(folder.path(), "routing", &house);
    let routing = node("routing", &store, &right).start().await;
    let setup = node("telephony", &store, &files(folder.path(), "telephony", &house));
    let mut telephony = setup.routed_by(&routing).start().await;
    let desk = TestDesk::that_lifts(&telephony, "ito").await;
    telephony.stop().await;
    right.holds(&other.signs(&NAMES));
    routing.logs("certificates were reloaded").await;

    telephony.starts().await;
    telephony.knows_phone("ito").await;
    let caller = TestCaller::with_number(&telephony, NUMBER).await;
    caller.rings().await;

    let call = telephony.call_that("the call is answered", |call| call.has("answered")).await;
    assert_eq!(call.told("offered", "by"), ["ring_list"]);
    telephony.logs("is not believed").await;
    drop(desk);
}

#[tokio::test(flavor = "multi_thread")]
async fn replaced_certificates_break_no_stream_and_pages_and_browsers_come_by_https() {
    let folder = tempfile::tempdir().unwrap();
    let house = Authority::new("house");
    let files = files(folder.path(), "line", &house);
    let line = LineSetup::new().certified(&files).start().await;
    let everybody = dialler(files.source());
    let watch = WatchCallsRequest { operator_id: line.operator.clone() };
    let mut stream = with_token(&line, &everybody).watch_calls(watch).await.unwrap().into_inner();

    let new = house.signs(&NAMES);
    files.holds(&new);
    eventually("the new one is shown", async || (shown(&line, &everybody).await == new.der).then_some(()))
        .await;
    fs::write(&files.certificate, "not a certificate").unwrap();
    line.logs("the new certificates are not used; those before stay").await;
    assert_eq!(shown(&line, &everybody).await, new.der);

    let caller = TestCaller::with_number(&line, NUMBER).await;
    caller.rings().await;
    let told = tokio::time::timeout(Duration::from_secs(30), stream.message()).await;
    assert!(told.unwrap().unwrap().is_some(), "the stream from before tells the call");

    let mut browser = files.source();
    browser.own = None;
    let browser = Keeper::default().dial(browser, &[b"http/1.1"]).unwrap();
    let page = over_tls(&browser, line.http, "GET", "/ready", &[], b"").await;
    assert_eq!((page.status, page.body.as_slice()), (200, &b"ready\n"[..]));
    assert_eq!(over_tls(&browser, line.http, "GET", "/", &[], b"").await.status, 200);
    let web = [("content-type", "application/grpc-web+proto")];
    let asked =
        over_tls(&browser, line.http, "POST", "/grpc.health.v1.Health/Check", &web, &framed(b"")).await;
    assert_eq!(web_answer(&asked, false).code, Code::Ok);
}

/// The certificate that a new visitor sees.
async fn shown(line: &TestLine, dialler: &Dialler) -> Vec<u8> {
    let stream = TcpStream::connect(line.http).await.unwrap();
    let stream = dialler.dial(server_name("line.test").unwrap(), stream).await.unwrap();
    stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_faulty_certificate_is_one_clear_error_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let house = Authority::new("house");
    let faulty = files(folder.path(), "line", &house);
    let line = LineSetup::new().certified(&faulty).prepare();
    fs::write(&faulty.key, house.signs(&NAMES).key).unwrap();
    let wanted = "/tls.key does not belong to the certificate: right is the key that it was made for";

    for command in ["serve", "check"] {
        let said = line.run(&[command]).await;
        assert!(said.code == Some(1) && said.err.contains("http.tls_key: "), "{command}: {said:?}");
        assert_eq!(said.err.matches(wanted).count(), 1, "{command}: {said:?}");
    }
    let half = LineSetup::new().settings("[http]\nclient_authorities = \"ca.pem\"\n").prepare();
    let said = half.run(&["check"]).await;
    assert!(said.err.contains("http.client_authorities") && said.err.contains("http.tls_key"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_telephone_signs_in_and_is_rung_over_tls() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(folder.path(), "sip", &Authority::new("house"));
    let secure = format!("127.0.0.1:{}", free_port());
    let settings = format!(
        "[sip]\ntls_listen = [\"{secure}\"]\ntls_certificate = {:?}\ntls_key = {:?}\n",
        files.certificate, files.key
    );
    let line = LineSetup::new().settings(&settings).start().await;
    assert!(line.out().contains(&format!("SIP/TLS  {secure}")), "{}", line.out());
    let password = password_of(&line.phones_file(), "ito");
    let account = format!(
        "<sip:ito@{secure};transport=tls>;auth_user=ito;auth_pass={password};regint=60;answermode=auto"
    );
    let phone = Baresip::start_over_tls(&account, &files.authority, Voice::Desk).await;
    line.desk_is("ito", "available").await;
    let caller = TestCaller::with_number(&line, NUMBER).await;

    caller.rings().await;

    caller.is_connected(1).await;
    phone.has("CALL_ESTABLISHED", 1).await;
    eventually("the telephone hears the caller", async || (phone.heard() > 4000).then_some(())).await;
    caller.hangs_up().await;
    phone.has("CALL_CLOSED", 1).await;
    line.calls_ended(1).await[0].is_whole();
}
