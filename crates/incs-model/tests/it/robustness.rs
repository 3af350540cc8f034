//! No input panics the decoder; decode after encode is lossless.
