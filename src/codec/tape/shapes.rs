//! The ordered key lists of the dicts seen so far, so that keys cross to JavaScript once and not with
//! every record. A shape is a node of a tree: its parent's keys and one more; shape 0 has none.
//!
//! The tree is bounded, because its keys are a peer's: what does not fit travels as plain pairs, and
//! a full tree is forgotten before the next message.

use crate::codec::token::ShortText;

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

/// What most likely follows the keys of a shape: that of the last object.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Foreseen {
    /// The shape with one more key. 0: nothing is foreseen.
    pub(super) shape: u32,
    /// That key.
    pub(super) key: ShortText,
}

/// The shapes of a connection.
#[derive(Debug)]
pub struct Shapes {
    nodes: Vec<Node>,
    /// For each shape the one that most likely extends it.
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
            foreseen: vec![Foreseen::default()],
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

    /// For each shape what most likely comes next.
    #[inline(always)]
    pub(super) fn foreseen(&self) -> &[Foreseen] {
        &self.foreseen
    }

    fn foresee(&mut self, shape: u32, extended: u32, key: &str) {
        if let (Some(foreseen), Some(key)) =
            (self.foreseen.get_mut(shape as usize), ShortText::new(key.as_bytes()))
        {
            *foreseen = Foreseen { shape: extended, key };
        }
    }

    /// The shape that a key makes of a shape.
    pub(super) fn step(&mut self, shape: u32, key: &str) -> Step {
        let mut at = self.node(shape).map_or(0, |node| node.child);
        while at != 0 && self.key(at) != key.as_bytes() {
            at = self.node(at).map_or(0, |node| node.sibling);
        }
        if at == 0 {
            return self.add(shape, key);
        }
        self.foresee(shape, at, key);
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
        self.foreseen.push(Foreseen::default());
        self.foresee(shape, added, key);
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
        let Step::To(a) = shapes.step(0, "a") else { panic!() };
        let Step::To(ab) = shapes.step(a, "b") else { panic!() };
        let Step::To(ac) = shapes.step(a, "c") else { panic!() };
        assert_eq!(shapes.step(0, "a"), Step::To(a));
        assert_eq!(shapes.step(a, "b"), Step::To(ab));
        assert_eq!(shapes.step(a, "c"), Step::To(ac));
        assert_eq!(shapes.keys(ab).collect::<Vec<_>>(), [b"b", b"a"]);
        assert_eq!((shapes.parents(), shapes.key_ends()), (&[0, 0, a, a][..], &[0, 1, 2, 3][..]));
    }

    #[test]
    fn a_key_occurs_once() {
        let mut shapes = Shapes::default();
        let Step::To(a) = shapes.step(0, "a") else { panic!() };
        let Step::To(ab) = shapes.step(a, "b") else { panic!() };
        assert_eq!(shapes.step(ab, "a"), Step::Duplicate);
        assert_eq!(shapes.step(ab, "b"), Step::Duplicate);
    }

    #[test]
    fn endless_new_keys_find_no_room_until_the_next_message_forgets_them() {
        let mut shapes = Shapes::default();
        for first in 0..100 {
            let mut at = Step::To(0);
            for second in 0..100 {
                let Step::To(shape) = at else { break };
                at = shapes.step(shape, &format!("{first}.{second}"));
            }
            assert_eq!(at, Step::Nowhere);
        }
        assert_eq!(shapes.parents().len(), SHAPES);
        assert_eq!(shapes.step(0, &"long".repeat(20)), Step::Nowhere);
        shapes.begin();
        assert_eq!((shapes.parents().len(), shapes.generation()), (1, 1));
    }
}
