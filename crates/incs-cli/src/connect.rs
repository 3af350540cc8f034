//! The client that the settings ask for.
