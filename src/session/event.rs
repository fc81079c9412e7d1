//! What goes into a session and what comes out of it.

use std::time::Duration;

use crate::message::{
    Challenge, EventDetails, InvocationDetails, Message, PublicationId, RegistrationId, RequestId,
    ResultDetails, Role, Show, SubscriptionId, Uri, UriError, Welcome, shown, text,
};

/// Names one command of the application, and what it set up: the handler of a subscription, the
/// endpoint of a registration, a running call. Never used twice by the same `Session` value, not even
/// after it joined again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub(crate) u64);

impl Ticket {
    /// The number of the ticket: 1, 2, 3 …
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The ticket with a number that [`get`](Self::get) gave; a made-up number names nothing.
    #[must_use]
    pub const fn from_number(number: u64) -> Self {
        Self(number)
    }
}

/// What happens to a session from outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Input<P> {
    /// The transport is open and its serializer agreed.
    Opened,
    /// A message arrived.
    Message(Message<P>),
    /// A frame arrived that is no message; the text says why.
    Invalid(String),
    /// The transport is closed; the text says how, for a person.
    Closed(String),
    /// The time of [`next_deadline`](super::Session::next_deadline) has come.
    Deadline,
}

/// What a session wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Output<P> {
    /// Send this message.
    Send(Message<P>),
    /// Tell the application.
    Event(SessionEvent<P>),
    /// Close the transport once everything before this is sent.
    Close,
}

/// What the application learns, in the order in which it happened.
#[derive(Clone, Debug, PartialEq)]
pub enum SessionEvent<P> {
    /// The session is open.
    Joined(Welcome),
    /// The router asks for a proof: answer with `authenticate` or `refuse`.
    Challenged(Challenge),
    /// A command has its answer. Every ticket is settled exactly once.
    Settled {
        /// The command.
        ticket: Ticket,
        /// How it ended.
        outcome: Outcome<P>,
    },
    /// A part of a call's result; more follows.
    Progress {
        /// The call.
        ticket: Ticket,
        /// Details.
        details: ResultDetails,
        /// The part.
        payload: P,
    },
    /// An event for the handlers of a subscription: see [`Session::handlers`](super::Session::handlers).
    Event {
        /// The subscription.
        subscription: SubscriptionId,
        /// The publication.
        publication: PublicationId,
        /// Details.
        details: EventDetails,
        /// The payload.
        payload: P,
    },
    /// A call to one of our endpoints: answer with `yield_result` or `yield_error`.
    Invocation {
        /// The endpoint: the ticket of its registration.
        endpoint: Ticket,
        /// The invocation, to be named in the answer.
        request: RequestId,
        /// The registration.
        registration: RegistrationId,
        /// Details.
        details: InvocationDetails,
        /// The arguments.
        payload: P,
    },
    /// More of the call of a running invocation; the last part is the one without `progress` in its details.
    InvocationPart {
        /// The endpoint that runs it.
        endpoint: Ticket,
        /// The invocation.
        request: RequestId,
        /// Details: only `progress` counts, the rest is said by the first part.
        details: InvocationDetails,
        /// The arguments.
        payload: P,
    },
    /// A running invocation is to stop: its caller canceled, lost patience or is gone.
    Interrupted {
        /// The endpoint that runs it.
        endpoint: Ticket,
        /// The invocation.
        request: RequestId,
        /// Whether an answer is waited for: any, or `wamp.error.canceled`. Otherwise the invocation is
        /// over, and no answer is taken.
        kill: bool,
        /// Why, if the router said it.
        reason: Option<Uri>,
    },
    /// The router ended a subscription of ours. Its handlers get nothing more.
    SubscriptionRevoked {
        /// The subscription's handlers.
        handlers: Vec<Ticket>,
        /// Why, if the router said it.
        reason: Option<Uri>,
    },
    /// The router ended a registration of ours.
    RegistrationRevoked {
        /// The ticket of the registration.
        endpoint: Ticket,
        /// Why, if the router said it.
        reason: Option<Uri>,
    },
    /// A handler of a durable session gets events again, of this subscription.
    SubscriptionRestored {
        /// The handler.
        handler: Ticket,
        /// Its subscription in this session.
        subscription: SubscriptionId,
    },
    /// An endpoint of a durable session serves calls again, of this registration.
    RegistrationRestored {
        /// The endpoint.
        endpoint: Ticket,
        /// Its registration in this session.
        registration: RegistrationId,
    },
    /// The router refused what a durable session had. The handler or endpoint is gone.
    NotRestored {
        /// The handler or endpoint.
        ticket: Ticket,
        /// Why; `wamp.error.feature_not_supported` when this router lacks what it needs.
        error: Uri,
        /// What the error carries.
        payload: P,
    },
    /// The session is over, or could not be joined. Comes once a join, after everything that was
    /// pending is settled.
    Ended(Ended),
}

/// How a command ended.
pub type Outcome<P> = Result<Success<P>, Failure<P>>;

/// What a command achieved.
#[derive(Clone, Debug, PartialEq)]
pub enum Success<P> {
    /// The handler gets the events of this subscription.
    Subscribed(SubscriptionId),
    /// The handler gets no more events. `true` when it was the subscription's last one and the router
    /// has confirmed the end; `false` while other handlers go on.
    Unsubscribed(bool),
    /// The broker has accepted the publication.
    Published(PublicationId),
    /// The endpoint serves this registration.
    Registered(RegistrationId),
    /// The endpoint serves no more calls.
    Unregistered,
    /// The result of a call.
    Result {
        /// Details.
        details: ResultDetails,
        /// The result.
        payload: P,
    },
}

/// Why a command failed.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure<P> {
    /// The router or the callee answered with an error; or the call was canceled or took too long, which
    /// is told with the same errors when this side noticed it first.
    Error {
        /// Which error.
        error: Uri,
        /// What it carries.
        payload: P,
    },
    /// The session ended before the answer came.
    SessionLost(Ended),
}

/// How a session ended. When the application left, `reason` and `message` are those of the router's
/// GOODBYE, or the application's own until it has come.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended {
    /// What ended it.
    pub cause: Cause,
    /// The reason as a URI, where a message carried one or the protocol has one.
    pub reason: Option<Uri>,
    /// A text for a person; may be empty.
    pub message: String,
    /// Whether the session had been open.
    pub was_open: bool,
}

/// What ended a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The application left.
    Left,
    /// The router said GOODBYE.
    Goodbye,
    /// The router said ABORT.
    Aborted,
    /// The router broke the protocol; we said ABORT.
    Violation,
    /// We gave up joining: a challenge was refused or took too long.
    JoinFailed,
    /// The transport was lost.
    TransportLost,
}

/// A command that cannot be carried out. Nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommandError {
    /// `join` without an open transport.
    NoTransport,
    /// The command needs an open session.
    NotOpen,
    /// `join` on a session that is open or opening.
    AlreadyOpen,
    /// The router does not play the role that the command needs.
    NoSuchRole(Role),
    /// The URI is not good for its place.
    Uri(UriError),
    /// It needs a feature of the Advanced Profile that one side has not announced.
    FeatureNotSupported {
        /// Who would have to announce it: a role of the router, or of an application that announces its own.
        role: Role,
        /// The name of the feature.
        feature: &'static str,
    },
    /// As many requests wait for an answer as the configuration allows.
    TooManyPending,
    /// The ticket names no active handler, endpoint, call or challenge.
    NotActive(&'static str),
}

impl From<UriError> for CommandError {
    fn from(error: UriError) -> Self {
        Self::Uri(error)
    }
}

impl Show for CommandError {
    fn show(&self, to: &mut String) {
        match self {
            Self::NoTransport => "transport not open".show(to),
            Self::NotOpen => "session not open".show(to),
            Self::AlreadyOpen => "session already open".show(to),
            Self::NoSuchRole(role) => text![in to, "the router is no ", role],
            Self::Uri(error) => error.show(to),
            Self::FeatureNotSupported { role, feature } => {
                text![in to, "the ", role, " does not announce ", feature];
            }
            Self::TooManyPending => "too many requests without an answer".show(to),
            Self::NotActive(what) => text![in to, what, " not active"],
        }
    }
}

shown! { CommandError }

/// Settings of a session.
#[derive(Clone, Debug)]
pub struct SessionConfig {
    /// How long WELCOME may take, and each answer to AUTHENTICATE.
    pub join_timeout: Duration,
    /// How long the application may take to answer a challenge.
    pub challenge_timeout: Duration,
    /// How long the answer to GOODBYE may take.
    pub goodbye_timeout: Duration,
    /// How long the answer to a CANCEL with mode `kill` may take, before the call is over without it.
    pub cancel_timeout: Duration,
    /// How much later than its own timer a call fails here, when the router keeps the timeout as well.
    pub timeout_grace: Duration,
    /// How many requests may wait for an answer.
    pub max_pending: usize,
    /// Whether handlers and endpoints outlive their session, unless the application ends it. Then the next
    /// session asks for them again, in the order of their tickets and before all else, and each one is told
    /// as restored or not restored. Between two sessions they can be unsubscribed and unregistered.
    pub durable: bool,
}

impl Default for SessionConfig {
    fn default() -> Self {
        Self {
            join_timeout: Duration::from_secs(10),
            challenge_timeout: Duration::from_secs(60),
            goodbye_timeout: Duration::from_secs(3),
            cancel_timeout: Duration::from_secs(30),
            timeout_grace: Duration::from_millis(500),
            max_pending: 100_000,
            durable: false,
        }
    }
}
