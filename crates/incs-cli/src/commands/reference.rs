//! What the program says about itself: `incs completions`, `incs exit-codes` and `incs man`.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Arg, Args, Command};
use clap_complete::Shell;
use serde_json::json;

use crate::exit::{Exit, Failure};
use crate::output::Context;

/// The arguments of `incs completions`.
#[derive(Debug, Args)]
#[command(about = "Write completions for a shell", after_help = "For bash: source <(incs completions bash)")]
pub(crate) struct Completions {
    /// The shell that is to complete the words
    shell: Shell,
}

/// Writes completions for `program`.
pub(crate) fn completions(args: &Completions, mut program: Command, context: &Context) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut program, "incs", &mut script);
    let script = String::from_utf8_lossy(&script);
    if context.out.json {
        context.out.json(&json!({ "shell": args.shell.to_string(), "script": script }));
    } else {
        context.out.line(script.trim_end());
    }
    Exit::Done
}

/// The arguments of `incs exit-codes`.
#[derive(Debug, Args)]
#[command(long_about = table(), help_template = "{about-with-newline}")]
pub(crate) struct ExitCodes {}

/// The table for people.
fn table() -> String {
    let mut text = "Exit codes:\n".to_owned();
    for exit in Exit::ALL {
        // A `String` takes any text.
        let _ = write!(text, "\n  {:>2}  {}", exit.code(), exit.meaning());
    }
    text += "\n\nOf many messages the code is 0 when all were accepted, 8 when the outcome of any is\n\
             unknown, else 9 when some were accepted and some were not, else the code that the\n\
             failures have in common, or 1.";
    text
}

/// Writes the table.
pub(crate) fn exit_codes(context: &Context) -> Exit {
    if context.out.json {
        for exit in Exit::ALL {
            context.out.json(&json!({ "exit_code": exit.code(), "meaning": exit.meaning() }));
        }
    } else {
        context.out.line(&table());
    }
    Exit::Done
}

/// The arguments of `incs man`.
#[derive(Debug, Args)]
#[command(about = "Write the manual page", after_help = "To read it: incs man | man -l -")]
pub(crate) struct Man {
    /// Write a page for each command into this folder, instead of one for all to standard output
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Writes the manual page of `program`, or a page for each of its commands.
pub(crate) fn man(args: &Man, program: Command, context: &Context) -> Result<Exit, Failure> {
    let root = tree(program);
    let Some(dir) = &args.dir else {
        let page = whole(&root);
        if context.out.json {
            context.out.json(&json!({ "name": "incs.1", "page": page }));
        } else {
            context.out.line(page.trim_end());
        }
        return Ok(Exit::Done);
    };
    fs::create_dir_all(dir).map_err(|error| unwritten(dir, &error))?;
    for command in commands(&root) {
        let path = dir.join(file_name(command));
        fs::write(&path, single(command)).map_err(|error| unwritten(&path, &error))?;
        if context.out.json {
            context.out.json(&json!({ "file": path.display().to_string() }));
        } else {
            context.out.line(&path.display().to_string());
        }
    }
    Ok(Exit::Done)
}

fn unwritten(path: &Path, error: &io::Error) -> Failure {
    Failure::new(Exit::Failure, format!("{} cannot be written: {error}", path.display()))
}

/// The program with all its commands, as they are named in full.
fn tree(root: Command) -> Command {
    let mut root = root.disable_help_subcommand(true);
    root.build();
    root
}

/// The command itself, then all below it, depth first.
fn commands(command: &Command) -> Vec<&Command> {
    let below = command.get_subcommands().filter(|below| !below.is_hide_set());
    [command].into_iter().chain(below.flat_map(commands)).collect()
}

/// The name of a command's own page: `incs-template-list.1`.
fn file_name(command: &Command) -> String {
    format!("{}.1", command.get_display_name().unwrap_or_else(|| command.get_name()))
}

/// The page of one command.
fn single(command: &Command) -> String {
    rendered(command, clap_mangen::Man::render) + &exit_status()
}

/// One page for the program and all its commands.
fn whole(root: &Command) -> String {
    let mut page = rendered(root, clap_mangen::Man::render);
    for command in commands(root).into_iter().skip(1) {
        let command = &own_arguments(command);
        let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
        let _ = writeln!(page, ".SH \"{}\"", name.to_uppercase());
        // A section of a command's own page is a part of its section here.
        for part in [
            clap_mangen::Man::render_description_section,
            clap_mangen::Man::render_synopsis_section,
            clap_mangen::Man::render_options_section,
        ] {
            let part = rendered(command, part);
            let Some((_, section)) = part.split_once("\n.SH ") else { continue };
            let _ = write!(page, ".SS {section}");
        }
    }
    page + &exit_status()
}

/// A command without the flags that every command has: they stand at the top of the page.
fn own_arguments(command: &Command) -> Command {
    let is_common = |arg: &Arg| arg.is_global_set() || ["help", "version"].contains(&arg.get_id().as_str());
    command.clone().mut_args(|arg| if is_common(&arg) { arg.hide(true) } else { arg })
}

fn rendered(command: &Command, part: impl Fn(&clap_mangen::Man, &mut dyn io::Write) -> io::Result<()>) -> String {
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
