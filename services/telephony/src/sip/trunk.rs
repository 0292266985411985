//! The carriers: which of them a call comes from, in which order they are
//! tried, whether they live.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rsipstack::sip::Method;

use super::core::{Core, hold};
use super::dialog::resolve;
use super::reply;
use super::settings::{Login, Trunk, TrunkOut, TrunkSource};
use crate::edge::{EdgeEvent, Source};

/// Whether each trunk answered when it was last asked; unknown counts as alive.
#[derive(Default)]
pub(super) struct Health(Mutex<HashMap<String, bool>>);

impl Health {
    pub(super) fn is_up(&self, trunk: &str) -> bool {
        hold(&self.0).get(trunk).copied().unwrap_or(true)
    }

    /// Notes it; true when that is news.
    fn note(&self, trunk: &str, up: bool) -> bool {
        hold(&self.0).insert(trunk.to_owned(), up) != Some(up)
    }
}

impl Trunk {
    pub(super) fn names(&self, source: IpAddr) -> bool {
        match &self.from {
            TrunkSource::Networks(networks) => networks.iter().any(|network| network.holds(source)),
            TrunkSource::Nowhere | TrunkSource::Anywhere => false,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        match &self.from {
            TrunkSource::Anywhere => true,
            TrunkSource::Nowhere | TrunkSource::Networks(_) => false,
        }
    }

    pub(super) fn takes(&self, called: &str) -> bool {
        self.called.is_empty() || self.called.iter().any(|number| number == called)
    }
}

impl Core {
    /// Trunks that take calls out, those known to be down last.
    pub(super) fn ways_out(&self) -> Vec<(String, TrunkOut)> {
        let mut ways: Vec<_> = self
            .settings
            .trunks
            .iter()
            .filter_map(|trunk| Some((trunk.name.clone(), trunk.out.clone()?)))
            .collect();
        ways.sort_by_key(|(name, _)| !self.health.is_up(name));
        ways
    }

    /// What we answer when the carrier that brought a call asks who hangs up.
    pub(super) fn login_for(&self, source: &Source) -> Option<Login> {
        let name = match source {
            Source::Trunk(name) => name,
            Source::Desk(_) => return None,
        };
        self.settings.trunks.iter().find(|trunk| trunk.name == *name)?.out.as_ref()?.login.clone()
    }

    pub(super) async fn note_trunk(&self, trunk: &str, up: bool) {
        if self.health.note(trunk, up) {
            let trunk = trunk.to_owned();
            tracing::info!(%trunk, up, "trunk");
            self.tell(if up { EdgeEvent::TrunkUp { trunk } } else { EdgeEvent::TrunkDown { trunk } }).await;
        }
    }
}

/// Asks each trunk for ever whether it lives.
pub(super) fn watch(core: &Arc<Core>) {
    for (name, out) in core.ways_out() {
        let core = Arc::clone(core);
        tokio::spawn(async move {
            loop {
                let up = is_alive(&core, &out).await;
                core.note_trunk(&name, up).await;
                // A trunk that is down is wanted back soon.
                let pause =
                    if up { core.settings.trunk_check_every } else { core.settings.trunk_check_every / 3 };
                tokio::select! {
                    () = core.net.stop.cancelled() => return,
                    () = tokio::time::sleep(pause.max(Duration::from_millis(100))) => {}
                }
            }
        });
    }
}

async fn is_alive(core: &Core, out: &TrunkOut) -> bool {
    let answer = tokio::time::timeout(core.settings.attempt_within, ask(core, out)).await;
    answer.ok().flatten().is_some_and(|code| code != 408 && code != 503)
}

/// The code of its answer to OPTIONS.
async fn ask(core: &Core, out: &TrunkOut) -> Option<u16> {
    let address = resolve(&out.host, out.port).await?;
    let path = core.net.path_to_trunk(address, out).await?;
    let call_id = reply::token();
    let outline = reply::Outline {
        method: Method::Options,
        uri: &format!("sip:{address}"),
        via: path.via(&reply::branch(&core.mark)),
        from: format!("<sip:line@{}>;tag={}", path.ours, reply::token()),
        to: format!("<sip:{address}>"),
        call_id: &call_id,
        cseq: 1,
    };
    let request = reply::request(outline, vec![reply::header("Contact", path.contact("line"))], None)?;
    let mut answers = core.net.ask(request, &path);
    while let Some(answer) = answers.recv().await {
        let code = answer.status_code.code();
        if code >= 200 {
            return Some(code);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trunk_takes_calls_of_its_networks_and_numbers_only() {
        let trunk = Trunk {
            name: "carrier".to_owned(),
            from: TrunkSource::Networks(vec!["203.0.113.0/28".parse().unwrap()]),
            called: vec!["0312345678".to_owned()],
            out: None,
        };

        assert!(
            trunk.names("203.0.113.15".parse().unwrap()) && !trunk.names("203.0.113.16".parse().unwrap())
        );
        assert!(trunk.takes("0312345678") && !trunk.takes("0312345679") && !trunk.is_open());
    }

    #[test]
    fn a_state_is_news_once() {
        let health = Health::default();

        assert!(health.is_up("a"));
        assert!(health.note("a", false) && !health.note("a", false) && !health.is_up("a"));
        assert!(health.note("a", true));
    }
}
