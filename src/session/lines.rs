//! One line per URI and match policy in which SUBSCRIBE and UNSUBSCRIBE (REGISTER and UNREGISTER) wait
//! for each other. The router gives one id to all subscriptions of a session to a topic, so an
//! UNSUBSCRIBE that crosses a SUBSCRIBE would end the wrong one: the two are never in flight together.

use std::collections::{BTreeMap, VecDeque};

use crate::message::Pattern;

use super::{Ticket, table::Places};

/// A request that may have to wait. `I` is the id that the router gives, `O` the options.
#[derive(Debug)]
pub(super) enum Step<I, O> {
    /// SUBSCRIBE or REGISTER.
    Begin { ticket: Ticket, options: O },
    /// UNSUBSCRIBE or UNREGISTER.
    End { ticket: Ticket, id: I },
}

#[derive(Debug)]
struct Line<I, O> {
    beginning: usize,
    ending: bool,
    held: VecDeque<Step<I, O>>,
}

/// The lines in use.
#[derive(Debug)]
pub(super) struct Lines<I, O> {
    places: BTreeMap<Pattern, usize>,
    lines: Places<Line<I, O>>,
}

impl<I, O> Default for Lines<I, O> {
    fn default() -> Self {
        Self { places: BTreeMap::new(), lines: Places::default() }
    }
}

impl<I, O> Lines<I, O> {
    /// Puts a request at the end of its line.
    pub(super) fn push(&mut self, pattern: &Pattern, step: Step<I, O>) {
        if let Some(line) = self.line(pattern) {
            line.held.push_back(step);
        } else {
            let place = self.lines.add(Line { beginning: 0, ending: false, held: [step].into() });
            self.places.insert(pattern.clone(), place);
        }
    }

    /// Takes the first request of a line if it may go out now; it then counts as in flight.
    pub(super) fn pop(&mut self, pattern: &Pattern) -> Option<Step<I, O>> {
        let line = self.line(pattern)?;
        match line.held.front()? {
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

    fn answered(&mut self, pattern: &Pattern, change: impl FnOnce(&mut Line<I, O>)) {
        let Some(line) = self.line(pattern) else { return };
        change(line);
        if line.beginning == 0
            && !line.ending
            && line.held.is_empty()
            && let Some(place) = self.places.remove(pattern)
        {
            self.lines.remove(place);
        }
    }

    fn line(&mut self, pattern: &Pattern) -> Option<&mut Line<I, O>> {
        self.lines.get_mut(*self.places.get(pattern)?)
    }

    /// The tickets of all requests that wait.
    pub(super) fn tickets(&self) -> impl Iterator<Item = Ticket> {
        self.lines.iter().flat_map(|line| &line.held).map(|step| match step {
            Step::Begin { ticket, .. } | Step::End { ticket, .. } => *ticket,
        })
    }
}
