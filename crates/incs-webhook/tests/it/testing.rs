//! Deliveries for tests.
