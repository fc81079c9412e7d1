//! SCRAM: both sides prove that they know the password, and neither shows it. In the specification's
//! dialect (`wamp-scram`) and in that of Crossbar.io and autobahn (`scram`), which differ in details.
//! One rule: everything that the router sends is checked before any work is done for it.
//! (Advanced Profile, "Salted Challenge Response Authentication Mechanism"; RFC 5802, RFC 7677.)

use std::borrow::Cow;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{
    AuthError, CostLimits, Secret,
    limits::within,
    text::{Extra, base64, hmac_sha256, xor},
};
use crate::message::Dict;

/// How SCRAM is spoken. The method that the router asks for tells which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `wamp-scram`, as the specification has it.
    Specification,
    /// `scram`, as Crossbar.io and autobahn have it: no channel binding (`c=` is empty), the password is
    /// taken as it is, and what Argon2 gives is taken as its base64 text.
    Crossbar,
}

impl Dialect {
    /// The name of the method.
    #[must_use]
    pub const fn method(self) -> &'static str {
        match self {
            Self::Specification => "wamp-scram",
            Self::Crossbar => "scram",
        }
    }
}

/// What of Argon2's output is the SaltedPassword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argon2Key {
    /// The 32 octets: the specification's reading.
    Octets,
    /// Their base64 text without padding: autobahn's reading.
    Base64,
}

/// The data of a channel binding: ties the proof to this very TLS connection. No browser shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelBinding {
    /// Its type, such as `tls-unique` or `tls-exporter`.
    pub kind: String,
    /// Its data, from TLS.
    pub data: Vec<u8>,
}

/// A password for SCRAM.
///
/// ```
/// use wamp_wasm::auth::{Argon2Key, Dialect, Scram};
///
/// let plain = Scram::new("pencil");
/// // A user whom Crossbar.io knows by a key that was made as the specification says:
/// let special = Scram::new("pencil").only(Dialect::Crossbar).argon2_key(Argon2Key::Octets);
/// ```
#[derive(Clone, Debug)]
pub struct Scram {
    pub(super) password: Secret,
    pub(super) only: Option<Dialect>,
    pub(super) argon2_key: Option<Argon2Key>,
    pub(super) binding: Option<ChannelBinding>,
}

impl Scram {
    /// In either dialect, without channel binding.
    #[must_use]
    pub fn new(password: impl Into<Secret>) -> Self {
        Self { password: password.into(), only: None, argon2_key: None, binding: None }
    }

    /// The same, offering one dialect only.
    #[must_use]
    pub const fn only(mut self, dialect: Dialect) -> Self {
        self.only = Some(dialect);
        self
    }

    /// The same, with another reading of Argon2's output than the dialect's own.
    #[must_use]
    pub const fn argon2_key(mut self, key: Argon2Key) -> Self {
        self.argon2_key = Some(key);
        self
    }

    /// The same, with a channel binding; only the specification's dialect has one, so only that is offered.
    #[must_use]
    pub fn channel_binding(mut self, binding: ChannelBinding) -> Self {
        self.binding = Some(binding);
        self.only(Dialect::Specification)
    }
}

/// The answer to a challenge.
pub(super) struct Proof {
    pub(super) signature: String,
    pub(super) extra: Dict,
    /// What a router that knows the password says in WELCOME.
    pub(super) server_signature: String,
}

/// Answers a challenge; `nonce` is what HELLO held.
pub(super) fn answer(
    scram: &Scram,
    dialect: Dialect,
    authid: &str,
    nonce: &str,
    extra: &Extra<'_>,
    limits: &CostLimits,
) -> Result<Proof, AuthError> {
    let challenge = Asked::read(nonce, extra, limits)?;
    let binding = scram.binding.as_ref();
    if extra.maybe_text("channel_binding")?.filter(|kind| !kind.is_empty())
        != binding.map(|binding| binding.kind.as_str())
    {
        return Err(AuthError::ChannelBinding);
    }
    let authid = prepared(authid, "authid")?;
    let (authid, channel, password) = match dialect {
        Dialect::Crossbar => (authid, String::new(), Cow::Borrowed(scram.password.expose())),
        Dialect::Specification => {
            let authid = authid.replace('=', "=3D").replace(',', "=2C").into();
            (authid, base64(&gs2(binding)), prepared(scram.password.expose(), "password")?)
        }
    };
    let password = Zeroizing::new(password.into_owned());
    let key = scram.argon2_key.unwrap_or(match dialect {
        Dialect::Specification => Argon2Key::Octets,
        Dialect::Crossbar => Argon2Key::Base64,
    });
    let salted = challenge.salted_password(&password, key)?;

    let Asked { nonce: combined, salt_text, iterations, .. } = &challenge;
    let message =
        format!("n={authid},r={nonce},r={combined},s={salt_text},i={iterations},c={channel},r={combined}");
    let client_key = Zeroizing::new(hmac_sha256(&salted, b"Client Key"));
    let stored_key: [u8; 32] = Sha256::digest(client_key.as_slice()).into();
    let proof = xor(hmac_sha256(&stored_key, message.as_bytes()), &client_key);
    let server_key = Zeroizing::new(hmac_sha256(&salted, b"Server Key"));
    let server_signature = hmac_sha256(server_key.as_slice(), message.as_bytes());

    let mut reply = Dict::new();
    if dialect == Dialect::Specification {
        reply.insert("nonce", *combined);
        if let Some(binding) = binding {
            reply.insert("channel_binding", binding.kind.as_str());
            reply.insert("cbind_data", base64(&binding.data));
        }
    }
    Ok(Proof { signature: base64(&proof), extra: reply, server_signature: base64(&server_signature) })
}

/// RFC 5802's gs2-header with the data behind it.
fn gs2(binding: Option<&ChannelBinding>) -> Vec<u8> {
    match binding {
        None => b"n,,".to_vec(),
        Some(ChannelBinding { kind, data }) => [format!("p={kind},,").as_bytes(), data].concat(),
    }
}

#[cfg(feature = "saslprep")]
fn prepared<'a>(text: &'a str, what: &'static str) -> Result<Cow<'a, str>, AuthError> {
    stringprep::saslprep(text).map_err(|_| AuthError::Forbidden(what))
}

/// Without the tables of Unicode the host has to have prepared what is beyond ASCII.
#[cfg(not(feature = "saslprep"))]
fn prepared<'a>(text: &'a str, what: &'static str) -> Result<Cow<'a, str>, AuthError> {
    if text.bytes().any(|b| b.is_ascii_control()) { Err(AuthError::Forbidden(what)) } else { Ok(text.into()) }
}

/// A challenge whose every part is checked.
struct Asked<'a> {
    nonce: &'a str,
    salt_text: &'a str,
    salt: Vec<u8>,
    iterations: u32,
    /// In KiB; none is PBKDF2.
    argon2_memory: Option<u32>,
}

impl<'a> Asked<'a> {
    fn read(ours: &str, extra: &Extra<'a>, limits: &CostLimits) -> Result<Self, AuthError> {
        let nonce = extra.text("nonce")?;
        let added = nonce.strip_prefix(ours).ok_or(AuthError::Nonce)?;
        // RFC 5802: printable, and no comma, which would end the attribute.
        if added.is_empty() || !added.bytes().all(|b| b.is_ascii_graphic() && b != b',') {
            return Err(AuthError::Nonce);
        }
        let (salt_text, salt) = extra.base64("salt")?;
        let iterations = extra.number("iterations")?;
        let (iterations, argon2_memory) = match extra.text("kdf")? {
            "pbkdf2" => (within("CHALLENGE.Extra.iterations", iterations, &limits.pbkdf2_iterations)?, None),
            "argon2id13" | "argon2id-13" => {
                let iterations = within("CHALLENGE.Extra.iterations", iterations, &limits.argon2_iterations)?;
                let memory =
                    within("CHALLENGE.Extra.memory", extra.number("memory")?, &limits.argon2_memory)?;
                let work = u64::from(iterations) * u64::from(memory);
                if work > limits.argon2_work {
                    let (cost, most) = ("CHALLENGE.Extra: iterations times memory", limits.argon2_work);
                    return Err(AuthError::Cost { cost, asked: work, least: 0, most });
                }
                (iterations, Some(memory))
            }
            _ => return Err(AuthError::UnknownKdf),
        };
        if salt.len() < if argon2_memory.is_some() { argon2::MIN_SALT_LEN } else { 1 } {
            return Err(AuthError::Malformed { key: "salt", expected: "longer" });
        }
        Ok(Self { nonce, salt_text, salt, iterations, argon2_memory })
    }

    fn salted_password(&self, password: &str, key: Argon2Key) -> Result<Zeroizing<Vec<u8>>, AuthError> {
        let mut octets = Zeroizing::new(vec![0; 32]);
        let Some(memory) = self.argon2_memory else {
            pbkdf2::pbkdf2_hmac::<Sha256>(password.as_bytes(), &self.salt, self.iterations, &mut octets);
            return Ok(octets);
        };
        Params::new(memory, self.iterations, 1, Some(octets.len()))
            .map(|params| Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
            .and_then(|argon2| argon2.hash_password_into(password.as_bytes(), &self.salt, &mut octets))
            .map_err(|_| AuthError::OutOfMemory)?;
        Ok(match key {
            Argon2Key::Octets => octets,
            Argon2Key::Base64 => Zeroizing::new(STANDARD_NO_PAD.encode(&octets).into_bytes()),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    /// Those of RFC 7677, where the tests do not say otherwise.
    const OURS: &str = "rOprNGfwEbeRWgbNEkqO";
    const NONCE: &str = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    const SALT: &str = "W22ZaJ0SNY7soEsUEjb6gQ==";

    fn challenge() -> Dict {
        Dict::new().with("nonce", NONCE).with("salt", SALT).with("kdf", "pbkdf2").with("iterations", 4096)
    }

    fn example() -> Dict {
        challenge().with("nonce", "egVDf3DMJh0=SBmkFIh7sSo=").with("salt", "aBc+fx0NAVA=")
    }

    fn answered(scram: &Scram, dialect: Dialect, extra: &Dict) -> Result<Proof, AuthError> {
        answer(scram, dialect, "user", OURS, &Extra(extra), &CostLimits::default())
    }

    fn refused(extra: &Dict) -> AuthError {
        answered(&Scram::new("pencil"), Dialect::Specification, extra).err().unwrap()
    }

    fn hex_of(salted: &[u8]) -> String {
        super::super::text::hex(salted)
    }

    #[test]
    fn the_vector_of_rfc_7677() {
        let extra = challenge();
        let limits = CostLimits::default();
        let salted = Asked::read(OURS, &Extra(&extra), &limits).unwrap();
        let salted = salted.salted_password("pencil", Argon2Key::Octets).unwrap();
        assert_eq!(hex_of(&salted), "c4a49510323ab4f952cac1fa99441939e78ea74d6be81ddf7096e87513dc615d");
        let proof = answered(&Scram::new("pencil"), Dialect::Specification, &extra).unwrap();
        assert_eq!(proof.signature, "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
        assert_eq!(proof.server_signature, "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
        assert_eq!(proof.extra, Dict::new().with("nonce", NONCE));
    }

    #[test]
    fn the_nonces_of_the_specification_s_example() {
        let extra = example();
        let scram = Scram::new("pencil");
        let limits = CostLimits::default();
        let dialect = Dialect::Specification;
        let proof = answer(&scram, dialect, "user", "egVDf3DMJh0=", &Extra(&extra), &limits).unwrap();
        assert_eq!(proof.signature, "L1uwjEEL7BdbtlWMKxNcQ1A/CmNjct+7xdAguB/rpnA=");
        assert_eq!(proof.server_signature, "AyTAljdPHv74Zx+gn+6DqiFnl4XOZUXpC7k/pSkjBOg=");
    }

    #[test]
    fn the_vector_with_a_channel_binding() {
        let binding = ChannelBinding {
            kind: "tls-server-end-point".to_owned(),
            data: Sha256::digest(b"cert").to_vec(),
        };
        assert_eq!(
            base64(&gs2(Some(&binding))),
            "cD10bHMtc2VydmVyLWVuZC1wb2ludCwsBimEMugGayniIjvMI6qVBLVq5Qj6vzQ1UIhpucMZDiI="
        );
        let scram = Scram::new("pencil").channel_binding(binding);
        let extra = example().with("channel_binding", "tls-server-end-point");
        let (dialect, limits) = (Dialect::Specification, CostLimits::default());
        let proof = answer(&scram, dialect, "user", "egVDf3DMJh0=", &Extra(&extra), &limits).unwrap();
        assert_eq!(proof.signature, "JnVA89iSfFgy27WYO2hahtJscqN1PeUAfCUnEvHJoKE=");
        assert_eq!(proof.server_signature, "1eUb9AC274zco+vtlGn1DK2YzQ6JLUENSIJaDhUX1vI=");
        assert_eq!(proof.extra.get("cbind_data").unwrap().as_str().unwrap().len(), 44);
        // A router that drops the binding sits in the middle.
        let dropped = answered(&scram, Dialect::Specification, &challenge());
        assert_eq!(dropped.err(), Some(AuthError::ChannelBinding));
    }

    #[test]
    fn the_vector_of_argon2id() {
        let ours = "rOprNGfwEbeRWgbNEkqOrOprNGfwEbeR";
        let nonce = format!("{ours}c2VydmVyLW5vbmNlLTAwMDAx");
        let extra = challenge()
            .with("nonce", nonce)
            .with("kdf", "argon2id13")
            .with("iterations", 2)
            .with("memory", 512);
        let (scram, dialect) = (Scram::new("pencil"), Dialect::Specification);
        let tried = |limits| answer(&scram, dialect, "user", ours, &Extra(&extra), &limits);
        let too_little = "CHALLENGE.Extra.memory of 512 is not within 1024 to 262144";
        assert_eq!(tried(CostLimits::default()).err().unwrap().to_string(), too_little);

        let limits = CostLimits { argon2_memory: 512..=512, ..CostLimits::default() };
        let asked = Asked::read(ours, &Extra(&extra), &limits).unwrap();
        assert_eq!(
            hex_of(&asked.salted_password("pencil", Argon2Key::Octets).unwrap()),
            "42936b791cdb8a9b875e83ef8108a3c81e6aae5f9c0efb2c31c0b661fe5da75e"
        );
        let proof = tried(limits).unwrap();
        assert_eq!(proof.signature, "zHNIFIKQJbMSEDFm3ax3rsAtplrcznfzrPwHK/Ej9gg=");
        assert_eq!(proof.server_signature, "eFFEBaXByGW4hnQeRFk+Zn+qHPLVcEOR2XJ2SFxTPKs=");
    }

    #[test]
    fn the_dialects_differ() {
        let scram = Scram::new("pencil");
        let crossbar = answered(&scram, Dialect::Crossbar, &challenge()).unwrap();
        let specified = answered(&scram, Dialect::Specification, &challenge()).unwrap();
        assert_ne!(crossbar.signature, specified.signature);
        assert!(crossbar.extra.is_empty());
    }

    #[test]
    fn the_authid_is_escaped_where_the_dialect_says_so() {
        let (extra, limits, scram) = (challenge(), CostLimits::default(), Scram::new("pencil"));
        let asked = Asked::read(OURS, &Extra(&extra), &limits).unwrap();
        let server_key =
            hmac_sha256(&asked.salted_password("pencil", Argon2Key::Octets).unwrap(), b"Server Key");
        for (dialect, name, channel) in
            [(Dialect::Specification, "a=3Db=2Cc", "biws"), (Dialect::Crossbar, "a=b,c", "")]
        {
            let proof = answer(&scram, dialect, "a=b,c", OURS, &Extra(&extra), &limits).unwrap();
            let message = format!("n={name},r={OURS},r={NONCE},s={SALT},i=4096,c={channel},r={NONCE}");
            assert_eq!(proof.server_signature, base64(&hmac_sha256(&server_key, message.as_bytes())));
        }
    }

    #[test]
    fn a_nonce_that_does_not_extend_ours_is_refused() {
        for nonce in ["", OURS, "rOprNGfwEbeRWgbNEkq", "XOprNGfwEbeRWgbNEkqOabc", "rOprNGfwEbeRWgbNEkqOa,s="]
        {
            let error = refused(&challenge().with("nonce", nonce));
            assert_eq!(error, AuthError::Nonce, "{nonce}");
            assert_eq!(error.reason(), "wamp.error.authentication_failed");
        }
    }

    #[test]
    fn costs_beyond_the_limits_are_refused_before_any_work() {
        let argon2 = |iterations: u32, memory: u32| {
            let argon2 = challenge().with("kdf", "argon2id13");
            refused(&argon2.with("iterations", iterations).with("memory", memory))
        };
        for error in [
            refused(&challenge().with("iterations", 4095)),
            refused(&challenge().with("iterations", 2_000_001)),
            refused(&challenge().with("iterations", u64::MAX)),
            argon2(0, 4096),
            argon2(65, 4096),
            argon2(1, u32::MAX),
            argon2(64, 1 << 18),
        ] {
            assert!(matches!(error, AuthError::Cost { .. }), "{error}");
            assert_eq!(error.reason(), "wamp.error.cannot_authenticate");
        }
    }

    #[test]
    fn a_challenge_that_is_none_is_refused_by_the_name_of_its_key() {
        for (extra, text) in [
            (Dict::new(), "CHALLENGE.Extra.nonce is missing"),
            (challenge().with("nonce", 1), "CHALLENGE.Extra.nonce must be a string"),
            (challenge().with("salt", "?"), "CHALLENGE.Extra.salt must be base64"),
            (challenge().with("salt", ""), "CHALLENGE.Extra.salt must be longer"),
            (
                challenge().with("iterations", -1),
                "CHALLENGE.Extra.iterations must be an integer of at least 0",
            ),
            (challenge().with("kdf", "md5"), "the key derivation is none of pbkdf2, argon2id13"),
            (
                challenge().with("kdf", "argon2id13").with("iterations", 1),
                "CHALLENGE.Extra.memory is missing",
            ),
            (
                challenge()
                    .with("kdf", "argon2id13")
                    .with("iterations", 1)
                    .with("memory", 4096)
                    .with("salt", "AAAA"),
                "CHALLENGE.Extra.salt must be longer",
            ),
        ] {
            assert_eq!(refused(&extra).to_string(), text);
        }
    }

    #[test]
    #[cfg(feature = "saslprep")]
    fn passwords_are_prepared_as_rfc_4013_says() {
        // The vectors of RFC 4013.
        for (text, prepared_text) in
            [("I\u{ad}X", "IX"), ("user", "user"), ("\u{aa}", "a"), ("\u{2168}", "IX")]
        {
            assert_eq!(prepared(text, "password").unwrap(), prepared_text);
        }
        for text in ["\u{7}", "\u{627}1"] {
            assert_eq!(prepared(text, "password"), Err(AuthError::Forbidden("password")));
        }
    }
}
