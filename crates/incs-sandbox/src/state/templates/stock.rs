//! The templates that exist from the start: the reference's samples, and some more.

use incs_model::RawJson;
use incs_model::template::{rcs, whatsapp};

/// The time at which the stock was created: a time in the samples.
const CREATED: i64 = 1_768_201_100;

/// WhatsApp templates, oldest first. Their texts are invented; the reference's sample sends fit them.
pub(super) fn whatsapp_templates() -> Vec<whatsapp::Template> {
    vec![
        whatsapp_template("5120883317740201", "order_received_v2", whatsapp::Category::Utility)
            .with_components([whatsapp::Component::body("We have received your order. Thank you!")]),
        whatsapp_template("5120883317740202", "renewal_notice_3", whatsapp::Category::Utility).with_components([
            whatsapp::Component::header_text("Due on {{1}}"),
            whatsapp::Component::body_with_example(
                "Dear {{1}}, your policy is up for renewal. Take code {{2}} for {{3}} off.",
                ["Ms Tan", "SAVE15", "15%"],
            ),
            whatsapp::Component::footer("Example Insurance"),
        ]),
        whatsapp_template("5120883317740203", "spring_banner_1", whatsapp::Category::Marketing).with_components([
            whatsapp::Component::header_medium(whatsapp::HeaderFormat::Image),
            whatsapp::Component::body("Spring is here, and so are the new colours."),
            whatsapp::Component::buttons([
                whatsapp::Button::quick_reply("Show me"),
                whatsapp::Button::open("To the shop", "https://shop.example.com/spring"),
            ]),
        ]),
        whatsapp_template("5120883317740204", "coupon_copy_2", whatsapp::Category::Marketing)
            .with_components([whatsapp::Component::body("Here is your coupon. It is good until Sunday."), coupon()]),
        whatsapp_template("5120883317740205", "login_code_en", whatsapp::Category::Authentication).with_components([
            whatsapp::Component::body("{{1}} is your verification code."),
            whatsapp::Component::footer("This code expires in 10 minutes."),
            whatsapp::Component::buttons([whatsapp::Button::Otp(
                whatsapp::Otp::new().with_otp_type(whatsapp::OtpKind::CopyCode).with_text("Copy code"),
            )]),
        ]),
        whatsapp_template("5120883317740216", "balance_note_1", whatsapp::Category::Utility).with_components([
            whatsapp::Component::body_with_example("Hello {{1}}, your balance is {{2}}.", [1, 2]),
            whatsapp::Component::footer("Example Bank"),
        ]),
    ]
}

/// RCS templates, oldest first.
pub(super) fn rcs_templates() -> Vec<rcs::Template> {
    let first = rcs::TextContent::new("Your parcel is on its way.");
    let second = rcs::TextContent::new("Hi [customer], your order [order_no] is on its way.")
        .with_suggestions([rcs::Suggestion::reply("Where is it?", "where_[order_no]")]);
    let update = rcs::TextContent::new("Hi [customer], parcel [order_no] is on its way.").with_suggestions([
        rcs::Suggestion::reply("Track [order_no]", "track_[order_no]"),
        rcs::Suggestion::open("Open order", "open_order", "https://shop.example.com/o/[order_no]"),
    ]);
    vec![
        rcs_template("2217695120011000001", "delivery_note_1", first),
        rcs_template("2217695120012000002", "delivery_note_2", second),
        rcs_template("2217695120013000003", "parcel_update_1", update),
        rcs_template("2217695120034410077", "rain_sale_card", rich_card()),
        rcs_template("2217695120099910081", "rain_sale_carousel", carousel()),
    ]
}

fn whatsapp_template(id: &str, name: &str, category: whatsapp::Category) -> whatsapp::Template {
    whatsapp::Template::new(id, name, "en_US", category, whatsapp::Status::Approved)
        .with_created_time(CREATED)
        .with_updated_time(CREATED + 14)
        .with_status_updated_time(CREATED + 1276)
}

fn coupon() -> whatsapp::Component {
    let mut copy = whatsapp::CopyCode::new();
    copy.example = RawJson::encode("RAIN2026").ok();
    whatsapp::Component::buttons([whatsapp::Button::CopyCode(copy)])
}

fn rcs_template(id: &str, name: &str, content: impl Into<rcs::Content>) -> rcs::Template {
    rcs::Template::new(id, name, "APPROVED", content)
        .with_created_time(CREATED)
        .with_updated_time(CREATED + 3605)
        .with_status_updated_time(CREATED + 3602)
}

fn rich_card() -> rcs::RichCard {
    let card = rcs::Card::new()
        .with_card_title("Rainy season sale")
        .with_card_description("Hi [customer], umbrellas are half price today")
        .with_media_url("https://media.example.com/clips/umbrella.mp4")
        .with_thumbnail_url("")
        .with_suggestions([rcs::Suggestion::reply("Get [offer]", "take_offer")]);
    rcs::RichCard::new(card).with_orientation(rcs::Orientation::Vertical).with_height(rcs::Height::Short)
}

fn carousel() -> rcs::Carousel {
    let coats = rcs::Card::new()
        .with_card_title("Raincoats")
        .with_card_description("Hi [customer], new colours are in")
        .with_media_url("https://media.example.com/pics/raincoat.png")
        .with_suggestions([
            rcs::Suggestion::open("Shop [offer]", "shop_raincoats", "https://shop.example.com/raincoats"),
            rcs::Suggestion::reply("Tell me more", "more_raincoats"),
        ]);
    let boots = rcs::Card::new()
        .with_card_title("Boots")
        .with_card_description("Hi [customer], try a pair in store")
        .with_media_url("https://media.example.com/pics/boots.png")
        .with_suggestions([
            rcs::Suggestion::dial("Call us", "call_support", "+622150001234"),
            rcs::Suggestion::reply("Tell me more", "more_boots"),
        ]);
    rcs::Carousel::new([coats, boots]).with_height(rcs::Height::Short).with_width(rcs::Width::Medium)
}
