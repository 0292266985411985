//! Sessions: shown, ended, stolen, expired.

use proto::console::v1::*;
use shell::testkit::both_stores;
use tonic::Code;

use crate::town::{HOME, KEN, PASSWORD, SHI, Town, request_from, with};

#[tokio::test]
async fn a_browser_gets_a_cookie_that_no_script_reads_and_no_token() {
    both_stores(|db| async move {
        let town = Town::new(db);
        town.person(KEN, "ito", &["counsellor"]).await;
        let asked = SignInRequest {
            login: "ito".to_owned(),
            password: PASSWORD.to_owned(),
            code: town.code(),
            want_token: false,
        };

        let answer = town.access().sign_in(request_from(HOME, asked)).await.unwrap();

        let cookie = answer.metadata().get("set-cookie").unwrap().to_str().unwrap().to_owned();
        assert!(answer.get_ref().session_token.is_empty());
        assert!(cookie.ends_with("; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict"), "attributes");
        let token = cookie.split(['=', ';']).nth(1).unwrap();
        assert_eq!(town.me(token).await.unwrap().login, "ito");
        let out = town
            .access()
            .sign_out(with(token, SignOutRequest { operator_id: KEN.to_owned() }))
            .await
            .unwrap();
        let cleared = out.metadata().get("set-cookie").unwrap().to_str().unwrap().to_owned();
        assert!(cleared.starts_with("tomoshibi_session=; Path=/; Max-Age=0"));
        assert_eq!(town.me(token).await.unwrap_err().code(), Code::Unauthenticated);
    })
    .await;
}

#[tokio::test]
async fn a_session_that_idles_or_grows_old_ends_and_a_guessed_one_never_began() {
    both_stores(|db| async move {
        let town = Town::new(db);
        town.person(KEN, "ito", &["counsellor"]).await;
        let (idle, busy) = (town.comes_in("ito").await, town.comes_in("ito").await);
        for _ in 0..25 {
            town.wait(29 * 60);
            let _ = town.me(&busy).await;
        }

        for token in [&idle, &busy, &"A".repeat(43), "x"] {
            assert_eq!(town.me(token).await.unwrap_err().code(), Code::Unauthenticated);
        }
    })
    .await;
}

#[tokio::test]
async fn people_see_their_own_sessions_and_end_one_or_all_others() {
    both_stores(|db| async move {
        let town = Town::new(db);
        town.person(KEN, "ito", &["counsellor"]).await;
        town.person(KEN, "mori", &["counsellor"]).await;
        let (one, two, three) =
            (town.comes_in("ito").await, town.comes_in("ito").await, town.comes_in("ito").await);
        let theirs = town.comes_in("mori").await;
        let list = |token: String| {
            let (mut access, asked) = (town.access(), ListSessionsRequest { operator_id: KEN.to_owned() });
            async move { access.list_sessions(with(&token, asked)).await.unwrap().into_inner().sessions }
        };
        let end = |token: &str, session: String| {
            let asked = RevokeSessionRequest { operator_id: KEN.to_owned(), session_id: session };
            let (mut access, asked) = (town.access(), with(token, asked));
            async move { access.revoke_session(asked).await.map(drop).map_err(|status| status.code()) }
        };
        let mine = list(one.clone()).await;
        assert_eq!(mine.len(), 3);
        assert!(mine.iter().all(|session| session.device == "Firefox" && session.kind == "password"));
        let foreign = list(theirs.clone()).await[0].session_id.clone();
        assert_eq!(end(&one, foreign).await, Err(Code::NotFound), "somebody else's");
        assert_eq!(end(&one, "x".to_owned()).await, Err(Code::InvalidArgument));

        let latest = mine[0].session_id.clone();
        assert_eq!(end(&one, latest.clone()).await, Ok(()));
        assert_eq!(end(&one, latest).await, Err(Code::NotFound));
        assert!(town.me(&three).await.is_err() && town.me(&two).await.is_ok());
        assert_eq!(end(&one, String::new()).await, Ok(()));
        assert!(
            town.me(&two).await.is_err() && town.me(&one).await.is_ok() && town.me(&theirs).await.is_ok()
        );
        assert!(list(one).await[0].this_one);
    })
    .await;
}

#[tokio::test]
async fn a_session_reaches_no_other_operator() {
    both_stores(|db| async move {
        let town = Town::new(db);
        town.person(KEN, "ito", &["operator_admin"]).await;
        let token = town.comes_in("ito").await;

        let asked = ListAccountsRequest { operator_id: SHI.to_owned() };
        let refused = town.admin().list_accounts(with(&token, asked)).await.unwrap_err();

        assert_eq!(refused.code(), Code::PermissionDenied);
        let asked = ListAccountsRequest { operator_id: KEN.to_owned() };
        let stranger = town.admin().list_accounts(request_from(HOME, asked)).await.unwrap_err();
        assert_eq!(stranger.code(), Code::Unauthenticated);
    })
    .await;
}
