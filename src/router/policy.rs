//! Who may join and what a session may do: the mechanism is the router's, the policy stands behind the
//! two traits here. The defaults let everybody in and everything pass.

use crate::message::{AuthExtra, Authenticate, Challenge, HelloDetails, Pattern, SessionId, Uri, uris};

use super::PeerInfo;

/// Somebody who wants to join.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// The realm to join.
    pub realm: &'a Uri,
    /// What HELLO said.
    pub details: &'a HelloDetails,
    /// What the transport knows.
    pub peer: &'a PeerInfo,
    /// The id that the session gets if it is let in.
    pub session: SessionId,
}

/// Who a session is to the router.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The name.
    pub authid: String,
    /// The role, by which policies tell sessions apart.
    pub authrole: String,
    /// The method by which it was authenticated.
    pub authmethod: String,
    /// What authenticated it.
    pub authprovider: String,
}

/// An [`Authenticator`]'s decision.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It is let in as this one.
    Welcome(Identity),
    /// It has to prove who it is first.
    Challenge {
        /// The method, one of those that HELLO offered.
        method: String,
        /// The challenge.
        extra: AuthExtra,
    },
    /// It is not let in.
    Refuse {
        /// Why, as a URI.
        reason: Uri,
        /// Why, for a person.
        message: String,
    },
}

/// Decides who may join. It is asked while the router works, so it must not call back into the router or
/// its host.
pub trait Authenticator {
    /// Somebody said HELLO to a realm that exists.
    fn hello(&mut self, candidate: &Candidate<'_>) -> Verdict;

    /// Somebody answered the challenge. Another challenge may follow.
    fn authenticate(
        &mut self,
        candidate: &Candidate<'_>,
        challenge: &Challenge,
        answer: &Authenticate,
    ) -> Verdict {
        let _ = (candidate, challenge, answer);
        Verdict::Refuse {
            reason: uris::CANNOT_AUTHENTICATE.into(),
            message: "no challenge was expected to be answered".to_owned(),
        }
    }
}

/// Lets everybody in as `anonymous`, unless they insist on another method.
#[derive(Clone, Copy, Debug, Default)]
pub struct Anonymous;

impl Authenticator for Anonymous {
    fn hello(&mut self, candidate: &Candidate<'_>) -> Verdict {
        let methods = candidate.details.authmethods().unwrap_or_default();
        if !methods.is_empty() && !methods.contains(&"anonymous") {
            return Verdict::Refuse {
                reason: uris::NO_MATCHING_AUTH_METHOD.into(),
                message: format!(
                    "this router authenticates by 'anonymous' only, not by {}",
                    methods.join(", ")
                ),
            };
        }
        Verdict::Welcome(Identity {
            // A name that the client chose would be one that nobody has checked.
            authid: format!("anonymous-{}", candidate.session),
            authrole: "anonymous".to_owned(),
            authmethod: "anonymous".to_owned(),
            authprovider: "static".to_owned(),
        })
    }
}

/// What a session wants to do with a URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Publish to the topic.
    Publish,
    /// Subscribe to the topic or pattern.
    Subscribe,
    /// Call the procedure.
    Call,
    /// Register the procedure or pattern.
    Register,
}

/// Who wants it.
#[derive(Clone, Copy, Debug)]
pub struct Principal<'a> {
    /// The realm.
    pub realm: &'a Uri,
    /// The session.
    pub session: SessionId,
    /// Who it is.
    pub identity: &'a Identity,
}

/// An [`Authorizer`]'s decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Permission {
    /// It may.
    Allow,
    /// It may not; the text says why, for a person.
    Deny(String),
    /// There is no decision; the text says why, for a person.
    Failed(String),
}

/// Decides what a session may do. It is asked while the router works, so it must not call back into the
/// router or its host.
pub trait Authorizer {
    /// Whether the session may do this with everything that the pattern matches.
    fn authorize(&mut self, principal: &Principal<'_>, action: Action, pattern: &Pattern) -> Permission;
}

/// Everything is allowed.
#[derive(Clone, Copy, Debug, Default)]
pub struct AllowAll;

impl Authorizer for AllowAll {
    fn authorize(&mut self, _: &Principal<'_>, _: Action, _: &Pattern) -> Permission {
        Permission::Allow
    }
}

/// Everything is allowed but what begins with one of these prefixes.
#[derive(Clone, Debug, Default)]
pub struct DenyPrefixes(Vec<String>);

impl DenyPrefixes {
    /// Denies every action on URIs that begin with one of these texts.
    #[must_use]
    pub fn new(prefixes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(prefixes.into_iter().map(Into::into).collect())
    }
}

impl Authorizer for DenyPrefixes {
    fn authorize(&mut self, _: &Principal<'_>, action: Action, pattern: &Pattern) -> Permission {
        // A wider pattern is let pass: what it would match beyond is denied to publishers and callers.
        match self.0.iter().find(|prefix| pattern.uri.as_str().starts_with(prefix.as_str())) {
            Some(_) => Permission::Deny(format!("this session may not {action} '{}'", pattern.uri)),
            None => Permission::Allow,
        }
    }
}

impl std::fmt::Display for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Publish => "publish to",
            Self::Subscribe => "subscribe to",
            Self::Call => "call",
            Self::Register => "register",
        })
    }
}
