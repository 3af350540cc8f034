//! The folder in which deliveries are saved.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use incs_facade::client::http::HeaderMap;
use incs_facade::model::Timestamp;

use crate::failure::Failure;

/// The folder in which deliveries are saved: of each the body, byte for byte, and beside it the request line and the headers.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// The folder, made if it is not there.
    pub(super) fn create(path: PathBuf) -> Result<Self, Failure> {
        std::fs::create_dir_all(&path)
            .map_err(|error| Failure::usage(format!("{} cannot be made: {error}", path.display())))?;
        Ok(Self(path))
    }

    /// Saves a delivery, and returns the path of its body. Whoever sees the body's file finds the headers there too.
    pub(super) fn save(
        &self,
        at: Timestamp,
        delivery: u64,
        target: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> io::Result<PathBuf> {
        let mut head = format!("POST {target} HTTP/1.1\n").into_bytes();
        for (name, value) in headers {
            head.extend_from_slice(name.as_str().as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value.as_bytes());
            head.push(b'\n');
        }
        let stem = self.0.join(format!("{}-{delivery:04}", at.as_millisecond()));
        write(&stem.with_extension("headers"), &head)?;
        let path = stem.with_extension("json");
        write(&path, body)?;
        Ok(path)
    }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = create_private(path)?;
    file.write_all(bytes)?;
    file.sync_data()
}

/// A new file that only its owner reads: it holds what customers write, and maybe a secret.
#[cfg(unix)]
fn create_private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;

    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn create_private(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}
