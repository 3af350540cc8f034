//! Sends are checked against the template they name.
