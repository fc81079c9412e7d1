//! The client for Rust applications: a session as a handle with async functions and streams.
//! Everything runs in one thread, in one [`Driver`] a session; nothing here needs `Send`.
//!
//! In a browser `Client::connect` opens a WebSocket and starts the driver. Anywhere else
//! [`Client::over`] takes a transport and a timer, and the application runs the driver:
//!
//! ```
//! use futures::{executor::LocalPool, task::LocalSpawnExt};
//! use wamp_wasm::{
//!     client::{Client, ClientConfig, ManualTimer},
//!     codec::Serializer,
//!     transport,
//! };
//!
//! let (here, there) = transport::pair();
//! let config = ClientConfig::new("memory", "realm1");
//! let (driver, joining) = Client::over(here, Serializer::Json, ManualTimer::default(), config);
//!
//! let mut pool = LocalPool::new();
//! pool.spawner().spawn_local(driver)?;
//! drop(there);        // a router would answer here
//! assert!(pool.run_until(joining).is_err());
//! # Ok::<(), futures::task::SpawnError>(())
//! ```

mod arguments;
mod auth;
mod call;
mod config;
mod driver;
mod error;
mod fate;
mod handle;
mod heartbeat;
mod life;
mod parts;
mod registration;
mod retry;
mod runner;
mod serving;
mod shared;
mod status;
mod subscription;
mod timer;

use std::{future::Future, rc::Rc};

use futures::channel::oneshot;

pub use arguments::{Args, ArgumentError, Arguments, Kwargs};
pub use call::{Call, CallResult};
pub use config::{ClientConfig, OnChallenge, Proof, Sign};
pub use driver::Driver;
pub use error::{JoinError, RequestError, SessionLost, WampError};
pub use handle::SessionHandle;
pub use parts::{Part, Parts};
pub use registration::{Invocation, Registration};
pub use retry::{Heartbeat, Lost, ReconnectConfig, ShouldRetry};
pub use status::{Status, StatusStream};
pub use subscription::{Event, Subscription};
#[cfg(target_family = "wasm")]
pub use timer::BrowserTimer;
pub use timer::{ManualTimer, Timer};

use crate::{
    codec::Serializer,
    message::{Hello, uris},
    session::Input,
    transport::Transport,
};
use runner::Runner;
use shared::Shared;

/// Joins realms.
#[derive(Clone, Copy, Debug)]
pub struct Client;

impl Client {
    /// Connects by WebSocket to the router of the configuration and joins its realm. The driver runs in
    /// the background of the page or worker until the session is over.
    ///
    /// With [`ClientConfig::reconnect`] the session outlives the connection. Dropping the future gives up: a
    /// session that is joined meanwhile is left.
    ///
    /// ```no_run
    /// # #[cfg(target_family = "wasm")]
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// use wamp_wasm::client::{Client, ClientConfig, ReconnectConfig};
    ///
    /// let config = ClientConfig::new("ws://localhost:8080/ws", "realm1").reconnect(ReconnectConfig::default());
    /// let session = Client::connect(config).await?;
    /// let echo: String = session.call("com.example.echo", ("hello",)).await?.args.get(0)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`JoinError`] says who is to blame.
    #[cfg(target_family = "wasm")]
    pub async fn connect(config: ClientConfig) -> Result<SessionHandle, JoinError> {
        let (serializers, timeout) = (config.serializers.clone(), config.open_timeout);
        let open = async move |url: String| {
            let offered: Vec<_> = serializers.iter().map(|s| s.subprotocol()).collect();
            if offered.is_empty() {
                return Err(JoinError::NoSerializer);
            }
            let socket = crate::transport::WebSocketTransport::open(&url, &offered, timeout).await?;
            let agreed = Serializer::from_subprotocol(&socket.subprotocol());
            agreed.map(|serializer| (socket, serializer)).ok_or(JoinError::NoSerializer)
        };
        let (driver, joining) = Self::connect_with(open, BrowserTimer, config);
        wasm_bindgen_futures::spawn_local(driver);
        joining.await
    }

    /// The same anywhere: `open` gives a transport to an address of the configuration, and the serializer that is
    /// agreed on it. The caller runs the first future, the driver, as long as the session is to live; the second
    /// gives the session once it is joined.
    ///
    /// ```
    /// use futures::{FutureExt, executor::LocalPool, task::LocalSpawnExt};
    /// use wamp_wasm::{
    ///     client::{Client, ClientConfig, JoinError, ManualTimer, ReconnectConfig},
    ///     codec::Serializer,
    ///     transport::MemoryTransport,
    /// };
    ///
    /// let open = async |url: String| -> Result<(MemoryTransport, Serializer), JoinError> {
    ///     Err(JoinError::Unreachable(format!("nobody at {url}")))
    /// };
    /// let config = ClientConfig::new("one", "realm1").or("two").reconnect(ReconnectConfig::default());
    /// let (driver, joining) = Client::connect_with(open, ManualTimer::default(), config);
    ///
    /// let mut pool = LocalPool::new();
    /// pool.spawner().spawn_local(driver)?;
    /// assert_eq!(pool.run_until(joining).unwrap_err().to_string(), "nobody at one; nobody at two");
    /// # Ok::<(), futures::task::SpawnError>(())
    /// ```
    pub fn connect_with<T: Transport + Unpin>(
        open: impl AsyncFn(String) -> Result<(T, Serializer), JoinError> + 'static,
        timer: impl Timer + 'static,
        config: ClientConfig,
    ) -> (impl Future<Output = ()>, impl Future<Output = Result<SessionHandle, JoinError>>) {
        let (sender, receiver) = oneshot::channel();
        let durable = config.reconnect.is_some();
        let shared = Shared::new(&config, durable, Rc::new(timer), Serializer::MsgPack, sender);
        let runner = Runner::new(open, config, shared.clone());
        let unwanted = Unwanted(Some(shared.clone()));
        (runner.run(), joined(shared, receiver, unwanted))
    }

    /// Joins the realm of the configuration over an open transport whose serializer is agreed. The session
    /// lives as long as the driver, which the caller has to run, runs; the future gives the session once it
    /// is joined. The addresses and the serializers of the configuration do not matter, nor how to reconnect:
    /// there is one transport.
    ///
    /// See the [module](self) for an example.
    pub fn over<T: Transport>(
        transport: T,
        serializer: Serializer,
        timer: impl Timer + 'static,
        config: ClientConfig,
    ) -> (Driver<T>, impl Future<Output = Result<SessionHandle, JoinError>>) {
        let timer: Rc<dyn Timer> = Rc::new(timer);
        let now = timer.now();
        let (sender, receiver) = oneshot::channel();
        let shared = Shared::new(&config, false, timer, serializer, sender);
        let (started, on_challenge) = match start(&shared, now, &config) {
            Ok(on_challenge) => (Ok(()), on_challenge),
            Err(error) => (Err(error), None),
        };
        let driver = Driver::new(transport, shared.clone(), config.limits, on_challenge, started.is_err());
        let joining = async move {
            started?;
            joined(shared, receiver, Unwanted(None)).await
        };
        (driver, joining)
    }
}

async fn joined(
    shared: Shared,
    receiver: oneshot::Receiver<Result<(), JoinError>>,
    mut unwanted: Unwanted,
) -> Result<SessionHandle, JoinError> {
    let joined = receiver.await;
    unwanted.0 = None;
    match joined {
        Ok(Ok(())) => Ok(SessionHandle::new(shared)),
        Ok(Err(error)) => Err(error),
        Err(oneshot::Canceled) => Err(JoinError::Ended(shared.ended())),
    }
}

/// Gives up a session that nobody waits for any more.
struct Unwanted(Option<Shared>);

impl Drop for Unwanted {
    fn drop(&mut self) {
        if let Some(shared) = self.0.take() {
            let _ = SessionHandle::new(shared).say_goodbye(uris::CLOSE_REALM.into(), None);
        }
    }
}

/// Gives HELLO to the machine, and whoever answers challenges to the driver. When it fails nothing was
/// sent, and the driver only closes the transport.
fn start(
    shared: &Shared,
    now: std::time::Duration,
    config: &ClientConfig,
) -> Result<Option<OnChallenge>, JoinError> {
    let auth::Prepared { details, rule, on_challenge } = auth::prepare(config)?;
    let hello = Hello { realm: config.realm.clone(), details };
    shared.check(&hello.clone().into())?;
    shared.with(|core| {
        core.session.handle(now, Input::Opened);
        core.session.demand(rule)?;
        core.session.join(now, hello.realm, hello.details)
    })?;
    Ok(on_challenge)
}
