//! The names of settings, in the environment and in a profile.

/// The variable that names the config file.
pub(super) const CONFIG_VARIABLE: &str = "INCS_CONFIG";

/// The variable that names the profile.
pub(super) const PROFILE_VARIABLE: &str = "INCS_PROFILE";

/// A setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Name {
    BaseUrl,
    ChatUrl,
    ApiUrl,
    CertificationCode,
    WhatsAppCode,
    ViberCode,
    RcsCode,
    Token,
    Username,
    Password,
    WebhookSecret,
}

impl Name {
    /// Those of a profile itself.
    pub(super) const OF_PROFILE: [Self; 8] = [
        Self::BaseUrl,
        Self::ChatUrl,
        Self::ApiUrl,
        Self::CertificationCode,
        Self::Token,
        Self::Username,
        Self::Password,
        Self::WebhookSecret,
    ];

    /// Those of the table `codes` of a profile.
    pub(super) const OF_CODES: [Self; 3] = [Self::WhatsAppCode, Self::ViberCode, Self::RcsCode];

    /// The variable; with `_FILE` it names a file that holds the value.
    pub(super) fn variable(self) -> Option<&'static str> {
        match self {
            Self::BaseUrl => Some("INCS_BASE_URL"),
            Self::ChatUrl => Some("INCS_CHAT_URL"),
            Self::ApiUrl => Some("INCS_API_URL"),
            Self::CertificationCode => Some("INCS_CERTIFICATION_CODE"),
            Self::Token => Some("INCS_TOKEN"),
            Self::Username => Some("INCS_USERNAME"),
            Self::Password => Some("INCS_PASSWORD"),
            Self::WebhookSecret => Some("INCS_WEBHOOK_SECRET"),
            Self::WhatsAppCode | Self::ViberCode | Self::RcsCode => None,
        }
    }

    /// Every variable that the program reads.
    #[cfg(test)]
    pub(crate) fn variables() -> Vec<String> {
        let mut variables = vec![CONFIG_VARIABLE.to_owned(), PROFILE_VARIABLE.to_owned()];
        for variable in Self::OF_PROFILE.iter().filter_map(|name| name.variable()) {
            variables.extend([variable.to_owned(), format!("{variable}_FILE")]);
        }
        variables
    }

    /// The key in its table of the config file; that of a secret with `_file` names a file that holds the value.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::BaseUrl => "base_url",
            Self::ChatUrl => "chat_url",
            Self::ApiUrl => "api_url",
            Self::CertificationCode => "certification_code",
            Self::WhatsAppCode => "whatsapp",
            Self::ViberCode => "viber",
            Self::RcsCode => "rcs",
            Self::Token => "token",
            Self::Username => "username",
            Self::Password => "password",
            Self::WebhookSecret => "webhook_secret",
        }
    }

    pub(super) fn is_secret(self) -> bool {
        !matches!(self, Self::BaseUrl | Self::ChatUrl | Self::ApiUrl | Self::Username)
    }
}
