//! Where the value of a setting is.

use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;

use incs_facade::model::Secret;

use crate::failure::Failure;

/// Longest file that holds a value.
const LONGEST: u64 = 64 << 10;

/// Where the value of a setting is. `Debug` shows no value.
#[derive(Debug)]
pub(super) enum Source {
    Here(Secret),
    File {
        path: PathBuf,
        /// The variable or key that names the file.
        named_by: String,
    },
}

impl Source {
    /// The value, without the line break that ends a file.
    pub(super) fn read(&self) -> Result<Secret, Failure> {
        let (path, named_by) = match self {
            Self::Here(value) => return Ok(value.clone()),
            Self::File { path, named_by } => (path, named_by),
        };
        let refused = |why: String| Failure::usage(format!("the file that {named_by} names {why}: {}", path.display()));
        let unread = |error: std::io::Error| refused(format!("cannot be read ({error})"));
        let mut text = String::new();
        File::open(path).map_err(unread)?.take(LONGEST + 1).read_to_string(&mut text).map_err(unread)?;
        if u64::try_from(text.len()).unwrap_or(u64::MAX) > LONGEST {
            return Err(refused(format!("is longer than {LONGEST} bytes")));
        }
        let value = text.strip_suffix('\n').map_or(&*text, |line| line.strip_suffix('\r').unwrap_or(line));
        if value.is_empty() { Err(refused("is empty".to_owned())) } else { Ok(value.into()) }
    }
}
