//! Tests of `incs demo`, run as a user runs it.

use serde_json::Value;

use crate::support::{incs, run};

#[test]
fn every_step_of_demo_passes() {
    let ended = run(&mut incs(&["demo", "--json"]));
    let documents = ended.documents();
    let of = |kind: &str| documents.iter().filter(|document| document["type"] == kind).collect::<Vec<_>>();
    assert_eq!((ended.code, of("start").len(), of("summary").len()), (0, 1, 1), "{}", ended.stdout);
    let results = of("result");
    assert_eq!(results.len(), of("step").len());
    assert!(results.iter().all(|result| result["ok"] == true), "{results:#?}");
    let summary = of("summary")[0];
    assert_eq!(summary["ok"], true);
    assert_eq!(summary["tally"]["sent_twice"], 0);
    assert_eq!(summary["tally"]["repeated"], 1);
    assert!(summary["tally"]["receipts"].as_u64() >= Some(10), "{summary}");
}

#[test]
fn demo_covers_channels_and_failures() {
    let ended = run(&mut incs(&["demo", "--json"]));
    let details: Vec<String> = ended
        .documents()
        .iter()
        .filter(|document| document["type"] == "event")
        .map(|event| format!("{} {}", event["what"].as_str().unwrap(), event["detail"].as_str().unwrap()))
        .collect();
    for wanted in [
        "send whatsapp",
        "send viber",
        "send rcs",
        "receipt delivered",
        "new_message.whatsapp.interactive.list_reply",
        "exotel.incoming.suggested.reply",
        "refused /interactive/body/text: 1025 characters, at most 1024",
        "unknown",
        "found message_created.text",
        "repeated",
    ] {
        assert!(details.iter().any(|detail| detail.contains(wanted)), "nothing shows {wanted:?}: {details:#?}");
    }
}

#[test]
fn plain_output_fits_80_columns() {
    let ended = run(&mut incs(&["demo"]));
    assert_eq!(ended.code, 0, "{}", ended.stdout);
    assert!(!ended.stdout.contains('\u{1b}'));
    let long: Vec<_> = ended.stdout.lines().filter(|line| line.chars().count() > 80).collect();
    assert_eq!(long, [""; 0]);
    assert!(ended.stdout.contains("all steps passed"));
}

#[test]
fn colour_changes_no_text() {
    let plain = |text: &str| {
        let mut plain = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('\u{1b}') {
            plain.push_str(before);
            rest = after.split_once('m').unwrap().1;
        }
        plain + rest
    };
    let coloured = run(&mut incs(&["demo", "--color", "always"])).stdout;
    assert!(coloured.contains('\u{1b}'));
    let words = plain(&coloured);
    assert!(words.contains("A timed-out send is not retried"), "{words}");
}

#[test]
fn seed_changes_only_ids() {
    let steps = |seed: &str| {
        let documents = run(&mut incs(&["demo", "--json", "--seed", seed])).documents();
        let titles = documents.iter().filter(|document| document["type"] == "step").cloned().collect::<Vec<Value>>();
        let sends = documents
            .iter()
            .filter(|document| document["what"] == "send" && document["detail"].as_str().unwrap().contains("whatsapp"))
            .map(|send| send["detail"].clone())
            .collect::<Vec<Value>>();
        (titles, sends)
    };
    let (first, second, third) = (steps("1"), steps("2"), steps("1"));
    assert_eq!(first.0, second.0);
    assert_ne!(first.1, second.1);
    assert_eq!(first.1, third.1, "the same seed gives the same WhatsApp ids");
}
