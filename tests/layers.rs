//! The architecture, checked: who may import whom, what the core must never touch, and how every file
//! begins and ends. It reads the sources as text; a rule that fails names the file and the line.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A layer of `src/` and the layers it may name. The picture is in ARCHITECTURE.md.
const LAYERS: &[(&str, &[&str])] = &[
    ("message", &[]),
    ("codec", &["message"]),
    ("auth", &["message"]),
    ("e2ee", &[]),
    ("reconnect", &[]),
    ("session", &["message", "auth"]),
    ("router", &["message", "auth"]),
    ("transport", &["codec"]),
    ("client", &["message", "codec", "auth", "reconnect", "session", "transport"]),
    ("host", &["message", "codec", "auth", "router", "transport"]),
    (
        "js",
        &[
            "message",
            "codec",
            "auth",
            "e2ee",
            "reconnect",
            "session",
            "router",
            "transport",
            "client",
            "host",
        ],
    ),
];

/// The layers that do no I/O, read no clock, draw no randomness and hold no JavaScript value.
const CORE: &[&str] = &["message", "codec", "auth", "e2ee", "reconnect", "session", "router"];

const NOT_IN_THE_CORE: &[&str] = &[
    "Instant::now",
    "SystemTime",
    "std::net",
    "std::fs",
    "std::thread",
    "getrandom",
    "tokio",
    "js_sys",
    "web_sys",
    "wasm_bindgen",
    "gloo_timers",
    "JsValue",
];

const LONGEST_FILE: usize = 500;

#[test]
fn imports_go_down_only() {
    let mut wrong = Vec::new();
    for (layer, allowed) in LAYERS {
        for file in sources_of(layer) {
            for (line, text) in code_lines(&file) {
                let depth = depth_of(&file, text.starts_with(' '));
                for named in layers_named(&text, depth) {
                    if named != *layer && !allowed.contains(&named.as_str()) {
                        wrong.push(format!("{}:{line}: {layer} must not use {named}", shown(&file)));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_of_src_is_a_layer() {
    let mut strangers = Vec::new();
    for entry in fs::read_dir(root().join("src")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let module = name.trim_end_matches(".rs");
        if module != "lib" && !LAYERS.iter().any(|(layer, _)| *layer == module) {
            strangers.push(name);
        }
    }
    assert!(strangers.is_empty(), "these have no place in the table of layers: {strangers:?}");
}

#[test]
fn transports_know_frames_and_nothing_else_of_the_codec() {
    for file in sources_of("transport") {
        for (line, text) in code_lines(&file) {
            if let Some((_, rest)) = text.split_once("crate::codec") {
                let names = rest.trim_start_matches([':', '{', ' ']).trim_end_matches(['}', ';', ' ']);
                for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
                    assert!(name.starts_with("Frame"), "{}:{line}: names codec::{name}", shown(&file));
                }
            }
        }
    }
}

#[test]
fn the_core_has_no_clock_no_randomness_no_io_and_no_javascript() {
    for layer in CORE {
        for file in sources_of(layer) {
            for (line, text) in code_lines(&file) {
                for word in NOT_IN_THE_CORE {
                    assert!(!text.contains(word), "{}:{line}: {word} has no place in {layer}", shown(&file));
                }
            }
        }
    }
}

#[test]
fn a_build_for_the_host_has_nothing_of_the_browser() {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--workspace", "--all-features", "--edges", "normal", "--prefix", "none", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).unwrap();
    assert!(tree.contains("wamp-wasm v"), "cargo tree lists our own crate");
    for name in ["wasm-bindgen", "js-sys", "web-sys", "gloo"] {
        assert!(!tree.lines().any(|line| line.starts_with(name)), "{name} is built for the host");
    }
}

#[test]
fn every_file_says_first_what_it_is() {
    let mut silent = Vec::new();
    for file in written_files() {
        let text = read(&file);
        let mut lines = text.lines();
        let mut first = lines.next().unwrap_or_default();
        if first.starts_with("#!/") {
            first = lines.next().unwrap_or_default();
        }
        let begins = match extension(&file) {
            "rs" => first.starts_with("//!"),
            "js" | "mjs" | "ts" => first.starts_with("//") || first.starts_with("/*"),
            "css" => first.starts_with("/*"),
            "sh" | "" if file.starts_with(root().join("scripts")) => first.starts_with('#'),
            _ => true,
        };
        if !begins {
            silent.push(shown(&file));
        }
    }
    assert!(silent.is_empty(), "these begin without saying what they are: {silent:#?}");
}

#[test]
fn no_file_is_longer_than_500_lines() {
    let long: Vec<_> = written_files()
        .into_iter()
        .map(|file| (read(&file).lines().count(), shown(&file)))
        .filter(|(lines, _)| *lines > LONGEST_FILE)
        .collect();
    assert!(long.is_empty(), "cut these by role: {long:?}");
}

#[test]
fn no_file_names_the_machine_it_was_written_on() {
    // Put together here, so that this file does not contain what it looks for.
    let paths = ["work", "root", "home"].map(|folder| format!("/{folder}/"));
    for file in written_files() {
        for (number, line) in read(&file).lines().enumerate() {
            for path in &paths {
                let absolute = line.match_indices(path.as_str()).any(|(at, _)| {
                    let before = line.get(..at).and_then(|text| text.chars().next_back());
                    before.is_none_or(|c| c.is_whitespace() || "\"'`=(:<[,".contains(c))
                });
                assert!(!absolute, "{}:{}: contains {path}", shown(&file), number + 1);
            }
        }
    }
}

/// The layers that a statement names by a path from the crate's root: `crate::codec::…`, each of
/// `crate::{codec::…, message::…}`, and as many `super::` as lead there from a module `depth` levels down.
fn layers_named(statement: &str, depth: usize) -> Vec<String> {
    let mut found = Vec::new();
    let from_root = format!("{}::", vec!["super"; depth].join("::"));
    for prefix in ["crate::", from_root.as_str()] {
        for (at, _) in statement.match_indices(prefix) {
            let path = statement.get(at + prefix.len()..).unwrap_or_default();
            match path.strip_prefix('{') {
                Some(group) => found.extend(outermost(group).into_iter().filter_map(first_module)),
                None => found.extend(first_module(path)),
            }
        }
    }
    found
}

/// `a::{b, c}, d} …` → `a::`, `d`: the members of a group, without the groups inside them.
fn outermost(group: &str) -> Vec<&str> {
    let (mut members, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (at, character) in group.char_indices() {
        if depth == 0 && matches!(character, '{' | ',' | '}') {
            members.push(group.get(start..at).unwrap_or_default().trim());
        }
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => (depth, start) = (depth - 1, at + 1),
            ',' if depth == 0 => start = at + 1,
            _ => {}
        }
    }
    members
}

fn first_module(path: &str) -> Option<String> {
    let word: String = path.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    LAYERS.iter().any(|(layer, _)| *layer == word).then_some(word)
}

/// How many modules deep the code of a file is; indented code may sit in a module of the file, one deeper.
fn depth_of(file: &Path, indented: bool) -> usize {
    let below = file.strip_prefix(root().join("src")).unwrap().components().count();
    below - usize::from(file.ends_with("mod.rs")) + usize::from(indented)
}

/// The statements of a file, comments left out: a `use` over several lines counts as its first.
fn code_lines(file: &Path) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let mut in_use = false;
    for (index, line) in read(file).lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default().trim_end();
        match lines.last_mut() {
            Some((_, statement)) if in_use => {
                statement.push_str(code.trim_start());
            }
            _ => lines.push((index + 1, code.to_owned())),
        }
        let words = code.trim_start();
        let begins_use = words.starts_with("use ") || (words.starts_with("pub") && words.contains(" use "));
        in_use = (in_use || begins_use) && !code.ends_with(';');
    }
    lines
}

fn sources_of(layer: &str) -> Vec<PathBuf> {
    let folder = root().join("src").join(layer);
    let mut files = files_below(&folder);
    let single = folder.with_extension("rs");
    if single.exists() {
        files.push(single);
    }
    files.retain(|file| extension(file) == "rs");
    files
}

/// Every text file that a person wrote: no build output, no installed package, no data.
fn written_files() -> Vec<PathBuf> {
    let mut files = files_below(root());
    files.retain(|file| {
        ["rs", "js", "mjs", "ts", "css", "html", "toml", "md", "yml", ""].contains(&extension(file))
            && !file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("LICENSE"))
    });
    assert!(files.len() > 30, "the sources were not found");
    files
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    const SKIPPED: &[&str] =
        &["target", "node_modules", "pkg", ".git", "dist", "corpus", "seeds", "vectors", "artifacts"];
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_symlink() || SKIPPED.contains(&name.as_str()) || name.starts_with(".venv") {
            continue;
        }
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files
}

fn extension(file: &Path) -> &str {
    file.extension().and_then(|extension| extension.to_str()).unwrap_or_default()
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_default()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn shown(file: &Path) -> String {
    file.strip_prefix(root()).unwrap_or(file).display().to_string()
}

#[test]
fn the_check_itself_sees_every_way_to_name_a_layer() {
    assert_eq!(layers_named("use crate::codec::Frame;", 1), ["codec"]);
    assert_eq!(layers_named("use crate::{codec::{Frame, session}, message};", 1), ["codec", "message"]);
    assert_eq!(
        layers_named("let x: crate::session::State = crate::router::new();", 1),
        ["session", "router"]
    );
    assert_eq!(layers_named("use super::super::router::Router;", 2), ["router"]);
    assert!(layers_named("use super::session::State;", 2).is_empty(), "a module of its own of that name");
    assert!(layers_named("pub(crate) fn session(message: u8)", 1).is_empty());
    assert!(layers_named("use super::*;", 1).is_empty());
}
