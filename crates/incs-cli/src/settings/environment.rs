//! Settings of the environment.

use std::env;

use super::Level;
use super::name::Name;
use super::source::Source;
use crate::failure::Failure;

/// The settings that the environment holds or names a file for.
pub(super) fn read() -> Result<Level, Failure> {
    let mut level = Level::new();
    for name in Name::OF_PROFILE {
        let Some(variable) = name.variable() else { continue };
        let of_file = format!("{variable}_FILE");
        let source = match (text(variable)?, env::var_os(&of_file).filter(|path| !path.is_empty())) {
            (Some(_), Some(_)) => {
                return Err(Failure::usage(format!("{variable} and {of_file} are both set"))
                    .with_help("unset one: which of them is meant cannot be told"));
            }
            (Some(value), None) => Source::Here(value.into()),
            (None, Some(path)) => Source::File { path: path.into(), named_by: of_file },
            (None, None) => continue,
        };
        level.insert(name, source);
    }
    Ok(level)
}

/// A variable, if it is set and not empty.
pub(super) fn text(variable: &str) -> Result<Option<String>, Failure> {
    match env::var(variable) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(Failure::usage(format!("{variable} is no UTF-8 text"))),
    }
}
