//! How a client connects again: the settings, and the question to the application.

use std::{fmt, rc::Rc, time::Duration};

use futures::future::LocalBoxFuture;

use crate::{
    reconnect::{Config, How, Retry},
    session::Ended,
};

/// That and how a lost connection is made again.
///
/// ```
/// use std::time::Duration;
/// use wamp_wasm::client::{ClientConfig, ReconnectConfig};
///
/// let mut reconnect = ReconnectConfig::default();
/// reconnect.policy.max_retry_delay = 10.0;
/// let config = ClientConfig::new("wss://one.example.com/ws", "realm1")
///     .or("wss://two.example.com/ws")
///     .reconnect(reconnect.should_retry(async |lost| lost.ended.reason != Some("com.example.banned".into())));
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct ReconnectConfig {
    /// When to try again. Unless it says otherwise: not at all before there was a session, and then for ever, at
    /// least every 30 seconds.
    pub policy: Config,
    /// How a connection is noticed that is dead and was never closed.
    pub heartbeat: Option<Heartbeat>,
    /// Asked at each end, instead of the judgement of the policy.
    pub should_retry: Option<ShouldRetry>,
}

/// Says whether to try again. It may take its time.
pub type ShouldRetry = Rc<dyn Fn(Lost) -> LocalBoxFuture<'static, bool>>;

/// A connection that was lost, or not to be had.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Lost {
    /// How, in a word.
    pub how: How,
    /// How.
    pub ended: Ended,
    /// The retry that the policy would make.
    pub retry: Option<Retry>,
}

/// When to ask a router that says nothing for a sign of life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heartbeat {
    /// After so long without anything.
    pub interval: Duration,
    /// How long the answer may take; then the connection is given up as lost.
    pub timeout: Duration,
}

impl Default for Heartbeat {
    fn default() -> Self {
        Self { interval: Duration::from_secs(30), timeout: Duration::from_secs(10) }
    }
}

impl Default for ReconnectConfig {
    fn default() -> Self {
        let mut policy = Config::default();
        (policy.max_retries, policy.max_first_retries, policy.max_retry_delay) = (None, Some(0), 30.0);
        Self { policy, heartbeat: Some(Heartbeat::default()), should_retry: None }
    }
}

impl ReconnectConfig {
    /// The same, asking this function at each end, also where the policy gives up: `true` tries again, within
    /// `max_retries`. It is not asked when the application left.
    #[must_use]
    pub fn should_retry(mut self, ask: impl AsyncFn(Lost) -> bool + 'static) -> Self {
        let ask = Rc::new(ask);
        self.should_retry = Some(Rc::new(move |lost| {
            let ask = Rc::clone(&ask);
            Box::pin(async move { ask(lost).await })
        }));
        self
    }
}

impl fmt::Debug for ReconnectConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReconnectConfig")
            .field("policy", &self.policy)
            .field("heartbeat", &self.heartbeat)
            .finish_non_exhaustive()
    }
}
