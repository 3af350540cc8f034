//! The origin of each setting, for `incs doctor`. No secret and no person is shown: only whether it is set, and by what.

use std::env;

use incs_facade::client::endpoint::Host;
use incs_facade::client::http::Uri;
use schemars::JsonSchema;
use serde::Serialize;

use super::{CONFIG_VARIABLE, Name, PROFILE_VARIABLE, Settings, Source, default_path, named_config, variable_text};
use crate::output::Context;

/// The place that a setting comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Origin {
    // An option of the command line.
    Flag,
    // A variable.
    Environment,
    // The config file.
    File,
    // The default of the program or of the platform.
    Default,
}

impl Origin {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Environment => "environment",
            Self::File => "file",
            Self::Default => "default",
        }
    }
}

/// A setting and its origin.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(inline)]
pub(crate) struct Setting {
    /// Name of the setting, as in a profile.
    #[serde(rename = "setting")]
    pub(crate) name: &'static str,
    /// True if the setting has a value.
    pub(crate) is_set: bool,
    /// The value; null for a secret, for a person, and if there is none. Of a URL only scheme, host and port.
    pub(crate) value: Option<String>,
    /// Where the value comes from; null if there is none.
    pub(crate) origin: Option<Origin>,
    /// The option, variable or key that sets the value; null for a default.
    pub(crate) source: Option<String>,
}

impl Setting {
    fn absent(name: &'static str) -> Self {
        Self { name, is_set: false, value: None, origin: None, source: None }
    }

    fn of(name: &'static str, value: Option<String>, origin: Origin, source: Option<&str>) -> Self {
        Self { name, is_set: true, value, origin: Some(origin), source: source.map(str::to_owned) }
    }
}

impl Settings {
    /// Returns all settings in the order of their documentation.
    pub(crate) fn origins(&self, context: &Context) -> Vec<Setting> {
        let mut rows = vec![config(context), self.profile_row(context)];
        rows.push(self.url_row("chat_url", &[Name::ChatUrl, Name::BaseUrl], Some(Host::Chat)));
        rows.push(self.url_row("api_url", &[Name::ApiUrl, Name::BaseUrl], Some(Host::Api)));
        for (title, name) in
            [("whatsapp_url", Name::WhatsAppUrl), ("viber_url", Name::ViberUrl), ("rcs_url", Name::RcsUrl)]
        {
            rows.push(self.url_row(title, &[name, Name::ChatUrl, Name::BaseUrl], Some(Host::Chat)));
        }
        rows.push(self.url_row("proxy_url", &[Name::ProxyUrl], None));
        rows.push(self.secret_row("certification_code", Name::CertificationCode));
        for (title, name) in
            [("codes.whatsapp", Name::WhatsAppCode), ("codes.viber", Name::ViberCode), ("codes.rcs", Name::RcsCode)]
        {
            // A code in the environment replaces the codes of channels.
            let is_replaced = self.environment.contains_key(&Name::CertificationCode);
            rows.push(if is_replaced { Setting::absent(title) } else { self.secret_row(title, name) });
        }
        for (title, name) in [
            ("token", Name::Token),
            ("username", Name::Username),
            ("password", Name::Password),
            ("webhook_secret", Name::WebhookSecret),
            ("store", Name::Store),
            ("forward_secret", Name::ForwardSecret),
        ] {
            rows.push(self.secret_row(title, name));
        }
        rows
    }

    fn profile_row(&self, context: &Context) -> Setting {
        let Some(name) = self.profile_name.clone() else { return Setting::absent("profile") };
        let (origin, source) = match (&context.global.profile, variable_text(PROFILE_VARIABLE)) {
            (Some(_), _) => (Origin::Flag, "--profile"),
            (None, Ok(Some(_))) => (Origin::Environment, PROFILE_VARIABLE),
            _ => (Origin::File, "default_profile"),
        };
        Setting::of("profile", Some(name), origin, Some(source))
    }

    fn url_row(&self, title: &'static str, names: &[Name], default: Option<Host>) -> Setting {
        match (self.find(names), default) {
            (Some((origin, source)), _) => Setting::of(title, shown_url(source), origin, Some(&source.set_by)),
            (None, Some(host)) => Setting::of(title, Some(host.default_url().to_owned()), Origin::Default, None),
            (None, None) => Setting::absent(title),
        }
    }

    fn secret_row(&self, title: &'static str, name: Name) -> Setting {
        self.find(&[name]).map_or_else(
            || Setting::absent(title),
            |(origin, source)| Setting::of(title, None, origin, Some(&source.set_by)),
        )
    }
}

fn config(context: &Context) -> Setting {
    let of_file = |path: &std::path::Path| Some(path.display().to_string());
    match (named_config(context), default_path()) {
        (Some(path), _) if context.global.config.is_some() => {
            Setting::of("config", of_file(&path), Origin::Flag, Some("--config"))
        }
        (Some(path), _) => Setting::of("config", of_file(&path), Origin::Environment, Some(CONFIG_VARIABLE)),
        (None, Some(path)) if path.exists() => Setting::of("config", of_file(&path), Origin::Default, None),
        _ => Setting::absent("config"),
    }
}

/// Returns scheme, host and port of a URL. User, path and query may be secret.
fn shown_url(source: &Source) -> Option<String> {
    let url: Uri = source.read().ok()?.expose().parse().ok()?;
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    Some(format!("{}://{}{port}", url.scheme_str()?, url.host()?))
}

/// Returns the variables of other programs that name a proxy. They have no effect here.
pub(crate) fn unused_proxy_variables() -> Vec<&'static str> {
    let names = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    names.into_iter().filter(|name| env::var_os(name).is_some_and(|value| !value.is_empty())).collect()
}
