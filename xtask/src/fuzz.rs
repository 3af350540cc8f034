//! `cargo xtask fuzz`: every fuzz target for a while, on the toolchain of the workspace.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::Value;

use crate::workspace::{TextFile, Workspace, command_line, output, run as run_program};

/// The options of `fuzz`.
#[derive(Args, Clone)]
pub(crate) struct Fuzz {
    /// Seconds for each target; a target stops at its first finding
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Run only this target, by the name of its file
    #[arg(long)]
    target: Option<String>,
}

/// The flags of `cargo fuzz` without the sanitizer, which is not on stable and would find little in a workspace without `unsafe`.
/// All flags are stable, so the targets run on the toolchain that users have.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Cforce-frame-pointers --cfg=fuzzing";

const LIMITS: [&str; 4] = ["-max_len=8192", "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1"];

/// Builds the targets and runs them in turn, also after one has failed.
pub(crate) fn run(workspace: &Workspace, options: &Fuzz) -> Result<()> {
    let targets = chosen(&workspace.files("fuzz/fuzz_targets/*.rs")?, options.target.as_deref())?;
    let home = workspace.target_dir().join("fuzz");
    let programs = build(workspace, &home.join("build"), options.target.as_deref())?;
    let fixtures = workspace.files("crates/incs-model/fixtures/*.json")?;
    let dictionary = folder(&home)?.join("words.dict");
    fs::write(&dictionary, words(&fixtures)?)?;

    let mut failed = Vec::new();
    for target in &targets {
        println!("\n== {target}: {} s", options.seconds);
        let [seeds, corpus, artifacts] = ["seeds", "corpus", "artifacts"].map(|kind| home.join(kind).join(target));
        write_seeds(folder(&seeds)?, target, &fixtures)?;
        let mut command = workspace.command(programs.join(target), &LIMITS);
        command
            .arg(format!("-max_total_time={}", options.seconds))
            .arg(format!("-dict={}", dictionary.display()))
            .arg(format!("-artifact_prefix={}/", folder(&artifacts)?.display()))
            // The corpus is kept for the next run.
            .arg(folder(&corpus)?)
            .arg(seeds);
        if run_program(&mut command).is_err() {
            let mut again = workspace.command(programs.join(target), &[]);
            failed.push(command_line(again.arg(artifacts.join("<what was written>"))));
        }
    }
    ensure!(failed.is_empty(), "a finding; see it again, in {}, with\n  {}", programs.display(), failed.join("\n  "));
    Ok(())
}

/// Returns the names of all targets, or of the selected one.
fn chosen(files: &[TextFile], only: Option<&str>) -> Result<Vec<String>> {
    let names = files.iter().filter_map(|file| file.path.file_stem()).map(|name| name.to_string_lossy().into_owned());
    let mut names: Vec<_> = names.collect();
    if let Some(only) = only {
        ensure!(names.iter().any(|name| name == only), "no target {only}; there are {}", names.join(", "));
        names.retain(|name| name == only);
    }
    Ok(names)
}

/// Builds all targets or one with instrumentation, and returns the folder of the programs.
fn build(workspace: &Workspace, folder: &Path, only: Option<&str>) -> Result<PathBuf> {
    let version = output(&mut workspace.command("rustc", &["-vV"]))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc -vV names no host")?;
    // With a target named, build scripts and macros are built without the flags.
    let mut command = workspace.cargo(&["build", "--release", "--locked", "--manifest-path", "fuzz/Cargo.toml"]);
    command.args(["--target", host, "--target-dir"]).arg(folder).env("RUSTFLAGS", FLAGS);
    run_program(command.args(only.into_iter().flat_map(|name| ["--bin", name])))
        .context("libFuzzer needs a C++ compiler")?;
    Ok(folder.join(host).join("release"))
}

/// Creates a folder if it does not exist.
fn folder(path: &Path) -> Result<&Path> {
    fs::create_dir_all(path).with_context(|| format!("{} cannot be made", path.display()))?;
    Ok(path)
}

/// Returns the head before a body, for the target that reads requests.
const REQUEST: &str = "/hook/in-path?token=in%20query\n\
    authorization: Bearer in-header\n\
    x-signature: v1=AAAA\nx-time: 1795000000\nx-id: 7\n\
    webhook-id: msg_1\nwebhook-timestamp: 1795000000\nwebhook-signature: v1,AAAA v1a,AAAA\n\
    svix-id: msg_1\nsvix-timestamp: 1795000000\nsvix-signature: v1,AAAA\n\
    x-hub-signature-256: sha256=00\nx-exotel-signature: sha1=00\n\
    content-type: application/json\n\n";

/// Writes the seeds: the fixtures in the form that the target reads.
fn write_seeds(folder: &Path, target: &str, fixtures: &[TextFile]) -> Result<()> {
    let before = match target {
        "headers" => REQUEST,
        "verify" => "\0\0\0\0",
        "work" => "\0",
        // The input of this target has no body.
        "mutate" => return Ok(()),
        _ => "",
    };
    for TextFile { path, text } in fixtures {
        fs::write(folder.join(path.file_name().context("a fixture without a name")?), format!("{before}{text}"))?;
    }
    Ok(())
}

/// Returns the words of the platforms as a dictionary.
fn words(fixtures: &[TextFile]) -> Result<String> {
    let mut words = BTreeSet::new();
    for TextFile { path, text } in fixtures {
        let value = serde_json::from_str(text).with_context(|| format!("{} is no JSON", path.display()))?;
        collect(&value, &mut words);
    }
    let lines: Vec<_> = words.iter().map(|word| format!(r#""\"{word}\"""#)).collect();
    Ok(lines.join("\n") + "\n")
}

/// Collects member names, and texts that look like words of the platform rather than of a customer.
fn collect(value: &Value, words: &mut BTreeSet<String>) {
    let mut add = |word: &str| {
        let is_word = word.len() <= 32 && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if is_word && !word.is_empty() {
            words.insert(word.to_owned());
        }
    };
    match value {
        Value::String(text) => add(text),
        Value::Array(values) => values.iter().for_each(|value| collect(value, words)),
        Value::Object(members) => {
            members.keys().for_each(|name| add(name));
            members.values().for_each(|value| collect(value, words));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_targets_or_one_are_chosen() {
        let files =
            || ["model", "parse"].map(|name| TextFile { path: format!("{name}.rs").into(), text: String::new() });
        assert_eq!(chosen(&files(), None).unwrap(), ["model", "parse"]);
        assert_eq!(chosen(&files(), Some("parse")).unwrap(), ["parse"]);
        let error = chosen(&files(), Some("x")).unwrap_err();
        assert_eq!(error.to_string(), "no target x; there are model, parse");
    }

    #[test]
    fn words_are_names_and_short_texts() {
        let text = r#"{ "type": "image", "list": [{ "text": "Hi there!" }, 7], "empty": "" }"#;
        let fixture = TextFile { path: "a.json".into(), text: text.to_owned() };
        assert_eq!(
            words(&[fixture]).unwrap(),
            ["empty", "image", "list", "text", "type"].map(|word| format!(r#""\"{word}\"""#) + "\n").concat()
        );
    }

    #[test]
    fn a_request_ends_before_its_body() {
        assert!(REQUEST.ends_with("\n\n"));
        assert_eq!(REQUEST.matches("\n\n").count(), 1);
    }
}
