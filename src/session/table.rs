//! What a session keeps by id. All tables share the code of one ordered map, the index of numbers to
//! places; the values lie beside it. A map for each type of value would be most of the size of a session.

use std::marker::PhantomData;

use crate::message::{Id, RequestId};

use super::{Ticket, index::Index};

/// An id by which a table is ordered.
pub(super) trait Key: Copy {
    fn number(self) -> u64;
}

impl Key for RequestId {
    fn number(self) -> u64 {
        self.get()
    }
}

impl Key for u64 {
    fn number(self) -> u64 {
        self
    }
}

impl Key for Ticket {
    fn number(self) -> u64 {
        self.get()
    }
}

/// Values by id, in the order of the ids.
#[derive(Debug)]
pub(super) struct Table<K, V> {
    places: Index,
    values: Places<V>,
    keys: PhantomData<K>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { places: Index::default(), values: Places::default(), keys: PhantomData }
    }
}

impl<K: Key, V> Table<K, V> {
    pub(super) fn get(&self, key: K) -> Option<&V> {
        self.values.get(self.places.get(key.number())?)
    }

    pub(super) fn get_mut(&mut self, key: K) -> Option<&mut V> {
        self.values.get_mut(self.places.get(key.number())?)
    }

    pub(super) fn contains(&self, key: K) -> bool {
        self.places.get(key.number()).is_some()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Sets the value of an id.
    pub(super) fn insert(&mut self, key: K, value: V) {
        let place = self.values.add(value);
        if let Some(before) = self.places.insert(key.number(), place) {
            self.values.remove(before);
        }
    }

    pub(super) fn remove(&mut self, key: K) -> Option<V> {
        self.values.remove(self.places.remove(key.number())?)
    }

    /// [`remove`](Self::remove) for a value that nobody wants: it is not moved.
    pub(super) fn discard(&mut self, key: K) {
        if let Some(place) = self.places.remove(key.number()) {
            self.values.discard(place);
        }
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &V> {
        self.places.places().filter_map(|place| self.values.get(place))
    }
}

/// Values by place. A place that is free is taken again, so that the places are as many as there ever
/// were values at a time.
#[derive(Debug)]
struct Places<V> {
    values: Vec<Option<V>>,
    free: Vec<usize>,
}

impl<V> Default for Places<V> {
    fn default() -> Self {
        Self { values: Vec::new(), free: Vec::new() }
    }
}

impl<V> Places<V> {
    fn get(&self, place: usize) -> Option<&V> {
        self.values.get(place)?.as_ref()
    }

    fn get_mut(&mut self, place: usize) -> Option<&mut V> {
        self.values.get_mut(place)?.as_mut()
    }

    /// Adds a value and gives its place.
    fn add(&mut self, value: V) -> usize {
        let free = self.free.pop();
        match free.and_then(|place| Some((place, self.values.get_mut(place)?))) {
            Some((place, slot)) => {
                *slot = Some(value);
                place
            }
            None => {
                self.values.push(Some(value));
                self.values.len() - 1
            }
        }
    }

    fn discard(&mut self, place: usize) {
        if let Some(value) = self.values.get_mut(place) {
            *value = None;
            self.free.push(place);
        }
    }

    fn remove(&mut self, place: usize) -> Option<V> {
        let value = self.values.get_mut(place)?.take()?;
        self.free.push(place);
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u64) -> RequestId {
        RequestId::new(number).unwrap()
    }

    #[test]
    fn values_come_in_the_order_of_their_ids_wherever_they_lie() {
        let mut table = Table::default();
        for number in [5, 9, 1] {
            table.insert(id(number), number);
        }
        assert_eq!(table.remove(id(5)), Some(5));
        table.insert(id(7), 7);
        table.insert(id(9), 90);
        assert_eq!(table.values().copied().collect::<Vec<_>>(), [1, 7, 90]);
        assert_eq!((table.get(id(9)), table.get(id(5))), (Some(&90), None));
        assert_eq!(table.remove(id(5)), None);
    }

    #[test]
    fn places_are_taken_again() {
        let mut table = Table::default();
        for number in 1..100 {
            table.insert(id(number), ());
            table.insert(id(number + 1), ());
            table.remove(id(number));
        }
        assert!(table.values.values.len() <= 3, "{}", table.values.values.len());
    }
}
