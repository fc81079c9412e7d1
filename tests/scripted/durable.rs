//! A client whose session outlives its connections, and what the tests of it say again and again.

use std::time::Duration;

use futures::{FutureExt, StreamExt};
use wamp_wasm::client::{
    ClientConfig, Event, ReconnectConfig, SessionHandle, Status, StatusStream, Subscription,
};

use super::{Network, Scripted, config};

pub(crate) const SECOND: Duration = Duration::from_secs(1);
/// What another session is welcomed with.
pub(crate) const AGAIN: &str = r#"[2,8,{"roles":{"broker":{},"dealer":{}}}]"#;

/// Retries after 1 s, 2 s, 4 s …, and no heartbeat.
pub(crate) fn reconnecting() -> ReconnectConfig {
    let mut reconnect = ReconnectConfig::default();
    reconnect.heartbeat = None;
    let policy = &mut reconnect.policy;
    (policy.initial_retry_delay, policy.retry_delay_growth, policy.retry_delay_jitter) = (1.0, 2.0, 0.0);
    reconnect
}

pub(crate) fn durable() -> ClientConfig {
    config().reconnect(reconnecting())
}

pub(crate) fn connected() -> (Scripted, SessionHandle) {
    Scripted::connected(&Network::default(), durable())
}

/// The connection breaks, and the next one is made after a second.
pub(crate) fn reconnect(client: &mut Scripted) {
    reconnect_to(client, AGAIN);
}

/// The same, and the router answers HELLO with this.
pub(crate) fn reconnect_to(client: &mut Scripted, answer: &str) {
    client.breaks();
    client.passes(SECOND);
    client.welcomes(answer);
}

pub(crate) fn subscribe(client: &mut Scripted, session: &SessionHandle) -> Subscription {
    let handle = session.clone();
    let subscribing = client.start(async move { handle.subscribe("com.example.chat").await });
    let request = client.received().unwrap();
    let id = request.split(',').nth(1).unwrap();
    client.says(&format!("[33,{id},501]"));
    subscribing.done().unwrap()
}

/// The next event, if there is one, or that there is none any more.
pub(crate) fn next(subscription: &mut Subscription) -> Option<Option<Event>> {
    subscription.next().now_or_never()
}

/// The changes until now, in a word each.
pub(crate) fn changes(status: &mut StatusStream) -> Vec<String> {
    let mut words = Vec::new();
    while let Some(Some(status)) = status.next().now_or_never() {
        words.push(match status {
            Status::Connecting { url } => format!("connecting to {url}"),
            Status::Open { id } => format!("open {id}"),
            Status::Restored { uri } => format!("restored {uri}"),
            Status::NotRestored { uri, error } => format!("not restored {uri}: {error}"),
            Status::Waiting { delay, retries, how, .. } => {
                format!("{} waiting {delay:?} for retry {retries}", how.as_str())
            }
            Status::Closed(ended) => format!("closed: {:?}", ended.cause),
            other => format!("{other:?}"),
        });
    }
    words
}
