//! Application types in and out of [`Value`], by serde: what the arguments of the Rust API go through.
//! Octets stay octets here (serde's bytes); how they travel is for the serializers.

mod de;
mod ser;

use serde::{Serialize, de::DeserializeOwned};

use crate::message::Value;

/// A value that is not of the type that was asked for, or a type that has no form as a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ValueError(String);

/// The application's type of a value.
///
/// Integers may have been sent as floats, as some peers do with large ones, and octets are accepted for
/// lists of `u8`.
///
/// ```
/// use wamp_wasm::{codec::from_value, message::Value};
///
/// #[derive(serde::Deserialize)]
/// struct Point { x: i32, y: Option<i32> }
///
/// let value = Value::Dict(wamp_wasm::message::Dict::new().with("x", 1));
/// let point: Point = from_value(value)?;
/// assert_eq!((point.x, point.y), (1, None));
/// # Ok::<(), wamp_wasm::codec::ValueError>(())
/// ```
///
/// # Errors
/// [`ValueError`] says what was expected and what is there.
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, ValueError> {
    T::deserialize(value)
}

/// The value of an application's type.
///
/// ```
/// use wamp_wasm::{codec::to_value, message::Value};
///
/// assert_eq!(to_value(&(1, "two"))?, Value::List(vec![1.into(), "two".into()]));
/// # Ok::<(), wamp_wasm::codec::ValueError>(())
/// ```
///
/// # Errors
/// [`ValueError`] for integers beyond 64 bits, and for keys that are no strings or integers or that
/// occur twice.
pub fn to_value<T: Serialize + ?Sized>(value: &T) -> Result<Value, ValueError> {
    value.serialize(ser::ToValue)
}

impl serde::de::Error for ValueError {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

impl serde::ser::Error for ValueError {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use std::collections::BTreeMap;

    use super::*;
    use crate::message::Dict;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Shape {
        Unit,
        Newtype(u8),
        Tuple(i8, f32),
        Struct { a: Option<bool>, b: char },
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Everything {
        unit: (),
        text: String,
        list: Vec<i64>,
        map: BTreeMap<u16, Shape>,
        big: u64,
        none: Option<u8>,
        float: f64,
    }

    #[test]
    fn a_type_of_every_kind_comes_back_from_its_value() {
        let shapes =
            [Shape::Unit, Shape::Newtype(7), Shape::Tuple(-1, 0.5), Shape::Struct { a: Some(true), b: 'ü' }];
        let everything = Everything {
            unit: (),
            text: "t".into(),
            list: vec![i64::MIN, 0],
            map: (1..).zip(shapes).collect(),
            big: u64::MAX,
            none: None,
            float: 1.0,
        };
        assert_eq!(from_value(to_value(&everything).unwrap()), Ok(everything));
    }

    #[test]
    fn a_value_is_its_own_application_type() {
        let value: Value =
            Dict::new().with("a", vec![1_u8, 2]).with("b", vec![Value::Null, 1.5.into()]).into();
        assert_eq!(to_value(&value).as_ref(), Ok(&value));
        assert_eq!(from_value(value.clone()), Ok(value));
    }

    #[test]
    fn an_integral_float_is_an_integer_and_a_fraction_is_not() {
        assert_eq!(from_value(Value::Float(5_512_315_355.0)), Ok(5_512_315_355_u64));
        assert_eq!(from_value(Value::Float(-3.0)), Ok(-3_i8));
        assert!(from_value::<i64>(Value::Float(1.5)).is_err());
        assert!(from_value::<i64>(Value::Float(1e300)).is_err());
        assert_eq!(from_value(Value::Int(3)), Ok(3.0_f64));
    }

    #[test]
    fn octets_are_accepted_for_a_list_of_numbers() {
        assert_eq!(from_value(Value::Bytes(vec![1, 2])), Ok(vec![1_u8, 2]));
    }

    #[test]
    fn what_does_not_fit_is_told() {
        assert_eq!(
            from_value::<u8>(Value::Int(300)).unwrap_err().to_string(),
            "invalid value: integer `300`, expected u8"
        );
        assert!(from_value::<String>(Value::Null).is_err());
        assert_eq!(to_value(&u128::MAX).unwrap_err().to_string(), "an integer beyond 64 bits has no form");
        assert!(to_value(&BTreeMap::from([((1, 2), 3)])).is_err());
    }
}
