//! Every webhook fixture, item by item.

use incs_webhook::{Delivery, Outcome};

#[test]
fn every_fixture_is_parsed() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../incs-model/fixtures");
    let mut count = 0;
    for provider in ["incs", "exotel"] {
        for entry in std::fs::read_dir(folder.join(provider)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if provider == "incs" && !name.starts_with("webhook-") {
                continue;
            }
            let body = std::fs::read(&path).unwrap();
            let headers = [("content-type", "application/json")];
            let batch = Delivery::new(&headers, &body).dangerously_skip_verification().unwrap().parse();
            for item in &batch {
                assert!(matches!(item.outcome(), Outcome::Parsed(_)), "{name}: {item:?}");
                count += 1;
            }
        }
    }
    assert!(count >= 53, "{count}");
}
