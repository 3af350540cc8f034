//! Adapters, over real HTTP.

mod layer;
mod request;
