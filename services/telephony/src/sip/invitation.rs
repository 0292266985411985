//! One INVITE of ours on one path: sent, challenged, answered, or taken back.

use std::sync::Arc;

use rsipstack::sip::{Header, Method, Request, Response};
use tokio::sync::mpsc;

use super::core::{Core, Listed};
use super::dialog::Dialog;
use super::legs::Inlet;
use super::net::Path;
use super::reply::{self, header, token};
use super::settings::Login;
use super::talk::say_bye;
use super::{cause, digest, field};
use crate::edge::Cause;

/// A first challenge, and one more for a nonce that was too old.
const MOST_CHALLENGES: u8 = 2;

pub(super) struct Invitation {
    core: Arc<Core>,
    pub(super) request: Request,
    pub(super) path: Path,
    pub(super) answers: mpsc::Receiver<Response>,
    login: Option<Login>,
    challenged: u8,
    /// Something was heard of it: from now on it can be cancelled.
    pub(super) heard: bool,
    pinned: bool,
    listed: Listed,
}

/// What an INVITE says, whatever its path.
pub(super) struct Wording {
    pub(super) uri: String,
    pub(super) shown_as: String,
    pub(super) shown_number: String,
    pub(super) more: Vec<Header>,
    pub(super) login: Option<Login>,
    /// The phone is reached where it registered from, always.
    pub(super) pinned: bool,
}

impl Invitation {
    pub(super) fn send(
        core: &Arc<Core>,
        path: Path,
        wording: Wording,
        sdp: Vec<u8>,
        inlet: Inlet,
    ) -> Option<Self> {
        let (call_id, tag) = (token(), token());
        let outline = reply::Outline {
            method: Method::Invite,
            uri: &wording.uri,
            via: path.via(&reply::branch(&core.mark)),
            from: format!(
                "\"{}\" <sip:{}@{}>;tag={tag}",
                plain(&wording.shown_as),
                wording.shown_number,
                path.ours
            ),
            to: format!("<{}>", wording.uri),
            call_id: &call_id,
            cseq: 1,
        };
        let mut more = vec![header("Contact", path.contact("line")), header("Allow", super::wire::ALLOW)];
        more.extend(wording.more);
        let request = reply::request(outline, more, Some(sdp))?;
        core.legs.enter_dialog(&call_id, &tag, inlet, true);
        let listed = Listed::new(core, &call_id, &tag, None);
        let answers = core.net.ask(request.clone(), &path);
        let core = Arc::clone(core);
        let (login, pinned) = (wording.login, wording.pinned);
        Some(Self { core, request, path, answers, login, challenged: 0, heard: false, pinned, listed })
    }

    /// Sends it again with the password; false when that cannot help.
    pub(super) fn prove(&mut self, challenge: &Response) -> bool {
        let Some(login) = &self.login else { return false };
        let uri = self.request.uri.to_string();
        let proof = digest::proof(challenge, login, "INVITE", &uri, self.challenged > 0);
        let (Some(proof), Some((number, _))) = (proof, field::cseq(&self.request.headers)) else {
            return false;
        };
        self.challenged += 1;
        if self.challenged > MOST_CHALLENGES {
            return false;
        }
        let headers = &mut self.request.headers;
        headers.retain(|header| !header.name().ends_with("Authorization"));
        headers.unique_push(header("Via", self.path.via(&reply::branch(&self.core.mark))));
        headers.unique_push(header("CSeq", format!("{} INVITE", number + 1)));
        headers.push(proof);
        self.answers = self.core.net.ask(self.request.clone(), &self.path);
        true
    }

    /// The dialog that a 2xx makes, acknowledged.
    pub(super) async fn accepted(&self, answer: &Response) -> Option<Dialog> {
        let dialog = Dialog::of_answer(&self.request, answer, &self.path, self.pinned, &self.core.mark)?
            .proven_by(self.login.clone());
        dialog.acknowledge(&self.core.net, self.cseq(), None).await;
        Some(dialog)
    }

    pub(super) fn cseq(&self) -> u32 {
        field::cseq(&self.request.headers).map_or(1, |(number, _)| number)
    }

    pub(super) fn into_listed(self) -> Listed {
        self.listed
    }

    /// Takes the INVITE back, beside everything else: CANCEL as soon as the far side has been
    /// heard (RFC 3261 9.1), and BYE when it answered in that very moment.
    pub(super) fn take_back(mut self, cause: Cause) {
        let last_word = self.core.settings.last_word_within();
        tokio::spawn(async move {
            let mut cancelled = false;
            loop {
                if self.heard && !std::mem::replace(&mut cancelled, true) {
                    self.cancel(cause);
                }
                let Ok(Some(answer)) = tokio::time::timeout(last_word, self.answers.recv()).await else {
                    return;
                };
                match answer.status_code.code() {
                    100..200 => self.heard = true,
                    200..300 => {
                        if let Some(dialog) = self.accepted(&answer).await {
                            let core = Arc::clone(&self.core);
                            say_bye(&core, dialog, cause, Some(self.listed));
                        }
                        return;
                    }
                    _ => return,
                }
            }
        });
    }

    fn cancel(&self, cause: Cause) {
        let headers = &self.request.headers;
        let copied = |name: &str| header(name, field::first(headers, name).unwrap_or_default());
        let mut cancel = self.request.clone();
        cancel.method = Method::Cancel;
        cancel.body.clear();
        cancel.headers = vec![
            copied("Via"),
            header("Max-Forwards", "70"),
            copied("From"),
            copied("To"),
            copied("Call-ID"),
            header("CSeq", format!("{} CANCEL", self.cseq())),
            header("Reason", cause::reason(cause)),
            header("Content-Length", "0"),
        ]
        .into();
        // Its own answer says nothing; the INVITE's does.
        drop(self.core.net.ask(cancel, &self.path));
    }
}

/// A name as it may stand between quotes.
fn plain(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_control() && !matches!(letter, '"' | '\\')).take(60).collect()
}
