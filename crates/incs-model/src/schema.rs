//! JSON Schema (draft 2020-12) of every root type, in two contracts.

pub(crate) mod shape;
