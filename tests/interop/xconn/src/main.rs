//! A router of other people's making for the interoperability tests: the routing engine of the crate
//! `wampproto` (xconnio) behind a small WebSocket host. The engine decides everything about CALL, PUBLISH,
//! CANCEL, patterns, policies and authentication; this file only moves bytes, keeps the list of realms, and
//! can misbehave on request (`host.*`). One rule: it listens on loopback only, and prints where.

use futures_util::{SinkExt, StreamExt};
use std::{
    collections::HashMap,
    rc::Rc,
    cell::RefCell,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{mpsc, watch},
};
use tokio_tungstenite::tungstenite::{
    Message as Frame,
    handshake::server::{ErrorResponse, Request, Response},
    http::{HeaderValue, StatusCode},
    protocol::{CloseFrame, WebSocketConfig, frame::coding::CloseCode},
};
use wampproto::{
    acceptor::{Acceptor, AcceptorState},
    authenticators::server::{AuthRequest, AuthResponse, CRAKey, Salt, ServerAuthenticator},
    broker::Broker,
    dealer::Dealer,
    messages::{
        abort::Abort, call::Call, cancel::Cancel, error::Error as WampError, goodbye::Goodbye, message::Message,
        publish::Publish, types::{Error, Value},
    },
    serializers::{cbor::CBORSerializer, codec::Codec, json::JSONSerializer, msgpack::MsgPackSerializer, serializer::Serializer},
    uris,
};

const REALMS: [&str; 3] = ["realm1", "realm2", "auth"];

/// What a connection's writer is told to do.
enum Order {
    Send(Vec<u8>),
    Close(u16, String),
    Drop,
}

struct Peer {
    orders: mpsc::UnboundedSender<Order>,
    serializer: Box<dyn Serializer>,
}

#[derive(Default)]
struct Realm {
    dealer: Dealer,
    broker: Broker,
    peers: HashMap<i64, Peer>,
}

impl Realm {
    fn send(&self, to: i64, message: &dyn Message) {
        if let Some(peer) = self.peers.get(&to) {
            match peer.serializer.serialize(message) {
                Ok(bytes) => drop(peer.orders.send(Order::Send(bytes))),
                Err(error) => eprintln!("session {to}: {error:?}"),
            }
        }
    }
}

type Realms = Rc<RefCell<HashMap<String, Realm>>>;

/// The users of the Crossbar test node, as far as the engine has their method.
struct Users {
    open: bool,
}

impl ServerAuthenticator for Users {
    fn methods(&self) -> Vec<String> {
        let all = ["anonymous", "ticket", "wampcra", "cryptosign"];
        all[..if self.open { 1 } else { 4 }].iter().map(|m| m.to_string()).collect()
    }

    fn authenticate(&self, request: &AuthRequest) -> Result<AuthResponse, Error> {
        let unknown = || Error::new("unknown user");
        match (request.method.as_str(), request.authid.as_str()) {
            ("anonymous", "") => Ok(AuthResponse::new("anonymous", "anonymous")),
            ("anonymous", authid) => Ok(AuthResponse::new(authid, "anonymous")),
            ("ticket", authid) => match (authid, request.ticket.as_deref()) {
                ("tina", Some("ticket-secret-1")) => Ok(AuthResponse::new(authid, "user")),
                ("ron", Some("ticket-secret-2")) => Ok(AuthResponse::new(authid, "reader")),
                _ => Err(unknown()),
            },
            ("wampcra", authid) => {
                let (secret, salt) = match authid {
                    "carl" => ("cra-secret-1", None),
                    "carla" => ("cra-secret-2", Some(("salt-of-carla", 1000, 32))),
                    "carol" => ("cra-secret-3", Some(("salt-of-carol", 5000, 16))),
                    _ => return Err(unknown()),
                };
                let salt = salt.map(|(salt, iterations, key_length)| Salt { salt: salt.into(), iterations, key_length });
                let mut response = AuthResponse::new(authid, "user");
                response.cra = Some(CRAKey::from_secret(secret, salt)?);
                Ok(response)
            }
            ("cryptosign", authid) => match request.public_key.as_deref() {
                Some("9cea524a2d9b496e9029f85b91fb4547a474b516e7c86fd6892442c3c1332cb4") if matches!(authid, "" | "ed") => {
                    Ok(AuthResponse::new("ed", "user"))
                }
                _ => Err(unknown()),
            },
            _ => Err(unknown()),
        }
    }
}

fn abort(reason: &str, text: &str) -> Abort {
    let details = HashMap::from([("message".to_string(), Value::Str(text.into()))]);
    Abort { details, reason: reason.into(), args: None, kwargs: None }
}

fn call_error(call: &Call, uri: &str) -> WampError {
    WampError {
        message_type: Value::Int(48),
        request_id: call.request_id,
        options: HashMap::new(),
        uri: uri.into(),
        args: None,
        kwargs: None,
    }
}

/// One WAMP message from a joined session. An error ends the connection as a protocol violation.
fn route(realm: &mut Realm, id: i64, message: &dyn Message) -> Result<(), Error> {
    let any = message.as_any();
    if let Some(call) = any.downcast_ref::<Call>()
        && call.procedure.starts_with("host.")
    {
        host(realm, id, call);
        return Ok(());
    }
    let out = if let Some(cancel) = any.downcast_ref::<Cancel>() {
        realm.dealer.receive_cancel(id, cancel)?
    } else if let Some(publish) = any.downcast_ref::<Publish>() {
        let publication = realm.broker.receive_publish(id, publish)?;
        if let Some(ack) = &publication.ack {
            realm.send(ack.recipient, ack.message.as_ref());
        }
        for delivery in &publication.events {
            for to in &delivery.recipients {
                realm.send(*to, delivery.event.as_ref());
            }
        }
        return Ok(());
    } else if matches!(message.message_type(), Value::Int(32 | 34)) {
        vec![realm.broker.receive_message(id, message)?]
    } else {
        realm.dealer.receive_message(id, message)?.into_iter().collect()
    };
    for routed in out {
        realm.send(routed.recipient, routed.message.as_ref());
    }
    Ok(())
}

/// `host.*`: misbehaviour on request. The session concerned is kwargs.session, by default the caller's own.
fn host(realm: &Realm, caller: i64, call: &Call) {
    let args: Vec<Value> = call.args.clone().unwrap_or_default();
    let number = |value: Option<&Value>| match value {
        Some(Value::Int(n)) => Some(*n),
        Some(Value::UInt(n)) => Some(*n as i64),
        _ => None,
    };
    let text = |n: usize, default: &str| match args.get(n) {
        Some(Value::Str(s)) => s.clone(),
        _ => default.to_string(),
    };
    let target = number(call.kwargs.as_ref().and_then(|k| k.get("session"))).unwrap_or(caller);
    let Some(peer) = realm.peers.get(&target) else {
        return realm.send(caller, &call_error(call, uris::NO_SUCH_SESSION));
    };
    match call.procedure.as_str() {
        "host.goodbye" => {
            let details = HashMap::from([("message".to_string(), Value::Str(text(1, "")))]);
            realm.send(target, &Goodbye { details, reason: text(0, uris::CLOSE_KILLED) });
        }
        "host.abort" => realm.send(target, &abort(&text(0, uris::PROTOCOL_VIOLATION), &text(1, ""))),
        "host.close" => {
            let code = number(args.first()).unwrap_or(1011) as u16;
            drop(peer.orders.send(Order::Close(code, text(1, ""))));
        }
        "host.drop" => drop(peer.orders.send(Order::Drop)),
        // args[0], any list, goes out as it is; a string goes out as a raw (text) frame
        "host.send" => {
            let bytes = match args.first() {
                Some(Value::Str(raw)) => raw.clone().into_bytes(),
                Some(value) => codec(peer.serializer.as_ref()).encode(value).unwrap_or_default(),
                None => Vec::new(),
            };
            drop(peer.orders.send(Order::Send(bytes)));
        }
        _ => realm.send(caller, &call_error(call, uris::NO_SUCH_PROCEDURE)),
    }
}

fn codec(serializer: &dyn Serializer) -> Codec {
    match &format!("{serializer:?}")[..1] {
        "J" => Codec::Json,
        "M" => Codec::MsgPack,
        _ => Codec::Cbor,
    }
}

async fn serve(stream: TcpStream, realms: Realms, open: bool, mut stop: watch::Receiver<bool>) {
    let _ = stream.set_nodelay(true);
    let mut chosen = String::new();
    let negotiate = |request: &Request, mut response: Response| {
        let offered = request.headers().get("sec-websocket-protocol").and_then(|v| v.to_str().ok()).unwrap_or("");
        for name in offered.split(',').map(str::trim) {
            if matches!(name, "wamp.2.json" | "wamp.2.msgpack" | "wamp.2.cbor") {
                chosen = name.to_string();
                response.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_str(name).unwrap());
                return Ok(response);
            }
        }
        let mut refusal = ErrorResponse::new(Some("no common WAMP subprotocol\n".into()));
        *refusal.status_mut() = StatusCode::BAD_REQUEST;
        Err(refusal)
    };
    let config = WebSocketConfig::default().max_message_size(Some(1 << 24)).max_frame_size(Some(1 << 24));
    let Ok(socket) = tokio_tungstenite::accept_hdr_async_with_config(stream, negotiate, Some(config)).await else {
        return;
    };
    let serializer: Box<dyn Serializer> = match chosen.as_str() {
        "wamp.2.msgpack" => Box::new(MsgPackSerializer {}),
        "wamp.2.cbor" => Box::new(CBORSerializer {}),
        _ => Box::new(JSONSerializer {}),
    };
    let text = matches!(codec(serializer.as_ref()), Codec::Json);
    let (mut sink, mut source) = socket.split();
    let (orders, mut inbox) = mpsc::unbounded_channel();
    let writer = tokio::task::spawn_local(async move {
        while let Some(order) = inbox.recv().await {
            let done = match order {
                Order::Send(bytes) => {
                    let frame = match text {
                        true => Frame::text(String::from_utf8_lossy(&bytes).into_owned()),
                        false => Frame::binary(bytes),
                    };
                    sink.send(frame).await.is_err()
                }
                Order::Close(code, reason) => {
                    let frame = CloseFrame { code: CloseCode::from(code), reason: reason.into() };
                    let _ = sink.send(Frame::Close(Some(frame))).await;
                    false
                }
                Order::Drop => true,
            };
            if done {
                break;
            }
        }
    });

    let mut acceptor = Acceptor::new(serializer.clone(), Box::new(Users { open }));
    let mut joined: Option<(i64, String)> = None;
    let tell = |message: &dyn Message| {
        if let Ok(bytes) = serializer.serialize(message) {
            let _ = orders.send(Order::Send(bytes));
        }
    };
    loop {
        let frame = tokio::select! {
            frame = source.next() => frame,
            _ = stop.changed() => {
                if joined.is_some() {
                    tell(&Goodbye { details: HashMap::new(), reason: uris::CLOSE_SYSTEM_SHUTDOWN.into() });
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
                let _ = orders.send(Order::Close(1001, "router shutdown".into()));
                tokio::time::sleep(Duration::from_millis(200)).await;
                break;
            }
            _ = async { while !writer.is_finished() { tokio::time::sleep(Duration::from_millis(20)).await } } => break,
        };
        let payload = match frame {
            Some(Ok(Frame::Text(payload))) if text => payload.as_bytes().to_vec(),
            Some(Ok(Frame::Binary(payload))) if !text => payload.to_vec(),
            Some(Ok(Frame::Ping(_) | Frame::Pong(_))) => continue,
            Some(Ok(Frame::Text(_) | Frame::Binary(_))) => {
                let _ = orders.send(Order::Close(1003, "wrong frame type for this serializer".into()));
                continue;
            }
            Some(Err(tokio_tungstenite::tungstenite::Error::Capacity(_))) => {
                let _ = orders.send(Order::Close(1009, "message too big".into()));
                tokio::time::sleep(Duration::from_millis(200)).await;
                break;
            }
            _ => break,
        };
        let outcome = serializer.deserialize(payload).and_then(|message| match &joined {
            Some((id, realm)) => {
                let mut realms = realms.borrow_mut();
                let realm = realms.get_mut(realm).unwrap();
                if message.as_any().is::<Goodbye>() {
                    tell(&Goodbye { details: HashMap::new(), reason: uris::CLOSE_GOOD_BYE_AND_OUT.into() });
                    let _ = orders.send(Order::Close(1000, "session closed".into()));
                    return Ok(());
                }
                route(realm, *id, message.as_ref())
            }
            None => {
                let reply = acceptor.receive_message(message.as_ref())?;
                if acceptor.state() == AcceptorState::WelcomeSent {
                    let details = acceptor.session_details()?.clone();
                    let mut realms = realms.borrow_mut();
                    let Some(realm) = realms.get_mut(&details.realm) else {
                        tell(&abort(uris::NO_SUCH_REALM, "no such realm"));
                        let _ = orders.send(Order::Close(1000, "aborted".into()));
                        return Ok(());
                    };
                    let id = details.id;
                    joined = Some((id, details.realm.clone()));
                    realm.dealer.add_session(details.clone())?;
                    realm.broker.add_session(details)?;
                    realm.peers.insert(id, Peer { orders: orders.clone(), serializer: serializer.clone() });
                }
                tell(reply.as_ref());
                if acceptor.state() == AcceptorState::Aborted {
                    let _ = orders.send(Order::Close(1000, "aborted".into()));
                }
                Ok(())
            }
        });
        if let Err(error) = outcome {
            tell(&abort(uris::PROTOCOL_VIOLATION, &format!("{error:?}")));
            let _ = orders.send(Order::Close(1002, "protocol violation".into()));
        }
    }
    if let Some((id, name)) = joined {
        let mut realms = realms.borrow_mut();
        let realm = realms.get_mut(&name).unwrap();
        realm.peers.remove(&id);
        let _ = realm.broker.remove_session(id);
        for routed in realm.dealer.remove_session(id).unwrap_or_default() {
            realm.send(routed.recipient, routed.message.as_ref());
        }
    }
    writer.abort();
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let realms: Realms = Rc::new(RefCell::new(REALMS.iter().map(|r| (r.to_string(), Realm::default())).collect()));
    let (stop, stopped) = watch::channel(false);
    tokio::task::LocalSet::new()
        .run_until(async move {
            // The second one asks who one is; its port is printed first, because "listening on" means ready.
            for (open, says) in [(false, "authentication on"), (true, "listening on")] {
                let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("bind");
                let address = listener.local_addr().expect("address");
                let (realms, stopped) = (realms.clone(), stopped.clone());
                tokio::task::spawn_local(async move {
                    while let Ok((stream, _)) = listener.accept().await {
                        tokio::task::spawn_local(serve(stream, realms.clone(), open, stopped.clone()));
                    }
                });
                println!("{says} http://{address}");
            }
            let mut term = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).unwrap();
            term.recv().await;
            let _ = stop.send(true);
            tokio::time::sleep(Duration::from_millis(700)).await;
        })
        .await;
}
