//! The second way in, as far as no provider is needed for it: links, and what is said where there is none.

use console::accounts::{AccountsSettings, OidcWritten, link};
use domain::private::Private;
use proto::console::v1::*;
use shell::store::Db;
use shell::testkit::both_stores;
use tonic::{Code, Status};

use crate::town::{HOME, KEN, Town, light, request_from, with};

const SUBJECT: &str = "248289761001";

/// Nobody listens there.
fn with_provider(db: Db) -> Town {
    let written = OidcWritten {
        issuer: "http://127.0.0.1:9".to_owned(),
        client_id: "line".to_owned(),
        client_secret: Some(Private::new("known to two".to_owned())),
        redirect: "http://127.0.0.1:8080/oidc/callback".to_owned(),
        claim: "sub".to_owned(),
        name_ja: "県の ID".to_owned(),
        name_en: "the prefecture's identity".to_owned(),
        limit: std::time::Duration::from_secs(1),
        ..OidcWritten::default()
    };
    let oidc = written.read().unwrap();
    Town::with(db, AccountsSettings { hashing: light(), oidc, ..AccountsSettings::default() })
}

impl Town {
    async fn links(&self, token: &str, login: &str, subject: &str) -> Result<Account, Status> {
        let asked = ListAccountsRequest { operator_id: KEN.to_owned() };
        let all = self.admin().list_accounts(with(token, asked)).await.unwrap().into_inner().accounts;
        let account_id = all.into_iter().find(|one| one.login == login).unwrap().account_id;
        let asked =
            LinkAccountRequest { operator_id: KEN.to_owned(), account_id, subject: subject.to_owned() };
        Ok(self.admin().link_account(with(token, asked)).await?.into_inner().account.unwrap())
    }

    async fn provider(&self) -> Option<Provider> {
        let asked = request_from(HOME, DescribeProviderRequest {});
        self.access().describe_provider(asked).await.unwrap().into_inner().provider
    }
}

#[tokio::test]
async fn an_account_is_linked_to_one_subject_and_a_subject_to_one_account() {
    both_stores(|db| async move {
        let town = with_provider(db);
        for (login, role) in [("admin", "operator_admin"), ("ito", "counsellor"), ("mori", "counsellor")] {
            town.person(KEN, login, &[role]).await;
        }
        let (admin, ito) = (town.comes_in("admin").await, town.comes_in("ito").await);

        assert!(town.links(&admin, "ito", SUBJECT).await.unwrap().has_oidc);

        assert!(town.me(&ito).await.is_err(), "who is linked begins anew");
        let taken = town.links(&admin, "mori", SUBJECT).await.unwrap_err();
        assert_eq!(taken.code(), Code::AlreadyExists);
        assert!(!taken.message().contains(SUBJECT));
        assert!(!town.links(&admin, "ito", "").await.unwrap().has_oidc);
        assert!(town.links(&admin, "mori", SUBJECT).await.unwrap().has_oidc);
        let actions: Vec<String> = town.audited(KEN).await.into_iter().map(|(action, _)| action).collect();
        assert_eq!(actions.iter().filter(|action| *action == "account.linked").count(), 2);
        assert!(town.audited(KEN).await.iter().all(|(_, detail)| !detail.contains(SUBJECT)));
    })
    .await;
}

#[tokio::test]
async fn a_subject_that_no_provider_would_write_is_refused_by_name() {
    both_stores(|db| async move {
        let town = with_provider(db);
        town.person(KEN, "ito", &["counsellor"]).await;

        for odd in [" 1", "県", &"x".repeat(256), "a\nb"] {
            let refused = link(&town.settings, &town.deps, "ito", odd).await.unwrap_err();
            assert!(refused.to_string().contains("subject"), "{refused}");
        }
        assert!(link(&town.settings, &town.deps, "nobody", SUBJECT).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_provider_that_is_away_is_shown_as_away_and_without_one_there_is_none() {
    both_stores(|db| async move {
        let town = with_provider(db.clone());
        let shown = town.provider().await.unwrap();
        assert_eq!((shown.name_ja.as_str(), shown.answers), ("県の ID", false));

        let without = Town::new(db);
        assert!(without.provider().await.is_none());
        without.person(KEN, "ito", &["counsellor"]).await;
        let refused = link(&without.settings, &without.deps, "ito", SUBJECT).await.unwrap_err();
        assert!(refused.to_string().contains("oidc.issuer"), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn who_comes_half_way_from_nowhere_is_told_to_begin_at_the_provider() {
    both_stores(|db| async move {
        let town = with_provider(db);
        let mut asked = request_from(HOME, FinishOidcRequest { code: "123456".to_owned() });
        let cookie = format!("__Host-tomoshibi_oidc={}", "A".repeat(43));
        asked.metadata_mut().insert("cookie", cookie.parse().unwrap());

        let refused = town.access().finish_oidc(asked).await.unwrap_err();

        assert_eq!(refused.code(), Code::FailedPrecondition);
    })
    .await;
}
