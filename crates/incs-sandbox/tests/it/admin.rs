//! Tests of the admin.
