//! The authenticator of one join with an interface of texts and numbers, in a module of its own.
//! One rule: whatever throws leaves the reason for the ABORT in [`Authenticator::reason`].

use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use crate::{
    auth::{
        self, Answer, Argon2Key, AuthError, CostLimits, Credentials, Cryptosign, Dialect, RANDOM_OCTETS,
        Scram, Secret, Step, ToSign, WelcomeRule, cra,
    },
    message::{AuthExtra, Challenge, Dict, Value, uris},
};

/// Authenticates one join: first its credentials are added, then `hello`, then a challenge is given key by
/// key and answered.
#[wasm_bindgen]
pub struct Authenticator {
    credentials: Credentials,
    limits: CostLimits,
    inner: Option<auth::Authenticator>,
    extra: Dict,
    answer: Option<Answer>,
    to_sign: Option<ToSign>,
    reason: &'static str,
}

type Thrown = JsValue;

#[wasm_bindgen]
impl Authenticator {
    /// Without any method yet.
    #[wasm_bindgen(constructor)]
    pub fn new(authid: Option<String>) -> Self {
        Self {
            credentials: authid.map_or_else(Credentials::nameless, Credentials::new),
            limits: CostLimits::default(),
            inner: None,
            extra: Dict::new(),
            answer: None,
            to_sign: None,
            reason: uris::CANNOT_AUTHENTICATE,
        }
    }

    // --- credentials -------------------------------------------------------------------------

    /// Adds `anonymous` or `cookie`.
    pub fn plain(&mut self, method: &str) {
        self.add(|credentials| match method {
            "cookie" => credentials.cookie(),
            _ => credentials.anonymous(),
        });
    }

    /// Adds a ticket.
    pub fn ticket(&mut self, ticket: String) {
        self.add(|credentials| credentials.ticket(ticket));
    }

    /// Adds the secret of WAMP-CRA.
    pub fn wampcra(&mut self, secret: String) {
        self.add(|credentials| credentials.wampcra(secret));
    }

    /// Adds the password of SCRAM; `dialect` is one of its methods, `argon2_key` is "octets" or "base64".
    pub fn scram(&mut self, password: String, dialect: Option<String>, argon2_key: Option<String>) {
        let mut scram = Scram::new(password);
        match dialect.as_deref() {
            Some("scram") => scram = scram.only(Dialect::Crossbar),
            Some("wamp-scram") => scram = scram.only(Dialect::Specification),
            _ => {}
        }
        match argon2_key.as_deref() {
            Some("octets") => scram = scram.argon2_key(Argon2Key::Octets),
            Some("base64") => scram = scram.argon2_key(Argon2Key::Base64),
            _ => {}
        }
        self.add(|credentials| credentials.scram(scram));
    }

    /// Adds a key: the hexadecimal digits of its seed, or of the public key of one that signs elsewhere.
    ///
    /// # Errors
    /// Throws a text when these are no keys.
    pub fn cryptosign(
        &mut self,
        digits: String,
        is_seed: bool,
        router_key: Option<String>,
    ) -> Result<(), Thrown> {
        let digits = Secret::from(digits);
        let mut key = if is_seed {
            Cryptosign::from_hex(digits.expose()).map_err(thrown)?
        } else {
            Cryptosign::signed_elsewhere(auth::public_key(digits.expose()).map_err(thrown)?)
        };
        if let Some(router_key) = router_key {
            key = key.router_key(&router_key).map_err(thrown)?;
        }
        self.add(|credentials| credentials.cryptosign(key));
        Ok(())
    }

    /// Sets a limit by the name of its field; false where there is none of this name.
    pub fn limit(&mut self, name: &str, least: u32, most: u32) -> bool {
        let limits = &mut self.limits;
        match name {
            "cra_iterations" => limits.cra_iterations = least..=most,
            "pbkdf2_iterations" => limits.pbkdf2_iterations = least..=most,
            "argon2_memory" => limits.argon2_memory = least..=most,
            "argon2_iterations" => limits.argon2_iterations = least..=most,
            "argon2_work" => limits.argon2_work = u64::from(most),
            _ => return false,
        }
        true
    }

    // --- HELLO -------------------------------------------------------------------------------

    /// Begins the join, with random octets of its own. Gives what `authextra` has to hold: key, value,
    /// key, value …
    ///
    /// # Errors
    /// Throws a text when an authid is missing.
    pub fn hello(&mut self, random: &[u8]) -> Result<Vec<String>, Thrown> {
        let mut octets = [0; RANDOM_OCTETS];
        octets.iter_mut().zip(random).for_each(|(octet, random)| *octet = *random);
        let credentials = self.credentials.clone().limits(self.limits.clone());
        let mut inner = auth::Authenticator::new(credentials, octets);
        let details = inner.hello(Dict::new()).map_err(|error| self.refused(&error))?;
        self.inner = Some(inner);
        Ok(details.get("authextra").and_then(Value::as_dict).map(texts).unwrap_or_default())
    }

    /// The methods to offer.
    pub fn methods(&self) -> Vec<String> {
        let methods = self.inner.as_ref().map(auth::Authenticator::methods).unwrap_or_default();
        methods.into_iter().map(str::to_owned).collect()
    }

    /// Whether WELCOME must not come without a challenge.
    pub fn demands_challenge(&self) -> bool {
        self.inner.as_ref().is_some_and(|inner| *inner.rule() == WelcomeRule::AfterChallenge)
    }

    // --- CHALLENGE ---------------------------------------------------------------------------

    /// A key of the challenge with its text.
    pub fn text(&mut self, key: &str, value: &str) {
        self.extra.insert(key, value);
    }

    /// A key of the challenge with its number.
    pub fn number(&mut self, key: &str, value: f64) {
        self.extra.insert(key, value);
    }

    /// A key of the challenge with what is neither.
    pub fn other(&mut self, key: &str) {
        self.extra.insert(key, true);
    }

    /// Answers the challenge whose keys were given. Gives the octets to sign where a key is elsewhere.
    ///
    /// # Errors
    /// Throws a text; the join has to end with `reason`.
    pub fn challenged(&mut self, method: String) -> Result<Option<Vec<u8>>, Thrown> {
        let extra = AuthExtra::try_from(std::mem::take(&mut self.extra)).unwrap_or_default();
        let step = match &mut self.inner {
            Some(inner) => inner.challenged(&Challenge { method, extra }),
            None => Err(AuthError::NotOffered(method)),
        };
        match step.map_err(|error| self.refused(&error))? {
            Step::Answer(answer) => {
                self.answer = Some(answer);
                Ok(None)
            }
            Step::Sign(to_sign) => {
                let octets = to_sign.message().to_vec();
                self.to_sign = Some(to_sign);
                Ok(Some(octets))
            }
        }
    }

    /// The signature of the octets that `challenged` gave.
    ///
    /// # Errors
    /// Throws a text when it is no signature, or nothing was to be signed.
    pub fn signed(&mut self, signature: &[u8]) -> Result<(), Thrown> {
        let to_sign = self.to_sign.take().ok_or_else(|| JsValue::from_str("nothing is to be signed"))?;
        let signature =
            signature.try_into().map_err(|_| JsValue::from_str("a signature must be 64 octets"))?;
        self.answer = Some(to_sign.signed(signature));
        Ok(())
    }

    /// `AUTHENTICATE.Signature`.
    pub fn signature(&self) -> String {
        self.answer.as_ref().map(|answer| answer.signature.clone()).unwrap_or_default()
    }

    /// `AUTHENTICATE.Extra`: key, value, key, value …
    pub fn extra(&self) -> Vec<String> {
        self.answer.as_ref().map(|answer| texts(answer.extra.as_dict())).unwrap_or_default()
    }

    /// What the router has to show in WELCOME, if anything.
    pub fn server_signature(&self) -> Option<String> {
        match &self.answer.as_ref()?.rule {
            WelcomeRule::ServerSignature(signature) => Some(signature.clone()),
            _ => None,
        }
    }

    /// The reason for the ABORT, after something threw.
    pub fn reason(&self) -> String {
        self.reason.to_owned()
    }
}

impl Authenticator {
    fn add(&mut self, add: impl FnOnce(Credentials) -> Credentials) {
        self.credentials = add(std::mem::take(&mut self.credentials));
    }

    fn refused(&mut self, error: &AuthError) -> Thrown {
        self.reason = error.reason();
        thrown(error)
    }
}

fn thrown(error: impl std::fmt::Display) -> Thrown {
    JsValue::from_str(&error.to_string())
}

/// All values of the dicts here are texts.
fn texts(dict: &Dict) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    dict.iter().flat_map(|(key, value)| [key.to_owned(), text(value)]).collect()
}

// --- autobahn's helpers ----------------------------------------------------------------------

/// The signature of WAMP-CRA.
#[wasm_bindgen]
pub fn cra_sign(key: String, challenge: &str) -> String {
    cra::sign(Secret::from(key).expose(), challenge)
}

/// The key of a salted secret of WAMP-CRA.
#[wasm_bindgen]
pub fn cra_derive_key(secret: String, salt: &str, iterations: u32, key_length: u32) -> String {
    cra::derive_key(Secret::from(secret).expose(), salt, iterations, key_length as usize).expose().to_owned()
}

/// The public key of a seed, both in hexadecimal digits.
///
/// # Errors
/// Throws a text when these are not 64 hexadecimal digits.
#[wasm_bindgen]
pub fn cryptosign_public_key(seed: String) -> Result<String, JsValue> {
    Cryptosign::from_hex(Secret::from(seed).expose()).map(|key| key.public_key()).map_err(thrown)
}

/// The signature of a challenge with its message, all in hexadecimal digits.
///
/// # Errors
/// Throws a text when one is not 64 hexadecimal digits.
#[wasm_bindgen]
pub fn cryptosign_sign(seed: String, challenge: &str) -> Result<String, JsValue> {
    let key = Cryptosign::from_hex(Secret::from(seed).expose()).map_err(thrown)?;
    key.sign(challenge).map(Option::unwrap_or_default).map_err(thrown)
}
