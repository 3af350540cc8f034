//! What can be sent on RCS.

use super::{Chapter, kinds};

/// Its chapter.
pub(super) const CHAPTER: Chapter = Chapter {
    name: "rcs",
    introduction: "\
There are five kinds of message. Cards and suggestions are not separate kinds: they are parts of a template. Templates may be sent at any time,
all other kinds only [within 24 hours](README.md#24-hours) after the customer wrote.

The [sandbox](../sandbox.md) has the templates of this page from the start. With an account you use your own approved templates. A send must
fill every variable of every part, or the platform replies with 10004. `check_send` on the template's definition finds a missing value
before the send.",
    limits: "rcs-messages",
    has_window: true,
    kinds: kinds! { "rcs.rs":
        template_text [] "A bubble with a text that names Rina and parcel SO-1042, and below it two suggestions: Track SO-1042, and Open order.";
        template_card [] "A bubble with a video, here a placeholder, a title, a description, and one suggestion: Get 50% off.";
        template_cards [] "Two cards side by side, each with a picture, here a placeholder, a title, a line, and two suggestions.";
        text [] "A bubble: Thanks, we have booked you in for 18:30.";
        image [] "A bubble with a picture, here a placeholder with the name of the file.";
        video [] "A bubble with a video, here a placeholder with the name of the file.";
        document ["rcs.document"] "A bubble with a file: its kind, PDF, and its name.";
    },
};

pub mod document {
    //! Document.
    //!
    //! A file, such as a bill, a ticket or a manual. Only PDF is allowed.

    use incs_model::PhoneNumber;
    use incs_model::rcs::{Document, Message};

    /// Sends the bill.
    pub fn document(to: PhoneNumber) -> Message {
        Message::new(to, Document::new("https://media.example.com/bills/1042.pdf"))
    }
}

pub mod image {
    //! Image.
    //!
    //! A picture behind a public link. The accepted formats and sizes are **unknown**.

    use incs_model::PhoneNumber;
    use incs_model::rcs::{Image, Message};

    /// Shows the ordered product.
    pub fn image(to: PhoneNumber) -> Message {
        Message::new(to, Image::new("https://media.example.com/pics/teapot.png"))
    }
}

pub mod template_card {
    //! Template with a card.
    //!
    //! A picture or a video with a title, a description and up to four suggestions. On the wire it is like any other template: the definition
    //! of the template sets its appearance.

    use incs_model::PhoneNumber;
    use incs_model::rcs::{Message, Template};

    /// Announces a sale.
    pub fn template_card(to: PhoneNumber) -> Message {
        let sale = Template::new("rain_sale_card").with_parameters([("customer", "Rina"), ("offer", "50% off")]);
        Message::new(to, sale)
    }
}

pub mod template_cards {
    //! Template with cards.
    //!
    //! Two to ten cards to swipe through, each with its own suggestions: replies, links, calls.

    use incs_model::PhoneNumber;
    use incs_model::rcs::{Message, Template};

    /// Shows the products on sale.
    pub fn template_cards(to: PhoneNumber) -> Message {
        let sale = Template::new("rain_sale_carousel").with_parameters([("customer", "Rina"), ("offer", "raincoats")]);
        Message::new(to, sale)
    }
}

pub mod template_text {
    //! Template with a text.
    //!
    //! An approved text with a value for each `[variable]` in any of its parts, the suggestions below the bubble included. The send does not
    //! repeat text or suggestions.

    use incs_model::PhoneNumber;
    use incs_model::rcs::{Message, Template};

    /// Says that a parcel is on its way.
    pub fn template_text(to: PhoneNumber) -> Message {
        let note = Template::new("parcel_update_1").with_parameters([("customer", "Rina"), ("order_no", "SO-1042")]);
        Message::new(to, note)
    }
}

pub mod text {
    //! Text.
    //!
    //! Free text. No maximum length is documented.

    use incs_model::PhoneNumber;
    use incs_model::rcs::Message;

    /// Confirms a reservation.
    pub fn text(to: PhoneNumber) -> Message {
        Message::new(to, "Thanks, we have booked you in for 18:30.")
    }
}

pub mod video {
    //! Video.
    //!
    //! A video behind a public link. The accepted formats and sizes are **unknown**.

    use incs_model::PhoneNumber;
    use incs_model::rcs::{Message, Video};

    /// Shows how to assemble the product.
    pub fn video(to: PhoneNumber) -> Message {
        Message::new(to, Video::new("https://media.example.com/clips/assembly.mp4"))
    }
}
