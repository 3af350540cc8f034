//! Each limit, at the limit and one past it.
