//! Over real connections that break at every moment, no message goes out twice by our doing.

use std::time::Duration;

use incs_client::backend::HyperTransport;
use incs_client::retry::RetryPolicy;
use incs_client::{Client, ErrorKind, RequestState, RetryAdvice};
use incs_client_contract::{ClosedPort, Fault, FaultServer, Moment, Reply, Security};
use serde_json::json;

use crate::support::{facts, samples};

fn client(base: &str) -> Client {
    let policy = RetryPolicy::new().with_base_delay(Duration::ZERO);
    let builder = Client::builder(HyperTransport::new()).base_urls(base).certification_code(samples::CODE);
    builder.retry(policy).build().unwrap()
}

fn success() -> Reply {
    Reply::json(200, json!({ "status": "success", "code": 200, "data": samples::sent() }).to_string())
}

#[tokio::test]
async fn broken_connection_never_duplicates_a_send() {
    for moment in Moment::ALL {
        for fault in [Fault::close, Fault::reset, Fault::drain].map(|fault| fault(moment)) {
            let server = FaultServer::start(Security::Plain).await.unwrap();
            server.set_default(success());
            server.push(fault.clone());
            let result = client(&server.uri()).messages().send(samples::message()).await;
            // Nothing more can come when every connection is closed.
            assert!(server.wait_until(Duration::from_secs(5), |seen| seen.open == 0).await, "{fault:?}");
            let count = server.seen().complete.len();
            match result {
                Ok(_) => assert_eq!(count, 1, "{fault:?}"),
                Err(error) => {
                    assert!(count <= 1, "{fault:?}: {count}");
                    assert_eq!((error.request_state(), error.attempts()), (RequestState::Unknown, 1), "{fault:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn refused_or_unsent_message_is_retried() {
    let server = FaultServer::start(Security::Plain).await.unwrap();
    server.push(Reply::new(429).with_header("retry-after", "0"));
    server.push(success());
    client(&server.uri()).messages().send(samples::message()).await.unwrap();
    assert_eq!(server.seen().complete.len(), 2);

    let port = ClosedPort::reserve().unwrap();
    let error = client(&port.uri(Security::Plain)).messages().send(samples::message()).await.unwrap_err();
    assert_eq!(facts(&error), (ErrorKind::Connect, RequestState::NotSent, RetryAdvice::Later { after: None }, 3));
}
