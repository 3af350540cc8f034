//! Replies of gateways, late replies and unsolicited ones: what the client says of each message, and how often it was sent.

use std::sync::Arc;
use std::time::Duration;

use incs_client::backend::{HyperTransport, ReqwestTransport};
use incs_client::retry::RetryPolicy;
use incs_client::transport::Transport;
use incs_client::{Client, Error, ErrorKind, RequestState, RetryAdvice};
use incs_model::{Sent, viber};

use crate::raw_server::{Act, RawServer, reply, taken};

fn backends() -> [(&'static str, Arc<dyn Transport>); 2] {
    [
        ("hyper", Arc::new(HyperTransport::new())),
        // A change of reqwest's settings survives the replacement of its client.
        ("reqwest", Arc::new(ReqwestTransport::builder().configure(reqwest::ClientBuilder::no_proxy).build().unwrap())),
    ]
}

fn client(server: &RawServer, transport: &Arc<dyn Transport>) -> Client {
    Client::builder(Arc::clone(transport))
        .certification_code("5d1f")
        .base_urls(&server.uri)
        .retry(RetryPolicy::new().with_base_delay(Duration::ZERO))
        .build()
        .unwrap()
}

fn number(message: usize) -> String {
    format!("{}", 85_251_000_000 + message)
}

async fn send(client: &Client, message: usize) -> Result<Sent, Error> {
    client.messages().send(viber::Message::new(number(message).parse().unwrap(), "We open at 9")).await
}

/// The id of a message that was accepted, or what is known of it.
fn facts(result: Result<Sent, Error>) -> Result<String, (ErrorKind, RequestState, RetryAdvice)> {
    match result {
        Ok(sent) => Ok(sent.message_id.as_str().to_owned()),
        Err(error) => Err((error.kind(), error.request_state(), error.retry_advice())),
    }
}

const UNKNOWN: (ErrorKind, RequestState, RetryAdvice) =
    (ErrorKind::Reply, RequestState::Unknown, RetryAdvice::Reconcile);

#[tokio::test(flavor = "multi_thread")]
async fn few_statuses_refuse_without_envelope() {
    const BODIES: [&str; 5] = [
        "",
        "<html><h1>Request Timeout</h1></html>",
        r#"{"message":"Endpoint request timed out"}"#,
        r#"{"status":408,"code":"REQUEST_TIMEOUT","message":"timeout"}"#,
        r#"["error",422,{}]"#,
    ];
    for (backend, transport) in backends() {
        for body in BODIES {
            let server = RawServer::start(move |number| {
                // A throttled message comes three times.
                let status = if number < 29 { 400 + number } else { (400 + number - 2).max(429) };
                vec![Act::Write(reply(u16::try_from(status).unwrap(), body))]
            })
            .await;
            let client = client(&server, &transport);
            for status in 400..=599_usize {
                let error = send(&client, status).await.unwrap_err();
                let case = format!("{backend}, {status} {body}");
                let is_refusal = matches!(status, 400 | 401 | 403 | 404 | 405 | 413 | 415 | 422 | 431 | 429);
                let state = if is_refusal { RequestState::Rejected } else { RequestState::Unknown };
                let sends = if status == 429 { 3 } else { 1 };
                assert_eq!(error.http_status().unwrap().as_u16(), u16::try_from(status).unwrap(), "{case}");
                assert_eq!((error.request_state(), server.count(&number(status))), (state, sends), "{case}");
                let find_out = error.retry_advice() == RetryAdvice::Reconcile;
                assert_eq!(find_out, state == RequestState::Unknown, "{case}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn late_second_reply_is_ignored() {
    for (backend, transport) in backends() {
        let server = RawServer::start(|number| match number {
            0 | 4 => vec![Act::Write(taken("m-0"))],
            // The second reply to the first message, then that to this one: on the next connection, likewise.
            1 => vec![Act::Write(taken("m-0")), Act::Wait(Duration::from_millis(20)), Act::Write(taken("m-1"))],
            2 => vec![Act::Write(taken("m-2"))],
            3 => vec![Act::Write(taken("m-2")), Act::Wait(Duration::from_millis(20)), Act::Write(taken("m-3"))],
            _ => vec![Act::Write(taken(&format!("m-{number}")))],
        })
        .await;
        let client = client(&server, &transport);
        let ids = [Ok("m-0"), Err(UNKNOWN), Ok("m-2"), Err(UNKNOWN), Err(UNKNOWN), Ok("m-5"), Ok("m-6")];
        for (message, expected) in ids.into_iter().enumerate() {
            // Long enough for the connection to be free again.
            tokio::time::sleep(Duration::from_millis(60)).await;
            assert_eq!(
                facts(send(&client, message).await),
                expected.map(str::to_owned),
                "{backend}, message {message}"
            );
        }
        let sends = server.sends();
        assert_eq!(
            sends.iter().map(|send| send.to.clone()).collect::<Vec<_>>(),
            (0..7).map(number).collect::<Vec<_>>()
        );
        assert_eq!(sends[0].connection, sends[1].connection, "{backend}");
        for unknown in [1, 3, 4] {
            let later = sends[unknown + 1..].iter().any(|send| send.connection == sends[unknown].connection);
            assert!(!later, "{backend}: the connection of message {unknown} was used again: {sends:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn late_replies_spoil_no_concurrent_send() {
    for (backend, transport) in backends() {
        // Every fifth message finds the second reply to the one before on its connection, and a little later its own.
        let server = RawServer::start_with(|number, before| {
            let own = Act::Write(taken(&format!("m-{number}")));
            match before {
                Some(before) if number % 5 == 4 => {
                    vec![Act::Write(taken(&format!("m-{before}"))), Act::Wait(Duration::from_millis(3)), own]
                }
                _ => vec![own],
            }
        })
        .await;
        let client = client(&server, &transport);
        let mut unknown = 0;
        for round in 0..40 {
            let sends = (0..10).map(|place| {
                let (client, message) = (client.clone(), round * 10 + place);
                tokio::spawn(async move { (message, facts(send(&client, message).await)) })
            });
            for ended in futures_util::future::join_all(sends).await {
                let (message, result) = ended.unwrap();
                assert_eq!(server.count(&number(message)), 1, "{backend}, message {message}");
                match result {
                    Ok(id) => {
                        let place = server.sends().iter().position(|send| send.to == number(message)).unwrap();
                        assert_eq!(id, format!("m-{place}"), "{backend}, message {message}");
                    }
                    Err(error) => {
                        assert_eq!(error, UNKNOWN, "{backend}, message {message}");
                        unknown += 1;
                    }
                }
            }
        }
        assert!(unknown > 0, "{backend}: no late reply met a message");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_id_is_nobodys_outcome() {
    for (backend, transport) in backends() {
        let server = RawServer::start(|number| {
            let id = if number == 1 { String::new() } else { format!("m-{number}") };
            vec![Act::Write(taken(&id))]
        })
        .await;
        let client = client(&server, &transport);
        for (message, expected) in [Ok("m-0"), Err(UNKNOWN), Ok("m-2")].into_iter().enumerate() {
            assert_eq!(
                facts(send(&client, message).await),
                expected.map(str::to_owned),
                "{backend}, message {message}"
            );
        }
        let sends = server.sends();
        assert_eq!((sends.len(), sends[1].connection == sends[2].connection), (3, false), "{backend}: {sends:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn byte_order_mark_is_ignored() {
    for (backend, transport) in backends() {
        let server = RawServer::start(|number| {
            let body = match number {
                0 => r#"{"status":"success","code":200,"message":"","data":{"msg_id":"m-0"},"error":{}}"#,
                1 => r#"{"status":"error","code":422,"message":"no","data":{},"error":{}}"#,
                _ => "<html>",
            };
            vec![Act::Write(reply(200, &format!("\u{feff}{body}")))]
        })
        .await;
        let client = client(&server, &transport);
        let rejected = (ErrorKind::Refused, RequestState::Rejected, RetryAdvice::Correct);
        for (message, expected) in [Ok("m-0"), Err(rejected), Err(UNKNOWN)].into_iter().enumerate() {
            assert_eq!(
                facts(send(&client, message).await),
                expected.map(str::to_owned),
                "{backend}, message {message}"
            );
        }
        assert_eq!(server.sends().len(), 3, "{backend}");
    }
}

/// The reply that servers write before they close an idle connection.
fn unsolicited() -> String {
    "HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unsolicited_408_costs_no_message() {
    for (backend, transport) in backends() {
        for closes in [true, false] {
            let server = RawServer::start(move |number| {
                let mut acts = vec![Act::Write(taken(&format!("m-{number}")))];
                if number % 2 == 0 {
                    acts.extend([Act::Wait(Duration::from_millis(20)), Act::Write(unsolicited())]);
                    acts.extend(closes.then_some(Act::Close));
                }
                acts
            })
            .await;
            let client = client(&server, &transport);
            for message in 0..6 {
                let result = facts(send(&client, message).await);
                assert_eq!(result, Ok(format!("m-{message}")), "{backend}, closes: {closes}");
                // Long enough for the 408 to have come.
                tokio::time::sleep(Duration::from_millis(120)).await;
            }
            assert_eq!(server.sends().len(), 6, "{backend}, closes: {closes}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stale_408_is_no_refusal() {
    for (backend, transport) in backends() {
        // The 408 comes ever later: with the reply before, while the next message is on its way, or after it was read.
        let server = RawServer::start(|number| {
            let mut acts = vec![Act::Write(taken(&format!("m-{number}")))];
            let wait = Duration::from_micros(u64::try_from(number).unwrap() * 5);
            acts.extend([Act::Wait(wait), Act::Write(unsolicited()), Act::Close]);
            acts
        })
        .await;
        let client = client(&server, &transport);
        let mut unknown = 0;
        for message in 0..200 {
            let result = send(&client, message).await;
            let count = server.count(&number(message));
            assert!(count <= 1, "{backend}, message {message}: sent {count} times");
            match result {
                Ok(_) => assert_eq!(count, 1, "{backend}, message {message}"),
                Err(error) => {
                    assert_eq!(error.request_state(), RequestState::Unknown, "{backend}, message {message}: {error:?}");
                    unknown += 1;
                }
            }
        }
        eprintln!("{backend}: {unknown} of 200 unknown");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn late_408_is_unknown() {
    for (backend, transport) in backends() {
        let server = RawServer::start(|number| match number {
            0 => vec![Act::Write(taken("m-0"))],
            1 => vec![Act::Write(unsolicited()), Act::Close],
            _ => vec![Act::Write(taken("m-2"))],
        })
        .await;
        let client = client(&server, &transport);
        for (message, expected) in [Ok("m-0"), Err(UNKNOWN), Ok("m-2")].into_iter().enumerate() {
            assert_eq!(
                facts(send(&client, message).await),
                expected.map(str::to_owned),
                "{backend}, message {message}"
            );
        }
        assert_eq!(server.sends().len(), 3, "{backend}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn second_pipelined_reply_is_ignored() {
    for (backend, transport) in backends() {
        let server = RawServer::start(|number| {
            let reply = taken(&format!("m-{number}"));
            vec![Act::Write(reply.clone() + &reply)]
        })
        .await;
        let client = client(&server, &transport);
        for message in 0..20 {
            assert_eq!(facts(send(&client, message).await), Ok(format!("m-{message}")), "{backend}");
        }
        assert_eq!(server.sends().len(), 20, "{backend}");
    }
}
