//! Sixty callers at once for fifteen desks, three rung for each.

use std::collections::BTreeMap;

use tests::{LineSetup, Sipp, ToldCall, free_port, rota, sipp_desks_at};

const DESKS: [&str; 15] =
    ["d01", "d02", "d03", "d04", "d05", "d06", "d07", "d08", "d09", "d10", "d11", "d12", "d13", "d14", "d15"];

#[tokio::test(flavor = "multi_thread")]
async fn sixty_callers_and_fifteen_desks_never_meet_twice() {
    // Callers hang up soon after the first 200: it must be a human's.
    let settings = "[routing]\nstrategy = \"ring-group\"\ngroup = 3\nwrap_up = \"0s\"\n\
        [patience]\ngreeting = \"40s\"\nannouncement = \"50s\"";
    let line = LineSetup::new().rota(rota(&DESKS, "")).settings(settings).start().await;
    // Quick, slow and very slow telephones: of each group somebody loses while ringing.
    let mut phones = Vec::new();
    for (names, scenario) in DESKS.chunks(5).zip(["desk_quick", "desk_slow", "desk_slower"]) {
        let port = free_port();
        sipp_desks_at(&line, names, port).await;
        phones.push(Sipp::start_at(scenario, "127.0.0.1", port, &[]));
    }

    let callers = ["-s", "100", "-r", "60", "-l", "60", "-d", "400"];
    Sipp::call("caller", line.sip, 60, &callers).succeeds().await;

    let calls = line.calls_ended(60).await;
    assert_eq!(calls.len(), 60);
    calls.iter().for_each(has_one_desk);
    no_desk_has_two(&calls);
    let withdrawn: usize = calls
        .iter()
        .flat_map(|call| call.told("offer_ended", "outcome"))
        .filter(|outcome| outcome == "withdrawn")
        .count();
    let cancelled: usize = phones.iter().map(|phone| phone.messages().matches("\nCANCEL ").count()).sum();
    assert!(withdrawn > 0 && cancelled > 0, "{withdrawn} lost, {cancelled} were cancelled");
    assert!(line.desks().await.iter().all(|desk| desk.call_id.is_empty()));
}

fn has_one_desk(call: &ToldCall) {
    call.is_whole();
    let outcomes = call.told("offer_ended", "outcome");
    let lifted = outcomes.iter().filter(|outcome| *outcome == "answered").count();
    assert_eq!((lifted, call.steps("answered").count()), (1, 1), "{call:?}");
    assert_eq!(outcomes.len(), call.steps("offered").count(), "every offer ends: {call:?}");
}

/// From the offer until its end, or the end of the call that it became, a desk is that call's.
fn no_desk_has_two(calls: &[ToldCall]) {
    let mut taken: BTreeMap<String, Vec<(i64, i64)>> = BTreeMap::new();
    for call in calls {
        let end = call.steps.last().unwrap().at_micros;
        for offer in call.steps("offered") {
            let over = call.steps("offer_ended").find(|step| step.text("offer") == offer.text("offer"));
            let until =
                over.filter(|step| step.text("outcome") != "answered").map_or(end, |step| step.at_micros);
            taken.entry(offer.text("desk")).or_default().push((offer.at_micros, until));
        }
    }
    for (desk, mut spans) in taken {
        spans.sort_unstable();
        let overlap = spans.windows(2).find(|pair| pair[1].0 < pair[0].1);
        assert_eq!(overlap, None, "two calls on {desk} at a time");
    }
}
