//! What goes out, and what a success gives.

use std::collections::BTreeMap;

use incs_client_contract::{Reply, SeenRequest};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::row::Row;
use super::rows::rows;
use super::stage::Stage;

#[tokio::test]
async fn every_call_goes_out_as_documented_and_gives_what_the_platform_answers() {
    let stage = Stage::new().await;
    for (index, row) in rows().iter().enumerate() {
        stage.answer(Reply::json(200, row.answer.to_string()));
        let reply = row.run(&stage.client).await.unwrap_or_else(|error| panic!("{error:?}"));
        assert_eq!(reply, row.reply, "{}", row.operation);
        let (request, count) = stage.last();
        assert_eq!(count, index + 1, "{} was sent once", row.operation);
        assert_as_documented(row, &request, &stage.authority());
    }
}

fn assert_as_documented(row: &Row, request: &SeenRequest, authority: &str) {
    let operation = row.operation;
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    assert_eq!((request.method.as_str(), path), (row.method, row.path.as_str()), "{operation}");

    let decoded = |text| percent_decode_str(text).decode_utf8().unwrap().into_owned();
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let pairs: Vec<_> = pairs.map(|(name, value)| (decoded(name), decoded(value))).collect();
    let expected: Vec<_> = row.query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    assert_eq!(pairs, expected, "{operation}");

    assert_eq!(headers(request), expected_headers(row, request, authority), "{operation}");
    match &row.body {
        Some(body) => assert_eq!(&serde_json::from_slice::<Value>(&request.body).unwrap(), body, "{operation}"),
        None => assert!(request.body.is_empty(), "{operation}"),
    }
}

fn headers(request: &SeenRequest) -> BTreeMap<String, String> {
    assert_eq!(request.headers.len(), request.headers.keys_len(), "no header stands twice");
    request.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect()
}

fn expected_headers(row: &Row, request: &SeenRequest, authority: &str) -> BTreeMap<String, String> {
    let mut headers = vec![
        ("accept", "application/json".to_owned()),
        ("host", authority.to_owned()),
        ("user-agent", format!("incs-client/{}", env!("CARGO_PKG_VERSION"))),
    ];
    headers.extend(row.credential.clone());
    if row.body.is_some() {
        headers.push(("content-type", "application/json".to_owned()));
        headers.push(("content-length", request.body.len().to_string()));
    }
    headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
