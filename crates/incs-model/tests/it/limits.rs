//! For each rule, values at the limit that pass and values past it that fail, with pointer and rule.

mod common;
mod row;
mod templates;
mod whatsapp;

use std::collections::BTreeSet;

use incs_model::limits::{self, Checked};
use incs_model::{rcs, viber};

use self::common::to;
use self::row::Row;

fn rows() -> Vec<Row> {
    [common::rows(), whatsapp::rows(), viber_and_rcs(), templates::rows()].into_iter().flatten().collect()
}

fn viber_and_rcs() -> Vec<Row> {
    use limits::{rcs as r, viber as v};

    vec![
        Row::chars(&v::TEXT, "/text", |text| viber::Message::new(to(), text)),
        Row::kinds(&v::IMAGE_KIND, "/image/link", |link| viber::Message::new(to(), viber::Image::new(link))),
        Row::kinds(&v::VIDEO_KIND, "/video/link", |link| viber::Message::new(to(), viber::Video::new(link))),
        Row::kinds(&v::DOCUMENT_KIND, "/document/link", |link| viber::Message::new(to(), viber::Document::new(link))),
        Row::kinds(&r::DOCUMENT_KIND, "/document/link", |link| rcs::Message::new(to(), rcs::Document::new(link))),
    ]
}

#[test]
fn every_limit_holds_exactly() {
    let faults: Vec<_> = rows().iter().flat_map(Row::faults).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Rules that only the platform checks cannot be tested here; rules for templates and documents are tested with those.
#[test]
fn every_checked_rule_has_a_row() {
    let rules = limits::all().filter(|rule| match rule.checked() {
        Checked::ValidateAndSchema | Checked::Validate | Checked::Type => true,
        Checked::Document | Checked::TemplateCheck | Checked::Platform => false,
        other => panic!("decide what is to be tested of rules checked by {other}"),
    });
    let rules: BTreeSet<_> = rules.map(limits::Rule::id).collect();
    let tested: BTreeSet<_> = rows().iter().map(Row::id).collect();
    assert_eq!(rules.difference(&tested).collect::<Vec<_>>(), Vec::<&&str>::new(), "rules without a row");
    assert_eq!(tested.difference(&rules).collect::<Vec<_>>(), Vec::<&&str>::new(), "rows of other rules");
}

#[test]
fn ids_are_unique_words_with_dots() {
    let mut seen = BTreeSet::new();
    for rule in limits::all() {
        assert!(seen.insert(rule.id()), "{} twice", rule.id());
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        assert!(rule.id().split('.').all(plain), "{}", rule.id());
    }
}
