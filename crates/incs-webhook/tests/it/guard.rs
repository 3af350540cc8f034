//! Replay guards.
