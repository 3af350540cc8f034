//! The files of the page, built into the program.

/// One file of the page.
#[derive(Debug)]
pub(super) struct Asset {
    name: &'static str,
    pub(super) bytes: &'static [u8],
}

/// The page.
pub(super) const INDEX: Asset = Asset { name: "index.html", bytes: include_bytes!("assets/index.html") };

macro_rules! assets {
    ($($name:literal)*) => {
        &[$(Asset { name: $name, bytes: include_bytes!(concat!("assets/", $name)) }),*]
    };
}

/// What the page is made of.
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

/// A file by its name.
pub(super) fn find(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

impl Asset {
    pub(super) fn media_type(&self) -> &'static str {
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

    /// A number that differs when the bytes do (FNV-1a); no secret rests on it.
    pub(super) fn digest(&self) -> u64 {
        self.bytes
            .iter()
            .fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_file_in_the_folder_is_served_and_has_a_media_type() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/console/assets");
        let there: BTreeSet<String> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        let served: BTreeSet<String> = ASSETS.iter().chain([&INDEX]).map(|asset| asset.name.to_owned()).collect();
        assert_eq!(there, served);
        for asset in ASSETS {
            assert_ne!(asset.media_type(), "application/octet-stream", "{}", asset.name);
        }
    }

    /// Files that are text, with what they say.
    fn sources() -> impl Iterator<Item = (&'static Asset, &'static str)> {
        let texts = ASSETS.iter().chain([&INDEX]).filter(|asset| !["png", "pdf"].contains(&asset.ending()));
        texts.map(|asset| (asset, std::str::from_utf8(asset.bytes).unwrap()))
    }

    #[test]
    fn no_script_makes_markup_out_of_text() {
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
            // The name of SVG's language is none that is asked for; the sample of a webhook stays on this machine.
            let rest = source.replace("http://www.w3.org/2000/svg", "").replace("http://127.0.0.1:8080/", "");
            for after in rest.split("://").skip(1) {
                assert!(!after.starts_with(|first: char| first.is_ascii_alphanumeric()), "a host in {}", asset.name);
            }
        }
    }

    #[test]
    fn every_file_is_short_enough_to_be_read() {
        for (asset, source) in sources() {
            assert!(source.lines().count() < 300, "{}", asset.name);
        }
    }
}
