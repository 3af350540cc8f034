//! Settings that are missing or wrong.

use crate::complete::examples;
use crate::support::{example, run};

const SETTINGS: [(&str, &str); 6] = [
    ("INCS_CERTIFICATION_CODE", "5d1f"),
    ("INCS_WEBHOOK_SECRET", "change-me"),
    ("EXOTEL_SECRET", "change-me"),
    ("INTERNAL_URL", "http://127.0.0.1:9/"),
    ("ADDRESS", "127.0.0.1:0"),
    ("INCS_BASE_URL", "http://127.0.0.1:9"),
];

/// What an example needs besides.
fn arguments(name: &str) -> &'static [&'static str] {
    match name {
        "bulk_send" => &["Cargo.toml"],
        "list_and_reply" => &["85251230088"],
        "mock_in_tests" => &["85251230088", "Ms Tan", "HKD 120"],
        _ => &["85251230088", "balance_note_1"],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_that_is_missing_is_named() {
    for name in examples() {
        let sends = !name.starts_with("receive_") && name != "exotel_bridge";
        let receives = name.starts_with("receive_")
            || ["answer_choice", "exotel_bridge", "list_and_reply", "reconcile"].contains(&&*name);
        let is_bridge = name == "exotel_bridge";
        let needed = [sends, receives, is_bridge, is_bridge];
        for (missing, _) in SETTINGS.iter().zip(needed).filter(|(_, needed)| *needed).map(|(setting, _)| setting) {
            let mut command = example(&name, arguments(&name));
            command.envs(SETTINGS.into_iter().filter(|(setting, _)| setting != missing));
            let ended = run(&mut command).await;
            assert_eq!((ended.code, &*ended.stdout), (Some(1), ""), "{name} without {missing}: {ended:?}");
            assert!(ended.stderr.contains(missing), "{name} without {missing}: {ended:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_base_url_that_is_none_is_told_and_nothing_is_sent() {
    for name in
        ["send_text", "send_template", "queue_transport", "mock_in_tests", "bulk_send", "reconcile", "answer_choice"]
    {
        let mut command = example(name, arguments(name));
        let ended = run(command.envs(SETTINGS).env("INCS_BASE_URL", "nowhere")).await;
        assert_eq!(ended.code, Some(1), "{name}: {ended:?}");
        assert!(ended.stderr.contains("a base URL is invalid"), "{name}: {ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_is_none_is_told_and_not_repeated() {
    for name in ["send_text", "send_template", "queue_transport", "mock_in_tests", "list_and_reply"] {
        let arguments: Vec<_> = ["852-not-a-number"].iter().chain(arguments(name).get(1..).unwrap()).copied().collect();
        let ended = run(example(name, &arguments).envs(SETTINGS)).await;
        assert_eq!((ended.code, &*ended.stdout), (Some(1), ""), "{name}: {ended:?}");
        assert!(ended.stderr.contains("NUMBER") && !ended.stderr.contains("852-not"), "{name}: {ended:?}");
    }
}
