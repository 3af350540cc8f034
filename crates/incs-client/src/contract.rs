//! The suite that every transport must pass, and the server it runs against.
//!
//! [`run`] holds a [`Transport`](crate::transport::Transport) against everything that the trait promises: it starts a
//! [`FaultServer`] for each case, over plain HTTP and over TLS, asks you for a transport that reaches it, and lists all that the
//! transport did wrong.
//!
//! ```no_run
//! use incs_client::contract::{self, ServerInfo};
//! # // A test is left out of a documentation test, so this would not even be compiled.
//! # mod tokio { pub use ::tokio::{main as test, runtime}; }
//! # use incs_client::testing::ScriptedTransport as MyTransport;
//! # trait Build: Sized { fn trusting(self, _: Option<&[u8]>) -> Self { self } }
//! # impl Build for MyTransport {}
//!
//! #[tokio::test]
//! async fn my_transport_keeps_its_contract() {
//!     let build = |server: &ServerInfo| MyTransport::new().trusting(server.root_certificate());
//!     contract::run(build).await.unwrap();
//! }
//! # fn main() { my_transport_keeps_its_contract() }
//! ```
//!
//! A transport that cannot do TLS runs a part of it:
//!
//! ```
//! use incs_client::contract::{Security, Suite};
//! use incs_client::testing::ScriptedTransport;
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
//! # runtime.block_on(async {
//! // This one never talks to the server.
//! let error = Suite::new().on(Security::Plain).run(|_| ScriptedTransport::new()).await.unwrap_err();
//! assert!(error.violations().iter().any(|violation| violation.case() == "any_status_is_a_reply"));
//! # });
//! ```

mod cases;
mod fault_server;
mod report;
mod stage;
mod suite;

pub use self::fault_server::{ClosedPort, Fault, FaultServer, Moment, Reply, Security, Seen, SeenRequest};
pub use self::report::{ContractError, Summary, Violation};
pub use self::suite::{ServerInfo, Suite, run};
