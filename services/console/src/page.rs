//! The page itself, built beforehand and carried in the binary.
//!
//! Names never change, so browsers ask each time and are told by the ETag that
//! nothing did. The content policy lets the page talk to this address only.

use axum::Router;
use axum::extract::Path;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "dist"]
struct Dist;

const FIRST: &str = "index.html";
/// React Aria positions its popovers by style attributes.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; media-src 'self' blob:; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";
const HEAD: [(HeaderName, &str); 6] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (REFERRER_POLICY, "no-referrer"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    // Ignored by browsers unless it comes over TLS.
    (STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    (CACHE_CONTROL, "no-cache"),
];

/// `/` and the files beside it.
pub fn routes() -> Router {
    Router::new()
        .route("/", get(|headers: HeaderMap| async move { answer(FIRST, &headers) }))
        .route("/{file}", get(file))
}

async fn file(Path(name): Path<String>, headers: HeaderMap) -> Response {
    answer(&name, &headers)
}

fn answer(name: &str, headers: &HeaderMap) -> Response {
    let Some(file) = Dist::get(name) else { return StatusCode::NOT_FOUND.into_response() };
    let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(file.metadata.sha256_hash()));
    let known = headers.get(IF_NONE_MATCH).is_some_and(|seen| seen.as_bytes() == tag.as_bytes());
    match known {
        true => (StatusCode::NOT_MODIFIED, HEAD, [(ETAG, tag)]).into_response(),
        false => whole(file, tag),
    }
}

fn whole(file: EmbeddedFile, tag: String) -> Response {
    let kind = file.metadata.mimetype().to_owned();
    (HEAD, [(ETAG, tag), (CONTENT_TYPE, kind)], file.data.into_owned()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_may_load_nothing_from_elsewhere_and_be_shown_in_no_frame() {
        let answer = answer(FIRST, &HeaderMap::new());

        let policy = answer.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains("http"));
    }

    #[test]
    fn a_browser_that_has_the_file_is_not_sent_it_again() {
        let first = answer("console.js", &HeaderMap::new());
        let mut headers = HeaderMap::new();
        headers.insert(IF_NONE_MATCH, first.headers()[ETAG].clone());

        assert_eq!(answer("console.js", &headers).status(), StatusCode::NOT_MODIFIED);
        assert_eq!(answer("../Cargo.toml", &headers).status(), StatusCode::NOT_FOUND);
    }
}
