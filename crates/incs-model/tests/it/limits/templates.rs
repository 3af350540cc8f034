//! Templates, tasks and status queries.

use incs_model::limits::{status as s, task as t, template as m};
use incs_model::status::StatusQuery;
use incs_model::task::{self, NewTask, TaskKind, TaskStatus};
use incs_model::template::rcs::{self, Card, Carousel, RichCard, Suggestion, TextContent};
use incs_model::template::{self, whatsapp};

use super::common::to;
use super::row::{Request, Row, past};

pub(super) fn rows() -> Vec<Row> {
    [of_rcs(), of_whatsapp(), of_tasks()].into_iter().flatten().collect()
}

fn named(name: impl Into<String>) -> rcs::NewTemplate {
    rcs::NewTemplate::new(name.into(), "PROMOTION", TextContent::new("x"))
}

/// A text template with one suggestion.
fn with(suggestion: Suggestion) -> rcs::NewTemplate {
    rcs::NewTemplate::new("x", "PROMOTION", TextContent::new("x").with_suggestions([suggestion]))
}

/// Returns a card with this number of suggestions.
fn card(suggestions: usize) -> Card {
    Card::new().with_media_url("https://h/a.png").with_suggestions(vec![Suggestion::reply("x", "x"); suggestions])
}

fn of_rcs() -> Vec<Row> {
    let carousel = |cards: Vec<Card>| rcs::NewTemplate::new("x", "PROMOTION", Carousel::new(cards));
    vec![
        Row::word_chars(&m::RCS_NAME, "/name", named),
        Row::cases(
            &m::RCS_NAME_CHARS,
            ["a", "Z_9", "_"].map(|name| Box::new(named(name)) as Request),
            ["a b", "a-b", "é", "a\n", "٣"].map(|name| past("/name", named(name))),
        ),
        Row::one_of(&m::RCS_CATEGORY, "/category", |category| {
            rcs::NewTemplate::new("x", category, TextContent::new("x"))
        }),
        Row::chars(&m::RCS_TEXT, "/content/textMessage", |text| {
            rcs::NewTemplate::new("x", "PROMOTION", TextContent::new(text))
        }),
        Row::items(&m::RCS_TEXT_SUGGESTIONS, "/content/suggestions", |count| {
            let suggestions = vec![Suggestion::reply("x", "x"); count];
            rcs::NewTemplate::new("x", "PROMOTION", TextContent::new("x").with_suggestions(suggestions))
        }),
        Row::items(&m::RCS_CARD_SUGGESTIONS, "/content/standaloneCard/suggestions", |count| {
            rcs::NewTemplate::new("x", "PROMOTION", RichCard::new(card(count)))
        })
        .and_at([Box::new(carousel(vec![card(4), card(4)])) as Request])
        .and_past([past("/content/carouselCard/1/suggestions", carousel(vec![card(4), card(5)]))]),
        Row::items(&m::RCS_CARDS, "/content/carouselCard", |count| carousel(vec![card(0); count])),
        Row::chars(&m::RCS_SUGGESTION_TEXT, "/content/suggestions/0/text", |text| with(Suggestion::reply(text, "x")))
            .and_past([
                past("/content/suggestions/0/text", with(Suggestion::open("é".repeat(26), "x", "https://h"))),
                past("/content/suggestions/0/text", with(Suggestion::dial("é".repeat(26), "x", "+1"))),
            ]),
        Row::chars(&m::RCS_POSTBACK, "/content/suggestions/0/postbackData", |text| with(Suggestion::reply("x", text))),
        Row::cases(
            &m::RCS_DIAL_NUMBER,
            ["+1", "+85251230088"].map(|number| Box::new(with(Suggestion::dial("x", "x", number))) as Request),
            ["", "+", "85251230088", "+1 2", "+[number]", "+٣"]
                .map(|number| past("/content/suggestions/0/phoneNumber", with(Suggestion::dial("x", "x", number)))),
        ),
        Row::cases(
            &m::RCS_LINK,
            ["https://h/[order_no]", "[url]", "https://[host]/"]
                .map(|url| Box::new(with(Suggestion::open("x", "x", url))) as Request),
            ["", "h.example", "[two words]", "ftp://h"]
                .map(|url| past("/content/suggestions/0/url", with(Suggestion::open("x", "x", url)))),
        ),
    ]
}

fn of_whatsapp() -> Vec<Row> {
    vec![
        Row::chars(&m::WHATSAPP_NAME, "/name", |name| whatsapp::NewTemplate::new(name, "en_US", "UTILITY")),
        Row::one_of(&m::WHATSAPP_CATEGORY, "/category", |category| whatsapp::NewTemplate::new("x", "en_US", category))
            .and_past([past("/category", whatsapp::NewTemplate::new("x", "en_US", "AUTHENTICATION"))]),
        Row::range(&m::LIST_COUNT, "/count", |count| {
            template::ListQuery::new().with_count(u32::try_from(count).unwrap())
        })
        .and_at([Box::new(template::ListQuery::new()) as Request]),
    ]
}

fn of_tasks() -> Vec<Row> {
    let task = || NewTask::new("x", 1u64, to(), "agent_07");
    vec![
        Row::items(&s::IDS, "/message_ids", |count| StatusQuery::new(vec!["x"; count])),
        Row::chars(&t::NAME, "/name", |name| NewTask::new(name, 1u64, to(), "agent_07")),
        Row::chars(&t::DESCRIPTION, "/description", |text| task().with_description(text)),
        Row::range(&t::KIND, "/type", |kind| task().with_type(TaskKind::from(kind))),
        Row::range(&t::LIST_STATUS, "/status", |status| task::ListQuery::new().with_status(TaskStatus::from(status)))
            .and_past([past("/status", task::ListQuery::new().with_status(TaskStatus::from(-1)))]),
        Row::range(&t::LIST_PAGE, "/page", |page| task::ListQuery::new().with_page(u32::try_from(page).unwrap())),
        Row::range(&t::LIST_PAGE_SIZE, "/page_size", |size| {
            task::ListQuery::new().with_page_size(u32::try_from(size).unwrap())
        }),
    ]
}
