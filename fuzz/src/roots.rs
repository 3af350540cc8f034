//! Decoding of every received type.

use std::fmt::Debug;

use incs_model::delivery::DeliveryState;
use incs_model::envelope::{Envelope, Frame};
use incs_model::event::Event;
use incs_model::inbound::Inbound;
use incs_model::{Sent, auth, decode, decode_str, encode, exotel, status, task, template};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::body::check_error;

/// Decodes a body as each type and checks the result.
pub fn check(body: &[u8]) {
    as_one::<Envelope>(body);
    as_one::<Event>(body);
    as_one::<exotel::Callback>(body);
    as_one::<Inbound>(body);
    as_one::<DeliveryState>(body);
    if let Ok(frame) = Frame::read(body)
        && let Some(data) = frame.raw_data().map(str::as_bytes)
    {
        as_data(data);
    }
    as_data(body);
}

fn as_data(data: &[u8]) {
    as_one::<Sent>(data);
    as_one::<status::StatusList>(data);
    as_one::<Vec<template::rcs::Template>>(data);
    as_one::<Vec<template::whatsapp::Template>>(data);
    as_one::<task::TaskPage>(data);
    as_one::<task::Task>(data);
    let _ = decode::<auth::Token>(data).map_err(|error| error.to_string());
}

/// Checks that decoding from bytes and from text agree, that an error points to its place, and that a decoded value is written so that
/// it reads the same. (A value without readable members is written as an empty object, which has no kind.)
fn as_one<T: DeserializeOwned + Serialize + PartialEq + Debug>(body: &[u8]) {
    let read = decode::<T>(body);
    let text = std::str::from_utf8(body).ok();
    if let Some(text) = text {
        assert_eq!(read, decode_str::<T>(text));
    }
    match read {
        Ok(value) => {
            let _ = format!("{value:?}");
            let written = encode(&value).expect("what was read can be written");
            let again = decode::<T>(&written).map(|again| encode(&again).expect("what was read can be written"));
            assert_eq!(again.as_ref(), Ok(&written), "written as {}", String::from_utf8_lossy(&written));
        }
        Err(error) if error.is_syntax() => {}
        Err(error) => check_error(text.expect("JSON is text"), &error),
    }
}
