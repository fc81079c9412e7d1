//! The one table of positional shapes: which elements each message has, in which order, and how many
//! of them may be missing. Reading and writing are both made from it.

use super::{
    DecodeError, EncodeError, Output,
    element::{Element, Part, Problem},
};
use crate::message::{self, Message, MessageType, Value};

/// The most elements that any message has, and one more to notice a surplus.
pub(super) const MAX_ELEMENTS: usize = 8;

/// How many elements a message has.
pub(super) struct Layout {
    /// The type code and the elements that cannot be missing.
    required: usize,
    /// Whether another element may follow them.
    optional: bool,
    /// Whether arguments may follow, keyword arguments behind them.
    payload: bool,
}

macro_rules! shapes {
    ($(
        $name:ident
        [$($element:literal $field:ident),*]
        $(then $payload:ident)?
        $(maybe [$last:literal $last_field:ident] if |$m:ident| $written:expr)?;
    )*) => {
        /// The layout of a message type.
        pub(super) fn layout(message_type: MessageType) -> Layout {
            match message_type {
                $(MessageType::$name => Layout {
                    required: 1 + [$($element),*].len(),
                    optional: false $(|| !$last.is_empty())?,
                    payload: false $(|| !stringify!($payload).is_empty())?,
                },)*
            }
        }

        /// The message of the values of its header and of its payload.
        pub(super) fn read<P>(
            message_type: MessageType,
            values: Vec<Value>,
            payload: P,
        ) -> Result<Message<P>, DecodeError> {
            let mut header = Header { values: values.into_iter(), wrong: None };
            let typed = || Some(match message_type {
                $(MessageType::$name => message::$name {
                    $($field: header.element($element)?,)*
                    $($last_field: header.optional($last)?,)?
                    $($payload: payload,)?
                }.into(),)*
            });
            typed().ok_or_else(|| header.error(message_type.name()))
        }

        /// Writes everything but the payload, which will have so many elements.
        pub(super) fn write_header<P>(
            message: &Message<P>,
            payload_elements: usize,
            out: &mut Output,
        ) -> Result<(), EncodeError> {
            match message {
                $(Message::$name(message) => {
                    let len = 1 + [$($element),*].len() + payload_elements;
                    $(
                        let written: fn(&message::$name) -> bool = |$m| $written;
                        let len = len + usize::from(written(message));
                    )?
                    let parts = [
                        ("", Part::Integer(MessageType::$name as u64)),
                        $(($element, message.$field.part()),)*
                        $(($last, message.$last_field.part()),)?
                    ];
                    write_parts(MessageType::$name, &parts, len, payload_elements, out)
                })*
            }
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
    Hello         ["Realm" realm, "Details" details];
    Welcome       ["Session" session, "Details" details];
    Abort         ["Details" details, "Reason" reason] then payload;
    Challenge     ["AuthMethod" method, "Extra" extra];
    Authenticate  ["Signature" signature, "Extra" extra];
    Goodbye       ["Details" details, "Reason" reason];
    Error         ["REQUEST.Type" request_type, "REQUEST.Request" request, "Details" details, "Error" error]
                  then payload;
    Publish       ["Request" request, "Options" options, "Topic" topic] then payload;
    Published     ["Request" request, "Publication" publication];
    Subscribe     ["Request" request, "Options" options, "Topic" topic];
    Subscribed    ["Request" request, "Subscription" subscription];
    Unsubscribe   ["Request" request, "Subscription" subscription]
                  maybe ["Options" options] if |m| !m.options.as_dict().is_empty();
    Unsubscribed  ["Request" request] maybe ["Details" details] if |m| m.request.is_none();
    Event         ["Subscription" subscription, "Publication" publication, "Details" details] then payload;
    Call          ["Request" request, "Options" options, "Procedure" procedure] then payload;
    Cancel        ["Request" request, "Options" options];
    Result        ["Request" request, "Details" details] then payload;
    Register      ["Request" request, "Options" options, "Procedure" procedure];
    Registered    ["Request" request, "Registration" registration];
    Unregister    ["Request" request, "Registration" registration]
                  maybe ["Options" options] if |m| !m.options.as_dict().is_empty();
    Unregistered  ["Request" request] maybe ["Details" details] if |m| m.request.is_none();
    Invocation    ["Request" request, "Registration" registration, "Details" details] then payload;
    Interrupt     ["Request" request, "Options" options];
    Yield         ["Request" request, "Options" options] then payload;
    EventReceived ["Publication" publication];
}

impl Layout {
    /// How many elements follow the type code before the payload, at most.
    pub(super) fn header(&self) -> usize {
        self.required - 1 + usize::from(self.optional)
    }

    /// Refuses a message that has more or fewer elements than it may have.
    pub(super) fn check(&self, message: &'static str, len: usize) -> Result<(), DecodeError> {
        let most = self.required + usize::from(self.optional) + if self.payload { 2 } else { 0 };
        if (self.required..=most).contains(&len) {
            return Ok(());
        }
        let allowed =
            if most == self.required { most.to_string() } else { format!("{} to {most}", self.required) };
        Err(DecodeError::NotAMessage(format!("{message} has {len} elements, it must have {allowed}")))
    }
}

/// The values of a header, taken in turn until one is wrong.
struct Header {
    values: std::vec::IntoIter<Value>,
    /// The element that was wrong. It is kept here and not returned, because a small result makes much
    /// less code in each of the messages.
    wrong: Option<(&'static str, Problem)>,
}

impl Header {
    fn element<T: Element>(&mut self, name: &'static str) -> Option<T> {
        // The number of elements was checked; one that is missing all the same reads as null.
        match T::read(self.values.next().unwrap_or_default()) {
            Ok(element) => Some(element),
            Err(problem) => {
                self.wrong = Some((name, problem));
                None
            }
        }
    }

    fn optional<T: Element + Default>(&mut self, name: &'static str) -> Option<T> {
        if self.values.as_slice().is_empty() { Some(T::default()) } else { self.element(name) }
    }

    fn error(self, message: &'static str) -> DecodeError {
        match self.wrong {
            Some((name, problem)) => problem.of(message, name),
            None => DecodeError::NotAMessage(message.to_owned()),
        }
    }
}

/// Writes the type and the elements of a header, as far as the message has them: `len` elements in all.
fn write_parts(
    message: MessageType,
    parts: &[(&str, Part<'_>)],
    len: usize,
    payload_elements: usize,
    out: &mut Output,
) -> Result<(), EncodeError> {
    out.begin_message(len)?;
    for (name, part) in parts.iter().take(len - payload_elements) {
        part.write(out).map_err(|e| e.inside(&format!("{message}.{name}")))?;
    }
    Ok(())
}
