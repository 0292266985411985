//! The hazard log against the code: every place and every test that it names is there, and runs.
#![allow(clippy::unwrap_used, reason = "what a test does not expect fails it")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const HOUSE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const OPEN: &str = "**open**";

struct Hazard {
    name: String,
    lines: Vec<String>,
}

impl Hazard {
    /// What stands behind `- field:`, with the lines that belong to it.
    fn field(&self, field: &str) -> String {
        let head = format!("- {field}:");
        let mut of = self.lines.iter().skip_while(|line| !line.starts_with(&head));
        let first = of.next().map(|line| line[head.len()..].to_owned()).unwrap_or_default();
        let more = of.take_while(|line| line.starts_with("  ")).map(String::as_str);
        std::iter::once(first.as_str()).chain(more).collect::<Vec<_>>().join("\n").trim().to_owned()
    }
}

fn house(path: &str) -> PathBuf {
    Path::new(HOUSE).join(path)
}

fn hazards() -> Vec<Hazard> {
    let log = fs::read_to_string(house("services/SAFETY.md")).unwrap();
    let mut found: Vec<Hazard> = Vec::new();
    for line in log.lines() {
        match (line.strip_prefix("### "), found.last_mut()) {
            (Some(name), _) => found.push(Hazard { name: name.to_owned(), lines: Vec::new() }),
            (None, Some(last)) => last.lines.push(line.to_owned()),
            (None, None) => {}
        }
    }
    found
}

/// Words between backticks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// What is wrong with a test that is named as `file::name`.
fn wrong_with(test: &str) -> Option<String> {
    let (file, name) = test.split_once("::")?;
    let Ok(text) = fs::read_to_string(house(file)) else { return Some(format!("{file} is not there")) };
    match Path::new(file).extension().and_then(|extension| extension.to_str()) {
        Some("rs") => wrong_in_rust(Path::new(file), &text, name),
        Some("ts") => (!text.contains(&format!("it(\"{name}\""))).then(|| format!("{test} is not there")),
        Some(_) | None => Some(format!("{file} is no file of tests")),
    }
}

fn wrong_in_rust(file: &Path, text: &str, name: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let head = format!("fn {name}(");
    let Some(at) = lines.iter().position(|line| line.contains(&head)) else {
        return Some(format!("{}: {name} is not there", file.display()));
    };
    let attributes: Vec<&str> =
        lines[..at].iter().rev().take_while(|line| line.starts_with("#[")).copied().collect();
    let is_test =
        attributes.iter().any(|line| line.starts_with("#[test]") || line.starts_with("#[tokio::test"));
    if !is_test {
        return Some(format!("{name} is no test"));
    }
    if attributes.iter().any(|line| line.contains("ignore") || line.contains("cfg(")) {
        return Some(format!("{name} is switched off"));
    }
    (!is_reached(file)).then(|| format!("{} is part of no program: nothing names it by mod", file.display()))
}

/// Whether the file is the root of something, or a parent names it by `mod`, up to a root.
fn is_reached(file: &Path) -> bool {
    let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let folder = file.parent().unwrap_or(file);
    let is_root = matches!(stem, "lib" | "main")
        || folder.ends_with("tests") && folder.parent().is_some_and(is_package);
    if is_root {
        return true;
    }
    let (name, above) = match stem {
        "mod" => (folder.file_name().and_then(|name| name.to_str()).unwrap_or_default(), folder.parent()),
        stem => (stem, Some(folder)),
    };
    let Some(above) = above else { return false };
    let parents =
        [above.join("mod.rs"), above.join("lib.rs"), above.join("main.rs"), above.with_extension("rs")];
    parents.iter().any(|parent| names(parent, name) && (parent.as_path() != file) && is_reached(parent))
}

fn is_package(folder: &Path) -> bool {
    house(&folder.display().to_string()).join("Cargo.toml").exists()
}

fn names(parent: &Path, module: &str) -> bool {
    let Ok(text) = fs::read_to_string(house(&parent.display().to_string())) else { return false };
    let wanted = [format!("mod {module};"), format!("mod {module} {{")];
    text.lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("//"))
        .any(|line| wanted.iter().any(|wanted| line.ends_with(wanted.as_str())))
}

#[test]
fn every_hazard_says_how_it_comes_what_it_does_and_what_stands_against_it() {
    let mut faults = Vec::new();
    let mut names = BTreeSet::new();
    for hazard in hazards() {
        for field in ["severity", "cause", "harm", "control", "guarded by"] {
            if hazard.field(field).is_empty() {
                faults.push(format!("{}: no {field}", hazard.name));
            }
        }
        if !["S1", "S2", "S3"].contains(&hazard.field("severity").as_str()) {
            faults.push(format!("{}: severity is S1, S2 or S3", hazard.name));
        }
        let places = hazard.field("control");
        let missing =
            quoted(&places).into_iter().filter(|place| place.contains('/') && !house(place).exists());
        faults.extend(missing.map(|place| format!("{}: {place} is not there", hazard.name)));
        if !names.insert(hazard.name.split(' ').next().unwrap_or_default().to_owned()) {
            faults.push(format!("{}: its number is given twice", hazard.name));
        }
    }
    assert!(names.len() >= 40, "the log has lost its hazards: {names:?}");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_test_that_guards_a_hazard_exists_and_runs() {
    let mut faults = Vec::new();
    for hazard in hazards() {
        let guards = hazard.field("guarded by");
        let tests: Vec<&str> = quoted(&guards).into_iter().filter(|word| word.contains("::")).collect();
        if tests.is_empty() && !guards.contains(OPEN) {
            faults.push(format!("{}: no test, and not said to be open", hazard.name));
        }
        let wrong = tests.into_iter().filter_map(wrong_with);
        faults.extend(wrong.map(|fault| format!("{}: {fault}", hazard.name)));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_test_that_is_gone_switched_off_or_in_no_program_is_found() {
    let file = Path::new("tests/stories/stop.rs");
    let text = "#[tokio::test(flavor = \"multi_thread\")]\n#[ignore]\nasync fn slow() {}\nfn helper() {}\n#[test]\nfn quick() {}\n";
    assert_eq!(wrong_in_rust(file, text, "quick"), None);
    assert_eq!(wrong_in_rust(file, text, "slow").as_deref(), Some("slow is switched off"));
    assert_eq!(wrong_in_rust(file, text, "helper").as_deref(), Some("helper is no test"));
    assert!(wrong_in_rust(file, text, "gone").is_some_and(|fault| fault.contains("is not there")));
    assert!(
        wrong_in_rust(Path::new("tests/stories/nobody.rs"), text, "quick")
            .is_some_and(|fault| fault.contains("mod"))
    );
}
