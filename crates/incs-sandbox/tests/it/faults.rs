//! Tests of the faults.
