//! What the tests share: fixtures, clients over scripts and servers, and the words that must never show.

pub(crate) mod clients;
pub(crate) mod discreet;
pub(crate) mod fixtures;
pub(crate) mod platform;
pub(crate) mod samples;
pub(crate) mod told;

pub(crate) use self::clients::{builder, scripted};
pub(crate) use self::fixtures::{json, read};
pub(crate) use self::told::told;
