//! Tests of `manage`.
