//! Errors name the place, never the value.
