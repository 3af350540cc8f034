//! Markdown read: links and anchors.

use std::collections::{BTreeMap, BTreeSet};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// What a page points at, and what can be pointed at in it.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// Targets of links and images, with the line they stand in.
    pub(crate) links: Vec<(usize, String)>,
    /// Anchors of headings, as hosts of repositories make them, and `id`s of HTML.
    pub(crate) anchors: BTreeSet<String>,
}

impl Page {
    /// Reads a page; code is not searched.
    pub(crate) fn parse(text: &str) -> Self {
        let mut page = Self::default();
        let mut seen = BTreeMap::new();
        let mut heading: Option<String> = None;
        let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES;
        for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
            let line = 1 + text.bytes().take(range.start).filter(|&b| b == b'\n').count();
            match event {
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    page.links.push((line, dest_url.into_string()));
                }
                Event::Html(html) | Event::InlineHtml(html) => {
                    for name in ["href", "src"] {
                        let found = attributes(&html, name).into_iter();
                        page.links.extend(found.map(|value| (line, value)));
                    }
                    for name in ["id", "name"] {
                        page.anchors.extend(attributes(&html, name));
                    }
                }
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::Text(part) | Event::Code(part) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&part);
                    }
                }
                Event::End(TagEnd::Heading(_)) => {
                    if let Some(heading) = heading.take() {
                        page.anchors.insert(anchor(&heading, &mut seen));
                    }
                }
                _ => {}
            }
        }
        page
    }
}

/// The anchor of a heading; a second one of the same text gets `-1`.
fn anchor(heading: &str, seen: &mut BTreeMap<String, usize>) -> String {
    let slug: String = heading
        .trim()
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect();
    let times = seen.entry(slug.clone()).or_insert(0);
    *times += 1;
    if *times == 1 { slug } else { format!("{slug}-{}", *times - 1) }
}

/// The values of an attribute, written with double quotes, in a piece of HTML.
fn attributes(html: &str, name: &str) -> Vec<String> {
    html.split(&format!(" {name}=\""))
        .skip(1)
        .filter_map(|rest| rest.split_once('"'))
        .map(|(value, _)| value.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_with_their_line_and_code_is_not_searched() {
        let page = Page::parse(
            "# Top\n\nSee [one](a.md) and `[no](b.md)`.\n\n```text\n[no](c.md)\n```\n\n\
             ![img](d.png) [two][ref]\n\n<img alt=\"\" src=\"e.png\">\n\n[ref]: f.md#top\n",
        );
        let expected = [(3, "a.md"), (9, "d.png"), (9, "f.md#top"), (11, "e.png")];
        let expected = expected.map(|(line, link)| (line, link.to_owned()));
        assert_eq!(page.links, expected);
    }

    #[test]
    fn headings_and_ids_become_anchors() {
        let page = Page::parse("# A `code` & more!\n\n## Twice\n\n## Twice\n\n<a id=\"own\"></a>\n");
        let anchors: Vec<_> = page.anchors.iter().map(String::as_str).collect();
        assert_eq!(anchors, ["a-code--more", "own", "twice", "twice-1"]);
    }
}
