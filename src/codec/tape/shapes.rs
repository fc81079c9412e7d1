//! The ordered key lists of the dicts seen so far, so that keys cross to JavaScript once and not with
//! every record. A shape is a node of a tree: its parent's keys and one more; shape 0 has none.
//!
//! The tree is bounded, because its keys are a peer's: what does not fit travels as plain pairs, and
//! a full tree is forgotten before the next message.

/// How many shapes are kept. Each adds one key, so this bounds the keys too.
const SHAPES: usize = 4096;
/// How many keys a shape may have.
const KEYS: u32 = 64;
/// How many shapes may extend the same one: the search among them is linear.
const CHILDREN: u32 = 64;
/// How many octets a key may have.
const KEY_OCTETS: usize = 64;

/// Where a key leads from a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The shape with this key added.
    To(u32),
    /// The shape has this key already.
    Duplicate,
    /// There is no such shape and no room for one.
    Nowhere,
}

#[derive(Clone, Debug, Default)]
struct Node {
    parent: u32,
    /// Where its last key lies among the keys.
    key: (u32, u32),
    /// How many keys it has.
    keys: u32,
    /// The child that was added last, and its siblings behind it. 0: none.
    child: u32,
    sibling: u32,
    children: u32,
}

/// Where the next key of a dict is foreseen: behind the keys of a shape, or as the first one of a dict that is
/// within a dict, next to the last key of a shape. So records in lists in records do not confuse each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place(u32);

impl Place {
    /// In a dict that is in no other.
    pub(super) const OUTERMOST: Self = Self(1);

    /// Behind the keys of a shape.
    #[inline(always)]
    pub(super) const fn behind(shape: u32) -> Self {
        Self(shape << 1)
    }

    /// In a dict that begins here.
    #[inline(always)]
    pub(super) const fn within(self) -> Self {
        Self(self.0 | 1)
    }

    /// The shape of the keys so far.
    #[inline(always)]
    pub(super) const fn shape(self) -> u32 {
        if self.0 & 1 == 1 { 0 } else { self.0 >> 1 }
    }
}

/// The key that most likely comes next: that of the last object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Foreseen {
    /// What comes next behind it.
    pub(super) next: Place,
    /// How many octets it has with the one that announces it.
    pub(super) octets: usize,
    /// These, in two words, and which bits of such words are theirs. Of the first octet there is only the length.
    words: [u64; 2],
    masks: [u64; 2],
}

impl Foreseen {
    /// How many octets are compared.
    pub(super) const COMPARED: usize = 16;

    /// What never comes.
    const NOTHING: Self = Self { next: Place(0), octets: 0, words: [1, 0], masks: [0; 2] };

    /// Whether octets begin with the key; `announced` is the first octet of a text without octets.
    #[inline(always)]
    pub(super) const fn begins(&self, octets: &[u8; Self::COMPARED], announced: u8) -> bool {
        let both = u128::from_le_bytes(*octets);
        let low = (both as u64 ^ announced as u64) & self.masks[0] ^ self.words[0];
        let high = (both >> 64) as u64 & self.masks[1] ^ self.words[1];
        low | high == 0
    }

    fn new(key: &str, next: Place) -> Option<Self> {
        let octets = key.len() + 1;
        let mut words = [0; Self::COMPARED];
        let (first, rest) = words.split_first_mut()?;
        *first = key.len() as u8;
        rest.get_mut(..key.len())?.copy_from_slice(key.as_bytes());
        let halves = |both: u128| [both as u64, (both >> 64) as u64];
        let masks = halves(u128::MAX >> (128 - 8 * octets));
        Some(Self { next, octets, words: halves(u128::from_le_bytes(words)), masks })
    }
}

/// The shapes of a connection.
#[derive(Debug)]
pub struct Shapes {
    nodes: Vec<Node>,
    /// For each shape the key that most likely comes behind its keys, and the one that comes first in a dict next
    /// to its last key.
    foreseen: Vec<Foreseen>,
    keys: Vec<u8>,
    /// Per shape its parent and the end of its key among the keys, for JavaScript.
    parents: Vec<u32>,
    key_ends: Vec<u32>,
    generation: u32,
}

impl Default for Shapes {
    fn default() -> Self {
        Self {
            nodes: vec![Node::default()],
            foreseen: vec![Foreseen::NOTHING; 2],
            keys: Vec::new(),
            parents: vec![0],
            key_ends: vec![0],
            generation: 0,
        }
    }
}

impl Shapes {
    /// Prepares for the next message.
    pub(super) fn begin(&mut self) {
        if self.nodes.len() >= SHAPES {
            *self = Self { generation: self.generation.wrapping_add(1), ..Self::default() };
        }
    }

    /// What is foreseen at a place.
    #[inline(always)]
    pub(super) fn foreseen(&self, place: Place) -> Option<&Foreseen> {
        self.foreseen.get(place.0 as usize)
    }

    fn foresee(&mut self, place: Place, shape: u32, key: &str) {
        if let (Some(foreseen), Some(new)) =
            (self.foreseen.get_mut(place.0 as usize), Foreseen::new(key, Place::behind(shape)))
        {
            *foreseen = new;
        }
    }

    /// What a key makes of the shape at a place.
    pub(super) fn step(&mut self, place: Place, key: &str) -> Step {
        let shape = place.shape();
        let mut at = self.node(shape).map_or(0, |node| node.child);
        while at != 0 && self.key(at) != key.as_bytes() {
            at = self.node(at).map_or(0, |node| node.sibling);
        }
        if at == 0 {
            match self.add(shape, key) {
                Step::To(added) => at = added,
                other => return other,
            }
        }
        self.foresee(place, at, key);
        Step::To(at)
    }

    /// The keys of a shape, the last one first.
    pub(super) fn keys(&self, shape: u32) -> impl Iterator<Item = &[u8]> {
        let mut at = shape;
        std::iter::from_fn(move || {
            let key = (at != 0).then(|| self.key(at))?;
            at = self.node(at)?.parent;
            Some(key)
        })
    }

    /// Counts up when all shapes are forgotten.
    #[must_use]
    pub const fn generation(&self) -> u32 {
        self.generation
    }

    /// For each shape the one that it extends by a key.
    #[must_use]
    pub fn parents(&self) -> &[u32] {
        &self.parents
    }

    /// For each shape where its last key ends among [`octets`](Self::octets); it starts where that of
    /// the shape before it ends.
    #[must_use]
    pub fn key_ends(&self) -> &[u32] {
        &self.key_ends
    }

    /// All keys back to back.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.keys
    }

    #[inline]
    fn node(&self, shape: u32) -> Option<&Node> {
        self.nodes.get(shape as usize)
    }

    #[inline]
    fn key(&self, shape: u32) -> &[u8] {
        let (start, end) = self.node(shape).map_or((0, 0), |node| node.key);
        self.keys.get(start as usize..end as usize).unwrap_or_default()
    }

    fn add(&mut self, shape: u32, key: &str) -> Step {
        if self.keys(shape).any(|known| known == key.as_bytes()) {
            return Step::Duplicate;
        }
        let full = self.nodes.len() >= SHAPES;
        let added = self.nodes.len() as u32;
        let Some(parent) = self.nodes.get_mut(shape as usize) else { return Step::Nowhere };
        if full || parent.keys >= KEYS || parent.children >= CHILDREN || key.len() > KEY_OCTETS {
            return Step::Nowhere;
        }
        let start = self.keys.len() as u32;
        let end = start + key.len() as u32;
        let node = Node {
            parent: shape,
            key: (start, end),
            keys: parent.keys + 1,
            sibling: parent.child,
            ..Node::default()
        };
        parent.child = added;
        parent.children += 1;
        self.nodes.push(node);
        self.foreseen.extend([Foreseen::NOTHING; 2]);
        self.keys.extend_from_slice(key.as_bytes());
        self.parents.push(shape);
        self.key_ends.push(end);
        Step::To(added)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_keys_in_the_same_order_are_the_same_shape() {
        let mut shapes = Shapes::default();
        let Step::To(a) = shapes.step(Place::behind(0), "a") else { panic!() };
        let Step::To(ab) = shapes.step(Place::behind(a), "b") else { panic!() };
        let Step::To(ac) = shapes.step(Place::behind(a), "c") else { panic!() };
        assert_eq!(shapes.step(Place::behind(0), "a"), Step::To(a));
        assert_eq!(shapes.step(Place::behind(a), "b"), Step::To(ab));
        assert_eq!(shapes.step(Place::behind(a), "c"), Step::To(ac));
        assert_eq!(shapes.keys(ab).collect::<Vec<_>>(), [b"b", b"a"]);
        assert_eq!((shapes.parents(), shapes.key_ends()), (&[0, 0, a, a][..], &[0, 1, 2, 3][..]));
    }

    #[test]
    fn a_key_occurs_once() {
        let mut shapes = Shapes::default();
        let Step::To(a) = shapes.step(Place::behind(0), "a") else { panic!() };
        let Step::To(ab) = shapes.step(Place::behind(a), "b") else { panic!() };
        assert_eq!(shapes.step(Place::behind(ab), "a"), Step::Duplicate);
        assert_eq!(shapes.step(Place::behind(ab), "b"), Step::Duplicate);
    }

    #[test]
    fn endless_new_keys_find_no_room_until_the_next_message_forgets_them() {
        let mut shapes = Shapes::default();
        for first in 0..100 {
            let mut at = Step::To(0);
            for second in 0..100 {
                let Step::To(shape) = at else { break };
                at = shapes.step(Place::behind(shape), &format!("{first}.{second}"));
            }
            assert_eq!(at, Step::Nowhere);
        }
        assert_eq!(shapes.parents().len(), SHAPES);
        assert_eq!(shapes.step(Place::behind(0), &"long".repeat(20)), Step::Nowhere);
        shapes.begin();
        assert_eq!((shapes.parents().len(), shapes.generation()), (1, 1));
    }
}
