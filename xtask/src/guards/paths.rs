//! Paths: nothing that is committed names a folder of one machine.

use anyhow::Result;

use super::Finding;
use crate::files;
use crate::workspace::Workspace;

/// Folders at the root of somebody's machine.
const FOLDERS: [&str; 4] = ["home", "root", "Users", "work"];

pub(crate) fn run(workspace: &Workspace) -> Result<Finding> {
    let files = files::all(workspace.root())?;
    let mut offences = Vec::new();
    for file in &files {
        for (line, path) in machine_paths(&file.text) {
            offences.push(format!("{}:{line}: {path} is a path of one machine", file.path.display()));
        }
    }
    Ok(Finding { counted: format!("text files: {}", files.len()), offences })
}

/// Absolute paths into one of the folders, with their lines. In a URL or a relative path the slash
/// follows a name, so those do not count.
fn machine_paths(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for folder in FOLDERS {
            let path = format!("/{folder}/");
            for (start, _) in line.match_indices(&path) {
                let follows_name = line
                    .get(..start)
                    .and_then(|before| before.chars().next_back())
                    .is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
                if !follows_name {
                    found.push((index + 1, path.clone()));
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absolute_paths_of_a_machine_are_found() {
        for folder in FOLDERS {
            let text = format!("fine\ncd /{folder}/incs && ls (file:///{folder}/b)\n");
            let path = format!("/{folder}/");
            assert_eq!(machine_paths(&text), [(2, path.clone()), (2, path)]);
        }
    }

    #[test]
    fn urls_and_relative_paths_pass() {
        for folder in FOLDERS {
            let text = format!("https://example.com/{folder}/a ./{folder}/b docs/{folder}/c\n");
            assert_eq!(machine_paths(&text), []);
        }
    }
}
