//! The delivery state machine ends the same in every order.
