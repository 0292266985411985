//! Every request that comes in is judged here first: what it may ask, who asks
//! it, and whether there is room. Nothing that comes in is ever sent on.

use std::sync::Arc;

use rsipstack::sip::{Method, Request, Response};

use super::core::{Core, hold};
use super::field::{self, Address};
use super::legs::Word;
use super::net::Asked;
use super::number;
use super::phones::Who;
use super::reply::{self, header, refuse, reply, steady_tag};
use super::wire::ALLOW;
use super::{body, leg_in};
use crate::edge::Source;

/// One request, in a transaction of its own. What is refused here is answered and forgotten.
pub(super) async fn admit(core: &Arc<Core>, asked: Asked) {
    if let Some(code) = unfit(core, &asked.request) {
        let response = match code {
            420 => reply(
                &asked.request,
                420,
                &steady_tag(&asked.request),
                vec![header("Unsupported", required(&asked.request).join(", "))],
            ),
            code => refuse(&asked.request, code),
        };
        return asked.dismiss(response);
    }
    if let Some(tag) = field::tag(&asked.request.headers, "To") {
        return in_dialog(core, asked, &tag);
    }
    match asked.request.method {
        Method::Invite => invite(core, asked).await,
        Method::Register => core.register(asked).await,
        Method::Options => {
            let response = capabilities(core, &asked);
            asked.dismiss(response);
        }
        // Without a dialog these end nothing and belong to nothing.
        Method::Bye | Method::Info | Method::Update | Method::PRack => {
            let code = if asked.request.method == Method::PRack { 405 } else { 481 };
            let response = refuse(&asked.request, code);
            asked.dismiss(response);
        }
        Method::Ack | Method::Cancel => {}
        Method::Message | Method::Notify | Method::Publish | Method::Refer | Method::Subscribe => {
            let response = refuse(&asked.request, 405);
            asked.dismiss(response);
        }
    }
}

/// The code of what no request may be.
fn unfit(core: &Core, request: &Request) -> Option<u16> {
    let headers = &request.headers;
    let scheme = request.uri.scheme.as_ref().map(ToString::to_string).unwrap_or_default();
    let hops = field::first(headers, "Max-Forwards").map(|hops| hops.parse::<u32>());
    if !["sip", "sips", "tel"].contains(&scheme.as_str()) {
        Some(416)
    } else if hops.as_ref().is_some_and(|hops| hops.as_ref().is_ok_and(|hops| *hops == 0)) {
        Some(483)
    } else if hops.is_some_and(|hops| !hops.is_ok_and(|hops| hops <= 255)) {
        Some(400)
    } else if !required(request).is_empty() {
        Some(420)
    } else if is_loop(core, request) {
        Some(482)
    } else {
        body::fault(request)
    }
}

/// We know no extension that could be required.
fn required(request: &Request) -> Vec<String> {
    let is_asked = !matches!(request.method, Method::Cancel | Method::Ack);
    if is_asked { field::items(&request.headers, "Require") } else { Vec::new() }
}

/// It has been here before, or began here.
fn is_loop(core: &Core, request: &Request) -> bool {
    let has_our_via = field::lines(&request.headers, "Via").any(|via| via.contains(&core.mark));
    let call_id = field::first(&request.headers, "Call-ID").unwrap_or_default();
    let has_no_tag = field::tag(&request.headers, "To").is_none();
    has_our_via || (has_no_tag && request.method == Method::Invite && core.legs.began_here(call_id))
}

fn in_dialog(core: &Core, asked: Asked, tag: &str) {
    let call_id = field::first(&asked.request.headers, "Call-ID").unwrap_or_default().to_owned();
    if let Err(Word::Asked(asked)) = core.legs.say_in_dialog(&call_id, tag, Word::Asked(Box::new(asked))) {
        let response = refuse(&asked.request, 481);
        asked.dismiss(response);
    }
}

/// The answer to OPTIONS.
pub(super) fn capabilities(core: &Core, asked: &Asked) -> Response {
    let more = vec![
        header("Allow", ALLOW),
        header("Accept", format!("{}, application/dtmf-relay, application/dtmf", reply::SDP)),
        header("Accept-Encoding", "identity"),
        header("Accept-Language", "ja, en"),
        header("Supported", ""),
        header("Contact", asked.path.contact("line")),
    ];
    let code = if core.is_stopping() { 503 } else { 200 };
    reply(&asked.request, code, &steady_tag(&asked.request), more)
}

async fn invite(core: &Arc<Core>, asked: Asked) {
    if core.is_stopping() || core.net.is_full() {
        let response = refuse(&asked.request, 503);
        return asked.dismiss(response);
    }
    match source(core, &asked) {
        Ok((source, trusted)) => enter(core, asked, source, trusted),
        Err(Turned::Ask { stale }) => {
            let response = reply(&asked.request, 401, &steady_tag(&asked.request), core.challenges(stale));
            asked.dismiss(response);
        }
        Err(Turned::Away(code)) => {
            metrics::counter!("tomoshibi_sip_turned_away_total").increment(1);
            let response = refuse(&asked.request, code);
            asked.dismiss(response);
        }
    }
}

enum Turned {
    Ask { stale: bool },
    Away(u16),
}

/// Where a call comes from, and whether what it asserts of the caller may be believed.
fn source(core: &Core, asked: &Asked) -> Result<(Source, bool), Turned> {
    let remote = asked.path.remote;
    let called = number::called(&asked.request);
    let carrier = core.settings.trunks.iter().find(|trunk| trunk.names(remote.ip()));
    let claims = claims_desk(core, &asked.request) || hold(&core.registrar).knows(remote);
    match carrier {
        Some(trunk) if !claims && trunk.takes(&called) => {
            return Ok((Source::Trunk(trunk.name.clone()), true));
        }
        Some(_) if !claims => return Err(Turned::Away(404)),
        Some(_) | None => {}
    }
    if claims {
        return match core.who(&asked.request, remote) {
            Who::Desk(desk) => Ok((Source::Desk(desk), false)),
            Who::Unproven { stale } => Err(Turned::Ask { stale }),
            Who::Barred => Err(Turned::Away(403)),
        };
    }
    match core.settings.trunks.iter().find(|trunk| trunk.is_open()) {
        Some(trunk) if trunk.takes(&called) => Ok((Source::Trunk(trunk.name.clone()), false)),
        Some(_) => Err(Turned::Away(404)),
        None => Err(Turned::Away(403)),
    }
}

/// It says that it is a desk's phone: that must be proven.
fn claims_desk(core: &Core, request: &Request) -> bool {
    let from = field::first(&request.headers, "From")
        .and_then(Address::parse)
        .and_then(|from| number::user(&from.uri));
    let is_account =
        core.settings.accounts.iter().any(|account| Some(account.desk.as_str()) == from.as_deref());
    is_account || field::first(&request.headers, "Authorization").is_some()
}

fn enter(core: &Arc<Core>, asked: Asked, source: Source, trusted: bool) {
    let headers = &asked.request.headers;
    let ip = asked.path.remote.ip();
    let (all, here) = core.legs.inbound(ip);
    let limits = &core.settings.limits;
    let in_rate = hold(&core.rates).take(ip, core.clock.now());
    if all >= limits.calls || here >= limits.calls_per_source || !in_rate {
        metrics::counter!("tomoshibi_sip_calls_over_limit_total").increment(1);
        let response = refuse(&asked.request, 503);
        return asked.dismiss(response);
    }
    let key = (
        field::first(headers, "Call-ID").unwrap_or_default().to_owned(),
        field::tag(headers, "From").unwrap_or_default(),
        field::cseq(headers).map_or(0, |(number, _)| number),
    );
    // The same INVITE over another way (RFC 3261 8.2.2.2).
    if !core.legs.enter_inbound(key.clone(), ip) {
        let response = refuse(&asked.request, 482);
        return asked.dismiss(response);
    }
    leg_in::begin(core, asked, source, trusted, key);
}
