//! Cases handed to centres: the section [referral] and the rows [[referral_webhook]].

use std::path::PathBuf;

use ::referral::Limits;
use domain::ids::TargetId;
use domain::private::Private;
use shell::config::{Row, Settings};

use super::{HOUR, MILLI, SECOND};

/// The rota and the owner are filled in when it starts.
pub(super) fn handing(settings: &Settings) -> ::referral::Settings {
    ::referral::Settings {
        rota_check: settings.duration("rota.look_every", MILLI * 100..=HOUR),
        urgent: limits(
            settings,
            ["referral.urgent_receipt", "referral.urgent_decide", "referral.urgent_arrive"],
        ),
        soon: limits(settings, ["referral.soon_receipt", "referral.soon_decide", "referral.soon_arrive"]),
        again: settings.duration("referral.again", SECOND * 10..=HOUR * 24),
        push_limit: settings.duration("referral.push_limit", MILLI * 100..=SECOND * 60),
        webhooks: settings.rows("referral_webhook", webhook).into_iter().collect(),
        ..::referral::Settings::with_rota(PathBuf::new())
    }
}

fn limits(settings: &Settings, [receipt, decide, arrive]: [&str; 3]) -> Limits {
    let limits = Limits {
        receipt: settings.duration(receipt, SECOND..=HOUR * 24),
        decide: settings.duration(decide, SECOND..=HOUR * 24),
        arrive: settings.duration(arrive, SECOND..=HOUR * 24 * 7),
    };
    if limits.decide < limits.receipt {
        settings.fault(decide, format!("is shorter than {receipt}: whoever decides must have it first"));
    }
    limits
}

fn webhook(row: &Row<'_>) -> Option<(TargetId, Private<String>)> {
    let target: Option<TargetId> = row.parsed("target", "a target's id, such as \"kitagata-centre\"");
    if target.is_none() {
        row.fault("target", "is missing: the id of a target that is told by webhook");
    }
    let secret = row.secret("secret", "secret_file");
    if secret.is_none() {
        row.fault(
            "secret",
            "is missing: give secret or secret_file, \"whsec_\" and base64 of 24 to 64 bytes",
        );
    }
    Some((target?, secret?))
}
