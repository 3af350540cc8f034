//! Cuts a body into the elements of its lists, so that a fault in one element does not affect the others.
//!
//! The scanner recognizes only strings with escapes and brackets with their kinds. Decoding a piece later checks UTF-8 and JSON. The
//! scanner does not recurse on input and needs linear time and memory.
//!
//! A value ends where its own brackets are closed. For valid JSON the pieces are exactly the values that a JSON parser finds.
//!
//! **Recovery.** If brackets or strings do not match, the body is also read from its end, which finds the ends of lists and members to
//! the right of the fault ([`Scanner::find_ends`]). Then the body is cut again, with one rule: *a value that does not end before the
//! next of these ends is one piece up to that end.* Such an element takes the rest of its list, and the other lists are still read.
//! Every other byte in a list is in a piece too: bytes beside an element without a comma, and commas without an element. Bytes between
//! the members of an object are in no piece; they make the cuts [faulty](Cuts::is_faulty).
//!
//! Some faulty bodies can be read in two ways, so no rule is right for all. In these cases more bytes than necessary are in malformed
//! pieces, or outside all pieces in faulty cuts:
//!
//! - An extra `]` in an element can end its list. The next list is then read after the rest of it.
//! - A truncated element can end at something in it that looks like the end of a list.
//! - A body that lacks only brackets at its end is treated as truncated. If a bracket is missing in a member, the following members are
//!   in the value of that member.
//! - In a truncated body, or one with extra brackets at its end, an element that never ends takes the rest of the body.
//! - The name and value of a member in a list are separate pieces. The same holds for members after a list without its `]`, unless a
//!   comma separates them from the list.

use std::borrow::Cow;

use memchr::{memchr2, memrchr_iter};

/// A body cut into pieces.
#[derive(Debug)]
pub(crate) struct Cuts<'a> {
    /// The members of the body in their order, including repeated names.
    pub(crate) members: Vec<Member<'a>>,
    /// True if there is a fault outside all values and elements.
    pub(crate) is_faulty: bool,
    /// The nesting of objects and lists in valid JSON.
    pub(crate) depth: usize,
}

/// A member of an object.
#[derive(Debug)]
pub(crate) struct Member<'a> {
    /// The name without its escapes. Invalid Unicode is replaced.
    pub(crate) name: Cow<'a, str>,
    /// The unchanged value.
    pub(crate) value: &'a [u8],
    pub(crate) content: Content<'a>,
}

/// The parts of a value.
#[derive(Debug)]
pub(crate) enum Content<'a> {
    /// A value that was not entered.
    Whole,
    /// The members of an object that was entered.
    Object(Vec<Member<'a>>),
    /// The elements of a list in such an object.
    List(Vec<Element<'a>>),
}

/// An element of a list, or bytes in place of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Element<'a> {
    /// The number of commas before it in the list.
    pub(crate) index: usize,
    /// The unchanged bytes. Commas if there is nothing else.
    pub(crate) raw: &'a [u8],
}

impl<'a> Cuts<'a> {
    /// Cuts a body of any bytes. `enters` selects the members, by name, whose lists are needed.
    pub(crate) fn of(body: &'a [u8], enters: impl Fn(&str) -> bool) -> Self {
        let mut scanner = Scanner { bytes: body, ..Scanner::default() };
        let cuts = scanner.body(&enters);
        let Some(fault) = scanner.fault else { return cuts };
        let mut scanner = Scanner { bytes: body, ..Scanner::default() };
        scanner.find_ends(fault);
        scanner.body(&enters)
    }
}

impl<'a> Member<'a> {
    /// Returns the members of an object that was entered.
    pub(crate) fn members(&self) -> &[Member<'a>] {
        if let Content::Object(members) = &self.content { members } else { &[] }
    }

    /// Reports whether it is an object that was entered.
    pub(crate) fn is_entered(&self) -> bool {
        matches!(self.content, Content::Object(_))
    }

    /// Returns the elements of a list in an entered object.
    pub(crate) fn elements(&self) -> Option<&[Element<'a>]> {
        if let Content::List(elements) = &self.content { Some(elements) } else { None }
    }
}

/// The number of objects and lists that enclose an element.
pub(crate) const LEVELS_AROUND_ELEMENT: usize = 3;

#[derive(Default)]
struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The open brackets of the skipped value. Kept to reuse its memory.
    open: Vec<u8>,
    /// The start of the current or last skipped value.
    value: usize,
    /// The start of the first value in which brackets or strings do not match.
    fault: Option<usize>,
    /// The ends that were found from the right, by the number of brackets that enclose the values: the `,` and `}` after members of the
    /// body, the same in a message, and the `]` after elements. The next one is last.
    ends: [Vec<usize>; LEVELS_AROUND_ELEMENT + 1],
    /// True if the last value reaches the end of the body, so that the enclosing brackets cannot be closed.
    is_broken_off: bool,
    is_faulty: bool,
    depth: usize,
}

impl<'a> Scanner<'a> {
    fn body(&mut self, enters: &dyn Fn(&str) -> bool) -> Cuts<'a> {
        let is_object = self.peek() == Some(b'{');
        let members = if is_object { self.object(1, Some(enters)) } else { Vec::new() };
        let is_whole = self.peek().is_none();
        self.expect(is_object && is_whole);
        Cuts { members, is_faulty: self.is_faulty, depth: self.depth }
    }

    /// Reads the members of the body or of an object in it. `enters` is given for the body only, so the recursion has one level.
    fn object(&mut self, level: usize, enters: Option<&dyn Fn(&str) -> bool>) -> Vec<Member<'a>> {
        self.at += 1;
        self.depth = self.depth.max(level);
        let mut members = Vec::new();
        // The first byte of the last token.
        let mut last = b'{';
        loop {
            match self.peek() {
                None => {
                    self.is_faulty |= !self.is_broken_off;
                    return members;
                }
                Some(b'}') => {
                    self.expect(last != b',');
                    self.at += 1;
                    return members;
                }
                Some(b',') => {
                    self.expect(last == b'"');
                    self.at += 1;
                    last = b',';
                }
                Some(_) => {
                    if let Some((end, value)) = self.name_at(self.at) {
                        self.expect(last != b'"');
                        let name = name(self.bytes.get(self.at..end).unwrap_or_default());
                        self.at = value;
                        members.extend(self.member(name, level, enters));
                        last = b'"';
                    } else {
                        self.is_faulty = true;
                        self.pass_value(level);
                        let is_last = self.peek().is_none();
                        self.expect_fit(is_last);
                    }
                }
            }
        }
    }

    /// Reads the value of a member; `None` if it has none.
    fn member(
        &mut self,
        name: Cow<'a, str>,
        level: usize,
        enters: Option<&dyn Fn(&str) -> bool>,
    ) -> Option<Member<'a>> {
        let start = self.at;
        let content = match (self.peek(), enters) {
            (None | Some(b',' | b'}' | b']'), _) => {
                self.is_faulty = true;
                return None;
            }
            (Some(b'['), None) => Content::List(self.list(level + 1)),
            (Some(b'{'), Some(enters)) if enters(&name) => Content::Object(self.object(level + 1, None)),
            _ => {
                self.pass_value(level);
                Content::Whole
            }
        };
        Some(Member { name, value: self.trimmed(start), content })
    }

    /// Reads the elements of a list.
    fn list(&mut self, level: usize) -> Vec<Element<'a>> {
        self.at += 1;
        self.depth = self.depth.max(level);
        let (mut elements, mut index) = (Vec::new(), 0);
        while let Some(byte) = self.peek() {
            let start = self.at;
            match byte {
                b']' => {
                    self.at += 1;
                    break;
                }
                b',' | b'}' if self.known_end(level - 1) == Some(start) => {
                    // The list is never closed.
                    self.expect(false);
                    break;
                }
                b',' => {
                    // After an element, the first comma is expected, unless the list ends.
                    let due = usize::from(!elements.is_empty());
                    let first = index + due;
                    while self.peek() == Some(b',') {
                        self.at += 1;
                        index += 1;
                    }
                    let others = self.trimmed(start + due);
                    if !others.is_empty() {
                        elements.push(Element { index: first, raw: others });
                    } else if self.peek() == Some(b']') {
                        elements.push(Element { index: first, raw: self.trimmed(start) });
                    }
                }
                _ => {
                    // Before a member or the end of an object, the last value contains the end of the list.
                    let last = std::mem::replace(&mut self.value, start);
                    if byte == b'}' || self.name_at(start).is_some() {
                        self.fault.get_or_insert(last);
                    }
                    self.pass_value(level);
                    elements.push(Element { index, raw: self.trimmed(start) });
                }
            }
        }
        elements
    }

    /// Skips a value. If it does not end before the next known end, it is skipped up to that end.
    fn pass_value(&mut self, level: usize) {
        self.value = self.at;
        let limit = self.known_end(level).unwrap_or(self.bytes.len());
        let end = self.value_end(limit, level);
        self.is_broken_off |= end.is_none() && limit == self.bytes.len();
        self.at = end.unwrap_or(limit);
    }

    /// Returns the next known end of a level.
    fn known_end(&mut self, level: usize) -> Option<usize> {
        let ends = self.ends.get_mut(level)?;
        while ends.last().is_some_and(|end| *end < self.at) {
            ends.pop();
        }
        ends.last().copied()
    }

    /// Returns the end of a value by its own brackets and quotes. `level` objects and lists enclose it.
    fn value_end(&mut self, limit: usize, level: usize) -> Option<usize> {
        self.open.clear();
        let mut at = self.at;
        while at < limit {
            let byte = *self.bytes.get(at)?;
            match byte {
                b'"' => at = self.string_end(at).filter(|end| *end <= limit)?,
                b'{' | b'[' => {
                    self.open.push(byte);
                    self.depth = self.depth.max(level + self.open.len());
                    at += 1;
                    self.expect_fit(self.next(at) != Some(b','));
                }
                b'}' | b']' => {
                    at += 1;
                    self.expect_fit(self.open.last() == Some(&opener(byte)));
                    // Brackets opened after the nearest one of the same kind are never closed.
                    if let Some(depth) = self.open.iter().rposition(|open| *open == opener(byte)) {
                        self.open.truncate(depth);
                    } else {
                        // It replaces the right bracket or precedes it.
                        let next = self.space_end(at);
                        let right = self.bytes.get(next).filter(|_| next < limit).map(|byte| opener(*byte));
                        return Some(if right.is_some() && right == self.open.last().copied() { next + 1 } else { at });
                    }
                }
                _ if self.open.is_empty() => return Some(self.token_end(at)),
                _ => {
                    at += 1;
                    continue;
                }
            }
            if self.open.is_empty() {
                return Some(at);
            }
        }
        None
    }

    /// Finds the ends of members and elements after a fault by reading the body from its end. Brackets that cannot belong together are
    /// skipped, which tolerates other faults.
    fn find_ends(&mut self, fault: usize) {
        // The closing brackets, from the outermost to the innermost.
        let mut closed = Vec::new();
        let mut at = self.bytes.len();
        while at > fault {
            at -= 1;
            match self.bytes.get(at).copied().unwrap_or_default() {
                b'"' => at = self.string_start(at).filter(|start| *start >= fault).unwrap_or(at),
                byte @ (b',' | b'}' | b']') => {
                    let is_bracket = byte != b',';
                    if is_bracket {
                        closed.push(byte);
                    }
                    let is_end = match &*closed {
                        b"}" | b"}}" => is_bracket || self.name_at(self.space_end(at + 1)).is_some(),
                        b"}}]" => is_bracket,
                        _ => false,
                    };
                    if is_end && let Some(ends) = self.ends.get_mut(closed.len()) {
                        ends.push(at);
                    }
                }
                byte @ (b'{' | b'[') => {
                    let is_closed = match (&*closed, byte) {
                        _ if self.next(at + 1) == Some(b',') => false,
                        // A message and a list in it are members.
                        (b"}}", b'{') | (b"}}]", b'[') => self.previous(at) == Some(b':'),
                        (b"}" | b"}}" | b"}}]", _) => false,
                        // In an element any bracket may replace the right one.
                        _ => true,
                    };
                    if is_closed {
                        closed.pop();
                    }
                }
                _ => {}
            }
        }
    }

    /// Returns the start of the string that ends with the quote at `end`. `None` if the quote more likely begins a string.
    fn string_start(&mut self, end: usize) -> Option<usize> {
        let before = |at| self.bytes.get(..at).unwrap_or_default();
        let is_escaped = |at| before(at).iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1;
        let mut quotes = memrchr_iter(b'"', before(end));
        let start = if is_escaped(end) { None } else { quotes.find(|at| !is_escaped(*at)) }?;
        let text = self.bytes.get(start + 1..end)?;
        let is_between_strings =
            !text.is_empty() && text.iter().all(|byte| is_space(*byte) || b",:{}[]".contains(byte));
        let is_string = self.begins_string(start) && !is_between_strings && self.string_end(start) == Some(end + 1);
        is_string.then_some(start)
    }

    /// Returns the end of the string that begins at `start`. `None` if the string is open.
    fn string_end(&mut self, start: usize) -> Option<usize> {
        let mut at = start + 1;
        loop {
            at += memchr2(b'"', b'\\', self.bytes.get(at..)?)?;
            if self.bytes.get(at) == Some(&b'"') {
                break;
            }
            at += 2;
        }
        // Only these bytes can follow a string. Otherwise a quote that can begin a string does, and this string is open.
        let ends = matches!(self.next(at + 1), None | Some(b',' | b':' | b']' | b'}'));
        let is_string = ends || at == start + 1 || !self.begins_string(at);
        self.expect_fit(is_string);
        is_string.then_some(at + 1)
    }

    /// Reports whether a string can begin at a quote.
    fn begins_string(&self, quote: usize) -> bool {
        matches!(self.previous(quote), Some(b'{' | b'[' | b':' | b','))
    }

    /// Returns the end of a token without strings and brackets.
    fn token_end(&self, start: usize) -> usize {
        let token = self.bytes.get(start..).unwrap_or_default();
        start + token.iter().position(|byte| b",\"{}[]".contains(byte)).unwrap_or(token.len())
    }

    /// Returns the end of a member's name that begins at `start`, and the start of its value.
    fn name_at(&mut self, start: usize) -> Option<(usize, usize)> {
        if self.bytes.get(start) != Some(&b'"') {
            return None;
        }
        let end = self.string_end(start)?;
        let colon = self.space_end(end);
        (self.bytes.get(colon) == Some(&b':')).then(|| (end, self.space_end(colon + 1)))
    }

    /// Records a fault between members, unless `is_right`.
    fn expect(&mut self, is_right: bool) {
        self.is_faulty |= !is_right;
        self.expect_fit(is_right);
    }

    /// Records a fault in the last value, unless `is_right`.
    fn expect_fit(&mut self, is_right: bool) {
        if !is_right {
            self.fault.get_or_insert(self.value);
        }
    }

    /// Skips white space and returns the next byte.
    fn peek(&mut self) -> Option<u8> {
        self.at = self.space_end(self.at);
        self.bytes.get(self.at).copied()
    }

    fn space_end(&self, start: usize) -> usize {
        let rest = self.bytes.get(start..).unwrap_or_default();
        start + rest.iter().position(|byte| !is_space(*byte)).unwrap_or(rest.len())
    }

    /// Returns the first byte from `at` that is not white space.
    fn next(&self, at: usize) -> Option<u8> {
        self.bytes.get(self.space_end(at)).copied()
    }

    /// Returns the last byte before `at` that is not white space.
    fn previous(&self, at: usize) -> Option<u8> {
        self.bytes.get(..at)?.iter().rev().find(|byte| !is_space(**byte)).copied()
    }

    /// Returns the skipped piece without surrounding white space.
    fn trimmed(&self, start: usize) -> &'a [u8] {
        self.bytes.get(start..self.at).unwrap_or_default().trim_ascii()
    }
}

/// Reads a name in its quotes.
fn name(quoted: &[u8]) -> Cow<'_, str> {
    let bare = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
    if let (Ok(name), false) = (std::str::from_utf8(bare), bare.contains(&b'\\')) {
        return Cow::Borrowed(name);
    }
    serde_json::from_slice::<String>(quoted).map_or_else(|_| String::from_utf8_lossy(bare), Cow::Owned)
}

fn opener(closer: u8) -> u8 {
    match closer {
        b'}' => b'{',
        b']' => b'[',
        _ => 0,
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    /// The lists in `m`: name and elements with their index; and whether the cuts are faulty.
    fn cut(body: &str) -> (Vec<String>, bool) {
        let cuts = Cuts::of(body.as_bytes(), |name| name == "m");
        let mut found = Vec::new();
        for member in cuts.members.iter().flat_map(Member::members) {
            let text = |raw| String::from_utf8_lossy(raw).into_owned();
            match member.elements() {
                Some(elements) => {
                    let elements = elements.iter().map(|element| format!("{}={}", element.index, text(element.raw)));
                    found.push(format!("{}: {}", member.name, elements.collect::<Vec<_>>().join(" | ")));
                }
                None => found.push(format!("{} {}", member.name, text(member.value))),
            }
        }
        (found, cuts.is_faulty)
    }

    fn assert_cut(body: &str, expected: &[&str], is_faulty: bool) {
        assert_eq!(cut(body), (expected.iter().map(|text| (*text).to_owned()).collect(), is_faulty), "{body}");
    }

    #[test]
    fn json_is_cut_like_a_parser() {
        assert_cut(
            r#" { "e" : 1 , "m" : { "a" : [ ] , "\u0062":[1 , "x]\"" ,[[ 2 ],{}], {"]":"}"} ],"a":[null],"c":{"d":[1]} } } "#,
            &["a: ", r#"b: 0=1 | 1="x]\"" | 2=[[ 2 ],{}] | 3={"]":"}"}"#, "a: 0=null", r#"c {"d":[1]}"#],
            false,
        );
        assert_cut(r#"{"m":{"a":[]}}"#, &["a: "], false);
        assert_cut(r#"{"m":7,"n":{"a":[1]}}"#, &[], false);
    }

    /// A body with a bad element between two others, a list after it, and members after the message.
    fn around(bad: &str) -> String {
        format!(r#"{{"m":{{"a":[{{"x":1}},{bad},{{"y":[2],"z":"w"}}],"b":[{{"k":"v"}},3],"c":{{}}}},"e":"n"}}"#)
    }

    #[test]
    fn closed_bad_element_costs_only_itself() {
        for bad in [
            "\"\n\"",
            r#"{"a":"\x41"}"#,
            "NaN",
            "+1",
            "01",
            "tru",
            "'x'",
            "{\"a\":1,}",
            "[1,]",
            "{\"a\" 1}",
            "{\"a\":1 \"b\":2}",
            r#""\ud800""#,
            "{]}",
            "{[}",
            "[{]",
            "[}",
            "x y",
            "{\"a\":[1}",
            &format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)),
        ] {
            let element = format!("a: 0={{\"x\":1}} | 1={bad} | 2={{\"y\":[2],\"z\":\"w\"}}");
            assert_cut(&around(bad), &[&element, r#"b: 0={"k":"v"} | 1=3"#, "c {}"], false);
        }
    }

    #[test]
    fn endless_element_takes_rest_of_list() {
        for bad in [
            "\"",
            "\"abc",
            "\"abc\\\"",
            "{\"a\":\"",
            "{\"a",
            "{\"a\":\"x,\"b\":1}",
            "{",
            "[",
            "[[",
            "{{",
            "[{",
            "{\"a\":[",
            "{\"a\":{",
            "{\"a\":[{\"b\":",
            "{\"p\":[1],\"a\":[",
            "{\"a\":1",
            "[{\"a\":1}",
        ] {
            let element = format!("a: 0={{\"x\":1}} | 1={bad},{{\"y\":[2],\"z\":\"w\"}}");
            assert_cut(&around(bad), &[&element, r#"b: 0={"k":"v"} | 1=3"#, "c {}"], false);
        }
    }

    #[test]
    fn endless_last_element_leaves_later_members() {
        for bad in ["\"abc", "{\"a\":\"", "{", "[", "{\"a\":[", "[{"] {
            for (after, faulty) in [("}}", false), ("},\"e\":\"n\"}", false), (",\"d\":4},\"e\":\"n\"}", false)] {
                let body = format!(r#"{{"m":{{"a":[1],"b":[{{"x":1}},{bad},{{"y":[2],"z":"w"}}]{after}"#);
                let (found, is_faulty) = cut(&body);
                let element = format!("b: 0={{\"x\":1}} | 1={bad},{{\"y\":[2],\"z\":\"w\"}}");
                assert_eq!((&found[..2], is_faulty), (&["a: 0=1".to_owned(), element][..], faulty), "{body}");
                let outer = Cuts::of(body.as_bytes(), |name| name == "m");
                assert_eq!(outer.members.last().unwrap().name, if after.contains('e') { "e" } else { "m" }, "{body}");
            }
        }
    }

    #[test]
    fn truncated_body_keeps_whole_elements() {
        assert_cut(r#"{"m":{"a":[1,{"x":2},{"y"#, &[r#"a: 0=1 | 1={"x":2} | 2={"y"#], false);
        assert_cut(r#"{"m":{"a":[1,{"x":2},"#, &[r#"a: 0=1 | 1={"x":2}"#], true);
        assert_cut(r#"{"m":{"a":[1,{"x":2}"#, &[r#"a: 0=1 | 1={"x":2}"#], true);
        assert_cut(r#"{"m":{"a":[1]"#, &["a: 0=1"], true);
        assert_cut(r#"{"m":{"a":[1],"b"#, &["a: 0=1"], true);
        assert_cut(r#"{"m":{"a":[1],"b":"#, &["a: 0=1"], true);
    }

    #[test]
    fn bytes_beside_elements_cost_no_element() {
        for (list, elements) in [
            ("1,,2", "0=1 | 1=, | 2=2"),
            ("1,,, ,2", "0=1 | 1=,, , | 4=2"),
            ("1,2,", "0=1 | 1=2 | 2=,"),
            ("1,2,,", "0=1 | 1=2 | 2=,"),
            (",1", "0=, | 1=1"),
            (",", "0=,"),
            ("{} x,{}", "0={} | 0=x | 1={}"),
            ("{} x {}", "0={} | 0=x | 0={}"),
            ("{},x {}", "0={} | 1=x | 1={}"),
            ("{} {}", "0={} | 0={}"),
            ("{}\"x\"{}", "0={} | 0=\"x\" | 0={}"),
            ("{}}, {}", "0={} | 0=} | 1={}"),
            ("{},\"k\":1,{}", "0={} | 1=\"k\" | 1=:1 | 2={}"),
        ] {
            assert_cut(&format!(r#"{{"m":{{"a":[{list}],"b":[3]}}}}"#), &[&format!("a: {elements}"), "b: 0=3"], false);
        }
    }

    #[test]
    fn list_without_end_keeps_its_elements() {
        assert_cut(
            r#"{"m":{"a":[{"x":[1],"y":1},{"z":2},"b":[3]}}"#,
            &[r#"a: 0={"x":[1],"y":1} | 1={"z":2}"#, "b: 0=3"],
            true,
        );
        assert_cut(r#"{"m":{"b":[3],"a":[{"x":[1]},{"z":2}}}"#, &["b: 0=3", r#"a: 0={"x":[1]} | 1={"z":2}"#], true);
    }

    #[test]
    fn bad_member_costs_no_list() {
        for bad in ["\"abc", "{", "{\"a\":\"x", "{\"a\":\"x,\"b\":1}", "nope", "{]", "+1"] {
            for (before, after) in [
                (r#"{"m":{"a":[1],"c":"#, r#","b":[{"k":["v"],"w":2}]},"e":"n"}"#),
                (r#"{"c":"#, r#","m":{"a":[1],"b":[{"k":["v"],"w":2}]},"e":"n"}"#),
            ] {
                let body = format!("{before}{bad}{after}");
                let (found, is_faulty) = cut(&body);
                let lists: Vec<_> = found.iter().filter(|list| !list.starts_with('c')).collect();
                assert_eq!(lists, ["a: 0=1", r#"b: 0={"k":["v"],"w":2}"#], "{body}");
                assert!(!is_faulty, "{body}");
            }
        }
    }

    #[test]
    fn bytes_between_members_are_a_fault() {
        for (before, between, after) in
            [("", ",,", ""), ("", " ", ""), ("", ",x,", ""), ("", ",", ","), (",", ",", ""), ("", ",{},", "")]
        {
            let body = format!(r#"{{"m":{{{before}"a":[1]{between}"b":[2]{after}}}}}"#);
            assert_cut(&body, &["a: 0=1", "b: 0=2"], true);
        }
        assert_cut(r#"{"m":{"a":[1]},}"#, &["a: 0=1"], true);
        assert_cut(r#"{"m":{"a":[1]}} x"#, &["a: 0=1"], true);
        assert_cut(r#"{"m":{"a":[1]}"#, &["a: 0=1"], true);
        assert_cut(r#"{"m":{"a":[1]}}}"#, &["a: 0=1"], true);
    }

    #[test]
    fn fault_per_list_leaves_other_elements() {
        for bad in ["\"abc", "{\"a\":\"", "{", "[", "{\"a\":[", "{\"a\":1", "NaN"] {
            let list = |name: usize| format!(r#""l{name}":[{{"x":[1],"y":"z"}},{bad},{{"p":[2],"q":"r"}}]"#);
            for count in 1..=8 {
                let lists: Vec<_> = (0..count).map(list).collect();
                let body = format!(r#"{{"e":"n","m":{{{}}}}}"#, lists.join(","));
                let (found, _) = cut(&body);
                for name in 0..count {
                    let whole = format!(r#"l{name}: 0={{"x":[1],"y":"z"}} | 1={bad}"#);
                    assert!(found.iter().any(|list| list.starts_with(&whole)), "{body}\n{found:#?}");
                }
            }
        }
    }

    /// The pieces of the list `a` and of the lists after it.
    fn lists(body: &str) -> Vec<String> {
        cut(body).0.into_iter().filter(|list| !list.starts_with("t ")).collect()
    }

    const ELEMENTS: [&str; 3] = [
        r#"{"k":"v","c":[{"p":[{"q":"1"}],"n":{"f":"x, \\\"],[{y"}}],"t":1}"#,
        r#"{"i":[1,[2,{}]],"j":{"z":"],\"a\":["},"l":{}}"#,
        r#"["x",{"y":[null,{"z":[{}]}]}]"#,
    ];

    #[test]
    fn truncated_element_leaves_other_lists() {
        for element in ELEMENTS {
            let ends: Vec<_> = element.char_indices().map(|(end, _)| end).skip(1).collect();
            for part in ends.into_iter().map(|end| &element[..end]) {
                for index in 0..3 {
                    let mut broken = [element; 3];
                    broken[index] = part;
                    let list = broken.join(",");
                    let body =
                        format!(r#"{{"m":{{"t":"w","a":[{list}],"b":[{element},3],"t":{{"u":[1]}}}},"e":["n"]}}"#);
                    let whole = [0, 1].map(|index| format!("{index}={element} | "))[..index].concat();
                    let rest = broken[index..].join(",").trim_end().to_owned();
                    let mut found = lists(&body);
                    assert_eq!(found.pop(), Some(format!("b: 0={element} | 1=3")), "{body}");
                    // In an open string that looks like the beginning of a list, it can end too early.
                    let expected = format!("a: {whole}{index}={rest}");
                    if part.ends_with(":[") && part.contains("\\\"a") {
                        assert!(found[0].starts_with(&format!("a: {whole}{index}=")), "{body}");
                    } else {
                        assert_eq!(found, [expected], "{body}");
                    }
                }
            }
        }
    }

    #[test]
    fn any_truncation_keeps_whole_elements() {
        let list = |name: &str| format!("\"{name}\":[{}]", ELEMENTS.join(","));
        let body = format!(r#"{{"m":{{{},"t":{{"u":[1]}},{}}},"e":[{{"n":[]}}]}}"#, list("a"), list("b"));
        let whole = |body: &str| {
            let cuts = Cuts::of(body.as_bytes(), |name| name == "m");
            let lists = cuts.members.iter().flat_map(Member::members).filter_map(Member::elements);
            let ends = lists.flatten().map(|element| element.raw.as_ptr_range().end.addr() - body.as_ptr().addr());
            ends.collect::<Vec<_>>()
        };
        let all = whole(&body);
        assert_eq!(all.len(), 6);
        for end in 0..body.len() {
            let mut found = whole(&body[..end]);
            let expected: Vec<_> = all.iter().copied().filter(|element| *element <= end).collect();
            found.truncate(expected.len());
            assert_eq!(found, expected, "{}", &body[..end]);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, ..ProptestConfig::default() })]

        #[test]
        fn list_bytes_belong_to_one_piece(
            start in select(&["", r#"{"m":{"#, r#"{"m":{"a":["#][..]),
            parts in vec(select(&["[", "]", "{", "}", "\"", ",", ":", "\\", "x ", "1,", r#""k":"#, r#","b":["#, "]}}"][..]), 0..40),
        ) {
            let body = [start, &parts.concat(), "}}"].concat();
            let cuts = Cuts::of(body.as_bytes(), |name| name == "m");
            for member in cuts.members.iter().flat_map(Member::members) {
                let Some(elements) = member.elements() else { continue };
                let mut at = member.value.as_ptr().addr() + 1;
                let list = member.value.as_ptr_range();
                let ends = elements.iter().map(|element| element.raw.as_ptr_range());
                for range in ends.chain([list.end..list.end]) {
                    let (start, end) = (range.start.addr(), range.end.addr());
                    prop_assert!(at <= start, "{member:?} in {body}");
                    let between = &body[at - body.as_ptr().addr()..start - body.as_ptr().addr()];
                    let is_end = start == list.end.addr();
                    let between = if is_end { between.strip_suffix(']').unwrap_or(between) } else { between };
                    prop_assert!(between.trim().len() <= 1 && between.trim().trim_matches(',').is_empty(), "{between} in {body}");
                    at = end;
                }
            }
        }
    }

    #[test]
    fn endless_nesting_and_faults_terminate() {
        for unit in [
            "[",
            "{",
            "{\"a\":[",
            "\"",
            "]",
            "}",
            "[{",
            ",",
            "\"x\":",
            "],\"x\":[",
            "[},",
            "{\"a\":\"",
            "\\",
            ":",
            "x ",
        ] {
            for start in ["", r#"{"m":{"a":["#, r#"{"m":{"a":[{"b":"#] {
                let body = format!("{start}{}", unit.repeat(100_000));
                let cuts = Cuts::of(body.as_bytes(), |name| name == "m");
                assert!(cuts.members.len() <= 100_001, "{unit}");
            }
        }
    }
}
