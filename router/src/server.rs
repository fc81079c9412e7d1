//! The server: accepts WebSockets and runs the one task that owns the router.
//! Listener and shutdown are passed in, so that tests run it on any free port and end it when they like.

use std::{collections::BTreeSet, io, net::SocketAddr, path::PathBuf, pin::pin, sync::Arc, time::Duration};

use axum::{
    Router as Routes,
    extract::{ConnectInfo, State, WebSocketUpgrade},
    http::{HeaderMap, StatusCode, header::SEC_WEBSOCKET_PROTOCOL},
    response::{IntoResponse, Response},
    routing::any,
};
use tokio::{
    net::TcpListener,
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    time::{Instant, sleep_until, timeout},
};
use tracing::{debug, info, warn};
use wamp_wasm::{
    codec::{Encoded, Serializer, negotiate},
    host::Hub,
    router::{DenyPrefixes, Incoming, PeerId, PeerInfo, Router, RouterConfig},
};

pub use crate::connection::SocketConfig;
use crate::{
    connection::{self, Outgoing},
    door, files,
};

/// How many messages may wait for the router. Beyond, the sockets are not read: TCP tells the senders.
const INBOX: usize = 1024;
/// How many octets the messages may have that wait for the router. One message always may.
const INBOX_OCTETS: usize = 1 << 26;
/// How long the sockets may take to send what the router has said last.
const FLUSH_TIME: Duration = Duration::from_secs(2);

/// The settings of a server.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// The router itself.
    pub router: RouterConfig,
    /// What begins with one of these is forbidden to everybody.
    pub deny: Vec<String>,
    /// The pages that may open a WebSocket, by their origins, such as `https://example.com`. Empty: all.
    pub allow_origins: Vec<String>,
    /// The directory at `/`.
    pub www: Option<PathBuf>,
    /// The directory at `/pkg/`.
    pub pkg: Option<PathBuf>,
    /// Limits of each connection.
    pub socket: SocketConfig,
    /// How many WebSockets there may be at the same time; more are refused with status 503.
    pub connections: usize,
    /// How long the head of an HTTP request may take, of that which opens a WebSocket too.
    pub head_timeout: Duration,
}

impl Default for ServerConfig {
    /// No files, nothing forbidden, 10,000 connections, and ten seconds for the head of a request.
    fn default() -> Self {
        Self {
            router: RouterConfig::default(),
            deny: Vec::new(),
            allow_origins: Vec::new(),
            www: None,
            pkg: None,
            socket: SocketConfig::default(),
            connections: 10_000,
            head_timeout: Duration::from_secs(10),
        }
    }
}

/// A server that is about to run. Connections that come before it runs wait at the port.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    config: ServerConfig,
}

/// What the sockets tell the task that owns the router.
pub(crate) enum Command {
    /// A socket is open; answered with its peer.
    Attach { info: PeerInfo, serializer: Serializer, outgoing: Outgoing, peer: oneshot::Sender<PeerId> },
    /// It received this, which has its share of the inbox until it is handled.
    Receive(PeerId, Incoming<Encoded>, OwnedSemaphorePermit),
    /// It is closed.
    Detach(PeerId),
}

/// The way to the task that owns the router. Whoever sends waits while the inbox is full.
#[derive(Clone)]
pub(crate) struct Inbox {
    commands: mpsc::Sender<Command>,
    octets: Arc<Semaphore>,
}

/// The router is gone.
pub(crate) struct Gone;

impl Inbox {
    pub(crate) async fn send(&self, command: Command) -> Result<(), Gone> {
        self.commands.send(command).await.map_err(|_| Gone)
    }

    /// Sends what a peer's frame of this size says. It is read only once it has its share of the inbox.
    pub(crate) async fn receive(
        &self,
        peer: PeerId,
        size: usize,
        read: impl FnOnce() -> Incoming<Encoded>,
    ) -> Result<(), Gone> {
        let share = u32::try_from(size.min(INBOX_OCTETS)).unwrap_or(u32::MAX);
        let share = self.octets.clone().acquire_many_owned(share).await.map_err(|_| Gone)?;
        self.send(Command::Receive(peer, read(), share)).await
    }
}

/// What a request to open a WebSocket needs.
#[derive(Clone)]
struct Door {
    inbox: Inbox,
    config: SocketConfig,
    allow_origins: Arc<[String]>,
    /// One for each connection that may still come.
    places: Arc<Semaphore>,
}

impl Server {
    /// A server on this listener.
    #[must_use]
    pub const fn new(listener: TcpListener, config: ServerConfig) -> Self {
        Self { listener, config }
    }

    /// Serves until `shutdown` is ready; then says GOODBYE to every session, gives the answers a short
    /// time, and returns.
    ///
    /// # Errors
    /// When the operating system has no random numbers.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> io::Result<()> {
        let Self { listener, config } = self;
        getrandom::u64().map_err(io::Error::other)?;
        // Random numbers were there a moment ago. Should they ever fail, ids are still unique.
        let entropy = || getrandom::u64().unwrap_or_default();
        let patience = config.router.goodbye_timeout.saturating_add(FLUSH_TIME);
        let router = Router::new(config.router, entropy).with_authorizer(DenyPrefixes::new(config.deny));

        let (commands, inbox) = mpsc::channel(INBOX);
        let routes = Routes::new()
            .route("/ws", any(open_socket))
            .with_state(Door {
                inbox: Inbox { commands, octets: Arc::new(Semaphore::new(INBOX_OCTETS)) },
                config: config.socket,
                allow_origins: config.allow_origins.into(),
                places: Arc::new(Semaphore::new(config.connections.min(Semaphore::MAX_PERMITS))),
            })
            .merge(files::routes(config.www.as_deref(), config.pkg.as_deref()));
        let serving = tokio::spawn(door::keep(listener, routes, config.head_timeout));
        let operator =
            Operator { hub: Hub::new(router), inbox, sockets: BTreeSet::new(), start: Instant::now() };
        operator.run(shutdown, patience).await;
        serving.abort();
        Ok(())
    }
}

/// The one task that owns the router.
struct Operator {
    hub: Hub<Outgoing>,
    inbox: mpsc::Receiver<Command>,
    /// The sockets that are not closed yet, also those that the router has done with.
    sockets: BTreeSet<PeerId>,
    start: Instant,
}

impl Operator {
    async fn run(mut self, shutdown: impl Future<Output = ()>, patience: Duration) {
        let mut shutdown = pin!(shutdown);
        loop {
            tokio::select! {
                () = &mut shutdown => break,
                () = self.step() => {}
            }
        }
        info!(connections = self.sockets.len(), "shutting down");
        self.hub.shutdown(self.now());
        // One time limit for all of it: clients that go on sending, or connect anew, do not prolong it.
        let answered = async {
            while !self.sockets.is_empty() {
                self.step().await;
            }
        };
        if timeout(patience, answered).await.is_err() {
            warn!(connections = self.sockets.len(), "not all clients have answered");
        }
    }

    /// Handles the next command or deadline. Nothing is lost when it is dropped while it waits.
    async fn step(&mut self) {
        // One that the clock cannot show will not come.
        let deadline = self.hub.next_deadline().and_then(|deadline| self.start.checked_add(deadline));
        tokio::select! {
            Some(command) = self.inbox.recv() => self.handle(command),
            () = sleep_until(deadline.unwrap_or(self.start)), if deadline.is_some() => {
                self.hub.expire(self.now());
            }
            else => std::future::pending().await,
        }
    }

    fn handle(&mut self, command: Command) {
        let now = self.now();
        match command {
            Command::Attach { info, serializer, outgoing, peer: answer } => {
                let address = info.address.clone();
                let peer = self.hub.attach(now, info, serializer, outgoing);
                info!(%peer, address, subprotocol = serializer.subprotocol(), "connected");
                self.sockets.insert(peer);
                if answer.send(peer).is_err() {
                    self.handle(Command::Detach(peer));
                }
            }
            Command::Receive(peer, incoming, _share) => {
                match &incoming {
                    Incoming::Message(message) => {
                        debug!(%peer, message = %message.message_type(), "received")
                    }
                    // As a field, which is escaped: the text may hold what the peer wrote.
                    Incoming::Invalid(text) => warn!(%peer, text, "protocol violation"),
                }
                self.hub.receive(now, peer, incoming);
            }
            Command::Detach(peer) => {
                info!(%peer, "disconnected");
                self.sockets.remove(&peer);
                self.hub.detach(now, peer);
            }
        }
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }
}

/// Opens a WebSocket for a client that has a serializer in common with us.
async fn open_socket(
    State(door): State<Door>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !door::admits(&door.allow_origins, &headers) {
        let text = "the router lets no page of this origin connect: see --allow-origin\n";
        return (StatusCode::FORBIDDEN, text).into_response();
    }
    // In the client's order of preference, which axum's own negotiation does not keep.
    let lines = headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|line| line.to_str().ok());
    let offered: Vec<_> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    let Some(serializer) = negotiate(offered.iter().copied()) else {
        let ours = Serializer::ALL.map(Serializer::subprotocol).join(", ");
        let theirs = if offered.is_empty() { "none".to_owned() } else { offered.join(", ") };
        let text = format!("no common WebSocket subprotocol: the router speaks {ours}; offered: {theirs}\n");
        return (StatusCode::BAD_REQUEST, text).into_response();
    };
    let Ok(place) = door.places.try_acquire_owned() else {
        let text = "the router has no place for another connection\n";
        return (StatusCode::SERVICE_UNAVAILABLE, text).into_response();
    };
    let info = PeerInfo { address: address.to_string() };
    upgrade
        .protocols([serializer.subprotocol()])
        .max_message_size(door.config.max_message)
        .max_frame_size(door.config.max_message)
        .on_failed_upgrade(|error| debug!(%error, "upgrade failed"))
        .on_upgrade(move |socket| async move {
            connection::serve(socket, serializer, info, door.inbox, door.config).await;
            drop(place);
        })
}
