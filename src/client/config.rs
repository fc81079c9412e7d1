//! What a client needs to know to join a realm.

use std::{fmt, rc::Rc, time::Duration};

use futures::future::LocalBoxFuture;

use super::{error::WampError, retry::ReconnectConfig};
use crate::{
    auth::{Credentials, WelcomeRule},
    codec::{Limits, Serializer},
    message::{AuthExtra, Challenge, Dict, Uri, Value},
    session::SessionConfig,
};

/// Where and how to join.
///
/// ```
/// use wamp_wasm::client::ClientConfig;
///
/// let config = ClientConfig::new("wss://example.com/ws", "realm1").ticket("joe", "secret");
/// assert_eq!(config.url, "wss://example.com/ws");
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct ClientConfig {
    /// The address of the router: `ws://` or `wss://`.
    pub url: String,
    /// Other addresses of it. Each is tried before an attempt to connect has failed; the one that was good last
    /// comes first, and what failed lately comes last.
    pub alternatives: Vec<String>,
    /// The realm to join.
    pub realm: Uri,
    /// What to offer, the preferred one first. The router chooses.
    pub serializers: Vec<Serializer>,
    /// `HELLO.Details`; goes to the wire as it is, with the client's roles added.
    pub details: Dict,
    /// Who joins, and by which methods. They answer every challenge.
    pub credentials: Option<Credentials>,
    /// Signs for a key of the credentials that is kept elsewhere.
    pub sign: Option<Sign>,
    /// Answers a CHALLENGE where there are no credentials. Without either every challenge is refused.
    pub on_challenge: Option<OnChallenge>,
    /// How long the connection may take to open.
    pub open_timeout: Duration,
    /// Timeouts of the session.
    pub session: SessionConfig,
    /// What a frame from the router may hold.
    pub limits: Limits,
    /// How many events a [`Subscription`](super::Subscription) keeps for its reader.
    pub event_buffer: usize,
    /// How a lost connection is made again. Without it, it is not, and the session is over.
    pub reconnect: Option<ReconnectConfig>,
}

/// Answers a CHALLENGE, and may take its time: to ask the user, or to sign with WebCrypto.
pub type OnChallenge = Rc<dyn Fn(Challenge) -> LocalBoxFuture<'static, Result<Proof, WampError>>>;

/// Signs a message with an Ed25519 key, in its time.
pub type Sign = Rc<dyn Fn([u8; 32]) -> LocalBoxFuture<'static, Result<[u8; 64], WampError>>>;

/// The answer to a CHALLENGE.
#[derive(Clone, Default, PartialEq)]
pub struct Proof {
    /// `AUTHENTICATE.Signature`.
    pub signature: String,
    /// `AUTHENTICATE.Extra`.
    pub extra: AuthExtra,
    /// What WELCOME has to show, where that changes by this challenge.
    pub rule: Option<WelcomeRule>,
}

/// Without the signature, which may be a ticket as it is.
impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proof").field("extra", &self.extra).field("rule", &self.rule).finish_non_exhaustive()
    }
}

impl From<&str> for Proof {
    fn from(signature: &str) -> Self {
        signature.to_owned().into()
    }
}

impl From<String> for Proof {
    fn from(signature: String) -> Self {
        Self { signature, ..Self::default() }
    }
}

impl ClientConfig {
    /// Anonymous, with all serializers, MessagePack first, and default limits and timeouts.
    #[must_use]
    pub fn new(url: impl Into<String>, realm: impl Into<Uri>) -> Self {
        Self {
            url: url.into(),
            alternatives: Vec::new(),
            realm: realm.into(),
            serializers: vec![Serializer::MsgPack, Serializer::Cbor, Serializer::Json],
            details: Dict::new(),
            credentials: None,
            sign: None,
            on_challenge: None,
            open_timeout: Duration::from_secs(10),
            session: SessionConfig::default(),
            limits: Limits::default(),
            event_buffer: 256,
            reconnect: None,
        }
    }

    /// The same, with another address of the router.
    #[must_use]
    pub fn or(mut self, url: impl Into<String>) -> Self {
        self.alternatives.push(url.into());
        self
    }

    /// The same, connecting again when the connection is lost: the session is durable. Its subscriptions and
    /// registrations are in place again before anything else is sent; what waits for an answer when the
    /// connection is lost fails with [`RequestError::SessionLost`](super::RequestError::SessionLost), and so does
    /// what is asked for before there is another. Nothing is sent twice.
    #[must_use]
    pub fn reconnect(mut self, reconnect: ReconnectConfig) -> Self {
        self.reconnect = Some(reconnect);
        self
    }

    /// The same, offering only these serializers, the preferred one first.
    #[must_use]
    pub fn serializers(mut self, serializers: impl Into<Vec<Serializer>>) -> Self {
        self.serializers = serializers.into();
        self
    }

    /// The same, with one more key in `HELLO.Details`.
    #[must_use]
    pub fn detail(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.details.insert(key, value);
        self
    }

    /// The same, authenticating with these credentials.
    ///
    /// ```
    /// use wamp_wasm::{auth::{Credentials, Scram}, client::ClientConfig};
    ///
    /// let credentials = Credentials::new("joe").scram(Scram::new("secret")).wampcra("secret");
    /// let config = ClientConfig::new("wss://example.com/ws", "realm1").authenticate(credentials);
    /// ```
    #[must_use]
    pub fn authenticate(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// The same, authenticating as `authid` by a ticket: a password that the connection has to protect.
    #[must_use]
    pub fn ticket(self, authid: &str, ticket: &str) -> Self {
        self.authenticate(Credentials::new(authid).ticket(ticket))
    }

    /// The same, signing with this function for a key of the credentials that is
    /// [kept elsewhere](crate::auth::Cryptosign::signed_elsewhere). An error refuses the challenge.
    ///
    /// ```
    /// use wamp_wasm::{auth::{Credentials, Cryptosign}, client::ClientConfig};
    /// # async fn ask_the_token(message: [u8; 32]) -> [u8; 64] { [0; 64] }
    ///
    /// let public_key = [7; 32];
    /// let credentials = Credentials::nameless().cryptosign(Cryptosign::signed_elsewhere(public_key));
    /// let config = ClientConfig::new("wss://example.com/ws", "realm1")
    ///     .authenticate(credentials)
    ///     .sign_with(async |message| Ok(ask_the_token(message).await));
    /// ```
    #[must_use]
    pub fn sign_with(
        mut self,
        sign: impl AsyncFn([u8; 32]) -> Result<[u8; 64], WampError> + 'static,
    ) -> Self {
        let sign = Rc::new(sign);
        self.sign = Some(Rc::new(move |message| {
            let sign = Rc::clone(&sign);
            Box::pin(async move { sign(message).await })
        }));
        self
    }

    /// The same, answering challenges with this function. An error refuses the challenge: its URI becomes
    /// the reason of the ABORT.
    ///
    /// ```
    /// use wamp_wasm::{client::{ClientConfig, WampError}, message::uris};
    ///
    /// let config = ClientConfig::new("wss://example.com/ws", "realm1")
    ///     .detail("authid", "joe")
    ///     .detail("authmethods", vec!["ticket".to_owned()])
    ///     .on_challenge(async |challenge| {
    ///         match challenge.method.as_str() {
    ///             "ticket" => Ok("secret".into()),
    ///             other => Err(WampError::new(uris::CANNOT_AUTHENTICATE, (format!("no {other} here"),))),
    ///         }
    ///     });
    /// ```
    #[must_use]
    pub fn on_challenge(
        mut self,
        answer: impl AsyncFn(Challenge) -> Result<Proof, WampError> + 'static,
    ) -> Self {
        let answer = Rc::new(answer);
        self.on_challenge = Some(Rc::new(move |challenge| {
            let answer = Rc::clone(&answer);
            Box::pin(async move { answer(challenge).await })
        }));
        self
    }
}

/// Without the details, which may hold what only the router should see.
impl fmt::Debug for ClientConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientConfig")
            .field("url", &self.url)
            .field("realm", &self.realm)
            .field("serializers", &self.serializers)
            .finish_non_exhaustive()
    }
}
