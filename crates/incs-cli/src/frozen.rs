//! Compares the names of variables and commands with the files in `docs/frozen`.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

#[path = "../../incs-model/tests/it/frozen/golden.rs"]
mod golden;

use std::collections::BTreeSet;
use std::fs;

use clap::{Command, CommandFactory as _};

use self::golden::{assert_frozen, path};
use crate::commands::Cli;
use crate::settings::Name;

#[test]
fn names_of_variables_are_frozen() {
    assert_frozen("environment.txt", &(Name::variables().join("\n") + "\n"));
}

/// Returns the names of all commands that can be run and accept `--json`, with a dash between words.
fn commands_with_json(command: &Command, name: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for below in command.get_subcommands() {
        let name = if name.is_empty() { below.get_name().to_owned() } else { format!("{name}-{}", below.get_name()) };
        names.extend(commands_with_json(below, &name));
        let is_run = !below.has_subcommands() || !below.is_subcommand_required_set();
        if is_run && below.get_arguments().any(|argument| argument.get_id() == "json") {
            names.insert(name);
        }
    }
    names
}

#[test]
fn every_command_has_frozen_json() {
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    let files: BTreeSet<_> = fs::read_dir(path("json"))
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(files, commands_with_json(&program, ""));
}
