//! Who is asking, and whether they may: one gate before every server.
//!
//! A request carries the service token, or a session, or both; then it is the
//! person's. Services are judged no further; where the line has an authority for
//! them, the token counts only beside a certificate of it. Persons are judged by the policy
//! of `domain::access`, and by the operator that their request names. Handlers
//! read the outcome with `principal`.

mod browser;
mod came;
mod gate;
mod operator;
mod session;
mod token;

use domain::access::Principal;

pub use browser::{Browser, BrowserLayer, COOKIE};
pub use came::Came;
pub use gate::{Access, Gate, UNCERTIFIED};
pub use session::{Limits, Opened, Opening, Sessions};
pub use token::SessionToken;

/// The header that carries a session's token.
pub const SESSION: &str = "x-tomoshibi-session";

/// A service shows its token: it asks for itself, or in the name of the person whose session it forwards.
#[derive(Clone, Copy, Debug)]
pub struct ByService;

/// Whether a service makes the request, on whosever behalf.
pub fn is_by_service<T>(request: &tonic::Request<T>) -> bool {
    request.extensions().get::<ByService>().is_some()
}

/// On whose behalf the request is made. Without a gate before the server it is a stranger's.
pub fn principal<T>(request: &tonic::Request<T>) -> Principal {
    request.extensions().get::<Principal>().cloned().unwrap_or(Principal::Stranger)
}
