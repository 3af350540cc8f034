//! Templates of RCS and WhatsApp.

mod creation;
mod listing;
mod one;
pub mod rcs;
pub mod whatsapp;
