//! RCS templates (INCS: RCS templates).
//!
//! Created, listed, fetched and deleted under `/external/templates/rcs`. The `data` of the replies to a creation and a
//! deletion is **unknown**; read it as [`RawJson`](crate::RawJson). No route to edit a template and no webhook about its review
//! are known, so poll the template (inferred).
//!
//! The parameters of a send fill `[variable_name]` in a text, a link or postback data.

mod card;
mod content;
mod definition;
mod suggestion;

pub use self::card::{Card, Carousel, Height, Orientation, RichCard, Width};
pub use self::content::{Content, Kind, TextContent, UnknownContent};
pub use self::definition::{Category, NewTemplate, Status, Template};
pub use self::suggestion::{DialerAction, Reply, Suggestion, SuggestionType, UrlAction};
