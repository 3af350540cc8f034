//! What can be sent on Viber.

use super::{Chapter, kinds};

/// Its chapter.
pub(super) const CHAPTER: Chapter = Chapter {
    name: "viber",
    introduction: "\
There are five kinds of message. There are no templates, no audio and no interactive messages. No page of the platform limits them to a time
after the customer wrote.",
    limits: "viber-messages",
    has_window: false,
    kinds: kinds! { "viber.rs":
        text ["viber.text"] "A bubble: Your table is ready. See you at 18:30!";
        one_time_password [] "A bubble with the code 730264 in large digits, and its validity: 5 minutes.";
        image ["viber.image"] "A bubble with a picture, here a placeholder with the name of the file.";
        video ["viber.video"] "A bubble with a video, here a placeholder with the name of the file.";
        document ["viber.document"] "A bubble with a file: its kind, PDF, and its name.";
    },
};

pub mod document {
    //! Document.
    //!
    //! A file, such as a bill, a ticket or a manual.

    use incs_model::PhoneNumber;
    use incs_model::viber::{Document, Message};

    /// Sends the bill.
    pub fn document(to: PhoneNumber) -> Message {
        Message::new(to, Document::new("https://media.example.com/bills/1042.pdf"))
    }
}

pub mod image {
    //! Image.
    //!
    //! A picture behind a public link.

    use incs_model::PhoneNumber;
    use incs_model::viber::{Image, Message};

    /// Shows the ordered product.
    pub fn image(to: PhoneNumber) -> Message {
        Message::new(to, Image::new("https://media.example.com/pics/teapot.png"))
    }
}

pub mod one_time_password {
    //! One-time password.
    //!
    //! A code in Viber's own words, in the customer's language. The allowed languages and number of minutes are **unknown**. The code is a
    //! secret: `Debug` and errors do not show it.

    use incs_model::PhoneNumber;
    use incs_model::viber::{Message, OneTimePassword};

    /// Sends a sign-in code that is valid for five minutes.
    pub fn one_time_password(to: PhoneNumber) -> Message {
        Message::new(to, OneTimePassword::new("730264", "en", 5))
    }
}

pub mod text {
    //! Text.
    //!
    //! Free text.

    use incs_model::PhoneNumber;
    use incs_model::viber::Message;

    /// Says that a table is ready.
    pub fn text(to: PhoneNumber) -> Message {
        Message::new(to, "Your table is ready. See you at 18:30!")
    }
}

pub mod video {
    //! Video.
    //!
    //! A video behind a public link. Its server must send the length of the file.

    use incs_model::PhoneNumber;
    use incs_model::viber::{Message, Video};

    /// Shows how to assemble the product.
    pub fn video(to: PhoneNumber) -> Message {
        Message::new(to, Video::new("https://media.example.com/clips/assembly.mp4"))
    }
}
