//! Nothing overflows, at any width, in any font, at any text size.

use incs_sandbox::{Action, Channel, Rule, Sandbox, Webhook, When};
use serde_json::{Value, json};

use super::browser::Page;
use super::font::{FONTS, Font};
use super::samples;
use crate::support::{raw, send_text};

/// On both sides of each width at which the layout changes, and some between.
const WIDTHS: [u32; 15] = [320, 390, 540, 720, 721, 850, 1000, 1180, 1181, 1240, 1320, 1321, 1480, 1481, 1920];

/// The widths at which the phone is narrow or changes.
const PHONE_WIDTHS: [u32; 8] = [320, 390, 720, 721, 1000, 1181, 1321, 1481];

/// The widths at which the drawer is narrow or changes.
const DRAWER_WIDTHS: [u32; 5] = [320, 390, 721, 1181, 1481];

/// A script that gives the elements that stick out of their parent, the texts that stick out of their element, and the last digits of
/// numbers that are not in sight. What scrolls, ends with an ellipsis or is cut after some lines may be longer than its place, and what
/// is placed by itself only has to be within the page.
const STICKING_OUT: &str = r"((root) => {
  // A receipt or a message may start an animation at any time, and an element in motion is larger than its place.
  document.getAnimations().forEach((animation) => animation.finish());
  const found = [];
  const say = (what, node) => found.push(`${what}: ${node.tagName.toLowerCase()}.${node.getAttribute('class')} ${node.textContent.trim().slice(0, 40)}`);
  const isIn = (inner, outer, slack = 0, space = 0) => [inner.left >= outer.left - 1.5 - space && inner.right <= outer.right + 1.5 + space,
    inner.top >= outer.top - 1.5 - slack && inner.bottom <= outer.bottom + 1.5 + slack];
  const scrolls = (style, axis) => ['auto', 'scroll'].includes(style[`overflow${axis}`]);
  const page = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
  for (const node of document.querySelectorAll(root)) {
    if (!node.checkVisibility({ visibilityProperty: true }) || node.closest('svg, select, noscript, .hidden-text, .skip, .act')) continue;
    const box = node.getBoundingClientRect();
    const style = getComputedStyle(node);
    if (!box.width || !box.height) continue;
    if (['absolute', 'fixed'].includes(style.position)) {
      if (!node.closest('.thread, .drawer-body, .list') && !isIn(box, page)[0]) say('beyond the page', node);
    } else {
      const parent = node.parentElement;
      const around = getComputedStyle(parent);
      const outer = parent.getBoundingClientRect();
      const isHidden = around.overflowY === 'hidden' && (box.top >= outer.bottom - 1 || box.bottom <= outer.top + 1);
      const isCut = around.textOverflow === 'ellipsis' || around.webkitLineClamp !== 'none';
      const [isWithinX, isWithinY] = isIn(box, outer, style.display === 'inline' ? parseFloat(style.fontSize) / 3 : 0);
      if (!isHidden && !isCut && around.display !== 'contents') {
        if (!isWithinX && !scrolls(around, 'X')) say('beyond the sides of its parent', node);
        if (!isWithinY && !scrolls(around, 'Y') && around.display !== 'inline') say('above or below its parent', node);
      }
    }
    if (style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none' || style.display === 'inline') continue;
    for (const text of node.childNodes) {
      if (text.nodeType !== Node.TEXT_NODE || !text.data.trim()) continue;
      const range = document.createRange();
      range.selectNodeContents(text);
      // A space at the end of a line that is kept hangs beyond it.
      const space = style.whiteSpaceCollapse === 'preserve' ? parseFloat(style.fontSize) : 0;
      const [isWithinX, isWithinY] = isIn(range.getBoundingClientRect(), box, parseFloat(style.fontSize) / 3, space);
      if (!isWithinX && !scrolls(style, 'X')) say('a text beyond the sides', node);
      if (!isWithinY && !scrolls(style, 'Y')) say('a text above or below', node);
    }
  }
  for (const end of document.querySelectorAll('.phone-number > :last-child')) {
    if (!end.checkVisibility() || !end.textContent) continue;
    const box = end.getBoundingClientRect();
    for (let outer = end.parentElement; outer; outer = outer.parentElement) {
      if (getComputedStyle(outer).overflowX !== 'visible' && !isIn(box, outer.getBoundingClientRect())[0]) say('an end out of sight', end.parentElement);
    }
    if (end.scrollWidth > end.clientWidth + 1) say('an end that is cut', end.parentElement);
  }
  if (document.documentElement.scrollWidth > innerWidth) found.push('the page scrolls sideways');
  return [...new Set(found)];
})";

/// A sandbox with more than a thousand conversations on each channel, every kind of message, names and numbers of any length, faults and
/// webhooks.
async fn crowded() -> Sandbox {
    let fail = Action::Fail { code: 131_026, title: "Message undeliverable".to_owned() };
    let sandbox = Sandbox::builder()
        .seed(7)
        .webhook(
            Webhook::to("http://127.0.0.1:9/hooks/of/a/rather/long/path?token=0123456789abcdef")
                .events(["new_message"]),
        )
        .fault(Rule::new(fail).when(When::to("85251230099")))
        .start()
        .await
        .unwrap();
    for channel in Channel::ALL {
        for number in 0..1_100 {
            sandbox.customer(channel, &format!("62812000{number:05}")).says("Hello").unwrap();
        }
    }
    send_text(&sandbox, "85251230099", "This one fails.").await;
    samples::send_all(&sandbox).await;
    for (number, name) in [("85251230088", "Rina"), ("628120001098", "Wilhelmina Konstantinopolitanskaya-Oberhausen")] {
        for channel in Channel::ALL {
            sandbox.customer(channel, number).says("And another").unwrap();
            rename(&sandbox, channel, number, name).await;
        }
    }
    sandbox
}

async fn rename(sandbox: &Sandbox, channel: Channel, number: &str, name: &str) {
    let body = json!({ "name": name }).to_string();
    let path = format!("/_sandbox/customers/{}/{number}", json!(channel).as_str().unwrap());
    let head = format!("PUT {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json");
    let reply = raw(sandbox, &format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len())).await;
    assert!(reply.starts_with("HTTP/1.1 20"), "{reply}");
}

/// Counters of four digits and more.
const COUNTERS: &str = "import('/_sandbox/assets/store.js').then(({ setState, store }) => setState({ ...store.state,
    counters: { requests: 12345, accepted: 12345, refused: 1234, inbound: 4321, webhooks_delivered: 54321, webhooks_failed: 1234, faults_applied: 4567 } }))";

/// Returns the overflowing parts of the page under a selector.
async fn sticking_out(page: &Page, css: &str) -> Value {
    page.eval(&format!("{STICKING_OUT}('{css}')")).await
}

/// Checks a part of the page at all widths, and collects the problems.
struct ReplyBody {
    name: String,
    wrong: Vec<String>,
}

impl ReplyBody {
    async fn look(&mut self, page: &Page, place: &str, css: &str, widths: &[u32]) {
        for width in widths {
            page.resize(*width, 800).await;
            for found in sticking_out(page, css).await.as_array().unwrap() {
                self.wrong.push(format!("{} {width} {place}: {}", self.name, found.as_str().unwrap()));
            }
        }
    }
}

/// Checks everything in a font.
async fn look(font: Font) {
    let sandbox = crowded().await;
    let page = Page::open(&sandbox, "/").await;
    let mut wrong = Vec::new();
    // The usual size of texts, and a larger one.
    for percent in [100, 150] {
        page.use_font(font, percent).await;
        wrong.append(&mut look_at(&page, &format!("{} {percent} %", font.name)).await);
    }
    page.is_clean().await;
    page.close().await;
    assert!(wrong.is_empty(), "{} things stick out:\n{}", wrong.len(), wrong.join("\n"));
}

/// Checks everything that the page can show, and returns the problems.
async fn look_at(page: &Page, name: &str) -> Vec<String> {
    page.eval("location.hash = '#/'").await;
    page.until("nothing chosen", "document.querySelector('.blank')").await;
    let mut at_all_widths = ReplyBody { name: name.to_owned(), wrong: Vec::new() };
    page.until("no animation", "document.getAnimations().every((animation) => animation.playState === 'finished')")
        .await;
    page.until("counts", "Number(document.querySelector('.filter[data-channel=viber] .count')?.textContent) > 1000")
        .await;
    page.eval(COUNTERS).await;
    let open =
        |panel: &str| format!("import('/_sandbox/assets/store.js').then(({{ openPanel }}) => openPanel({panel}))");
    let choose =
        |key: &str| format!("import('/_sandbox/assets/conversations.js').then(({{ choose }}) => choose({key}))");

    // Nothing chosen: the list, and what to do first.
    at_all_widths.look(page, "nothing chosen", "body *", &WIDTHS).await;
    for (channel, key) in [("whatsapp", "85251230088"), ("viber", "85251230099"), ("rcs", "85251230088")] {
        page.eval(&choose(&format!("'{channel}/{key}'"))).await;
        page.until(
            "the messages",
            &format!(
                "document.querySelector('.phone')?.dataset.channel === '{channel}' && document.querySelector('.bubble')"
            ),
        )
        .await;
        at_all_widths.look(page, channel, "#middle *", &PHONE_WIDTHS).await;
    }
    for panel in ["message", "requests", "webhooks", "faults", "templates"] {
        let number = "Number(document.querySelector('.message:last-child').dataset.number)";
        page.eval(&open(&format!("{{ kind: '{panel}', number: {number} }}"))).await;
        page.until(panel, "document.querySelector('#drawer .drawer-body').textContent.length > 60").await;
        page.eval("document.querySelectorAll('#drawer details').forEach((fold) => { fold.open = true; })").await;
        at_all_widths.look(page, panel, "#drawer *", &DRAWER_WIDTHS).await;
    }
    page.eval(&open("null")).await;
    for keys in ["n", "?"] {
        page.press(keys).await;
        page.until("the dialog", "document.querySelector('dialog[open]')").await;
        at_all_widths.look(page, &format!("dialog {keys}"), "dialog *", &[320, 721]).await;
        page.press("\u{e00c}").await;
        page.until("no dialog", "!document.querySelector('dialog')").await;
    }
    at_all_widths.wrong
}

#[tokio::test]
async fn layout_fits_narrow_font() {
    look(FONTS[0]).await;
}

#[tokio::test]
async fn layout_fits_usual_font() {
    look(FONTS[1]).await;
}

#[tokio::test]
async fn layout_fits_wide_font() {
    look(FONTS[2]).await;
}

#[tokio::test]
async fn what_sticks_out_is_found() {
    let sandbox = Sandbox::builder().seed(7).start().await.unwrap();
    sandbox.customer(Channel::Viber, "85251230088").says("Hello").unwrap();
    let page = Page::open(&sandbox, "/viber/85251230088").await;
    page.use_font(FONTS[1], 100).await;
    page.until("the bubble", "document.querySelector('.bubble')").await;
    assert_eq!(sticking_out(&page, "body *").await, json!([]));
    for (css, style) in [
        (".filter", "flex: none; width: 400px"),
        (".filters", "flex-wrap: nowrap; height: 10px"),
        (".bar", "height: 20px; min-height: 0"),
        (".bubble", "min-width: 900px"),
        (".row-phone", "min-width: 0; max-width: 20px"),
        (".topbar", "width: 3000px"),
    ] {
        page.eval(&format!("(() => {{ document.querySelector('{css}').style.cssText = '{style}'; }})()")).await;
        assert_ne!(sticking_out(&page, "body *").await, json!([]), "{css}");
        page.eval(&format!("(() => {{ document.querySelector('{css}').style.cssText = ''; }})()")).await;
        assert_eq!(sticking_out(&page, "body *").await, json!([]), "{css}");
    }
    page.close().await;
}
