//! Limits of RCS messages (INCS: send RCS message).

use super::{Limit, rules};

/// File kinds of a document.
pub const DOCUMENT_KINDS: &[&str] = &["pdf"];

rules! {
    SESSION_WINDOW = "rcs.session_window", "messages other than templates",
        Limit::Must("within 24 hours after the customer wrote"), SEND_RCS, Documented, Platform;
    DOCUMENT_KIND = "rcs.document.file_kind", "the file behind a document link",
        Limit::FileKinds(DOCUMENT_KINDS), SEND_RCS, Documented, ValidateAndSchema;
}
