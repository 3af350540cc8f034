//! A template, compared with its definition before it is sent.

use crate::support::{example_at, run, sandbox};

#[tokio::test(flavor = "multi_thread")]
async fn values_that_fit_are_sent() {
    let sandbox = sandbox().await;
    let arguments = ["85251230088", "balance_note_1", "Ms Tan", "HKD 120"];
    let ended = run(&mut example_at(&sandbox, "send_template", &arguments)).await;
    assert_eq!((ended.code, &*ended.stderr), (Some(0), ""), "{ended:?}");
    let id = ended.stdout.strip_prefix("on its way as ").unwrap().trim_end();
    let message = sandbox.message(id).unwrap();
    assert_eq!((&*message.kind, message.body.contains("HKD 120")), ("template", true));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_difference_is_listed_and_nothing_is_sent() {
    let sandbox = sandbox().await;
    for (name, values, count) in
        [("balance_note_1", &["Ms Tan"][..], 1), ("renewal_notice_3", &[], 2), ("order_received_v2", &["surplus"], 1)]
    {
        let arguments: Vec<_> = ["85251230088", name].iter().chain(values).copied().collect();
        let ended = run(&mut example_at(&sandbox, "send_template", &arguments)).await;
        assert_eq!((ended.code, ended.stdout.lines().count()), (Some(1), count), "{name}: {ended:?}");
        assert!(ended.stdout.lines().all(|line| line.starts_with("en_US: /")), "{name}: {ended:?}");
        assert!(
            ended.stderr.contains(&format!("not sent; differences from the template: {count}")),
            "{name}: {ended:?}"
        );
    }
    assert!(sandbox.sent().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_that_nobody_approved_is_not_sent() {
    let sandbox = sandbox().await;
    let ended = run(&mut example_at(&sandbox, "send_template", &["85251230088", "of_tomorrow"])).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("no template of this name is approved"), "{ended:?}");
    assert!(sandbox.sent().is_empty());
}
