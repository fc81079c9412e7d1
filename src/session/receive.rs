//! Which message may come when, and who deals with it.
//! The table of states and messages is here and nowhere else.

use std::time::Duration;

use crate::message::{Error, Id, Message, MessageType, Party, Payload, Role, Uri, text, uris};

use super::{Failure, Session, State, kept::Stage, pending::Asked, violation::Violation};

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
        let kind = message.message_type();
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
            Message::Subscribed(m) => self.begun(kind, Role::Broker, m.request, m.subscription.get()),
            Message::Unsubscribed(m) => self.over(kind, Role::Broker, m.request, &m.details),
            Message::Registered(m) => self.begun(kind, Role::Dealer, m.request, m.registration.get()),
            Message::Unregistered(m) => self.over(kind, Role::Dealer, m.request, &m.details),
            Message::Error(error) => self.received_error(now, error),
            _ => Err(Violation::direction(kind)),
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
            Asked::Begin(role, pattern) => {
                self.begin_refused(now, ticket, role, error, payload);
                self.line_begun(role, &pattern);
            }
            Asked::End { role, pattern, id, member } => {
                let broker = role == Role::Broker;
                let none = if broker { uris::NO_SUCH_SUBSCRIPTION } else { uris::NO_SUCH_REGISTRATION };
                if error == none {
                    // It was revoked while our request was on its way, and that is what we wanted.
                    self.member_ended(role, id, member, ticket);
                } else {
                    if !broker && self.registrations.restore(id, member) {
                        self.kept.set(member, Stage::Active);
                    }
                    self.settle(ticket, failure(error, payload));
                }
                self.line_ended(role, &pattern);
            }
        }
        Ok(())
    }
}
