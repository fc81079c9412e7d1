//! A vector that is written from its start again and again, message after message.
//! It is as long as its capacity, so that one comparison decides whether an item finds room.

/// Room that is made at once.
const LEAST: usize = 64;

/// Items that are kept from one message to the next as room for those of the next.
#[derive(Debug)]
pub(super) struct Area<T> {
    room: Vec<T>,
    length: usize,
}

impl<T> Default for Area<T> {
    fn default() -> Self {
        Self { room: Vec::new(), length: 0 }
    }
}

impl<T: Copy + Default> Area<T> {
    #[inline(always)]
    pub(super) fn clear(&mut self) {
        self.length = 0;
    }

    #[inline(always)]
    pub(super) const fn len(&self) -> usize {
        self.length
    }

    pub(super) fn items(&self) -> &[T] {
        self.room.get(..self.length).unwrap_or_default()
    }

    #[inline(always)]
    pub(super) fn push(&mut self, item: T) {
        if self.length == self.room.len() {
            self.make_room(1);
        }
        self.set(self.length, item);
        self.length += 1;
    }

    #[inline(always)]
    pub(super) fn set(&mut self, at: usize, item: T) {
        if let Some(place) = self.room.get_mut(at) {
            *place = item;
        }
    }

    /// All places, and how many of them are taken; [`set_length`](Self::set_length) follows.
    #[inline(always)]
    pub(super) const fn parts(&mut self) -> (&mut [T], usize) {
        (self.room.as_mut_slice(), self.length)
    }

    #[inline(always)]
    pub(super) const fn set_length(&mut self, length: usize) {
        self.length = length;
    }

    pub(super) fn append(&mut self, items: &[T]) {
        let end = self.length + items.len();
        if self.room.len() < end {
            self.make_room(items.len());
        }
        if let Some(room) = self.room.get_mut(self.length..end) {
            room.copy_from_slice(items);
        }
        self.length = end;
    }

    #[cold]
    fn make_room(&mut self, items: usize) {
        let needed = self.length + items;
        self.room.resize(needed.max(2 * self.room.len()).max(LEAST), T::default());
    }
}
