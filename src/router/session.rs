//! One open session: who it is, what it announced, and the rules that hold for every message on it
//! before anybody looks at what the message wants.

use crate::message::{Dict, Id, IdSequence, Message, MessageType, RequestId, Role, Roles, SessionId};

use super::{Identity, Violation};

/// One open session.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) id: SessionId,
    pub(super) identity: Identity,
    pub(super) roles: Roles,
    /// The ids of the client's requests: one count for all six types.
    pub(super) requests: IdSequence,
}

impl Session {
    /// Checks role, features and request id, and counts the request.
    pub(super) fn admit<P>(&mut self, message: &Message<P>) -> Result<(), Violation> {
        let kind = message.message_type();
        if let Some(role) = role_for(kind)
            && !self.roles.has(role)
        {
            return Err(Violation(format!("{kind} from a session that did not announce the role {role}")));
        }
        check_features(message)?;
        if let Some(request) = new_request(message) {
            let expected = self.requests.peek();
            if request.get() != expected {
                return Err(Violation(format!("{kind}.Request must be {expected}, not {request}")));
            }
            self.requests.advance();
        }
        Ok(())
    }

    /// Checks that a CANCEL names a request that was made; whether it still runs is another matter.
    pub(super) fn check_called(&self, request: RequestId) -> Result<(), Violation> {
        if request.get() < self.requests.peek() {
            return Ok(());
        }
        Err(Violation(format!("CANCEL.Request {request} names no call of this session")))
    }
}

/// The role that a client plays when it sends this.
const fn role_for(kind: MessageType) -> Option<Role> {
    Some(match kind {
        MessageType::Publish => Role::Publisher,
        MessageType::Subscribe | MessageType::Unsubscribe => Role::Subscriber,
        MessageType::Call | MessageType::Cancel => Role::Caller,
        MessageType::Register | MessageType::Unregister | MessageType::Yield | MessageType::Error => {
            Role::Callee
        }
        _ => return None,
    })
}

/// The id of a message that opens a request; those that only name one consume none.
const fn new_request<P>(message: &Message<P>) -> Option<RequestId> {
    Some(match message {
        Message::Publish(m) => m.request,
        Message::Subscribe(m) => m.request,
        Message::Unsubscribe(m) => m.request,
        Message::Call(m) => m.request,
        Message::Register(m) => m.request,
        Message::Unregister(m) => m.request,
        _ => return None,
    })
}

/// The features whose use without the router's announcement ends the session.
fn check_features<P>(message: &Message<P>) -> Result<(), Violation> {
    let unannounced =
        |what| Err(Violation(format!("{what} needs a feature that this router does not announce")));
    let options: &Dict = match message {
        Message::Call(m) if m.options.progress() == Some(true) => {
            return unannounced("CALL.Options.progress");
        }
        Message::Call(m) => m.options.as_dict(),
        Message::Publish(m) => m.options.as_dict(),
        Message::Yield(m) => m.options.as_dict(),
        Message::Error(m) => m.details.as_dict(),
        _ => return Ok(()),
    };
    match options.get("ppt_scheme") {
        Some(scheme) if !scheme.is_null() => unannounced("ppt_scheme"),
        _ => Ok(()),
    }
}

/// The attributes that say how an opaque payload is to be read: they go wherever the payload goes.
pub(super) fn payload_attributes(options: &Dict) -> Dict {
    const KEYS: [&str; 3] = ["enc_algo", "enc_serializer", "enc_key"];
    let mut attributes = Dict::new();
    if !options.is_empty() {
        for key in KEYS {
            if let Some(value) = options.get(key).filter(|value| !value.is_null()) {
                attributes.insert(key, value.clone());
            }
        }
    }
    attributes
}
