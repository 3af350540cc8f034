//! The state machine of a sent message.
