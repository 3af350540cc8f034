//! The page in a browser, and the actions of a user.

use std::time::{Duration, Instant};

use fantoccini::Locator;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use incs_sandbox::Sandbox;
use serde_json::Value;

use super::chromium::Chromium;
use super::font::Font;

/// The time limit of every wait.
const PATIENCE: Duration = Duration::from_secs(20);

/// The page of a sandbox in a browser.
pub(super) struct Page {
    chromium: Chromium,
}

impl Page {
    /// Opens the page on a desktop screen. The part after `#` is a conversation: `/whatsapp/85251230088`.
    pub(super) async fn open(sandbox: &Sandbox, hash: &str) -> Self {
        Self::sized(sandbox, hash, 1440, 900).await
    }

    /// Opens the page in a given size.
    pub(super) async fn sized(sandbox: &Sandbox, hash: &str, width: u32, height: u32) -> Self {
        let chromium = Chromium::start(width, height).await;
        chromium.client.goto(&format!("{}#{hash}", sandbox.console_url())).await.unwrap();
        let page = Self { chromium };
        page.until("the event stream", "document.querySelector('.live')?.dataset.live === 'live'").await;
        page
    }

    /// Gives the page another size.
    pub(super) async fn resize(&self, width: u32, height: u32) {
        self.chromium.resize(width, height).await;
        self.until("the size", &format!("innerWidth === {width} && innerHeight === {height}")).await;
    }

    /// Shows all texts in a font, at a percentage of the usual size, as a user may set it in the browser.
    pub(super) async fn use_font(&self, font: Font, percent: u32) {
        let Font { name, .. } = font;
        let file = data_encoding::BASE64.encode(&font.file());
        self.eval(&format!(
            "new FontFace('{name}', Uint8Array.from(atob('{file}'), (letter) => letter.codePointAt(0))).load().then((face) => {{
               document.fonts.add(face);
               const {{ style }} = document.documentElement;
               style.setProperty('--font', '{name}');
               style.setProperty('--mono', '{name}');
               style.fontSize = '{percent}%';
             }})"
        ))
        .await;
        // The size and the width of letters that the tests rely on.
        let width = "(() => { const canvas = document.createElement('canvas').getContext('2d'); canvas.font = `1000px ${getComputedStyle(document.body).fontFamily}`; return Math.round(canvas.measureText('Wi').width); })()";
        assert_eq!(self.eval(width).await, 2 * u32::from(font.width), "{name}");
    }

    /// The value of an expression.
    pub(super) async fn eval(&self, expression: &str) -> Value {
        self.chromium.client.execute(&format!("return ({expression});"), Vec::new()).await.unwrap()
    }

    /// Waits until an expression is true, and fails by name when it never is.
    pub(super) async fn until(&self, what: &str, expression: &str) -> Value {
        let start = Instant::now();
        loop {
            let value = self.eval(expression).await;
            let is_there = !matches!(value, Value::Null | Value::Bool(false)) && value != 0 && value != "";
            if is_there {
                return value;
            }
            if start.elapsed() > PATIENCE {
                let text = self.eval("document.body.innerText").await;
                panic!("{what} did not come: {expression}\nconsole: {:?}\n{text}", self.chromium.console().await);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits for an element.
    pub(super) async fn find(&self, css: &str) -> Element {
        self.chromium.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await.expect(css)
    }

    /// Clicks an element, as a mouse does: it must be in sight and under nothing.
    pub(super) async fn click(&self, css: &str) {
        self.act(css, async |element| element.click().await).await;
    }

    /// Types into an element.
    pub(super) async fn type_into(&self, css: &str, text: &str) {
        self.act(css, async |element| element.send_keys(text).await).await;
    }

    /// Acts on an element. An element that an event replaces in the meantime is looked up again: a list may grow at any time.
    async fn act(&self, css: &str, act: impl AsyncFn(Element) -> Result<(), CmdError>) {
        let start = Instant::now();
        while let Err(error) = act(self.find(css).await).await {
            assert!(error.is_stale_element_reference() && start.elapsed() < PATIENCE, "{css}: {error}");
        }
    }

    /// Presses keys at the focus, as a keyboard does, without looking up an element that an event might replace.
    pub(super) async fn press(&self, keys: &str) {
        let mut strokes = KeyActions::new("keyboard".to_owned());
        for value in keys.chars() {
            strokes = strokes.then(KeyAction::Down { value }).then(KeyAction::Up { value });
        }
        self.chromium.client.perform_actions(strokes).await.unwrap();
    }

    /// Returns forbidden actions of the page: requests to other hosts, policy violations, and errors in the console.
    pub(super) async fn is_clean(&self) {
        let foreign = self
            .eval("performance.getEntriesByType('resource').map((entry) => entry.name).filter((name) => !name.startsWith(location.origin + '/'))")
            .await;
        assert_eq!(foreign, Value::Array(Vec::new()), "asked of other hosts");
        assert_eq!(self.chromium.console().await, Vec::<String>::new());
    }

    pub(super) async fn close(self) {
        self.chromium.close().await;
    }
}

/// A script that gives the texts whose contrast is below 4.5 (3 for large ones), with what they say: what WCAG calls AA. Grounds
/// that are pictures are left out, text on them has a shade of its own.
pub(super) const TOO_FAINT: &str = r"(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const parse = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  };
  const over = (top, ground) => top.slice(0, 3).map((value, at) => value * top[3] + ground[at] * (1 - top[3])).concat(1);
  const light = (colour) => {
    const [red, green, blue] = colour.map((value) => value / 255).map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const groundOf = (node) => {
    const chain = [];
    for (let at = node; at; at = at.parentElement) chain.unshift(parse(getComputedStyle(at).backgroundColor));
    return chain.reduce((ground, colour) => over(colour, ground), [255, 255, 255, 1]);
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    const node = text.parentElement;
    const box = node.getBoundingClientRect();
    if (!text.data.trim() || box.width < 2 || box.height < 2 || node.closest('.media, .hidden-text, .skip, noscript, option, datalist')) continue;
    const style = getComputedStyle(node);
    const ground = groundOf(node);
    const [one, other] = [light(over(parse(style.color), ground)), light(ground)].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) faint.push(`${ratio.toFixed(2)} ${node.className} ${text.data.trim().slice(0, 40)}`);
  }
  return faint;
})()";
