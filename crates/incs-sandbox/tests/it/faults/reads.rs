//! A client retries a read that a fault hit.

use incs_client::endpoints::messages::GetStatus;
use incs_client::{Client, Error};
use incs_model::status::{StatusList, StatusQuery};
use incs_sandbox::{Action, Rule, Sandbox, When};

use crate::support::{hasty, oldest_first};

/// The result of a status query.
async fn ask(client: &Client) -> Result<StatusList, Error> {
    client.execute(GetStatus::new(StatusQuery::new(["wamid.HBgN="]))).await
}

/// The result of a status query, and the faults of its attempts in order.
async fn faults_met(action: Action) -> (Result<StatusList, Error>, Vec<Option<String>>) {
    let rule = Rule::new(action).when(When::operation("get_message_status")).count(2);
    let sandbox = Sandbox::builder().fault(rule).start().await.unwrap();
    let answer = ask(&hasty(&sandbox)).await;
    let exchanges = oldest_first(&sandbox, "/exchanges").await;
    sandbox.shutdown().await;
    (answer, exchanges.iter().map(|exchange| exchange["fault"].as_str().map(str::to_owned)).collect())
}

#[tokio::test]
async fn read_is_retried_after_faults() {
    for action in [
        Action::RateLimit { retry_after: Some(0) },
        Action::ServerError { accepted: true },
        Action::Drop { accepted: false },
        Action::Drop { accepted: true },
        Action::Stall { accepted: true },
    ] {
        let word = Some(action.as_str().to_owned());
        let (answer, faults) = faults_met(action).await;
        assert_eq!(faults, [word.clone(), word, None]);
        answer.unwrap();
    }
}

#[tokio::test]
async fn read_is_not_retried_after_garbage() {
    let (answer, faults) = faults_met(Action::Garbage { accepted: true }).await;
    assert_eq!(faults, [Some("garbage".to_owned())]);
    assert_eq!(answer.unwrap_err().attempts(), 1);
}
