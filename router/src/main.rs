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
    let stop = stop_signal()?;
    // Whoever started us waits for this line. If nobody reads it, it is not missed.
    let mut stdout = io::stdout();
    let _ = writeln!(stdout, "listening on http://{address}").and_then(|()| stdout.flush());
    server.run(stop).await?;
    Ok(())
}

/// Ready when the program is to end: on Ctrl-C, or what a service manager sends. It listens from now on,
/// not from when it is first polled, so that a signal right after the ready line counts.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(windows)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move { drop(interrupt.recv().await) })
}
