//! Which features of the Advanced Profile a session may use, and what it does without them.
//! The one rule: a feature counts when both sides announced it. What needs one that does not count is
//! refused by name before anything is sent, unless leaving it out only gives the application less:
//!
//! | wanted | feature | without it |
//! |---|---|---|
//! | a call in parts (`CALL.progress`) | `progressive_call_invocations` | refused: the router would abort the session |
//! | `match` of SUBSCRIBE | `pattern_based_subscription` | refused: it would be another subscription |
//! | `match` of REGISTER | `pattern_based_registration` | refused: it would be another registration |
//! | `invoke` of REGISTER | `shared_registration` | refused: other callees would be locked out |
//! | `exclude…`, `eligible…` of PUBLISH | `subscriber_blackwhite_listing` | refused: the event would reach those it is kept from |
//! | `ppt_scheme` of PUBLISH and CALL | `payload_passthru_mode` | refused: the router would abort the session |
//! | canceling a call | `call_canceling` | the call ends here, and nothing is sent |
//! | `timeout` of CALL | `call_timeout` | the session's own timer does it, here as well as with the feature |
//! | `receive_progress` of CALL | `progressive_call_results` | sent; the result comes in one piece |
//! | `disclose_me`, `disclose_caller` | `…_identification` | sent; nobody is told who it was |
//! | `exclude_me: false` | `publisher_exclusion` | sent; the publisher gets no copy |
//! | `retain`, `get_retained` | `event_retention` | sent; nothing is kept, live events come |

use crate::message::{Dict, MessageType, Party, Role, Roles, Value};

use super::CommandError;

/// A feature that the machine itself has to know about, for one role.
#[derive(Clone, Copy)]
pub(super) enum Feature {
    CallCanceling,
    CallTimeout,
    CallInParts,
    SubscribePattern,
    RegisterPattern,
    SharedRegistration,
    Listing,
    PublishPassthru,
    CallPassthru,
}

/// The name of each feature, in the order of the enum, and the roles that announce it.
const ROWS: [(&str, Role, Role); 9] = [
    ("call_canceling", Role::Caller, Role::Dealer),
    ("call_timeout", Role::Caller, Role::Dealer),
    ("progressive_call_invocations", Role::Caller, Role::Dealer),
    ("pattern_based_subscription", Role::Subscriber, Role::Broker),
    ("pattern_based_registration", Role::Callee, Role::Dealer),
    ("shared_registration", Role::Callee, Role::Dealer),
    ("subscriber_blackwhite_listing", Role::Publisher, Role::Broker),
    ("payload_passthru_mode", Role::Publisher, Role::Broker),
    ("payload_passthru_mode", Role::Caller, Role::Dealer),
];

/// What each side has announced: a bit for each row.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Features {
    client: u16,
    router: u16,
    /// Whether the router plays the role: each command of an open session asks.
    broker: bool,
    dealer: bool,
}

impl Features {
    pub(super) fn set(&mut self, party: Party, roles: &Roles) {
        let mut bits = 0;
        for (at, (name, client, router)) in ROWS.into_iter().enumerate() {
            let role = if party == Party::Client { client } else { router };
            bits |= u16::from(roles.supports(role, name)) << at;
        }
        match party {
            Party::Client => self.client = bits,
            Party::Router => {
                self.router = bits;
                (self.broker, self.dealer) = (roles.has(Role::Broker), roles.has(Role::Dealer));
            }
        }
    }

    pub(super) const fn has(self, feature: Feature) -> bool {
        self.client & self.router & (1 << feature as u16) != 0
    }

    /// Whether the router plays this role.
    pub(super) const fn router_is(self, role: Role) -> bool {
        match role {
            Role::Broker => self.broker,
            Role::Dealer => self.dealer,
            _ => false,
        }
    }

    /// Whether the router has it; for what a client does not announce.
    pub(super) const fn router_has(self, feature: Feature) -> bool {
        self.router & (1 << feature as u16) != 0
    }

    /// Whether every option of a request can be granted.
    pub(super) fn check(self, request: MessageType, options: &Dict) -> Result<(), CommandError> {
        let missing =
            options.iter().filter_map(|(key, value)| needed(request, key, value)).find(|f| !self.has(*f));
        let row = missing.and_then(|feature| Some((feature, *ROWS.get(feature as usize)?)));
        let Some((feature, (name, client, router))) = row else { return Ok(()) };
        let role = if self.router_has(feature) { client } else { router };
        Err(CommandError::FeatureNotSupported { role, feature: name })
    }
}

/// The feature without which an option of a request would mean something else.
fn needed(request: MessageType, key: &str, value: &Value) -> Option<Feature> {
    use MessageType::{Call, Publish, Register, Subscribe};

    let is = |word| value.is_null() || value.as_str() == Some(word);
    Some(match (request, key) {
        (Call, "progress") if value.as_bool() == Some(true) => Feature::CallInParts,
        (Call, "ppt_scheme") => Feature::CallPassthru,
        (Publish, "ppt_scheme") => Feature::PublishPassthru,
        (Publish, "exclude_me") => return None,
        (Publish, key) if key.starts_with("exclude") || key.starts_with("eligible") => Feature::Listing,
        (Subscribe, "match") if !is("exact") => Feature::SubscribePattern,
        (Register, "match") if !is("exact") => Feature::RegisterPattern,
        (Register, "invoke") if !is("single") => Feature::SharedRegistration,
        _ => return None,
    })
}
