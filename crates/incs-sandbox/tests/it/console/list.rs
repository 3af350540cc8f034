//! The list of conversations: counts, reading on, numbers, and signs of customers.

use std::collections::BTreeSet;

use incs_sandbox::{Channel, Sandbox};
use serde_json::{Value, json};

use super::browser::Page;
use super::font::FONTS;

/// A sandbox with so many conversations on WhatsApp, each with one message, and a third as many on RCS, in turns.
async fn with_conversations(count: usize) -> Sandbox {
    let sandbox = Sandbox::builder().seed(7).start().await.unwrap();
    for number in 0..count {
        sandbox.customer(Channel::WhatsApp, &format!("8525123{number:04}")).says("Hello").unwrap();
        if number % 3 == 0 {
            sandbox.customer(Channel::Rcs, &format!("8525123{number:04}")).says("Good morning").unwrap();
        }
    }
    sandbox
}

const KEYS: &str = "[...document.querySelectorAll('.row[data-key]:not([data-number])')].map((row) => row.dataset.key)";
const COUNTS: &str = "[...document.querySelectorAll('.filter .count')].map((count) => Number(count.textContent))";

/// Scrolls on until the list has so many rows.
async fn scroll_until(page: &Page, count: usize) {
    for _ in 0..200 {
        page.eval("(() => { const list = document.querySelector('.list'); list.scrollTop = list.scrollHeight; })()")
            .await;
        if page.eval(&format!("{KEYS}.length")).await == count {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("{} rows instead of {count}", page.eval(&format!("{KEYS}.length")).await);
}

#[tokio::test]
async fn scrolling_loads_more_conversations() {
    let sandbox = with_conversations(650).await;
    let page = Page::open(&sandbox, "/").await;
    page.until("counts", &format!("String({COUNTS}) === '867,650,0,217'")).await;
    assert!(page.eval(&format!("{KEYS}.length")).await.as_u64().unwrap() < 500);
    scroll_until(&page, 867).await;
    let keys = page.eval(KEYS).await;
    let keys: Vec<&str> = keys.as_array().unwrap().iter().map(|key| key.as_str().unwrap()).collect();
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), 867, "each is there once");
    // The latest first, without a gap.
    let expected: Vec<String> = (0..650)
        .rev()
        .flat_map(|number| {
            let rcs = (number % 3 == 0).then(|| format!("rcs/8525123{number:04}"));
            rcs.into_iter().chain([format!("whatsapp/8525123{number:04}")])
        })
        .collect();
    assert_eq!(keys, expected);
    page.until("the end", "!document.querySelector('.more-rows')").await;

    // A new one counts at once.
    sandbox.customer(Channel::Viber, "639171234567").says("Hello").unwrap();
    page.until("counts", &format!("String({COUNTS}) === '868,650,1,217'")).await;
    assert_eq!(page.eval(&format!("{KEYS}[0]")).await, "viber/639171234567");
    page.is_clean().await;
    page.close().await;
}

#[tokio::test]
async fn filtered_list_loads_more() {
    let sandbox = with_conversations(650).await;
    let page = Page::open(&sandbox, "/").await;
    page.click(".filter[data-channel='rcs']").await;
    scroll_until(&page, 217).await;
    assert_eq!(page.eval(&format!("{KEYS}.at(-1)")).await, "rcs/85251230000");
    // What was read of one channel leaves no gaps in the list of all.
    page.click(".filter:not([data-channel='whatsapp'], [data-channel='rcs'], [data-channel='viber'])").await;
    page.until("all channels", &format!("{KEYS}.some((key) => key.startsWith('whatsapp'))")).await;
    scroll_until(&page, 867).await;
    page.close().await;
}

#[tokio::test]
async fn search_results_load_more() {
    let sandbox = with_conversations(450).await;
    let page = Page::open(&sandbox, "/").await;
    page.type_into(".search input", "hello").await;
    // The list before the search has 200 rows and the button as well; only the result has messages.
    let found = format!("document.querySelector('.row[data-number]') && {KEYS}.length === 200");
    page.until("the result", &format!("{found} && document.querySelector('.more-rows')")).await;
    page.click(".more-rows").await;
    page.until("more", &format!("{KEYS}.length === 400")).await;
    page.click(".more-rows").await;
    page.until("all", &format!("{KEYS}.length === 450 && !document.querySelector('.more-rows')")).await;
    page.close().await;
}

#[tokio::test]
async fn old_conversation_opens_by_link() {
    let sandbox = with_conversations(450).await;
    let page = Page::open(&sandbox, "/whatsapp/85251230000").await;
    page.until("the message", "document.querySelector('.bubble .text')?.textContent === 'Hello'").await;
    assert_eq!(page.eval("document.querySelector('.bar-sub').textContent").await, "+85251230000· WhatsApp");
    page.eval("location.hash = '#/rcs/85251230003'").await;
    page.until("the other", "document.querySelector('.bubble .text')?.textContent === 'Good morning'").await;
    // A receipt or a name of a conversation that was not read does not put it between others.
    let keys = page.eval(KEYS).await;
    assert_eq!(keys.as_array().unwrap().last().unwrap(), "rcs/85251230003");
    page.is_clean().await;
    page.close().await;
}

#[tokio::test]
async fn end_of_number_is_visible() {
    let sandbox = Sandbox::builder().seed(7).start().await.unwrap();
    for end in [1234, 1235] {
        let customer = format!("62812000456{end}");
        sandbox.customer(Channel::WhatsApp, &customer).says("Hello").unwrap();
    }
    let page = Page::open(&sandbox, "/whatsapp/628120004561234").await;
    for percent in [100, 150] {
        page.use_font(FONTS[2], percent).await;
        for width in [320, 390, 721, 1000] {
            page.resize(width, 800).await;
            let shown = page
                .eval("[...document.querySelectorAll('.row .phone-number, .bar .phone-number')].filter((node) => node.checkVisibility()).map((node) => {
                  const [start, end] = [...node.children].map((part) => part.getBoundingClientRect());
                  const clip = node.parentElement.getBoundingClientRect();
                  return [node.textContent, end.right <= clip.right + 1 && end.left >= clip.left - 1 && end.width > 0];
                })")
                .await;
            let shown = shown.as_array().unwrap();
            assert!(!shown.is_empty(), "{width}");
            for number in shown {
                assert_eq!(number[1], json!(true), "{width} {percent} %: {number}");
                assert!(number[0].as_str().unwrap().starts_with("+62812000456123"), "{number}");
            }
        }
    }
    page.close().await;
}

#[tokio::test]
async fn signs_of_customers_differ() {
    let sandbox = Sandbox::builder().seed(7).start().await.unwrap();
    let page = Page::open(&sandbox, "/").await;
    let signs = |from: u64, count: u64, step: u64| {
        format!(
            "import('/_sandbox/assets/channels.js').then(({{ avatar }}) => Array.from({{ length: {count} }}, (_, place) => {{
               const customer = String({from}n + {step}n * BigInt(place));
               const node = avatar({{ name: `Customer ${{place + 1}}`, customer }});
               return [node.textContent, Number(node.style.getPropertyValue('--hue'))];
             }}))"
        )
    };
    // Neighbours have other letters, and colours that are far apart.
    for from in [85_251_230_000_u64, 628_120_004_567_891_200, 10_000_000] {
        let list = page.eval(&signs(from, 100, 1)).await;
        let list = list.as_array().unwrap();
        for pair in list.windows(2) {
            assert_ne!(pair[0][0], pair[1][0]);
            assert!(apart(&pair[0], &pair[1]) > 60, "{pair:?}");
        }
        let letters: BTreeSet<_> = list.iter().map(|sign| sign[0].as_str().unwrap()).collect();
        assert_eq!(letters.len(), 100);
    }
    // Where the letters are the same, most colours are not.
    for step in [100, 500, 1_000, 10_000] {
        let list = page.eval(&signs(85_251_230_088, 60, step)).await;
        let list = list.as_array().unwrap();
        let near = list.windows(2).filter(|pair| apart(&pair[0], &pair[1]) < 15).count();
        let colours: BTreeSet<_> = list.iter().map(|sign| sign[1].as_u64().unwrap() / 10).collect();
        assert!(near <= 12 && colours.len() >= 20, "steps of {step}: {near} near, {} colours", colours.len());
    }
    page.close().await;
}

/// Returns the distance of two colours on the colour circle.
fn apart(one: &Value, other: &Value) -> i64 {
    let way = (one[1].as_i64().unwrap() - other[1].as_i64().unwrap()).rem_euclid(360);
    way.min(360 - way)
}
