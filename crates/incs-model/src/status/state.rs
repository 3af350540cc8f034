//! What became of a message.

use crate::open::open_text;

open_text! {
    /// What became of a message, in a status query and in the status webhook.
    pub enum State {
        /// Left the platform.
        Sent = "sent",
        /// Did not arrive.
        Failed = "failed",
        /// Arrived on the device.
        Delivered = "delivered",
        /// Was opened.
        Read = "read",
    }
}
