//! What a command reads: a file, or standard input for `-`; as bytes, as one JSON document, or as JSON Lines.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use incs_facade::model::decode;
use serde::de::IgnoredAny;

use crate::exit::Failure;

/// Longest input that is read whole.
const LONGEST: u64 = 64 << 20;

/// All bytes of a file, or of standard input for `-`.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let name = path.display();
    let is_stdin = path.as_os_str() == "-";
    let source: Box<dyn Read> = if is_stdin {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(path).map_err(|error| Failure::usage(format!("{name} cannot be read: {error}")))?)
    };
    let mut bytes = Vec::new();
    source
        .take(LONGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::usage(format!("{name} cannot be read: {error}")))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LONGEST {
        return Err(Failure::usage(format!("{name} is longer than {LONGEST} bytes")));
    }
    Ok(bytes)
}

/// A JSON document, or what should be one.
pub(crate) struct Document {
    /// What people know it by: `orders.jsonl:3`.
    pub(crate) name: String,
    pub(crate) body: Vec<u8>,
    /// The line of the file that it begins in, from 1.
    pub(crate) line: usize,
}

impl Document {
    /// The one document of a file.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        Ok(Self { name: name_of(path), body: read(path)?, line: 1 })
    }
}

/// All documents of all files, in order.
pub(crate) fn read_all(paths: &[PathBuf]) -> Result<Vec<Document>, Failure> {
    let mut documents = Vec::new();
    for path in paths {
        documents.extend(split(Document::read(path)?));
    }
    Ok(documents)
}

/// JSON Lines are told by their first line: it is a document already, and the whole is none.
fn split(whole: Document) -> Vec<Document> {
    let lines = whole.body.split(|byte| *byte == b'\n').enumerate();
    let mut lines = lines.filter(|(_, line)| !line.trim_ascii().is_empty()).peekable();
    let is_object = |line: &[u8]| line.trim_ascii_start().starts_with(b"{") && is_json(line);
    if is_json(&whole.body) || !lines.peek().is_some_and(|(_, line)| is_object(line)) {
        return vec![whole];
    }
    let document = |(index, line): (usize, &[u8])| {
        let number = index + 1;
        Document { name: format!("{}:{number}", whole.name), body: line.to_vec(), line: number }
    };
    lines.map(document).collect()
}

fn is_json(text: &[u8]) -> bool {
    decode::<IgnoredAny>(text).is_ok()
}

fn name_of(path: &Path) -> String {
    if path.as_os_str() == "-" { "standard input".to_owned() } else { path.display().to_string() }
}
