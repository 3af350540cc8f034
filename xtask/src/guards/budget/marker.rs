//! Numbers in pages that a guard checks: `<!-- guard:name -->15<!-- /guard -->`.

const OPEN: &str = "<!-- guard:";
const NAME_END: &str = " -->";
const CLOSE: &str = "<!-- /guard -->";

/// One number of a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Marker<'a> {
    pub(super) name: &'a str,
    /// What stands between the two comments; `None` when the second is missing.
    pub(super) stated: Option<&'a str>,
    /// Where that begins in the page.
    start: usize,
}

/// A number as a page has to write it.
pub(super) fn written(name: &str, number: usize) -> String {
    format!("{OPEN}{name}{NAME_END}{number}{CLOSE}")
}

/// All numbers of a page, in its order.
pub(super) fn all(text: &str) -> Vec<Marker<'_>> {
    let mut markers = Vec::new();
    for (open, _) in text.match_indices(OPEN) {
        let rest = text.get(open + OPEN.len()..).unwrap_or_default();
        let Some((name, rest)) = rest.split_once(NAME_END) else {
            continue;
        };
        let stated = rest.split_once(CLOSE).map(|(stated, _)| stated).filter(|stated| !stated.contains(OPEN));
        markers.push(Marker { name, stated, start: text.len() - rest.len() });
    }
    markers
}

/// The page with other numbers; `None` from `number` leaves one as it is.
pub(super) fn rewritten(text: &str, number: impl Fn(&str) -> Option<usize>) -> String {
    let mut out = text.to_owned();
    // From the end, so that what comes before a number stays where it was.
    for marker in all(text).iter().rev() {
        if let (Some(stated), Some(number)) = (marker.stated, number(marker.name)) {
            out.replace_range(marker.start..marker.start + stated.len(), &number.to_string());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "brings <!-- guard:a -->15<!-- /guard --> crates,\nor <!-- guard:a-b -->x<!-- /guard -->.\n";

    fn found(text: &str) -> Vec<(&str, Option<&str>)> {
        all(text).into_iter().map(|marker| (marker.name, marker.stated)).collect()
    }

    #[test]
    fn numbers_are_found_by_name() {
        assert_eq!(found(PAGE), [("a", Some("15")), ("a-b", Some("x"))]);
        assert_eq!(found(&written("a", 3)), [("a", Some("3"))]);
        assert_eq!(found("`guard:a` <!-- a -->15<!-- /guard -->"), []);
    }

    #[test]
    fn a_number_without_an_end_does_not_take_the_end_of_the_next() {
        assert_eq!(
            found("<!-- guard:a -->1 <!-- guard:b -->2<!-- /guard --> <!-- guard:c -->3"),
            [("a", None), ("b", Some("2")), ("c", None)]
        );
    }

    #[test]
    fn only_the_numbers_are_rewritten() {
        let number = |name: &str| if name == "a" { Some(7) } else { None };
        assert_eq!(rewritten(PAGE, number), PAGE.replace("15", "7"));
        assert_eq!(rewritten(PAGE, |_| Some(106)), PAGE.replace("15", "106").replace(">x<", ">106<"));
        assert_eq!(rewritten("<!-- guard:a -->1", |_| Some(2)), "<!-- guard:a -->1");
    }
}
