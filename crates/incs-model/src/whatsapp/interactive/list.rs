//! A menu of rows (INCS: send WhatsApp message).

use std::collections::BTreeSet;

use incs_model_derive::{ReadStruct, WireStruct, skip_serializing_none};
use serde::{Deserialize, Serialize};

use super::parts::{Body, Footer, Header};
use crate::limits::whatsapp as limits;
use crate::validate::{At, Measured, Validate, Violations, count};

/// A menu of up to 10 rows behind one button (INCS: send WhatsApp message).
///
/// The webhook returns the chosen row as a `list_reply`, with its id.
///
/// ```
/// use incs_model::whatsapp::List;
/// use incs_model::whatsapp::interactive::list::{Row, Section};
///
/// let rows = [Row::new("am", "Morning"), Row::new("pm", "Afternoon").with_description("13:00 to 18:00")];
/// let menu = List::new("When should we bring your order?", "Pick a time", [Section::new("Tomorrow", rows)]);
/// # incs_model::validate(&menu).unwrap();
/// ```
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[wire(private_new)]
#[non_exhaustive]
pub struct List {
    /// At most [`LIST_BODY_TEXT_MAX`](crate::limits::whatsapp::LIST_BODY_TEXT_MAX) characters.
    #[cfg_attr(
        feature = "schema",
        schemars(schema_with = "super::parts::schema::body::<{ limits::LIST_BODY_TEXT_MAX }>")
    )]
    pub body: Body,
    /// The button and its sections.
    pub action: Action,
    /// A text; no other kind is allowed here.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::parts::schema::list_header"))]
    pub header: Option<Header>,
    /// A line below the body.
    pub footer: Option<Footer>,
}

/// The one button of a list, and its sections.
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ListAction"))]
#[non_exhaustive]
pub struct Action {
    /// The label, at most [`LIST_BUTTON_MAX`](crate::limits::whatsapp::LIST_BUTTON_MAX) characters.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = limits::LIST_BUTTON_MAX)))]
    pub button: String,
    /// 1 to [`LIST_SECTIONS_MAX`](crate::limits::whatsapp::LIST_SECTIONS_MAX) sections.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = limits::LIST_SECTIONS_MAX)))]
    pub sections: Vec<Section>,
}

/// A group of rows.
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Section {
    /// At most [`SECTION_TITLE_MAX`](crate::limits::whatsapp::SECTION_TITLE_MAX) characters.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = limits::SECTION_TITLE_MAX)))]
    pub title: String,
    /// At least one; all sections together hold at most [`LIST_ROWS_MAX`](crate::limits::whatsapp::LIST_ROWS_MAX).
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub rows: Vec<Row>,
}

/// A row to choose.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Row {
    /// The id that is sent back when the row is chosen, so it should be unique in the list. At most
    /// [`ROW_ID_MAX`](crate::limits::whatsapp::ROW_ID_MAX) characters.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = limits::ROW_ID_MAX)))]
    pub id: String,
    /// At most [`ROW_TITLE_MAX`](crate::limits::whatsapp::ROW_TITLE_MAX) characters.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = limits::ROW_TITLE_MAX)))]
    pub title: String,
    /// At most [`ROW_DESCRIPTION_MAX`](crate::limits::whatsapp::ROW_DESCRIPTION_MAX) characters.
    #[cfg_attr(feature = "schema", schemars(length(max = limits::ROW_DESCRIPTION_MAX)))]
    pub description: Option<String>,
}

impl List {
    /// Creates a text and the button `button` that opens a menu of these sections.
    pub fn new(
        body: impl Into<Body>,
        button: impl Into<String>,
        sections: impl IntoIterator<Item = impl Into<Section>>,
    ) -> Self {
        Self::with_required(body, Action::new(button, sections))
    }

    /// Returns every row with the positions of its section and of itself.
    fn rows(&self) -> impl Iterator<Item = (usize, usize, &Row)> {
        let sections = self.action.sections.iter().enumerate();
        sections.flat_map(|(section, Section { rows, .. })| {
            rows.iter().enumerate().map(move |(row, item)| (section, row, item))
        })
    }
}

impl Validate for List {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        match &self.header {
            Some(header @ Header::Text(_)) => header.check(&at.key("header"), found),
            Some(_) => found.add(&at.key("header").key("type"), &limits::LIST_HEADER, Measured::Nothing),
            None => {}
        }
        self.body.check_as(&at.key("body"), found, &limits::LIST_BODY_TEXT);
        if let Some(footer) = &self.footer {
            footer.check(&at.key("footer"), found);
        }
        let action = at.key("action");
        found.text(&action.key("button"), &self.action.button, &limits::LIST_BUTTON);
        let sections = action.key("sections");
        found.items(&sections, self.action.sections.len(), &limits::LIST_SECTIONS);
        self.action.sections.check(&sections, found);
        let rows = self.rows().count();
        if rows > limits::LIST_ROWS_MAX {
            found.add(&sections, &limits::LIST_ROWS, count(rows));
        }
        let mut ids = BTreeSet::new();
        for (section, row, item) in self.rows() {
            if !ids.insert(&item.id) {
                let place = sections.index(section);
                let rows = place.key("rows");
                found.add(&rows.index(row).key("id"), &limits::ROW_ID_UNIQUE, Measured::Nothing);
            }
        }
    }
}

impl Validate for Section {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        found.text(&at.key("title"), &self.title, &limits::SECTION_TITLE);
        let rows = at.key("rows");
        found.items(&rows, self.rows.len(), &limits::SECTION_ROWS);
        self.rows.check(&rows, found);
    }
}

impl Validate for Row {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        found.text(&at.key("id"), &self.id, &limits::ROW_ID);
        found.text(&at.key("title"), &self.title, &limits::ROW_TITLE);
        if let Some(description) = &self.description {
            found.max_chars(&at.key("description"), description, &limits::ROW_DESCRIPTION);
        }
    }
}
