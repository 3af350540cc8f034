//! Manual pages, in roff.

use std::fmt::Write as _;
use std::io;

use clap::{Arg, Command};

use crate::exit::Exit;

/// The program with all its commands, as they are named in full.
pub(super) fn tree(root: Command) -> Command {
    let mut root = root.disable_help_subcommand(true);
    root.build();
    root
}

/// The command itself, then all below it, depth first.
pub(super) fn commands(command: &Command) -> Vec<&Command> {
    let below = command.get_subcommands().filter(|below| !below.is_hide_set());
    [command].into_iter().chain(below.flat_map(commands)).collect()
}

/// The name of a command's own page: `incs-template-list.1`.
pub(super) fn file_name(command: &Command) -> String {
    format!("{}.1", command.get_display_name().unwrap_or_else(|| command.get_name()))
}

/// The page of one command.
pub(super) fn single(command: &Command) -> String {
    rendered(command, clap_mangen::Man::render) + &exit_status()
}

/// One page for the program and all its commands.
pub(super) fn whole(root: &Command) -> String {
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
