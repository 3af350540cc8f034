//! Tests of `exit_codes`.
