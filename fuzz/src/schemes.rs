//! Every scheme, with fixed secrets.

use std::fmt;
use std::sync::OnceLock;

use incs_webhook::Secrets;
use incs_webhook::scheme::{Encoding, Exotel, HmacSha256, Meta, Part, Scheme, SharedSecret, StandardWebhooks};
use incs_webhook::testing::sign::Sign;

/// A scheme and its properties.
pub struct Known {
    /// The scheme, which verifies.
    pub scheme: Box<dyn Scheme>,
    /// The sender, which signs.
    pub sender: Box<dyn Sign + Send + Sync>,
    /// True if the body is signed, so that its proof cannot be guessed.
    pub signs: bool,
    /// True if a signature is accepted in any case.
    pub any_case: bool,
}

/// Returns all schemes.
pub fn all() -> &'static [Known] {
    static ALL: OnceLock<Vec<Known>> = OnceLock::new();
    ALL.get_or_init(|| {
        let timed = hmac("x-signature").with_prefix("v1=").with_encoding(Encoding::Base64);
        let timed = timed.with_signed([
            Part::text("v1:"),
            Part::seconds("x-time"),
            Part::text("."),
            Part::Body,
            Part::header("x-id"),
        ]);
        let urls = hmac("x-signature").with_encoding(Encoding::Base64Url);
        let standard = StandardWebhooks::try_new(secret("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"));
        vec![
            known(SharedSecret::in_path(secret("in-path")), false, false),
            known(SharedSecret::in_query("token", secret("in query & more")), false, false),
            known(SharedSecret::in_header("authorization", secret("in-header")).with_prefix("Bearer "), false, false),
            known(hmac("x-signature"), true, true),
            known(timed.expect("one body, one time"), true, false),
            known(urls, true, false),
            known(standard.expect("base64"), true, false),
            known(Meta::new(secret("app")), true, true),
            known(Exotel::new(secret("exotel")).with_sha1(), true, true),
        ]
    })
}

fn known<S: Scheme + Sign + Clone + 'static>(scheme: S, signs: bool, any_case: bool) -> Known {
    Known { scheme: Box::new(scheme.clone()), sender: Box::new(scheme), signs, any_case }
}

fn hmac(header: &'static str) -> HmacSha256 {
    HmacSha256::new(header, secret("of-hmac"))
}

fn secret(text: &str) -> Secrets {
    Secrets::try_new(text).expect("a secret with characters")
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Known").field("signs", &self.signs).field("any_case", &self.any_case).finish_non_exhaustive()
    }
}
