//! What can be sent on WhatsApp.

use super::{Chapter, kinds};

/// Its chapter.
pub(super) const CHAPTER: Chapter = Chapter {
    name: "whatsapp",
    introduction: "\
There are seven kinds of message: template, text, image, video, audio, document and interactive. Templates may be sent at any time, all other
kinds only [within 24 hours](README.md#24-hours) after the customer wrote.

The [sandbox](../sandbox.md) has the templates of this page from the start. With an account you use your own approved templates. INCS takes
the name alone. If a name exists in several languages, the language that is sent is **unknown**.",
    limits: "whatsapp-messages",
    has_window: true,
    kinds: kinds! { "whatsapp.rs":
        template [] "A bubble: We have received your order. Thank you!";
        template_values ["whatsapp.template.header"]
            "A bubble with the heading Due on 2026-05-31, a text that names Ms Tan, the code SAVE15 and 15%, and a footer: Example Insurance.";
        template_image ["whatsapp.template.header", "whatsapp.image"]
            "A bubble with a picture, here a placeholder, a text about spring, and two buttons: Show me, and To the shop.";
        template_coupon ["whatsapp.template.button"] "A bubble with a text about a coupon, and a button that copies the code.";
        template_code ["whatsapp.template.code"]
            "A bubble: 480913 is your verification code. Below it its validity, and a button to copy it.";
        text [] "A bubble with a text in which one word is bold, and a link.";
        image ["whatsapp.image"] "A bubble with a picture, here a placeholder with the name of the file.";
        video ["whatsapp.video"] "A bubble with a video, here a placeholder with the name of the file.";
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

pub mod audio {
    //! Audio.
    //!
    //! An audio recording behind a public link.

    use incs_model::PhoneNumber;
    use incs_model::whatsapp::{Audio, Message};

    /// Sends a greeting from the shop's owner.
    pub fn audio(to: PhoneNumber) -> Message {
        Message::new(to, Audio::new("https://media.example.com/voice/welcome.mp3"))
    }
}

pub mod cards_with_links {
    //! Cards with links.
    //!
    //! Two to ten cards, each with a picture or a video and one link button. All cards have a button of the same kind. The message has a text
    //! above the cards, but no header and no footer.

    use incs_model::PhoneNumber;
    use incs_model::whatsapp::interactive::Header;
    use incs_model::whatsapp::interactive::carousel::{Card, CardAction};
    use incs_model::whatsapp::{Carousel, Message};

    /// Shows new products.
    pub fn cards_with_links(to: PhoneNumber) -> Message {
        let card = |name: &str, text: &str| {
            let picture = Header::image(format!("https://media.example.com/pics/{name}.jpeg"));
            let action = CardAction::open("View", format!("https://shop.example.com/p/{name}"));
            Card::new(picture, action).with_body(text)
        };
        let cards = [card("teapot", "Teapot, 0.8 l"), card("mug", "Mug, 0.3 l")];
        Message::new(to, Carousel::new("Fresh from the kiln:", cards))
    }
}

pub mod cards_with_replies {
    //! Cards with replies.
    //!
    //! Two to ten cards, each with quick replies in place of the link. The id of the tapped reply comes back in a webhook. Every card has the
    //! same number of replies. The maximum number is **unknown**; the samples have two.

    use incs_model::PhoneNumber;
    use incs_model::whatsapp::interactive::Header;
    use incs_model::whatsapp::interactive::carousel::{Card, CardAction};
    use incs_model::whatsapp::interactive::reply::CardButton;
    use incs_model::whatsapp::{Carousel, Message};

    /// Lets the customer choose a room.
    pub fn cards_with_replies(to: PhoneNumber) -> Message {
        let card = |name: &str, text: &str| {
            let picture = Header::image(format!("https://media.example.com/pics/{name}.jpeg"));
            let replies = CardAction::quick_replies([
                CardButton::quick_reply(format!("take-{name}"), "Take it"),
                CardButton::quick_reply(format!("ask-{name}"), "Ask about it"),
            ]);
            Card::new(picture, replies).with_body(text)
        };
        let cards = [card("garden", "Garden room, 2 beds"), card("tower", "Tower room, 1 bed")];
        Message::new(to, Carousel::new("Two rooms are free:", cards))
    }
}

pub mod document {
    //! Document.
    //!
    //! A file, such as a bill, a ticket or a manual. A display name is not documented; the phone shows the name in the link.

    use incs_model::PhoneNumber;
    use incs_model::whatsapp::{Document, Message};

    /// Sends the bill.
    pub fn document(to: PhoneNumber) -> Message {
        Message::new(to, Document::new("https://media.example.com/bills/1042.pdf"))
    }
}

pub mod image {
    //! Image.
    //!
    //! A picture behind a public link. The file is fetched from its server when the message is sent. A caption is not documented.

    use incs_model::PhoneNumber;
    use incs_model::whatsapp::{Image, Message};

    /// Shows the ordered product.
    pub fn image(to: PhoneNumber) -> Message {
        Message::new(to, Image::new("https://media.example.com/pics/teapot.png"))
    }
}

pub mod link_button {
    //! Link button.
    //!
    //! One button that opens a page, in place of a long address in the text. A header and a footer are optional; the header may also be a
    //! text, a video or a document. No webhook reports whether the customer opens the link.

    use incs_model::PhoneNumber;
    use incs_model::whatsapp::{CtaUrl, Message};

    /// Invites the customer to follow a parcel.
    pub fn link_button(to: PhoneNumber) -> Message {
        let message = CtaUrl::new("Your parcel has left the warehouse.", "Track it", "https://shop.example.com/o/1042")
            .with_header("Order 1042")
            .with_footer("Example Shop");
        Message::new(to, message)
    }
}

pub mod list {
    //! List.
    //!
    //! A menu behind a button, for four to ten choices. The customer picks one row, and its id comes back in a `new_message` webhook. For up to
    //! three choices use [reply buttons](#reply-buttons).

    use incs_model::PhoneNumber;
    use incs_model::whatsapp::interactive::list::{Row, Section};
    use incs_model::whatsapp::{List, Message};

    /// Asks when to deliver a parcel.
    pub fn list(to: PhoneNumber) -> Message {
        let today = Section::new("Today", [Row::new("today-pm", "Evening").with_description("18:00 to 21:00")]);
        let tomorrow = [
            Row::new("tomorrow-am", "Morning").with_description("8:00 to 12:00"),
            Row::new("tomorrow-pm", "Afternoon").with_description("13:00 to 18:00"),
        ];
        let sections = [today, Section::new("Tomorrow", tomorrow)];
        Message::new(to, List::new("When should we bring your order?", "Pick a time", sections))
    }
}

pub mod reply_buttons {
    //! Reply buttons.
    //!
    //! One to three short answers. The customer taps one, and its id comes back in a `new_message` webhook. A header and a footer are optional.

    use incs_model::PhoneNumber;
    use incs_model::whatsapp::interactive::Header;
    use incs_model::whatsapp::interactive::reply::Button;
    use incs_model::whatsapp::{Message, ReplyButtons};

    /// Asks whether a reservation is still valid.
    pub fn reply_buttons(to: PhoneNumber) -> Message {
        let buttons = [
            Button::reply("keep", "I will come"),
            Button::reply("move", "Another time"),
            Button::reply("drop", "Cancel"),
        ];
        let question = ReplyButtons::new("A table for two, today at 18:30?", buttons)
            .with_header(Header::image("https://media.example.com/pics/terrace.png"));
        Message::new(to, question)
    }
}

pub mod template {
    //! Template without values.
    //!
    //! An approved text that is the same for every customer. It may be sent at any time: only templates may start a conversation.

    use incs_model::PhoneNumber;
    use incs_model::whatsapp::{Message, Template};

    /// Confirms an order.
    pub fn template(to: PhoneNumber) -> Message {
        Message::new(to, Template::new("order_received_v2"))
    }
}

pub mod template_code {
    //! Template with a one-time code.
    //!
    //! A sign-in code. An authentication template takes it **instead of** components. The code is a secret: `Debug` and errors do not show it.

    use incs_model::PhoneNumber;
    use incs_model::whatsapp::{Message, Template};

    /// Sends a sign-in code.
    pub fn template_code(to: PhoneNumber) -> Message {
        Message::new(to, Template::new("login_code_en").with_code("480913"))
    }
}

pub mod template_coupon {
    //! Template with a coupon.
    //!
    //! A coupon that one tap copies, with a different code for each send. `0` is the position of the button in the template.

    use incs_model::PhoneNumber;
    use incs_model::whatsapp::template::Component;
    use incs_model::whatsapp::{Message, Template};

    /// Gives the customer a personal coupon.
    pub fn template_coupon(to: PhoneNumber) -> Message {
        let template = Template::new("coupon_copy_2").with_components([Component::copy_code(0, "RAIN2026")]);
        Message::new(to, template)
    }
}

pub mod template_image {
    //! Template with a picture.
    //!
    //! An announcement with a different picture for each send. The header of the template takes the image. The text and the buttons belong to
    //! the template, so the send does not repeat them.

    use incs_model::PhoneNumber;
    use incs_model::whatsapp::template::{Component, Parameter};
    use incs_model::whatsapp::{Message, Template};

    /// Announces the spring collection.
    pub fn template_image(to: PhoneNumber) -> Message {
        let banner = Parameter::image("https://media.example.com/pics/spring.png");
        let template = Template::new("spring_banner_1").with_components([Component::header(banner)]);
        Message::new(to, template)
    }
}

pub mod template_values {
    //! Template with values.
    //!
    //! An approved text with placeholders that each send fills. There is one value for each placeholder, `{{1}}` first. A wrong number of values
    //! is the most common reason why a template send is refused; `check_send` on the template's definition finds it before the send.

    use incs_model::PhoneNumber;
    use incs_model::whatsapp::template::Component;
    use incs_model::whatsapp::{Message, Template};

    /// Reminds of a renewal, with a date in the header and a name, a code and a discount in the body.
    pub fn template_values(to: PhoneNumber) -> Message {
        let values = [Component::header("2026-05-31"), Component::body(["Ms Tan", "SAVE15", "15%"])];
        Message::new(to, Template::new("renewal_notice_3").with_components(values))
    }
}

pub mod text {
    //! Text.
    //!
    //! Free text. The phone formats `*bold*`, `_italic_` and links. No maximum length is documented.

    use incs_model::PhoneNumber;
    use incs_model::whatsapp::Message;

    /// Answers a question about a parcel.
    pub fn text(to: PhoneNumber) -> Message {
        Message::new(to, "Your parcel leaves the warehouse *today*: https://shop.example.com/o/1042")
    }
}

pub mod video {
    //! Video.
    //!
    //! A video behind a public link.

    use incs_model::PhoneNumber;
    use incs_model::whatsapp::{Message, Video};

    /// Shows how to assemble the product.
    pub fn video(to: PhoneNumber) -> Message {
        Message::new(to, Video::new("https://media.example.com/clips/assembly.mp4"))
    }
}
