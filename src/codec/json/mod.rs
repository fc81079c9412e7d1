//! JSON: text frames, read with serde_json. Octets travel as a string of NUL and base64, anywhere but
//! in the keys of a dict.

mod read;
mod surrogates;
mod write;

pub(super) use read::{kind, split, value};
pub(super) use surrogates::whole_characters;
pub(super) use write::Writer;
