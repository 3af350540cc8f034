//! The check against the schema.
