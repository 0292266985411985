//! The policy is held against the contracts: no RPC is forgotten, and each is for whom its own words say.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what failed by failing")]

use std::collections::{BTreeMap, BTreeSet};

use domain::access::{Operator, Role, Rule, TABLE, Who, rule};
use prost::Message;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, FileDescriptorProto, FileDescriptorSet};

/// One RPC of the contracts.
struct Rpc {
    path: String,
    request: DescriptorProto,
    comment: String,
}

fn contracts() -> Vec<FileDescriptorProto> {
    FileDescriptorSet::decode(proto::DESCRIPTOR).unwrap().file
}

fn rpcs() -> Vec<Rpc> {
    let contracts = contracts();
    let messages: BTreeMap<String, &DescriptorProto> = contracts
        .iter()
        .flat_map(|file| file.message_type.iter().map(move |message| (file.package(), message)))
        .map(|(package, message)| (format!(".{package}.{}", message.name()), message))
        .collect();
    let mut rpcs = Vec::new();
    for file in &contracts {
        for (at, service) in file.service.iter().enumerate() {
            for (method_at, method) in service.method.iter().enumerate() {
                rpcs.push(Rpc {
                    path: format!("/{}.{}/{}", file.package(), service.name(), method.name()),
                    request: messages[method.input_type()].clone(),
                    comment: comment(file, &[6, at, 2, method_at]),
                });
            }
        }
    }
    rpcs
}

/// What stands above the declaration at this place (descriptor.proto, SourceCodeInfo).
fn comment(file: &FileDescriptorProto, place: &[usize]) -> String {
    let place: Vec<i32> = place.iter().map(|step| i32::try_from(*step).unwrap()).collect();
    let source = file.source_code_info.as_ref().expect("the contracts keep their comments");
    let found = source.location.iter().find(|location| location.path == place).unwrap();
    found.leading_comments().to_owned()
}

#[test]
fn every_rpc_has_one_row_and_every_row_an_rpc() {
    let said: BTreeSet<String> = rpcs().into_iter().map(|rpc| rpc.path).collect();
    let ruled: BTreeSet<String> = TABLE.iter().map(|(path, _)| (*path).to_owned()).collect();

    assert_eq!(ruled.len(), TABLE.len(), "a path is in the table twice");
    assert_eq!(said.difference(&ruled).collect::<Vec<_>>(), Vec::<&String>::new(), "without a row");
    assert_eq!(ruled.difference(&said).collect::<Vec<_>>(), Vec::<&String>::new(), "without an RPC");
}

#[test]
fn every_request_of_a_person_names_its_operator_in_field_one() {
    for rpc in rpcs() {
        let rule = rule(&rpc.path).unwrap();
        let first = rpc.request.field.iter().find(|field| field.number() == 1);
        let names = first.is_some_and(|field| {
            field.name() == "operator_id"
                && field.r#type() == Type::String
                && field.label() != Label::Repeated
                && field.oneof_index.is_none()
        });
        match (rule.who, rule.operator) {
            (Who::Services, _) => {}
            (Who::Anyone, operator) => assert_eq!(operator, Operator::Unnamed, "{}", rpc.path),
            (Who::SignedIn | Who::Roles(_), Operator::Named | Operator::MayBeEmpty) => {
                assert!(names, "{}", rpc.path);
            }
            (Who::SignedIn | Who::Roles(_), Operator::Unnamed) => panic!("{} names no operator", rpc.path),
        }
    }
}

#[test]
fn no_stream_of_requests_is_for_persons() {
    for file in contracts() {
        for service in &file.service {
            for method in service.method.iter().filter(|method| method.client_streaming()) {
                let path = format!("/{}.{}/{}", file.package(), service.name(), method.name());
                assert_eq!(rule(&path).unwrap().who, Who::Services, "{path}");
            }
        }
    }
}

#[test]
fn an_rpc_is_for_whom_its_comment_says() {
    let mut compared = 0;
    for rpc in rpcs() {
        let Some((_, words)) = rpc.comment.split_once("For: ") else { continue };
        let words = words.split('.').next().unwrap().trim();
        assert_eq!(in_words(rule(&rpc.path).unwrap()), sorted(words), "{}", rpc.path);
        compared += 1;
    }
    assert!(compared > 60, "only {compared} comments name roles");
}

fn in_words(rule: &Rule) -> Vec<String> {
    let mut words = match rule.who {
        Who::Services => vec!["services".to_owned()],
        Who::Anyone => vec!["anyone".to_owned()],
        Who::SignedIn => vec!["signed in".to_owned()],
        Who::Roles(roles) => roles.iter().map(Role::to_string).collect(),
    };
    words.extend(rule.fresh.then(|| "freshly signed in".to_owned()));
    words.sort();
    words
}

fn sorted(words: &str) -> Vec<String> {
    let plain = words.replace(" (one's own)", "");
    let mut words: Vec<String> = plain.split(", ").map(|word| word.trim().to_owned()).collect();
    words.sort();
    words
}
