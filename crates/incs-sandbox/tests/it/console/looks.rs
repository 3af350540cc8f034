//! Dark and light themes, and narrow screens.

use incs_model::{PhoneNumber, rcs, viber};
use incs_sandbox::{Channel, Sandbox};
use serde_json::json;

use super::browser::{Page, TOO_FAINT};
use crate::support::client;

async fn lively() -> Sandbox {
    let sandbox = Sandbox::builder().seed(7).start().await.unwrap();
    let to: PhoneNumber = "85251230088".parse().unwrap();
    for channel in Channel::ALL {
        let first =
            sandbox.customer(channel, "85251230088").says("Is it *ready*? See https://shop.example.com/a").unwrap();
        let answer = incs_sandbox::Reply::text("Hello?").answering(first);
        sandbox.customer(channel, "85251230088").replies(&answer).unwrap();
    }
    let client = client(&sandbox);
    client.messages().send(viber::Message::new(to.clone(), "Your table is ready.")).await.unwrap();
    client.messages().send(rcs::Message::new(to.clone(), "Thanks, we have booked you in.")).await.unwrap();
    client.messages().send(incs_model::whatsapp::Message::new(to, "Your parcel leaves today.")).await.unwrap();
    sandbox
}

#[tokio::test]
async fn both_themes_have_enough_contrast() {
    let sandbox = lively().await;
    let page = Page::open(&sandbox, "/").await;
    let mut grounds = Vec::new();
    // From auto, which is light here, to light, to dark.
    for theme in ["light", "dark"] {
        page.press("t").await;
        page.until(theme, &format!("document.documentElement.dataset.choice === '{theme}'")).await;
        for channel in ["whatsapp", "viber", "rcs"] {
            page.click(&format!(".row[data-channel='{channel}']")).await;
            page.until(channel, &format!("document.querySelector('.phone')?.dataset.channel === '{channel}' && document.querySelectorAll('.bubble').length === 3")).await;
            page.until(
                "no animation",
                "document.getAnimations().every((animation) => animation.playState === 'finished')",
            )
            .await;
            assert_eq!(page.eval(TOO_FAINT).await, json!([]), "{theme} {channel}");
        }
        for panel in ["faults", "webhooks", "requests"] {
            page.click(&format!("[data-panel='{panel}']")).await;
            page.until(panel, "document.querySelector('#drawer .drawer-body').textContent.length > 20").await;
            assert_eq!(page.eval(TOO_FAINT).await, json!([]), "{theme} {panel}");
        }
        page.click("#drawer [aria-label^='Close']").await;
        grounds.push(page.eval("['body', '.bubble', '.row', '.thread'].map((css) => getComputedStyle(document.querySelector(css)).backgroundColor)").await);
    }
    assert_ne!(grounds[0], grounds[1]);
    page.is_clean().await;
    page.close().await;
}

#[tokio::test]
async fn the_contrast_is_measured() {
    let sandbox = Sandbox::builder().seed(7).start().await.unwrap();
    let page = Page::open(&sandbox, "/").await;
    page.eval("(() => { document.querySelector('.blank-card h1').style.color = '#aaa'; })()").await;
    let faint = page.eval(TOO_FAINT).await;
    assert_eq!(faint.as_array().unwrap().len(), 1, "{faint}");
    page.close().await;
}

#[tokio::test]
async fn narrow_screen_shows_one_pane() {
    let sandbox = lively().await;
    let page = Page::sized(&sandbox, "/", 390, 844).await;
    let panes =
        "['#conversations', '#middle', '#drawer'].filter((css) => document.querySelector(css).checkVisibility())";
    assert_eq!(page.eval(panes).await, json!(["#conversations"]));
    page.click(".row[data-channel='whatsapp']").await;
    page.until("the conversation", "document.querySelectorAll('.bubble').length === 3").await;
    assert_eq!(page.eval(panes).await, json!(["#middle"]));
    page.click(".message:last-child .bubble").await;
    page.until("the details", "document.querySelector('#drawer .code-box')").await;
    // The drawer covers all there is.
    assert_eq!(page.eval("document.querySelector('#drawer').getBoundingClientRect().width === innerWidth").await, true);
    assert_eq!(page.eval("document.documentElement.scrollWidth <= innerWidth").await, true);
    page.click("#drawer [aria-label^='Close']").await;
    page.click(".back").await;
    page.until("the list", "document.querySelector('#conversations').checkVisibility()").await;
    assert_eq!(page.eval(panes).await, json!(["#conversations"]));
    page.is_clean().await;
    page.close().await;
}
