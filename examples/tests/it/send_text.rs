//! One text.

use incs_sandbox::{Action, Rule, State, When};

use crate::support::{PATIENCE, example_at, run, sandbox, texts};

#[tokio::test(flavor = "multi_thread")]
async fn a_text_reaches_the_customer() {
    let sandbox = sandbox().await;
    let ended = run(&mut example_at(&sandbox, "send_text", &["+852 5123 0088", "Your table is ready."])).await;
    assert_eq!((ended.code, &*ended.stderr), (Some(0), ""), "{ended:?}");
    let id = ended.stdout.strip_prefix("on its way as ").unwrap().trim_end();
    let message = sandbox.wait_for(id, State::Delivered, PATIENCE).await.unwrap();
    assert_eq!((&*message.to, texts(&sandbox)), ("85251230088", vec!["Your table is ready.".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_reply_is_told_and_the_text_is_there_once() {
    let sandbox = sandbox().await;
    sandbox.add_fault(Rule::new(Action::Drop { accepted: true }).when(When::operation("send_*"))).unwrap();
    let ended = run(&mut example_at(&sandbox, "send_text", &["85251230088", "Your table is ready."])).await;
    assert_eq!((ended.code, &*ended.stdout), (Some(1), ""), "{ended:?}");
    assert!(ended.stderr.contains("it may be out, do not send it again"), "{ended:?}");
    assert_eq!(texts(&sandbox), ["Your table is ready."]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_is_refused_is_told_to_have_reached_nobody() {
    let sandbox = sandbox().await;
    let ended = run(&mut example_at(&sandbox, "send_text", &["15550010002", "Your table is ready."])).await;
    assert_eq!((ended.code, &*ended.stdout), (Some(1), ""), "{ended:?}");
    assert!(ended.stderr.contains("the customer has nothing"), "{ended:?}");
    assert!(!ended.stderr.contains("15550010002") && !ended.stderr.contains("table"), "{ended:?}");
    assert_eq!(texts(&sandbox), [""; 0]);
}
