//! The baselines: handwritten types with plain serde derives, plain leaves (`String`, `u64`, `f64`, `bool`) and exactly the type of the
//! body.
#![allow(dead_code, reason = "the members are read from JSON, and that is all there is to measure")]

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Reads a body with a plain derive. Checking UTF-8 once and reading text is faster than `from_slice`.
///
/// # Panics
///
/// Panics if the body is of another type: there is nothing to measure then.
pub(crate) fn by_derive<T: DeserializeOwned>(body: &[u8]) -> T {
    let text = std::str::from_utf8(body).unwrap_or_default();
    serde_json::from_str(text).unwrap_or_else(|error| unreachable!("{error}"))
}

/// Reads a body as the same type with sonic-rs.
pub(crate) fn by_sonic_rs<T: DeserializeOwned>(body: &[u8]) -> T {
    sonic_rs::from_slice(body).unwrap_or_else(|error| unreachable!("{error}"))
}

/// Reads a body as the same type with simd-json, which writes into the body and so needs a copy of it.
pub(crate) fn by_simd_json<T: DeserializeOwned>(body: &[u8]) -> T {
    simd_json::from_slice(&mut body.to_vec()).unwrap_or_else(|error| unreachable!("{error}"))
}

#[derive(Deserialize)]
pub(crate) struct Created<C> {
    message: CreatedMessage<C>,
}

#[derive(Deserialize)]
struct CreatedMessage<C> {
    id: u64,
    r#type: i64,
    content: C,
    auth_id: Option<u64>,
    conversation_id: Option<u64>,
    session_type: Option<i64>,
    send_id: Option<String>,
    recv_id: Option<String>,
    custom_type: Option<i64>,
    custom_id: Option<u64>,
    channel_msg_id: Option<String>,
    channel_status: Option<i64>,
    error: Option<String>,
    source: Option<i64>,
    created_at: Option<String>,
    updated_at: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct CreatedText {
    content: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreatedImage {
    source_path: String,
    source_picture: Option<Picture>,
    big_picture: Option<Picture>,
    snapshot_picture: Option<Picture>,
}

#[derive(Deserialize)]
struct Picture {
    url: String,
    uuid: Option<String>,
    r#type: Option<String>,
    size: Option<u64>,
    width: Option<u32>,
    height: Option<u32>,
}

#[derive(Deserialize)]
pub(crate) struct NewMessage<M> {
    pub(crate) message: Value<M>,
    channel_id: Option<u64>,
    business_phone: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Value<M> {
    messaging_product: Option<String>,
    metadata: Option<Metadata>,
    contacts: Vec<Contact>,
    pub(crate) messages: Vec<M>,
}

#[derive(Deserialize)]
struct Metadata {
    display_phone_number: Option<String>,
    phone_number_id: Option<String>,
}

#[derive(Deserialize)]
struct Contact {
    profile: Option<Profile>,
    wa_id: Option<String>,
    user_id: Option<String>,
}

#[derive(Deserialize)]
struct Profile {
    name: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct TextMessage {
    id: String,
    from: Option<String>,
    from_user_id: Option<String>,
    timestamp: Option<String>,
    context: Option<Context>,
    r#type: String,
    text: Text,
}

#[derive(Deserialize)]
struct Text {
    body: String,
}

#[derive(Deserialize)]
pub(crate) struct ListReplyMessage {
    id: String,
    from: Option<String>,
    from_user_id: Option<String>,
    timestamp: Option<String>,
    context: Option<Context>,
    r#type: String,
    interactive: ListReplyContent,
}

#[derive(Deserialize)]
struct ListReplyContent {
    r#type: String,
    list_reply: ListReply,
}

#[derive(Deserialize)]
struct ListReply {
    id: String,
    title: Option<String>,
    description: Option<String>,
}

#[derive(Deserialize)]
struct Context {
    from: Option<String>,
    id: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct StatusUpdate {
    message_id: String,
    message_status: String,
    error: Option<StatusError>,
    channel_id: Option<u64>,
    business_phone: Option<String>,
    received_at: Option<i64>,
}

#[derive(Deserialize)]
struct StatusError {
    code: Option<i64>,
    title: Option<String>,
}

/// A carousel of cards with a picture, a text and a link each.
#[derive(Serialize)]
pub(crate) struct CarouselMessage {
    to: String,
    r#type: String,
    interactive: Interactive,
}

#[derive(Serialize)]
struct Interactive {
    r#type: String,
    body: Body,
    action: CarouselAction,
}

#[derive(Serialize)]
struct Body {
    text: String,
}

#[derive(Serialize)]
struct CarouselAction {
    cards: Vec<Card>,
}

#[derive(Serialize)]
struct Card {
    #[serde(rename = "card_index")]
    index: u32,
    header: Header,
    action: CardAction,
    r#type: String,
    body: Body,
}

#[derive(Serialize)]
struct Header {
    r#type: String,
    image: Image,
}

#[derive(Serialize)]
struct Image {
    link: String,
}

#[derive(Serialize)]
struct CardAction {
    name: String,
    parameters: Link,
}

#[derive(Serialize)]
struct Link {
    display_text: String,
    url: String,
}

/// The parts of a card as a caller has them: index, picture, text, label, link.
pub(crate) type CardParts = (u32, String, String, String, String);

impl CarouselMessage {
    pub(crate) fn new(to: &str, text: &str, cards: impl Iterator<Item = CardParts>) -> Self {
        let card = |(index, link, text, display_text, url)| Card {
            index,
            header: Header { r#type: "image".to_owned(), image: Image { link } },
            action: CardAction { name: "cta_url".to_owned(), parameters: Link { display_text, url } },
            r#type: "cta_url".to_owned(),
            body: Body { text },
        };
        Self {
            to: to.to_owned(),
            r#type: "interactive".to_owned(),
            interactive: Interactive {
                r#type: "carousel".to_owned(),
                body: Body { text: text.to_owned() },
                action: CarouselAction { cards: cards.map(card).collect() },
            },
        }
    }
}

/// A text to send.
#[derive(Serialize)]
pub(crate) struct TextToSend {
    pub(crate) to: String,
    pub(crate) r#type: String,
    pub(crate) text: String,
}

/// The reply to a send.
#[derive(Deserialize)]
pub(crate) struct Reply {
    pub(crate) status: String,
    pub(crate) code: i64,
    message: Option<String>,
    pub(crate) data: Option<Sent>,
}

#[derive(Deserialize)]
pub(crate) struct Sent {
    pub(crate) msg_id: String,
}
