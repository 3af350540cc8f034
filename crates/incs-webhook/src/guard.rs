//! Handling each item once.
