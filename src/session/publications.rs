//! The publisher: PUBLISH and its optional acknowledgement.
//! An unacknowledged PUBLISH takes an id like any other request, and nothing waits for it.

use crate::message::{
    MessageType, Payload, Publish, PublishOptions, Published, RequestId, Role, Uri, UriRules,
};

use super::{CommandError, Session, Success, Ticket, pending::Asked, violation::Violation};

impl<P: Payload> Session<P> {
    /// Publishes. Gives a ticket, settled with [`Success::Published`], only when the options ask for an
    /// acknowledgement.
    ///
    /// The payload has to be one that can be encoded: the request has its id once this returns.
    ///
    /// # Errors
    /// [`CommandError::NotOpen`], [`CommandError::NoSuchRole`] without a broker, [`CommandError::Uri`],
    /// [`CommandError::FeatureNotSupported`], [`CommandError::TooManyPending`].
    pub fn publish(
        &mut self,
        topic: Uri,
        options: PublishOptions,
        payload: P,
    ) -> Result<Option<Ticket>, CommandError> {
        topic.check(UriRules::Complete)?;
        self.require(Role::Broker)?;
        self.check_options(MessageType::Publish, options.as_dict())?;
        let (request, ticket) = self.begin_publish(options.acknowledge() == Some(true))?;
        self.send(Publish { request, options, topic, payload });
        Ok(ticket)
    }

    /// [`publish`](Self::publish) for a host that writes and sends the message itself: at once, with
    /// this id, and with a topic that it has checked.
    ///
    /// # Errors
    /// [`CommandError::NotOpen`], [`CommandError::NoSuchRole`] without a broker,
    /// [`CommandError::TooManyPending`].
    pub fn begin_publish(&mut self, acknowledge: bool) -> Result<(RequestId, Option<Ticket>), CommandError> {
        self.require(Role::Broker)?;
        if !acknowledge {
            return Ok((self.requests.issue(), None));
        }
        let ticket = self.request_ticket()?;
        Ok((self.requests.ask(ticket, Asked::Publish), Some(ticket)))
    }

    pub(super) fn received_published(&mut self, message: &Published) -> Result<(), Violation> {
        let request = message.request;
        if let Some(pending) = self.requests.take(MessageType::Published, MessageType::Publish, request)? {
            self.settle(pending.ticket, Ok(Success::Published(message.publication)));
        }
        Ok(())
    }
}
