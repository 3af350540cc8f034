//! Transports over HTTP libraries.
