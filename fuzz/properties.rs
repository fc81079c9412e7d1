//! What holds for whatever a peer sends. Shared by the fuzz targets and by the test that runs their
//! seeds; a broken property panics.

use wamp_wasm::{
    codec::{DecodeError, Encoded, Frame, Limits, Serializer, WirePayload, decode, encode},
    message::{Message, Values},
};

/// That a target is built with its serializer: one that reads nothing finds nothing.
pub(crate) fn assert_reads(serializer: Serializer) {
    let unsubscribed: &[u8] = match serializer {
        Serializer::Json => b"[35,1]",
        Serializer::MsgPack => &[0x92, 35, 1],
        Serializer::Cbor => &[0x82, 0x18, 35, 1],
    };
    assert!(check(serializer, unsubscribed), "{serializer:?} is not among the features of the build");
}

/// Reads a frame in every way there is, and what was read once more. Whether it was a message.
pub(crate) fn check(serializer: Serializer, octets: &[u8]) -> bool {
    let frame = match serializer {
        Serializer::Json => match std::str::from_utf8(octets) {
            Ok(text) => Frame::Text(text.to_owned()),
            // The transport does not let it through.
            Err(_) => return false,
        },
        Serializer::MsgPack | Serializer::Cbor => Frame::Binary(octets.to_vec()),
    };
    let values = read::<Values>(serializer, &frame);
    let encoded = read::<Encoded>(serializer, &frame);
    let bare = read::<()>(serializer, &frame);
    assert_eq!(values.is_some(), encoded.is_some(), "what is forwarded can be decoded, and the reverse");
    assert!(values.is_none() || bare.is_some(), "a payload that is left out cannot be wrong in more ways");

    if let Some(message) = &values {
        check_written(serializer, message);
    }
    if let Some(message) = &encoded {
        check_written(serializer, message);
        // Other serializers may have no form for it, which is an error and no more.
        for other in Serializer::ALL {
            if let Ok(frame) = encode(other, message) {
                assert!(read::<Values>(other, &frame).is_some(), "{frame:?}");
            }
        }
    }
    values.is_some()
}

/// What was read can be written, and reads as the same again. Frames are compared, because NaN differs
/// from itself.
fn check_written<P: WirePayload>(serializer: Serializer, message: &Message<P>) {
    let written = encode(serializer, message).expect("what was read can be written");
    let again = read::<P>(serializer, &written).expect("what was written can be read");
    assert_eq!(encode(serializer, &again), Ok(written));
}

fn read<P: WirePayload>(serializer: Serializer, frame: &Frame) -> Option<Message<P>> {
    match decode(serializer, frame, &Limits::default()) {
        Ok(message) => Some(message),
        Err(error @ DecodeError::NotInThisBuild(_)) => panic!("nothing would be tried: {error}"),
        Err(_) => None,
    }
}
