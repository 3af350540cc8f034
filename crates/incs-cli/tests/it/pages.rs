//! The shell blocks of the pages: each runs as it is printed, and says what is printed below it.
//!
//! A block begins with three backquotes and `sh`, and runs in a shell of its own against a sandbox, in a folder that the blocks of a
//! page share. One that cannot is marked `sh skip` and a word of [`REASONS`]. A block marked `text output` is what the one above
//! it says, on stdout and stderr; `…` stands for any part of a line there, and alone on a line for any number of lines.

mod page;

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use self::page::{Block, blocks, is_said};
use crate::sandbox::Sandbox;
use crate::support::{Folder, without_settings};

/// Why a block cannot run in a test: it runs cargo, runs until it is ended, or wants a person.
const REASONS: [&str; 3] = ["cargo", "server", "terminal"];

/// Longest that a block may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// Runs the blocks of a page, of which so many are marked; a mark more is a block less that anything holds.
fn hold(page: &str, marked: usize) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(page);
    let blocks = blocks(&fs::read_to_string(path).unwrap());
    let sandbox = Sandbox::start(&["--seed", "7"]);
    let here = Folder::new();
    let mut failures = Vec::new();
    for block in blocks.iter().filter(|block| block.mark.is_none()) {
        failures.extend(run(block, &sandbox, &here).err().map(|why| format!("{page}:{}: {why}", block.line)));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    let marks: Vec<_> = blocks.iter().filter_map(|block| block.mark.as_deref()).collect();
    assert!(marks.iter().all(|mark| REASONS.contains(mark)), "{page}: a mark that is none of {REASONS:?}: {marks:?}");
    assert_eq!(marks.len(), marked, "{page}: blocks that do not run");
    assert!(blocks.len() > marked, "{page}: no block runs");
}

fn run(block: &Block, sandbox: &Sandbox, here: &Path) -> Result<(), String> {
    let program = Path::new(env!("CARGO_BIN_EXE_incs")).parent().unwrap();
    let path = std::env::join_paths(
        [program.to_owned()].into_iter().chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    )
    .unwrap();
    let said = here.join(".said");
    let mut command = Command::new("bash");
    command.args(["-euo", "pipefail", "-c", &format!("exec 2>&1\n{}", block.text)]);
    without_settings(&mut command);
    command.current_dir(here).env("PATH", path).env("HOME", here).env("XDG_CONFIG_HOME", here.join(".config"));
    command.env("NO_COLOR", "1").env("INCS_BASE_URL", sandbox.base_url());
    command.env("INCS_CERTIFICATION_CODE", sandbox.certification_code());
    let mut child = command.stdin(Stdio::null()).stdout(File::create(&said).unwrap()).spawn().unwrap();
    let end = Instant::now() + PATIENCE;
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if Instant::now() < end => std::thread::sleep(Duration::from_millis(5)),
            None => {
                child.kill().unwrap();
                child.wait().unwrap();
                return Err(format!("it runs on after {} seconds", PATIENCE.as_secs()));
            }
        }
    };
    let said = String::from_utf8_lossy(&fs::read(said).unwrap()).into_owned();
    if !status.success() {
        return Err(format!("it ended with {status}, and said:\n{said}"));
    }
    match &block.output {
        Some(printed) if !is_said(printed, &said) => {
            Err(format!("it does not say what is printed below it; printed:\n{printed}\nsaid:\n{said}"))
        }
        _ => Ok(()),
    }
}

#[test]
fn the_page_of_the_sandbox_does_what_it_says() {
    hold("docs/sandbox.md", 4);
}

#[test]
fn the_page_of_the_program_does_what_it_says() {
    hold("docs/cli.md", 4);
}

#[test]
fn the_page_of_the_openapi_document_does_what_it_says() {
    hold("docs/openapi.md", 0);
}

#[test]
fn the_readme_of_the_sandbox_does_what_it_says() {
    hold("crates/incs-sandbox/README.md", 0);
}

#[test]
fn the_readme_of_the_program_does_what_it_says() {
    hold("crates/incs-cli/README.md", 1);
}
