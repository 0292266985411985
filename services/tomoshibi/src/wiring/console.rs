//! Triage and the console, and how a browser reaches them.

use std::path::{Path, PathBuf};

use ::console::accounts::{self, AccessServer, AccountsDeps, AdminServer, SettingShown};
use ::console::night::NightServer;
use ::console::rota::RotaServer;
use anyhow::Context;
use axum::Router;
use proto::console::v1::access_service_server::AccessServiceServer;
use proto::console::v1::admin_service_server::AdminServiceServer;
use proto::console::v1::console_service_server::ConsoleServiceServer;
use proto::console::v1::rota_service_server::RotaServiceServer;
use proto::daily_log::v1::daily_log_service_server;
use proto::referral::v1::{centre_service_server, referral_service_server};
use proto::triage::v1::triage_service_server::{self, TriageServiceServer};
use shell::access::Gate;
use shell::grpc::{Route, near};
use triage::TriageServer;

use super::House;
use super::services::keep_rota_fresh;

/// What the console of this process answers.
#[derive(Clone)]
pub(crate) struct Console {
    pub access: Gate<AccessServiceServer<AccessServer>>,
    pub admin: Gate<AdminServiceServer<AdminServer>>,
    pub night: Gate<ConsoleServiceServer<NightServer>>,
    pub rota: Gate<RotaServiceServer<RotaServer>>,
    /// The page, the calendars and the second way in.
    pub pages: Router,
    /// To services that run elsewhere, by name: browsers know this address only.
    pub elsewhere: Vec<(&'static str, Route)>,
    /// Where the passwords of the example line are.
    pub accounts_file: Option<PathBuf>,
}

/// Where the console finds the others.
pub(super) struct Ways {
    pub routing: Route,
    pub calls: Route,
    pub control: Route,
    pub escalation: Route,
    pub triage: Route,
    pub triage_is_here: bool,
    pub referral_is_here: bool,
    pub daily_log_is_here: bool,
}

impl House<'_> {
    pub(super) async fn triage(
        &self,
        rota: &Path,
        escalation: Route,
    ) -> anyhow::Result<Gate<TriageServiceServer<TriageServer>>> {
        let mut settings = self.settings.triage.clone();
        settings.rota = rota.to_owned();
        let deps = triage::Deps {
            db: self.db.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            bus: self.bus.clone(),
            alarms: self.alarms.clone(),
            shutdown: self.shutdown.clone(),
            sealer: self.sealer.clone(),
            data_keys: self.data_keys.clone(),
            audit: self.access.audit().clone(),
            escalation,
            status: self.status.clone(),
        };
        let running = triage::start(settings, deps).await?;
        let server = Gate::new(TriageServiceServer::new(running.server.clone()), &self.access);
        tokio::spawn(keep_rota_fresh(self.bus.clone(), move || running.reload()));
        Ok(server)
    }

    pub(super) async fn console(&self, rota: &Path, ways: Ways) -> anyhow::Result<Console> {
        let elsewhere = self.elsewhere(&ways)?;
        let running = ::console::start(self.console_settings(rota), self.console_deps(ways)).await?;
        let accounts_deps = self.accounts_deps(&running);
        let accounts_file = self.example_accounts(&accounts_deps).await?;
        let accounts =
            accounts::start(self.accounts_settings(), accounts_deps).context("accounts cannot be kept")?;
        let console = Console {
            access: Gate::new(AccessServiceServer::new(accounts.access), &self.access),
            admin: Gate::new(AdminServiceServer::new(accounts.admin), &self.access),
            night: Gate::new(ConsoleServiceServer::new(running.night.clone()), &self.access),
            rota: Gate::new(RotaServiceServer::new(running.rota.clone()), &self.access),
            pages: ::console::page::routes().merge(running.calendars.clone()).merge(accounts.oidc),
            elsewhere,
            accounts_file,
        };
        tokio::spawn(keep_rota_fresh(self.bus.clone(), move || running.reload()));
        Ok(console)
    }

    fn elsewhere(&self, ways: &Ways) -> anyhow::Result<Vec<(&'static str, Route)>> {
        let triage =
            (!ways.triage_is_here).then(|| (triage_service_server::SERVICE_NAME, ways.triage.clone()));
        let mut elsewhere: Vec<_> = triage.into_iter().collect();
        if let Some(route) = self.referral_elsewhere(ways.referral_is_here)? {
            elsewhere.push((centre_service_server::SERVICE_NAME, route.clone()));
            elsewhere.push((referral_service_server::SERVICE_NAME, route));
        }
        if let Some(route) = self.daily_log_elsewhere(ways.daily_log_is_here)? {
            elsewhere.push((daily_log_service_server::SERVICE_NAME, route));
        }
        Ok(elsewhere)
    }

    fn accounts_deps(&self, running: &::console::Consoles) -> AccountsDeps {
        AccountsDeps {
            db: self.db.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            alarms: self.alarms.clone(),
            sealer: self.sealer.clone(),
            sessions: self.access.sessions().clone(),
            audit: self.access.audit().clone(),
            browser: self.settings.browser.clone(),
            rota: running.rota_now.clone(),
        }
    }

    /// A newcomer can sign in at once; an operator with a rota of their own makes accounts themselves.
    async fn example_accounts(&self, deps: &AccountsDeps) -> anyhow::Result<Option<PathBuf>> {
        if self.settings.rota.is_some() {
            return Ok(None);
        }
        let file = self.settings.data.join("accounts.txt");
        accounts::example(&self.settings.accounts, deps, &file).await?;
        Ok(file.exists().then_some(file))
    }

    fn console_settings(&self, rota: &Path) -> ::console::Settings {
        let mut settings = self.settings.console.clone();
        settings.rota = rota.to_owned();
        settings
    }

    fn console_deps(&self, ways: Ways) -> ::console::Deps {
        ::console::Deps {
            db: self.db.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            bus: self.bus.clone(),
            alarms: self.alarms.clone(),
            sessions: self.access.sessions().clone(),
            audit: self.access.audit().clone(),
            sealer: self.sealer.clone(),
            shutdown: self.shutdown.clone(),
            routing: ways.routing,
            calls: ways.calls,
            control: ways.control,
            escalation: ways.escalation,
            triage: ways.triage,
        }
    }

    fn accounts_settings(&self) -> accounts::AccountsSettings {
        let shown = self.effective.iter().map(|(key, value, origin)| SettingShown {
            key: key.clone(),
            value: value.clone(),
            origin: origin.to_string(),
            note: crate::settings::note(key),
        });
        accounts::AccountsSettings {
            settings: shown.collect(),
            prompts: crate::settings::prompts(),
            ..self.settings.accounts.clone()
        }
    }

    /// The server in this process, else where the settings say it is.
    pub(super) fn route_to_triage(
        &self,
        here: Option<&Gate<TriageServiceServer<TriageServer>>>,
    ) -> anyhow::Result<Route> {
        let limit = self.settings.triage_budget;
        match (here, &self.settings.triage_at) {
            (Some(server), _) => Ok(near(server.clone(), limit, &self.token)),
            (None, Some(at)) => self.far("triage", at, limit),
            (None, None) => anyhow::bail!("triage does not run here: set triage.at to where it runs"),
        }
    }
}
