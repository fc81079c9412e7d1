//! The command itself: what it prints, what it serves, and how it ends.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wamp-wasm-router"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A running router and the address that it has printed.
struct Running {
    child: Child,
    address: String,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut child = command(&[&["--port", "0"], arguments].concat()).spawn().expect("started");
        let mut line = String::new();
        let stdout = child.stdout.as_mut().expect("piped");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let address = line.trim().strip_prefix("listening on http://").expect(&line).to_owned();
        Self { child, address }
    }

    /// The head and the body of the answer to a GET.
    fn get(&self, path: &str) -> (String, String) {
        let mut stream = TcpStream::connect(&self.address).expect("connected");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        (head.to_lowercase(), body.to_owned())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A directory with these files.
fn directory(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&directory).expect("created");
    for (file, text) in files {
        fs::write(directory.join(file), text).expect("written");
    }
    directory
}

fn failed(arguments: &[&str]) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = command(arguments).output().expect("ran");
    assert!(stdout.is_empty(), "{stdout:?}");
    (status.code(), String::from_utf8(stderr).expect("text"))
}

#[test]
fn a_taken_port_is_one_line_that_names_it_and_the_option() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("bound");
    let port = taken.local_addr().expect("an address").port().to_string();
    let (code, text) = failed(&["--port", &port]);
    assert_eq!(code, Some(1));
    assert_eq!(
        text,
        format!(
            "error: port {port} of 127.0.0.1 is taken: stop the program that listens there, or choose another with --port (0 is any free one)\n"
        )
    );
}

#[test]
fn an_address_that_is_not_ours_is_an_error_that_names_the_option() {
    let (code, text) = failed(&["--host", "192.0.2.1", "--port", "0"]);
    assert_eq!(code, Some(1));
    assert!(text.starts_with("error: cannot listen on 192.0.2.1, port 0: "), "{text}");
    assert!(text.ends_with("(see --host and --port)\n"), "{text}");
}

#[test]
fn page_and_package_are_served_with_their_types_and_never_from_a_stale_cache() {
    let www = directory("www", &[("index.html", "<h1>page</h1>"), ("main.js", "1"), ("style.css", "")]);
    let pkg = directory("pkg", &[("index.js", "2"), ("index_bg.wasm", "\0asm")]);
    let router = Running::start(&["--www", &www.to_string_lossy(), "--pkg", &pkg.to_string_lossy()]);
    for (path, mime, body) in [
        ("/", "text/html", "<h1>page</h1>"),
        ("/main.js", "text/javascript", "1"),
        ("/style.css", "text/css", ""),
        ("/pkg/index.js", "text/javascript", "2"),
        ("/pkg/index_bg.wasm", "application/wasm", "\0asm"),
    ] {
        let (head, text) = router.get(path);
        assert!(head.starts_with("http/1.1 200"), "{path}: {head}");
        assert!(head.contains(&format!("content-type: {mime}")), "{path}: {head}");
        assert!(head.contains("cache-control: no-cache"), "{path}: {head}");
        assert_eq!(text, body, "{path}");
    }
    for path in ["/nothing", "/pkg/nothing", "/../Cargo.toml", "/%2e%2e/Cargo.toml"] {
        assert!(router.get(path).0.starts_with("http/1.1 404"), "{path}");
    }
}

#[test]
fn without_a_page_it_says_where_the_router_is() {
    let router = Running::start(&[]);
    assert!(router.get("/").1.contains("connect to /ws"));
    assert!(router.get("/ws").0.starts_with("http/1.1 400"));
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_in_good_order() {
    for signal in ["TERM", "INT"] {
        let mut router = Running::start(&[]);
        let pid = router.child.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &pid]).status().expect("ran").success());
        assert!(router.child.wait().expect("ended").success(), "{signal}");
    }
}
