//! The shell blocks of a page with their printed output.

/// A shell block of a page.
#[derive(Debug, PartialEq)]
pub(super) struct Block {
    /// The line of its first fence.
    pub(super) line: usize,
    pub(super) text: String,
    /// The reason for skipping the block.
    pub(super) mark: Option<String>,
    /// The output that the page prints below the block.
    pub(super) output: Option<String>,
}

/// A fenced block of a page, in any language.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fence<'a> {
    /// The line of its first fence.
    pub(super) line: usize,
    /// The line of text above the block.
    pub(super) above: &'a str,
    /// The info string after the three backquotes.
    pub(super) info: &'a str,
    pub(super) text: String,
}

/// Returns all fenced blocks of a page.
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

/// Returns all shell blocks of a page.
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

/// Reports whether a text matches the printed output.
pub(super) fn matches_output(printed: &str, output: &str) -> bool {
    let printed: Vec<_> = printed.lines().map(str::trim_end).collect();
    let output: Vec<_> = output.trim_end().lines().map(str::trim_end).collect();
    lines_fit(&printed, &output)
}

fn lines_fit(printed: &[&str], output: &[&str]) -> bool {
    match printed.split_first() {
        None => output.is_empty(),
        Some((&"…", rest)) => (0..=output.len()).any(|skipped| lines_fit(rest, &output[skipped..])),
        Some((first, rest)) => {
            output.split_first().is_some_and(|(line, more)| fits(first, line) && lines_fit(rest, more))
        }
    }
}

fn fits(printed: &str, output: &str) -> bool {
    let Some((start, mut rest)) = printed.split_once('…') else { return printed == output };
    let Some(mut output) = output.strip_prefix(start) else { return false };
    while let Some((part, more)) = rest.split_once('…') {
        let Some(at) = output.find(part) else { return false };
        output = &output[at + part.len()..];
        rest = more;
    }
    output.ends_with(rest)
}

#[test]
fn ellipsis_matches_any_text() {
    assert!(matches_output("sent …, read …\n…\nend", "sent 1, read 2\nmore\nand more\nend\n"));
    assert!(matches_output("a\n…", "a"));
    for output in ["sent 1, read 2\nend no", "sent 1\nend", "send 1, read 2\nend", "sent 1, read 2"] {
        assert!(!matches_output("sent …, read …\n…\nend", output), "{output}");
    }
    for output in ["a", "a\nb", "at b or c", "b to a"] {
        assert!(!matches_output("a…b", output), "{output}");
    }
}

#[test]
fn blocks_have_marks_and_outputs() {
    let page = "# A\n\n```sh\necho a\necho b\n```\n\n```text output\na\nb\n```\n\n```json\n{}\n```\n\n```sh skip server\nx\n```\n";
    let block = |line, text: &str, mark: Option<&str>, output: Option<&str>| Block {
        line,
        text: text.to_owned(),
        mark: mark.map(str::to_owned),
        output: output.map(str::to_owned),
    };
    assert_eq!(blocks(page), [block(3, "echo a\necho b", None, Some("a\nb")), block(17, "x", Some("server"), None)]);
}
