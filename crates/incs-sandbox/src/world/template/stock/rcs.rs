//! RCS templates of the stock.

use incs_model::template::rcs::{
    Card, Carousel, Content, Height, Orientation, RichCard, Suggestion, Template, TextContent, Width,
};

use super::CREATED;

pub(super) fn templates() -> Vec<Template> {
    let first = TextContent::new("Your parcel is on its way.");
    let second = TextContent::new("Hi [customer], your order [order_no] is on its way.")
        .with_suggestions([Suggestion::reply("Where is it?", "where_[order_no]")]);
    let update = TextContent::new("Hi [customer], parcel [order_no] is on its way.").with_suggestions([
        Suggestion::reply("Track [order_no]", "track_[order_no]"),
        Suggestion::open("Open order", "open_order", "https://shop.example.com/o/[order_no]"),
    ]);
    vec![
        template("2217695120011000001", "delivery_note_1", first),
        template("2217695120012000002", "delivery_note_2", second),
        template("2217695120013000003", "parcel_update_1", update),
        template("2217695120034410077", "rain_sale_card", rich_card()),
        template("2217695120099910081", "rain_sale_carousel", carousel()),
    ]
}

fn template(id: &str, name: &str, content: impl Into<Content>) -> Template {
    Template::new(id, name, "APPROVED", content).with_times(CREATED, CREATED + 3605, CREATED + 3602)
}

fn rich_card() -> RichCard {
    let card = Card::of(
        "Rainy season sale",
        "Hi [customer], umbrellas are half price today",
        "https://media.example.com/clips/umbrella.mp4",
    )
    .with_thumbnail_url("")
    .with_suggestions([Suggestion::reply("Get [offer]", "take_offer")]);
    RichCard::new(card).with_orientation(Orientation::Vertical).with_height(Height::Short)
}

fn carousel() -> Carousel {
    let coats =
        Card::of("Raincoats", "Hi [customer], new colours are in", "https://media.example.com/pics/raincoat.png")
            .with_suggestions([
                Suggestion::open("Shop [offer]", "shop_raincoats", "https://shop.example.com/raincoats"),
                Suggestion::reply("Tell me more", "more_raincoats"),
            ]);
    let boots = Card::of("Boots", "Hi [customer], try a pair in store", "https://media.example.com/pics/boots.png")
        .with_suggestions([
            Suggestion::dial("Call us", "call_support", "+622150001234"),
            Suggestion::reply("Tell me more", "more_boots"),
        ]);
    Carousel::new([coats, boots]).with_height(Height::Short).with_width(Width::Medium)
}
