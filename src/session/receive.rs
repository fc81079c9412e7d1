//! Which message may come when, and who deals with it.
//! The table of states and messages is here and nowhere else.

use std::time::Duration;

use crate::message::{Error, Message, MessageType, Party, Payload, Uri, text, uris};

use super::{Failure, Session, State, Success, kept::Stage, pending::Asked, violation::Violation};

impl<P: Payload> Session<P> {
    pub(super) fn receive(&mut self, now: Duration, message: Message<P>) -> Result<(), Violation> {
        use State::{Authenticating, Disconnected, Ended, Established, Joining, Leaving};

        let (state, kind) = (self.state(), message.message_type());
        if !matches!(state, Disconnected | Ended) && !kind.sent_by(Party::Router) {
            return Err(Violation::direction(kind));
        }
        match (state, message) {
            (Disconnected | Ended, _) => {}
            (_, Message::Abort(abort)) => self.aborted(abort),
            (Joining | Authenticating, Message::Welcome(welcome)) => self.welcomed(welcome)?,
            (Joining | Authenticating, Message::Challenge(challenge)) => self.challenged(now, challenge)?,
            (Established | Leaving, Message::Goodbye(goodbye)) => self.said_goodbye(goodbye),
            (Established, Message::Welcome(_) | Message::Challenge(_)) | (Leaving, Message::Welcome(_)) => {
                return Err(Violation::moment(kind, state));
            }
            (Established, message) => self.dispatch(now, message)?,
            // It has crossed our GOODBYE.
            (Leaving, _) => {}
            _ => return Err(Violation::moment(kind, state)),
        }
        Ok(())
    }

    fn dispatch(&mut self, now: Duration, message: Message<P>) -> Result<(), Violation> {
        match message {
            Message::Event(event) => {
                self.received_event(event);
                Ok(())
            }
            Message::Result(result) => self.received_result(now, result),
            Message::Invocation(invocation) => self.received_invocation(invocation),
            Message::Interrupt(interrupt) => {
                self.received_interrupt(&interrupt);
                Ok(())
            }
            Message::Published(published) => self.received_published(&published),
            Message::Subscribed(subscribed) => self.received_subscribed(&subscribed),
            Message::Unsubscribed(unsubscribed) => self.received_unsubscribed(&unsubscribed),
            Message::Registered(registered) => self.received_registered(&registered),
            Message::Unregistered(unregistered) => self.received_unregistered(&unregistered),
            Message::Error(error) => self.received_error(now, error),
            other => Err(Violation::direction(other.message_type())),
        }
    }

    fn received_error(&mut self, now: Duration, message: Error<P>) -> Result<(), Violation> {
        use MessageType::{Call, Cancel, Publish, Register, Subscribe, Unregister, Unsubscribe, Yield};

        let Error { request_type, request, error, payload, .. } = message;
        match request_type {
            Publish | Subscribe | Unsubscribe | Call | Register | Unregister => {}
            // Some routers refuse a CANCEL or YIELD in this way: nothing waits for it.
            Cancel | Yield => return Ok(()),
            other => {
                return Err(Violation(text!["ERROR.REQUEST.Type ", other, " is no request of a client"]));
            }
        }
        let Some(pending) = self.requests.take(MessageType::Error, request_type, request)? else {
            return Ok(());
        };
        let ticket = pending.ticket;
        let failure = |error: Uri, payload| Err(Failure::Error { error, payload });
        match pending.asked {
            Asked::Publish | Asked::Call(_) => self.settle(ticket, failure(error, payload)),
            Asked::Subscribe(pattern) => {
                self.begin_refused(now, ticket, error, payload, Success::Unsubscribed(true));
                self.topic_begun(&pattern);
            }
            Asked::Register(pattern) => {
                self.begin_refused(now, ticket, error, payload, Success::Unregistered);
                self.procedure_begun(&pattern);
            }
            // "There is none": it was revoked while our request was on its way, and that is what we wanted.
            Asked::Unsubscribe(pattern) => {
                let gone = error == uris::NO_SUCH_SUBSCRIPTION;
                let outcome = if gone { Ok(Success::Unsubscribed(true)) } else { failure(error, payload) };
                self.settle(ticket, outcome);
                self.topic_ended(&pattern);
            }
            Asked::Unregister { pattern, id, endpoint } => {
                if error == uris::NO_SUCH_REGISTRATION {
                    self.endpoint_ended(id, endpoint, ticket);
                } else {
                    if self.registrations.restore(id, endpoint) {
                        self.kept.set(endpoint, Stage::Active);
                    }
                    self.settle(ticket, failure(error, payload));
                }
                self.procedure_ended(&pattern);
            }
        }
        Ok(())
    }
}
