//! The type codes of the messages, and who may send which.

use super::Show;

/// The two ends of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// The application's end.
    Client,
    /// The router's end.
    Router,
}

macro_rules! message_types {
    ($($name:ident $code:literal $wire:literal $client:ident $router:ident,)*) => {
        /// The type of a message, with its code on the wire.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs, reason = "the names are the specification's")]
        pub enum MessageType { $($name = $code,)* }

        impl MessageType {
            /// Every type, by code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The type with this code.
            #[must_use]
            pub fn from_code(code: u64) -> Option<Self> {
                Self::ALL.iter().copied().find(|message| message.code() == code)
            }

            /// The specification's name, in capitals.
            #[must_use]
            pub fn name(self) -> &'static str {
                // A table is less code than a `match`.
                const NAMES: &[(MessageType, &str)] = &[$((MessageType::$name, $wire),)*];
                NAMES.iter().find(|(message, _)| *message == self).map_or("", |(_, name)| name)
            }

            /// Whether this party may send it.
            #[must_use]
            pub const fn sent_by(self, party: Party) -> bool {
                match self { $(Self::$name => match party {
                    Party::Client => message_types!(@ $client),
                    Party::Router => message_types!(@ $router),
                },)* }
            }
        }
    };
    (@ yes) => { true };
    (@ no) => { false };
}

message_types! {
    //                                         client router
    Hello          1   "HELLO"                 yes    no,
    Welcome        2   "WELCOME"               no     yes,
    Abort          3   "ABORT"                 yes    yes,
    Challenge      4   "CHALLENGE"             no     yes,
    Authenticate   5   "AUTHENTICATE"          yes    no,
    Goodbye        6   "GOODBYE"               yes    yes,
    Error          8   "ERROR"                 yes    yes,
    Publish        16  "PUBLISH"               yes    no,
    Published      17  "PUBLISHED"             no     yes,
    Subscribe      32  "SUBSCRIBE"             yes    no,
    Subscribed     33  "SUBSCRIBED"            no     yes,
    Unsubscribe    34  "UNSUBSCRIBE"           yes    no,
    Unsubscribed   35  "UNSUBSCRIBED"          no     yes,
    Event          36  "EVENT"                 no     yes,
    Call           48  "CALL"                  yes    no,
    Cancel         49  "CANCEL"                yes    no,
    Result         50  "RESULT"                no     yes,
    Register       64  "REGISTER"              yes    no,
    Registered     65  "REGISTERED"            no     yes,
    Unregister     66  "UNREGISTER"            yes    no,
    Unregistered   67  "UNREGISTERED"          no     yes,
    Invocation     68  "INVOCATION"            no     yes,
    Interrupt      69  "INTERRUPT"             no     yes,
    Yield          70  "YIELD"                 yes    no,
    EventReceived  337 "EVENT_RECEIVED"        yes    no,
}

impl MessageType {
    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> u64 {
        self as u64
    }
}

impl Show for MessageType {
    fn show(&self, to: &mut String) {
        to.push_str(self.name());
    }
}

impl std::fmt::Display for MessageType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
