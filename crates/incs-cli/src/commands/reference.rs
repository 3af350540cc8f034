//! Reference material made from the program itself: `incs completions`, `incs exit-codes` and `incs man`.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Arg, Args, Command};
use clap_complete::Shell;
use schemars::JsonSchema;
use serde::Serialize;

use crate::exit::{Exit, Failure};
use crate::output::Context;

/// The output of `incs completions` for machines.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Script<'a> {
    script: &'a str,
    /// Name of the shell.
    shell: String,
}

/// A line of `incs exit-codes` for machines.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ExitCode {
    exit_code: u8,
    meaning: &'static str,
}

/// The output of `incs man` for machines.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ManualPage<'a> {
    name: &'static str,
    /// Source of the page, in roff.
    page: &'a str,
}

/// A line of `incs man --dir` for machines.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ManualFile {
    file: String,
}

/// The arguments of `incs completions`.
#[derive(Debug, Args)]
#[command(after_help = "For bash: source <(incs completions bash)")]
pub(crate) struct Completions {
    /// Shell to generate completions for
    shell: Shell,
}

/// Writes completions for `program`.
pub(crate) fn completions(args: &Completions, mut program: Command, context: &Context) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut program, "incs", &mut script);
    let script = String::from_utf8_lossy(&script);
    if context.out.json {
        context.out.json(&Script { script: &script, shell: args.shell.to_string() })?;
    } else {
        context.out.line(script.trim_end())?;
    }
    Ok(Exit::Done)
}

/// The arguments of `incs exit-codes`.
#[derive(Debug, Args)]
#[command(long_about = table(), help_template = "{about-with-newline}")]
pub(crate) struct ExitCodes {}

/// Returns the table for people.
fn table() -> String {
    let mut text = "Exit codes:\n".to_owned();
    for exit in Exit::ALL {
        // A `String` takes any text.
        let _ = write!(text, "\n  {:>2}  {}", exit.code(), exit.meaning());
    }
    text += "\n\nFor several messages the code is 0 if all were accepted, 8 if the outcome of any is\n\
             unknown, 9 if only some were accepted, otherwise the code that all failures have in\n\
             common, or 1.";
    text
}

/// Prints the table.
pub(crate) fn exit_codes(context: &Context) -> Result<Exit, Failure> {
    if context.out.json {
        for exit in Exit::ALL {
            context.out.json(&ExitCode { exit_code: exit.code(), meaning: exit.meaning() })?;
        }
    } else {
        context.out.line(&table())?;
    }
    Ok(Exit::Done)
}

/// The arguments of `incs man`.
#[derive(Debug, Args)]
#[command(after_help = "To read it: incs man | man -l -")]
pub(crate) struct Man {
    /// Write one page per command to this folder, instead of a single page to standard output
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Writes the manual page of `program`, or a page for each of its commands.
pub(crate) fn man(args: &Man, program: Command, context: &Context) -> Result<Exit, Failure> {
    let root = full_command(program);
    let Some(dir) = &args.dir else {
        let page = full_page(&root);
        if context.out.json {
            context.out.json(&ManualPage { name: "incs.1", page: &page })?;
        } else {
            context.out.line(page.trim_end())?;
        }
        return Ok(Exit::Done);
    };
    fs::create_dir_all(dir).map_err(|error| unwritten(dir, &error))?;
    for command in commands(&root) {
        let path = dir.join(file_name(command));
        fs::write(&path, command_page(command)).map_err(|error| unwritten(&path, &error))?;
        if context.out.json {
            context.out.json(&ManualFile { file: path.display().to_string() })?;
        } else {
            context.out.line(&path.display().to_string())?;
        }
    }
    Ok(Exit::Done)
}

fn unwritten(path: &Path, error: &io::Error) -> Failure {
    Failure::new(Exit::Failure, format!("{} cannot be written: {error}", path.display()))
}

/// Builds the program with all commands and their full names.
fn full_command(root: Command) -> Command {
    let mut root = root.disable_help_subcommand(true);
    root.build();
    root
}

/// Returns the command and all its subcommands, depth first.
fn commands(command: &Command) -> Vec<&Command> {
    let below = command.get_subcommands().filter(|below| !below.is_hide_set());
    [command].into_iter().chain(below.flat_map(commands)).collect()
}

/// Returns the file name of a command's own page: `incs-template-list.1`.
fn file_name(command: &Command) -> String {
    format!("{}.1", command.get_display_name().unwrap_or_else(|| command.get_name()))
}

/// Returns the page of one command.
fn command_page(command: &Command) -> String {
    render(command, clap_mangen::Man::render) + &exit_status()
}

/// Returns one page for the program and all its commands.
fn full_page(root: &Command) -> String {
    let mut page = render(root, clap_mangen::Man::render);
    for command in commands(root).into_iter().skip(1) {
        let command = &own_arguments(command);
        let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
        let _ = writeln!(page, ".SH \"{}\"", name.to_uppercase());
        // The sections of a command's own page become subsections here.
        for part in [
            clap_mangen::Man::render_description_section,
            clap_mangen::Man::render_synopsis_section,
            clap_mangen::Man::render_options_section,
        ] {
            let part = render(command, part);
            let Some((_, section)) = part.split_once("\n.SH ") else { continue };
            let _ = write!(page, ".SS {section}");
        }
    }
    page + &exit_status()
}

/// Hides the options that every command has: they are at the top of the page.
fn own_arguments(command: &Command) -> Command {
    let is_common = |arg: &Arg| arg.is_global_set() || ["help", "version"].contains(&arg.get_id().as_str());
    command.clone().mut_args(|arg| if is_common(&arg) { arg.hide(true) } else { arg })
}

fn render(command: &Command, part: impl Fn(&clap_mangen::Man, &mut dyn io::Write) -> io::Result<()>) -> String {
    let mut bytes = Vec::new();
    // Memory takes all that is written to it.
    let _ = part(&clap_mangen::Man::new(command.clone()), &mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

fn exit_status() -> String {
    let mut section = ".SH \"EXIT STATUS\"\n".to_owned();
    for exit in Exit::ALL {
        let _ = writeln!(section, ".TP\n\\fB{}\\fR\n{}", exit.code(), exit.meaning());
    }
    section
}
