//! The types that are read from a whole body.

use std::any::type_name;
use std::fmt::Debug;

use incs_model::{
    RawJson, Sent, auth, decode, delivery, encode, envelope, event, exotel, inbound, rcs, status, task, template,
    viber, whatsapp,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A type that is read from a whole body.
pub(super) struct Root {
    survives: fn(&[u8]) -> bool,
}

macro_rules! roots {
    ($( $type:ty, )+) => {
        /// Every type that is read from a whole body.
        pub(super) const ROOTS: &[Root] = &[$( Root { survives: survives::<$type> }, )+];
    };
}

roots! {
    whatsapp::Message,
    viber::Message,
    rcs::Message,
    template::rcs::NewTemplate,
    template::rcs::Template,
    template::whatsapp::NewTemplate,
    template::whatsapp::Template,
    template::ListQuery,
    status::StatusQuery,
    status::StatusList,
    auth::TokenRequest,
    auth::Token,
    task::NewTask,
    task::Task,
    task::TaskPage,
    task::ListQuery,
    Sent,
    envelope::Envelope,
    event::Event,
    exotel::Callback,
    inbound::Inbound,
    delivery::Delivery,
    RawJson,
}

impl Root {
    /// Reads a body. If it reads, what is written reads the same again. Says whether it read.
    pub(super) fn survives(&self, body: &[u8]) -> bool {
        (self.survives)(body)
    }
}

fn survives<T: DeserializeOwned + Serialize + PartialEq + Debug>(body: &[u8]) -> bool {
    let shown = || format!("{}: {:.2000}", type_name::<T>(), String::from_utf8_lossy(body));
    match decode::<T>(body) {
        Ok(value) => {
            let written = encode(&value).unwrap();
            let again = decode::<T>(&written);
            let again = again.unwrap_or_else(|error| panic!("{error} in what was written of {}", shown()));
            assert!(again == value, "not the same: {}", shown());
            assert_eq!(encode(&again).unwrap(), written, "written in another way: {}", shown());
            assert!(!format!("{value:?}").is_empty());
            true
        }
        Err(error) => {
            assert!(error.line() > 0 && !error.expected().is_empty(), "{error:?}");
            assert!(error.to_string().contains(error.pointer()), "{error:?}");
            // The slow read, which finds the place, must come to the same end as the fast one.
            assert_ne!(error.expected(), "a body of this type", "not explained: {}", shown());
            false
        }
    }
}
