//! `tomoshibi page`: start a ladder, see it climbed, answer it.

mod show;

use proto::escalation::v1 as wire;
use uuid::Uuid;

use crate::cli::{At, LineArgs, PageCommand, PageStart};
use crate::client::Client;
use crate::{DOES_NOT_HOLD, HELD, say, serve};

pub(crate) fn run(args: &LineArgs, at: &At, command: PageCommand) -> anyhow::Result<u8> {
    serve::runtime()?.block_on(async {
        let client = Client::new(args, at)?;
        match command {
            PageCommand::Start(wanted) => start(&client, wanted).await,
            PageCommand::List { follow, json, open, call } => {
                show::list(&client, follow, json, open, call).await
            }
            PageCommand::Accept { escalation, staff } => accept(&client, escalation, staff).await,
            PageCommand::Decline { escalation, staff } => decline(&client, escalation, staff).await,
            PageCommand::Raise { escalation, priority } => raise(&client, escalation, priority).await,
            PageCommand::Withdraw { escalation, reason } => withdraw(&client, escalation, reason).await,
            PageCommand::Advise { escalation, staff, read_back } => {
                advise(&client, escalation, staff, read_back).await
            }
            PageCommand::Test { staff, json } => test(&client, staff, json).await,
            PageCommand::Callers => show::callers(&client).await,
            PageCommand::Settle { call, how } => settle(&client, call, how).await,
            PageCommand::Consult { call } => consult(&client, call).await,
            PageCommand::Together { call } => together(&client, call).await,
        }
    })
}

async fn start(client: &Client, wanted: PageStart) -> anyhow::Result<u8> {
    let request = wire::StartEscalationRequest {
        operator_id: client.operator.clone(),
        request_id: wanted.request.unwrap_or_else(fresh_request),
        window_id: wanted.window.unwrap_or_default(),
        call_id: wanted.call.unwrap_or_default(),
        priority: wanted.priority,
        reasons: wanted.reason,
        triage_code: wanted.triage_code.unwrap_or_default(),
        age_band: wanted.age_band.unwrap_or_default(),
        started_by: wanted.by.unwrap_or_default(),
    };
    let answer =
        client.escalations().start_escalation(request).await.map_err(|status| client.refused(&status))?;
    show::tell_one(answer.into_inner().escalation.as_ref(), wanted.json)?;
    Ok(HELD)
}

/// Each use of the command is a request of its own.
fn fresh_request() -> String {
    format!("cli:{}", Uuid::from_bytes(rand::random()))
}

async fn accept(client: &Client, escalation_id: String, staff_id: String) -> anyhow::Result<u8> {
    let request = wire::AcceptPageRequest {
        page_id: String::new(),
        operator_id: client.operator.clone(),
        escalation_id,
        staff_id,
    };
    let answer = client
        .escalations()
        .accept_page(request)
        .await
        .map_err(|status| client.refused(&status))?
        .into_inner();
    match answer.acceptance() {
        wire::Acceptance::Accepted => {
            say::line("accepted: now join, ring back or write advice, or the ladder goes on");
            Ok(HELD)
        }
        wire::Acceptance::TakenOver => {
            say::line(format_args!("taken over by {}", answer.accepted_by));
            Ok(DOES_NOT_HOLD)
        }
        wire::Acceptance::Withdrawn | wire::Acceptance::Unspecified => {
            say::line("withdrawn: nobody is needed any more");
            Ok(DOES_NOT_HOLD)
        }
    }
}

async fn decline(client: &Client, escalation_id: String, staff_id: String) -> anyhow::Result<u8> {
    let request = wire::DeclinePageRequest {
        page_id: String::new(),
        operator_id: client.operator.clone(),
        escalation_id,
        staff_id,
    };
    let answer =
        client.escalations().decline_page(request).await.map_err(|status| client.refused(&status))?;
    show::tell_one(answer.into_inner().escalation.as_ref(), false)?;
    Ok(HELD)
}

async fn raise(client: &Client, escalation_id: String, priority: String) -> anyhow::Result<u8> {
    let request =
        wire::RaisePriorityRequest { operator_id: client.operator.clone(), escalation_id, priority };
    let answer =
        client.escalations().raise_priority(request).await.map_err(|status| client.refused(&status))?;
    show::tell_one(answer.into_inner().escalation.as_ref(), false)?;
    Ok(HELD)
}

async fn withdraw(client: &Client, escalation_id: String, reason: String) -> anyhow::Result<u8> {
    let request = wire::WithdrawEscalationRequest {
        operator_id: client.operator.clone(),
        escalation_id,
        request_id: String::new(),
        reason,
    };
    let answer =
        client.escalations().withdraw_escalation(request).await.map_err(|status| client.refused(&status))?;
    show::tell_one(answer.into_inner().escalation.as_ref(), false)?;
    Ok(HELD)
}

/// The advice comes by standard input: the command line is seen by every user of the machine.
async fn advise(
    client: &Client,
    escalation_id: String,
    staff_id: String,
    read_back: bool,
) -> anyhow::Result<u8> {
    let advice = std::io::read_to_string(std::io::stdin())?.trim().to_owned();
    let request = wire::WriteAdviceRequest {
        operator_id: client.operator.clone(),
        escalation_id,
        staff_id,
        advice,
        read_back,
    };
    let answer =
        client.escalations().write_advice(request).await.map_err(|status| client.refused(&status))?;
    show::tell_one(answer.into_inner().escalation.as_ref(), false)?;
    Ok(HELD)
}

/// Follows the drill to its end; code 2 when the person was not reached.
async fn test(client: &Client, staff_id: String, json: bool) -> anyhow::Result<u8> {
    let request =
        wire::TestPageRequest { operator_id: client.operator.clone(), request_id: fresh_request(), staff_id };
    let answer = client.escalations().test_page(request).await.map_err(|status| client.refused(&status))?;
    let started = answer.into_inner().escalation.unwrap_or_default();
    let ended = show::until_ended(client, &started.escalation_id).await?;
    show::tell_one(Some(&ended), json)?;
    Ok(if ended.state == "acted" { HELD } else { DOES_NOT_HOLD })
}

async fn settle(client: &Client, call_id: String, how: String) -> anyhow::Result<u8> {
    let request = wire::SettleSafetyCallerRequest { operator_id: client.operator.clone(), call_id, how };
    client.escalations().settle_safety_caller(request).await.map_err(|status| client.refused(&status))?;
    Ok(HELD)
}

async fn consult(client: &Client, call_id: String) -> anyhow::Result<u8> {
    let request =
        proto::telephony::v1::ConsultPrivatelyRequest { operator_id: client.operator.clone(), call_id };
    client.calls().consult_privately(request).await.map_err(|status| client.refused(&status))?;
    Ok(HELD)
}

async fn together(client: &Client, call_id: String) -> anyhow::Result<u8> {
    let request =
        proto::telephony::v1::BringTogetherRequest { operator_id: client.operator.clone(), call_id };
    client.calls().bring_together(request).await.map_err(|status| client.refused(&status))?;
    Ok(HELD)
}
