//! The roles and features that HELLO announces: those that work from end to end, and no other.
//! Most of them are the router's work and need of a client that options and details pass through.

use crate::message::{Role, Roles};

/// What this client announces unless the application does it itself.
///
/// Not announced, because they are not implemented: the callee's `call_timeout` (dealers keep the time
/// themselves then) and the sharded kinds. `payload_transparency` is the older form of
/// `payload_passthru_mode`, with octets in the place of the arguments.
#[must_use]
pub fn announced() -> Roles {
    Roles::announce(&[
        (
            Role::Publisher,
            &[
                "publisher_identification",
                "publisher_exclusion",
                "subscriber_blackwhite_listing",
                "payload_passthru_mode",
                "payload_transparency",
            ],
        ),
        (
            Role::Subscriber,
            &[
                "publisher_identification",
                "publication_trustlevels",
                "pattern_based_subscription",
                "subscription_revocation",
                "payload_passthru_mode",
                "payload_transparency",
            ],
        ),
        (
            Role::Caller,
            &[
                "caller_identification",
                "call_canceling",
                "progressive_call_results",
                "progressive_call_invocations",
                "payload_passthru_mode",
                "payload_transparency",
            ],
        ),
        (
            Role::Callee,
            &[
                "caller_identification",
                "call_trustlevels",
                "call_canceling",
                "call_reroute",
                "progressive_call_results",
                "progressive_call_invocations",
                "pattern_based_registration",
                "shared_registration",
                "registration_revocation",
                "payload_passthru_mode",
                "payload_transparency",
            ],
        ),
    ])
}
