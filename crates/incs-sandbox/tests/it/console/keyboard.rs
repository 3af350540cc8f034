//! The page used by keyboard alone.

use incs_model::{PhoneNumber, viber};
use incs_sandbox::Sandbox;
use serde_json::json;

use super::browser::Page;
use crate::support::client;

async fn with_two_conversations() -> Sandbox {
    let sandbox = Sandbox::builder().seed(7).start().await.unwrap();
    for to in ["85251230088", "639171234567"] {
        let to: PhoneNumber = to.parse().unwrap();
        client(&sandbox).messages().send(viber::Message::new(to, "Your table is ready.")).await.unwrap();
    }
    sandbox
}

#[tokio::test]
async fn keys_move_search_open_and_close() {
    let sandbox = with_two_conversations().await;
    let page = Page::open(&sandbox, "/").await;
    page.until("both rows", "document.querySelectorAll('.row').length === 2").await;
    let keys = page.eval("[...document.querySelectorAll('.row')].map((row) => row.dataset.key)").await;
    let chosen = |place: usize| {
        format!(
            "document.querySelector('.row[aria-current=true]')?.dataset.key === '{}'",
            keys[place].as_str().unwrap()
        )
    };

    page.press("j").await;
    page.until("the first", &chosen(0)).await;
    page.press("j").await;
    page.until("the second", &chosen(1)).await;
    page.press("k").await;
    page.until("the first again", &chosen(0)).await;

    page.press("\u{e007}").await;
    page.until("the composer", "document.activeElement.matches('.composer textarea')").await;
    page.press("j").await;
    page.until("a letter", "document.activeElement.value === 'j'").await;
    page.press("\u{e00c}").await;
    page.until("no field", "document.activeElement === document.body").await;

    page.press("d").await;
    page.until("the details", "document.querySelector('#drawer h2')?.textContent === 'Message'").await;
    page.press("\u{e00c}").await;
    page.until("no drawer", "document.querySelector('#drawer').hidden").await;
    page.press("?").await;
    page.until("the keys", "document.querySelector('dialog[open] .keys')").await;
    page.press("\u{e00c}").await;
    page.until("no dialog", "!document.querySelector('dialog')").await;
    page.press("/").await;
    page.until("the search", "document.activeElement.matches('.search input')").await;
    page.is_clean().await;
    page.close().await;
}

#[tokio::test]
async fn tab_reaches_every_part() {
    let sandbox = with_two_conversations().await;
    let page = Page::open(&sandbox, "/viber/85251230088").await;
    page.find(".bubble").await;
    let mut parts = Vec::new();
    for _ in 0..60 {
        page.press("\u{e004}").await;
        let part = page
            .eval("document.activeElement.closest('.topbar, .search, .filters, .list, .list-foot, .bar, .thread, .composer')?.classList[0] ?? document.activeElement.className")
            .await;
        if parts.last() != Some(&part) {
            parts.push(part);
        }
        if document_is_over(&page).await {
            break;
        }
        let outline = page.eval("getComputedStyle(document.activeElement).outlineStyle + getComputedStyle(document.activeElement.querySelector('.bubble') ?? document.activeElement).outlineStyle").await;
        assert_ne!(outline, "nonenone", "no ring around {:?}", parts.last());
    }
    let order = ["skip", "topbar", "search", "filters", "list", "list-foot", "bar", "thread", "composer"];
    assert_eq!(json!(parts[..order.len()]), json!(order));
    page.close().await;
}

async fn document_is_over(page: &Page) -> bool {
    page.eval("document.activeElement === document.body || document.activeElement.matches('.composer .send')").await
        == true
}

#[tokio::test]
async fn controls_have_names_and_unique_ids() {
    let sandbox = with_two_conversations().await;
    let page = Page::open(&sandbox, "/viber/85251230088").await;
    for panel in ["faults", "webhooks", "requests", "templates"] {
        page.click(&format!("[data-panel='{panel}']")).await;
        page.until(panel, "document.querySelector('#drawer .drawer-body').textContent.length > 20").await;
        let nameless = page
            .eval("[...document.querySelectorAll('button, a, input, select, textarea')].filter((node) => !node.ariaLabel && !node.textContent.trim() && !node.labels?.length && !node.getAttribute('aria-labelledby')).map((node) => node.outerHTML)")
            .await;
        assert_eq!(nameless, json!([]));
        let twice = page.eval("[...document.querySelectorAll('[id]')].map((node) => node.id).filter((id, place, all) => all.indexOf(id) !== place)").await;
        assert_eq!(twice, json!([]));
    }
    page.is_clean().await;
    page.close().await;
}
