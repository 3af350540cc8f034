//! Why a message of a user is not passed on.

use crate::exotel::code::StatusCode;
use crate::exotel::received::received;
use crate::exotel::status::StatusName;

received! {
    /// Why a message of a user is not passed on (Exotel: receive messages webhook; sampled only).
    ///
    /// The object is named in the tables and never described. The one sample tells of a kind of media that is not supported;
    /// whether other errors come is **unknown**.
    pub struct ContentError {
    }
    optional {
        /// The number of the error.
        with_code => pub code: StatusCode = "exo_status_code",
        /// The name of the error.
        with_name => pub name: StatusName = "exo_detailed_status" | "status",
        /// Text for people.
        with_description => pub description: String = "description",
    }
    extra {
        /// Members that no page names, kept as they came.
        with_extra => pub extra,
    }
}

impl ContentError {
    /// An error with a code that is a number.
    pub fn new(code: impl Into<StatusCode>, name: impl Into<StatusName>) -> Self {
        Self::bare().with_code(code).with_name(name)
    }
}
