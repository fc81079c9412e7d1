//! One WebSocket: its frames to the router, the router's frames to it.
//! It ends at once when the client is gone or too slow, and behind the last frame when the router says.

use std::{
    error::Error as _,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use futures::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, MissedTickBehavior, interval_at, sleep, timeout},
};
use tracing::{debug, warn};
use wamp_wasm::{
    codec::{Frame, Limits, Serializer},
    host::{Outlet, Overflow, read},
    router::{Incoming, PeerId, PeerInfo},
};

use crate::server::{Command, Inbox};

/// How many frames are written before they are flushed together.
const BATCH: usize = 64;

/// What a clock can do: no interval is zero, and none ends behind its last moment.
const SHORTEST_PING: Duration = Duration::from_millis(1);
const LONGEST_PING: Duration = Duration::from_secs(86_400);

/// Limits of each connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketConfig {
    /// The largest message that is taken, in octets.
    pub max_message: usize,
    /// How many messages may wait for a client before it counts as too slow.
    pub queue_messages: usize,
    /// How many octets may wait for a client before it counts as too slow. One message always may.
    pub queue_octets: usize,
    /// How often a client is asked whether it is still there: between a millisecond and a day.
    pub ping_interval: Duration,
    /// How long a client may be silent, answers to pings included.
    pub idle_timeout: Duration,
    /// How long the last messages to a client may take to be sent.
    pub flush_timeout: Duration,
}

impl Default for SocketConfig {
    fn default() -> Self {
        Self {
            max_message: 1 << 24,
            queue_messages: 65_536,
            queue_octets: 1 << 26,
            ping_interval: Duration::from_secs(20),
            idle_timeout: Duration::from_secs(60),
            flush_timeout: Duration::from_secs(2),
        }
    }
}

/// Serves one WebSocket until it is closed.
pub(crate) async fn serve(
    socket: WebSocket,
    serializer: Serializer,
    info: PeerInfo,
    inbox: Inbox,
    config: SocketConfig,
) {
    let (outgoing, waiting, ending) = queue(config);
    let (answer, peer) = oneshot::channel();
    // Without the router there is nothing to serve.
    if inbox.send(Command::Attach { info, serializer, outgoing, peer: answer }).await.is_err() {
        return;
    }
    let Ok(peer) = peer.await else { return };
    let (sink, stream) = socket.split();
    tokio::select! {
        () = receive(stream, peer, serializer, &inbox, config) => {}
        () = transmit(sink, waiting, config) => {}
        () = cut(ending, peer, config) => {}
    }
    // When the router is gone, so is its table.
    let _ = inbox.send(Command::Detach(peer)).await;
}

/// Frames to the router. Ends when the client has closed or is silent.
async fn receive(
    mut stream: SplitStream<WebSocket>,
    peer: PeerId,
    serializer: Serializer,
    inbox: &Inbox,
    config: SocketConfig,
) {
    let limits = Limits { max_size: config.max_message, ..Limits::default() };
    loop {
        let frame = match timeout(config.idle_timeout, stream.next()).await {
            Err(_) => {
                warn!(%peer, "silent for too long");
                return;
            }
            Ok(None) => return,
            Ok(Some(Ok(Message::Text(text)))) => Frame::Text(text.as_str().to_owned()),
            Ok(Some(Ok(Message::Binary(octets)))) => Frame::Binary(octets.into()),
            // The answers are the WebSocket's own business.
            Ok(Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Close(_)))) => continue,
            Ok(Some(Err(error))) if is_lost(&error) => {
                debug!(%peer, %error, "lost");
                return;
            }
            Ok(Some(Err(error))) => {
                // Too large, or no WebSocket frame: nothing more can be read, but an ABORT can be sent.
                let text = format!("unreadable WebSocket message: {error}");
                let _ = inbox.receive(peer, 0, || Incoming::Invalid(text)).await;
                return std::future::pending().await;
            }
        };
        let reading = || read(serializer, &frame, &limits);
        if inbox.receive(peer, frame.size(), reading).await.is_err() {
            return;
        }
    }
}

/// Frames from the router. Ends when the router has closed and the client had time to do so as well.
async fn transmit(mut sink: SplitSink<WebSocket, Message>, mut waiting: Waiting, config: SocketConfig) {
    let mut batch = Vec::with_capacity(BATCH);
    // Also while there is much to send: who only listens is known to be there by its answers.
    let every = config.ping_interval.clamp(SHORTEST_PING, LONGEST_PING);
    let mut ping = interval_at(Instant::now() + every, every);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let sent = tokio::select! {
            _ = ping.tick() => sink.send(Message::Ping(Default::default())).await,
            count = waiting.messages.recv_many(&mut batch, BATCH) => {
                if count == 0 {
                    break;
                }
                let octets = batch.iter().map(size).sum();
                let sent = send_all(&mut sink, batch.drain(..)).await;
                waiting.backlog.shrink(count, octets);
                sent
            }
        };
        if let Err(error) = sent {
            debug!(%error, "not sent");
            return;
        }
    }
    let close = CloseFrame { code: close_code::NORMAL, reason: Default::default() };
    if sink.send(Message::Close(Some(close))).await.is_ok() {
        sleep(config.flush_timeout).await;
    }
}

/// Whether the connection itself is gone, rather than what came over it being wrong.
fn is_lost(error: &axum::Error) -> bool {
    use tungstenite::error::{Error, ProtocolError};
    match error.source().and_then(|source| source.downcast_ref()) {
        Some(Error::Protocol(error)) => *error == ProtocolError::ResetWithoutClosingHandshake,
        Some(Error::Capacity(_) | Error::Utf8(_)) => false,
        _ => true,
    }
}

async fn send_all(
    sink: &mut SplitSink<WebSocket, Message>,
    messages: impl Iterator<Item = Message>,
) -> Result<(), axum::Error> {
    for message in messages {
        sink.feed(message).await?;
    }
    sink.flush().await
}

/// Ends at once for a slow client, and after the time to flush for one that the router has closed.
async fn cut(ending: oneshot::Receiver<Ending>, peer: PeerId, config: SocketConfig) {
    match ending.await {
        Ok(Ending::Closed) => sleep(config.flush_timeout.saturating_mul(2)).await,
        Ok(Ending::TooSlow) => warn!(%peer, "did not take its messages fast enough"),
        // The router itself is gone.
        Err(_) => {}
    }
}

/// Why the router ends a connection.
enum Ending {
    /// In good order.
    Closed,
    /// The client is too slow.
    TooSlow,
}

/// The router's end of the queue to a client.
pub(crate) struct Outgoing {
    messages: mpsc::UnboundedSender<Message>,
    backlog: Arc<Backlog>,
    /// Taken once it is told.
    ending: Option<oneshot::Sender<Ending>>,
    config: SocketConfig,
}

/// The socket's end of it.
struct Waiting {
    messages: mpsc::UnboundedReceiver<Message>,
    backlog: Arc<Backlog>,
}

/// What is queued and not yet sent.
#[derive(Default)]
struct Backlog {
    messages: AtomicUsize,
    octets: AtomicUsize,
}

impl Backlog {
    fn shrink(&self, messages: usize, octets: usize) {
        self.messages.fetch_sub(messages, Ordering::Relaxed);
        self.octets.fetch_sub(octets, Ordering::Relaxed);
    }

    /// Counts one more message, if it may wait.
    fn grow(&self, octets: usize, config: &SocketConfig) -> Result<(), Overflow> {
        let before = self.octets.fetch_add(octets, Ordering::Relaxed);
        let count = self.messages.fetch_add(1, Ordering::Relaxed);
        let full = count >= config.queue_messages || before > 0 && before + octets > config.queue_octets;
        if full { Err(Overflow) } else { Ok(()) }
    }
}

fn queue(config: SocketConfig) -> (Outgoing, Waiting, oneshot::Receiver<Ending>) {
    let (sender, messages) = mpsc::unbounded_channel();
    let (ending, ended) = oneshot::channel();
    let backlog = Arc::<Backlog>::default();
    let outgoing = Outgoing { messages: sender, backlog: backlog.clone(), ending: Some(ending), config };
    (outgoing, Waiting { messages, backlog }, ended)
}

fn size(message: &Message) -> usize {
    match message {
        Message::Text(text) => text.len(),
        Message::Binary(octets) => octets.len(),
        _ => 0,
    }
}

impl Outgoing {
    fn end(&mut self, why: Ending) {
        // A socket that has ended needs no telling.
        let _ = self.ending.take().map(|ending| ending.send(why));
    }
}

impl Outlet for Outgoing {
    type Packet = Message;

    fn pack(frame: Frame) -> Message {
        match frame {
            Frame::Text(text) => Message::Text(text.into()),
            Frame::Binary(octets) => Message::Binary(octets.into()),
        }
    }

    fn send(&mut self, message: Message) -> Result<(), Overflow> {
        if let Err(overflow) = self.backlog.grow(size(&message), &self.config) {
            self.end(Ending::TooSlow);
            return Err(overflow);
        }
        // A socket that has ended will be detached in a moment.
        let _ = self.messages.send(message);
        Ok(())
    }

    fn close(mut self) {
        self.end(Ending::Closed);
    }
}
