//! A function of an application, by itself and with its tests.

use crate::support::{example_at, run, sandbox};

/// Its tests run here as well, so that running all tests of the crate runs them too.
#[allow(dead_code, reason = "its main is that of another program")]
#[path = "../../mock_in_tests.rs"]
mod example;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_tested_over_a_script_does_the_same_over_a_network() {
    let sandbox = sandbox().await;
    let run_to = async |to| run(&mut example_at(&sandbox, "mock_in_tests", &[to, "Ms Tan", "HKD 120"])).await;
    let ended = run_to("85251230088").await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let [message] = <[_; 1]>::try_from(sandbox.sent()).unwrap();
    assert_eq!(ended.stdout, format!("Sent({:?})\n", message.id));
    assert_eq!(run_to("15550010002").await.stdout, "Refused\n");
}
