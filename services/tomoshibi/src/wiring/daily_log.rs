//! The daily log, and how a browser reaches it where it runs elsewhere.

use std::path::Path;

use ::daily_log::LogServer;
use proto::daily_log::v1::daily_log_service_server::DailyLogServiceServer;
use shell::access::Gate;
use shell::grpc::Route;

use super::House;
use super::services::keep_rota_fresh;

impl House<'_> {
    pub(super) async fn daily_log(
        &self,
        rota: &Path,
    ) -> anyhow::Result<Gate<DailyLogServiceServer<LogServer>>> {
        let mut settings = self.settings.daily_log.clone();
        settings.rota = rota.to_owned();
        let deps = ::daily_log::Deps {
            db: self.db.clone(),
            clock: self.clock.clone(),
            bus: self.bus.clone(),
            alarms: self.alarms.clone(),
            shutdown: self.shutdown.clone(),
            data_keys: self.data_keys.clone(),
            audit: self.access.audit().clone(),
            status: self.status.clone(),
        };
        let running = ::daily_log::start(settings, deps).await?;
        let server = Gate::new(DailyLogServiceServer::new(running.server.clone()), &self.access);
        tokio::spawn(keep_rota_fresh(self.bus.clone(), move || running.reload()));
        Ok(server)
    }

    /// Where it runs elsewhere and this process knows where: browsers know this address only.
    pub(super) fn daily_log_elsewhere(&self, is_here: bool) -> anyhow::Result<Option<Route>> {
        match &self.settings.daily_log_at {
            Some(at) if !is_here => self.far("daily_log", at, self.settings.daily_log_budget).map(Some),
            Some(_) | None => Ok(None),
        }
    }
}
