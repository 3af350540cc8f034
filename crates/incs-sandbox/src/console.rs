//! The console: serves the page that shows conversations as on a customer's phone.

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HOST, IF_NONE_MATCH, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, StatusCode};

/// The content security policy of the page: its own scripts, styles and pictures, and calls to its own sandbox. Inline scripts
/// and styles never run, whatever a message contains. Pictures must be files of the page: a link in a message must not become a
/// request to the APIs of the sandbox, and `'self'` would allow that.
fn policy(asked: &HeaderMap) -> Option<HeaderValue> {
    // The checks of each request allow only hosts that are this machine.
    let host = asked.get(HOST)?.to_str().ok()?;
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src {host}/_sandbox/assets/; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).ok()
}

/// Returns the routes of the page and its files, with full paths.
pub(crate) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/_sandbox/", get(async |headers: HeaderMap| reply(&INDEX, &headers)))
        .route("/_sandbox/assets/{file}", get(asset))
}

async fn asset(Path(file): Path<String>, headers: HeaderMap) -> Response {
    match find(&file) {
        Some(asset) => reply(asset, &headers),
        None => (StatusCode::NOT_FOUND, "no such file\n").into_response(),
    }
}

/// Replies with a file, or with 304 if the browser has it. Browsers ask each time, since the next sandbox on this port may be
/// another version.
fn reply(asset: &'static Asset, asked: &HeaderMap) -> Response {
    let tag = format!("\"{:016x}\"", asset.digest());
    let is_known = asked.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response = Response::new(if is_known { Body::empty() } else { Body::from(asset.bytes) });
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.media_type()));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(CONTENT_SECURITY_POLICY, policy(asked).unwrap_or(HeaderValue::from_static("default-src 'none'")));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    response
}

/// One file of the page.
#[derive(Debug)]
struct Asset {
    name: &'static str,
    bytes: &'static [u8],
}

impl Asset {
    fn media_type(&self) -> &'static str {
        match self.ending() {
            "css" => "text/css; charset=utf-8",
            "html" => "text/html; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "svg" => "image/svg+xml",
            "png" => "image/png",
            "pdf" => "application/pdf",
            _ => "application/octet-stream",
        }
    }

    fn ending(&self) -> &'static str {
        self.name.rsplit_once('.').map(|(_, ending)| ending).unwrap_or_default()
    }

    /// Returns a digest for the `ETag` (FNV-1a); it protects nothing.
    fn digest(&self) -> u64 {
        self.bytes
            .iter()
            .fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
    }
}

/// The page.
const INDEX: Asset = Asset { name: "index.html", bytes: include_bytes!("console/assets/index.html") };

macro_rules! assets {
    ($($name:literal)*) => {
        &[$(Asset { name: $name, bytes: include_bytes!(concat!("console/assets/", $name)) }),*]
    };
}

/// The files of the page.
const ASSETS: &[Asset] = assets![
    "actions.js"
    "api.js"
    "bubble.css"
    "bubble.js"
    "carousel.js"
    "channels.js"
    "composer.js"
    "content.js"
    "controls.css"
    "conversations.css"
    "conversations.js"
    "copy.js"
    "curl.js"
    "details.js"
    "dialogs.js"
    "dom.js"
    "drawer.css"
    "drawer.js"
    "empty.js"
    "faults.js"
    "icon.svg"
    "json.js"
    "keyboard.js"
    "layout.css"
    "main.js"
    "media.js"
    "narrow.css"
    "newcomer.js"
    "parts.js"
    "phone.css"
    "phone.js"
    "presets.js"
    "requests.js"
    "rich.css"
    "sample.pdf"
    "sample.png"
    "search.js"
    "shapes.js"
    "sheet.js"
    "store.js"
    "stream.js"
    "templates.js"
    "text.js"
    "theme.js"
    "thread.js"
    "ticks.js"
    "time.js"
    "toast.js"
    "tokens.css"
    "topbar.js"
    "webhooks.js"
];

/// Finds a file by its name.
fn find(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_asset_is_served() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/console/assets");
        let there: BTreeSet<String> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        let served: BTreeSet<String> = ASSETS.iter().chain([&INDEX]).map(|asset| asset.name.to_owned()).collect();
        assert_eq!(there, served);
        for asset in ASSETS {
            assert_ne!(asset.media_type(), "application/octet-stream", "{}", asset.name);
        }
    }

    /// Returns the text files with their content.
    fn sources() -> impl Iterator<Item = (&'static Asset, &'static str)> {
        let texts = ASSETS.iter().chain([&INDEX]).filter(|asset| !["png", "pdf"].contains(&asset.ending()));
        texts.map(|asset| (asset, std::str::from_utf8(asset.bytes).unwrap()))
    }

    #[test]
    fn scripts_never_write_html() {
        let words = [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "DOMParser",
            "srcdoc",
            "Function(",
        ];
        for (asset, source) in sources() {
            for word in words {
                assert!(!source.contains(word), "{} in {}", word, asset.name);
            }
        }
    }

    #[test]
    fn no_file_names_another_host() {
        for (asset, source) in sources() {
            // The SVG namespace is never requested; the sample of a webhook stays on this machine.
            let rest = source.replace("http://www.w3.org/2000/svg", "").replace("http://127.0.0.1:8080/", "");
            for after in rest.split("://").skip(1) {
                assert!(!after.starts_with(|first: char| first.is_ascii_alphanumeric()), "a host in {}", asset.name);
            }
        }
    }

    #[test]
    fn asset_files_stay_short() {
        for (asset, source) in sources() {
            assert!(source.lines().count() < 300, "{}", asset.name);
        }
    }
}
