//! A link in a message makes the page ask the sandbox for nothing but the page's own files.

use std::time::Duration;

use incs_sandbox::{Channel, Medium, Reply, Sandbox};
use serde_json::json;

use super::browser::Page;
use crate::support::admin;

const NUMBER: &str = "85251230088";

#[tokio::test]
async fn only_assets_are_shown_as_pictures() {
    let sandbox = Sandbox::builder().seed(7).start().await.unwrap();
    let base = sandbox.base_url();
    let host = base.trim_start_matches("http://").to_owned();
    let foreign = [
        format!("{base}/"),
        format!("{base}/_sandbox/"),
        format!("{base}/_sandbox/state"),
        format!("{base}/_sandbox/events"),
        format!("{base}/external/templates"),
        format!("{base}/_sandbox/assets/../state"),
        format!("{base}/_sandbox/assets/./../state"),
        format!("{base}/_sandbox/assets/%2e%2e/state"),
        format!("{base}/_sandbox/assets/%2E./state"),
        format!("{base}/_sandbox/assets/..%2fstate"),
        format!("{base}/_sandbox/assets//../../external/templates"),
        format!("{base}/_sandbox/assetsx/sample.png"),
        format!("{base}/_SANDBOX/assets/sample.png"),
    ];
    let own = [
        format!("{base}/_sandbox/assets/sample.png"),
        format!("{base}/_sandbox/assets/sample.png?x=1#y"),
        format!("{base}/external/../_sandbox/assets/sample.png"),
    ];
    // What no customer can send is asked of the page alone.
    let unsendable = [
        format!("{base}/_sandbox/assets\\..\\state"),
        format!("http://desk:word@{host}/_sandbox/assets/sample.png"),
        format!("HTTP://{host}/external/templates"),
        format!("http:/{host}/external/templates"),
        "/_sandbox/assets/sample.png".to_owned(),
        "data:image/png;base64,AAAA".to_owned(),
        "blob:x".to_owned(),
    ];
    let customer = sandbox.customer(Channel::WhatsApp, NUMBER);
    for link in foreign.iter().chain(&own) {
        customer.replies(&Reply::media(Medium::Image, link)).unwrap();
    }
    let count = foreign.len() + own.len();
    let page = Page::open(&sandbox, &format!("/whatsapp/{NUMBER}")).await;
    page.until("all bubbles", &format!("document.querySelectorAll('.bubble').length === {count}")).await;
    for link in foreign.iter().chain(&unsendable) {
        let picture =
            format!("import('/_sandbox/assets/media.js').then((media) => media.picture('image', {}))", json!(link));
        let image = page.eval(&format!("{picture}.then((node) => node.querySelector('img'))")).await;
        assert_eq!(image, json!(null), "{link}");
    }
    // All are near enough to be loaded.
    page.eval("document.querySelectorAll('.bubble img').forEach((img) => { img.loading = 'eager'; })").await;
    page.until("the pictures", "[...document.querySelectorAll('.bubble img')].every((img) => img.naturalWidth > 0)")
        .await;
    let shown = page.eval("[...document.querySelectorAll('.bubble img')].map((img) => img.src)").await;
    assert_eq!(shown, json!(vec![own[0].clone(); own.len()]));
    let asked = page
        .eval("[...new Set(performance.getEntriesByType('resource').filter((entry) => entry.initiatorType === 'img').map((entry) => new URL(entry.name).pathname))].sort()")
        .await;
    assert_eq!(asked, json!(["/_sandbox/assets/icon.svg", "/_sandbox/assets/sample.png"]));
    assert_eq!(admin(&sandbox, "/state").await["counters"]["requests"], 0);
    page.is_clean().await;
    page.close().await;
}

#[tokio::test]
async fn policy_blocks_other_pictures() {
    let sandbox = Sandbox::builder().seed(7).start().await.unwrap();
    let page = Page::open(&sandbox, "/").await;
    page.eval(
        "(() => {
      window.blocked = [];
      addEventListener('securitypolicyviolation', (event) => window.blocked.push(event.effectiveDirective));
      for (const path of ['/external/templates', '/_sandbox/state', '/_sandbox/assets/sample.png']) {
        document.body.append(Object.assign(new Image(), { src: path, className: 'probe' }));
      }
    })()",
    )
    .await;
    page.until("the file", "[...document.querySelectorAll('.probe')].at(-1).naturalWidth > 0").await;
    page.until("two refusals", "window.blocked.length === 2 && window.blocked.every((kind) => kind === 'img-src')")
        .await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(admin(&sandbox, "/state").await["counters"]["requests"], 0);
    page.close().await;
}
