//! A message as a flat tape: the form in which one crosses from Rust to JavaScript when Rust reads its
//! serializer. Numbers cross, objects do not: a small reader in JavaScript makes values of the words.
//!
//! # Words
//! A word has a tag in its low three bits and an operand in the other 29.
//!
//! | tag | operand | meaning |
//! |---|---|---|
//! | 0 integer | signed | the integer itself |
//! | 1 float | offset | where in the frame its eight octets are, the highest one first |
//! | 2 text | length | the next text of the text area; its length in UTF-16 units |
//! | 3 list | n | the n values that follow |
//! | 4 object | shape | one value for each key of the shape |
//! | 5 open object | shape | the same; then a bare word n, and n times a text and a value |
//! | 6 special | 0, 1, 2 | null, false, true |
//! |   | 3, 4, 5 | a 64-bit integer, signed or not, beyond 2^53, or up to it: two bare words, the low one first |
//! |   | 6 | a float that was shorter: two bare words |
//! | 7 binary | length | a bare word: where it starts in the frame; an offset beyond the frame's end counts into the area of binaries that came in pieces |
//!
//! # Policy
//! An integer up to 2^53 is a number to JavaScript, as every WAMP id is; beyond that it is a `BigInt`.

mod area;
mod builder;
mod shapes;
mod text;
mod word;

pub use builder::Builder;
pub use shapes::Shapes;
pub use text::Text;
