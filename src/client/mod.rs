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
mod handle;
mod parts;
mod registration;
mod serving;
mod shared;
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
pub use subscription::{Event, Subscription};
#[cfg(target_family = "wasm")]
pub use timer::BrowserTimer;
pub use timer::{ManualTimer, Timer};

use crate::{codec::Serializer, message::Hello, session::Input, transport::Transport};
use shared::Shared;

/// Joins realms.
#[derive(Clone, Copy, Debug)]
pub struct Client;

impl Client {
    /// Connects by WebSocket to the router of the configuration and joins its realm. The driver runs in
    /// the background of the page or worker until the session is over.
    ///
    /// Dropping the future gives up: a session that is joined meanwhile is left.
    ///
    /// ```no_run
    /// # #[cfg(target_family = "wasm")]
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// use wamp_wasm::client::{Client, ClientConfig};
    ///
    /// let session = Client::connect(ClientConfig::new("ws://localhost:8080/ws", "realm1")).await?;
    /// let echo: String = session.call("com.example.echo", ("hello",)).await?.args.get(0)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`JoinError`] says who is to blame.
    #[cfg(target_family = "wasm")]
    pub async fn connect(config: ClientConfig) -> Result<SessionHandle, JoinError> {
        let offered: Vec<_> = config.serializers.iter().map(|s| s.subprotocol()).collect();
        if offered.is_empty() {
            return Err(JoinError::NoSerializer);
        }
        let socket =
            crate::transport::WebSocketTransport::open(&config.url, &offered, config.open_timeout).await?;
        let serializer =
            Serializer::from_subprotocol(&socket.subprotocol()).ok_or(JoinError::NoSerializer)?;
        let (driver, joining) = Self::over(socket, serializer, BrowserTimer, config);
        wasm_bindgen_futures::spawn_local(driver);
        joining.await
    }

    /// Joins the realm of the configuration over an open transport whose serializer is agreed. The session
    /// lives as long as the driver, which the caller has to run, runs; the future gives the session once it
    /// is joined. The address and the serializers of the configuration do not matter.
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
        let shared = Shared::new(config.session.clone(), timer, serializer, config.event_buffer);
        let (sender, receiver) = oneshot::channel();
        let (started, on_challenge) = match start(&shared, now, &config) {
            Ok(on_challenge) => (Ok(()), on_challenge),
            Err(error) => (Err(error), None),
        };
        let driver =
            Driver::new(transport, shared.clone(), config.limits, on_challenge, sender, started.is_err());
        let joining = async move {
            started?;
            match receiver.await {
                Ok(Ok(())) => Ok(SessionHandle::new(shared)),
                Ok(Err(ended)) => Err(JoinError::Ended(ended)),
                Err(oneshot::Canceled) => Err(JoinError::Ended(shared.ended())),
            }
        };
        (driver, joining)
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
