//! What JavaScript and Rust both have to write down, because only numbers cross.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs, path::Path};

fn source(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The lines of the form `NAME = NUMBER`, with nothing but this around them.
fn numbered<'a>(text: &'a str, before: &str, after: char) -> Vec<(&'a str, &'a str)> {
    let entries = text.lines().filter_map(|line| line.trim().strip_prefix(before)?.strip_suffix(after));
    entries.filter_map(|entry| entry.split_once(" = ")).collect()
}

#[test]
fn the_operations_of_the_core_have_the_same_numbers_on_both_sides() {
    let (rust, glue) = (source("src/js/op.rs"), source("src/js/glue/op.js"));
    let (operations, causes) = rust.split_once("pub enum EndCause").unwrap();
    let operations = numbered(operations, "", ',');
    assert!(operations.len() > 20, "{operations:?}");
    let (constants, _) = glue.split_once("/** Why").unwrap();
    assert_eq!(numbered(constants, "export const ", ';'), operations);
    let causes: Vec<_> = numbered(causes, "", ',').iter().map(|(name, n)| format!("{name}: {n}")).collect();
    let causes = format!("Object.freeze({{ {} }})", causes.join(", "));
    assert!(glue.contains(&causes), "{causes}");
}
