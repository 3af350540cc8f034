//! What is known of a request.

/// What is known of a request that did not end well, from the least to the most that may have been done.
///
/// ```
/// use incs_client::RequestState;
///
/// // The one state in which nobody may decide alone to send again.
/// assert!(!RequestState::Unknown.is_safe_to_repeat());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RequestState {
    /// The platform never saw it whole. Sending it again sends it once.
    NotSent,
    /// The platform saw it and did nothing. Sending it again sends it once, and mostly fails again.
    Rejected,
    /// Nobody here knows. It may be on its way to the customer.
    Unknown,
    /// The platform took it, although its reply could not be read. Sending it again sends it twice.
    Accepted,
}

impl RequestState {
    /// Whether the same request, made again, cannot do the same thing twice.
    pub fn is_safe_to_repeat(self) -> bool {
        matches!(self, Self::NotSent | Self::Rejected)
    }

    /// The state in one word, as spans and JSON hold it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotSent => "not_sent",
            Self::Rejected => "rejected",
            Self::Unknown => "unknown",
            Self::Accepted => "accepted",
        }
    }

    pub(super) fn sentence(self) -> &'static str {
        match self {
            Self::NotSent => "nothing was sent",
            Self::Rejected => "it was rejected",
            Self::Unknown => "whether it was done is unknown",
            Self::Accepted => "it was accepted",
        }
    }
}
