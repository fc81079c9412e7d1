//! The broker of one realm: who has subscribed to what, and who gets a publication.
//! Subscribers of the same pattern share one subscription, so their event is one delivery.

use std::collections::{BTreeMap, BTreeSet};

use crate::message::{
    Event, EventDetails, IdSequence, MatchPolicy, Pattern, Payload, PublicationId, Publish, RequestId,
    Subscribed, SubscriptionId, Unsubscribed, uris,
};

use super::{
    LIMIT_EXCEEDED, PatternMap, PeerId,
    context::{Context, Refusal},
    filter::Filter,
    session::{Session, payload_attributes},
};

/// The broker of one realm.
#[derive(Debug, Default)]
pub(super) struct Broker {
    by_pattern: PatternMap<SubscriptionId>,
    subscriptions: BTreeMap<SubscriptionId, Subscription>,
    by_peer: BTreeMap<PeerId, BTreeSet<SubscriptionId>>,
    ids: IdSequence,
}

#[derive(Debug)]
struct Subscription {
    pattern: Pattern,
    subscribers: BTreeSet<PeerId>,
}

impl Broker {
    /// Subscribing again to the same pattern gives the same subscription.
    pub(super) fn subscribe<P: Payload>(
        &mut self,
        peer: PeerId,
        request: RequestId,
        pattern: Pattern,
        cx: &mut Context<'_, P>,
    ) -> Result<(), Refusal> {
        let own = self.by_peer.entry(peer).or_default();
        let known = self.by_pattern.get(&pattern).copied();
        if own.len() >= cx.limits.subscriptions && known.is_none_or(|id| !own.contains(&id)) {
            let text = format!("a session may have {} subscriptions", cx.limits.subscriptions);
            return Err(Refusal::new(LIMIT_EXCEEDED, text));
        }
        let id = match known {
            Some(id) => id,
            None => {
                let id: SubscriptionId = self.ids.next_id();
                self.by_pattern.insert(pattern.clone(), id);
                self.subscriptions.insert(id, Subscription { pattern, subscribers: BTreeSet::new() });
                id
            }
        };
        own.insert(id);
        if let Some(subscription) = self.subscriptions.get_mut(&id) {
            subscription.subscribers.insert(peer);
        }
        cx.out.send(peer, Subscribed { request, subscription: id });
        Ok(())
    }

    pub(super) fn unsubscribe<P: Payload>(
        &mut self,
        peer: PeerId,
        request: RequestId,
        id: SubscriptionId,
        cx: &mut Context<'_, P>,
    ) -> Result<(), Refusal> {
        if !self.by_peer.get_mut(&peer).is_some_and(|own| own.remove(&id)) {
            return Err(Refusal::new(
                uris::NO_SUCH_SUBSCRIPTION,
                format!("this session has no subscription {id}"),
            ));
        }
        self.remove_subscriber(peer, id);
        cx.out.send(peer, Unsubscribed { request: Some(request), details: Default::default() });
        Ok(())
    }

    /// One event for each subscription that matches, all with the same publication id.
    pub(super) fn publish<P: Payload>(
        &self,
        peer: PeerId,
        publish: Publish<P>,
        sessions: &BTreeMap<PeerId, Session>,
        cx: &mut Context<'_, P>,
    ) -> PublicationId {
        let Publish { options, topic, payload, .. } = publish;
        let publication = cx.draw_publication_id();
        let filter = Filter::of(&options);
        let exclude_me = options.exclude_me() != Some(false);
        let attributes = EventDetails::try_from(payload_attributes(options.as_dict())).unwrap_or_default();
        for id in self.by_pattern.matching(&topic) {
            let Some(subscription) = self.subscriptions.get(id) else { continue };
            let admitted = |subscriber: &PeerId| {
                let Some(filter) = &filter else { return true };
                sessions.get(subscriber).is_some_and(|session| filter.admits(session))
            };
            let to = subscription.subscribers.iter().copied();
            let to: Vec<_> = to.filter(|s| !(exclude_me && *s == peer)).filter(admitted).collect();
            let mut details = attributes.clone();
            if subscription.pattern.policy != MatchPolicy::Exact {
                details = details.with("topic", topic.as_str());
            }
            cx.out
                .send_to_all(to, Event { subscription: *id, publication, details, payload: payload.clone() });
        }
        publication
    }

    /// Whether nobody has left anything here.
    pub(super) fn is_empty(&self) -> bool {
        self.by_pattern.is_empty() && self.subscriptions.is_empty() && self.by_peer.is_empty()
    }

    /// The session of a peer is over.
    pub(super) fn leave(&mut self, peer: PeerId) {
        for id in self.by_peer.remove(&peer).unwrap_or_default() {
            self.remove_subscriber(peer, id);
        }
    }

    /// A subscription ends with its last subscriber.
    fn remove_subscriber(&mut self, peer: PeerId, id: SubscriptionId) {
        let Some(subscription) = self.subscriptions.get_mut(&id) else { return };
        subscription.subscribers.remove(&peer);
        if subscription.subscribers.is_empty() {
            self.by_pattern.remove(&subscription.pattern);
            self.subscriptions.remove(&id);
        }
    }
}
