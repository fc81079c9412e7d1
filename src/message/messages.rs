//! The 25 messages, each with its shape on the wire. `P` is the application's payload, which the
//! core passes on without looking inside; a payload stands where the shape says `Args, Kwargs`.

use std::fmt;

use super::{
    AuthExtra, CallOptions, CancelOptions, CloseDetails, EndDetails, ErrorDetails, EventDetails,
    HelloDetails, InvocationDetails, MessageType, PublicationId, PublishOptions, RegisterOptions,
    RegistrationId, RequestId, ResultDetails, SessionId, SubscribeOptions, SubscriptionId, Uri,
    WelcomeDetails, YieldOptions,
};

/// What `Debug` shows of a field: all but a signature, which may be a ticket as it is.
macro_rules! shown {
    ($message:ident.signature) => {
        &format_args!("…")
    };
    ($message:ident.$field:ident) => {
        &$message.$field
    };
}

macro_rules! messages {
    ($($(#[$doc:meta])* $name:ident $(<$p:ident>)? { $($(#[$fdoc:meta])* $field:ident: $ty:ty,)* })*) => {
        /// Any WAMP message.
        #[derive(Clone, Debug, PartialEq)]
        #[allow(missing_docs, reason = "each variant's struct is documented")]
        pub enum Message<P> { $($name($name $(<$p>)?),)* }

        impl<P> Message<P> {
            /// Its type.
            #[must_use]
            pub const fn message_type(&self) -> MessageType {
                match self { $(Self::$name(_) => MessageType::$name,)* }
            }
        }

        $($(#[$doc])*
        #[derive(Clone, PartialEq)]
        pub struct $name $(<$p>)? { $($(#[$fdoc])* pub $field: $ty,)* }

        impl $(<$p: fmt::Debug>)? fmt::Debug for $name $(<$p>)? {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let message = self;
                f.debug_struct(stringify!($name))
                    $(.field(stringify!($field), shown!(message.$field)))*
                    .finish()
            }
        }

        impl<P> From<$name $(<$p>)?> for Message<P> {
            fn from(message: $name $(<$p>)?) -> Self {
                Self::$name(message)
            }
        })*
    };
}

messages! {
    /// `[HELLO, Realm, Details]` – a client asks to join a realm.
    Hello {
        /// The realm to join.
        realm: Uri,
        /// Roles, features and who the client is.
        details: HelloDetails,
    }

    /// `[WELCOME, Session, Details]` – the session is open.
    Welcome {
        /// The new session.
        session: SessionId,
        /// Roles and features of the router, and who the client is to it.
        details: WelcomeDetails,
    }

    /// `[ABORT, Details, Reason, Args, Kwargs]` – the session ends at once; never answered.
    Abort<P> {
        /// May hold a text.
        details: CloseDetails,
        /// Why.
        reason: Uri,
        /// More about it.
        payload: P,
    }

    /// `[CHALLENGE, AuthMethod, Extra]` – the router wants the client to prove who it is.
    Challenge {
        /// The method.
        method: String,
        /// The challenge itself.
        extra: AuthExtra,
    }

    /// `[AUTHENTICATE, Signature, Extra]` – the client's answer to a CHALLENGE.
    Authenticate {
        /// The proof.
        signature: String,
        /// What the method adds.
        extra: AuthExtra,
    }

    /// `[GOODBYE, Details, Reason]` – the session ends; answered by a GOODBYE.
    Goodbye {
        /// May hold a text.
        details: CloseDetails,
        /// Why.
        reason: Uri,
    }

    /// `[ERROR, REQUEST.Type, REQUEST.Request, Details, Error, Args, Kwargs]` – a request failed.
    Error<P> {
        /// The type of the request.
        request_type: MessageType,
        /// The request.
        request: RequestId,
        /// Details.
        details: ErrorDetails,
        /// Which error.
        error: Uri,
        /// What the error carries.
        payload: P,
    }

    /// `[PUBLISH, Request, Options, Topic, Args, Kwargs]`
    Publish<P> {
        /// The request.
        request: RequestId,
        /// Options.
        options: PublishOptions,
        /// The topic.
        topic: Uri,
        /// The event's payload.
        payload: P,
    }

    /// `[PUBLISHED, PUBLISH.Request, Publication]` – answer to an acknowledged PUBLISH.
    Published {
        /// The request that it answers.
        request: RequestId,
        /// The publication.
        publication: PublicationId,
    }

    /// `[SUBSCRIBE, Request, Options, Topic]`
    Subscribe {
        /// The request.
        request: RequestId,
        /// Options.
        options: SubscribeOptions,
        /// The topic or pattern.
        topic: Uri,
    }

    /// `[SUBSCRIBED, SUBSCRIBE.Request, Subscription]`
    Subscribed {
        /// The request that it answers.
        request: RequestId,
        /// The subscription.
        subscription: SubscriptionId,
    }

    /// `[UNSUBSCRIBE, Request, Subscription]`, from some peers with options behind.
    Unsubscribe {
        /// The request.
        request: RequestId,
        /// The subscription.
        subscription: SubscriptionId,
        /// Options, which only some peers send.
        options: EndDetails,
    }

    /// `[UNSUBSCRIBED, UNSUBSCRIBE.Request]`, or `[UNSUBSCRIBED, 0, Details]` when the router revoked it.
    Unsubscribed {
        /// The request that it answers; none when the router revoked the subscription.
        request: Option<RequestId>,
        /// The subscription that was revoked, and why.
        details: EndDetails,
    }

    /// `[EVENT, Subscription, Publication, Details, Args, Kwargs]`
    Event<P> {
        /// The subscription that it matches.
        subscription: SubscriptionId,
        /// The publication.
        publication: PublicationId,
        /// Details.
        details: EventDetails,
        /// The payload of the PUBLISH.
        payload: P,
    }

    /// `[CALL, Request, Options, Procedure, Args, Kwargs]`
    Call<P> {
        /// The request.
        request: RequestId,
        /// Options.
        options: CallOptions,
        /// The procedure.
        procedure: Uri,
        /// The arguments.
        payload: P,
    }

    /// `[CANCEL, CALL.Request, Options]`
    Cancel {
        /// The call.
        request: RequestId,
        /// How it ends.
        options: CancelOptions,
    }

    /// `[RESULT, CALL.Request, Details, Args, Kwargs]`
    Result<P> {
        /// The call that it answers.
        request: RequestId,
        /// Details.
        details: ResultDetails,
        /// The results.
        payload: P,
    }

    /// `[REGISTER, Request, Options, Procedure]`
    Register {
        /// The request.
        request: RequestId,
        /// Options.
        options: RegisterOptions,
        /// The procedure or pattern.
        procedure: Uri,
    }

    /// `[REGISTERED, REGISTER.Request, Registration]`
    Registered {
        /// The request that it answers.
        request: RequestId,
        /// The registration.
        registration: RegistrationId,
    }

    /// `[UNREGISTER, Request, Registration]`, from some peers with options behind.
    Unregister {
        /// The request.
        request: RequestId,
        /// The registration.
        registration: RegistrationId,
        /// Options, which only some peers send.
        options: EndDetails,
    }

    /// `[UNREGISTERED, UNREGISTER.Request]`, or `[UNREGISTERED, 0, Details]` when the router revoked it.
    Unregistered {
        /// The request that it answers; none when the router revoked the registration.
        request: Option<RequestId>,
        /// The registration that was revoked, and why.
        details: EndDetails,
    }

    /// `[INVOCATION, Request, Registration, Details, Args, Kwargs]`
    Invocation<P> {
        /// The request, in the router's own count.
        request: RequestId,
        /// The registration.
        registration: RegistrationId,
        /// Details.
        details: InvocationDetails,
        /// The arguments of the CALL.
        payload: P,
    }

    /// `[INTERRUPT, INVOCATION.Request, Options]`
    Interrupt {
        /// The invocation.
        request: RequestId,
        /// How it ends.
        options: CancelOptions,
    }

    /// `[YIELD, INVOCATION.Request, Options, Args, Kwargs]`
    Yield<P> {
        /// The invocation that it answers.
        request: RequestId,
        /// Options.
        options: YieldOptions,
        /// The results.
        payload: P,
    }

    /// `[EVENT_RECEIVED, EVENT.Publication]`
    EventReceived {
        /// The publication.
        publication: PublicationId,
    }
}
