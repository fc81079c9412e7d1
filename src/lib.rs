//! [WAMP](https://wamp-proto.org/) for the browser: a client in Rust for wasm32, a router to embed, and
//! below both the protocol as pure state machines that read no clock and touch no socket.
//!
//! - **An application in a browser** starts at [`client`]: `Client::connect`
//!   gives a session with async functions, and streams of events.
//! - **A test, or a page with its own router**, connects both ends by a [`transport::pair`]; below is one.
//! - **Another host** runs [`session::Session`] or [`router::Router`] itself, with its own sockets and clock.
//!
//! ```
//! # #[cfg(not(all(feature = "client", feature = "router")))] fn main() {}
//! # #[cfg(all(feature = "client", feature = "router"))]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//! use futures::{StreamExt, executor::LocalPool, task::LocalSpawnExt};
//! use wamp_wasm::client::{Arguments, Client, ClientConfig, ManualTimer};
//! use wamp_wasm::{codec::Serializer, host::RouterHost, router::{Router, RouterConfig}, transport};
//!
//! let mut pool = LocalPool::new();
//! let (here, there) = transport::pair();
//!
//! let router = Router::new(RouterConfig::default(), || 1);    // a real host draws random numbers here
//! let host = RouterHost::new(router, || Duration::ZERO);      // … and reads a clock here
//! pool.spawner().spawn_local(host.serve(there, Serializer::Json, Default::default()))?;
//!
//! let config = ClientConfig::new("memory", "realm1");
//! let (driver, joining) = Client::over(here, Serializer::Json, ManualTimer::default(), config);
//! pool.spawner().spawn_local(driver)?;
//!
//! pool.run_until(async {
//!     let session = joining.await?;
//!     session.register("com.example.add", async |call| {
//!         Ok((call.args.get::<i64>(0)? + call.args.get::<i64>(1)?,))
//!     }).await?;
//!     let sum: i64 = session.call("com.example.add", (2, 3)).await?.args.get(0)?;
//!     assert_eq!(sum, 5);
//!
//!     let mut chat = session.subscribe("com.example.chat").await?;
//!     let me_too = wamp_wasm::message::Dict::new().with("exclude_me", false).try_into()?;
//!     let hello = Arguments::new().arg("hello").kwarg("name", "Ada");
//!     session.publish_with("com.example.chat", me_too, hello).await?;
//!     let event = chat.next().await.ok_or("the session is over")?;
//!     assert_eq!(event.kwargs.get::<String>("name")?, "Ada");
//!
//!     session.leave().await;
//!     Ok(())
//! })
//! # }
//! ```
//!
//! # Features
//!
//! | feature | default | gives |
//! |---|---|---|
//! | `client` | yes | [`client`] |
//! | `auth` | yes | the methods of [`auth`]; `client` needs it |
//! | `saslprep` | yes | passwords beyond ASCII for SCRAM; without it they have to be prepared already (RFC 4013) |
//! | `e2ee` | no | the key ring of `e2ee`, which encrypts payloads from end to end |
//! | `router` | no | `router` and `host` |
//! | `json` | yes | the serializer JSON; `client` and `router` need it |
//! | `cbor` | yes | the serializer CBOR; `client` and `router` need it |
//! | `js`, `js-…` | no | the WebAssembly modules of the npm package; only for building that package |
//!
//! # Rules that hold everywhere
//!
//! Nothing that a peer or an application hands over makes this crate panic. Nothing needs `Send`: a
//! browser's objects live in one thread. WebSockets and timers of the browser exist on wasm32 only; all
//! else builds and is tested on any host.

pub mod auth;
#[cfg(feature = "client")]
pub mod client;
pub mod codec;
#[cfg(feature = "e2ee")]
pub mod e2ee;
#[cfg(feature = "router")]
pub mod host;
#[cfg(all(
    target_family = "wasm",
    any(feature = "js", feature = "js-auth", feature = "js-e2ee", feature = "js-large")
))]
pub mod js;
pub mod message;
pub mod reconnect;
#[cfg(feature = "router")]
pub mod router;
pub mod session;
pub mod transport;
