//! The shell blocks of the pages: each is run, and its output is compared with the block below it.
//!
//! A block begins with three backquotes and `sh`, and runs in a shell of its own against a sandbox, in a folder that the blocks of a
//! page share. A block that cannot run is marked `sh skip` and a word of [`REASONS`]. A block marked `text output` is the output of the
//! one above it, stdout and stderr; `…` matches any part of a line, and alone on a line any number of lines.

mod page;
mod quick_start;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use self::page::{Block, blocks, matches_output};
use crate::sandbox::Sandbox;
use crate::support::{Folder, without_settings};

/// Reasons for which a block cannot run in a test: it runs cargo, is a server, needs a terminal, or is run by `cargo xtask interop`.
const REASONS: [&str; 4] = ["cargo", "server", "terminal", "tools"];

/// Time limit of a block.
const TIME_LIMIT: Duration = Duration::from_mins(2);

/// Every page with a shell block, and the number of skipped blocks, so that a new skip is noticed.
const SKIPPED_BLOCKS: &[(&str, usize)] = &[
    ("README.md", 2),
    ("crates/incs-cli/README.md", 1),
    ("crates/incs-sandbox/README.md", 0),
    ("docs/README.md", 1),
    ("docs/cli.md", 5),
    ("docs/contributing.md", 5),
    ("docs/curl-webhooks.md", 0),
    ("docs/curl.md", 1),
    ("docs/errors.md", 0),
    ("docs/exotel.md", 1),
    ("docs/openapi.md", 0),
    ("docs/other-languages.md", 20),
    ("docs/performance.md", 1),
    ("docs/releasing.md", 1),
    ("docs/sandbox-admin.md", 0),
    ("docs/sandbox-behaviour.md", 0),
    ("docs/sandbox-faults.md", 1),
    ("docs/sandbox-webhooks.md", 2),
    ("docs/sandbox.md", 1),
    ("docs/sending/README.md", 0),
    ("docs/status.md", 0),
    ("docs/tasks.md", 0),
    ("docs/templates.md", 0),
    ("docs/webhooks-test.md", 1),
    ("examples/README.md", 5),
];

/// Returns the pages with shell blocks by path: the READMEs, and all pages below docs/ except the quick start, which has its own
/// test.
fn pages() -> BTreeMap<String, Vec<Block>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut paths = vec![root.join("README.md"), root.join("examples/README.md")];
    paths.extend(children(&root.join("crates")).into_iter().map(|folder| folder.join("README.md")));
    let mut folders = vec![root.join("docs")];
    while let Some(folder) = folders.pop() {
        for path in children(&folder) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                paths.push(path);
            }
        }
    }
    let found = paths.into_iter().filter(|path| path.is_file()).map(|path| {
        let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        (name, blocks(&fs::read_to_string(path).unwrap()))
    });
    found.filter(|(name, blocks)| !blocks.is_empty() && name != quick_start::PAGE).collect()
}

fn children(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// Runs the blocks of a page that are not skipped.
fn check_page(page: &str, blocks: &[Block]) -> Vec<String> {
    let sandbox = Sandbox::start(&["--seed", "7"]);
    let here = Folder::new();
    let runs = blocks.iter().filter(|block| block.mark.is_none());
    runs.filter_map(|block| run(block, &sandbox, &here).err().map(|why| format!("{page}:{}: {why}", block.line)))
        .collect()
}

fn run(block: &Block, sandbox: &Sandbox, here: &Path) -> Result<(), String> {
    let output = here.join(".output");
    let mut command = Command::new("bash");
    command.args(["-euo", "pipefail", "-c", &format!("exec 2>&1\n{}", block.text)]);
    without_settings(&mut command);
    command
        .current_dir(here)
        .env("PATH", path_with_program())
        .env("HOME", here)
        .env("XDG_CONFIG_HOME", here.join(".config"));
    command.env("NO_COLOR", "1").env("INCS_BASE_URL", sandbox.base_url());
    command.env("INCS_CERTIFICATION_CODE", sandbox.certification_code());
    let mut child = command.stdin(Stdio::null()).stdout(File::create(&output).unwrap()).spawn().unwrap();
    let end = Instant::now() + TIME_LIMIT;
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if Instant::now() < end => std::thread::sleep(Duration::from_millis(5)),
            None => {
                child.kill().unwrap();
                child.wait().unwrap();
                return Err(format!("it runs on after {} seconds", TIME_LIMIT.as_secs()));
            }
        }
    };
    let output = String::from_utf8_lossy(&fs::read(output).unwrap()).into_owned();
    if !status.success() {
        return Err(format!("it ended with {status}, with this output:\n{output}"));
    }
    if !output.is_empty() && !output.ends_with('\n') {
        return Err(format!("it ends without a line feed, so the reader's prompt follows on the same line:\n{output}"));
    }
    match &block.output {
        Some(printed) if !matches_output(printed, &output) => {
            Err(format!("it does not say what is printed below it; printed:\n{printed}\nsaid:\n{output}"))
        }
        _ => Ok(()),
    }
}

/// Returns the search path with the folder of the program in front.
fn path_with_program() -> OsString {
    let program = Path::new(env!("CARGO_BIN_EXE_incs")).parent().unwrap().to_owned();
    let others = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths([program].into_iter().chain(std::env::split_paths(&others))).unwrap()
}

#[test]
fn skipped_blocks_have_a_reason() {
    let mut counted = Vec::new();
    for (page, blocks) in pages() {
        let marks: Vec<_> = blocks.iter().filter_map(|block| block.mark.as_deref()).collect();
        assert!(
            marks.iter().all(|mark| REASONS.contains(mark)),
            "{page}: a mark that is not one of {REASONS:?}: {marks:?}"
        );
        counted.push((page, marks.len()));
    }
    let expected: Vec<_> = SKIPPED_BLOCKS.iter().map(|(page, marks)| ((*page).to_owned(), *marks)).collect();
    assert_eq!(counted, expected, "pages with shell blocks, and their blocks that do not run");
}

#[test]
fn page_blocks_print_documented_output() {
    let pages = pages();
    let failures: Vec<_> = std::thread::scope(|scope| {
        let runs = pages.iter().filter(|(_, blocks)| blocks.iter().any(|block| block.mark.is_none()));
        let threads: Vec<_> = runs.map(|(page, blocks)| scope.spawn(|| check_page(page, blocks))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
