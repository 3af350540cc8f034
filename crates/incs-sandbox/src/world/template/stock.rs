//! The templates that are there from the start: those that the reference's samples name, and some more to look at.

mod rcs;
mod whatsapp;

use super::Definition;

/// When the stock was created: a time in the samples.
const CREATED: i64 = 1_768_201_100;

/// All of them, oldest first.
pub(super) fn definitions() -> Vec<Definition> {
    let whatsapp = whatsapp::templates().into_iter().map(|template| Definition::WhatsApp(template.into()));
    whatsapp.chain(rcs::templates().into_iter().map(|template| Definition::Rcs(template.into()))).collect()
}
