//! How a session begins: HELLO, perhaps CHALLENGE and AUTHENTICATE, then WELCOME or ABORT.
//! WELCOME is the first message of a session; the session is in its realm before it is sent.

use std::time::Duration;

use crate::message::{
    Challenge, Hello, Message, Payload, Role, Roles, UriRules, Welcome, WelcomeDetails, uris,
};

use super::{
    Candidate, Identity, PeerId, Router, Verdict, Violation,
    connection::{Joining, State},
    session::Session,
};

/// What the broker can do beyond the Basic Profile.
const BROKER_FEATURES: &[&str] = &[
    "publisher_exclusion",
    "subscriber_blackwhite_listing",
    "pattern_based_subscription",
    "payload_transparency",
];
/// What the dealer can do beyond the Basic Profile.
const DEALER_FEATURES: &[&str] = &["payload_transparency"];

impl<P: Payload> Router<P> {
    /// A message of a client that has no open session.
    pub(super) fn handshake(
        &mut self,
        now: Duration,
        peer: PeerId,
        message: Message<P>,
    ) -> Result<(), Violation> {
        let Some(connection) = self.connections.get_mut(&peer) else { return Ok(()) };
        match (std::mem::replace(&mut connection.state, State::Waiting), message) {
            (State::Waiting, Message::Hello(hello)) => self.hello(now, peer, hello),
            (State::Challenged(joining, challenge), Message::Authenticate(answer)) => {
                let Joining { hello, session, .. } = &*joining;
                let candidate = Candidate {
                    realm: &hello.realm,
                    details: &hello.details,
                    peer: &connection.info,
                    session: *session,
                };
                let verdict = self.authenticator.authenticate(&candidate, &challenge, &answer);
                self.decide(now, peer, joining, verdict);
                Ok(())
            }
            (state, message) => {
                let wanted = if matches!(state, State::Waiting) { "HELLO" } else { "AUTHENTICATE" };
                Err(Violation(format!("{} where {wanted} was expected", message.message_type())))
            }
        }
    }

    fn hello(&mut self, now: Duration, peer: PeerId, hello: Hello) -> Result<(), Violation> {
        let roles = Roles::read(hello.details.as_dict().get("roles"), &Role::CLIENT)
            .map_err(|error| Violation(format!("HELLO.Details.{error}")))?;
        if self.closing {
            self.abort(peer, uris::SYSTEM_SHUTDOWN, "the router is shutting down");
            return Ok(());
        }
        if hello.realm.as_str().len() > self.config.limits.uri {
            let text = format!("HELLO.Realm may have {} octets", self.config.limits.uri);
            self.abort(peer, uris::NO_SUCH_REALM, &text);
            return Ok(());
        }
        if let Err(error) = hello.realm.check(UriRules::Complete) {
            self.abort(peer, uris::INVALID_URI, &format!("HELLO.Realm: {error}"));
            return Ok(());
        }
        if !self.realms.contains_key(&hello.realm) {
            self.abort(peer, uris::NO_SUCH_REALM, &format!("there is no realm '{}'", hello.realm));
            return Ok(());
        }
        let session = self.draw_session_id();
        let Some(connection) = self.connections.get_mut(&peer) else { return Ok(()) };
        connection.session = Some(session);
        let candidate =
            Candidate { realm: &hello.realm, details: &hello.details, peer: &connection.info, session };
        let verdict = self.authenticator.hello(&candidate);
        self.decide(now, peer, Box::new(Joining { hello, roles, session }), verdict);
        Ok(())
    }

    fn decide(&mut self, now: Duration, peer: PeerId, joining: Box<Joining>, verdict: Verdict) {
        match verdict {
            Verdict::Welcome(identity) => self.welcome(peer, *joining, identity),
            Verdict::Challenge { method, extra } => {
                let challenge = Challenge { method, extra };
                self.out.send(peer, challenge.clone());
                let deadline = now.saturating_add(self.config.handshake_timeout);
                self.enter(peer, State::Challenged(joining, challenge), Some(deadline));
            }
            Verdict::Refuse { reason, message } => self.abort(peer, reason.as_str(), &message),
        }
    }

    fn welcome(&mut self, peer: PeerId, joining: Joining, identity: Identity) {
        let Joining { hello: Hello { realm, .. }, roles, session } = joining;
        let details = welcome_details(realm.as_str(), &identity);
        if let Some(realm) = self.realms.get_mut(&realm) {
            realm.join(peer, Session { id: session, identity, roles, requests: Default::default() });
        }
        self.out.send(peer, Welcome { session, details });
        self.enter(peer, State::Established(realm), None);
    }
}

fn welcome_details(realm: &str, identity: &Identity) -> WelcomeDetails {
    let roles = Roles::announce(&[(Role::Broker, BROKER_FEATURES), (Role::Dealer, DEALER_FEATURES)]);
    WelcomeDetails::default()
        .with("agent", concat!("wamp-wasm/", env!("CARGO_PKG_VERSION")))
        .with("realm", realm)
        .with("authid", identity.authid.as_str())
        .with("authrole", identity.authrole.as_str())
        .with("authmethod", identity.authmethod.as_str())
        .with("authprovider", identity.authprovider.as_str())
        .with("roles", roles.as_dict().clone())
}
