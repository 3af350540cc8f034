//! Tests of the customers.
