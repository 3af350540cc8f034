//! Secrets that are live, several at a time.

use std::fmt;

use incs_model::{Secret, Timestamp};

/// One secret, or several while one takes the place of another. Never empty, and no secret in it is.
///
/// To rotate, give the sender the new secret and keep the old one for a while:
///
/// ```
/// use std::time::Duration;
///
/// use incs_model::Timestamp;
/// use incs_webhook::Secrets;
///
/// # fn main() -> Result<(), incs_webhook::EmptySecret> {
/// let rotated_at: Timestamp = "2026-11-22T08:00:00Z".parse().unwrap();
/// let secrets = Secrets::try_new("the-new-one")?
///     .with_retiring("the-old-one", rotated_at + Duration::from_hours(24))?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Secrets(Vec<Lived>);

/// A secret, and until when it counts.
#[derive(Clone)]
pub(crate) struct Lived {
    pub(crate) secret: Secret,
    pub(crate) until: Option<Timestamp>,
}

impl Lived {
    /// Whether it counts.
    pub(crate) fn is_live(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

/// A secret without a character: anyone knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secret is empty")]
pub struct EmptySecret;

impl Secrets {
    /// One secret that counts until it is taken away.
    ///
    /// # Errors
    ///
    /// When it is empty.
    pub fn try_new(secret: impl Into<Secret>) -> Result<Self, EmptySecret> {
        Self(Vec::new()).with(secret.into(), None)
    }

    /// One secret that counts until, and not including, a time. From then on nothing is accepted.
    ///
    /// # Errors
    ///
    /// When it is empty.
    pub fn try_new_retiring(secret: impl Into<Secret>, until: Timestamp) -> Result<Self, EmptySecret> {
        Self(Vec::new()).with(secret.into(), Some(until))
    }

    /// Adds one that counts too, for instance the next one.
    ///
    /// # Errors
    ///
    /// When it is empty.
    pub fn with_another(self, secret: impl Into<Secret>) -> Result<Self, EmptySecret> {
        self.with(secret.into(), None)
    }

    /// Adds one that counts until, and not including, a time.
    ///
    /// # Errors
    ///
    /// When it is empty.
    pub fn with_retiring(self, secret: impl Into<Secret>, until: Timestamp) -> Result<Self, EmptySecret> {
        self.with(secret.into(), Some(until))
    }

    fn with(mut self, secret: Secret, until: Option<Timestamp>) -> Result<Self, EmptySecret> {
        if secret.expose().is_empty() {
            return Err(EmptySecret);
        }
        self.0.push(Lived { secret, until });
        Ok(self)
    }

    /// The texts of those that count.
    pub(crate) fn live(&self, now: Timestamp) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |lived| lived.is_live(now)).map(|lived| lived.secret.expose())
    }

    /// All of them, also those that do not count any more.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Lived> {
        self.0.iter()
    }
}

/// How many there are, and nothing of them.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets(<{}>)", self.0.len())
    }
}
