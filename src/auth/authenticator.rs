//! The client's side of authentication as a small machine: what HELLO offers, what answers a challenge,
//! and what WELCOME has to show. One rule: one `Authenticator` is for one join; another join needs
//! other random octets.

use std::fmt;

use super::{
    AuthError, Credentials, Dialect, WelcomeRule, cra,
    credentials::Credential,
    cryptosign, scram,
    text::{Extra, base64},
};
use crate::message::{AuthExtra, Challenge, Dict, Value};

/// How many random octets a join needs.
pub const RANDOM_OCTETS: usize = NONCE_OCTETS + 32;

/// A multiple of three: then what Crossbar.io makes of the nonce begins with it in base64 too.
const NONCE_OCTETS: usize = 24;

/// Authenticates one join.
///
/// ```
/// use wamp_wasm::auth::{Authenticator, Credentials, RANDOM_OCTETS, Step};
/// use wamp_wasm::message::{Challenge, Dict};
///
/// let random = [7; RANDOM_OCTETS]; // a real client draws these anew for every join
/// let mut authenticator = Authenticator::new(Credentials::new("peter").wampcra("secret1"), random);
/// let details = authenticator.hello(Dict::new())?;
/// assert_eq!(details.get("authid").and_then(|id| id.as_str()), Some("peter"));
///
/// let extra = Dict::new().with("challenge", "{}").try_into()?;
/// let challenge = Challenge { method: "wampcra".to_owned(), extra };
/// let Step::Answer(answer) = authenticator.challenged(&challenge)? else { return Ok(()) };
/// assert_eq!(answer.signature.len(), 44); // base64 of HMAC-SHA256, for AUTHENTICATE
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Authenticator {
    credentials: Credentials,
    /// Of SCRAM.
    nonce: String,
    /// For the router to sign.
    challenge: [u8; 32],
    answered: Vec<String>,
    rule: WelcomeRule,
}

/// What a challenge leads to.
#[derive(Debug)]
pub enum Step {
    /// AUTHENTICATE can be sent.
    Answer(Answer),
    /// A key that is kept elsewhere has to sign first.
    Sign(ToSign),
}

/// What AUTHENTICATE holds, and what WELCOME has to show from now on.
pub struct Answer {
    /// `AUTHENTICATE.Signature`.
    pub signature: String,
    /// `AUTHENTICATE.Extra`.
    pub extra: AuthExtra,
    /// For [`Session::demand`](crate::session::Session::demand), before AUTHENTICATE.
    pub rule: WelcomeRule,
}

/// Without the signature, which may be a ticket as it is.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("extra", &self.extra).field("rule", &self.rule).finish_non_exhaustive()
    }
}

/// A message for an Ed25519 key that is kept elsewhere.
#[derive(Debug)]
pub struct ToSign {
    message: [u8; 32],
    rule: WelcomeRule,
}

impl ToSign {
    /// What to sign.
    #[must_use]
    pub const fn message(&self) -> &[u8; 32] {
        &self.message
    }

    /// The answer with this signature.
    #[must_use]
    pub fn signed(self, signature: &[u8; 64]) -> Answer {
        let signature = cryptosign::proof(signature, &self.message);
        Answer { signature, extra: AuthExtra::default(), rule: self.rule }
    }
}

impl Authenticator {
    /// For one join, which no other may share its random octets with.
    #[must_use]
    pub fn new(credentials: Credentials, random: [u8; RANDOM_OCTETS]) -> Self {
        let (nonce, challenge) = random.split_at(NONCE_OCTETS);
        let challenge = challenge.first_chunk().copied().unwrap_or_default();
        let all_mutual = !credentials.list.is_empty() && credentials.list.iter().all(Credential::is_mutual);
        let rule = if all_mutual { WelcomeRule::AfterChallenge } else { WelcomeRule::Anything };
        Self { credentials, nonce: base64(nonce), challenge, answered: Vec::new(), rule }
    }

    /// `HELLO.Details` with `authid`, `authmethods` and `authextra`. An authid that is there already stays,
    /// and so does what else `authextra` holds.
    ///
    /// # Errors
    /// [`AuthError::NoAuthid`] when a method needs one and there is none, neither in the details.
    pub fn hello(&mut self, details: Dict) -> Result<Dict, AuthError> {
        let mut details = details;
        let Credentials { authid, list, .. } = &mut self.credentials;
        match (&authid, details.get("authid").and_then(Value::as_str)) {
            (Some(authid), None) => details.insert("authid", authid.as_str()),
            (_, Some(given)) => *authid = Some(given.to_owned()),
            (None, None) => {}
        }
        let needs = |credential: &Credential| match credential {
            Credential::Named(_) | Credential::Cryptosign(_) => None,
            Credential::Ticket(_) => Some("ticket"),
            Credential::WampCra(_) => Some("wampcra"),
            Credential::Scram(_) => Some("scram"),
        };
        if let (None, Some(method)) = (&authid, list.iter().find_map(needs)) {
            return Err(AuthError::NoAuthid(method));
        }

        let mut authextra = details.get("authextra").and_then(Value::as_dict).cloned().unwrap_or_default();
        for credential in list.iter() {
            match credential {
                Credential::Scram(scram) => {
                    authextra.insert("nonce", self.nonce.as_str());
                    if let Some(binding) = &scram.binding {
                        authextra.insert("channel_binding", binding.kind.as_str());
                    }
                }
                Credential::Cryptosign(key) => key.announce(&self.challenge, &mut authextra),
                _ => {}
            }
        }
        let methods: Vec<_> = self.methods().into_iter().map(str::to_owned).collect();
        if !methods.is_empty() {
            details.insert("authmethods", methods);
        }
        if !authextra.is_empty() {
            details.insert("authextra", authextra);
        }
        Ok(details)
    }

    /// What WELCOME has to show. Ask again after every challenge; see also [`Answer::rule`].
    #[must_use]
    pub const fn rule(&self) -> &WelcomeRule {
        &self.rule
    }

    /// Answers a challenge. Every method is answered once in a join.
    ///
    /// Salted secrets are derived here, which takes as long as the [limits](super::CostLimits) allow.
    ///
    /// # Errors
    /// [`AuthError`]: the join has to end with its [`reason`](AuthError::reason).
    pub fn challenged(&mut self, challenge: &Challenge) -> Result<Step, AuthError> {
        let Challenge { method, extra } = challenge;
        if self.answered.contains(method) {
            return Err(AuthError::Again(method.clone()));
        }
        let Credentials { authid, list, limits } = &self.credentials;
        let credential = list
            .iter()
            .find(|credential| credential.methods().contains(&method.as_str()))
            .ok_or_else(|| AuthError::NotOffered(method.clone()))?;
        let given = Extra(extra.as_dict());
        let (signature, extra) = match credential {
            Credential::Named(_) => return Err(AuthError::NotOffered(method.clone())),
            Credential::Ticket(ticket) => (ticket.expose().to_owned(), Dict::new()),
            Credential::WampCra(secret) => (cra::answer(secret, &given, limits)?, Dict::new()),
            Credential::Scram(scram) => {
                let authid = authid.as_deref().ok_or(AuthError::NoAuthid("scram"))?;
                let crossbar = method == Dialect::Crossbar.method();
                let dialect = if crossbar { Dialect::Crossbar } else { Dialect::Specification };
                let proof = scram::answer(scram, dialect, authid, &self.nonce, &given, limits)?;
                self.rule = WelcomeRule::ServerSignature(proof.server_signature);
                (proof.signature, proof.extra)
            }
            Credential::Cryptosign(key) => {
                let message = key.message(&self.challenge, &given)?;
                match key.signed(&message) {
                    Some(signature) => (signature, Dict::new()),
                    None => {
                        self.answered.push(method.clone());
                        return Ok(Step::Sign(ToSign { message, rule: self.rule.clone() }));
                    }
                }
            }
        };
        self.answered.push(method.clone());
        let extra = AuthExtra::try_from(extra).unwrap_or_default();
        Ok(Step::Answer(Answer { signature, extra, rule: self.rule.clone() }))
    }

    /// The methods to offer, in order. Crossbar.io refuses HELLO when a name that it does not know stands before one that it could use,
    /// and it does not know the specification's name of SCRAM: so that goes last.
    #[must_use]
    pub fn methods(&self) -> Vec<&'static str> {
        let all = || self.credentials.list.iter().flat_map(Credential::methods);
        let last = Dialect::Specification.method();
        let mut methods: Vec<&'static str> = Vec::new();
        for method in all().filter(|m| *m != last).chain(all().filter(|m| *m == last)) {
            if !methods.contains(&method) {
                methods.push(method);
            }
        }
        methods
    }
}
