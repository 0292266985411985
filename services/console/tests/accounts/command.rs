//! Accounts from the command line, and those of the example line.

use std::os::unix::fs::PermissionsExt;

use console::accounts::{self, AddAccount};
use domain::private::Private;
use shell::testkit::both_stores;

use crate::town::{KEN, PASSWORD, Town, code_of, new};

#[tokio::test]
async fn an_account_provisioned_by_machine_signs_in_at_once_with_its_code() {
    both_stores(|db| async move {
        let town = Town::new(db);
        town.person(KEN, "ito", &["counsellor"]).await;

        let me = town.sign_in("ito", PASSWORD, &town.code()).await.unwrap().me.unwrap();

        assert!(!me.must_change_password && !me.must_enrol_totp);
        let listed = accounts::list(&town.settings, &town.deps).await.unwrap();
        assert_eq!((listed.len(), listed[0].login.as_str(), listed[0].has_totp), (1, "ito", true));
    })
    .await;
}

#[tokio::test]
async fn a_reset_from_the_command_line_answers_a_one_time_password() {
    both_stores(|db| async move {
        let town = Town::new(db);
        town.person(KEN, "ito", &["counsellor"]).await;
        let session = town.comes_in("ito").await;

        let drawn = accounts::reset(&town.settings, &town.deps, "ito").await.unwrap().into_inner();

        assert!(town.me(&session).await.is_err());
        assert!(town.sign_in("ito", &drawn, "").await.unwrap().me.unwrap().must_change_password);
        let unknown = accounts::reset(&town.settings, &town.deps, "nobody").await.unwrap_err();
        assert_eq!(unknown.to_string(), "login is not known");
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_on_the_command_line_is_told_without_the_secret() {
    both_stores(|db| async move {
        let town = Town::new(db);
        let ito = new(KEN, "ito", &["counsellor"]);
        let secret = |text: &str| Some(Private::new(text.to_owned()));
        for (wrong, said) in [
            (
                AddAccount { password: secret("short1"), ..ito.clone() },
                "invalid password: has at least 12 letters",
            ),
            (AddAccount { totp_secret: secret("not base32!"), ..ito.clone() }, "invalid totp_secret"),
            (AddAccount { operator: "nowhere".parse().unwrap(), ..ito.clone() }, "invalid operator"),
        ] {
            let told = accounts::add(&town.settings, &town.deps, &wrong).await.unwrap_err().to_string();
            assert!(
                told.starts_with(said) && !told.contains("short1") && !told.contains("base32!"),
                "{told}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn the_example_line_gets_its_people_once_and_their_passwords_in_a_file_of_its_own() {
    both_stores(|db| async move {
        let town = Town::new(db);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("accounts.txt");
        std::fs::write(&file, "of a start that came no further").unwrap();

        assert!(accounts::example(&town.settings, &town.deps, &file).await.unwrap());
        assert!(!accounts::example(&town.settings, &town.deps, &file).await.unwrap());

        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let text = std::fs::read_to_string(&file).unwrap();
        let logins = text.lines().filter_map(|line| line.strip_prefix("login    "));
        let passwords = text.lines().filter_map(|line| line.strip_prefix("password "));
        let mut people = 0;
        for (login, password) in logins.zip(passwords) {
            let me = town.sign_in(login, password, "").await.unwrap().me.unwrap();
            assert!(me.must_enrol_totp && !me.must_change_password, "{login}");
            assert_eq!(me.staff_id.is_empty(), login == "admin");
            people += 1;
        }
        assert_eq!(people, 3);
    })
    .await;
}

#[tokio::test]
async fn a_code_of_another_secret_does_not_open() {
    both_stores(|db| async move {
        let town = Town::new(db);
        town.person(KEN, "ito", &["counsellor"]).await;
        let other = code_of("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", town.clock.now());

        assert!(town.sign_in("ito", PASSWORD, &other).await.is_err());
    })
    .await;
}
