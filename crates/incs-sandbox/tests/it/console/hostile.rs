//! The content of a message is shown as text only.

use incs_model::{PhoneNumber, whatsapp};
use incs_sandbox::{Channel, Sandbox};
use serde_json::json;

use super::browser::Page;
use crate::support::client;

const NUMBER: &str = "972501234567";

/// Boxes whose content sticks out of them sideways, beyond what scrolls on purpose.
const OVERFLOWING: &str = "[...document.querySelectorAll('.bubble')].filter((bubble) => {
    const outer = bubble.getBoundingClientRect();
    const screen = document.querySelector('.screen').getBoundingClientRect();
    return outer.left < screen.left - 1 || outer.right > screen.right + 1 || [...bubble.querySelectorAll('.text, .text *')].some((inner) => {
      const box = inner.getBoundingClientRect();
      return box.left < outer.left - 1 || box.right > outer.right + 1;
    });
  }).length";

#[tokio::test]
async fn message_markup_stays_text() {
    let sandbox = Sandbox::builder().seed(7).start().await.unwrap();
    let customer = sandbox.customer(Channel::WhatsApp, NUMBER);
    let evil =
        r#"<script>window.hacked = 1</script><img src=x onerror="window.hacked = 1"><b>*bold*</b> javascript:alert(1)"#;
    customer.says(evil).unwrap();
    let hebrew: String = "שלום עולם ".chars().cycle().take(4000).collect();
    let arabic = "م".repeat(4000);
    let word = "W".repeat(4000);
    customer.says(hebrew.as_str()).unwrap();
    let to: PhoneNumber = NUMBER.parse().unwrap();
    for text in [evil, &arabic, &word] {
        client(&sandbox).messages().send(whatsapp::Message::new(to.clone(), text)).await.unwrap();
    }

    for (width, height) in [(1440, 900), (390, 844)] {
        let page = Page::sized(&sandbox, &format!("/whatsapp/{NUMBER}"), width, height).await;
        page.until("five bubbles", "document.querySelectorAll('.bubble').length === 5").await;
        let texts =
            page.eval("[...document.querySelectorAll('.bubble .text')].map((node) => node.textContent.length)").await;
        assert_eq!(texts[1], 4000);
        assert_eq!(texts[4], 4000);
        assert!(
            page.eval("document.querySelector('.bubble .text').textContent")
                .await
                .as_str()
                .unwrap()
                .starts_with("<script>")
        );

        page.eval("document.querySelectorAll('.more').forEach((more) => more.click())").await;
        page.until(
            "all of the text",
            "[...document.querySelectorAll('.more')].every((more) => more.textContent === 'Show less')",
        )
        .await;
        assert_eq!(page.eval(OVERFLOWING).await, 0);
        assert_eq!(page.eval("document.documentElement.scrollWidth <= innerWidth").await, true);
        assert_eq!(
            page.eval("document.querySelector('#thread').scrollWidth <= document.querySelector('#thread').clientWidth")
                .await,
            true
        );
        let sides = page
            .eval("[...document.querySelectorAll('.bubble .text')].map((node) => getComputedStyle(node).direction)")
            .await;
        assert_eq!(sides, json!(["ltr", "rtl", "ltr", "rtl", "ltr"]));

        assert_eq!(page.eval("typeof window.hacked").await, "undefined");
        assert_eq!(
            page.eval("document.querySelectorAll('.bubble script, .bubble img, .row script, .row img').length").await,
            0
        );
        assert_eq!(page.eval("document.querySelectorAll('a[href^=javascript]').length").await, 0);
        page.is_clean().await;
        page.close().await;
    }
}

#[tokio::test]
async fn button_opens_only_web_addresses() {
    let sandbox = Sandbox::builder().seed(7).start().await.unwrap();
    let customer = sandbox.customer(Channel::WhatsApp, NUMBER);
    customer.says("See https://shop.example.com/a?b=1, or javascript:alert(1)").unwrap();
    let page = Page::open(&sandbox, &format!("/whatsapp/{NUMBER}")).await;
    page.find(".bubble a").await;
    let links = page
        .eval("[...document.querySelectorAll('.bubble a')].map((node) => [node.href, node.rel, node.target])")
        .await;
    assert_eq!(links, json!([["https://shop.example.com/a?b=1", "noopener noreferrer", "_blank"]]));
    page.is_clean().await;
    page.close().await;
}
