//! What can be sent on Viber.

pub mod document;
pub mod image;
pub mod one_time_password;
pub mod text;
pub mod video;

use super::{Chapter, kinds};

/// Its chapter.
pub(super) const CHAPTER: Chapter = Chapter {
    name: "viber",
    introduction: "\
Five kinds of message. There are no templates, no audio and nothing interactive. No page of the platform binds them to a time
after the customer wrote.",
    limits: "viber-messages",
    has_window: false,
    kinds: kinds! { "viber":
        text ["viber.text"] "A bubble: Your table is ready. See you at 18:30!";
        one_time_password [] "A bubble with the code 730264 in large digits, and how long it is good: 5 minutes.";
        image ["viber.image"] "A bubble with a picture, here a placeholder with the name of the file.";
        video ["viber.video"] "A bubble with a film, here a placeholder with the name of the file.";
        document ["viber.document"] "A bubble with a file: its kind, PDF, and its name.";
    },
};
