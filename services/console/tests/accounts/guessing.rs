//! Guessing passwords, codes and who has an account.

use std::time::{Duration, Instant as Moment};

use console::accounts::{AccountsSettings, Hashing, SourceLimit};
use shell::testkit::both_stores;
use tonic::{Code, Status};

use crate::town::{HOME, KEN, PASSWORD, SHI, Town};

fn told(status: &Status) -> (Code, String, Option<String>) {
    let wait = status.metadata().get("retry-after").map(|wait| wait.to_str().unwrap().to_owned());
    (status.code(), status.message().to_owned(), wait)
}

#[tokio::test]
async fn an_answer_does_not_say_what_was_wrong_nor_who_has_an_account() {
    both_stores(|db| async move {
        let town = Town::new(db);
        town.person(KEN, "ito", &["counsellor"]).await;
        let mut answers = Vec::new();
        for (login, password, code) in [
            ("ito", "the night is long and quieT", town.code()),
            ("ito", PASSWORD, "000000".to_owned()),
            ("ito", PASSWORD, String::new()),
            ("nobody", PASSWORD, town.code()),
            ("'; drop table account; --", PASSWORD, town.code()),
            ("", "", String::new()),
        ] {
            answers.push(told(&town.sign_in(login, password, &code).await.unwrap_err()));
        }

        let first = answers[0].clone();
        assert_eq!(first, (Code::Unauthenticated, "login, password or code is wrong".to_owned(), None));
        assert!(answers.iter().all(|answer| *answer == first), "{answers:?}");
        let written = town.audited(KEN).await;
        assert_eq!(written.iter().filter(|(action, _)| action == "access.sign_in_failed").count(), 6);
        assert!(written.iter().all(|(_, detail)| !detail.contains("drop table")), "{written:?}");
    })
    .await;
}

#[tokio::test]
async fn an_unknown_account_takes_as_long_as_a_wrong_password_and_a_wrong_code() {
    let (_folder, db) = shell::testkit::sqlite().await;
    // Heavy, so that a hash that is left out would be seen.
    let hashing = Hashing { memory_kib: 32 * 1024, passes: 3, lanes: 1, at_once: 1, waiting: 10 };
    let town = Town::with(db, AccountsSettings { hashing, ..AccountsSettings::default() });
    town.person(KEN, "ito", &["counsellor"]).await;
    let mut took = Vec::new();
    for (login, password, code) in
        [("nobody", PASSWORD, "000000"), ("ito", "wrong", "000000"), ("ito", PASSWORD, "000000")]
    {
        let begun = Moment::now();
        town.sign_in(login, password, code).await.unwrap_err();
        took.push(begun.elapsed());
    }

    let (least, most) = (took.iter().min().unwrap(), took.iter().max().unwrap());
    assert!(*most < *least * 3 + Duration::from_millis(50), "{took:?}");
}

#[tokio::test]
async fn after_five_failures_a_login_rests_whether_somebody_has_it_or_not() {
    both_stores(|db| async move {
        let town = Town::new(db);
        town.person(KEN, "ito", &["counsellor"]).await;
        town.person(SHI, "mori", &["counsellor"]).await;
        for login in ["ito", "nobody"] {
            for _ in 0..5 {
                assert_eq!(town.sign_in(login, "wrong", "").await.unwrap_err().code(), Code::Unauthenticated);
            }
        }

        let right = town.sign_in("ito", PASSWORD, &town.code()).await.unwrap_err();
        let unknown = town.sign_in(" NOBODY ", "wrong", "").await.unwrap_err();

        let minute = "too many failures: try again in 60 s".to_owned();
        assert_eq!(told(&right), (Code::ResourceExhausted, minute, Some("60".to_owned())));
        assert_eq!(told(&unknown), told(&right));
        assert!(town.sign_in("mori", PASSWORD, &town.code()).await.is_ok(), "others are not slowed");
    })
    .await;
}

#[tokio::test]
async fn each_further_failure_rests_twice_as_long_and_a_right_one_ends_it() {
    both_stores(|db| async move {
        let town = Town::new(db);
        town.person(KEN, "ito", &["counsellor"]).await;
        for _ in 0..5 {
            town.sign_in("ito", "wrong", "").await.unwrap_err();
        }
        for minutes in [1, 2, 4, 8, 15, 15] {
            let waits = town.sign_in("ito", PASSWORD, &town.code()).await.unwrap_err();
            assert_eq!(told(&waits).2, Some((minutes * 60).to_string()));
            town.wait(minutes * 60);
            let again = town.sign_in("ito", "wrong", "").await.unwrap_err();
            assert_eq!(again.code(), Code::Unauthenticated);
        }
        town.wait(15 * 60);

        assert!(town.sign_in("ito", PASSWORD, &town.code()).await.is_ok());
        assert_eq!(town.sign_in("ito", "wrong", "").await.unwrap_err().code(), Code::Unauthenticated);
        town.wait(30);
        assert!(town.sign_in("ito", PASSWORD, &town.code()).await.is_ok(), "counted anew");
    })
    .await;
}

#[tokio::test]
async fn of_a_hundred_guesses_at_once_five_are_looked_at() {
    both_stores(|db| async move {
        let town = Town::with(
            db,
            AccountsSettings {
                hashing: crate::town::light(),
                per_source: SourceLimit { failures: 1000, within: Duration::from_secs(60) },
                ..AccountsSettings::default()
            },
        );
        town.person(KEN, "ito", &["counsellor"]).await;
        let guesses = (0..100).map(|_| town.sign_in("ito", "wrong", ""));

        let answers = futures::future::join_all(guesses).await;

        let looked_at = answers
            .iter()
            .filter(|answer| answer.as_ref().is_err_and(|status| status.code() == Code::Unauthenticated));
        assert_eq!(looked_at.count(), 5);
    })
    .await;
}

#[tokio::test]
async fn one_address_that_tries_many_logins_rests_and_no_other_address_does() {
    both_stores(|db| async move {
        let town = Town::new(db);
        town.person(KEN, "ito", &["counsellor"]).await;
        for n in 0..30 {
            let login = format!("login-{n}");
            let tried = town.sign_in_from("198.51.100.7:1", &login, "wrong", "").await.unwrap_err();
            assert_eq!(tried.code(), Code::Unauthenticated);
        }

        let right = town.sign_in_from("198.51.100.7:2", "ito", PASSWORD, &town.code()).await.unwrap_err();

        assert_eq!(told(&right).2, Some("600".to_owned()));
        assert!(town.sign_in_from(HOME, "ito", PASSWORD, &town.code()).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn a_code_that_was_taken_is_not_taken_again_not_even_at_the_same_moment() {
    both_stores(|db| async move {
        let town = Town::new(db);
        town.person(KEN, "ito", &["counsellor"]).await;
        let code = town.code();
        let twins = (0..4).map(|_| town.sign_in("ito", PASSWORD, &code));

        let answers = futures::future::join_all(twins).await;

        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        town.wait(30);
        assert!(town.sign_in("ito", PASSWORD, &code).await.is_err(), "within its skew it is still used");
        assert!(town.sign_in("ito", PASSWORD, &town.code()).await.is_ok());
    })
    .await;
}
