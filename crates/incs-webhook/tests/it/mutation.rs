//! Fixtures with something wrong in them.
