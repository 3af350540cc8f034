//! The state machine of a sent message.
//!
//! Receipts come late, twice and in any order, from webhooks and from the status query. [`Delivery::merge`] puts them
//! together: the same facts give the same end state in every order, nothing ever goes back, and times once known stay.
//!
//! ```
//! use incs_model::delivery::{Delivery, Fact, Stage};
//! use incs_model::event::MessageStatusUpdate;
//! use incs_model::status::State;
//!
//! let read = MessageStatusUpdate::new("wamid.HBgN", State::Read);
//! let sent = MessageStatusUpdate::new("wamid.HBgN", State::Sent);
//!
//! let mut delivery = Delivery::default();
//! assert!(delivery.merge(&Fact::from(&read)).stage_changed());
//! assert!(delivery.merge(&Fact::from(&sent)).is_empty()); // came late, says nothing new
//! assert_eq!(delivery.stage(), Some(Stage::Read));
//! assert!(delivery.is_delivered());
//! ```

mod fact;
mod sources;
mod state;

pub use self::fact::{Fact, Failure, Moment, Stage, Witness};
pub use self::state::{Change, Delivery};
