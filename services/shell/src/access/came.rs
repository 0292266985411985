//! What vouches for the connection that a request came over.

use http::Request;

/// Kept with the request, out of reach of its sender. None counts as `Unknown`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Came {
    /// No certificate was shown: a browser, a probe, or anybody over plain HTTP.
    #[default]
    Unknown,
    /// With a certificate of an authority that this line believes.
    Certified,
    /// From this process itself.
    Here,
}

impl Came {
    pub(crate) fn of<B>(request: &Request<B>) -> Self {
        request.extensions().get().copied().unwrap_or_default()
    }

    pub(crate) fn from_this_process<B>(mut request: Request<B>) -> Request<B> {
        request.extensions_mut().insert(Self::Here);
        request
    }

    pub(crate) fn is_vouched_for(self) -> bool {
        match self {
            Self::Unknown => false,
            Self::Certified | Self::Here => true,
        }
    }
}
