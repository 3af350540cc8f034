//! Adapters, over real HTTP.
