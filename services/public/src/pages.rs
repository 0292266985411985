//! HTTP: what is asked for, and the head of every answer.

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::{
    ACCEPT, ACCEPT_LANGUAGE, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, CACHE_CONTROL,
    CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY,
    RETRY_AFTER, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use on_call_rota::{Operator, Rota};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use shell::clock::Clock;
use tokio::sync::watch;

use crate::accept::{self, Form};
use crate::html::STYLE;
use crate::kept::{Answer, Asked, Kept};
use crate::language::Tongue;
use crate::limit::Bucket;
use crate::notice::listed;
use crate::texts::Texts;

/// Seconds for which a cache keeps the page at most.
const LONGEST: i64 = 60;

/// Which pages may show this one inside them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frames(String);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no place that may embed the page: write \"*\" for everywhere, or origins such as \"https://www.city.example\""
)]
pub struct InvalidFrames(String);

impl Default for Frames {
    fn default() -> Self {
        Self("'none'".to_owned())
    }
}

impl Frames {
    /// # Errors
    /// When one of them is neither `*` nor an origin.
    pub fn new(origins: &[String]) -> Result<Self, InvalidFrames> {
        for origin in origins {
            let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            let plain = |one: char| one.is_ascii_alphanumeric() || matches!(one, '.' | '-' | ':' | '*');
            let known = origin == "*" || host.is_some_and(|host| !host.is_empty() && host.chars().all(plain));
            if !known {
                return Err(InvalidFrames(origin.clone()));
            }
        }
        Ok(if origins.is_empty() { Self::default() } else { Self(origins.join(" ")) })
    }
}

/// What the pages are made of.
pub struct Kit {
    pub rota: watch::Receiver<Arc<Rota>>,
    pub clock: Clock,
    pub texts: Texts,
    pub frames: Frames,
    pub most_per_second: u32,
}

struct Board {
    kit: Kit,
    kept: Kept,
    bucket: Bucket,
    policy: String,
}

/// `/public/window`, and `.json` and `.ics` for those who cannot send `Accept`.
pub fn pages(kit: Kit) -> Router {
    let digest = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors {}",
        kit.frames.0
    );
    let bucket = Bucket::new(kit.most_per_second, kit.clock.now());
    let board = Arc::new(Board { kit, kept: Kept::default(), bucket, policy });
    let page = |form: Option<Form>| {
        get(async move |State(board): State<Arc<Board>>, query: Query_, head: HeaderMap| {
            board.answer(form, query, &head)
        })
        .options(|| async { preflight() })
    };
    Router::new()
        .route("/public/window", page(None))
        .route("/public/window.json", page(Some(Form::JsonLd)))
        .route("/public/window.ics", page(Some(Form::Calendar)))
        .with_state(board)
}

type Query_ = Result<Query<Asking>, QueryRejection>;

#[derive(Debug, Deserialize)]
struct Asking {
    operator: Option<String>,
    window: Option<String>,
    lang: Option<String>,
}

/// For everybody, on every answer.
const HEAD: [(HeaderName, &str); 4] = [
    (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (ACCESS_CONTROL_EXPOSE_HEADERS, "etag, content-language"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (VARY, "accept, accept-language"),
];
const SHARED: (&str, &str) = ("cross-origin-resource-policy", "cross-origin");

fn preflight() -> Response {
    let allowed = [
        (ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, OPTIONS"),
        (ACCESS_CONTROL_ALLOW_HEADERS, "accept, accept-language, if-none-match"),
        (ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    (StatusCode::NO_CONTENT, HEAD, allowed).into_response()
}

/// Why there is no page.
struct Refused {
    status: StatusCode,
    words: String,
}

fn refused(status: StatusCode, words: impl Into<String>) -> Refused {
    Refused { status, words: words.into() }
}

impl Board {
    fn answer(&self, form: Option<Form>, query: Query_, head: &HeaderMap) -> Response {
        let answer = self.asked(form, query, head).unwrap_or_else(|refused| {
            let plain = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "no-store")];
            let mut answer = (refused.status, HEAD, plain, refused.words).into_response();
            if refused.status == StatusCode::SERVICE_UNAVAILABLE {
                answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
            }
            answer
        });
        metrics::counter!("tomoshibi_public_answers_total", "status" => answer.status().as_str().to_owned())
            .increment(1);
        answer
    }

    fn asked(&self, form: Option<Form>, query: Query_, head: &HeaderMap) -> Result<Response, Refused> {
        let now = self.kit.clock.now();
        if !self.bucket.admits(now) {
            return Err(refused(
                StatusCode::SERVICE_UNAVAILABLE,
                "too many requests: ask again in a second\n",
            ));
        }
        let rota = self.kit.rota.borrow().clone();
        let asked = asked(&rota, form, query, head)?;
        let now = now.timestamp();
        let unknown = || refused(StatusCode::NOT_FOUND, "operator: is not in the rota any more\n");
        let answer = self.kept.answer(&rota, &self.kit.texts, &asked, now).ok_or_else(unknown)?;
        Ok(self.told(&asked, &answer, head, now))
    }

    fn told(&self, asked: &Asked, answer: &Answer, head: &HeaderMap, now: Timestamp) -> Response {
        // Nobody keeps it for longer than it is true.
        let left = (answer.until.as_second() - now.as_second()).clamp(1, LONGEST);
        let cache = format!("public, max-age={left}, stale-while-revalidate=30, stale-if-error=600");
        let tagged = [(ETAG, answer.tag.clone()), (CACHE_CONTROL, cache)];
        if is_known(head, &answer.tag) {
            return (StatusCode::NOT_MODIFIED, HEAD, tagged).into_response();
        }
        let about = [
            (CONTENT_TYPE, asked.form.content_type()),
            (CONTENT_LANGUAGE, asked.tongue.code()),
            (REFERRER_POLICY, "no-referrer"),
            (CONTENT_SECURITY_POLICY, self.policy.as_str()),
        ];
        (HEAD, tagged, about, [SHARED], answer.body.clone()).into_response()
    }
}

fn is_known(head: &HeaderMap, tag: &str) -> bool {
    let seen = head.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = seen.flat_map(|value| value.split(',')).map(str::trim);
    tags.any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}

fn asked(rota: &Rota, form: Option<Form>, query: Query_, head: &HeaderMap) -> Result<Asked, Refused> {
    let bad = |fault: QueryRejection| refused(StatusCode::BAD_REQUEST, format!("{}\n", fault.body_text()));
    let Query(asking) = query.map_err(bad)?;
    let operator = operator(rota, asking.operator.as_deref())?;
    let window = match asking.window.as_deref() {
        Some(id) => Some(window(rota, operator, id)?),
        None => None,
    };
    let field = |name: HeaderName| head.get(name).and_then(|value| value.to_str().ok());
    let form = match form {
        Some(form) => form,
        None => accept::form(field(ACCEPT)).ok_or_else(|| {
            let words = format!("accept: none of it is here; there is {}\n", Form::OFFERED);
            refused(StatusCode::NOT_ACCEPTABLE, words)
        })?,
    };
    let tongue = match asking.lang.as_deref() {
        Some(code) => Tongue::coded(code)
            .ok_or_else(|| refused(StatusCode::BAD_REQUEST, "lang: is not known; write ja or en\n"))?,
        None => accept::tongue(field(ACCEPT_LANGUAGE)),
    };
    let named = asking.operator.is_some();
    Ok(Asked { operator: operator.id.clone(), window, form, tongue, named })
}

/// The one named, or the only one there is.
fn operator<'a>(rota: &'a Rota, named: Option<&str>) -> Result<&'a Operator, Refused> {
    let ids = || rota.operators().iter().map(|one| one.id.as_str()).collect::<Vec<_>>().join(", ");
    match (named, rota.operators()) {
        (Some(id), all) => all.iter().find(|one| one.id.as_str() == id).ok_or_else(|| {
            refused(StatusCode::NOT_FOUND, format!("operator: is not known; there is {}\n", ids()))
        }),
        (None, [only]) => Ok(only),
        (None, _) => {
            let words = format!("operator: is missing; write ?operator= with one of {}\n", ids());
            Err(refused(StatusCode::BAD_REQUEST, words))
        }
    }
}

fn window(rota: &Rota, operator: &Operator, id: &str) -> Result<on_call_rota::WindowId, Refused> {
    let known = listed(rota, operator).find(|window| window.id.as_str() == id);
    known.map(|window| window.id.clone()).ok_or_else(|| {
        let ids: Vec<&str> = listed(rota, operator).map(|window| window.id.as_str()).collect();
        refused(StatusCode::NOT_FOUND, format!("window: is not known; there is {}\n", ids.join(", ")))
    })
}
