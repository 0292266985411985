//! How somebody might come in who should not: each way is tried, and refused.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use prost::Message;
use proto::console::v1 as wire;
use sqlx::{AssertSqlSafe, Connection, Executor, SqliteConnection};
use tests::{
    Authenticator, COOKIE, LineSetup, OPERATOR, Road, SESSION, Session, TestLine, TestPerson, ask,
    eventually, framed, get, post, post_from, stranger, web_answer,
};
use tonic::{Code, Status};

const ME: &str = "/tomoshibi.console.v1.AccessService/DescribeMe";
const SIGN_IN: &str = "/tomoshibi.console.v1.AccessService/SignIn";
const SIGN_OUT: &str = "/tomoshibi.console.v1.AccessService/SignOut";
/// The one answer to every sign-in that fails.
const WRONG: (Code, &str) = (Code::Unauthenticated, "login, password or code is wrong");

/// Whoever shows it is a stranger, by both roads.
async fn is_worth_nothing(line: &TestLine, stolen: &Session) {
    for road in [Road::Grpc, Road::Browser] {
        let answer = ask(line.http, road, &stolen.shown(), ME, b"", false).await;
        assert_eq!(answer.code, Code::Unauthenticated, "{road:?}: {answer:?}");
    }
}

fn said(refusal: &Status) -> (Code, &str) {
    (refusal.code(), refusal.message())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_session_is_worth_nothing_once_its_owner_signs_out_and_its_stream_ends() {
    let line = LineSetup::new().start().await;
    let ito = TestPerson::on_the_rota(&line, "ito", &["counsellor"]).await.signs_in(&line).await;
    let stolen = ito.clone();
    let watch = wire::WatchBoardRequest { operator_id: OPERATOR.into() };
    let mut board = stolen.console().watch_board(watch).await.unwrap().into_inner();
    assert!(board.message().await.unwrap().is_some(), "the thief sees the board");

    ito.access().sign_out(wire::SignOutRequest { operator_id: OPERATOR.into() }).await.unwrap();

    is_worth_nothing(&line, &stolen).await;
    let ended = async { while matches!(board.message().await, Ok(Some(_))) {} };
    assert!(tokio::time::timeout(tests::PATIENCE, ended).await.is_ok(), "the board goes dark for the thief");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_session_is_worth_nothing_once_its_owner_takes_another_password() {
    let line = LineSetup::new().start().await;
    let ito = TestPerson::with(&line, "ito", &["counsellor"]).await;
    let (stolen, own) = (ito.signs_in(&line).await, ito.signs_in(&line).await);
    assert!(stolen.me().await.is_ok());

    let change = wire::ChangePasswordRequest {
        operator_id: OPERATOR.into(),
        old_password: ito.password.clone(),
        new_password: "quite another long word".into(),
    };
    own.access().change_password(change).await.unwrap();

    is_worth_nothing(&line, &stolen).await;
    assert!(own.me().await.is_ok(), "the owner goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_account_is_disabled_is_out_at_once_and_does_not_come_back() {
    let line = LineSetup::new().start().await;
    let ito = TestPerson::with(&line, "ito", &["counsellor"]).await;
    let admin = TestPerson::with(&line, "the.admin", &["operator_admin"]).await.signs_in(&line).await;
    let session = ito.signs_in(&line).await;
    let account_id = session.me().await.unwrap().account_id;

    let disable = wire::DisableAccountRequest { operator_id: OPERATOR.into(), account_id, disabled: true };
    admin.admin().disable_account(disable).await.unwrap();

    is_worth_nothing(&line, &session).await;
    let refused = ito.tries(&line, &ito.code().await).await.unwrap_err();
    assert_eq!(said(&refused), WRONG);
}

/// The hand that moves the clock: what the store says of sessions is set back by so much.
async fn time_passes(line: &TestLine, column: &str, seconds: i64) {
    let file = line.data().join("line.db");
    let mut store = SqliteConnection::connect(&format!("sqlite:{}", file.display())).await.unwrap();
    store.execute("PRAGMA busy_timeout = 10000").await.unwrap();
    let micros = seconds * 1_000_000;
    let sql = format!("UPDATE session SET {column} = {column} - {micros}");
    store.execute(AssertSqlSafe(sql)).await.unwrap();
    store.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_when_nobody_uses_it_and_at_its_end_whoever_uses_it() {
    let limits = "[access]\nidle = \"2m\"\nabsolute = \"10m\"\n";
    let line = LineSetup::new().settings(limits).start().await;
    let ito = TestPerson::with(&line, "ito", &["counsellor"]).await;
    for (column, seconds) in [("idle_until_us", 120), ("until_us", 600)] {
        let session = ito.signs_in(&line).await;
        time_passes(&line, column, seconds - 30).await;
        assert!(session.me().await.is_ok(), "half a minute before");

        time_passes(&line, column, 30).await;

        is_worth_nothing(&line, &session).await;
    }
}

/// What a page may send: our cookie goes along wherever it comes from.
async fn a_page_sends(line: &TestLine, token: &str, kind: &str, origin: Option<&str>) -> tests::Sent {
    let cookie = format!("{COOKIE}={token}");
    let mut headers = vec![("content-type", kind), ("cookie", cookie.as_str())];
    headers.extend(origin.map(|origin| ("origin", origin)));
    let message = wire::SignOutRequest { operator_id: OPERATOR.into() };
    post(line.http, SIGN_OUT, &headers, &framed(&message.encode_to_vec()), false).await
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_page_cannot_use_the_cookie_of_ours() {
    let line = LineSetup::new().start().await;
    let session = TestPerson::with(&line, "ito", &["counsellor"]).await.signs_in(&line).await;
    let (ours, web) = (format!("http://{}", line.http), "application/grpc-web+proto");
    let evil = ["http://evil.example", "null", "http://127.0.0.1", "https://evil.example:443"];

    for origin in evil.map(Some).into_iter().chain([None]) {
        let sent = a_page_sends(&line, &session.token, web, origin).await;
        assert_eq!(sent.status, 403, "{origin:?}: {}", sent.head);
    }
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/grpc", "multipart/form-data"]
    {
        let sent = a_page_sends(&line, &session.token, kind, Some("http://evil.example")).await;
        assert_ne!(sent.header("grpc-status").as_deref(), Some("0"), "{kind}: {}", sent.head);
    }
    let link = get(line.http, SIGN_OUT, &[("cookie", &format!("{COOKIE}={}", session.token))]).await;
    assert_ne!(link.status, 200, "{}", link.head);
    assert!(session.me().await.is_ok(), "nothing of that signed them out");

    let own = a_page_sends(&line, &session.token, web, Some(&ours)).await;
    assert_eq!(web_answer(&own, false).code, Code::Ok);
    is_worth_nothing(&line, &session).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cookie_is_out_of_reach_of_scripts_and_of_other_sites() {
    let line = LineSetup::new().start().await;
    let ito = TestPerson::with(&line, "ito", &["counsellor"]).await;
    let request = wire::SignInRequest { want_token: false, ..ito.request(&ito.code().await) };

    let sent = knocks(&line, "127.0.0.1", &request).await;

    let cookie = sent.header("set-cookie").unwrap();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{part} is missing");
    }
    let answer: wire::SignInResponse = web_answer(&sent, false).read();
    assert_eq!(answer.session_token, "", "a page never sees it");
}

/// A sign-in from another address of this machine.
async fn knocks(line: &TestLine, from: &str, request: &wire::SignInRequest) -> tests::Sent {
    let origin = format!("http://{}", line.http);
    let headers = [("content-type", "application/grpc-web+proto"), ("origin", origin.as_str())];
    let from: IpAddr = from.parse().unwrap();
    post_from(from, line.http, SIGN_IN, &headers, &framed(&request.encode_to_vec())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_at_one_login_shut_it_also_for_who_knows_better_and_no_other() {
    let line = LineSetup::new()
        .settings("[access]\nfailures = 3\nlock_first = \"1h\"\nlock_most = \"1h\"")
        .start()
        .await;
    let ito = TestPerson::with(&line, "ito", &["counsellor"]).await;
    let mori = TestPerson::with(&line, "mori", &["counsellor"]).await;
    for guess in ["one", "two", "three"] {
        let guessed = wire::SignInRequest { password: guess.into(), ..ito.request("000000") };
        let refused = stranger(line.http).sign_in(guessed).await.unwrap_err();
        assert_eq!(said(&refused), WRONG);
    }

    let right = ito.tries(&line, &ito.code().await).await.unwrap_err();

    assert_eq!(right.code(), Code::ResourceExhausted, "{right:?}");
    let wait: u64 = right.metadata().get("retry-after").unwrap().to_str().unwrap().parse().unwrap();
    assert!((3000..=3600).contains(&wait), "{wait}");
    mori.signs_in(&line).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_from_one_address_at_many_logins_shut_that_address_and_no_other() {
    let line = LineSetup::new().settings("[access]\nsource_failures = 5").start().await;
    let ito = TestPerson::with(&line, "ito", &["counsellor"]).await;
    for guess in 0..5 {
        let guessed = wire::SignInRequest { login: format!("nobody.{guess}"), ..ito.request("000000") };
        let answer = web_answer(&knocks(&line, "127.0.0.9", &guessed).await, false);
        assert_eq!((answer.code, answer.said.as_str()), WRONG);
    }
    let right = ito.request(&ito.code().await);

    let shut = web_answer(&knocks(&line, "127.0.0.9", &right).await, false);

    assert_eq!(shut.code, Code::ResourceExhausted, "{shut:?}");
    let elsewhere = web_answer(&knocks(&line, "127.0.0.10", &right).await, false);
    assert_eq!(elsewhere.code, Code::Ok, "{elsewhere:?}");
}

/// The answer, and how long it took.
async fn guessed(line: &TestLine, request: wire::SignInRequest) -> (Code, String, Duration) {
    let begun = Instant::now();
    let refused = stranger(line.http).sign_in(request).await.unwrap_err();
    (refused.code(), refused.message().to_owned(), begun.elapsed())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_fails_does_not_tell_who_has_an_account() {
    const ROUNDS: usize = 9;
    let line = LineSetup::new().settings("[access]\nfailures = 100\nsource_failures = 100000").start().await;
    let ito = TestPerson::with(&line, "ito", &["counsellor"]).await;
    let kinds = [
        wire::SignInRequest { login: "nobody".into(), ..ito.request("000000") },
        wire::SignInRequest { password: "not the long word".into(), ..ito.request("000000") },
        ito.request("000000"),
        ito.request(""),
        wire::SignInRequest { login: "x".repeat(200), ..ito.request("000000") },
    ];
    let mut times = vec![Vec::new(); kinds.len()];
    // In turns, so that what else this machine does slows all of them.
    for _ in 0..ROUNDS {
        for (times, request) in times.iter_mut().zip(&kinds) {
            let (code, words, time) = guessed(&line, request.clone()).await;
            assert_eq!((code, words.as_str()), WRONG);
            times.push(time);
        }
    }

    let medians: Vec<Duration> = times
        .iter_mut()
        .map(|times| {
            times.sort();
            times[ROUNDS / 2]
        })
        .collect();
    let (least, most) = (medians.iter().min().unwrap(), medians.iter().max().unwrap());
    assert!(*most < *least * 3, "{medians:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_of_the_authenticator_counts_once() {
    let line = LineSetup::new().start().await;
    let ito = TestPerson::with(&line, "ito", &["counsellor"]).await;
    let code = ito.code().await;
    ito.tries(&line, &code).await.unwrap();

    let replayed = ito.tries(&line, &code).await.unwrap_err();

    assert_eq!(said(&replayed), WRONG);
}

/// A new second factor; its recovery codes.
async fn enrols(session: &Session, who: &TestPerson) -> Vec<String> {
    let begin = wire::BeginTotpRequest { operator_id: OPERATOR.into(), password: who.password.clone() };
    let begun = session.access().begin_totp(begin).await.unwrap().into_inner();
    let code = Authenticator::of(&begun.secret).code().await;
    let confirm = wire::ConfirmTotpRequest { operator_id: OPERATOR.into(), code };
    session.access().confirm_totp(confirm).await.unwrap().into_inner().recovery_codes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_code_counts_once_and_not_after_new_ones_were_given() {
    let line = LineSetup::new().start().await;
    let ito = TestPerson::with(&line, "ito", &["counsellor"]).await;
    let session = ito.signs_in(&line).await;
    let old = enrols(&session, &ito).await;
    let new = enrols(&session, &ito).await;

    let expired = ito.tries(&line, &old[0]).await.unwrap_err();
    assert_eq!(said(&expired), WRONG);

    ito.tries(&line, &new[0]).await.unwrap();
    let again = ito.tries(&line, &new[0]).await.unwrap_err();
    assert_eq!(said(&again), WRONG);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emergency_gets_in_with_a_reason_and_everybody_sees_it() {
    let line = LineSetup::new().start().await;
    let ito = TestPerson::on_the_rota(&line, "ito", &["counsellor"]).await;
    let admin = TestPerson::with(&line, "the.admin", &["operator_admin"]).await;
    let short = ito.breaks_the_glass(&line, "lost it").await.unwrap_err();
    assert!(short.code() == Code::InvalidArgument && short.message().contains("reason"), "{short:?}");
    let refused = admin.breaks_the_glass(&line, "the telephone was stolen").await.unwrap_err();
    assert_eq!(said(&refused), WRONG);

    let emergency = ito.breaks_the_glass(&line, "the telephone was stolen").await.unwrap();

    assert!(emergency.me().await.unwrap().break_glass);
    line.logs("break_glass").await;
    let admin = admin.signs_in(&line).await;
    eventually("it is in the audit", async || {
        let asked = wire::ListAuditRequest { operator_id: OPERATOR.into(), limit: 50, ..Default::default() };
        let entries = admin.admin().list_audit(asked).await.ok()?.into_inner().entries;
        entries.iter().any(|entry| entry.action == "access.glass_broken").then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_of_a_calendar_is_not_guessed_and_an_old_one_is_dead() {
    let line = LineSetup::new().start().await;
    let ito = TestPerson::on_the_rota(&line, "ito", &["counsellor"]).await.signs_in(&line).await;
    let renew = async || {
        let request = wire::RenewFeedRequest { operator_id: OPERATOR.into() };
        ito.rota().renew_feed(request).await.unwrap().into_inner().path
    };
    let status = async |path: &str| get(line.http, path, &[]).await.status;
    let first = renew().await;
    assert_eq!(status(&first).await, 200, "{first}");

    let second = renew().await;

    assert_eq!((status(&first).await, status(&second).await), (404, 200));
    let mut guesses = vec!["/calendar/.ics".to_owned(), "/calendar/ito.ics".to_owned()];
    guesses.extend(
        [b'A', b'_', b'0']
            .map(|letter| format!("/calendar/{}.ics", char::from(letter).to_string().repeat(43))),
    );
    guesses.push(second.replace(".ics", ""));
    guesses.push(second.to_ascii_uppercase().replace("/CALENDAR/", "/calendar/").replace(".ICS", ".ics"));
    guesses.push("/calendar/..%2f..%2ftoken.ics".to_owned());
    guesses.push(format!("/calendar/{}.ics", "%27%20OR%201=1%20--"));
    for guess in guesses {
        assert_eq!(status(&guess).await, 404, "{guess}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_was_made_up_makes_a_stranger_also_of_a_service() {
    let line = LineSetup::new().start().await;
    let token = std::fs::read_to_string(line.data().join("token")).unwrap();
    for made_up in ["A".repeat(43), "x".into(), "' OR '1'='1".into(), token.trim().to_owned()] {
        let bearer = format!("Bearer {}", token.trim());
        let headers = [
            ("content-type", "application/grpc-web+proto"),
            ("authorization", bearer.as_str()),
            (SESSION, made_up.as_str()),
        ];
        let sent = post(line.http, ME, &headers, &framed(b""), false).await;
        assert_eq!(web_answer(&sent, false).code, Code::Unauthenticated, "{made_up}");
    }
}
