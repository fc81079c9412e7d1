//! The command line, and what it means for the server.

use std::path::PathBuf;

use clap::Parser;
use tracing::level_filters::LevelFilter;
use wamp_wasm::{
    message::{Uri, UriRules},
    router::RouterConfig,
};

use crate::server::ServerConfig;

/// A WAMP router for development: WebSocket on /ws, and static files.
///
/// Speaks wamp.2.json, wamp.2.msgpack and wamp.2.cbor. Everybody who can reach the port may join, and
/// any web page may connect to it unless --allow-origin is given, so it listens on the loopback interface
/// unless --host says otherwise.
/// Prints "listening on http://ADDRESS" when it is ready. Ctrl-C ends it.
#[derive(Clone, Debug, Parser)]
#[command(name = "wamp-wasm-router", version)]
pub struct Config {
    /// Port to listen on; 0 takes any free one
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    pub port: u16,

    /// Address to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub host: String,

    /// Realm that clients can join; may be given several times
    #[arg(long = "realm", value_name = "REALM", default_value = "realm1", value_parser = realm)]
    pub realms: Vec<Uri>,

    /// Directory to serve at /
    #[arg(long, value_name = "DIR", value_parser = directory)]
    pub www: Option<PathBuf>,

    /// Directory to serve at /pkg/
    #[arg(long, value_name = "DIR", value_parser = directory)]
    pub pkg: Option<PathBuf>,

    /// Forbid every action on URIs that begin with PREFIX; may be given several times
    #[arg(long = "deny", value_name = "PREFIX")]
    pub deny: Vec<String>,

    /// Let only pages of this origin connect, such as https://example.com; may be given several times.
    /// Programs that are no browsers have no origin, and may always
    #[arg(long = "allow-origin", value_name = "ORIGIN", value_parser = origin)]
    pub allow_origins: Vec<String>,

    /// What to log on standard error: off, error, warn, info, debug or trace
    #[arg(long, value_name = "LEVEL", default_value_t = LevelFilter::INFO)]
    pub log: LevelFilter,
}

impl Config {
    /// The settings of the server.
    #[must_use]
    pub fn server(self) -> ServerConfig {
        ServerConfig {
            router: RouterConfig::with_realms(self.realms),
            deny: self.deny,
            allow_origins: self.allow_origins,
            www: self.www,
            pkg: self.pkg,
            ..ServerConfig::default()
        }
    }
}

fn realm(text: &str) -> Result<Uri, String> {
    let realm = Uri::from(text);
    realm.check(UriRules::Complete).map_err(|error| error.to_string())?;
    Ok(realm)
}

/// As browsers write it: a scheme and a host, and a port where it is not the scheme's own.
fn origin(text: &str) -> Result<String, String> {
    match text.split_once("://") {
        Some((scheme, host)) if !scheme.is_empty() && !host.is_empty() && !host.contains('/') => {
            Ok(text.to_owned())
        }
        _ => Err("an origin is like https://example.com or http://localhost:8080".to_owned()),
    }
}

fn directory(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    if path.is_dir() { Ok(path) } else { Err("there is no such directory".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Config::command().debug_assert();
    }

    #[test]
    fn without_arguments_it_is_realm1_on_port_8080_of_the_loopback_interface() {
        let config = Config::parse_from(["router"]);
        assert_eq!((config.host.as_str(), config.port), ("127.0.0.1", 8080));
        assert_eq!(config.realms, ["realm1"]);
    }

    #[test]
    fn options_that_may_be_repeated_replace_the_default() {
        let config = Config::parse_from(["router", "--realm", "a", "--realm", "b", "--deny", "com.x"]);
        assert_eq!(config.realms, ["a", "b"]);
        assert_eq!(config.deny, ["com.x"]);
    }

    #[test]
    fn a_wrong_argument_is_refused_by_name() {
        let error = |arguments: &[&str]| Config::try_parse_from(arguments).unwrap_err().to_string();
        assert!(error(&["router", "--realm", "two words"]).contains("forbidden character ' '"));
        assert!(error(&["router", "--allow-origin", "https://example.com/"]).contains("an origin is like"));
        assert!(error(&["router", "--allow-origin", "example.com"]).contains("an origin is like"));
        assert!(error(&["router", "--www", "/does/not/exist"]).contains("no such directory"));
    }
}
