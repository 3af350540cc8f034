//! Every kind of request, built in one expression, is its fixture.

use incs_model::task::{self, NewTask};
use incs_model::template::{rcs as rcs_template, whatsapp as whatsapp_template};
use incs_model::whatsapp::interactive::Header;
use incs_model::whatsapp::interactive::carousel::{Card, CardAction};
use incs_model::whatsapp::interactive::list::{Row, Section};
use incs_model::whatsapp::interactive::reply::{Button, CardButton};
use incs_model::whatsapp::template::{Component, Parameter};
use incs_model::whatsapp::{Carousel, CtaUrl, List, ReplyButtons};
use incs_model::{PhoneNumber, Validate, encode, rcs, validate, viber, whatsapp};
use serde::Serialize;
use serde_json::Value;

use crate::fixtures::{names, text};

const SLOTS: &str = "https://shop.example.com/slots?ref=wa-771";

fn to() -> PhoneNumber {
    "+852 5123 0088".parse().unwrap()
}

/// The JSON of a request that fits the rules.
fn json(request: &(impl Serialize + Validate)) -> Value {
    validate(request).unwrap();
    serde_json::from_slice(&encode(request).unwrap()).unwrap()
}

/// Names and texts of the cards of both carousels.
const CARDS: [(&str, &str); 3] = [
    ("teapot", "*Stoneware teapot*\n\nHolds 600 ml, glazed inside and out, and safe in the dishwasher."),
    ("mug", "*Speckled mug*\n\nFits a large coffee. Each one is thrown by hand, so no two are the same."),
    ("bowl", "*Tea towel*\n\nSoft linen, pre-washed—dries glasses without a trace."),
];

fn picture(name: &str) -> Header {
    Header::image(format!("https://media.example.com/pics/{name}.jpeg"))
}

fn whatsapp_media() -> Vec<(&'static str, whatsapp::Message)> {
    vec![
        ("text", whatsapp::Message::new(to(), "Your parcel leaves the warehouse today.")),
        ("image", {
            whatsapp::Message::new(to(), whatsapp::Image::new("https://media.example.com/pics/parcel-204.png"))
        }),
        ("video", {
            whatsapp::Message::new(to(), whatsapp::Video::new("https://media.example.com/clips/unboxing-7.mp4"))
        }),
        ("audio", {
            whatsapp::Message::new(to(), whatsapp::Audio::new("https://media.example.com/voice/greeting.mp3"))
        }),
        ("document", {
            whatsapp::Message::new(to(), whatsapp::Document::new("https://media.example.com/docs/invoice-5521.pdf"))
        }),
    ]
}

fn whatsapp_templates() -> Vec<(&'static str, whatsapp::Template)> {
    vec![
        ("template-plain", whatsapp::Template::new("order_received_v2")),
        ("template-authentication", whatsapp::Template::new("login_code_en").with_code("480913")),
        ("template-copy-code", {
            whatsapp::Template::new("coupon_copy_2").with_components([Component::copy_code(0, "RAIN2026")])
        }),
        ("template-header-body-text", {
            whatsapp::Template::new("renewal_notice_3")
                .with_components([Component::header("2026-05-31"), Component::body(["Ms Tan", "SAVE15", "15%"])])
        }),
        ("template-header-image", {
            whatsapp::Template::new("spring_banner_1").with_components([Component::header(Parameter::image(
                "https://media.example.com/banners/spring-01.png",
            ))])
        }),
    ]
}

fn link_buttons() -> Vec<(&'static str, CtaUrl)> {
    vec![
        ("interactive-cta-url", {
            CtaUrl::new("Two pottery classes opened this week.", "Book a slot", SLOTS)
                .with_header(Header::image("https://media.example.com/pics/studio.png"))
                .with_footer("Seats are limited.")
        }),
        ("interactive-cta-url-text-header", {
            CtaUrl::new("Two pottery classes opened this week.", "Book a slot", SLOTS).with_header("New classes")
        }),
        ("interactive-cta-url-video-header", {
            CtaUrl::new("See the studio before you book.", "Book a slot", SLOTS)
                .with_header(Header::video("https://media.example.com/clips/studio-tour.mp4"))
        }),
        ("interactive-cta-url-document-header", {
            CtaUrl::new("The June timetable is attached.", "Book a slot", SLOTS)
                .with_header(Header::document("https://media.example.com/docs/timetable.pdf"))
        }),
    ]
}

fn choices() -> Vec<(&'static str, whatsapp::Message)> {
    vec![
        ("interactive-button", {
            whatsapp::Message::new(
                to(),
                ReplyButtons::new(
                    "Your fitting is on Friday at 10:30. Does that still work?",
                    [Button::reply("fit-keep", "Keep it"), Button::reply("fit-move", "Move it")],
                )
                .with_header(Header::image("https://media.example.com/pics/appointment.png"))
                .with_footer("Reply any time before Thursday."),
            )
        }),
        ("interactive-list", {
            whatsapp::Message::new(
                to(),
                List::new(
                    "When should we bring your order?",
                    "Pick a time",
                    [
                        Section::new(
                            "Tomorrow",
                            [
                                Row::new("slot_d1_am", "Morning").with_description("08:00 to 12:00"),
                                Row::new("slot_d1_pm", "Afternoon").with_description("13:00 to 18:00"),
                            ],
                        ),
                        Section::new(
                            "Saturday",
                            [
                                Row::new("slot_d2_am", "Sat morning").with_description("08:00 to 12:00"),
                                Row::new("slot_d2_pm", "Sat afternoon").with_description("13:00 to 18:00"),
                            ],
                        ),
                    ],
                )
                .with_header("Delivery window")
                .with_footer("Times are local."),
            )
        }),
        ("interactive-carousel-url", {
            whatsapp::Message::new(
                to(),
                Carousel::new(
                    "Fresh from the kiln:",
                    CARDS.map(|(name, text)| {
                        let link = format!("https://shop.example.com/p/{name}");
                        Card::new(picture(name), CardAction::open("View item", link)).with_body(text)
                    }),
                ),
            )
        }),
        ("interactive-carousel-quick-reply", {
            whatsapp::Message::new(
                to(),
                Carousel::new(
                    "Fresh from the kiln:",
                    CARDS.map(|(name, text)| {
                        let replies = CardAction::quick_replies([
                            CardButton::quick_reply(format!("info-{name}"), "Tell me more"),
                            CardButton::quick_reply(format!("keep-{name}"), "Save for later"),
                        ]);
                        Card::new(picture(name), replies).with_body(text)
                    }),
                ),
            )
        }),
    ]
}

fn viber() -> Vec<(&'static str, viber::Message)> {
    vec![
        ("text", viber::Message::new(to(), "Your table is ready.")),
        ("otp", viber::Message::new(to(), viber::OneTimePassword::new("730264", "en", 5))),
        ("image", viber::Message::new(to(), viber::Image::new("https://media.example.com/pics/menu.jpg"))),
        ("video", viber::Message::new(to(), viber::Video::new("https://media.example.com/clips/chef.mp4"))),
        ("document", {
            viber::Message::new(to(), viber::Document::new("https://media.example.com/docs/price-list.xlsx"))
        }),
    ]
}

fn rcs() -> Vec<(&'static str, rcs::Message)> {
    vec![
        ("text", rcs::Message::new(to(), "Thanks, we have booked you in.")),
        ("image", rcs::Message::new(to(), rcs::Image::new("https://media.example.com/pics/map.png"))),
        ("video", rcs::Message::new(to(), rcs::Video::new("https://media.example.com/clips/how-to.mp4"))),
        ("document", rcs::Message::new(to(), rcs::Document::new("https://media.example.com/docs/ticket.pdf"))),
        ("template-plain", rcs::Message::new(to(), rcs::Template::new("delivery_note_1"))),
        ("template-parameters", {
            rcs::Message::new(
                to(),
                rcs::Template::new("delivery_note_2").with_parameters([("customer", "Rina"), ("order_no", "SO-88121")]),
            )
        }),
    ]
}

fn rcs_templates() -> Vec<(&'static str, rcs_template::NewTemplate)> {
    use incs_model::template::rcs::{
        Card, Carousel, Category, Height, NewTemplate, Orientation, RichCard, Suggestion, TextContent, Width,
    };

    vec![
        ("text", {
            NewTemplate::new(
                "parcel_update_1",
                Category::Transaction,
                TextContent::new("Hi [customer], parcel [order_no] is on its way.").with_suggestions([
                    Suggestion::reply("Track [order_no]", "track_[order_no]"),
                    Suggestion::open("Open order", "open_order", "https://shop.example.com/o/[order_no]"),
                ]),
            )
        }),
        ("richcard", {
            NewTemplate::new(
                "rain_sale_card",
                Category::Promotion,
                RichCard::new(
                    Card::new()
                        .with_card_title("Rainy season sale")
                        .with_card_description("Hi [customer], umbrellas are half price today")
                        .with_media_url("https://media.example.com/clips/umbrella.mp4")
                        .with_thumbnail_url("https://media.example.com/pics/umbrella-thumb.png")
                        .with_suggestions([Suggestion::reply("Get [offer]", "take_offer")]),
                )
                .with_orientation(Orientation::Vertical)
                .with_height(Height::Short),
            )
        }),
        ("carousel", {
            NewTemplate::new(
                "rain_sale_carousel",
                Category::Promotion,
                Carousel::new([
                    Card::new()
                        .with_card_title("Raincoats")
                        .with_card_description("Hi [customer], new colours are in")
                        .with_media_url("https://media.example.com/pics/raincoat.png")
                        .with_suggestions([Suggestion::open(
                            "Shop [offer]",
                            "shop_raincoats",
                            "https://shop.example.com/raincoats",
                        )]),
                    Card::new()
                        .with_card_title("Boots")
                        .with_card_description("Hi [customer], try a pair in store")
                        .with_media_url("https://media.example.com/pics/boots.png")
                        .with_suggestions([Suggestion::dial("Call us", "call_support", "+622150001234")]),
                ])
                .with_height(Height::Short)
                .with_width(Width::Medium),
            )
        }),
    ]
}

fn whatsapp_template() -> whatsapp_template::NewTemplate {
    use incs_model::template::whatsapp::{Category, Component, NewTemplate};

    NewTemplate::new("balance_note_1", "en_US", Category::Utility).with_components([
        Component::body_with_example("Hello {{1}}, your balance is {{2}}.", [1, 2]),
        Component::footer("Example Bank"),
    ])
}

fn tasks() -> [(&'static str, NewTask); 2] {
    let customer = || "6281200045678".parse().unwrap();
    [
        ("create-minimal", NewTask::new("call back", 30112, customer(), "agent_07")),
        ("create", {
            NewTask::new("May follow-up", 30112, customer(), "agent_07")
                .with_description("second reminder")
                .with_user_name("Budi")
                .with_task_module_info(task::OrderPanel::new(
                    "12500.00",
                    [
                        task::Order::new("LN20260502001")
                            .with_username("Budi")
                            .with_phone_number("81200045678")
                            .with_next_due_date("2026-05-20")
                            .with_confirm_loan_time("2026-04-02 09:15:00"),
                        task::Order::new("LN20260502002")
                            .with_username("Budi")
                            .with_phone_number("81200045678")
                            .with_loan_amount("5000")
                            .with_due_amount("2500")
                            .with_next_due_date("2026-05-25")
                            .with_confirm_loan_time("2026-04-11 16:40:00"),
                    ],
                ))
        }),
    ]
}

#[test]
fn every_kind_is_one_expression() {
    let mut built: Vec<(String, Value)> = Vec::new();
    let send = |channel: &str, kind: &str| format!("incs/send-{channel}-{kind}.request.json");
    let messages = whatsapp_media().into_iter().chain(choices());
    built.extend(messages.map(|(kind, message)| (send("whatsapp", kind), json(&message))));
    for (kind, template) in whatsapp_templates() {
        built.push((send("whatsapp", kind), json(&whatsapp::Message::new(to(), template))));
    }
    for (kind, message) in link_buttons() {
        built.push((send("whatsapp", kind), json(&whatsapp::Message::new(to(), message))));
    }
    built.extend(viber().into_iter().map(|(kind, message)| (send("viber", kind), json(&message))));
    built.extend(rcs().into_iter().map(|(kind, message)| (send("rcs", kind), json(&message))));
    for (kind, template) in rcs_templates() {
        built.push((format!("incs/rcs-template-create-{kind}.request.json"), json(&template)));
    }
    built.push(("incs/waba-template-create.request.json".to_owned(), json(&whatsapp_template())));
    for (kind, task) in tasks() {
        built.push((format!("incs/saas-task-{kind}.request.json"), json(&task)));
    }

    built.sort_by(|(one, _), (other, _)| one.cmp(other));
    for (name, request) in &built {
        assert_eq!(*request, serde_json::from_str::<Value>(&text(name)).unwrap(), "{name}");
    }
    // The token's request is no send; the inferred ones are further templates of the same kind.
    let others = ["token", "inferred"];
    let fixtures = names(|name| name.ends_with(".request.json") && !others.iter().any(|other| name.contains(other)));
    assert_eq!(built.into_iter().map(|(name, _)| name).collect::<Vec<_>>(), fixtures);
}

#[test]
fn header_media_come_by_id() {
    let media = whatsapp::HeaderMedia::by_id("4721").with_caption("The studio");
    let message = whatsapp::Message::new(to(), CtaUrl::new("x", "x", SLOTS).with_header(Header::image(media)));
    let header = &json(&message)["interactive"]["header"];
    assert_eq!(*header, serde_json::json!({ "type": "image", "image": { "id": "4721", "caption": "The studio" } }));
}

#[test]
fn template_values_become_parameters() {
    use incs_model::whatsapp::template::{
        CardComponent, Currency, Location, OrderState, OrderUpdate, Product, Template,
    };

    let template = Template::new("summer_sale").with_language("en_US").with_components([
        Component::header(Location::new(1.29, 103)),
        Component::header(Product::new("sku-7")),
        Component::body([Currency::new("$10", "USD", 10_000)]),
        Component::order_status(OrderUpdate::new("SO-1", OrderState::new("shipped"))),
        Component::tap_target("https://shop.example.com", "Shop"),
        Component::carousel([
            [CardComponent::header(Parameter::gif("https://media.example.com/a.mp4")), CardComponent::link_end(0, "a")],
            [CardComponent::body(["b"]), CardComponent::quick_reply(1, "b")],
        ]),
    ]);
    let parameters = |parameter: Value| serde_json::json!([parameter]);
    assert_eq!(
        json(&template),
        serde_json::json!({ "name": "summer_sale", "language": { "code": "en_US" }, "components": [
            { "type": "header", "parameters": parameters(serde_json::json!(
                { "type": "location", "location": { "latitude": 1.29, "longitude": 103 } })) },
            { "type": "header", "parameters": parameters(serde_json::json!(
                { "type": "product", "product": { "product_retailer_id": "sku-7" } })) },
            { "type": "body", "parameters": parameters(serde_json::json!(
                { "type": "currency", "currency": { "fallback_value": "$10", "code": "USD", "amount_1000": 10_000 } })) },
            { "type": "order_status", "parameters": parameters(serde_json::json!(
                { "type": "order_status", "order_status": { "reference_id": "SO-1", "order": { "status": "shipped" } } })) },
            { "type": "tap_target_configuration", "parameters": parameters(serde_json::json!(
                { "type": "tap_target_configuration", "tap_target_configuration": [
                    { "url": "https://shop.example.com", "title": "Shop" }] })) },
            { "type": "carousel", "cards": [
                { "card_index": 0, "components": [
                    { "type": "header", "parameters": [{ "type": "gif", "gif": { "link": "https://media.example.com/a.mp4" } }] },
                    { "type": "button", "sub_type": "URL", "index": "0", "parameters": [{ "type": "text", "text": "a" }] },
                ] },
                { "card_index": 1, "components": [
                    { "type": "body", "parameters": [{ "type": "text", "text": "b" }] },
                    { "type": "button", "sub_type": "QUICK_REPLY", "index": "1", "parameters": [
                        { "type": "payload", "payload": "b" }] },
                ] },
            ] },
        ] })
    );
}
