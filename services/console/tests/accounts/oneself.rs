//! One's own account: the first day, a new telephone, an emergency.

use proto::console::v1::*;
use shell::testkit::both_stores;
use tonic::{Code, Status};

use crate::town::{HOME, KEN, PASSWORD, Town, code_of, request_from, with};

const NEW: &str = "a lamp in the window at three";

impl Town {
    async fn change_password(&self, token: &str, old: &str, new: &str) -> Result<Me, Status> {
        let asked = ChangePasswordRequest {
            operator_id: KEN.to_owned(),
            old_password: old.to_owned(),
            new_password: new.to_owned(),
        };
        let answer = self.access().change_password(with(token, asked)).await?;
        Ok(answer.into_inner().me.unwrap())
    }

    async fn begin_totp(&self, token: &str, password: &str) -> Result<BeginTotpResponse, Status> {
        let asked = BeginTotpRequest { operator_id: KEN.to_owned(), password: password.to_owned() };
        Ok(self.access().begin_totp(with(token, asked)).await?.into_inner())
    }

    async fn confirm_totp(&self, token: &str, code: String) -> Result<ConfirmTotpResponse, Status> {
        let asked = ConfirmTotpRequest { operator_id: KEN.to_owned(), code };
        Ok(self.access().confirm_totp(with(token, asked)).await?.into_inner())
    }

    async fn break_glass(
        &self,
        login: &str,
        password: &str,
        reason: &str,
    ) -> Result<BreakGlassResponse, Status> {
        let asked = BreakGlassRequest {
            login: login.to_owned(),
            password: password.to_owned(),
            reason: reason.to_owned(),
            want_token: true,
        };
        Ok(self.access().break_glass(request_from(HOME, asked)).await?.into_inner())
    }

    async fn lists_accounts(&self, token: &str) -> Result<(), Code> {
        let asked = ListAccountsRequest { operator_id: KEN.to_owned() };
        self.admin().list_accounts(with(token, asked)).await.map(drop).map_err(|status| status.code())
    }

    async fn reauthenticate(&self, token: &str, password: &str, code: &str) -> Result<Me, Status> {
        let asked = ReauthenticateRequest {
            operator_id: KEN.to_owned(),
            password: password.to_owned(),
            code: code.to_owned(),
        };
        Ok(self.access().reauthenticate(with(token, asked)).await?.into_inner().me.unwrap())
    }
}

#[tokio::test]
async fn on_the_first_day_a_password_and_a_second_factor_come_before_anything_else() {
    both_stores(|db| async move {
        let town = Town::new(db);
        let one_time = town.newcomer(KEN, "ito", &["operator_admin"]).await;

        let answer = town.sign_in("ito", &one_time, "").await.unwrap();
        let (me, token) = (answer.me.unwrap(), answer.session_token);
        assert!(me.must_change_password && me.must_enrol_totp);
        assert_eq!((me.operator_name.as_str(), me.name.as_str()), ("北潟県", "名前 ito"));
        assert_eq!(town.lists_accounts(&token).await, Err(Code::FailedPrecondition));

        let me = town.change_password(&token, &one_time, NEW).await.unwrap();
        assert!(!me.must_change_password);
        assert_eq!(town.lists_accounts(&token).await, Err(Code::FailedPrecondition));

        let begun = town.begin_totp(&token, NEW).await.unwrap();
        assert!(begun.url.contains(&begun.secret) && begun.qr_svg.contains("<svg"));
        let wrong = town.confirm_totp(&token, "000000".to_owned()).await.unwrap_err();
        assert_eq!(wrong.code(), Code::InvalidArgument);
        let done = town.confirm_totp(&token, code_of(&begun.secret, town.clock.now())).await.unwrap();
        assert_eq!(done.recovery_codes.len(), 10);
        assert!(!done.me.unwrap().must_enrol_totp);
        assert_eq!(town.lists_accounts(&token).await, Ok(()));

        assert!(town.sign_in("ito", &one_time, "").await.is_err());
        assert!(town.sign_in("ito", NEW, "").await.is_err(), "now a code is asked for");
        town.wait(30);
        let code = code_of(&begun.secret, town.clock.now());
        assert!(town.sign_in("ito", NEW, &code).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn a_new_password_is_long_not_the_old_one_and_asks_for_the_old_one() {
    both_stores(|db| async move {
        let town = Town::new(db);
        town.person(KEN, "ito", &["counsellor"]).await;
        let token = town.comes_in("ito").await;
        for (old, new, code) in [
            (PASSWORD, "short", Code::InvalidArgument),
            (PASSWORD, "123456789012", Code::InvalidArgument),
            (PASSWORD, PASSWORD, Code::InvalidArgument),
            ("wrong", NEW, Code::Unauthenticated),
        ] {
            assert_eq!(town.change_password(&token, old, new).await.unwrap_err().code(), code, "{new}");
        }
        let other = town.comes_in("ito").await;

        town.change_password(&token, PASSWORD, NEW).await.unwrap();

        assert!(town.me(&token).await.is_ok());
        assert_eq!(town.me(&other).await.unwrap_err().code(), Code::Unauthenticated, "the others ended");
    })
    .await;
}

#[tokio::test]
async fn a_recovery_code_opens_once() {
    both_stores(|db| async move {
        let town = Town::new(db);
        town.person(KEN, "ito", &["counsellor"]).await;
        let token = town.comes_in("ito").await;
        let begun = town.begin_totp(&token, PASSWORD).await.unwrap();
        town.wait(30);
        let done = town.confirm_totp(&token, code_of(&begun.secret, town.clock.now())).await.unwrap();
        let typed = done.recovery_codes[3].replace('-', " ").to_uppercase();

        let me = town.sign_in("ito", PASSWORD, &typed).await.unwrap().me.unwrap();

        assert_eq!(me.recovery_codes_left, 9);
        assert_eq!(town.sign_in("ito", PASSWORD, &typed).await.unwrap_err().code(), Code::Unauthenticated);
        let written = town.audited(KEN).await;
        assert!(written.iter().any(|(_, detail)| detail.contains("password_recovery_code")), "{written:?}");
    })
    .await;
}

#[tokio::test]
async fn a_stolen_session_does_not_replace_the_second_factor() {
    both_stores(|db| async move {
        let town = Town::new(db);
        town.person(KEN, "ito", &["counsellor"]).await;
        let token = town.comes_in("ito").await;
        town.wait(5 * 60);

        let late = town.begin_totp(&token, PASSWORD).await.unwrap_err();
        assert_eq!(late.code(), Code::FailedPrecondition);

        assert!(town.reauthenticate(&token, PASSWORD, "000000").await.is_err());
        let me = town.reauthenticate(&token, PASSWORD, &town.code()).await.unwrap();
        assert_eq!(me.fresh_until.unwrap().seconds, town.clock.now().micros() / 1_000_000 + 300);
        assert!(town.begin_totp(&token, "wrong").await.is_err());
        assert!(town.begin_totp(&token, PASSWORD).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn whoever_holds_a_session_does_not_guess_its_password_for_long() {
    both_stores(|db| async move {
        let town = Town::new(db);
        town.person(KEN, "ito", &["counsellor"]).await;
        let token = town.comes_in("ito").await;
        for _ in 0..5 {
            let wrong = town.change_password(&token, "wrong", NEW).await.unwrap_err();
            assert_eq!(wrong.code(), Code::Unauthenticated);
        }

        let right = town.reauthenticate(&token, PASSWORD, &town.code()).await.unwrap_err();

        assert_eq!(right.code(), Code::ResourceExhausted);
    })
    .await;
}

#[tokio::test]
async fn in_an_emergency_a_reason_opens_for_an_hour_and_everybody_sees_it() {
    both_stores(|db| async move {
        let town = Town::new(db);
        town.person(KEN, "ito", &["counsellor", "auditor", "operator_admin"]).await;
        let reason = "電話を家に忘れた。佐々木さんの件で急ぐ";

        let opened = town.break_glass("ito", PASSWORD, reason).await.unwrap();

        let me = opened.me.unwrap();
        assert!(me.break_glass && !me.must_enrol_totp);
        assert!(town.glass(KEN));
        let (_, detail) =
            town.audited(KEN).await.into_iter().find(|(a, _)| a == "access.glass_broken").unwrap();
        assert!(!detail.contains("佐々木"), "{detail}");
        let asked = ListAuditRequest { operator_id: KEN.to_owned(), ..ListAuditRequest::default() };
        let entries =
            town.admin().list_audit(with(&opened.session_token, asked)).await.unwrap().into_inner().entries;
        assert!(entries.iter().any(|entry| entry.detail.contains(reason)), "an auditor reads the reason");
        town.wait(29 * 60);
        assert!(town.me(&opened.session_token).await.is_ok());
        town.wait(29 * 60);
        assert!(town.me(&opened.session_token).await.is_ok());
        town.wait(2 * 60);
        assert_eq!(town.me(&opened.session_token).await.unwrap_err().code(), Code::Unauthenticated);
        town.comes_in("ito").await;
        assert!(!town.glass(KEN), "over, and somebody came in properly");
    })
    .await;
}

#[tokio::test]
async fn an_emergency_is_never_fresh_and_changes_no_secret() {
    both_stores(|db| async move {
        let town = Town::new(db);
        town.person(KEN, "ito", &["counsellor", "operator_admin"]).await;
        let token = town.break_glass("ito", PASSWORD, "the telephone is broken").await.unwrap().session_token;

        let account = CreateAccountRequest { operator_id: KEN.to_owned(), ..CreateAccountRequest::default() };
        let refused = town.admin().create_account(with(&token, account)).await.unwrap_err();
        assert_eq!(refused.code(), Code::FailedPrecondition);
        assert_eq!(town.begin_totp(&token, PASSWORD).await.unwrap_err().code(), Code::FailedPrecondition);
        let password = town.change_password(&token, PASSWORD, NEW).await.unwrap_err();
        assert_eq!(password.code(), Code::FailedPrecondition);
    })
    .await;
}

#[tokio::test]
async fn the_emergency_way_is_closed_to_other_roles_other_passwords_and_without_a_reason() {
    both_stores(|db| async move {
        let town = Town::new(db);
        town.person(KEN, "ito", &["counsellor"]).await;
        town.person(KEN, "mori", &["rota_manager", "operator_admin", "psychiatrist"]).await;
        let new = town.newcomer(KEN, "abe", &["supervisor"]).await;
        let code = |answer: Result<BreakGlassResponse, Status>| answer.unwrap_err().code();

        assert_eq!(code(town.break_glass("mori", PASSWORD, "a good reason").await), Code::Unauthenticated);
        assert_eq!(code(town.break_glass("abe", &new, "a good reason").await), Code::Unauthenticated);
        assert_eq!(code(town.break_glass("nobody", PASSWORD, "a good reason").await), Code::Unauthenticated);
        assert_eq!(code(town.break_glass("ito", "wrong", "a good reason").await), Code::Unauthenticated);
        assert_eq!(code(town.break_glass("ito", PASSWORD, "quick").await), Code::InvalidArgument);
        assert!(!town.glass(KEN));
    })
    .await;
}
