//! The pages of the second way in: off to the provider, and back. They lead to the provider or to `/`,
//! nowhere else, whatever a request says.

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY, SET_COOKIE, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;

use super::super::error::AccessError;
use super::super::house::House;
use super::super::source;
use super::arrival::Arrived;
use super::attempt::WITHIN;
use super::browser::BrowserSecret;
use super::fault::Turned;
use super::provider::Provider;
use super::settings::CALLBACK;

#[derive(Deserialize)]
struct Start {
    /// Show yourself anew, whoever the provider remembers.
    #[serde(default)]
    again: String,
}

/// What a provider sends back (RFC 6749 4.1.2, RFC 9207).
#[derive(Deserialize)]
struct Callback {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
}

/// None without a provider.
pub(crate) fn routes(house: House) -> Router {
    match house.provider.is_some() {
        true => Router::new().route("/oidc/start", get(start)).route(CALLBACK, get(back)).with_state(house),
        false => Router::new(),
    }
}

/// Off to the provider. A second tab of the same browser goes with the same secret.
async fn start(State(house): State<House>, Query(asked): Query<Start>, request: Request) -> Response {
    let (head, _) = request.into_parts();
    let browser = BrowserSecret::shown(&head.headers).unwrap_or_else(BrowserSecret::fresh);
    match house.leave_for(&head, &browser, asked.again == "yes").await {
        Ok(address) => lead(&address, &[browser.cookie(WITHIN)]),
        Err(turned) => lead(&told(&turned), &[]),
    }
}

/// Back from the provider.
async fn back(
    State(house): State<House>,
    query: Result<Query<Callback>, QueryRejection>,
    request: Request,
) -> Response {
    let (head, _) = request.into_parts();
    let arrived = match query {
        Ok(Query(said)) => house.come_back(&head, said).await,
        Err(_) => Err(Turned::Late),
    };
    let no_longer = BrowserSecret::no_cookie();
    match arrived {
        Ok(Arrived::In(opened)) => {
            let lasts = opened.until.since(house.deps.clock.now());
            lead("/", &[house.deps.browser.cookie(&opened.token, lasts), no_longer])
        }
        Ok(Arrived::Half(browser)) => lead("/?oidc=code", &[browser.cookie(WITHIN)]),
        Err(turned) => lead(&told(&turned), &[no_longer]),
    }
}

impl House {
    fn the_provider(&self) -> Result<&Provider, Turned> {
        self.provider.as_ref().ok_or(Turned::Away)
    }

    async fn leave_for(&self, head: &Parts, browser: &BrowserSecret, again: bool) -> Result<String, Turned> {
        let provider = self.the_provider()?;
        self.starts.count(source::of_page(head, &self.settings.proxies), self.deps.clock.now())?;
        if !provider.answers().await {
            return Err(Turned::Away);
        }
        let begun = self.begin(browser).await?;
        Ok(provider.address(&begun, again).await?.into())
    }

    async fn come_back(&self, head: &Parts, said: Callback) -> Result<Arrived, Turned> {
        let provider = self.the_provider()?;
        let from = source::of_page(head, &self.settings.proxies);
        let browser = BrowserSecret::shown(&head.headers).ok_or(Turned::Late)?;
        let begun = self.returned(&said.state.ok_or(Turned::Late)?, &browser).await?;
        let told = match (said.code, said.iss) {
            (_, Some(issuer)) if issuer != provider.settings.issuer => Err(Turned::Refused("answer_issuer")),
            (Some(code), _) => provider.redeem(code, begun).await,
            // They changed their mind there, or may not.
            (None, _) => Err(Turned::Refused("provider_said_no")),
        };
        let told = match told {
            Err(Turned::Refused(why)) => return Err(self.turn_away(None, why, from).await.into()),
            Err(other) => return Err(other),
            Ok(told) => told,
        };
        self.starts.was_right(from);
        let device = head.headers.get(USER_AGENT).and_then(|said| said.to_str().ok()).unwrap_or_default();
        self.arrive(&told, from, device).await
    }
}

fn told(turned: &Turned) -> String {
    if let Turned::House(AccessError::Store(fault)) = turned {
        tracing::warn!(attempt = fault.attempt, passing = fault.passing, "the store failed a sign-in");
    }
    format!("/?oidc={}", turned.word())
}

/// 303: whatever the request was, the browser asks there anew.
fn lead(to: &str, cookies: &[String]) -> Response {
    let Ok(to) = HeaderValue::from_str(to) else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let head = [
        (LOCATION, to),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    let mut response = (StatusCode::SEE_OTHER, head).into_response();
    for cookie in cookies.iter().filter_map(|cookie| HeaderValue::from_str(cookie).ok()) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}
