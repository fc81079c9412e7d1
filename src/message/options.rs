//! The options and details dicts, one type a message.
//! A dict becomes such a type only when every key that WAMP defines has a value of its type; unknown
//! keys and the order of keys are kept, so that what a user wrote goes to the wire verbatim.

use super::{
    CancelMode, Dict, InvocationPolicy, MatchPolicy, Value,
    kinds::{Keys, Kind, OptionError, check},
};

/// A type as which the value of a known key is read.
trait Known<'a>: Sized {
    const KIND: Kind;
    /// The value, if it is of the type.
    fn read(value: &'a Value) -> Option<Self>;
}

macro_rules! known {
    ($($ty:ty, $kind:ident, |$v:ident| $read:expr;)*) => {$(
        impl<'a> Known<'a> for $ty {
            const KIND: Kind = Kind::$kind;
            fn read($v: &'a Value) -> Option<Self> {
                $read
            }
        }
    )*};
}

/// A list of integers, as session ids are listed.
type Integers = Vec<u64>;
/// A list of strings.
type Strings<'a> = Vec<&'a str>;
/// `cryptobox`, `mqtt`, `xbr` or `x_…`: checked, and read by nobody yet.
enum EncAlgo {}

known! {
    bool, Bool, |v| v.as_bool();
    u64, Integer, |v| v.as_integer();
    &'a str, String, |v| v.as_str();
    &'a Dict, Dict, |v| v.as_dict();
    &'a [Value], List, |v| v.as_list();
    Integers, Integers, |v| v.as_list()?.iter().map(Value::as_integer).collect();
    Strings<'a>, Strings, |v| v.as_list()?.iter().map(Value::as_str).collect();
    MatchPolicy, Match, |v| Self::from_word(v.as_str()?);
    InvocationPolicy, Invoke, |v| Self::from_word(v.as_str()?);
    CancelMode, Cancel, |v| Self::from_word(v.as_str()?);
    EncAlgo, EncAlgo, |_v| None;
}

/// `match` is a keyword of Rust and a key of WAMP.
const fn name(identifier: &'static str) -> &'static str {
    let [b'r', b'#', key @ ..] = identifier.as_bytes() else { return identifier };
    match std::str::from_utf8(key) {
        Ok(key) => key,
        Err(_) => identifier,
    }
}

fn read<'a, T: Known<'a>>(dict: &'a Dict, key: &str) -> Option<T> {
    dict.get(key).and_then(T::read)
}

macro_rules! dicts {
    ($($(#[$doc:meta])* $name:ident { $($(#[$kdoc:meta])* $key:ident: $ty:ty,)* } unread { $($other:ident: $oty:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $name(Dict);

        impl $name {
            $($(#[$kdoc])*
            #[must_use]
            pub fn $key(&self) -> Option<$ty> {
                read(&self.0, const { name(stringify!($key)) })
            })*

            /// The keys that WAMP defines.
            pub(crate) const KEYS: Keys = Keys::of(&[
                $((name(stringify!($key)), <$ty as Known<'_>>::KIND),)*
                $((name(stringify!($other)), <$oty as Known<'_>>::KIND),)*
            ]);

            /// Of a dict that was checked against [`KEYS`](Self::KEYS).
            pub(crate) const fn of_checked(dict: Dict) -> Self {
                Self(dict)
            }

            /// The dict as it goes to the wire.
            #[must_use]
            pub const fn as_dict(&self) -> &Dict {
                &self.0
            }

            /// The same with one more key, for the core's own use: the key and its type are right by
            /// construction.
            #[must_use]
            #[allow(dead_code, reason = "not every dict is written by the core")]
            pub(crate) fn with(self, key: &'static str, value: impl Into<Value>) -> Self {
                let dict = self.0.with(key, value);
                debug_assert!(Self::try_from(dict.clone()).is_ok(), "wrong type for {key}");
                Self(dict)
            }

            /// The dict, to build another on it.
            #[must_use]
            pub fn into_dict(self) -> Dict {
                self.0
            }
        }

        impl TryFrom<Dict> for $name {
            type Error = OptionError;

            /// # Errors
            /// [`OptionError`] for a known key with a value of the wrong type.
            fn try_from(dict: Dict) -> Result<Self, OptionError> {
                check(&dict, Self::KEYS)?;
                Ok(Self(dict))
            }
        }
    )*};
}

dicts! {
    /// `HELLO.Details`. Its `roles` are read with [`Roles::read`](super::Roles::read).
    HelloDetails {
        /// The client's name and version.
        agent: &str,
        /// The authentication methods that the client can do, in its order of preference.
        authmethods: Vec<&str>,
        /// Who the client says it is.
        authid: &str,
        /// The role it asks for.
        authrole: &str,
        /// What its authentication method needs besides.
        authextra: &Dict,
        /// The roles and their features.
        roles: &Dict,
    } unread {}

    /// `WELCOME.Details`. Its `roles` are read with [`Roles::read`](super::Roles::read).
    WelcomeDetails {
        /// The router's name and version.
        agent: &str,
        /// The realm that was joined, where the router tells it.
        realm: &str,
        /// Who the client is to the router.
        authid: &str,
        /// The role it was given.
        authrole: &str,
        /// The method by which it was authenticated.
        authmethod: &str,
        /// What authenticated it.
        authprovider: &str,
        /// What the method or the router add.
        authextra: &Dict,
        /// The roles and their features.
        roles: &Dict,
    } unread {}

    /// `ABORT.Details` and `GOODBYE.Details`.
    CloseDetails {
        /// A text for a person.
        message: &str,
        /// Why SCRAM failed, in the words of RFC 5802, such as `invalid-proof`.
        scram: &str,
    } unread {}

    /// `CHALLENGE.Extra` and `AUTHENTICATE.Extra`: what they hold depends on the method.
    AuthExtra {} unread {}

    /// `ERROR.Details`.
    ErrorDetails {} unread {
        ppt_scheme: &str, ppt_serializer: &str, ppt_cipher: &str, ppt_keyid: &str,
    }

    /// `PUBLISH.Options`.
    PublishOptions {
        /// Whether the broker answers.
        acknowledge: bool,
        /// Whether the publisher gets no event of its own; true unless said otherwise.
        exclude_me: bool,
        /// Sessions that get no event.
        exclude: Vec<u64>,
        /// The authids that get no event.
        exclude_authid: Vec<&str>,
        /// The authroles that get no event.
        exclude_authrole: Vec<&str>,
        /// The only sessions that may get an event.
        eligible: Vec<u64>,
        /// The only authids that may get an event.
        eligible_authid: Vec<&str>,
        /// The only authroles that may get an event.
        eligible_authrole: Vec<&str>,
        /// Whether subscribers learn who published.
        disclose_me: bool,
        /// Whether the broker keeps the event for later subscribers.
        retain: bool,
    } unread {
        rkey: &str, transaction_hash: &str, forward_for: &[Value],
        enc_algo: EncAlgo, enc_serializer: &str, enc_key: &str,
        ppt_scheme: &str, ppt_serializer: &str, ppt_cipher: &str, ppt_keyid: &str,
    }

    /// `SUBSCRIBE.Options`.
    SubscribeOptions {
        /// How the topic is matched; exact unless said otherwise.
        r#match: MatchPolicy,
        /// Whether the broker sends the retained event at once.
        get_retained: bool,
    } unread { nkey: &str, forward_for: &[Value], }

    /// The options some peers put on UNSUBSCRIBE and UNREGISTER, and the details of a revocation in
    /// `UNSUBSCRIBED` and `UNREGISTERED`.
    EndDetails {
        /// The subscription that the router revoked.
        subscription: u64,
        /// The registration that the router revoked.
        registration: u64,
        /// Why, as a URI.
        reason: &str,
    } unread { forward_for: &[Value], }

    /// `EVENT.Details`.
    EventDetails {
        /// The session of the publisher, if it is disclosed.
        publisher: u64,
        /// The publisher's authid.
        publisher_authid: &str,
        /// The publisher's authrole.
        publisher_authrole: &str,
        /// The topic, where the subscription is a pattern.
        topic: &str,
        /// How far the router trusts the publication, 0 the least.
        trustlevel: u64,
        /// Whether the event was kept and is not live.
        retained: bool,
    } unread {
        x_acknowledged_delivery: bool, transaction_hash: &str, forward_for: &[Value],
        enc_algo: EncAlgo, enc_serializer: &str, enc_key: &str,
        ppt_scheme: &str, ppt_serializer: &str, ppt_cipher: &str, ppt_keyid: &str,
    }

    /// `CALL.Options`.
    CallOptions {
        /// Whether the caller takes progressive results.
        receive_progress: bool,
        /// Whether more of the call follows.
        progress: bool,
        /// Milliseconds until the router gives up; 0 is never.
        timeout: u64,
        /// Whether the callee learns who calls.
        disclose_me: bool,
    } unread {
        rkey: &str, runmode: &str, transaction_hash: &str, forward_for: &[Value],
        enc_algo: EncAlgo, enc_serializer: &str, enc_key: &str,
        ppt_scheme: &str, ppt_serializer: &str, ppt_cipher: &str, ppt_keyid: &str,
    }

    /// `CANCEL.Options` and `INTERRUPT.Options`.
    CancelOptions {
        /// How the call ends.
        mode: CancelMode,
        /// Why, as a URI.
        reason: &str,
    } unread { forward_for: &[Value], }

    /// `RESULT.Details`.
    ResultDetails {
        /// Whether more results follow.
        progress: bool,
        /// The session of the callee, where the router tells it.
        callee: u64,
        /// The callee's authid.
        callee_authid: &str,
        /// The callee's authrole.
        callee_authrole: &str,
    } unread {
        enc_algo: EncAlgo, enc_serializer: &str, enc_key: &str,
        ppt_scheme: &str, ppt_serializer: &str, ppt_cipher: &str, ppt_keyid: &str,
    }

    /// `REGISTER.Options`.
    RegisterOptions {
        /// How the procedure is matched; exact unless said otherwise.
        r#match: MatchPolicy,
        /// Which of several callees gets a call; single unless said otherwise.
        invoke: InvocationPolicy,
        /// Whether callers are disclosed to this callee.
        disclose_caller: bool,
        /// Whether the callee runs the timeout of calls itself.
        forward_timeout: bool,
        /// How many calls may run at a time.
        concurrency: u64,
        /// Whether an older registration makes place.
        force_reregister: bool,
    } unread { forward_for: &[Value], }

    /// `INVOCATION.Details`.
    InvocationDetails {
        /// Whether the caller takes progressive results.
        receive_progress: bool,
        /// Whether more of the call follows.
        progress: bool,
        /// Milliseconds until the callee has to give up.
        timeout: u64,
        /// The session of the caller, if it is disclosed.
        caller: u64,
        /// The caller's authid.
        caller_authid: &str,
        /// The caller's authrole.
        caller_authrole: &str,
        /// How far the router trusts the call, 0 the least.
        trustlevel: u64,
        /// The procedure, where the registration is a pattern.
        procedure: &str,
    } unread {
        transaction_hash: &str, forward_for: &[Value],
        enc_algo: EncAlgo, enc_serializer: &str, enc_key: &str,
        ppt_scheme: &str, ppt_serializer: &str, ppt_cipher: &str, ppt_keyid: &str,
    }

    /// `YIELD.Options`.
    YieldOptions {
        /// Whether more results follow.
        progress: bool,
    } unread {
        enc_algo: EncAlgo, enc_serializer: &str, enc_key: &str,
        ppt_scheme: &str, ppt_serializer: &str, ppt_cipher: &str, ppt_keyid: &str,
    }
}

impl From<CancelMode> for CancelOptions {
    fn from(mode: CancelMode) -> Self {
        Self::default().with("mode", mode.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error<T: TryFrom<Dict, Error = OptionError>>(key: &str, value: impl Into<Value>) -> String {
        T::try_from(Dict::new().with(key, value)).map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn a_known_key_of_the_wrong_type_is_refused_by_name() {
        assert_eq!(error::<PublishOptions>("acknowledge", 1), "acknowledge must be a bool, not integer");
        assert_eq!(
            error::<SubscribeOptions>("match", "foo"),
            "match must be one of 'exact' 'prefix' 'wildcard', not 'foo'"
        );
        let list = vec![Value::from("x")];
        assert_eq!(
            error::<PublishOptions>("eligible", list),
            "eligible must be a list of integers, not list"
        );
    }

    #[test]
    fn unknown_keys_and_null_are_kept_and_harmless() {
        let dict = Dict::new().with("_custom", 1).with("acknowledge", Value::Null);
        let options = PublishOptions::try_from(dict.clone()).unwrap();
        assert_eq!(options.acknowledge(), None);
        assert_eq!(options.as_dict(), &dict);
    }
}
