//! The browser's side: a cookie that scripts cannot read becomes the session's header.
//!
//! Only for gRPC-Web requests that come from our own page: a cookie is sent by
//! whatever page the person has open, so the `Origin` must be ours. A client
//! that sends the header itself needs no cookie, and no page can make it do so.

use std::task::{Context, Poll};
use std::time::Duration;

use futures::future::{Either, Ready, ready};
use http::header::{CONTENT_TYPE, COOKIE as COOKIES, HOST, ORIGIN};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use tower::{Layer, Service};

use super::{SESSION, SessionToken};

pub const COOKIE: &str = "tomoshibi_session";

/// How browsers reach the line.
#[derive(Clone, Debug, Default)]
pub struct Browser {
    /// `https://line.example.jp` where a proxy stands in front; without it the request's own host counts.
    public_origin: Option<String>,
    /// The port itself speaks TLS.
    over_tls: bool,
}

impl Browser {
    /// # Errors
    /// When the address is not `https://HOST` or `http://HOST`, with a port or without, and nothing after it.
    pub fn at(public_url: Option<&str>) -> Result<Self, &'static str> {
        let origin = public_url.map(|url| url.strip_suffix('/').unwrap_or(url).to_ascii_lowercase());
        match origin.as_deref().map(host_of) {
            Some(None) => Err("is not an address such as https://line.example.jp"),
            Some(Some(_)) | None => Ok(Self { public_origin: origin, over_tls: false }),
        }
    }

    /// The same, where browsers come over TLS without any proxy.
    pub fn over_tls(self, over_tls: bool) -> Self {
        Self { over_tls, ..self }
    }

    /// The value of `Set-Cookie` that begins a session in a browser.
    pub fn cookie(&self, token: &SessionToken, lasts: Duration) -> String {
        self.set(token.reveal(), lasts)
    }

    /// The value of `Set-Cookie` that ends it.
    pub fn no_cookie(&self) -> String {
        self.set("", Duration::ZERO)
    }

    fn set(&self, value: &str, lasts: Duration) -> String {
        // `__Host-` would demand https, and a first look at the line is over http.
        let secure = match &self.public_origin {
            Some(origin) if origin.starts_with("https:") => "; Secure",
            Some(_) | None if self.over_tls => "; Secure",
            Some(_) | None => "",
        };
        format!("{COOKIE}={value}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict{secure}", lasts.as_secs())
    }

    /// The session's header for this request, none where no cookie is to be used.
    fn header(&self, request: &Request<impl Sized>) -> Result<Option<HeaderValue>, ForeignPage> {
        let headers = request.headers();
        if headers.contains_key(SESSION) || request.method() != Method::POST || !is_grpc_web(headers) {
            return Ok(None);
        }
        let Some(token) = token_in(headers) else { return Ok(None) };
        if !self.is_our_page(request) {
            return Err(ForeignPage);
        }
        // A token is letters, digits, hyphen and underscore.
        let mut header = HeaderValue::from_str(token.reveal()).map_err(|_| ForeignPage)?;
        header.set_sensitive(true);
        Ok(Some(header))
    }

    fn is_our_page(&self, request: &Request<impl Sized>) -> bool {
        let Some(origin) = text(request.headers(), &ORIGIN) else { return false };
        if self.public_origin.as_deref().is_some_and(|ours| ours.eq_ignore_ascii_case(origin)) {
            return true;
        }
        // HTTP/2 has no Host: the address itself says it.
        let host = text(request.headers(), &HOST)
            .or_else(|| request.uri().authority().map(http::uri::Authority::as_str));
        match (host_of(origin), host) {
            (Some(theirs), Some(ours)) => theirs.eq_ignore_ascii_case(ours),
            (Some(_) | None, _) => false,
        }
    }
}

/// A cookie came with a request of somebody else's page.
struct ForeignPage;

fn host_of(origin: &str) -> Option<&str> {
    let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"))?;
    (!host.is_empty() && !host.contains(['/', '?', '#', '@', ' '])).then_some(host)
}

fn is_grpc_web(headers: &HeaderMap) -> bool {
    text(headers, &CONTENT_TYPE).is_some_and(|kind| kind.starts_with("application/grpc-web"))
}

fn text<'h>(headers: &'h HeaderMap, name: &http::HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// The one cookie of our name. Two may mean that a neighbouring host planted one: neither counts.
fn token_in(headers: &HeaderMap) -> Option<SessionToken> {
    let pairs = headers.get_all(COOKIES).iter().filter_map(|line| line.to_str().ok());
    let mut ours = pairs
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| *name == COOKIE);
    match (ours.next(), ours.next()) {
        (Some((_, value)), None) => SessionToken::read(value),
        (Some(_), Some(_)) | (None, _) => None,
    }
}

/// Stands before the gRPC-Web layer of the public port.
#[derive(Clone, Debug, Default)]
pub struct BrowserLayer(Browser);

impl BrowserLayer {
    pub fn new(browser: Browser) -> Self {
        Self(browser)
    }
}

impl<S> Layer<S> for BrowserLayer {
    type Service = FromBrowsers<S>;
    fn layer(&self, server: S) -> FromBrowsers<S> {
        FromBrowsers { server, browser: self.0.clone() }
    }
}

#[derive(Clone, Debug)]
pub struct FromBrowsers<S> {
    server: S,
    browser: Browser,
}

impl<S, In, Out> Service<Request<In>> for FromBrowsers<S>
where
    S: Service<Request<In>, Response = Response<Out>>,
    Out: Default,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Either<S::Future, Ready<Result<S::Response, S::Error>>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.server.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<In>) -> Self::Future {
        match self.browser.header(&request) {
            Ok(Some(header)) => {
                request.headers_mut().insert(SESSION, header);
                Either::Left(self.server.call(request))
            }
            Ok(None) => Either::Left(self.server.call(request)),
            Err(ForeignPage) => {
                metrics::counter!("tomoshibi_access_refused_total", "why" => "origin").increment(1);
                let mut refusal = Response::new(Out::default());
                *refusal.status_mut() = StatusCode::FORBIDDEN;
                Either::Right(ready(Ok(refusal)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tower::ServiceExt;

    use super::*;

    struct Sent {
        status: StatusCode,
        session: Option<String>,
    }

    /// What the server behind the layer sees of a request with these headers.
    async fn send(public: Option<&str>, method: Method, headers: &[(&str, &str)]) -> Sent {
        let server = tower::service_fn(|request: Request<()>| async move {
            let seen = request.headers().get(SESSION).map(|value| value.to_str().unwrap().to_owned());
            Ok::<_, std::convert::Infallible>(Response::new(seen.unwrap_or_default()))
        });
        let layered = BrowserLayer::new(Browser::at(public).unwrap()).layer(server);
        let mut request = Request::builder().method(method).uri("/tomoshibi.x/Y");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = layered.oneshot(request.body(()).unwrap()).await.unwrap();
        let session = Some(answer.body().clone()).filter(|seen| !seen.is_empty());
        Sent { status: answer.status(), session }
    }

    const WEB: (&str, &str) = ("content-type", "application/grpc-web+proto");
    const HOME: (&str, &str) = ("host", "line.example.jp:8080");

    #[tokio::test]
    async fn the_cookie_of_our_own_page_becomes_the_session() {
        let token = SessionToken::fresh();
        let cookie = format!("theme=dark; {COOKIE}={}", token.reveal());
        let headers = [WEB, HOME, ("origin", "http://Line.example.jp:8080"), ("cookie", &cookie)];

        let sent = send(None, Method::POST, &headers).await;

        assert_eq!((sent.status, sent.session.as_deref()), (StatusCode::OK, Some(token.reveal())));
    }

    #[tokio::test]
    async fn behind_a_proxy_the_public_origin_counts() {
        let cookie = format!("{COOKIE}={}", SessionToken::fresh().reveal());
        let headers =
            [WEB, ("host", "10.0.0.7:8080"), ("origin", "https://line.example.jp"), ("cookie", &cookie)];

        assert!(send(Some("https://line.example.jp/"), Method::POST, &headers).await.session.is_some());
        assert_eq!(send(None, Method::POST, &headers).await.status, StatusCode::FORBIDDEN);
    }

    #[tokio::test]
    async fn the_cookie_on_somebody_elses_page_is_refused() {
        let cookie = format!("{COOKIE}={}", SessionToken::fresh().reveal());
        for origin in [
            Some("http://evil.example"),
            Some("null"),
            Some("http://line.example.jp"),
            Some("http://line.example.jp:8080.evil.example"),
            Some("http://evil.example@line.example.jp:8080"),
            None,
        ] {
            let mut headers = vec![WEB, HOME, ("cookie", &cookie)];
            headers.extend(origin.map(|origin| ("origin", origin)));

            let sent = send(None, Method::POST, &headers).await;

            assert_eq!((sent.status, sent.session), (StatusCode::FORBIDDEN, None), "{origin:?}");
        }
    }

    #[tokio::test]
    async fn what_a_form_or_a_link_can_send_never_carries_the_session() {
        let cookie = format!("{COOKIE}={}", SessionToken::fresh().reveal());
        let ours = [HOME, ("origin", "http://line.example.jp:8080"), ("cookie", cookie.as_str())];
        for (method, kind) in [
            (Method::POST, "text/plain"),
            (Method::POST, "application/x-www-form-urlencoded"),
            (Method::POST, "application/grpc"),
            (Method::GET, WEB.1),
        ] {
            let headers = [&ours[..], &[("content-type", kind)]].concat();

            assert_eq!(send(None, method, &headers).await.session, None, "{kind}");
        }
    }

    #[tokio::test]
    async fn a_planted_second_cookie_makes_neither_count_and_a_clients_own_header_stays() {
        let (ours, planted) = (SessionToken::fresh(), SessionToken::fresh());
        let both = format!("{COOKIE}={}; {COOKIE}={}", planted.reveal(), ours.reveal());
        let page = [WEB, HOME, ("origin", "http://line.example.jp:8080"), ("cookie", &both)];
        assert_eq!(send(None, Method::POST, &page).await.session, None);

        let native = [WEB, HOME, (SESSION, ours.reveal())];
        assert_eq!(send(None, Method::POST, &native).await.session.as_deref(), Some(ours.reveal()));
    }

    #[test]
    fn the_cookie_is_for_our_pages_only_and_over_https_where_the_line_is_public() {
        let token = SessionToken::fresh();
        let hour = Duration::from_secs(3600);
        let plain = Browser::default().cookie(&token, hour);
        let public = Browser::at(Some("https://line.example.jp")).unwrap();

        assert!(plain.ends_with("Path=/; Max-Age=3600; HttpOnly; SameSite=Strict"), "attributes");
        assert!(public.cookie(&token, hour).ends_with("SameSite=Strict; Secure"));
        assert!(Browser::default().over_tls(true).cookie(&token, hour).ends_with("; Secure"));
        assert!(public.no_cookie().starts_with("tomoshibi_session=; Path=/; Max-Age=0;"));
        assert!(Browser::at(Some("line.example.jp")).is_err() && Browser::at(Some("https://a/b")).is_err());
    }
}
