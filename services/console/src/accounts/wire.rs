//! Accounts and sessions as the contract writes them.

use domain::access::SessionKind;
use domain::ids::SessionId;
use domain::time::Instant;
use proto::console::v1 as pb;
use shell::grpc::timestamp;

use super::settings::{PromptShown, SettingShown};
use super::store::{Account, AuditRow, SessionRow, Store};

pub(crate) fn account(account: &Account) -> pb::Account {
    pb::Account {
        account_id: account.id.to_string(),
        login: account.login.clone(),
        name: account.name.reveal().clone(),
        staff_id: account.staff.as_ref().map(ToString::to_string).unwrap_or_default(),
        roles: roles(account),
        disabled: account.disabled,
        has_totp: account.has_totp(),
        has_oidc: account.has_oidc,
        last_sign_in_at: account.last_sign_in.map(timestamp),
    }
}

pub(crate) fn me(account: &Account, session: &SessionRow, operator_name: String) -> pb::Me {
    pb::Me {
        account_id: account.id.to_string(),
        operator_id: account.operator.to_string(),
        operator_name,
        login: account.login.clone(),
        name: account.name.reveal().clone(),
        staff_id: account.staff.as_ref().map(ToString::to_string).unwrap_or_default(),
        roles: roles(account),
        must_change_password: account.must_change && session.kind != SessionKind::Oidc.code(),
        must_enrol_totp: !account.has_totp() && session.kind == SessionKind::Password.code(),
        fresh_until: at(session.fresh_until_us),
        idle_until: at(session.idle_until_us),
        session_until: at(session.until_us),
        break_glass: session.kind == SessionKind::BreakGlass.code(),
        by_oidc: session.kind == SessionKind::Oidc.code(),
        recovery_codes_left: u32::try_from(account.recovery.reveal().len()).unwrap_or(u32::MAX),
    }
}

pub(crate) fn session(row: &SessionRow, this: SessionId) -> pb::Session {
    pb::Session {
        session_id: row.session_id.clone(),
        created_at: at(row.created_us),
        last_at: at(row.last_us),
        device: row.device.clone(),
        this_one: row.session_id == this.to_string(),
        kind: row.kind.clone(),
    }
}

pub(crate) fn setting(setting: &SettingShown) -> pb::Setting {
    pb::Setting {
        key: setting.key.clone(),
        value: setting.value.clone(),
        origin: setting.origin.clone(),
        note: setting.note.clone(),
    }
}

pub(crate) fn prompt(prompt: &PromptShown) -> pb::Prompt {
    pb::Prompt {
        prompt: prompt.prompt.clone(),
        language: prompt.language.clone(),
        words: prompt.words.clone(),
        milliseconds: prompt.milliseconds,
    }
}

/// With the reason of an emergency in words: who may see the audit may read it.
pub(crate) fn audit(row: AuditRow, store: &Store) -> pb::AuditEntry {
    pb::AuditEntry {
        detail: readable(&row, store),
        seq: u64::try_from(row.seq).unwrap_or(0),
        at: at(row.at_us),
        account_id: row.account_id.unwrap_or_default(),
        action: row.action,
        subject_kind: row.subject_kind,
        subject_id: row.subject_id,
    }
}

fn readable(row: &AuditRow, store: &Store) -> String {
    let Ok(mut detail) = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&row.detail)
    else {
        return row.detail.clone();
    };
    let sealed = detail.remove("reason_sealed");
    let Some(sealed) = sealed.as_ref().and_then(|sealed| sealed.as_str()) else { return row.detail.clone() };
    let reason = store.open_reason(&row.subject_id, sealed);
    detail.insert("reason".to_owned(), reason.map(|reason| reason.into_inner()).into());
    serde_json::Value::Object(detail).to_string()
}

fn roles(account: &Account) -> Vec<String> {
    account.roles.iter().map(|role| role.code().to_owned()).collect()
}

fn at(micros: i64) -> Option<prost_types::Timestamp> {
    Some(timestamp(Instant::from_micros(micros)))
}
