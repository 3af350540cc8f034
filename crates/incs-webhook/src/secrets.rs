//! Secrets and their rotation.

use std::fmt;

use incs_model::{Secret, Timestamp};

/// One or more secrets, none of them empty.
///
/// For a rotation, configure the new secret at the sender and accept the old one for some time:
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
pub struct Secrets(Vec<StoredSecret>);

/// A secret and the time of its expiry.
#[derive(Clone)]
pub(crate) struct StoredSecret {
    pub(crate) secret: Secret,
    pub(crate) until: Option<Timestamp>,
}

impl StoredSecret {
    /// Reports whether the secret has not expired.
    pub(crate) fn is_live(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

/// The error of an empty secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secret is empty")]
pub struct EmptySecret;

impl Secrets {
    /// Creates a set of one secret that does not expire.
    ///
    /// # Errors
    ///
    /// Returns an error if the secret is empty.
    pub fn try_new(secret: impl Into<Secret>) -> Result<Self, EmptySecret> {
        Self(Vec::new()).with(secret.into(), None)
    }

    /// Creates a set of one secret that is accepted until a time, exclusive. From then on nothing is accepted.
    ///
    /// # Errors
    ///
    /// Returns an error if the secret is empty.
    pub fn try_new_retiring(secret: impl Into<Secret>, until: Timestamp) -> Result<Self, EmptySecret> {
        Self(Vec::new()).with(secret.into(), Some(until))
    }

    /// Adds a secret that does not expire, for instance the next one.
    ///
    /// # Errors
    ///
    /// Returns an error if the secret is empty.
    pub fn with_another(self, secret: impl Into<Secret>) -> Result<Self, EmptySecret> {
        self.with(secret.into(), None)
    }

    /// Adds a secret that is accepted until a time, exclusive.
    ///
    /// # Errors
    ///
    /// Returns an error if the secret is empty.
    pub fn with_retiring(self, secret: impl Into<Secret>, until: Timestamp) -> Result<Self, EmptySecret> {
        self.with(secret.into(), Some(until))
    }

    fn with(mut self, secret: Secret, until: Option<Timestamp>) -> Result<Self, EmptySecret> {
        if secret.expose().is_empty() {
            return Err(EmptySecret);
        }
        self.0.push(StoredSecret { secret, until });
        Ok(self)
    }

    /// Iterates over the texts of the secrets that have not expired.
    pub(crate) fn live(&self, now: Timestamp) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |stored| stored.is_live(now)).map(|stored| stored.secret.expose())
    }

    /// Iterates over all secrets, including expired ones.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &StoredSecret> {
        self.0.iter()
    }
}

/// Shows the number of secrets only.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets(<{}>)", self.0.len())
    }
}
