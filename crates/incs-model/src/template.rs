//! Templates: creating, listing, checking sends against them.
