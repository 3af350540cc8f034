//! What can be sent on WhatsApp.

pub mod audio;
pub mod cards_with_links;
pub mod cards_with_replies;
pub mod document;
pub mod image;
pub mod link_button;
pub mod list;
pub mod reply_buttons;
pub mod template;
pub mod template_code;
pub mod template_coupon;
pub mod template_image;
pub mod template_values;
pub mod text;
pub mod video;

use super::{Chapter, kinds};

/// Its chapter.
pub(super) const CHAPTER: Chapter = Chapter {
    name: "whatsapp",
    introduction: "\
Seven kinds of message: templates, texts, images, videos, audios, documents, and interactive ones. Templates may be sent at any time; everything else
only [within 24 hours](README.md#24-hours) after the customer wrote.

The templates below are there in the [sandbox](../sandbox.md) from the start. With an account they are yours, made and
approved before; INCS takes the name alone, and which language it picks when a name exists in several is **unknown**.",
    limits: "whatsapp-messages",
    has_window: true,
    kinds: kinds! { "whatsapp":
        template [] "A bubble: We have received your order. Thank you!";
        template_values ["whatsapp.template.header"]
            "A bubble with the heading Due on 2026-05-31, a text that names Ms Tan, the code SAVE15 and 15%, and a footer: Example Insurance.";
        template_image ["whatsapp.template.header", "whatsapp.image"]
            "A bubble with a picture, here a placeholder, a text about spring, and two buttons: Show me, and To the shop.";
        template_coupon ["whatsapp.template.button"] "A bubble with a text about a coupon, and a button that copies the code.";
        template_code ["whatsapp.template.code"]
            "A bubble: 480913 is your verification code. Below it how long it is good, and a button to copy it.";
        text [] "A bubble with a text in which one word is bold, and a link.";
        image ["whatsapp.image"] "A bubble with a picture, here a placeholder with the name of the file.";
        video ["whatsapp.video"] "A bubble with a film, here a placeholder with the name of the file.";
        audio ["whatsapp.audio"] "A bubble with a recording: a button to play it, and its wave.";
        document ["whatsapp.document"] "A bubble with a file: its kind, PDF, and its name.";
        link_button ["whatsapp.interactive.header", "whatsapp.interactive.body", "whatsapp.interactive.footer", "whatsapp.interactive.cta_url"]
            "A bubble with the heading Order 1042, a text, a footer, and one button: Track it.";
        reply_buttons [
            "whatsapp.interactive.header", "whatsapp.interactive.body", "whatsapp.interactive.footer", "whatsapp.interactive.button",
            "whatsapp.interactive.reply"
        ]
            "A bubble with a picture, here a placeholder, a question, and three buttons: I will come, Another time, Cancel.";
        list ["whatsapp.interactive.header.text", "whatsapp.interactive.footer", "whatsapp.interactive.list"]
            "A bubble with a question and the button Pick a time, which opens the list.";
        cards_with_links ["whatsapp.interactive.body", "whatsapp.interactive.carousel", "whatsapp.interactive.cta_url.display_text"]
            "A bubble with a text, and below it two cards side by side, each with a picture, here a placeholder, a line, and the button View.";
        cards_with_replies ["whatsapp.interactive.body", "whatsapp.interactive.carousel", "whatsapp.interactive.reply"]
            "A bubble with a text, and below it two cards side by side, each with a picture, here a placeholder, a line, and two buttons: Take it, and Ask about it.";
    },
};
