//! The webhook fixtures of the workspace.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

static WEBHOOKS: OnceLock<Vec<String>> = OnceLock::new();

/// Returns the body of each webhook fixture, ordered by name.
pub fn webhooks() -> &'static [String] {
    WEBHOOKS.get_or_init(|| {
        // The targets and a test of the workspace are built from different folders.
        let folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
        let folder = folders.map(|folder| folder.join("crates/incs-model/fixtures")).find(|folder| folder.is_dir());
        let folder = folder.expect("there are fixtures");
        let mut paths: Vec<_> = ["incs", "exotel"]
            .iter()
            .flat_map(|provider| fs::read_dir(folder.join(provider)).expect("the fixtures can be read"))
            .map(|entry| entry.expect("the fixtures can be read").path())
            .filter(|path| path.parent().is_some_and(|folder| folder.ends_with("exotel")) || is_webhook(path))
            .collect();
        paths.sort();
        paths.iter().map(|path| fs::read_to_string(path).expect("the fixtures can be read")).collect()
    })
}

fn is_webhook(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with("webhook-"))
}
