//! Cuts a body into the elements of its lists by bytes, so that a fault in one element costs no other one.
//!
//! The scanner knows strings with their escapes and brackets with their kinds, and nothing else: the reader of a piece finds out
//! whether it is UTF-8 and JSON. It has a stack of its own, and needs linear time and memory.
//!
//! In JSON the pieces are exactly those of a JSON parser. Elsewhere a fault has to be put down to a piece:
//!
//! - An element that never ends, since a string or a bracket in it is open, is one piece with the rest of its list. The other
//!   lists are found again at a `]` and a `, "name" :` after it.
//! - Bytes beside an element without a comma, and places between commas without an element, are pieces of their own.
//! - Bytes between the members of an object are no piece: they make the cuts [faulty](Cuts::is_faulty).

use std::borrow::Cow;
use std::collections::BTreeMap;

use memchr::{memchr, memchr2};
use serde::de::IgnoredAny;

/// A body cut into pieces.
#[derive(Debug, Default)]
pub(crate) struct Cuts<'a> {
    /// The members of the body in their order, all of those that share a name too.
    pub(crate) members: Vec<Member<'a>>,
    /// Whether something is wrong outside all values and elements.
    pub(crate) is_faulty: bool,
}

/// A member of an object.
#[derive(Debug)]
pub(crate) struct Member<'a> {
    /// The name without its escapes. What is not Unicode in it is replaced.
    pub(crate) name: Cow<'a, str>,
    /// The value, byte for byte.
    pub(crate) value: &'a [u8],
    pub(crate) content: Content<'a>,
}

/// What was found in a value.
#[derive(Debug)]
pub(crate) enum Content<'a> {
    /// It was not looked into.
    Whole,
    /// The members of an object that was entered.
    Object(Vec<Member<'a>>),
    /// The elements of a list in such an object.
    List(Vec<Element<'a>>),
}

/// An element of a list, or bytes in the place of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Element<'a> {
    /// How many commas are before it in the list.
    pub(crate) index: usize,
    /// Byte for byte; commas if nothing else is there.
    pub(crate) raw: &'a [u8],
}

impl<'a> Cuts<'a> {
    /// Cuts a body of any bytes. `enters` says of a member by its name whether the lists in it are wanted.
    pub(crate) fn of_bytes(body: &'a [u8], enters: impl Fn(&str) -> bool) -> Self {
        let mut scanner = Scanner::new(body);
        scanner.is_sound = scanner.balance(0) == Some(0);
        scanner.body(&enters)
    }

    /// Cuts a body that is JSON, which is faster. Any other bytes are cut worse, not wrong.
    pub(crate) fn of_json(body: &'a str, enters: impl Fn(&str) -> bool) -> Self {
        Scanner::new(body.as_bytes()).body(&enters)
    }
}

impl<'a> Member<'a> {
    /// The members, if it is an object that was entered.
    pub(crate) fn members(&self) -> &[Member<'a>] {
        if let Content::Object(members) = &self.content { members } else { &[] }
    }

    /// Whether it is an object that was entered.
    pub(crate) fn is_entered(&self) -> bool {
        matches!(self.content, Content::Object(_))
    }

    /// The elements, if it is a list in such an object.
    pub(crate) fn elements(&self) -> Option<&[Element<'a>]> {
        if let Content::List(elements) = &self.content { Some(elements) } else { None }
    }
}

/// How many objects and lists are around an element.
pub(crate) const LEVELS_AROUND_ELEMENT: usize = 3;

/// How often the rest of a body is looked through after a fault, each time in one pass. Beyond that the rest is one piece.
const MOST_TRIES: u8 = 32;

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The open brackets of the value that is passed over. Kept for its memory.
    open: Vec<u8>,
    tries: u8,
    /// Whether all brackets and strings of the rest close, as far as is known.
    is_sound: bool,
    /// Whether a piece that never ends reaches to the end of the body.
    is_explained: bool,
    is_faulty: bool,
}

/// A list that is being cut.
struct List<'a> {
    elements: Vec<Element<'a>>,
    /// How many commas were passed.
    commas: usize,
    /// Where the place of the next element begins.
    place: usize,
    /// Whether nothing was found in that place.
    is_vacant: bool,
    /// The first of the vacant places right before it: its index, and where it begins.
    gap: Option<(usize, usize)>,
}

/// Where a value ends.
enum End {
    /// Before this byte.
    Before(usize),
    /// At this closing bracket, which closes none of the brackets in the value.
    Closer(usize),
    /// Nowhere: the string that begins here is open.
    OpenString(usize),
    /// Nowhere: the body ends.
    Never,
}

/// What must come after a value that never ends, for the scanner to go on there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    /// The end of a list, and behind it another member or the end.
    List,
    /// Another member, or the end.
    Member,
}

/// The rest of a body from which a place to go on is looked for.
#[derive(Clone, Copy)]
struct Rest {
    from: usize,
    /// Whether `from` is known to be outside of strings.
    is_in_step: bool,
    /// Where the place must be before.
    until: usize,
    /// How many objects are open around the value.
    level: i64,
    /// Whether a place counts after which the brackets do not close.
    may_guess: bool,
}

impl<'a> Scanner<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            open: Vec::new(),
            tries: MOST_TRIES,
            is_sound: true,
            is_explained: false,
            is_faulty: false,
        }
    }

    fn body(mut self, enters: &dyn Fn(&str) -> bool) -> Cuts<'a> {
        self.pass_space();
        if self.peek() != Some(b'{') {
            return Cuts { members: Vec::new(), is_faulty: true };
        }
        self.at += 1;
        let members = self.object(1, Some(enters));
        self.pass_space();
        Cuts { members, is_faulty: self.is_faulty || self.at < self.bytes.len() }
    }

    /// Reads members up to the end of their object. `enters` is given for the outermost object only, so this is nested once.
    fn object(&mut self, level: i64, enters: Option<&dyn Fn(&str) -> bool>) -> Vec<Member<'a>> {
        let mut members = Vec::new();
        // Whether a member may come, and whether one must.
        let (mut may_come, mut must_come) = (true, false);
        loop {
            self.pass_space();
            match self.peek() {
                None => {
                    self.is_faulty |= !self.is_explained;
                    return members;
                }
                Some(b'}') => {
                    self.at += 1;
                    self.is_faulty |= must_come;
                    return members;
                }
                Some(b',') => {
                    self.at += 1;
                    self.is_faulty |= may_come;
                    (may_come, must_come) = (true, true);
                }
                Some(b'"') => {
                    if let Some((end, value_at)) = self.name_at(self.at) {
                        self.is_faulty |= !may_come;
                        let name = self.name(self.at, end);
                        self.at = value_at;
                        members.extend(self.member(name, level, enters));
                        (may_come, must_come) = (false, false);
                    } else {
                        self.is_faulty = true;
                        self.pass_stray_string(level);
                    }
                }
                Some(_) => {
                    self.is_faulty = true;
                    self.at = match self.pass(self.at) {
                        End::Before(end) => end.max(self.at + 1),
                        _ if self.may_try() => self.at + 1,
                        _ => self.bytes.len(),
                    };
                }
            }
        }
    }

    /// Reads the value of a member; `None` if it has none.
    fn member(&mut self, name: Cow<'a, str>, level: i64, enters: Option<&dyn Fn(&str) -> bool>) -> Option<Member<'a>> {
        let start = self.at;
        let content = match (self.peek(), enters) {
            (None | Some(b',' | b'}' | b']'), _) => {
                self.is_faulty = true;
                return None;
            }
            (Some(b'['), None) => Content::List(self.list(level)),
            (Some(b'{'), Some(enters)) if enters(&name) => {
                self.at += 1;
                Content::Object(self.object(level + 1, None))
            }
            _ => {
                self.at = self.value_end(level);
                self.pass_rest_of_value();
                Content::Whole
            }
        };
        Some(Member { name, value: self.trimmed(start, self.at), content })
    }

    /// Returns the end of a value that is not looked into.
    fn value_end(&mut self, level: i64) -> usize {
        let start = self.at;
        let rest = Rest { from: start, is_in_step: true, until: self.bytes.len(), level, may_guess: true };
        match self.pass(start) {
            End::Before(end) => {
                // Where brackets are left open, a value may have taken in what comes after it.
                let is_suspect = !self.is_sound && matches!(self.peek(), Some(b'{' | b'['));
                if is_suspect && !is_json(self.trimmed(start, end)) {
                    return self.resumption(After::Member, Rest { may_guess: false, ..rest }).unwrap_or(end);
                }
                end
            }
            End::Closer(end) => self.resumption(After::Member, rest).unwrap_or(end),
            End::OpenString(from) => self.value_without_end(Rest { from, is_in_step: false, ..rest }),
            End::Never => self.value_without_end(rest),
        }
    }

    /// Passes over what follows a value, up to a comma, a bracket or another member.
    fn pass_rest_of_value(&mut self) {
        loop {
            let next = self.space_end(self.at);
            let is_over = matches!(self.bytes.get(next), None | Some(b',' | b'}' | b']'));
            if is_over || self.name_at(next).is_some() {
                return;
            }
            let End::Before(end) = self.pass(next) else { return };
            self.at = end;
        }
    }

    fn value_without_end(&mut self, rest: Rest) -> usize {
        self.resumption(After::Member, rest).unwrap_or_else(|| {
            self.is_explained = true;
            self.bytes.len()
        })
    }

    /// Passes over a string between members that names none.
    fn pass_stray_string(&mut self, level: i64) {
        let from = self.at;
        let rest = Rest { from, is_in_step: false, until: self.bytes.len(), level, may_guess: true };
        let end = self.string_end(from).or_else(|| self.resumption(After::Member, rest));
        self.at = end.unwrap_or(self.bytes.len());
    }

    /// Reads the elements of a list.
    fn list(&mut self, level: i64) -> Vec<Element<'a>> {
        self.at += 1;
        let mut list = List { elements: Vec::new(), commas: 0, place: self.at, is_vacant: true, gap: None };
        loop {
            self.pass_space();
            match self.peek() {
                Some(b']') => {
                    self.end_list(&mut list, self.at);
                    self.at += 1;
                }
                Some(b',') => {
                    if list.is_vacant {
                        list.gap.get_or_insert((list.commas, list.place));
                    }
                    list.commas += 1;
                    self.at += 1;
                    list.place = self.at;
                    list.is_vacant = true;
                    continue;
                }
                // Either it is stray, or the list was not closed before the end of its object.
                Some(b'}') if self.is_balanced(self.at + 1, level + 1) => {
                    self.add(&mut list, self.at, self.at + 1);
                    continue;
                }
                None | Some(b'}') => self.unclosed(&mut list, level),
                Some(_) => {
                    if self.element(&mut list, level) {
                        continue;
                    }
                }
            }
            return list.elements;
        }
    }

    /// Reads an element, and returns whether its list goes on.
    fn element(&mut self, list: &mut List<'a>, level: i64) -> bool {
        let start = self.at;
        if let Some((_, value_at)) = self.name_at(start) {
            // A member in a list. Either it is stray, or the list was not closed before it.
            let is_stray = self.is_balanced(start, level + 1);
            if is_stray {
                self.add(list, start, self.token_end(value_at));
            } else {
                self.unclosed(list, level);
            }
            return is_stray;
        }
        let rest = Rest { from: start, is_in_step: true, until: self.bytes.len(), level, may_guess: true };
        let mut end = self.pass(start);
        while let End::Closer(bracket) = end {
            // A bracket too many in an element that goes on.
            let levels = level + 1 + i64::try_from(self.open.len()).unwrap_or(i64::MAX / 2);
            if !self.is_balanced(bracket + 1, levels) {
                break;
            }
            end = self.pass_group(bracket + 1);
        }
        let (rest, otherwise) = match end {
            End::Before(end) => {
                self.add(list, start, end);
                return true;
            }
            End::Closer(end) => {
                let closes_list = self.bytes.get(end) == Some(&b']');
                if closes_list && (self.is_list_end(end) || self.is_balanced(end + 1, level)) {
                    self.add(list, start, end);
                    self.at = end + 1;
                    return false;
                }
                if self.is_balanced(end + 1, level + 1) {
                    // The list goes on, so it was written in place of another bracket.
                    self.add(list, start, end + 1);
                    return true;
                }
                (rest, (end, end + usize::from(closes_list)))
            }
            End::OpenString(from) => (Rest { from, is_in_step: false, ..rest }, (self.bytes.len(), self.bytes.len())),
            End::Never => (rest, (self.bytes.len(), self.bytes.len())),
        };
        let resumed = self.resumption(After::List, rest).map(|end| (end, end + 1));
        let (end, next) = resumed.unwrap_or(otherwise);
        self.is_explained |= end == self.bytes.len();
        self.add(list, start, end);
        self.at = next;
        false
    }

    /// Ends a list in which something comes that cannot be in it. Either its last element has taken in the end of the list, or the
    /// list has none.
    fn unclosed(&mut self, list: &mut List<'a>, level: i64) {
        let here = self.at;
        if let Some(last) = list.elements.last().copied() {
            let from = last.raw.as_ptr().addr().saturating_sub(self.bytes.as_ptr().addr());
            let rest = Rest { from, is_in_step: true, until: here, level, may_guess: !is_json(last.raw) };
            if let Some(end) = self.resumption(After::List, rest) {
                list.elements.pop();
                list.elements.push(Element { index: last.index, raw: self.trimmed(from, end) });
                self.at = end + 1;
                return;
            }
        }
        self.is_faulty |= !self.is_explained;
        if list.is_vacant && list.commas > 0 {
            // The comma is one between members.
            self.at = list.place - 1;
        }
        self.end_gap(list, self.at);
    }

    /// Adds an element, and the vacant places before it.
    fn add(&mut self, list: &mut List<'a>, start: usize, end: usize) {
        self.end_gap(list, start);
        list.elements.push(Element { index: list.commas, raw: self.trimmed(start, end) });
        list.is_vacant = false;
        self.at = end;
    }

    /// Adds the vacant places before the end of a list.
    fn end_list(&mut self, list: &mut List<'a>, end: usize) {
        // The place in `[]` is none.
        if list.is_vacant && list.commas > 0 {
            list.gap.get_or_insert((list.commas, list.place - 1));
        }
        self.end_gap(list, end);
    }

    /// Adds the vacant places before `end` as one element.
    fn end_gap(&mut self, list: &mut List<'a>, end: usize) {
        if let Some((index, place)) = list.gap.take() {
            let raw = self.trimmed(place, end);
            if !raw.is_empty() {
                list.elements.push(Element { index, raw });
            }
        }
    }

    /// Finds the end of the value that begins at `start`.
    fn pass(&mut self, start: usize) -> End {
        match self.bytes.get(start) {
            Some(b'{' | b'[') => {
                self.open.clear();
                self.pass_group(start)
            }
            Some(b'"') => self.string_end(start).map_or(End::OpenString(start), End::Before),
            Some(_) => End::Before(self.token_end(start)),
            None => End::Never,
        }
    }

    /// Goes on to where all brackets are closed that are [open](Self::open).
    fn pass_group(&mut self, start: usize) -> End {
        let mut at = start;
        while let Some(&byte) = self.bytes.get(at) {
            match byte {
                b'"' => {
                    let Some(end) = self.string_end(at) else { return End::OpenString(at) };
                    at = end;
                    continue;
                }
                b'{' | b'[' => self.open.push(byte),
                b'}' | b']' => {
                    // Brackets that were opened after the nearest of the same kind were never closed.
                    let opener = if byte == b'}' { b'{' } else { b'[' };
                    let Some(depth) = self.open.iter().rposition(|open| *open == opener) else {
                        return End::Closer(at);
                    };
                    self.open.truncate(depth);
                    if depth == 0 {
                        return End::Before(at + 1);
                    }
                }
                _ => {}
            }
            at += 1;
        }
        End::Never
    }

    /// The end of what is neither a string nor in brackets.
    fn token_end(&self, start: usize) -> usize {
        let ends = |byte: &u8| matches!(byte, b',' | b'"' | b'[' | b']' | b'{' | b'}');
        let token = self.bytes.get(start..).unwrap_or_default();
        start + token.iter().position(ends).unwrap_or(token.len())
    }

    /// The end of the string that begins at `start`; `None` if the string is open.
    fn string_end(&self, start: usize) -> Option<usize> {
        let end = string_end(self.bytes, start)?;
        let next = self.bytes.get(self.space_end(end)).copied();
        if matches!(next, None | Some(b',' | b':' | b']' | b'}')) {
            return Some(end);
        }
        // Nothing else can follow a string. Where a string begins, one of these comes before the quote: so the quote that ended this
        // one began another one.
        let text = self.bytes.get(start + 1..end - 1).unwrap_or_default().trim_ascii_end();
        (!matches!(text.last(), Some(b'{' | b'[' | b':' | b','))).then_some(end)
    }

    /// The end of a member's name that begins at `start`, and where its value begins.
    fn name_at(&self, start: usize) -> Option<(usize, usize)> {
        if self.bytes.get(start) != Some(&b'"') {
            return None;
        }
        let end = self.string_end(start)?;
        let colon = self.space_end(end);
        (self.bytes.get(colon) == Some(&b':')).then(|| (end, self.space_end(colon + 1)))
    }

    fn name(&mut self, start: usize, end: usize) -> Cow<'a, str> {
        let quoted = self.bytes.get(start..end).unwrap_or_default();
        let bare = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
        if !bare.contains(&b'\\')
            && let Ok(text) = std::str::from_utf8(bare)
        {
            return Cow::Borrowed(text);
        }
        serde_json::from_slice::<String>(quoted).map_or_else(|_| String::from_utf8_lossy(bare), Cow::Owned)
    }

    /// Whether a bracket ends a list: another member or the end of the body follows, after closing braces or none.
    fn is_list_end(&self, bracket: usize) -> bool {
        self.bytes.get(bracket) == Some(&b']') && self.is_member_end(bracket + 1)
    }

    /// Whether another member or the end of the body follows, after closing braces or none.
    fn is_member_end(&self, start: usize) -> bool {
        let mut at = self.space_end(start);
        while self.bytes.get(at) == Some(&b'}') {
            at = self.space_end(at + 1);
        }
        match self.bytes.get(at) {
            None => true,
            Some(b',') => self.is_name_after(at),
            Some(_) => false,
        }
    }

    /// Whether a member's name follows a comma.
    fn is_name_after(&self, comma: usize) -> bool {
        self.name_at(self.space_end(comma + 1)).is_some()
    }

    /// How many brackets the rest opens more than it closes; `None` if a string in it is open.
    fn balance(&self, start: usize) -> Option<i64> {
        let (mut at, mut depth) = (start, 0);
        while let Some(byte) = self.bytes.get(at) {
            match byte {
                b'"' => {
                    at = self.string_end(at)?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            at += 1;
        }
        Some(depth)
    }

    /// Whether the rest closes exactly so many brackets.
    fn is_balanced(&mut self, start: usize, levels: i64) -> bool {
        self.may_try() && self.balance(start) == Some(-levels)
    }

    fn may_try(&mut self) -> bool {
        let may = self.tries > 0;
        self.tries = self.tries.saturating_sub(1);
        may
    }

    /// Finds the place after a value that never ends from which the body can be read again: the first one after which exactly the
    /// brackets around the value are closed, or where the rest has more faults, the first one of the outermost.
    fn resumption(&mut self, after: After, rest: Rest) -> Option<usize> {
        if !self.may_try() {
            return None;
        }
        let mut at = if rest.is_in_step { rest.from } else { self.next_place(after, rest.from + 1)? };
        // An element that is no JSON from some byte on does not end before.
        let least = if rest.is_in_step && after == After::List { self.fault_at(rest.from) } else { 0 };
        let mut depth = 0_i64;
        // The first place of each depth.
        let mut places: BTreeMap<i64, usize> = BTreeMap::new();
        // Closing braces were looked at together up to here.
        let mut braces_end = 0;
        while let Some(&byte) = self.bytes.get(at) {
            match byte {
                b'"' => {
                    if let Some(end) = self.string_end(at) {
                        at = end;
                        continue;
                    }
                    // There is another fault. Of the places before it the outermost counts.
                    if let Some((_, place)) = places.first_key_value() {
                        self.is_sound = false;
                        return Some(*place);
                    }
                    at = self.next_place(after, at + 1)?;
                    depth = 0;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    let is_brace = byte == b'}';
                    if is_brace && after == After::Member && at >= braces_end && at < rest.until {
                        let run = self.bytes.get(at..).unwrap_or_default();
                        let is_run = |byte: &u8| *byte == b'}' || is_space(*byte);
                        braces_end = at + run.iter().position(|byte| !is_run(byte)).unwrap_or(run.len());
                        if self.is_member_end(at) {
                            let mut level = depth;
                            for (offset, _) in
                                run.iter().take(braces_end - at).enumerate().filter(|(_, byte)| **byte == b'}')
                            {
                                places.entry(level).or_insert(at + offset);
                                level -= 1;
                            }
                        }
                    }
                    // A place whose object does not end like an object around lists is in an element.
                    if !(is_brace && self.is_end_of_object(at)) && places.contains_key(&depth) {
                        places.remove(&depth);
                    }
                    depth -= 1;
                    let is_place = !is_brace && after == After::List && (least..rest.until).contains(&at);
                    if is_place && self.is_list_end(at) {
                        places.entry(depth).or_insert(at);
                    }
                }
                b',' if after == After::Member
                    && at < rest.until
                    && !places.contains_key(&depth)
                    && self.is_name_after(at) =>
                {
                    places.insert(depth, at);
                }
                _ => {}
            }
            at += 1;
        }
        let exact = places.get(&(depth + rest.level)).copied();
        let outermost = places.first_key_value().map(|(_, place)| *place).filter(|_| rest.may_guess);
        // With more faults in the rest, its brackets close at a wrong place, which comes later.
        let place = exact.into_iter().chain(outermost).min();
        self.is_sound = exact.is_some() && place == exact;
        place
    }

    /// The byte from which on a value is no JSON; its beginning if that does not tell where it ends.
    fn fault_at(&self, start: usize) -> usize {
        let rest = self.bytes.get(start..).unwrap_or_default();
        let Some(Err(error)) = serde_json::Deserializer::from_slice(rest).into_iter::<IgnoredAny>().next() else {
            return start;
        };
        let lines = rest.split_inclusive(|byte| *byte == b'\n').take(error.line().saturating_sub(1));
        let at = start + lines.map(<[u8]>::len).sum::<usize>() + error.column().saturating_sub(1);
        // The name of a member in a list, or the wrong bracket, means that the list ended before.
        if matches!(self.bytes.get(at), None | Some(b':' | b'}' | b']')) { start } else { at }
    }

    /// Whether a member, another closing brace or the end of the body follows a closing brace.
    fn is_end_of_object(&self, brace: usize) -> bool {
        let at = self.space_end(brace + 1);
        match self.bytes.get(at) {
            None | Some(b'}') => true,
            Some(b',') => self.is_name_after(at),
            Some(_) => false,
        }
    }

    /// The first place to go on from, found without regard to strings.
    fn next_place(&self, after: After, from: usize) -> Option<usize> {
        let mark = if after == After::List { b']' } else { b',' };
        let mut at = from;
        loop {
            at += memchr(mark, self.bytes.get(at..)?)?;
            let is_place = if after == After::List { self.is_list_end(at) } else { self.is_name_after(at) };
            if is_place {
                return Some(at);
            }
            at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn pass_space(&mut self) {
        self.at = self.space_end(self.at);
    }

    fn space_end(&self, start: usize) -> usize {
        let rest = self.bytes.get(start..).unwrap_or_default();
        start + rest.iter().position(|byte| !is_space(*byte)).unwrap_or(rest.len())
    }

    /// A piece without the space around it.
    fn trimmed(&self, start: usize, end: usize) -> &'a [u8] {
        self.bytes.get(start..end).unwrap_or_default().trim_ascii()
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// The end of the string that begins at `start`: after its closing quote.
fn string_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        at += memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes.get(at) == Some(&b'"') {
            return Some(at + 1);
        }
        at += 2;
    }
}

fn is_json(bytes: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(bytes).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lists in `m`: name and elements with their index; and whether the cuts are faulty.
    fn cut(body: &str) -> (Vec<String>, bool) {
        let cuts = Cuts::of_bytes(body.as_bytes(), |name| name == "m");
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
    fn json_is_cut_like_a_parser_does() {
        assert_cut(
            r#" { "e" : 1 , "m" : { "a" : [ ] , "\u0062":[1 , "x]\"" ,[[ 2 ],{}], {"]":"}"} ],"a":[null],"c":{"d":[1]} } } "#,
            &["a: ", r#"b: 0=1 | 1="x]\"" | 2=[[ 2 ],{}] | 3={"]":"}"}"#, "a: 0=null", r#"c {"d":[1]}"#],
            false,
        );
        assert_cut(r#"{"m":{"a":[]}}"#, &["a: "], false);
        assert_cut(r#"{"m":7,"n":{"a":[1]}}"#, &[], false);
    }

    /// An element before and one after the bad one, a list after it, and members behind the message.
    fn around(bad: &str) -> String {
        format!(r#"{{"m":{{"a":[{{"x":1}},{bad},{{"y":[2],"z":"w"}}],"b":[{{"k":"v"}},3],"c":{{}}}},"e":"n"}}"#)
    }

    #[test]
    fn bad_element_that_ends_costs_only_itself() {
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
    fn element_that_never_ends_takes_the_rest_of_its_list() {
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
    fn element_of_the_last_list_that_never_ends_leaves_what_is_behind() {
        for bad in ["\"abc", "{\"a\":\"", "{", "[", "{\"a\":[", "[{"] {
            for (after, faulty) in [("}}", false), ("},\"e\":\"n\"}", false), (",\"d\":4},\"e\":\"n\"}", false)] {
                let body = format!(r#"{{"m":{{"a":[1],"b":[{{"x":1}},{bad},{{"y":[2],"z":"w"}}]{after}"#);
                let (found, is_faulty) = cut(&body);
                let element = format!("b: 0={{\"x\":1}} | 1={bad},{{\"y\":[2],\"z\":\"w\"}}");
                assert_eq!((&found[..2], is_faulty), (&["a: 0=1".to_owned(), element][..], faulty), "{body}");
                let outer = Cuts::of_bytes(body.as_bytes(), |name| name == "m");
                assert_eq!(outer.members.last().unwrap().name, if after.contains('e') { "e" } else { "m" }, "{body}");
            }
        }
    }

    #[test]
    fn body_that_breaks_off_keeps_what_was_whole() {
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
            ("{},\"k\":1,{}", "0={} | 1=\"k\":1 | 2={}"),
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
        assert_cut(
            r#"{"m":{"a":[{"x":[1],"y":1},{"z":2}"b":[3]}}"#,
            &[r#"a: 0={"x":[1],"y":1} | 1={"z":2}"#, "b: 0=3"],
            true,
        );
        assert_cut(r#"{"m":{"b":[3],"a":[{"x":[1]},{"z":2}}}"#, &["b: 0=3", r#"a: 0={"x":[1]} | 1={"z":2}"#], true);
    }

    #[test]
    fn member_that_is_not_json_costs_no_list() {
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
    fn fault_in_each_of_several_lists_leaves_the_other_elements() {
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

    #[test]
    fn nesting_and_faults_without_number_end() {
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
                let cuts = Cuts::of_bytes(body.as_bytes(), |name| name == "m");
                assert!(cuts.members.len() <= 100_001, "{unit}");
            }
        }
    }
}
