//! What a client makes of a read that something happened to: it asks again.

use incs_client::Client;
use incs_client::endpoints::messages::GetStatus;
use incs_model::status::StatusQuery;
use incs_sandbox::{Action, Rule, Sandbox, When};

use crate::support::{hasty, oldest_first};

async fn ask(client: &Client) {
    // Whether the sandbox knows such an id does not matter here.
    let _ = client.execute(GetStatus::new(StatusQuery::new(["wamid.HBgN=".into()]))).await;
}

/// The faults of the calls that a question took, in their order.
async fn faults_met(action: Action) -> Vec<Option<String>> {
    let rule = Rule::new(action).when(When::operation("get_message_status")).count(2);
    let sandbox = Sandbox::builder().fault(rule).start().await.unwrap();
    ask(&hasty(&sandbox)).await;
    let exchanges = oldest_first(&sandbox, "/exchanges").await;
    sandbox.shutdown().await;
    exchanges.iter().map(|exchange| exchange["fault"].as_str().map(str::to_owned)).collect()
}

#[tokio::test]
async fn a_read_is_made_again_after_every_fault_that_leaves_doubt() {
    for action in [
        Action::RateLimit { retry_after: Some(0) },
        Action::ServerError { accepted: true },
        Action::Drop { accepted: false },
        Action::Drop { accepted: true },
        Action::Stall { accepted: true },
    ] {
        let word = Some(action.as_str().to_owned());
        assert_eq!(faults_met(action).await, [word.clone(), word, None]);
    }
}

#[tokio::test]
async fn a_read_is_not_made_again_after_a_reply_that_is_none() {
    assert_eq!(faults_met(Action::Garbage { accepted: true }).await, [Some("garbage".to_owned())]);
}
