//! The transport with a queue: what every transport promises, and a program that sends through it.

use incs_facade::client::backend::HyperTransport;
use incs_facade::contract::{self, ServerInfo};
use incs_sandbox::{Action, Rule, When};

use self::queued::QueuedTransport;
use crate::support::{example_at, run, sandbox, texts};

#[path = "../../queue_transport/queued.rs"]
mod queued;

fn transport(server: &ServerInfo) -> QueuedTransport {
    let mut inner = HyperTransport::builder().connect_timeout(server.connect_timeout());
    if let Some(root) = server.root_certificate() {
        inner = inner.root_certificate_der(root).unwrap();
    }
    QueuedTransport::over(inner.build(), 4)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_keeps_what_every_transport_promises() {
    contract::run(transport).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_go_through_the_queue() {
    let sandbox = sandbox().await;
    let ended = run(&mut example_at(&sandbox, "queue_transport", &["85251230088", "one", "two", "three"])).await;
    assert_eq!((ended.code, ended.stdout.lines().count()), (Some(0), 3), "{ended:?}");
    assert_eq!(texts(&sandbox), ["one", "three", "two"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_lost_behind_the_queue_makes_no_second_message() {
    let sandbox = sandbox().await;
    let lost = Rule::new(Action::Drop { accepted: true }).when(When::operation("send_*"));
    sandbox.add_fault(lost.skip(1).count(1)).unwrap();
    let ended = run(&mut example_at(&sandbox, "queue_transport", &["85251230088", "one", "two", "three"])).await;
    assert_eq!((ended.code, ended.stdout.lines().count()), (Some(1), 2), "{ended:?}");
    assert!(ended.stderr.contains("the outcome is unknown"), "{ended:?}");
    assert_eq!(texts(&sandbox), ["one", "three", "two"]);
}
