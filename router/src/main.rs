//! The command: reads the arguments, opens the port, and runs the server until a signal comes.
//! Standard output gets one line, when the router is ready; everything else goes to standard error.

use std::{
    io::{self, IsTerminal, Write},
    process::ExitCode,
};

use clap::Parser;
use tokio::net::TcpListener;
use wamp_wasm_router::{config::Config, server};

fn main() -> ExitCode {
    let config = Config::parse();
    tracing_subscriber::fmt()
        .with_max_level(config.log)
        .with_target(false)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr)
        .init();
    match run(config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Without standard error there is nobody to tell.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Why the router did not start, or stopped.
#[derive(Debug, thiserror::Error)]
enum RunError {
    #[error(
        "port {port} of {host} is taken: stop the program that listens there, or choose another with --port (0 is any free one)"
    )]
    PortTaken { host: String, port: u16 },
    #[error("cannot listen on {host}, port {port}: {error} (see --host and --port)")]
    Listen { host: String, port: u16, error: io::Error },
    #[error(transparent)]
    Io(#[from] io::Error),
}

#[tokio::main]
async fn run(config: Config) -> Result<(), RunError> {
    let (host, port) = (config.host.clone(), config.port);
    let listener = TcpListener::bind((host.as_str(), port)).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => RunError::PortTaken { host, port },
        _ => RunError::Listen { host, port, error },
    })?;
    let address = listener.local_addr()?;
    let server = server::Server::new(listener, config.server());
    // Whoever started us waits for this line. If nobody reads it, it is not missed.
    let mut stdout = io::stdout();
    let _ = writeln!(stdout, "listening on http://{address}").and_then(|()| stdout.flush());
    server.run(stop_signal()).await?;
    Ok(())
}

/// Ctrl-C, or what a service manager sends.
async fn stop_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        // No signal can reach us: run until the process is killed.
        std::future::pending().await
    }
}
