//! JSON Schema (draft 2020-12) of every root type, in two contracts.
//!
//! [`catalogue`] lists the documents. A document for a *sent* value is strict: members and values that the platform does
//! not know are refused, and it has every limit that a schema can express. A document for a *received* value is
//! open: any other member, value or kind is allowed beside the known ones, and no limit of sending applies.
//!
//! ```
//! use incs_model::schema::{Contract, catalogue};
//!
//! let documents = catalogue();
//! let message = documents.iter().find(|document| document.file_name() == "send/whatsapp-message.json").unwrap();
//! assert_eq!(message.contract(), Contract::Send);
//! assert_eq!(message.to_value()["$id"], "urn:incs:schema:send:whatsapp-message");
//! ```

mod contract;
mod declarations;
mod document;
mod names;
pub mod printed;
mod prose;
mod pydantic;
mod roots;
pub(crate) mod shape;
mod types;
mod typescript;

pub use self::contract::Contract;
pub use self::document::{Document, catalogue};
pub use self::types::Language;
