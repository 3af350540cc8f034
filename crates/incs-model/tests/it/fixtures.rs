//! Every payload of the reference decodes into a typed value and encodes back to the same JSON.
