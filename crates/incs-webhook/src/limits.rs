//! How much is read of a delivery.

/// How much is read of a delivery, and what it may call itself.
///
/// The platforms document no size. What was sampled is 1 to 3 KB; media come as links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The most bytes that a body may have.
    pub body: usize,
    /// How deep its objects and lists may be nested, at most 128.
    pub depth: usize,
    /// Whether a `Content-Type` that is not JSON is let through. A missing one always is.
    pub any_content_type: bool,
}

impl Limits {
    /// 1 MiB, 64 levels, JSON.
    pub const DEFAULT: Self = Self { body: 1024 * 1024, depth: 64, any_content_type: false };

    /// Sets the most bytes that a body may have.
    #[must_use]
    pub const fn with_body(mut self, bytes: usize) -> Self {
        self.body = bytes;
        self
    }

    /// Sets how deep objects and lists may be nested; more than 128 counts as 128.
    #[must_use]
    pub const fn with_depth(mut self, levels: usize) -> Self {
        self.depth = if levels < 128 { levels } else { 128 };
        self
    }

    /// Lets any `Content-Type` through. Exotel documents none for RCS, so a receiver for Exotel may need this.
    #[must_use]
    pub const fn with_any_content_type(mut self) -> Self {
        self.any_content_type = true;
        self
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
