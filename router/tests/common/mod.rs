//! A server on a free port, and WebSocket clients that write and read messages as JSON text, whatever
//! their serializer. Nothing here sleeps; what does not come within [`PATIENCE`] fails the test.
#![allow(dead_code, unreachable_pub, reason = "every test file uses its own part")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::{io, net::SocketAddr, thread, time::Duration};

use futures::{SinkExt, StreamExt};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::Builder,
    sync::oneshot,
    time::timeout,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{self, Message, client::IntoClientRequest, http},
};
use wamp_wasm::{
    codec::{Frame, Limits, Serializer, decode, encode},
    message::Values,
};
use wamp_wasm_router::server::{Server, ServerConfig};

pub const PATIENCE: Duration = Duration::from_secs(20);

/// All four roles of a client.
pub const HELLO: &str = r#"[1,"realm1",{"roles":{"publisher":{},"subscriber":{},"caller":{},"callee":{}}}]"#;

/// A server in a thread of its own.
pub struct TestServer {
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<io::Result<()>>>,
}

impl TestServer {
    pub fn start() -> Self {
        Self::with(ServerConfig::default())
    }

    pub fn with(config: ServerConfig) -> Self {
        let (stop, stopped) = oneshot::channel();
        let (ready, address) = std::sync::mpsc::channel();
        let thread = thread::spawn(move || {
            let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await?;
                ready.send(listener.local_addr()?).map_err(io::Error::other)?;
                let stopped = async { drop(stopped.await) };
                Server::new(listener, config).run(stopped).await
            })
        });
        let address = address.recv().expect("the server starts");
        Self { address, stop: Some(stop), thread: Some(thread) }
    }

    /// Tells the server to stop.
    pub fn stop(&mut self) {
        self.stop = None;
    }

    /// Waits until it has.
    pub fn join(mut self) -> io::Result<()> {
        self.stop();
        self.thread.take().expect("joined once").join().expect("the server does not panic")
    }

    /// A client with an open session.
    pub async fn join_realm(&self, serializer: Serializer) -> Client {
        let mut client = self.connect(serializer).await;
        client.send(HELLO).await;
        assert!(client.receive().await.starts_with("[2,"));
        client
    }

    /// A client without session.
    pub async fn connect(&self, serializer: Serializer) -> Client {
        let (socket, response) = self.offer(&[serializer.subprotocol()]).await.expect("connected");
        let chosen = response.headers().get("sec-websocket-protocol").expect("a subprotocol");
        assert_eq!(chosen, serializer.subprotocol());
        Client { socket, serializer }
    }

    /// What comes of a request to open a WebSocket with these subprotocols.
    pub async fn offer(&self, subprotocols: &[&str]) -> Result<(Socket, Response), tungstenite::Error> {
        let mut request = format!("ws://{}/ws", self.address).into_client_request()?;
        if !subprotocols.is_empty() {
            let offer = http::HeaderValue::from_str(&subprotocols.join(", "))?;
            request.headers_mut().insert("sec-websocket-protocol", offer);
        }
        timeout(PATIENCE, connect_async(request)).await.expect("an answer in time")
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;
pub type Response = tungstenite::handshake::client::Response;

/// A WebSocket client.
pub struct Client {
    pub socket: Socket,
    pub serializer: Serializer,
}

impl Client {
    /// Sends the message with this JSON text in the client's own serializer.
    pub async fn send(&mut self, json: &str) {
        let frame = Frame::Text(json.to_owned());
        let message = decode::<Values>(Serializer::Json, &frame, &Limits::default()).expect(json);
        let raw = match encode(self.serializer, &message).expect(json) {
            Frame::Text(text) => Message::text(text),
            Frame::Binary(octets) => Message::binary(octets),
        };
        self.send_raw(raw).await;
    }

    pub async fn send_raw(&mut self, message: Message) {
        timeout(PATIENCE, self.socket.send(message)).await.expect("sent in time").expect("sent");
    }

    /// The next message as JSON text.
    pub async fn receive(&mut self) -> String {
        let frame = match self.receive_raw().await {
            Some(Message::Text(text)) => Frame::Text(text.as_str().to_owned()),
            Some(Message::Binary(octets)) => Frame::Binary(octets.to_vec()),
            other => panic!("a message was expected, not {other:?}"),
        };
        let message = decode::<Values>(self.serializer, &frame, &Limits::default()).expect("a message");
        match encode(Serializer::Json, &message) {
            Ok(Frame::Text(text)) => text,
            other => panic!("{message:?} as JSON: {other:?}"),
        }
    }

    /// Waits until the router has this connection: only then its WebSocket answers.
    pub async fn known_to_the_router(&mut self) {
        self.send_raw(Message::Ping("known?".into())).await;
        match timeout(PATIENCE, self.socket.next()).await.expect("an answer in time") {
            Some(Ok(Message::Pong(_))) => {}
            other => panic!("a pong was expected, not {other:?}"),
        }
    }

    /// The next frame that is no ping; `None` at the end.
    pub async fn receive_raw(&mut self) -> Option<Message> {
        loop {
            match timeout(PATIENCE, self.socket.next()).await.expect("a message in time") {
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(message)) => return Some(message),
                Some(Err(_)) | None => return None,
            }
        }
    }

    /// The server closes the WebSocket, and says nothing more.
    pub async fn expect_end(&mut self) {
        match self.receive_raw().await {
            None => {}
            Some(Message::Close(_)) => assert!(self.receive_raw().await.is_none()),
            Some(other) => panic!("the end was expected, not {other:?}"),
        }
    }

    /// ABORT `wamp.error.protocol_violation` with this text, and the end.
    pub async fn expect_violation(&mut self, text: &str) {
        let abort = format!(r#"[3,{{"message":"{text}"}},"wamp.error.protocol_violation"]"#);
        assert_eq!(self.receive().await, abort);
        self.expect_end().await;
    }
}
