//! The one table of positional shapes: which elements each message has, in which order, and how many
//! of them may be missing. Reading and writing are both made from it: one loop goes by the table, and
//! what is left for each message is to put its elements where they belong.

use super::{
    DecodeError, EncodeError, Output,
    element::{Element, Header, Kind, Part, Parts},
    span::Piece,
    token::Token,
};
use crate::message::{
    self, AuthExtra, CallOptions, CancelOptions, CloseDetails, EndDetails, ErrorDetails, EventDetails,
    HelloDetails, InvocationDetails, Message, MessageType, OptionError, PublicationId, PublishOptions,
    RegisterOptions, RegistrationId, RequestId, ResultDetails, SessionId, Show, SubscribeOptions,
    SubscriptionId, Uri, WelcomeDetails, YieldOptions, text,
};

/// The most elements that any message has, and one more to notice a surplus.
pub(super) const MAX_ELEMENTS: usize = 8;

/// The elements of a message.
pub(super) struct Layout {
    message: MessageType,
    /// Those behind the type code and before the payload.
    header: &'static [(&'static str, Kind)],
    /// How many there are at the least, with the type code.
    required: usize,
    /// Whether arguments may follow, keyword arguments behind them.
    payload: bool,
}

macro_rules! shapes {
    ($(
        $name:ident
        [$($element:literal $field:ident: $ty:ty),*]
        $(then $payload:ident)?
        $(maybe [$last:literal $last_field:ident: $last_ty:ty] if |$m:ident| $written:expr)?;
    )*) => {
        /// The layout of a message type.
        pub(super) const fn layout(message_type: MessageType) -> &'static Layout {
            match message_type {
                $(MessageType::$name => const { &Layout {
                    message: MessageType::$name,
                    header: &[
                        $(($element, <$ty as Element>::KIND),)*
                        $(($last, <$last_ty as Element>::KIND),)?
                    ],
                    required: 1 + [$($element),*].len(),
                    payload: false $(|| !stringify!($payload).is_empty())?,
                } },)*
            }
        }

        /// The message of its header and of its payload.
        pub(super) fn message<P>(message_type: MessageType, header: &mut Header, payload: P) -> Message<P> {
            match message_type {
                $(MessageType::$name => message::$name {
                    $($field: <$ty as Element>::take(header),)*
                    $($last_field: <$last_ty as Element>::take(header),)?
                    $($payload: payload,)?
                }.into(),)*
            }
        }

        /// What is written of a message in front of its payload, behind its type.
        pub(super) fn header<P>(message: &Message<P>) -> Written<'_> {
            let layout = layout(message.message_type());
            let mut parts = Parts::default();
            let mut written = layout.required - 1;
            match message {
                $(Message::$name(message) => {
                    $(message.$field.put(&mut parts);)*
                    $(
                        message.$last_field.put(&mut parts);
                        let has_last: fn(&message::$name) -> bool = |$m| $written;
                        written += usize::from(has_last(message));
                    )?
                })*
            }
            Written { layout, parts, len: written }
        }

        /// The payload, of a message that has one.
        pub(super) const fn payload<P>(message: &Message<P>) -> Option<&P> {
            match message {
                $($(Message::$name(message) => Some(&message.$payload),)?)*
                _ => None,
            }
        }
    };
}

shapes! {
    Hello         ["Realm" realm: Uri, "Details" details: HelloDetails];
    Welcome       ["Session" session: SessionId, "Details" details: WelcomeDetails];
    Abort         ["Details" details: CloseDetails, "Reason" reason: Uri] then payload;
    Challenge     ["AuthMethod" method: String, "Extra" extra: AuthExtra];
    Authenticate  ["Signature" signature: String, "Extra" extra: AuthExtra];
    Goodbye       ["Details" details: CloseDetails, "Reason" reason: Uri];
    Error         ["REQUEST.Type" request_type: MessageType, "REQUEST.Request" request: RequestId,
                   "Details" details: ErrorDetails, "Error" error: Uri] then payload;
    Publish       ["Request" request: RequestId, "Options" options: PublishOptions, "Topic" topic: Uri]
                  then payload;
    Published     ["Request" request: RequestId, "Publication" publication: PublicationId];
    Subscribe     ["Request" request: RequestId, "Options" options: SubscribeOptions, "Topic" topic: Uri];
    Subscribed    ["Request" request: RequestId, "Subscription" subscription: SubscriptionId];
    Unsubscribe   ["Request" request: RequestId, "Subscription" subscription: SubscriptionId]
                  maybe ["Options" options: EndDetails] if |m| !m.options.as_dict().is_empty();
    Unsubscribed  ["Request" request: Option<RequestId>]
                  maybe ["Details" details: EndDetails] if |m| m.request.is_none();
    Event         ["Subscription" subscription: SubscriptionId, "Publication" publication: PublicationId,
                   "Details" details: EventDetails] then payload;
    Call          ["Request" request: RequestId, "Options" options: CallOptions, "Procedure" procedure: Uri]
                  then payload;
    Cancel        ["Request" request: RequestId, "Options" options: CancelOptions];
    Result        ["Request" request: RequestId, "Details" details: ResultDetails] then payload;
    Register      ["Request" request: RequestId, "Options" options: RegisterOptions,
                   "Procedure" procedure: Uri];
    Registered    ["Request" request: RequestId, "Registration" registration: RegistrationId];
    Unregister    ["Request" request: RequestId, "Registration" registration: RegistrationId]
                  maybe ["Options" options: EndDetails] if |m| !m.options.as_dict().is_empty();
    Unregistered  ["Request" request: Option<RequestId>]
                  maybe ["Details" details: EndDetails] if |m| m.request.is_none();
    Invocation    ["Request" request: RequestId, "Registration" registration: RegistrationId,
                   "Details" details: InvocationDetails] then payload;
    Interrupt     ["Request" request: RequestId, "Options" options: CancelOptions];
    Yield         ["Request" request: RequestId, "Options" options: YieldOptions] then payload;
    EventReceived ["Publication" publication: PublicationId];
}

impl Layout {
    /// Refuses a message that has more or fewer elements than it may have.
    pub(super) fn check(&self, len: usize) -> Result<(), DecodeError> {
        let Self { message, required, .. } = *self;
        let most = 1 + self.header.len() + if self.payload { 2 } else { 0 };
        if (required..=most).contains(&len) {
            return Ok(());
        }
        let allowed = if most == required { most.text() } else { text![required, " to ", most] };
        Err(DecodeError::NotAMessage(text![message, " has ", len, " elements, it must have ", allowed]))
    }

    /// Reads the header from its elements.
    pub(super) fn read<E: Piece>(
        &self,
        elements: &mut impl Iterator<Item = E>,
    ) -> Result<Header, DecodeError> {
        let mut header = Header::default();
        for ((name, kind), element) in self.header.iter().zip(elements) {
            if let Err(OptionError { key, expected, found }) = header.read(*kind, element.value()?) {
                let dot = if key.is_empty() { "" } else { "." };
                let element = text![name, dot, key];
                return Err(DecodeError::kind(self.message, &element, expected, &found));
            }
        }
        Ok(header)
    }
}

/// The header of a message that is written: its parts in their order.
pub(super) struct Written<'a> {
    layout: &'static Layout,
    parts: Parts<'a>,
    /// How many of the elements are written: the last one is not always.
    pub(super) len: usize,
}

impl<'a> Written<'a> {
    /// The name of each element, and what it is.
    pub(super) fn parts(&self) -> impl Iterator<Item = (&'static str, Part<'a>)> {
        let mut numbers = self.layout.header.iter().filter(|(_, kind)| kind.is_number()).count();
        self.layout.header.iter().take(self.len).map(move |(name, kind)| {
            let part = self.parts.part(*kind, numbers == 1);
            numbers -= usize::from(kind.is_number());
            (*name, part)
        })
    }

    /// Writes the message up to its payload, which will have so many elements.
    pub(super) fn write(&self, payload_elements: usize, out: &mut Output) -> Result<(), EncodeError> {
        let message = self.layout.message;
        out.begin_message(1 + self.len + payload_elements)?;
        out.token(Token::from_u64(message.code()))?;
        for (name, part) in self.parts() {
            let written = match part {
                Part::Number(number) => out.token(Token::from_u64(number)),
                Part::Text(text) => out.token(Token::Str(text.into())),
                Part::Dict(dict) => out.dict(dict),
            };
            written.map_err(|e| e.inside(&text![message, ".", name]))?;
        }
        Ok(())
    }
}
