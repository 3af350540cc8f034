//! Checks of every kind of message on the pages about sending.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use incs_book::sending::{CHAPTERS, Kind, SESSION_WINDOW, page};
use incs_client::Client;
use incs_client::backend::HyperTransport;
use incs_model::limits::{self, Rule};
use incs_model::{Document, OutboundMessage};
use incs_sandbox::{Clock, Pace, Sandbox, State};

use crate::repository::children;

fn message(kind: &Kind) -> OutboundMessage {
    (kind.message)("85251230088".parse().unwrap())
}

#[tokio::test]
async fn every_shown_message_is_delivered() {
    let clock = Clock::starting_at("2026-11-22T08:00:00Z".parse().unwrap());
    let sandbox = Sandbox::builder().seed(7).clock(clock).pace(Pace::instant()).start().await.unwrap();
    let client = Client::builder(HyperTransport::new())
        .base_urls(&sandbox.base_url())
        .certification_code(sandbox.certification_code())
        .build()
        .unwrap();
    for chapter in CHAPTERS {
        for kind in chapter.kinds {
            let message = message(kind);
            assert_eq!(message.channel(), chapter.channel());
            incs_model::validate(&message).unwrap();
            let sent = client.messages().send(message).await.unwrap();
            sandbox.advance(Duration::from_secs(10)).await;
            let state = sandbox.message(sent.message_id.as_str()).unwrap().state;
            assert!(state == State::Delivered || state == State::Read, "{} {}: {state:?}", chapter.name, kind.name);
        }
    }
    sandbox.shutdown().await;
}

#[test]
fn every_content_kind_is_shown() {
    let shown: BTreeSet<_> = CHAPTERS
        .iter()
        .flat_map(|chapter| chapter.kinds.iter().map(|kind| (chapter.name, message(kind).kind().to_owned())))
        .collect();
    let fixtures = incs_book::root().join("crates/incs-model/fixtures/incs");
    for path in children(&fixtures) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let Some(rest) = name.strip_prefix("send-").filter(|name| name.ends_with(".request.json")) else { continue };
        let chapter = CHAPTERS.iter().find(|chapter| rest.starts_with(chapter.name)).unwrap();
        let sample = Document::read(&chapter.channel(), fs::read(&path).unwrap()).into_message().unwrap();
        assert!(shown.contains(&(chapter.name, sample.kind().to_owned())), "{name} is of a kind that no page shows");
    }
}

#[test]
fn committed_pages_are_up_to_date() {
    for chapter in CHAPTERS {
        let committed = fs::read_to_string(incs_book::root().join(chapter.path())).unwrap();
        assert_eq!(committed, page(chapter).unwrap(), "`cargo xtask book` writes it");
    }
}

#[test]
fn every_channel_rule_is_listed() {
    for chapter in CHAPTERS {
        let listed: BTreeSet<_> = chapter.kinds.iter().flat_map(Kind::limits).map(Rule::id).collect();
        let of_channel = limits::all().map(Rule::id).filter(|id| id.split('.').next() == Some(chapter.name));
        let missing: Vec<_> = of_channel.filter(|id| !listed.contains(id) && !id.ends_with(SESSION_WINDOW)).collect();
        assert_eq!(missing, Vec::<&str>::new(), "{}", chapter.name);
        for kind in chapter.kinds {
            for start in kind.rules {
                assert!(
                    kind.limits().any(|rule| rule.id().starts_with(start)),
                    "{}: no rule begins so: {start}",
                    kind.name
                );
            }
        }
    }
}

#[test]
fn kinds_and_pictures_match() {
    let docs = incs_book::root().join("docs");
    let used: BTreeSet<_> =
        CHAPTERS.iter().flat_map(|chapter| chapter.kinds.iter().map(|kind| docs.join(chapter.picture(kind)))).collect();
    let found: BTreeSet<_> = children(&docs.join("images/sending")).into_iter().collect();
    assert_eq!(used, found);
    for picture in found {
        let size = fs::metadata(&picture).unwrap().len();
        assert!((1_000..40_000).contains(&size), "{}: {size} bytes", picture.display());
    }
}
