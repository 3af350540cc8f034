//! A row of the table, and its constructors.

use incs_model::limits::{Limit, Rule, common};
use incs_model::{DecodeError, Measured, Validate, check, whatsapp};

pub(super) type Request = Box<dyn Validate>;

/// A rule with values that pass and values that fail.
pub(super) struct Row {
    rule: &'static Rule,
    at: Vec<Request>,
    past: Vec<Past>,
    decoded: Vec<(Result<(), DecodeError>, Option<&'static str>)>,
}

/// A value that fails.
pub(super) struct Past {
    request: Request,
    pointer: &'static str,
    found: Option<Measured>,
    /// Rules that such a value breaks as well.
    also: &'static [&'static str],
}

/// Alphabets with one to four bytes for a character, and with combining characters.
const ALPHABETS: [&str; 5] = ["a", "é", "e\u{301}", "配達", "👩\u{200d}👩\u{200d}👧😀"];

/// Returns a number of characters from an alphabet.
pub(super) fn text(alphabet: &str, count: usize) -> String {
    alphabet.chars().cycle().take(count).collect()
}

/// Creates a value that fails at `pointer`.
pub(super) fn past(pointer: &'static str, request: impl Validate + 'static) -> Past {
    Past::boxed(pointer, Box::new(request))
}

impl Past {
    /// Creates a value that fails at `pointer`.
    pub(super) fn boxed(pointer: &'static str, request: Request) -> Self {
        Self { request, pointer, found: None, also: &[] }
    }

    /// Adds rules that the value breaks as well.
    pub(super) fn also(mut self, ids: &'static [&'static str]) -> Self {
        self.also = ids;
        self
    }

    fn with_count(mut self, count: usize) -> Self {
        self.found = Some(Measured::Count(i64::try_from(count).unwrap()));
        self
    }
}

impl Row {
    /// Creates a row with hand-written values.
    pub(super) fn cases(
        rule: &'static Rule,
        at: impl IntoIterator<Item = Request>,
        past: impl IntoIterator<Item = Past>,
    ) -> Self {
        Self { rule, at: at.into_iter().collect(), past: past.into_iter().collect(), decoded: Vec::new() }
    }

    /// Creates a row for a maximum of characters, in every alphabet.
    pub(super) fn chars<T: Validate + 'static>(
        rule: &'static Rule,
        pointer: &'static str,
        request: impl Fn(String) -> T,
    ) -> Self {
        Self::chars_of(&ALPHABETS, rule, pointer, request)
    }

    /// Creates a row for a maximum of characters, for a text of letters, digits and underscores only.
    pub(super) fn word_chars<T: Validate + 'static>(
        rule: &'static Rule,
        pointer: &'static str,
        request: impl Fn(String) -> T,
    ) -> Self {
        Self::chars_of(&["order_note_7X"], rule, pointer, request)
    }

    fn chars_of<T: Validate + 'static>(
        alphabets: &[&str],
        rule: &'static Rule,
        pointer: &'static str,
        request: impl Fn(String) -> T,
    ) -> Self {
        let Limit::MaxChars(max) = rule.limit() else { panic!("{} counts no characters", rule.id()) };
        let at = alphabets.iter().map(|alphabet| Box::new(request(text(alphabet, max))) as Request);
        let beyond =
            alphabets.iter().map(|alphabet| past(pointer, request(text(alphabet, max + 1))).with_count(max + 1));
        Self::cases(rule, at, beyond)
    }

    /// Creates a row for a number of items.
    pub(super) fn items<T: Validate + 'static>(
        rule: &'static Rule,
        pointer: &'static str,
        request: impl Fn(usize) -> T,
    ) -> Self {
        let Limit::Items { min, max } = rule.limit() else { panic!("{} counts no items", rule.id()) };
        let at = [Some(min), max].into_iter().flatten().map(|count| Box::new(request(count)) as Request);
        let beyond = [min.checked_sub(1), max.map(|max| max + 1)];
        let beyond = beyond.into_iter().flatten().map(|count| past(pointer, request(count)).with_count(count));
        Self::cases(rule, at, beyond)
    }

    /// Creates a row for a range of whole numbers.
    pub(super) fn range<T: Validate + 'static>(
        rule: &'static Rule,
        pointer: &'static str,
        request: impl Fn(i64) -> T,
    ) -> Self {
        let (at, beyond) = match rule.limit() {
            Limit::Range { min, max } => (vec![min, max], vec![min - 1, max + 1]),
            Limit::AtLeast(min) => (vec![min], vec![min - 1]),
            _ => panic!("{} is no range", rule.id()),
        };
        let at = at.into_iter().map(|number| Box::new(request(number)) as Request);
        let beyond = beyond.into_iter().filter(|number| *number >= 0);
        let beyond =
            beyond.map(|number| Past { found: Some(Measured::Count(number)), ..past(pointer, request(number)) });
        Self::cases(rule, at, beyond)
    }

    /// Creates a row for the kinds of a file behind a link.
    pub(super) fn kinds<T: Validate + 'static>(
        rule: &'static Rule,
        pointer: &'static str,
        request: impl Fn(String) -> T,
    ) -> Self {
        let Limit::FileKinds(kinds) = rule.limit() else { panic!("{} lists no kinds", rule.id()) };
        let link = |end: &str| request(format!("https://media.example.com/v1.2/file{end}"));
        let known = kinds.iter().flat_map(|kind| {
            [
                format!(".{kind}"),
                format!(".{}", kind.to_uppercase()),
                format!(".{kind}?sig=b.exe"),
                format!(".avif.{kind}#b.avif"),
            ]
        });
        // None of these shows a kind: no media extension, or a query by which the server may convert the file.
        let unseen = [
            "",
            "?name=b.avif",
            "/",
            ".",
            ".v2-final",
            ".executable",
            ".php?id=3",
            "/image.php",
            "/v1.0",
            "/john.doe",
            ".avif/raw",
            ".avif;v=1",
            ".mp4?x-oss-process=video/snapshot,f_jpg",
            ".avif?",
        ]
        .map(str::to_owned);
        let at = known.chain(unseen).map(|end| Box::new(link(&end)) as Request).collect::<Vec<_>>();
        let beyond = [
            (".avif", "avif"),
            (".AVIF#?x=.png", "avif"),
            (".png.avif#.png", "avif"),
            (".exe", "exe"),
            (".EXE?x=.png", "exe"),
            (".png.exe#.png", "exe"),
        ]
        .map(|(end, word)| Past { found: Some(Measured::Word(word.to_owned())), ..past(pointer, link(end)) });
        Self::cases(rule, at, beyond)
    }

    /// Creates a row for a list of values.
    pub(super) fn one_of<T: Validate + 'static>(
        rule: &'static Rule,
        pointer: &'static str,
        request: impl Fn(&str) -> T,
    ) -> Self {
        let Limit::OneOf(values) = rule.limit() else { panic!("{} lists no values", rule.id()) };
        let at = values.iter().map(|value| Box::new(request(value)) as Request);
        let beyond = [String::new(), "other".to_owned(), values[0].to_uppercase() + "X", format!("{} ", values[0])];
        Self::cases(rule, at, beyond.map(|value| past(pointer, request(&value))))
    }

    /// Creates a row for a rule that the type enforces: bodies that decode, and bodies that do not.
    pub(super) fn decoded(rule: &'static Rule, at: &[&str], past: &[(&'static str, &str)]) -> Self {
        let decode = |body: &str| incs_model::decode::<whatsapp::Message>(body.as_bytes()).map(drop);
        let mut row = Self::cases(rule, [], []);
        row.decoded.extend(at.iter().map(|body| (decode(body), None)));
        row.decoded.extend(past.iter().map(|(pointer, body)| (decode(body), Some(*pointer))));
        row
    }

    /// Adds values that pass.
    pub(super) fn and_at(mut self, more: impl IntoIterator<Item = Request>) -> Self {
        self.at.extend(more);
        self
    }

    /// Adds values that fail.
    pub(super) fn and_past(mut self, more: impl IntoIterator<Item = Past>) -> Self {
        self.past.extend(more);
        self
    }

    /// Adds rules that the values past the limit break as well.
    pub(super) fn also_breaking(mut self, ids: &'static [&'static str]) -> Self {
        for past in &mut self.past {
            past.also = ids;
        }
        self
    }

    pub(super) fn id(&self) -> &'static str {
        self.rule.id()
    }

    /// Returns the failed expectations, in words.
    pub(super) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let id = self.id();
        if self.at.len() + self.decoded.len() == 0 || self.past.len() + self.decoded.len() == 0 {
            faults.push(format!("{id}: nothing to test"));
        }
        for (number, request) in self.at.iter().enumerate() {
            let report = check(&**request);
            // Some places of the rule are known from Meta's API only.
            let is_silent = report.warnings().iter().all(|warning| warning.rule() == &common::MEMBER_META);
            if !report.is_valid() || !is_silent {
                faults.push(format!("{id}: value {number} at the limit fails: {report}"));
            }
        }
        for (number, past) in self.past.iter().enumerate() {
            faults.extend(past.fault(self.rule).map(|fault| format!("{id}: value {number} past the limit: {fault}")));
        }
        for (result, expected) in &self.decoded {
            if result.as_ref().err().map(DecodeError::pointer) != *expected {
                faults.push(format!("{id}: {result:?} in place of {expected:?}"));
            }
        }
        faults
    }
}

impl Past {
    fn fault(&self, rule: &'static Rule) -> Option<String> {
        let report = check(&*self.request);
        if report.violations().iter().any(|violation| !violation.rule().is_enforced())
            || report.warnings().iter().any(|warning| warning.rule().is_enforced())
        {
            return Some(format!("violations and warnings are mixed up: {report}"));
        }
        let (expected, others): (Vec<_>, Vec<_>) =
            report.violations().iter().chain(report.warnings()).partition(|found| found.rule() == rule);
        let [violation] = expected.as_slice() else { return Some(format!("not one violation of it: {report}")) };
        if violation.pointer() != self.pointer {
            return Some(format!("{} in place of {}", violation.pointer(), self.pointer));
        }
        if self.found.as_ref().is_some_and(|found| found != violation.found()) {
            return Some(format!("found {:?} in place of {:?}", violation.found(), self.found));
        }
        let stranger = others.iter().find(|violation| !self.also.contains(&violation.rule().id()));
        stranger.map(|violation| format!("breaks {} as well", violation.rule().id()))
    }
}
