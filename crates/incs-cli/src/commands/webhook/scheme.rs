//! The options that select an authentication scheme. Signed parts are written like `v0:{seconds:x-timestamp}:{body}`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use incs_facade::model::Secret;
use incs_facade::webhook::Secrets;
use incs_facade::webhook::scheme::{
    Encoding, Exotel, HeaderNames, HmacSha256, Meta, Part, Scheme, SharedSecret, StandardWebhooks, TimestampHeader,
};
use incs_facade::webhook::testing::sign::Sign;

use crate::exit::Failure;
use crate::input;
use crate::output::Context;
use crate::settings::Settings;

/// The authentication scheme of a sender. The secret comes from the environment, the profile, or a file.
#[derive(Debug, Args)]
pub(crate) struct SchemeArgs {
    /// Authentication scheme of the sender
    #[arg(long, value_name = "SCHEME")]
    pub(crate) scheme: Option<Name>,
    #[arg(
        long,
        value_name = "FILE",
        help = "File with the secret, instead of INCS_WEBHOOK_SECRET; may be repeated during a rotation"
    )]
    secret_file: Vec<PathBuf>,
    /// Header of the signature (hmac-sha256) or of the secret (shared-secret)
    #[arg(long, value_name = "NAME", conflicts_with = "query")]
    header: Option<String>,
    /// Query parameter of the secret, instead of a path segment (shared-secret)
    #[arg(long, value_name = "NAME")]
    query: Option<String>,
    /// Text before the signature or the secret (hmac-sha256, shared-secret)
    #[arg(long, value_name = "TEXT")]
    prefix: Option<String>,
    /// Encoding of the signature (hmac-sha256)
    #[arg(long, value_name = "ENCODING")]
    encoding: Option<EncodingName>,
    /// Signed parts, such as '{seconds:x-timestamp}.{body}' (hmac-sha256)
    #[arg(
        long,
        value_name = "PARTS",
        long_help = "Signed parts (hmac-sha256): text, and {body}, {header:NAME}, {seconds:NAME} or {millis:NAME}. \
            The last two are headers with the signing time, which is checked"
    )]
    signed: Option<String>,
    /// Maximum difference between the signing time and the clock (hmac-sha256) [default: 5m]
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration, requires = "signed")]
    tolerance: Option<Duration>,
    /// Use only the header names of Svix (standard-webhooks)
    #[arg(long)]
    svix: bool,
    /// Accept HMAC-SHA1 too (exotel)
    #[arg(long)]
    sha1: bool,
}

/// The name of a scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Name {
    /// A secret in the path, the query or a header
    SharedSecret,
    /// A signature described by the options
    HmacSha256,
    /// Headers webhook-id, webhook-timestamp and webhook-signature
    StandardWebhooks,
    /// Header X-Hub-Signature-256
    Meta,
    /// Header X-Exotel-Signature
    Exotel,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum EncodingName {
    Hex,
    Base64,
    Base64url,
}

/// A scheme that can also sign, like the sender.
pub(crate) trait SigningScheme: Scheme + Sign {}

impl<T: Scheme + Sign> SigningScheme for T {}

impl SchemeArgs {
    /// Builds the scheme. Returns `None` without `--scheme`.
    pub(crate) fn build(&self, context: &Context) -> Result<Option<Box<dyn SigningScheme>>, Failure> {
        let Some(name) = self.scheme else {
            let flags = self.flags().into_iter().find(|(_, is_given, _)| *is_given);
            return match flags {
                Some((flag, ..)) => Err(Failure::usage(format!("--{flag} needs --scheme"))),
                None => Ok(None),
            };
        };
        self.check(name)?;
        let secrets = self.secrets(context)?.ok_or_else(|| {
            Failure::usage("no webhook secret is set")
                .with_help("set INCS_WEBHOOK_SECRET or INCS_WEBHOOK_SECRET_FILE, or name a file with --secret-file")
        })?;
        self.of(name, secrets).map(Some)
    }

    /// Reports whether a shared secret is expected in the path.
    pub(super) fn is_in_path(&self) -> bool {
        self.header.is_none() && self.query.is_none()
    }

    /// Returns the secrets of `--secret-file`, or else the secret of the settings. Returns `None` if neither is set.
    pub(super) fn secrets(&self, context: &Context) -> Result<Option<Secrets>, Failure> {
        let mut texts: Vec<Secret> = Vec::new();
        for path in &self.secret_file {
            let name = path.display();
            let text = String::from_utf8(input::read(path)?)
                .map_err(|_| Failure::usage(format!("the secret in {name} is not UTF-8")))?;
            let line = text.strip_suffix('\n').map_or(&*text, |line| line.strip_suffix('\r').unwrap_or(line));
            texts.push(line.into());
        }
        if texts.is_empty() {
            texts.extend(Settings::load(context)?.webhook_secret()?);
        }
        let mut secrets: Option<Secrets> = None;
        for text in texts {
            let more = match secrets {
                None => Secrets::try_new(text),
                Some(known) => known.with_another(text),
            };
            secrets = Some(more.map_err(|error| Failure::usage(error.to_string()))?);
        }
        Ok(secrets)
    }

    fn of(&self, name: Name, secrets: Secrets) -> Result<Box<dyn SigningScheme>, Failure> {
        let usage = |error: &dyn std::error::Error| Failure::usage(error.to_string());
        let prefix = self.prefix.clone().unwrap_or_default();
        Ok(match name {
            Name::SharedSecret => Box::new(self.shared(secrets).with_prefix(prefix)),
            Name::HmacSha256 => {
                let header = self.header.clone().unwrap_or_else(|| "x-signature".to_owned());
                let scheme = HmacSha256::new(header, secrets).with_prefix(prefix).with_encoding(match self.encoding {
                    None | Some(EncodingName::Hex) => Encoding::Hex,
                    Some(EncodingName::Base64) => Encoding::Base64,
                    Some(EncodingName::Base64url) => Encoding::Base64Url,
                });
                match &self.signed {
                    None => Box::new(scheme),
                    Some(text) => {
                        let parts = signed_parts(text, self.tolerance)?;
                        Box::new(scheme.with_signed(parts).map_err(|error| usage(&error))?)
                    }
                }
            }
            Name::StandardWebhooks => {
                let scheme = StandardWebhooks::try_new(secrets).map_err(|error| usage(&error))?;
                Box::new(if self.svix { scheme.with_names(HeaderNames::Svix) } else { scheme })
            }
            Name::Meta => Box::new(Meta::new(secrets)),
            Name::Exotel if self.sha1 => Box::new(Exotel::new(secrets).with_sha1()),
            Name::Exotel => Box::new(Exotel::new(secrets)),
        })
    }

    fn shared(&self, secrets: Secrets) -> SharedSecret {
        match (&self.header, &self.query) {
            (Some(header), _) => SharedSecret::in_header(header.clone(), secrets),
            (None, Some(parameter)) => SharedSecret::in_query(parameter.clone(), secrets),
            (None, None) => SharedSecret::in_path(secrets),
        }
    }

    /// Fails if an option belongs to another scheme.
    fn check(&self, name: Name) -> Result<(), Failure> {
        let other = self.flags().into_iter().find(|(_, is_given, schemes)| *is_given && !schemes.contains(&name));
        other.map_or(Ok(()), |(flag, ..)| Err(Failure::usage(format!("--{flag} does not apply to {}", name.text()))))
    }

    fn flags(&self) -> [(&'static str, bool, &'static [Name]); 7] {
        const DESCRIBED: &[Name] = &[Name::HmacSha256, Name::SharedSecret];
        const HMAC: &[Name] = &[Name::HmacSha256];
        [
            ("header", self.header.is_some(), DESCRIBED),
            ("query", self.query.is_some(), &[Name::SharedSecret]),
            ("prefix", self.prefix.is_some(), DESCRIBED),
            ("encoding", self.encoding.is_some(), HMAC),
            ("signed", self.signed.is_some(), HMAC),
            ("svix", self.svix, &[Name::StandardWebhooks]),
            ("sha1", self.sha1, &[Name::Exotel]),
        ]
    }
}

impl Name {
    /// Returns the name as written on the command line.
    pub(crate) fn text(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// Parses the signed parts in their order. The scheme checks that the body is one of them.
fn signed_parts(text: &str, tolerance: Option<Duration>) -> Result<Vec<Part>, Failure> {
    let tolerance = tolerance.unwrap_or(TimestampHeader::DEFAULT_TOLERANCE);
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((part, after)) = after.split_once('}') else {
            return Err(unreadable("a { is not closed"));
        };
        push_text(&mut parts, before);
        parts.push(match part.split_once(':') {
            None if part == "body" => Part::Body,
            Some((_, "")) => return Err(unreadable(&format!("{{{part}}} names no header"))),
            Some(("header", name)) => Part::header(name.to_owned()),
            Some(("seconds", name)) => TimestampHeader::seconds(name.to_owned()).with_tolerance(tolerance).into(),
            Some(("millis", name)) => TimestampHeader::millis(name.to_owned()).with_tolerance(tolerance).into(),
            _ => return Err(unreadable(&format!("{{{part}}} is unknown"))),
        });
        rest = after;
    }
    push_text(&mut parts, rest);
    Ok(parts)
}

fn push_text(parts: &mut Vec<Part>, text: &str) {
    if !text.is_empty() {
        parts.push(Part::text(text.to_owned()));
    }
}

fn unreadable(why: &str) -> Failure {
    Failure::usage(format!("--signed cannot be read: {why}"))
        .with_help("write text and {body}, {header:NAME}, {seconds:NAME} or {millis:NAME}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_parts_are_parsed() {
        let tolerance = Duration::from_mins(1);
        let parts = signed_parts("v0:{seconds:x-time}:{header:x-id}{body}.", Some(tolerance)).unwrap();
        let expected = [
            Part::text("v0:"),
            TimestampHeader::seconds("x-time").with_tolerance(tolerance).into(),
            Part::text(":"),
            Part::header("x-id"),
            Part::Body,
            Part::text("."),
        ];
        assert_eq!(parts, expected);
        assert_eq!(signed_parts("{millis:t}{body}", None).unwrap(), [Part::millis("t"), Part::Body]);
    }

    #[test]
    fn malformed_parts_name_the_reason() {
        for (text, why) in [
            ("{body", "a { is not closed"),
            ("{what}", "{what} is unknown"),
            ("{what:x}", "{what:x} is unknown"),
            ("{header:}", "{header:} names no header"),
        ] {
            assert_eq!(signed_parts(text, None).unwrap_err().message, format!("--signed cannot be read: {why}"));
        }
    }
}
