//! Administrators: their own operator's accounts, and never the last of themselves.

use console::accounts::{AccountsSettings, PromptShown, SettingShown};
use proto::console::v1::*;
use shell::on;
use shell::testkit::both_stores;
use tonic::{Code, Status};

use crate::town::{KEN, PASSWORD, SHI, Town, light, with};

const ADMIN: &[&str] = &["operator_admin"];

impl Town {
    async fn accounts(&self, token: &str, operator: &str) -> Vec<Account> {
        let asked = ListAccountsRequest { operator_id: operator.to_owned() };
        self.admin().list_accounts(with(token, asked)).await.unwrap().into_inner().accounts
    }

    async fn account(&self, token: &str, login: &str) -> Account {
        let accounts = self.accounts(token, KEN).await;
        accounts.into_iter().find(|account| account.login == login).unwrap()
    }

    async fn disable(&self, token: &str, account_id: &str, disabled: bool) -> Result<Account, Status> {
        let asked = DisableAccountRequest {
            operator_id: KEN.to_owned(),
            account_id: account_id.to_owned(),
            disabled,
        };
        Ok(self.admin().disable_account(with(token, asked)).await?.into_inner().account.unwrap())
    }

    async fn change(&self, token: &str, account: Account) -> Result<Account, Status> {
        let asked = ChangeAccountRequest { operator_id: KEN.to_owned(), account: Some(account) };
        Ok(self.admin().change_account(with(token, asked)).await?.into_inner().account.unwrap())
    }

    async fn create(&self, token: &str, login: &str, staff: &str, roles: &[&str]) -> Result<String, Status> {
        let asked = CreateAccountRequest {
            operator_id: KEN.to_owned(),
            login: login.to_owned(),
            name: "伊藤 さくら".to_owned(),
            staff_id: staff.to_owned(),
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        };
        Ok(self.admin().create_account(with(token, asked)).await?.into_inner().one_time_password)
    }
}

#[tokio::test]
async fn an_account_is_made_used_changed_reset_and_disabled() {
    both_stores(|db| async move {
        let town = Town::new(db);
        town.person(KEN, "admin", ADMIN).await;
        let admin = town.comes_in("admin").await;

        let one_time = town.create(&admin, "ito", "ito", &["counsellor"]).await.unwrap();
        let first = town.sign_in("ito", &one_time, "").await.unwrap();
        let me = first.me.unwrap();
        assert_eq!((me.staff_id.as_str(), me.roles.as_slice()), ("ito", &["counsellor".to_owned()][..]));

        let changed = Account {
            name: "伊藤 桜".to_owned(),
            roles: vec!["counsellor".to_owned(), "supervisor".to_owned()],
            ..town.account(&admin, "ito").await
        };
        let changed = town.change(&admin, changed).await.unwrap();
        assert_eq!((changed.name.as_str(), changed.roles.len()), ("伊藤 桜", 2));
        assert!(town.me(&first.session_token).await.is_err(), "new roles begin with a new session");

        let asked =
            ResetAccountRequest { operator_id: KEN.to_owned(), account_id: changed.account_id.clone() };
        let reset = town.admin().reset_account(with(&admin, asked)).await.unwrap().into_inner();
        assert!(town.sign_in("ito", &one_time, "").await.is_err());
        let second = town.sign_in("ito", &reset.one_time_password, "").await.unwrap();

        assert!(town.disable(&admin, &changed.account_id, true).await.unwrap().disabled);
        assert!(town.me(&second.session_token).await.is_err());
        let closed = town.sign_in("ito", &reset.one_time_password, "").await.unwrap_err();
        assert_eq!(closed.message(), "login, password or code is wrong");
        assert!(!town.disable(&admin, &changed.account_id, false).await.unwrap().disabled);
        assert!(town.sign_in("ito", &reset.one_time_password, "").await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn a_reset_takes_the_second_factor_off_and_ends_the_wait() {
    both_stores(|db| async move {
        let town = Town::new(db);
        town.person(KEN, "admin", ADMIN).await;
        town.person(KEN, "ito", &["counsellor"]).await;
        for _ in 0..5 {
            town.sign_in("ito", "wrong", "").await.unwrap_err();
        }
        let admin = town.comes_in("admin").await;
        let ito = town.account(&admin, "ito").await;
        assert!(ito.has_totp);

        let asked = ResetAccountRequest { operator_id: KEN.to_owned(), account_id: ito.account_id };
        let reset = town.admin().reset_account(with(&admin, asked)).await.unwrap().into_inner();

        let me = town.sign_in("ito", &reset.one_time_password, "").await.unwrap().me.unwrap();
        assert!(me.must_change_password && me.must_enrol_totp);
        assert!(town.sign_in("ito", PASSWORD, &town.code()).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_an_account_is_told_by_field() {
    both_stores(|db| async move {
        let town = Town::new(db);
        town.person(KEN, "admin", ADMIN).await;
        let admin = town.comes_in("admin").await;
        town.create(&admin, "ito", "ito", &["counsellor"]).await.unwrap();
        for (login, staff, roles, code, said) in [
            ("It", "", &["counsellor"][..], Code::InvalidArgument, "login"),
            ("a b c", "", &["counsellor"][..], Code::InvalidArgument, "login"),
            ("mori", "nobody", &["counsellor"][..], Code::InvalidArgument, "staff_id"),
            ("mori", "", &[][..], Code::InvalidArgument, "roles"),
            ("mori", "", &["king"][..], Code::InvalidArgument, "roles"),
            ("ito", "", &["counsellor"][..], Code::AlreadyExists, "login"),
            ("mori", "ito", &["counsellor"][..], Code::AlreadyExists, "staff_id"),
        ] {
            let refused = town.create(&admin, login, staff, roles).await.unwrap_err();
            assert_eq!(refused.code(), code, "{login} {staff} {roles:?}");
            assert!(refused.message().contains(said), "{}", refused.message());
        }
    })
    .await;
}

#[tokio::test]
async fn another_operators_accounts_are_neither_seen_nor_touched() {
    both_stores(|db| async move {
        let town = Town::new(db);
        town.person(KEN, "admin", ADMIN).await;
        town.person(SHI, "minami-admin", ADMIN).await;
        let (ours, theirs) = (town.comes_in("admin").await, town.comes_in("minami-admin").await);
        let foreign = town.accounts(&theirs, SHI).await[0].clone();

        let seen: Vec<_> = town.accounts(&ours, KEN).await.into_iter().map(|account| account.login).collect();

        assert_eq!(seen, ["admin"]);
        let code = |answer: Result<Account, Status>| answer.unwrap_err().code();
        assert_eq!(code(town.disable(&ours, &foreign.account_id, true).await), Code::NotFound);
        assert_eq!(code(town.change(&ours, foreign.clone()).await), Code::NotFound);
        let asked = ResetAccountRequest { operator_id: KEN.to_owned(), account_id: foreign.account_id };
        assert_eq!(town.admin().reset_account(with(&ours, asked)).await.unwrap_err().code(), Code::NotFound);
        assert!(town.me(&theirs).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn the_last_administrator_stays_and_nobody_disables_themselves() {
    both_stores(|db| async move {
        let town = Town::new(db);
        town.person(KEN, "admin", ADMIN).await;
        town.person(KEN, "second", &["operator_admin", "supervisor"]).await;
        let (admin, second) = (town.comes_in("admin").await, town.comes_in("second").await);
        let (one, two) = (town.account(&admin, "admin").await, town.account(&admin, "second").await);
        let refused =
            |answer: Result<Account, Status>| answer.unwrap_err().code() == Code::FailedPrecondition;

        assert!(refused(town.disable(&admin, &one.account_id, true).await), "oneself");
        let (a, b) = tokio::join!(
            town.disable(&admin, &two.account_id, true),
            town.disable(&second, &one.account_id, true)
        );

        assert_eq!([&a, &b].iter().filter(|answer| answer.is_ok()).count(), 1, "{a:?} {b:?}");
        let (token, last) = if a.is_ok() { (&admin, one) } else { (&second, two) };
        let stripped = Account { roles: vec!["supervisor".to_owned()], ..last };
        assert!(refused(town.change(token, stripped).await));
    })
    .await;
}

#[tokio::test]
async fn only_administrators_who_proved_themselves_just_now_change_accounts() {
    both_stores(|db| async move {
        let town = Town::new(db);
        town.person(KEN, "admin", ADMIN).await;
        town.person(KEN, "auditor", &["auditor"]).await;
        let (admin, auditor) = (town.comes_in("admin").await, town.comes_in("auditor").await);

        let refused = town.create(&auditor, "ito", "", &["counsellor"]).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied);
        assert_eq!(town.accounts(&auditor, KEN).await.len(), 2);

        town.wait(5 * 60);
        let late = town.create(&admin, "ito", "", &["counsellor"]).await.unwrap_err();
        assert_eq!(late.code(), Code::FailedPrecondition);
    })
    .await;
}

#[tokio::test]
async fn settings_prompts_and_the_audit_are_shown_and_a_changed_row_is_found() {
    both_stores(|db| async move {
        let text = str::to_owned;
        let setting =
            SettingShown { key: text("a"), value: text("1"), origin: text("default"), note: text("") };
        let prompt =
            PromptShown {
                prompt: text("hello"), language: text("ja"), words: text("はい"), milliseconds: 9
            };
        let (settings, prompts) = (vec![setting], vec![prompt]);
        let town =
            Town::with(db, AccountsSettings { hashing: light(), settings, prompts, ..Default::default() });
        town.person(KEN, "admin", &["operator_admin", "auditor"]).await;
        let admin = town.comes_in("admin").await;
        let operator_id = text(KEN);

        let asked = ListSettingsRequest { operator_id: operator_id.clone() };
        assert_eq!(
            town.admin().list_settings(with(&admin, asked)).await.unwrap().get_ref().settings[0].origin,
            "default"
        );
        let asked = ListPromptsRequest { operator_id: operator_id.clone() };
        assert_eq!(
            town.admin().list_prompts(with(&admin, asked)).await.unwrap().get_ref().prompts[0].milliseconds,
            9
        );
        let asked = ListAuditRequest { operator_id: operator_id.clone(), before: 3, ..Default::default() };
        let listed = town.admin().list_audit(with(&admin, asked)).await.unwrap().into_inner().entries;
        let told: Vec<_> = listed.iter().map(|entry| (entry.seq, entry.action.as_str())).collect();
        assert_eq!(told, [(2, "access.signed_in"), (1, "account.created")]);

        let verify = || town_verify(&town, &admin);
        assert_eq!(verify().await.faults, []);
        tamper(&town).await;
        assert_eq!(verify().await.faults, [AuditFault { seq: 1, fault: text("changed") }]);
    })
    .await;
}

async fn town_verify(town: &Town, token: &str) -> VerifyAuditResponse {
    let asked = VerifyAuditRequest { operator_id: KEN.to_owned() };
    town.admin().verify_audit(with(token, asked)).await.unwrap().into_inner()
}

/// Somebody with the database and no scruples.
async fn tamper(town: &Town) {
    let drop = match town.deps.db.engine() {
        "sqlite" => "DROP TRIGGER audit_event_is_not_changed",
        _ => "ALTER TABLE audit_event DISABLE TRIGGER USER",
    };
    for sql in [drop, "UPDATE audit_event SET action = 'account.changed' WHERE seq = 1"] {
        on!(town.deps.db.write(), pool => sqlx::query(sql).execute(pool).await.map(std::mem::drop)).unwrap();
    }
}
