//! The shell blocks of a page, and what is printed below them.

/// A shell block of a page.
#[derive(Debug, PartialEq)]
pub(super) struct Block {
    /// Where it begins.
    pub(super) line: usize,
    pub(super) text: String,
    /// Why it does not run, if it does not.
    pub(super) mark: Option<String>,
    /// What it says, if the page prints that.
    pub(super) output: Option<String>,
}

/// A fenced block of a page, of whatever language.
#[derive(Debug, PartialEq)]
pub(super) struct Fence<'a> {
    /// Where it begins.
    pub(super) line: usize,
    /// The line of text above it.
    pub(super) above: &'a str,
    /// What stands behind the three backquotes.
    pub(super) info: &'a str,
    pub(super) text: String,
}

/// All fenced blocks of a page.
pub(super) fn fences(page: &str) -> Vec<Fence<'_>> {
    let mut fences = Vec::new();
    let mut lines = page.lines().enumerate();
    let mut above = "";
    while let Some((index, line)) = lines.next() {
        if let Some(info) = line.strip_prefix("```") {
            let body: Vec<_> = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").collect();
            fences.push(Fence { line: index + 1, above, info, text: body.join("\n") });
            above = "";
        } else if !line.is_empty() {
            above = line;
        }
    }
    fences
}

/// All shell blocks of a page.
pub(super) fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for Fence { line, info, text, .. } in fences(page) {
        match info.split_once(' ').unwrap_or((info, "")) {
            ("sh", mark) => {
                let mark = (!mark.is_empty()).then(|| mark.strip_prefix("skip ").unwrap_or(mark).to_owned());
                blocks.push(Block { line, text, mark, output: None });
            }
            ("text", "output") => {
                let above = blocks.last_mut().filter(|block| block.output.is_none());
                above.unwrap_or_else(|| panic!("line {line}: no block is above this output")).output = Some(text);
            }
            ("bash" | "shell" | "console" | "zsh", _) => panic!("line {line}: a shell block is marked `sh`"),
            _ => {}
        }
    }
    blocks
}

/// Whether a text is what is printed.
pub(super) fn is_said(printed: &str, said: &str) -> bool {
    let printed: Vec<_> = printed.lines().map(str::trim_end).collect();
    let said: Vec<_> = said.trim_end().lines().map(str::trim_end).collect();
    lines_fit(&printed, &said)
}

fn lines_fit(printed: &[&str], said: &[&str]) -> bool {
    match printed.split_first() {
        None => said.is_empty(),
        Some((&"…", rest)) => (0..=said.len()).any(|skipped| lines_fit(rest, &said[skipped..])),
        Some((first, rest)) => {
            said.split_first().is_some_and(|(line, more)| fits(first, line) && lines_fit(rest, more))
        }
    }
}

fn fits(printed: &str, said: &str) -> bool {
    let Some((start, mut rest)) = printed.split_once('…') else { return printed == said };
    let Some(mut said) = said.strip_prefix(start) else { return false };
    while let Some((part, more)) = rest.split_once('…') {
        let Some(at) = said.find(part) else { return false };
        said = &said[at + part.len()..];
        rest = more;
    }
    said.ends_with(rest)
}

#[test]
fn an_ellipsis_stands_for_anything_and_all_else_for_itself() {
    assert!(is_said("sent …, read …\n…\nend", "sent 1, read 2\nmore\nand more\nend\n"));
    assert!(is_said("a\n…", "a"));
    for said in ["sent 1, read 2\nend no", "sent 1\nend", "send 1, read 2\nend", "sent 1, read 2"] {
        assert!(!is_said("sent …, read …\n…\nend", said), "{said}");
    }
    for said in ["a", "a\nb", "at b or c", "b to a"] {
        assert!(!is_said("a…b", said), "{said}");
    }
}

#[test]
fn blocks_are_found_with_their_marks_and_outputs() {
    let page = "# A\n\n```sh\necho a\necho b\n```\n\n```text output\na\nb\n```\n\n```json\n{}\n```\n\n```sh skip server\nx\n```\n";
    let block = |line, text: &str, mark: Option<&str>, output: Option<&str>| Block {
        line,
        text: text.to_owned(),
        mark: mark.map(str::to_owned),
        output: output.map(str::to_owned),
    };
    assert_eq!(blocks(page), [block(3, "echo a\necho b", None, Some("a\nb")), block(17, "x", Some("server"), None)]);
}
