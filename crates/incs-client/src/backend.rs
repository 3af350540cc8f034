//! Transports over HTTP libraries.
//!
//! | type | feature | over |
//! | --- | --- | --- |
//! | `HyperTransport` | `hyper`, https with `hyper-rustls` | the pooled client of hyper-util |
//! | `ReqwestTransport` | `reqwest`, https with `reqwest-rustls` or `reqwest-native-tls` | reqwest |
//! | `TowerTransport` | `tower` | any `tower::Service` over the types of `http` |
//!
//! All of them speak HTTP/1.1, fulfil the contract of [`Transport`](crate::transport::Transport), and report through
//! [`SendGate`](crate::transport::SendGate) when the body of a request leaves, if it has one: see [`OutgoingBody`].

mod body;
#[cfg(any(feature = "hyper", feature = "reqwest"))]
mod connect;
#[cfg(feature = "hyper")]
mod hyper;
#[cfg(any(feature = "hyper", feature = "reqwest"))]
mod pool;
#[cfg(feature = "hyper")]
mod proxy;
#[cfg(feature = "reqwest")]
mod reqwest;
#[cfg(any(feature = "hyper", feature = "reqwest"))]
mod setup;
#[cfg(any(feature = "hyper-rustls", feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
mod tls;
#[cfg(feature = "tower")]
mod tower;

pub use self::body::{OutgoingBody, Revoked};
#[cfg(feature = "hyper")]
pub use self::hyper::{HyperTransport, HyperTransportBuilder};
#[cfg(feature = "reqwest")]
pub use self::reqwest::{ReqwestTransport, ReqwestTransportBuilder};
#[cfg(any(feature = "hyper", feature = "reqwest"))]
pub use self::setup::SetupError;
#[cfg(feature = "tower")]
pub use self::tower::TowerTransport;
