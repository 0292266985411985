//! Several people answer for one centre, each as themselves; everybody else is one person with one account.

use domain::ids::AccountId;
use proto::console::v1::*;
use shell::on;
use shell::testkit::both_stores;
use tonic::{Code, Status};

use crate::town::{KEN, Town, with};

const CENTRE: &str = "kitagata-centre";

impl Town {
    async fn engages(&self, admin: &str, login: &str, staff: &str, roles: &[&str]) -> Result<String, Status> {
        let asked = CreateAccountRequest {
            operator_id: KEN.to_owned(),
            login: login.to_owned(),
            name: format!("名前 {login}"),
            staff_id: staff.to_owned(),
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        };
        Ok(self.admin().create_account(with(admin, asked)).await?.into_inner().one_time_password)
    }

    async fn administrator(&self) -> String {
        self.person(KEN, "admin", &["operator_admin"]).await;
        self.comes_in("admin").await
    }
}

#[tokio::test]
async fn two_people_of_one_centre_each_sign_in_as_themselves() {
    both_stores(|db| async move {
        let town = Town::new(db);
        let admin = town.administrator().await;
        let mut accounts = Vec::new();

        for login in ["kato", "sasaki"] {
            let password = town.engages(&admin, login, CENTRE, &["centre"]).await.unwrap();
            let me = town.sign_in(login, &password, "").await.unwrap().me.unwrap();
            assert_eq!((me.login.as_str(), me.staff_id.as_str(), me.must_enrol_totp), (login, CENTRE, true));
            accounts.push(me.account_id);
        }

        assert_ne!(accounts[0], accounts[1]);
        let written: Vec<String> = on!(town.deps.db.read(), pool => sqlx::query_scalar(
            "SELECT account_id FROM audit_event WHERE action = 'access.signed_in' ORDER BY seq",
        ).fetch_all(pool).await)
        .unwrap();
        assert_eq!(written[1..], accounts, "the audit names the person, not the centre");
        assert!(accounts.iter().all(|id| id.parse::<AccountId>().is_ok()));
    })
    .await;
}

#[tokio::test]
async fn a_person_of_the_rota_has_one_account_whatever_their_roles() {
    both_stores(|db| async move {
        let town = Town::new(db);
        let admin = town.administrator().await;
        town.engages(&admin, "ito", "ito", &["counsellor"]).await.unwrap();

        for roles in [&["counsellor"][..], &["centre"], &["centre", "counsellor"]] {
            let second = town.engages(&admin, "ito.again", "ito", roles).await.unwrap_err();
            assert_eq!(second.code(), Code::AlreadyExists, "{roles:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn for_a_centre_answers_only_who_has_its_role() {
    both_stores(|db| async move {
        let town = Town::new(db);
        let admin = town.administrator().await;

        let refused = town.engages(&admin, "kato", CENTRE, &["counsellor"]).await.unwrap_err();

        assert_eq!(refused.code(), Code::InvalidArgument);
        assert!(refused.message().contains("staff_id") && refused.message().contains("role centre"));
    })
    .await;
}
