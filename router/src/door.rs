//! The door: takes connections from the port and speaks HTTP with them, until a WebSocket takes over.
//! Whoever does not say in time what it wants is sent away.

use std::{net::SocketAddr, time::Duration};

use axum::{
    Extension, Router as Routes,
    extract::ConnectInfo,
    http::{HeaderMap, header::ORIGIN},
};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    time::sleep,
};
use tracing::{debug, warn};

/// How long to wait before the next connection when none can be taken, as without a free file handle.
const PAUSE: Duration = Duration::from_millis(100);

/// Takes connections for as long as it runs. A client has so long for the head of each request.
pub(crate) async fn keep(listener: TcpListener, routes: Routes, head_timeout: Duration) {
    loop {
        match listener.accept().await {
            Ok((stream, address)) => {
                tokio::spawn(converse(stream, address, routes.clone(), head_timeout));
            }
            Err(error) => {
                warn!(%error, "cannot take a connection");
                sleep(PAUSE).await;
            }
        }
    }
}

async fn converse(stream: TcpStream, address: SocketAddr, routes: Routes, head_timeout: Duration) {
    // Small messages are not to wait for larger ones.
    if let Err(error) = stream.set_nodelay(true) {
        debug!(%error, "no TCP_NODELAY");
    }
    let service = TowerToHyperService::new(routes.layer(Extension(ConnectInfo(address))));
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head_timeout)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    if let Err(error) = served.await {
        debug!(%address, %error, "connection ended");
    }
}

/// Whether the page that opens a WebSocket may: its origin is among those, or there are none. Programs that
/// are no browsers say no origin, and could say any.
pub(crate) fn admits(allowed: &[String], headers: &HeaderMap) -> bool {
    allowed.is_empty()
        || headers.get_all(ORIGIN).iter().all(|origin| {
            allowed.iter().any(|allowed| origin.as_bytes().eq_ignore_ascii_case(allowed.as_bytes()))
        })
}
