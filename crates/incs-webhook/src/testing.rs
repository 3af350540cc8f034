//! Deliveries for tests: the body of each event and its signature.
//!
//! A test can call a receiver as the platforms do, through a function or over HTTP:
//!
//! ```
//! use incs_webhook::scheme::SharedSecret;
//! use incs_webhook::testing::bodies::sample;
//! use incs_webhook::testing::sign::{Draft, Sign as _};
//! use incs_webhook::{Receiver, Secrets};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let scheme = SharedSecret::in_path(Secrets::try_new("change-me")?);
//! let receiver = Receiver::new(scheme.clone());
//! let now = "2026-11-22T08:00:00Z".parse()?;
//!
//! for (name, body) in sample::all() {
//!     let proof = scheme.sign(&Draft::new(body.as_bytes(), now))?;
//!     let target = proof.to_target("/hooks");
//!     assert_eq!(target, "/hooks/change-me");
//!     assert!(receiver.receive(&proof.headers(), &target, body.as_bytes(), now).is_ok(), "{name}");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The values in the bodies are invented. The shapes come from the platforms' pages.

pub mod bodies;
pub mod sign;
