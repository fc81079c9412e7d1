//! Black- and whitelisting of a publication. All conditions that are present have to hold, and an
//! empty `eligible` list selects nobody.

use std::collections::BTreeSet;

use crate::message::{Id, PublishOptions};

use super::session::Session;

/// Who gets a publication, as its publisher wants it.
#[derive(Debug)]
pub(super) struct Filter<'a> {
    eligible: Option<BTreeSet<u64>>,
    eligible_authid: Option<BTreeSet<&'a str>>,
    eligible_authrole: Option<BTreeSet<&'a str>>,
    exclude: Option<BTreeSet<u64>>,
    exclude_authid: Option<BTreeSet<&'a str>>,
    exclude_authrole: Option<BTreeSet<&'a str>>,
}

impl<'a> Filter<'a> {
    /// The filter of a publication; none when everybody gets it.
    pub(super) fn of(options: &'a PublishOptions) -> Option<Self> {
        if options.as_dict().is_empty() {
            return None;
        }
        let filter = Self {
            eligible: options.eligible().map(set),
            eligible_authid: options.eligible_authid().map(set),
            eligible_authrole: options.eligible_authrole().map(set),
            exclude: options.exclude().map(set),
            exclude_authid: options.exclude_authid().map(set),
            exclude_authrole: options.exclude_authrole().map(set),
        };
        filter.is_present().then_some(filter)
    }

    const fn is_present(&self) -> bool {
        self.eligible.is_some()
            || self.eligible_authid.is_some()
            || self.eligible_authrole.is_some()
            || self.exclude.is_some()
            || self.exclude_authid.is_some()
            || self.exclude_authrole.is_some()
    }

    /// Whether this session may get it.
    pub(super) fn admits(&self, session: &Session) -> bool {
        let id = session.id.get();
        let (authid, authrole) = (session.identity.authid.as_str(), session.identity.authrole.as_str());
        self.eligible.as_ref().is_none_or(|ids| ids.contains(&id))
            && self.eligible_authid.as_ref().is_none_or(|ids| ids.contains(&authid))
            && self.eligible_authrole.as_ref().is_none_or(|roles| roles.contains(&authrole))
            && !self.exclude.as_ref().is_some_and(|ids| ids.contains(&id))
            && !self.exclude_authid.as_ref().is_some_and(|ids| ids.contains(&authid))
            && !self.exclude_authrole.as_ref().is_some_and(|roles| roles.contains(&authrole))
    }
}

/// Lists may be long, and each is looked through for each subscriber.
fn set<T: Ord>(list: Vec<T>) -> BTreeSet<T> {
    list.into_iter().collect()
}
