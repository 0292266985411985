//! Nothing secret is printed, logged or lies in the store.
//!
//! A suite of its own: what other threads log first without a listener is never heard by one that listens later.

#![allow(clippy::unwrap_used, reason = "a test says what failed by failing")]

#[allow(dead_code, reason = "made for a larger suite")]
#[path = "accounts/town.rs"]
mod town;

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use proto::console::v1::*;
use shell::on;
use shell::testkit::both_stores;
use town::{KEN, PASSWORD, SECRET, Town, with};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;

/// Everything that was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(text);
        Ok(text.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Log {
    type Writer = Self;
    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn no_password_code_secret_token_or_name_is_logged_printed_or_told_in_an_error() {
    let log = Log::default();
    let writer = log.clone();
    let logger = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::NEW)
        .with_writer(writer)
        .finish();
    let _logging = tracing::subscriber::set_default(logger);
    both_stores(|db| {
        let log = log.clone();
        async move {
            let town = Town::new(db);
            let one_time = town.newcomer(KEN, "abe", &["counsellor"]).await;
            town.person(KEN, "ito", &["counsellor"]).await;
            let token = town.comes_in("ito").await;
            let begin = BeginTotpRequest { operator_id: KEN.to_owned(), password: PASSWORD.to_owned() };
            let begun = town.access().begin_totp(with(&token, begin)).await.unwrap().into_inner();
            let mut told = format!("{:?} {:?}", town.accounts, town.deps);
            for (login, password, code) in
                [("ito", "0therpassw0rd", "424242"), (one_time.as_str(), "0therpassw0rd", "")]
            {
                told += &format!("{:?}", town.sign_in(login, password, code).await.unwrap_err());
            }
            let logged = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
            assert!(logged.contains("AccessService/SignIn"), "the log is heard: {logged}");
            told += &logged;
            told += &everything_written(&town).await;

            let code = town.code();
            let secrets =
                [PASSWORD, SECRET, &begun.secret, &one_time, &token, &code, "0therpassw0rd", "名前"];
            for secret in secrets {
                assert!(!told.contains(secret), "{secret} is told");
            }
        }
    })
    .await;
}

/// Of every table that accounts write, as text.
async fn everything_written(town: &Town) -> String {
    let mut told = String::new();
    for sql in [
        "SELECT login || coalesce(password_hash, '') FROM account",
        "SELECT hash FROM recovery_code",
        "SELECT session_hash || device FROM session",
        "SELECT login_index FROM sign_in_failure",
        "SELECT detail || subject_id FROM audit_event",
    ] {
        let rows: Vec<String> =
            on!(town.deps.db.read(), pool => sqlx::query_scalar(sql).fetch_all(pool).await).unwrap();
        told += &rows.join("\n");
    }
    let sealed: Vec<Vec<u8>> = on!(town.deps.db.read(), pool => {
        sqlx::query_scalar("SELECT name_sealed FROM account UNION ALL
                            SELECT totp_sealed FROM account WHERE totp_sealed IS NOT NULL").fetch_all(pool).await
    })
    .unwrap();
    sealed.iter().for_each(|sealed| told += &String::from_utf8_lossy(sealed));
    told
}
