//! The URIs that the protocol itself uses.

/// The URIs of WAMP's errors and close reasons, as text.
pub mod uris {
    macro_rules! uris {
        ($($(#[$doc:meta])* $name:ident = $uri:literal;)*) => {
            $($(#[$doc])* pub const $name: &str = $uri;)*
        };
    }

    uris! {
        /// A peer sent a URI that breaks the rules for URIs.
        INVALID_URI = "wamp.error.invalid_uri";
        /// Nothing is registered under the procedure that was called.
        NO_SUCH_PROCEDURE = "wamp.error.no_such_procedure";
        /// The procedure is registered already, and not for sharing.
        PROCEDURE_ALREADY_EXISTS = "wamp.error.procedure_already_exists";
        /// There is no such registration, or it is not this session's.
        NO_SUCH_REGISTRATION = "wamp.error.no_such_registration";
        /// There is no such subscription, or it is not this session's.
        NO_SUCH_SUBSCRIPTION = "wamp.error.no_such_subscription";
        /// The arguments of a call are not what the procedure takes.
        INVALID_ARGUMENT = "wamp.error.invalid_argument";
        /// A call was canceled.
        CANCELED = "wamp.error.canceled";
        /// A message is larger than the receiver's transport allows.
        PAYLOAD_SIZE_EXCEEDED = "wamp.error.payload_size_exceeded";
        /// A peer broke the protocol; the session is over.
        PROTOCOL_VIOLATION = "wamp.error.protocol_violation";
        /// The session may not do this.
        NOT_AUTHORIZED = "wamp.error.not_authorized";
        /// The decision whether the session may do this failed.
        AUTHORIZATION_FAILED = "wamp.error.authorization_failed";
        /// The realm does not exist.
        NO_SUCH_REALM = "wamp.error.no_such_realm";
        /// The role does not exist.
        NO_SUCH_ROLE = "wamp.error.no_such_role";
        /// Client and router have no authentication method in common.
        NO_MATCHING_AUTH_METHOD = "wamp.error.no_matching_auth_method";
        /// The client cannot answer a challenge.
        CANNOT_AUTHENTICATE = "wamp.error.cannot_authenticate";
        /// A peer did not prove who it is.
        AUTHENTICATION_FAILED = "wamp.error.authentication_failed";
        /// A callee cannot take a call now; the router is to try another one.
        UNAVAILABLE = "wamp.error.unavailable";
        /// All callees of a procedure have said that they are unavailable.
        NO_AVAILABLE_CALLEE = "wamp.error.no_available_callee";
        /// A call took too long.
        TIMEOUT = "wamp.error.timeout";
        /// The far side was lost.
        NETWORK_FAILURE = "wamp.error.network_failure";
        /// A feature is needed that the far side does not have.
        FEATURE_NOT_SUPPORTED = "wamp.error.feature_not_supported";
        /// An option is forbidden by the router.
        OPTION_NOT_ALLOWED = "wamp.error.option_not_allowed";
        /// The caller or publisher may not disclose itself.
        DISCLOSE_ME_DISALLOWED = "wamp.error.option_disallowed.disclose_me";
        /// A procedure failed with something that is not a WAMP error.
        RUNTIME_ERROR = "wamp.error.runtime_error";

        /// The peer is shutting down.
        SYSTEM_SHUTDOWN = "wamp.close.system_shutdown";
        /// The session leaves its realm: the default reason of a client.
        CLOSE_REALM = "wamp.close.close_realm";
        /// The answer to a GOODBYE.
        GOODBYE_AND_OUT = "wamp.close.goodbye_and_out";
        /// The router ended the session.
        KILLED = "wamp.close.killed";
        /// The reason of autobahn's `leave()`.
        NORMAL = "wamp.close.normal";
    }
}
