//! Limits of the status query (INCS: message status).

use super::{Limit, rules};

/// Ids of one call.
pub const IDS_MAX: usize = 100;

rules! {
    IDS = "status.message_ids.count", "message ids of one status query",
        Limit::Items { min: 1, max: Some(IDS_MAX) }, MESSAGE_STATUS, Documented, ValidateAndSchema;
}
