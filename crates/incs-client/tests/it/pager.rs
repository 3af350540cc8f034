//! Lists, page by page and row by row.

use futures_util::{StreamExt as _, TryStreamExt as _};
use incs_client::endpoints::templates::whatsapp::ListTemplates;
use incs_client::testing::{AutoAdvanceClock, ScriptedTransport};
use incs_client::{ErrorKind, Pager, RequestState, RetryAdvice};
use incs_model::envelope::Code;
use incs_model::template::ListQuery;
use incs_model::template::whatsapp::Template;
use incs_model::{Channel, task};
use serde_json::{Value, json};

use crate::support::{builder, json, samples, scripted};

/// A row of a fixture with another id.
fn row(fixture: &str, rows: &str, id: (&str, Value)) -> Value {
    let mut row = json(fixture).pointer(rows).unwrap()[0].clone();
    row[id.0] = id.1;
    row
}

/// A page of templates, one for each letter.
fn page(ids: &str) -> Vec<Value> {
    let row = |id: char| row("waba-template-list.response", "/data", ("template_id", id.to_string().into()));
    ids.chars().map(row).collect()
}

fn pages(pages: &[&str]) -> ScriptedTransport {
    pages.iter().fold(ScriptedTransport::new(), |script, ids| script.success(&page(ids)))
}

/// Pages of two rows.
fn pager(script: &ScriptedTransport) -> Pager<ListTemplates> {
    scripted(script).templates().whatsapp().list_from(ListQuery::new().with_count(2))
}

fn ids(rows: &[Template]) -> String {
    rows.iter().map(|row| row.template_id.as_str()).collect()
}

fn queries(script: &ScriptedTransport) -> Vec<String> {
    script.requests().iter().map(|request| request.query().unwrap_or("").to_owned()).collect()
}

#[tokio::test]
async fn short_page_ends_the_list() {
    let long = "abcdefghij";
    for (count, given, expected, asked) in [
        (Some(2), vec![""], "", vec!["count=2"]),
        (Some(2), vec!["a"], "a", vec!["count=2"]),
        (Some(2), vec!["ab", "c"], "abc", vec!["count=2", "last_id=b&count=2"]),
        (Some(2), vec!["ab", ""], "ab", vec!["count=2", "last_id=b&count=2"]),
        (Some(2), vec!["ab", "cd", "e"], "abcde", vec!["count=2", "last_id=b&count=2", "last_id=d&count=2"]),
        // More than asked for is more than a full page.
        (Some(1), vec!["ab", ""], "ab", vec!["count=1", "last_id=b&count=1"]),
        (None, vec!["a"], "a", vec![""]),
        (None, vec![long, "k"], "abcdefghijk", vec!["", "last_id=j"]),
    ] {
        let script = pages(&given);
        let query = count.map_or(ListQuery::new(), |count: u32| ListQuery::new().with_count(count));
        let mut pager = scripted(&script).templates().whatsapp().list_from(query);
        assert!(!pager.is_done());
        assert_eq!(ids(&pager.collect_all(usize::MAX).await.unwrap()), expected);
        assert!(pager.is_done());
        // Nothing more is asked after the end.
        assert!(pager.try_next().await.unwrap().is_none() && pager.next_page().await.unwrap().is_none());
        assert_eq!(queries(&script), asked);
    }
}

#[tokio::test]
async fn tasks_are_paged_by_number() {
    let page = |ids: &[u64]| {
        let row = |id: &u64| row("saas-task-list.response", "/data/data", ("id", (*id).into()));
        json!({ "total": 9, "data": ids.iter().map(row).collect::<Vec<_>>() })
    };
    for (first, asked) in [
        (None, ["page_size=2", "page=2&page_size=2", "page=3&page_size=2"]),
        (Some(3), ["page=3&page_size=2", "page=4&page_size=2", "page=5&page_size=2"]),
    ] {
        let script = ScriptedTransport::new().success(&page(&[1, 2])).success(&page(&[3, 4])).success(&page(&[5]));
        let client = builder(&script, &AutoAdvanceClock::new()).bearer_token(samples::TOKEN).build().unwrap();
        let query = task::ListQuery::new().with_page_size(2);
        let query = first.map_or(query.clone(), |page: u32| query.with_page(page));
        let rows = client.tasks().list(query).collect_all(99).await.unwrap();
        assert_eq!(rows.iter().map(|task| task.id.as_u64()).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
        assert_eq!(queries(&script), asked);
    }
}

#[tokio::test]
async fn rows_and_pages_can_be_mixed() {
    let script = pages(&["ab", "cd", "ef", "gh", ""]);
    let mut pager = pager(&script);
    assert_eq!(pager.try_next().await.unwrap().unwrap().template_id.as_str(), "a");
    assert_eq!(ids(&pager.next_page().await.unwrap().unwrap()), "b");
    assert_eq!(ids(&pager.collect_all(0).await.unwrap()), "");
    assert_eq!(script.requests().len(), 1, "who wants nothing asks for nothing");
    assert_eq!(ids(&pager.collect_all(3).await.unwrap()), "cde");
    assert_eq!((pager.is_done(), script.requests().len()), (false, 3));
    assert_eq!(ids(&pager.next_page().await.unwrap().unwrap()), "f");
    assert_eq!(ids(&pager.next_page().await.unwrap().unwrap()), "gh");
    assert!(pager.next_page().await.unwrap().is_none() && pager.is_done());
}

#[tokio::test]
async fn repeated_page_is_an_error() {
    for (given, before) in [(vec!["ab", "ab"], "ab"), (vec!["ab", "cb"], "ab"), (vec!["ab", "cd", "ab"], "abcd")] {
        let script = pages(&given);
        let mut pager = pager(&script);
        assert_eq!(ids(&pager.collect_all(before.len()).await.unwrap()), before);
        let error = pager.try_next().await.unwrap_err();
        let found = (error.kind(), error.request_state(), error.retry_advice(), error.operation());
        let expected =
            (ErrorKind::RepeatedPage, RequestState::Accepted, RetryAdvice::Correct, "list_whatsapp_templates");
        assert_eq!(found, expected);
        assert_eq!(error.help(), "the rest of the list is unreliable; start again with another page size");
        assert!(pager.try_next().await.unwrap().is_none() && pager.is_done() && script.is_finished());
    }
}

#[tokio::test]
async fn failed_page_is_requested_again() {
    let script = pages(&["ab"]).failure(Code::InvalidParameters, "no").reply(200, "<html>").success(&page("c"));
    let mut pager = pager(&script);
    assert_eq!(ids(&pager.next_page().await.unwrap().unwrap()), "ab");
    for kind in [ErrorKind::Refused, ErrorKind::Reply] {
        assert_eq!(pager.next_page().await.unwrap_err().kind(), kind);
        assert!(!pager.is_done());
    }
    assert_eq!(ids(&pager.collect_all(9).await.unwrap()), "c");
    assert_eq!(queries(&script)[1..], ["last_id=b&count=2"; 3]);
}

#[tokio::test]
async fn stream_gives_all_rows() {
    let script = pages(&["ab", "cd", "e"]);
    let rows: Vec<_> = pager(&script).into_stream().try_collect().await.unwrap();
    assert_eq!((ids(&rows), script.requests().len()), ("abcde".to_owned(), 3));

    // Pages are fetched when they are needed, and rows that are left over come first.
    let script = pages(&["ab", "cd"]);
    let mut pager = pager(&script);
    pager.try_next().await.unwrap();
    let rows: Vec<_> = pager.into_stream().take(2).try_collect().await.unwrap();
    assert_eq!((ids(&rows), script.requests().len()), ("bc".to_owned(), 2));
}

#[tokio::test]
async fn stream_ends_after_an_error() {
    let script = pages(&["ab"]).failure(Code::InvalidParameters, "no");
    let rows: Vec<_> = pager(&script).into_stream().collect().await;
    let states: Vec<_> = rows.iter().map(|row| row.as_ref().map_err(incs_client::Error::kind).err()).collect();
    assert_eq!(states, [None, None, Some(ErrorKind::Refused)]);
    assert!(script.is_finished());
}

#[tokio::test]
async fn empty_page_ends_unsized_list() {
    let script = pages(&["ab", ""]);
    let client = builder(&script, &AutoAdvanceClock::new()).validate(false).build().unwrap();
    let mut pager = client.templates().whatsapp().list_from(ListQuery::new().with_count(0));
    assert_eq!(ids(&pager.collect_all(9).await.unwrap()), "ab");
    assert!(pager.is_done());
}

#[tokio::test]
async fn pager_debug_shows_no_row() {
    let script = pages(&["ab"]);
    let client = scripted(&script).with_channel_code(&Channel::WhatsApp, "another").unwrap();
    let mut pager = client.templates().whatsapp().list_from(ListQuery::new().with_count(2));
    drop(client);
    pager.try_next().await.unwrap();
    assert_eq!(script.requests()[0].header("certification-code"), Some("another"));
    assert_eq!(format!("{pager:?}"), "Pager { operation: \"list_whatsapp_templates\", pages: 1, is_done: false, .. }");
}
