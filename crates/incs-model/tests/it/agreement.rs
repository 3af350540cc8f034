//! `validate` and the send schemas agree.
