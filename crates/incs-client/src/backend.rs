//! Transports over HTTP libraries.
//!
//! | type | feature | over |
//! | --- | --- | --- |
//! | `HyperTransport` | `hyper`, https with `hyper-rustls` | the pooled client of hyper-util |
//! | `ReqwestTransport` | `reqwest`, https with `reqwest-rustls` or `reqwest-native-tls` | reqwest |
//! | `TowerTransport` | `tower` | any `tower::Service` over the types of `http` |
//!
//! All of them speak HTTP/1.1, hold what [`Transport`](crate::transport::Transport) promises, and tell through
//! [`Departure`](crate::transport::Departure) when the body of a request leaves, if it has one: see [`OutgoingBody`].

mod collect;
#[cfg(any(feature = "hyper", feature = "reqwest"))]
mod connections;
#[cfg(feature = "hyper")]
mod hyper_transport;
mod outgoing;
#[cfg(feature = "reqwest")]
mod reqwest_transport;
#[cfg(any(feature = "hyper-rustls", feature = "reqwest"))]
mod setup_error;
#[cfg(any(feature = "hyper", feature = "reqwest"))]
mod target;
#[cfg(any(feature = "hyper-rustls", feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
mod tls;
#[cfg(feature = "tower")]
mod tower_transport;

#[cfg(feature = "hyper")]
pub use self::hyper_transport::{HyperTransport, HyperTransportBuilder};
pub use self::outgoing::{OutgoingBody, Recalled};
#[cfg(feature = "reqwest")]
pub use self::reqwest_transport::{ReqwestTransport, ReqwestTransportBuilder};
#[cfg(any(feature = "hyper-rustls", feature = "reqwest"))]
pub use self::setup_error::SetupError;
#[cfg(feature = "tower")]
pub use self::tower_transport::TowerTransport;
