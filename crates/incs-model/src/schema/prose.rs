//! Comments in generated types.

use super::declarations::Doc;

/// The longest line of a comment.
pub(super) const WIDTH: usize = 100;

/// Returns the paragraph about the rules that a type cannot express, as a list.
pub(super) fn rules(doc: &Doc) -> impl Iterator<Item = String> {
    let list: Vec<_> = doc.rules.iter().map(|rule| format!("- {rule}")).collect();
    (!list.is_empty()).then(|| format!("Rules that a type cannot express:\n{}", list.join("\n"))).into_iter()
}

/// Returns a range of counts in words: `1 to 60 characters`.
pub(super) fn range(minimum: Option<u64>, maximum: Option<u64>, unit: &str) -> String {
    let plural = |count: u64| if count == 1 { unit.to_owned() } else { format!("{unit}s") };
    match (minimum.filter(|minimum| *minimum > 0), maximum) {
        (None, None) => String::new(),
        (Some(minimum), None) => format!("at least {minimum} {}", plural(minimum)),
        (None, Some(maximum)) => format!("at most {maximum} {}", plural(maximum)),
        (Some(minimum), Some(maximum)) if minimum == maximum => format!("{minimum} {}", plural(minimum)),
        (Some(minimum), Some(maximum)) => format!("{minimum} to {maximum} {}", plural(maximum)),
    }
}

/// Returns the limits, or nothing if a text has their numbers already.
pub(super) fn unsaid<'a>(limits: &'a str, text: &str) -> &'a str {
    let numbers = |text: &str| -> Vec<String> {
        let words = text.split(|sign: char| !sign.is_ascii_digit() && sign != ',').map(|word| word.replace(',', ""));
        words.filter(|word| !word.is_empty()).collect()
    };
    let (said, mut wanted) = (numbers(text), numbers(limits).into_iter());
    // A minimum of one goes without saying.
    let is_said = wanted.all(|number| number == "1" || said.contains(&number));
    if is_said && !limits.contains('`') && (limits != "at least 1 character") { "" } else { limits }
}

pub(super) fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// Breaks paragraphs into lines, with an empty line between them. `indent` is the width of what precedes each line.
pub(super) fn lines(paragraphs: &[String], indent: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for (at, paragraph) in paragraphs.iter().enumerate() {
        if at > 0 {
            lines.push(String::new());
        }
        for text in paragraph.lines() {
            let hanging = if text.starts_with("- ") { "  " } else { "" };
            let mut line = String::new();
            for word in text.split(' ') {
                if !line.trim().is_empty() && line.len() + word.len() + 1 + indent > WIDTH {
                    lines.push(std::mem::replace(&mut line, hanging.to_owned()));
                } else if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
            lines.push(line);
        }
    }
    lines
}
