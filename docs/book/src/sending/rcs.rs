//! What can be sent on RCS.

pub mod document;
pub mod image;
pub mod template_card;
pub mod template_cards;
pub mod template_text;
pub mod text;
pub mod video;

use super::{Chapter, kinds};

/// Its chapter.
pub(super) const CHAPTER: Chapter = Chapter {
    name: "rcs",
    introduction: "\
Five kinds of message. Cards and suggestions are not kinds of their own: they come with a template. Templates may be sent at any
time; everything else only [within 24 hours](README.md#24-hours) after the customer wrote.

The templates below are there in the [sandbox](../sandbox.md) from the start. With an account they are yours, made and
approved before. A send must fill every variable of every part, or the platform answers 10004; `check_send` on the template's
definition tells before.",
    limits: "rcs-messages",
    has_window: true,
    kinds: kinds! { "rcs":
        template_text [] "A bubble with a text that names Rina and parcel SO-1042, and below it two suggestions: Track SO-1042, and Open order.";
        template_card [] "A bubble with a film, here a placeholder, a title, a description, and one suggestion: Get 50% off.";
        template_cards [] "Two cards side by side, each with a picture, here a placeholder, a title, a line, and two suggestions.";
        text [] "A bubble: Thanks, we have booked you in for 18:30.";
        image [] "A bubble with a picture, here a placeholder with the name of the file.";
        video [] "A bubble with a film, here a placeholder with the name of the file.";
        document ["rcs.document"] "A bubble with a file: its kind, PDF, and its name.";
    },
};
