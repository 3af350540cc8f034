//! RCS templates (INCS: RCS templates).
//!
//! Created, listed, fetched and deleted under `/external/templates/rcs`. What `data` of the replies to a creation and a
//! deletion holds is **unknown**; read it as [`RawJson`](crate::RawJson). No route to edit one and no webhook about its review
//! are known, so ask for the template again (inferred).
//!
//! `[variable_name]` in a text, a link or postback data is filled by the parameters of a send.

mod card;
mod content;
mod definition;
mod suggestion;

pub use self::card::{Card, Carousel, Height, Orientation, RichCard, Width};
pub use self::content::{Content, Kind, TextContent, UnknownContent};
pub use self::definition::{Category, NewTemplate, Status, Template};
pub use self::suggestion::{DialerAction, Reply, Suggestion, SuggestionType, UrlAction};
