//! Tests of `send`.
