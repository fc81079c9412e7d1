//! Who joins, and by which methods: what an application hands over to authenticate.

use super::{CostLimits, Cryptosign, Dialect, Scram, Secret};

/// Who joins and how: methods in order of preference. The router chooses among them.
///
/// ```
/// use wamp_wasm::auth::{Credentials, Cryptosign, Scram};
///
/// let by_password = Credentials::new("joe").scram(Scram::new("secret")).wampcra("secret");
/// let by_key = Credentials::nameless().cryptosign(
///     Cryptosign::from_hex("4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510")?,
/// );
/// let as_last_time = Credentials::new("joe").cookie().ticket("secret");
/// # Ok::<(), wamp_wasm::auth::KeyError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    pub(super) authid: Option<String>,
    pub(super) list: Vec<Credential>,
    pub(super) limits: CostLimits,
}

/// One method with what it needs.
#[derive(Clone, Debug)]
pub(super) enum Credential {
    /// A method without a challenge.
    Named(&'static str),
    Ticket(Secret),
    WampCra(Secret),
    Scram(Box<Scram>),
    Cryptosign(Box<Cryptosign>),
}

impl Credentials {
    /// As this `authid`, by no method yet.
    #[must_use]
    pub fn new(authid: impl Into<String>) -> Self {
        Self { authid: Some(authid.into()), ..Self::default() }
    }

    /// Without an `authid`: for `anonymous`, for a cookie, and for `cryptosign` where the router knows us
    /// by our key.
    #[must_use]
    pub fn nameless() -> Self {
        Self::default()
    }

    /// The same, also anonymously.
    #[must_use]
    pub fn anonymous(self) -> Self {
        self.and(Credential::Named("anonymous"))
    }

    /// The same, also by the cookie that the browser sends with the handshake of the WebSocket. Offer it
    /// first, and another method behind it for when there is no cookie yet.
    #[must_use]
    pub fn cookie(self) -> Self {
        self.and(Credential::Named("cookie"))
    }

    /// The same, also by a ticket, which goes over the wire as it is: the connection has to protect it.
    #[must_use]
    pub fn ticket(self, ticket: impl Into<Secret>) -> Self {
        self.and(Credential::Ticket(ticket.into()))
    }

    /// The same, also by WAMP-CRA. Whether the secret is salted is the router's to say.
    #[must_use]
    pub fn wampcra(self, secret: impl Into<Secret>) -> Self {
        self.and(Credential::WampCra(secret.into()))
    }

    /// The same, also by SCRAM.
    #[must_use]
    pub fn scram(self, scram: Scram) -> Self {
        self.and(Credential::Scram(Box::new(scram)))
    }

    /// The same, also by cryptosign.
    #[must_use]
    pub fn cryptosign(self, key: Cryptosign) -> Self {
        self.and(Credential::Cryptosign(Box::new(key)))
    }

    /// The same with other bounds for what a router may ask for.
    #[must_use]
    pub fn limits(mut self, limits: CostLimits) -> Self {
        self.limits = limits;
        self
    }

    fn and(mut self, credential: Credential) -> Self {
        self.list.push(credential);
        self
    }
}

impl Credential {
    /// The methods by which it is offered.
    pub(super) fn methods(&self) -> Vec<&'static str> {
        match self {
            Self::Named(method) => vec![method],
            Self::Ticket(_) => vec!["ticket"],
            Self::WampCra(_) => vec!["wampcra"],
            Self::Cryptosign(_) => vec!["cryptosign"],
            Self::Scram(scram) => match scram.only {
                Some(dialect) => vec![dialect.method()],
                None => vec![Dialect::Crossbar.method(), Dialect::Specification.method()],
            },
        }
    }

    /// Whether the router has to prove who it is, too.
    pub(super) const fn is_mutual(&self) -> bool {
        match self {
            Self::Scram(_) => true,
            Self::Cryptosign(key) => key.router.is_some(),
            Self::Named(_) | Self::Ticket(_) | Self::WampCra(_) => false,
        }
    }
}
