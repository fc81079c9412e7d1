//! What JavaScript and Rust both have to write down, because only numbers cross.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs, path::Path};

use wamp_wasm::reconnect::{How, Reconnect};

fn source(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The lines of the form `NAME = NUMBER`, with nothing but this around them.
fn numbered<'a>(text: &'a str, before: &str, after: char) -> Vec<(&'a str, &'a str)> {
    let entries = text.lines().filter_map(|line| line.trim().strip_prefix(before)?.strip_suffix(after));
    entries.filter_map(|entry| entry.split_once(" = ")).collect()
}

/// Whether the variants of an enum of Rust are constants of JavaScript, each by the same number.
fn same(variants: &str, constants: &str) {
    let variants = numbered(variants, "", ',');
    assert!(!variants.is_empty());
    assert_eq!(numbered(constants, "export const ", ';'), variants);
}

#[test]
fn the_reconnect_machine_has_the_same_numbers_on_both_sides() {
    let (rust, glue) = (source("src/js/policy.rs"), source("src/js/api/reconnect.js"));
    same(rust.split_once("pub enum End").unwrap().1, &source("src/js/api/end.js"));
    let kinds = [How::Closed, How::Lost, How::Unreachable, How::Unsupported];
    let words: Vec<_> = kinds.iter().map(|how| format!("'{}'", how.as_str())).collect();
    assert!(glue.contains(&format!("const HOW = Object.freeze([{}])", words.join(", "))), "{words:?}");
    assert!(kinds.iter().enumerate().all(|(number, how)| number == *how as usize));
    let wishes = [Reconnect::Never, Reconnect::Now, Reconnect::Drop];
    let wishes: Vec<_> = wishes.iter().map(|wish| format!("{wish:?}: {}", *wish as u8)).collect();
    assert!(
        glue.contains(&format!("const Reconnect = Object.freeze({{ {} }})", wishes.join(", "))),
        "{wishes:?}"
    );
}

#[test]
fn the_operations_of_the_core_have_the_same_numbers_on_both_sides() {
    let (rust, glue) = (source("src/js/op.rs"), source("src/js/glue/op.js"));
    let (operations, causes) = rust.split_once("pub enum EndCause").unwrap();
    let operations = numbered(operations, "", ',');
    assert!(operations.len() > 20, "{operations:?}");
    assert_eq!(numbered(&glue, "export const ", ';'), operations);
    same(causes, &source("src/js/glue/cause.js"));
}
