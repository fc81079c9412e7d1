//! What is said: the 25 WAMP messages, their ids, URIs, options and values.
//! It knows nothing of bytes, sockets, clocks or JavaScript, and everything else builds on it.

mod features;
mod id;
mod kind;
mod kinds;
mod known;
mod messages;
mod options;
mod payload;
mod policy;
mod text;
mod uri;
mod value;

pub use features::{Role, Roles};
pub(crate) use id::is_id;
pub use id::{
    Id, IdSequence, InvalidId, MAX_ID, PublicationId, RegistrationId, RequestId, SessionId, SubscriptionId,
};
pub use kind::{MessageType, Party};
pub use kinds::OptionError;
pub(crate) use kinds::{Keys, check as check_keys};
pub use known::uris;
pub use messages::*;
pub use options::*;
pub use payload::{Payload, Values};
pub use policy::{CancelMode, InvocationPolicy, MatchPolicy};
pub(crate) use text::{Show, shown, text};
pub use uri::{Pattern, Uri, UriError, UriRules};
pub use value::{Dict, DuplicateKey, List, Value};
pub(crate) use value::{repeated, shortened};
