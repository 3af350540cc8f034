//! Tests of `man`.

use std::collections::BTreeSet;
use std::fs;

use crate::support::{Folder, incs, run};

/// Returns every command that the help of its parent lists.
fn commands(path: &[&str]) -> Vec<String> {
    let help = run(&mut incs(&[path, &["--help"]].concat())).stdout;
    let mut found = Vec::new();
    if let Some((_, list)) = help.split_once("\nCommands:\n") {
        let lines = list.lines().take_while(|line| !line.is_empty());
        // Continuation lines are indented further.
        for line in lines.filter(|line| line.starts_with("  ") && !line.starts_with("   ")) {
            let name = line.split_whitespace().next().unwrap();
            if name != "help" {
                let path = [path, &[name]].concat();
                found.push(path.join(" "));
                found.extend(commands(&path));
            }
        }
    }
    found
}

#[test]
fn single_page_covers_every_command() {
    let commands = commands(&[]);
    assert!(commands.len() > 15, "{commands:?}");
    let page = run(&mut incs(&["man"]));
    assert_eq!(page.code, 0);
    for command in &commands {
        let heading = format!(".SH \"INCS {}\"\n", command.to_uppercase());
        assert!(page.stdout.contains(&heading), "{command}");
    }
    assert_eq!(page.stdout.matches("\n.TH ").count(), 1);
    let (_, codes) = page.stdout.split_once(".SH \"EXIT STATUS\"\n").unwrap();
    assert_eq!(codes.matches(".TP").count(), 11);
    assert!(codes.contains("\\fB8\\fR\noutcome unknown, do not retry blindly\n"));
}

#[test]
fn every_command_has_a_page() {
    let folder = Folder::new();
    let folder = folder.join("man1");
    let ended = run(&mut incs(&["man", "--dir", folder.to_str().unwrap()]));
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    let written: BTreeSet<_> =
        fs::read_dir(&folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    let pages = commands(&[]).into_iter().map(|command| format!("incs-{}.1", command.replace(' ', "-")));
    assert_eq!(written, pages.chain(["incs.1".to_owned()]).collect());
    for name in written {
        let page = fs::read_to_string(folder.join(&name)).unwrap();
        let title = format!(".TH {} 1", name.trim_end_matches(".1"));
        assert!(page.contains(&title) && page.contains(".SH \"EXIT STATUS\""), "{name}");
    }
}
