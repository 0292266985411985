//! The directory of targets as a file: what a spreadsheet wrote is taken in whole, or not at all.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a story that cannot go on fails")]

mod kit;

use domain::access::Role;
use kit::{Line, OPERATOR, on_both_stores};
use proto::referral::v1 as pb;
use tonic::{Code, Status};

async fn exports(line: &Line) -> String {
    let mut admin = line.desk("kubo", &[Role::OperatorAdmin]);
    let asked = pb::ExportTargetsRequest { operator_id: OPERATOR.into() };
    admin.export_targets(asked).await.unwrap().into_inner().csv
}

async fn imports(line: &Line, csv: &str) -> Result<(u32, u32, u32), Status> {
    let mut admin = line.desk("kubo", &[Role::OperatorAdmin]);
    let asked = pb::ImportTargetsRequest { operator_id: OPERATOR.into(), csv: csv.into() };
    let done = admin.import_targets(asked).await?.into_inner();
    Ok((done.added, done.changed, done.unchanged))
}

#[tokio::test]
async fn a_directory_goes_out_to_a_spreadsheet_and_comes_back_changed() {
    on_both_stores(|line| async move {
        line.knows(&["first"]).await;
        let out = exports(&line).await;
        assert!(out.starts_with("\u{feff}target_id,name,kind"), "Excel reads it as UTF-8");
        let known = line.count("referral_target").await;

        assert_eq!(imports(&line, &out).await.unwrap().1, 0, "as it went out it changes nothing");
        let edited = out.replace("first病院", "\"第一, 病院\"") + "second,第二病院,hospital_always,,,,,,\r\n";
        let (added, changed, _) = imports(&line, &edited).await.unwrap();

        assert_eq!((added, changed), (1, 1));
        assert!(line.count("referral_target").await > known);
        assert!(exports(&line).await.contains("\"第一, 病院\""));
        assert_eq!(line.count("audit_event WHERE action = 'referral.targets_imported'").await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_file_with_faults_tells_all_of_them_with_their_lines_and_changes_nothing() {
    on_both_stores(|line| async move {
        let before = line.count("referral_target").await;
        let file = "target_id,name,kind,way\n\
                    good,良い病院,hospital_always,grpc\n\
                    Bad Id,,hospital,pigeon\n\
                    good,もう一度,centre,\n";

        let refused = imports(&line, file).await.unwrap_err();

        assert_eq!(refused.code(), Code::InvalidArgument);
        let told: Vec<&str> = refused.message().lines().collect();
        let expected =
            ["line 3: target_id", "line 3: name", "line 3: kind", "line 4: target_id is there twice"];
        for fault in expected {
            assert!(told.iter().any(|line| line.contains(fault)), "{fault} is not in {told:?}");
        }
        assert_eq!(line.count("referral_target").await, before);
        let refused = imports(&line, "name,nonsense\n").await.unwrap_err();
        assert!(refused.message().contains("column 2") && refused.message().contains("target_id is missing"));
        let refused = imports(&line, "target_id,name,kind\na,\"b,centre\n").await.unwrap_err();
        assert!(refused.message().contains("line 2"), "{}", refused.message());
    })
    .await;
}
