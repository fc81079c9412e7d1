//! One line per URI and match policy in which SUBSCRIBE and UNSUBSCRIBE (REGISTER and UNREGISTER) wait
//! for each other. The router gives one id to all subscriptions of a session to a topic, so an
//! UNSUBSCRIBE that crosses a SUBSCRIBE would end the wrong one: the two are never in flight together.
//! Lines are found by a hash. Two patterns with the same one share a line, and only wait for more.

use std::collections::VecDeque;

use crate::message::{Dict, Pattern};

use super::{
    Ticket,
    table::{Key, Table},
};

/// A request that may have to wait.
#[derive(Debug)]
pub(super) enum Step {
    /// SUBSCRIBE or REGISTER, with its options.
    Begin { ticket: Ticket, options: Dict },
    /// UNSUBSCRIBE or UNREGISTER: the id that the router gave, and the handler or endpoint that ends.
    End { ticket: Ticket, id: u64, member: Ticket },
}

#[derive(Debug)]
struct Line {
    beginning: usize,
    ending: bool,
    held: VecDeque<(Pattern, Step)>,
}

/// The hash of a pattern.
#[derive(Clone, Copy, Debug)]
struct Hash(u64);

impl Hash {
    /// FNV-1a.
    fn of(pattern: &Pattern) -> Self {
        let step = |hash: u64, octet: u8| (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3);
        Self(pattern.uri.as_str().bytes().fold(0xcbf2_9ce4_8422_2325 + pattern.policy as u64, step))
    }
}

impl Key for Hash {
    fn number(self) -> u64 {
        self.0
    }
}

/// The lines in use.
#[derive(Debug, Default)]
pub(super) struct Lines {
    lines: Table<Hash, Line>,
}

impl Lines {
    /// Puts a request at the end of its line.
    pub(super) fn push(&mut self, pattern: &Pattern, step: Step) {
        let hash = Hash::of(pattern);
        let held = (pattern.clone(), step);
        match self.lines.get_mut(hash) {
            Some(line) => line.held.push_back(held),
            None => self.lines.insert(hash, Line { beginning: 0, ending: false, held: [held].into() }),
        }
    }

    /// Takes the first request of a line if it may go out now; it then counts as in flight.
    pub(super) fn pop(&mut self, pattern: &Pattern) -> Option<(Pattern, Step)> {
        let line = self.lines.get_mut(Hash::of(pattern))?;
        match line.held.front()?.1 {
            Step::Begin { .. } if !line.ending => line.beginning += 1,
            Step::End { .. } if !line.ending && line.beginning == 0 => line.ending = true,
            _ => return None,
        }
        line.held.pop_front()
    }

    /// A SUBSCRIBE or REGISTER of the line is answered.
    pub(super) fn begun(&mut self, pattern: &Pattern) {
        self.answered(pattern, |line| line.beginning = line.beginning.saturating_sub(1));
    }

    /// An UNSUBSCRIBE or UNREGISTER of the line is answered, or was not needed.
    pub(super) fn ended(&mut self, pattern: &Pattern) {
        self.answered(pattern, |line| line.ending = false);
    }

    fn answered(&mut self, pattern: &Pattern, change: impl FnOnce(&mut Line)) {
        let hash = Hash::of(pattern);
        let Some(line) = self.lines.get_mut(hash) else { return };
        change(line);
        if line.beginning == 0 && !line.ending && line.held.is_empty() {
            self.lines.discard(hash);
        }
    }

    /// The tickets of all requests that wait.
    pub(super) fn tickets(&self) -> impl Iterator<Item = Ticket> {
        self.lines.values().flat_map(|line| &line.held).map(|(_, step)| match step {
            Step::Begin { ticket, .. } | Step::End { ticket, .. } => *ticket,
        })
    }
}
