//! One dialog (RFC 3261 12): who the two sides are, how the far one is reached.

use std::net::SocketAddr;
use std::sync::Arc;

use rsipstack::sip::{Header, Method, Request, Response, Uri};
use tokio::sync::mpsc;

use super::digest;
use super::field::{self, Address};
use super::net::{Net, Path};
use super::reply;
use super::settings::{Login, Transport};

#[derive(Clone)]
pub(super) struct Dialog {
    call_id: String,
    /// From and To as our requests carry them.
    local: String,
    remote: String,
    pub(super) remote_tag: String,
    target: String,
    routes: Vec<String>,
    cseq: u32,
    remote_cseq: Option<u32>,
    path: Path,
    /// Requests go where the phone was heard, whatever its Contact says: it may sit behind a NAT.
    pinned: bool,
    mark: String,
    /// For a far side that asks who we are within the dialog too.
    login: Option<Login>,
    /// What proved our INVITE; its ACK carries the same (RFC 3261 13.2.2.4).
    proofs: Vec<Header>,
}

impl Dialog {
    /// Of an INVITE that came in.
    pub(super) fn of_request(
        request: &Request,
        local_tag: &str,
        path: &Path,
        pinned: bool,
        mark: &str,
    ) -> Option<Self> {
        let headers = &request.headers;
        let remote = field::first(headers, "From")?.to_owned();
        Some(Self {
            call_id: field::first(headers, "Call-ID")?.to_owned(),
            local: format!("{};tag={local_tag}", field::first(headers, "To")?),
            remote_tag: field::tag(headers, "From")?,
            remote,
            target: contact(headers)?,
            routes: field::items(headers, "Record-Route"),
            cseq: 0,
            remote_cseq: field::cseq(headers).map(|(number, _)| number),
            path: path.clone(),
            pinned,
            mark: mark.to_owned(),
            login: None,
            proofs: Vec::new(),
        })
    }

    /// Of a 2xx answer to our INVITE.
    pub(super) fn of_answer(
        invite: &Request,
        answer: &Response,
        path: &Path,
        pinned: bool,
        mark: &str,
    ) -> Option<Self> {
        let mut routes = field::items(&answer.headers, "Record-Route");
        routes.reverse();
        Some(Self {
            call_id: field::first(&invite.headers, "Call-ID")?.to_owned(),
            local: field::first(&invite.headers, "From")?.to_owned(),
            remote: field::first(&answer.headers, "To")?.to_owned(),
            // An answer without a tag comes from before RFC 3261: the empty tag stands for it.
            remote_tag: field::tag(&answer.headers, "To").unwrap_or_default(),
            target: contact(&answer.headers).unwrap_or_else(|| invite.uri.to_string()),
            routes,
            cseq: field::cseq(&invite.headers)?.0,
            remote_cseq: None,
            path: path.clone(),
            pinned,
            mark: mark.to_owned(),
            login: None,
            proofs: proofs(&invite.headers),
        })
    }

    /// The same, with what we answer to a far side that asks for a password.
    pub(super) fn proven_by(self, login: Option<Login>) -> Self {
        Self { login, ..self }
    }

    /// The dialog of another branch that answered the same INVITE.
    pub(super) fn branch(&self, answer: &Response) -> Option<Self> {
        let mut routes = field::items(&answer.headers, "Record-Route");
        routes.reverse();
        let remote = field::first(&answer.headers, "To")?.to_owned();
        let target = contact(&answer.headers)?;
        let remote_tag = field::tag(&answer.headers, "To").unwrap_or_default();
        Some(Self { remote, remote_tag, target, routes, remote_cseq: None, ..self.clone() })
    }

    /// Whether a request of the far side comes after its last one (RFC 3261 12.2.2).
    pub(super) fn follows(&mut self, request: &Request) -> bool {
        let Some((number, _)) = field::cseq(&request.headers) else { return false };
        let follows = self.remote_cseq.is_none_or(|last| number > last);
        if follows {
            self.remote_cseq = Some(number);
        }
        follows
    }

    /// A re-INVITE or UPDATE may move the far side.
    pub(super) fn retarget(&mut self, request: &Request, path: &Path) {
        if let Some(target) = contact(&request.headers) {
            self.target = target;
        }
        if self.pinned || self.path.transport.is_connection() {
            self.path = path.clone();
        }
    }

    pub(super) fn contact(&self) -> Header {
        reply::header("Contact", self.path.contact("line"))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Sends a request within the dialog.
    pub(super) async fn ask(
        &mut self,
        net: &Arc<Net>,
        method: Method,
        more: Vec<Header>,
    ) -> Option<mpsc::Receiver<Response>> {
        self.cseq += 1;
        let path = self.way(net).await;
        let request = self.request(method, self.cseq, &path, more, None)?;
        Some(net.ask(request, &path))
    }

    /// Sends it again with the password for who asked for it; none when that cannot help.
    pub(super) async fn ask_again(
        &mut self,
        net: &Arc<Net>,
        method: Method,
        mut more: Vec<Header>,
        challenge: &Response,
    ) -> Option<mpsc::Receiver<Response>> {
        let login = self.login.as_ref()?;
        more.push(digest::proof(challenge, login, &method.to_string(), &self.target, false)?);
        self.ask(net, method, more).await
    }

    /// Acknowledges a 2xx of the INVITE with that CSeq.
    pub(super) async fn acknowledge(&self, net: &Arc<Net>, cseq: u32, sdp: Option<Vec<u8>>) {
        let path = self.way(net).await;
        if let Some(request) = self.request(Method::Ack, cseq, &path, self.proofs.clone(), sdp) {
            path.send(request).await;
        }
    }

    fn request(
        &self,
        method: Method,
        cseq: u32,
        path: &Path,
        more: Vec<Header>,
        sdp: Option<Vec<u8>>,
    ) -> Option<Request> {
        let outline = reply::Outline {
            method,
            uri: &self.target,
            via: path.via(&reply::branch(&self.mark)),
            from: self.local.clone(),
            to: self.remote.clone(),
            call_id: &self.call_id,
            cseq,
        };
        let mut headers: Vec<Header> =
            self.routes.iter().map(|route| reply::header("Route", route.clone())).collect();
        headers.push(reply::header("Contact", path.contact("line")));
        headers.extend(more);
        reply::request(outline, headers, sdp)
    }

    /// A connection that lives is used again; otherwise the route set or the target decides. What was said over TLS
    /// stays with the domain that it was said to.
    async fn way(&self, net: &Arc<Net>) -> Path {
        let is_flow = self.path.transport.is_connection() && self.path.is_alive();
        if is_flow || (self.pinned && self.path.transport == Transport::Udp) {
            return self.path.clone();
        }
        if let Some(domain) = self.path.domain() {
            let again = net.path_over_tls(self.path.remote, domain).await;
            return again.unwrap_or_else(|| self.path.clone());
        }
        let next = match self.routes.first() {
            Some(route) => Address::parse(route).map(|route| route.uri),
            None => Some(self.target.clone()),
        };
        let Some((address, transport)) = locate(&next.unwrap_or_default()).await else {
            return self.path.clone();
        };
        if address == self.path.remote && transport == self.path.transport && self.path.is_alive() {
            return self.path.clone();
        }
        net.path_to(address, transport).await.unwrap_or_else(|| self.path.clone())
    }
}

fn proofs(headers: &rsipstack::sip::Headers) -> Vec<Header> {
    headers.iter().filter(|header| header.name().ends_with("Authorization")).cloned().collect()
}

fn contact(headers: &rsipstack::sip::Headers) -> Option<String> {
    let contact = Address::parse(field::items(headers, "Contact").first()?)?;
    Uri::try_from(contact.uri.as_str()).ok().map(|_| contact.uri)
}

/// The address and transport a SIP URI stands for. SRV and NAPTR are not asked: trunks name host and port.
pub(super) async fn locate(uri: &str) -> Option<(SocketAddr, Transport)> {
    let rest = uri.split_once(':').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("sip"))?.1;
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let mut pieces = rest.split(['?']).next()?.split(';');
    let host = pieces.next()?.trim();
    let transport = pieces.find_map(|param| param.trim().strip_prefix("transport="));
    let transport = match transport {
        Some(name) if name.eq_ignore_ascii_case("tcp") => Transport::Tcp,
        Some(name) if !name.eq_ignore_ascii_case("udp") => return None,
        Some(_) | None => Transport::Udp,
    };
    let (host, port) = host_and_port(host)?;
    Some((resolve(host, port).await?, transport))
}

fn host_and_port(text: &str) -> Option<(&str, u16)> {
    if let Some(rest) = text.strip_prefix('[') {
        let (host, port) = rest.split_once(']')?;
        let port = if port.is_empty() { 5060 } else { port.strip_prefix(':')?.parse().ok()? };
        return Some((host, port));
    }
    match text.split_once(':') {
        Some((host, port)) => Some((host, port.parse().ok()?)),
        None => Some((text, 5060)),
    }
}

pub(super) async fn resolve(host: &str, port: u16) -> Option<SocketAddr> {
    if let Ok(ip) = host.parse() {
        return Some(SocketAddr::new(ip, port));
    }
    let looked_up =
        tokio::time::timeout(std::time::Duration::from_secs(3), tokio::net::lookup_host((host, port)));
    looked_up.await.ok()?.ok()?.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_uri_is_located_by_its_host_port_and_transport() {
        let at = |text: &str| text.parse::<SocketAddr>().unwrap();

        assert_eq!(locate("sip:a@10.0.0.1").await, Some((at("10.0.0.1:5060"), Transport::Udp)));
        assert_eq!(locate("sip:a@[::1]:7;lr;transport=TCP").await, Some((at("[::1]:7"), Transport::Tcp)));
        assert_eq!(locate("sip:10.0.0.1:9;lr").await, Some((at("10.0.0.1:9"), Transport::Udp)));
        assert_eq!(locate("tel:110").await, None);
        assert_eq!(locate("sip:a@10.0.0.1;transport=tls").await, None);
    }
}
