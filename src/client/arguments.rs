//! The application's data: what it sends, and what it reads from what arrived. Both through serde.

use serde::{Serialize, de::DeserializeOwned, ser::Error};

use crate::{
    codec::{ValueError, from_value, to_value},
    message::{Dict, List, Value, Values},
};

/// What goes with a call, a publication, a result or an error: positional and keyword arguments.
///
/// Made of a tuple, an array or a `Vec` of anything that serde can write; with keyword arguments it is
/// built step by step. A value that cannot be written makes the one request fail that carries it, and
/// nothing is sent.
///
/// ```
/// use serde::Serialize;
/// use wamp_wasm::client::Arguments;
///
/// #[derive(Serialize)]
/// struct Order { item: String, count: u32 }
///
/// let none: Arguments = ().into();
/// let two: Arguments = (2, "three").into();
/// let list: Arguments = vec![1.5, 2.5].into();
/// let both = Arguments::new().arg(2).kwarg("unit", "km");
/// let whole = Arguments::from_kwargs(&Order { item: "tea".into(), count: 2 });
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Arguments(Result<Values, ValueError>);

impl Arguments {
    /// No arguments.
    pub fn new() -> Self {
        Self(Ok(Values::default()))
    }

    /// Keyword arguments from a struct or a map.
    pub fn from_kwargs(value: &impl Serialize) -> Self {
        Self(to_value(value).and_then(|value| match value {
            Value::Dict(kwargs) => Ok(Values::Plain { args: List::new(), kwargs }),
            other => Err(Error::custom(format!("keyword arguments must be a dict, not {}", other.kind()))),
        }))
    }

    /// One more positional argument.
    pub fn arg(self, value: impl Serialize) -> Self {
        self.extend(to_value(&value), |args, _, value| args.push(value))
    }

    /// One more keyword argument; one of the same name is replaced.
    pub fn kwarg(self, name: &str, value: impl Serialize) -> Self {
        self.extend(to_value(&value), |_, kwargs, value| kwargs.insert(name, value))
    }

    fn extend(self, value: Result<Value, ValueError>, add: impl FnOnce(&mut List, &mut Dict, Value)) -> Self {
        Self(self.0.and_then(|values| {
            let (mut args, mut kwargs) = parts(values);
            add(&mut args, &mut kwargs, value?);
            Ok(Values::Plain { args, kwargs })
        }))
    }

    pub(super) fn into_values(self) -> Result<Values, ValueError> {
        self.0
    }
}

impl Default for Arguments {
    fn default() -> Self {
        Self::new()
    }
}

impl From<()> for Arguments {
    fn from((): ()) -> Self {
        Self::new()
    }
}

impl From<Values> for Arguments {
    fn from(values: Values) -> Self {
        Self(Ok(values))
    }
}

impl<T: Serialize> From<Vec<T>> for Arguments {
    fn from(args: Vec<T>) -> Self {
        args.iter().fold(Self::new(), Self::arg)
    }
}

impl<T: Serialize, const N: usize> From<[T; N]> for Arguments {
    fn from(args: [T; N]) -> Self {
        args.iter().fold(Self::new(), Self::arg)
    }
}

macro_rules! from_tuples {
    ($(($($name:ident)+))*) => {$(
        impl<$($name: Serialize),+> From<($($name,)+)> for Arguments {
            #[allow(non_snake_case, reason = "a type and its value share the name")]
            fn from(($($name,)+): ($($name,)+)) -> Self {
                Self::new()$(.arg($name))+
            }
        }
    )*};
}

from_tuples! { (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) (A B C D E F G) (A B C D E F G H) }

/// Positional arguments that arrived.
///
/// ```
/// use wamp_wasm::{client::Args, message::Value};
///
/// let args = Args::from(vec![Value::from(23), Value::from("hi")]);
/// assert_eq!(args.get::<u8>(0)?, 23);
/// assert_eq!(args.get::<String>(1)?, "hi");
/// assert_eq!(args.get::<Option<u8>>(2)?, None);
/// assert_eq!(args.get::<u8>(2).unwrap_err().to_string(), "argument 2 is missing");
/// # Ok::<(), wamp_wasm::client::ArgumentError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Args(List);

impl Args {
    /// The argument at this place, counted from 0. An `Option` also reads one that is missing.
    ///
    /// # Errors
    /// [`ArgumentError`] when it is missing or is no `T`.
    pub fn get<T: DeserializeOwned>(&self, index: usize) -> Result<T, ArgumentError> {
        read(self.0.get(index), || format!("argument {index}"))
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The values as they arrived.
    #[must_use]
    pub fn values(&self) -> &[Value] {
        &self.0
    }

    /// The values, to keep.
    #[must_use]
    pub fn into_values(self) -> List {
        self.0
    }
}

impl From<List> for Args {
    fn from(list: List) -> Self {
        Self(list)
    }
}

/// Keyword arguments that arrived.
///
/// ```
/// use serde::Deserialize;
/// use wamp_wasm::{client::Kwargs, message::Dict};
///
/// #[derive(Deserialize)]
/// struct Order { item: String, count: u32 }
///
/// let kwargs = Kwargs::from(Dict::new().with("item", "tea").with("count", 2));
/// assert_eq!(kwargs.get::<u32>("count")?, 2);
/// let order: Order = kwargs.read()?;
/// assert_eq!((order.item.as_str(), order.count), ("tea", 2));
/// # Ok::<(), wamp_wasm::client::ArgumentError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kwargs(Dict);

impl Kwargs {
    /// The argument of this name. An `Option` also reads one that is missing.
    ///
    /// # Errors
    /// [`ArgumentError`] when it is missing or is no `T`.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<T, ArgumentError> {
        read(self.0.get(name), || format!("argument '{name}'"))
    }

    /// All of them as one struct or map.
    ///
    /// # Errors
    /// [`ArgumentError`] when they are no `T`.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, ArgumentError> {
        read(Some(&Value::Dict(self.0.clone())), || "keyword arguments".to_owned())
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The values as they arrived.
    #[must_use]
    pub const fn values(&self) -> &Dict {
        &self.0
    }

    /// The values, to keep.
    #[must_use]
    pub fn into_values(self) -> Dict {
        self.0
    }
}

impl From<Dict> for Kwargs {
    fn from(dict: Dict) -> Self {
        Self(dict)
    }
}

/// An argument that is not what the reader expects. A procedure that returns it answers the call with
/// `wamp.error.invalid_argument`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArgumentError {
    /// The sender left it out.
    #[error("{0} is missing")]
    Missing(String),
    /// The sender gave something else.
    #[error("{argument}: {problem}")]
    Unexpected {
        /// Which argument.
        argument: String,
        /// What is wrong with it.
        problem: String,
    },
}

fn read<T: DeserializeOwned>(
    value: Option<&Value>,
    name: impl FnOnce() -> String,
) -> Result<T, ArgumentError> {
    let present = value.is_some();
    from_value(value.cloned().unwrap_or_default()).map_err(|problem| {
        if present {
            ArgumentError::Unexpected { argument: name(), problem: problem.to_string() }
        } else {
            ArgumentError::Missing(name())
        }
    })
}

/// Positional and keyword arguments of a payload. A transparent payload counts as one argument: its octets.
pub(super) fn parts(values: Values) -> (List, Dict) {
    match values {
        Values::Plain { args, kwargs } => (args, kwargs),
        Values::Opaque(octets) => (vec![Value::Bytes(octets)], Dict::new()),
    }
}
