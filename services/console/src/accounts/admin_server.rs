//! Accounts, settings and the audit, spoken.

use domain::ids::AccountId;
use proto::console::v1 as pb;
use proto::console::v1::admin_service_server::AdminService;
use shell::audit::{Entry, What};
use tonic::{Request, Response, Status};

use super::error::AccessError;
use super::house::{House, acting};
use super::oidc;
use super::roster::{By, Given, Wanted};
use super::store;
use super::wire;

/// Entries that a list holds when nothing else is asked for.
const LISTED: u32 = 100;
const LISTED_MOST: u32 = 500;

/// Near or far, behind the gate.
#[derive(Clone, Debug)]
pub struct AdminServer {
    pub(crate) house: House,
}

impl AdminServer {
    async fn shown(&self, id: AccountId) -> Result<Option<pb::Account>, AccessError> {
        Ok(self.house.store.by_id(id).await?.as_ref().map(wire::account))
    }
}

/// In the contract's three words.
fn fault(fault: &shell::audit::Fault) -> pb::AuditFault {
    let word = match fault.what {
        What::Changed | What::HeadChanged => "changed",
        What::Removed | What::Unlinked => "removed",
        What::Inserted => "inserted",
    };
    pb::AuditFault { seq: u64::try_from(fault.seq).unwrap_or(0), fault: word.to_owned() }
}

fn wanted(asked: &pb::ListAuditRequest) -> Result<store::Wanted<'_>, AccessError> {
    if !asked.account_id.is_empty() && asked.account_id.parse::<AccountId>().is_err() {
        return Err(AccessError::invalid("account_id", "is a UUID of ListAccounts, or empty"));
    }
    let before = match asked.before {
        0 => i64::MAX,
        before => i64::try_from(before).unwrap_or(i64::MAX),
    };
    let most = if asked.limit == 0 { LISTED } else { asked.limit.min(LISTED_MOST) };
    Ok(store::Wanted { before, most, account: &asked.account_id, subject: &asked.subject_id })
}

#[tonic::async_trait]
impl AdminService for AdminServer {
    async fn list_accounts(
        &self,
        request: Request<pb::ListAccountsRequest>,
    ) -> Result<Response<pb::ListAccountsResponse>, Status> {
        let (_, operator) = acting(&request, &request.get_ref().operator_id)?;
        let accounts = self.house.store.of_operator(&operator).await?;
        Ok(Response::new(pb::ListAccountsResponse { accounts: accounts.iter().map(wire::account).collect() }))
    }

    async fn create_account(
        &self,
        request: Request<pb::CreateAccountRequest>,
    ) -> Result<Response<pb::CreateAccountResponse>, Status> {
        let asked = request.get_ref();
        let (who, operator) = acting(&request, &asked.operator_id)?;
        let (login, name) = (&asked.login, &asked.name);
        let wanted = Wanted { login, name, staff: &asked.staff_id, roles: &asked.roles };
        let (id, drawn) = self.house.create(By::Request(&who), &operator, wanted, Given::default()).await?;
        let one_time_password =
            drawn.map(|password| password.into_private().into_inner()).unwrap_or_default();
        Ok(Response::new(pb::CreateAccountResponse { account: self.shown(id).await?, one_time_password }))
    }

    async fn change_account(
        &self,
        request: Request<pb::ChangeAccountRequest>,
    ) -> Result<Response<pb::ChangeAccountResponse>, Status> {
        let asked = request.get_ref();
        let (who, operator) = acting(&request, &asked.operator_id)?;
        let account = asked.account.as_ref().ok_or(AccessError::invalid("account", "is missing"))?;
        let before = self.house.theirs(&operator, &account.account_id).await?;
        let (login, name) = (&before.login, &account.name);
        let wanted = Wanted { login, name, staff: &account.staff_id, roles: &account.roles };
        self.house.change(By::Request(&who), &before, wanted).await?;
        Ok(Response::new(pb::ChangeAccountResponse { account: self.shown(before.id).await? }))
    }

    async fn reset_account(
        &self,
        request: Request<pb::ResetAccountRequest>,
    ) -> Result<Response<pb::ResetAccountResponse>, Status> {
        let asked = request.get_ref();
        let (who, operator) = acting(&request, &asked.operator_id)?;
        let account = self.house.theirs(&operator, &asked.account_id).await?;
        let password = self.house.reset(By::Request(&who), &account).await?;
        let one_time_password = password.into_private().into_inner();
        Ok(Response::new(pb::ResetAccountResponse { one_time_password }))
    }

    async fn disable_account(
        &self,
        request: Request<pb::DisableAccountRequest>,
    ) -> Result<Response<pb::DisableAccountResponse>, Status> {
        let asked = request.get_ref();
        let (who, operator) = acting(&request, &asked.operator_id)?;
        let account = self.house.theirs(&operator, &asked.account_id).await?;
        self.house.disable(By::Request(&who), &account, asked.disabled).await?;
        Ok(Response::new(pb::DisableAccountResponse { account: self.shown(account.id).await? }))
    }

    async fn link_account(
        &self,
        request: Request<pb::LinkAccountRequest>,
    ) -> Result<Response<pb::LinkAccountResponse>, Status> {
        let asked = request.get_ref();
        let (who, operator) = acting(&request, &asked.operator_id)?;
        let account = self.house.theirs(&operator, &asked.account_id).await?;
        oidc::link(&self.house, By::Request(&who), &account, &asked.subject).await?;
        Ok(Response::new(pb::LinkAccountResponse { account: self.shown(account.id).await? }))
    }

    async fn list_settings(
        &self,
        request: Request<pb::ListSettingsRequest>,
    ) -> Result<Response<pb::ListSettingsResponse>, Status> {
        acting(&request, &request.get_ref().operator_id)?;
        let settings = self.house.settings.settings.iter().map(wire::setting).collect();
        Ok(Response::new(pb::ListSettingsResponse { settings }))
    }

    async fn list_prompts(
        &self,
        request: Request<pb::ListPromptsRequest>,
    ) -> Result<Response<pb::ListPromptsResponse>, Status> {
        acting(&request, &request.get_ref().operator_id)?;
        let prompts = self.house.settings.prompts.iter().map(wire::prompt).collect();
        Ok(Response::new(pb::ListPromptsResponse { prompts }))
    }

    async fn list_audit(
        &self,
        request: Request<pb::ListAuditRequest>,
    ) -> Result<Response<pb::ListAuditResponse>, Status> {
        let asked = request.get_ref();
        let (who, operator) = acting(&request, &asked.operator_id)?;
        let wanted = wanted(asked)?;
        // Looking is an act as well, and comes first: what cannot be written down is not shown.
        let entry = Entry::of(&who, &operator, "audit.read").about("audit", operator.as_str());
        self.house.deps.audit.note(&entry).await.map_err(AccessError::from)?;
        let rows = self.house.store.audit(&operator, &wanted).await.map_err(AccessError::from)?;
        let entries = rows.into_iter().map(|row| wire::audit(row, &self.house.store)).collect();
        Ok(Response::new(pb::ListAuditResponse { entries }))
    }

    async fn verify_audit(
        &self,
        request: Request<pb::VerifyAuditRequest>,
    ) -> Result<Response<pb::VerifyAuditResponse>, Status> {
        let (who, operator) = acting(&request, &request.get_ref().operator_id)?;
        let verdict = self.house.deps.audit.verify(&operator).await.map_err(AccessError::from)?;
        let entry = Entry::of(&who, &operator, "audit.verified").about("audit", operator.as_str());
        let entry = entry.with("faults", verdict.faults.len());
        self.house.deps.audit.note(&entry).await.map_err(AccessError::from)?;
        let faults = verdict.faults.iter().map(fault).collect();
        Ok(Response::new(pb::VerifyAuditResponse { entries: verdict.rows, faults }))
    }
}
