//! Transports for tests.
