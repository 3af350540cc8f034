//! Checking a body against the JSON Schema of what is received.
