//! A local INCS.
