//! A test suite for transports of `incs-client`, and the fault server that it runs against.
//!
//! [`run`] checks a [`Transport`](incs_client::transport::Transport) against the whole contract of the trait. It starts a
//! [`FaultServer`] for each case, over plain HTTP and over TLS, asks you for a transport that reaches it, and lists every
//! violation. Add this crate to the `[dev-dependencies]` of the crate that has the transport.
//!
//! ```no_run
//! use incs_client_contract::ServerInfo;
//! # // A test is left out of a documentation test, so this would not even be compiled.
//! # mod tokio { pub use ::tokio::{main as test, runtime}; }
//! # use incs_client::testing::ScriptedTransport as MyTransport;
//! # trait Build: Sized { fn trusting(self, _: Option<&[u8]>) -> Self { self } }
//! # impl Build for MyTransport {}
//!
//! #[tokio::test]
//! async fn my_transport_keeps_its_contract() {
//!     let build = |server: &ServerInfo| MyTransport::new().trusting(server.root_certificate());
//!     incs_client_contract::run(build).await.unwrap();
//! }
//! # fn main() { my_transport_keeps_its_contract() }
//! ```
//!
//! A transport without TLS runs a part of the suite:
//!
//! ```
//! use incs_client::testing::ScriptedTransport;
//! use incs_client_contract::{Security, Suite};
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
//! # runtime.block_on(async {
//! // This transport never contacts the server.
//! let error = Suite::new().on(Security::Plain).run(|_| ScriptedTransport::new()).await.unwrap_err();
//! assert!(error.violations().iter().any(|violation| violation.case() == "any_status_is_a_reply"));
//! # });
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod cases;
mod fault_server;
mod stage;
mod suite;

pub use crate::fault_server::{ClosedPort, Fault, FaultServer, Moment, Reply, Security, Seen, SeenRequest};
pub use crate::stage::ServerInfo;
pub use crate::suite::{ContractError, Exemption, Suite, Summary, Violation, run};

/// The code in the crate's README compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
