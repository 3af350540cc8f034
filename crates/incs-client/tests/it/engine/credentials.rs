//! Which credential a call goes out with.

use incs_client::endpoint::Endpoint;
use incs_client::endpoints::messages::{GetStatus, SendMessage};
use incs_client::endpoints::tasks::ListTasks;
use incs_client::endpoints::templates::whatsapp::GetTemplate;
use incs_client::testing::{AutoAdvanceClock, ScriptedTransport};
use incs_client::{BuildError, Client, ClientBuilder, ErrorKind, RequestState, RetryAdvice};
use incs_model::status::StatusQuery;
use incs_model::{Channel, rcs, task};

use crate::support::{builder, facts, samples};

/// Refuses so many calls.
fn refusing(calls: usize) -> ScriptedTransport {
    (0..calls).fold(ScriptedTransport::new(), |script, _| script.reply(404, ""))
}

/// The header that a call goes out with. What is answered does not matter.
async fn header<E: Endpoint>(script: &ScriptedTransport, client: &Client, name: &str, endpoint: E) -> Option<String> {
    let _ = client.execute(endpoint).await;
    script.requests().last().unwrap().header(name).map(ToOwned::to_owned)
}

fn status(channel: Option<Channel>) -> GetStatus {
    let endpoint = GetStatus::new(StatusQuery::new(["m-1"]));
    match channel {
        Some(channel) => endpoint.with_channel(channel),
        None => endpoint,
    }
}

#[tokio::test]
async fn call_channel_selects_the_code() {
    let rcs = rcs::Message::new(samples::to(samples::PHONE), rcs::Content::Text(samples::TEXT.into()));
    let script = refusing(4 * 6);
    let base = builder(&script, &AutoAdvanceClock::new())
        .channel_code(&Channel::Viber, "viber")
        .channel_code(&Channel::WhatsApp, "whatsapp")
        .build()
        .unwrap();
    let all = base.with_certification_code("other").unwrap();
    let one = base.with_channel_code(&Channel::Viber, "second").unwrap();
    for (client, expected) in [
        (&base, ["viber", samples::CODE, "whatsapp", samples::CODE, "viber"]),
        (&all, ["other"; 5]),
        (&one, ["second", samples::CODE, "whatsapp", samples::CODE, "second"]),
        (&base.clone(), ["viber", samples::CODE, "whatsapp", samples::CODE, "viber"]),
    ] {
        let code = "certification-code";
        let found = [
            header(&script, client, code, SendMessage::new(samples::message())).await,
            header(&script, client, code, SendMessage::new(rcs.clone())).await,
            header(&script, client, code, GetTemplate::new("7")).await,
            header(&script, client, code, status(None)).await,
            header(&script, client, code, status(Some(Channel::Viber))).await,
        ];
        assert_eq!(found.map(Option::unwrap), expected);
        let bearer = header(&script, client, "authorization", status(None)).await;
        assert_eq!(bearer, None);
    }
}

#[tokio::test]
async fn call_without_credential_is_not_sent() {
    let bare = |script: &ScriptedTransport| Client::builder_with_clock(script.clone(), AutoAdvanceClock::new());
    let whatsapp_only = |script: &ScriptedTransport| bare(script).channel_code(&Channel::WhatsApp, "whatsapp");
    let token_only = |script: &ScriptedTransport| bare(script).bearer_token(samples::TOKEN);
    let script = refusing(1);
    let client = |builder: ClientBuilder| builder.build().unwrap();
    let tasks = || ListTasks::new(task::ListQuery::new());
    for error in [
        client(bare(&script)).messages().send(samples::message()).await.unwrap_err(),
        client(whatsapp_only(&script)).messages().send(samples::message()).await.unwrap_err(),
        client(token_only(&script)).messages().send(samples::message()).await.unwrap_err(),
        client(whatsapp_only(&script)).execute(status(None)).await.unwrap_err(),
        client(whatsapp_only(&script)).execute(tasks()).await.unwrap_err(),
        client(bare(&script)).execute(tasks()).await.unwrap_err(),
    ] {
        assert_eq!(facts(&error), (ErrorKind::Credential, RequestState::NotSent, RetryAdvice::Authenticate, 0));
    }
    assert!(script.requests().is_empty());
    let _ = header(&script, &client(token_only(&script)), "authorization", tasks()).await;
    assert_eq!(script.requests()[0].header("authorization").unwrap(), format!("Bearer {}", samples::TOKEN));
}

#[test]
fn invalid_credential_fails_the_build() {
    let fresh = || Client::builder_with_clock(ScriptedTransport::new(), AutoAdvanceClock::new());
    let unknown = Channel::from("fax");
    for (builder, expected) in [
        (fresh().certification_code(""), BuildError::Credential),
        (fresh().certification_code("a\nb"), BuildError::Credential),
        (fresh().channel_code(&Channel::Rcs, "\u{1F511}"), BuildError::Credential),
        (fresh().channel_code(&unknown, "a"), BuildError::Channel),
        (fresh().bearer_token(""), BuildError::Credential),
        (fresh().bearer_token("a\r\nx: y"), BuildError::Credential),
        (fresh().user_agent("a\nb"), BuildError::UserAgent),
        // The first fault is returned, and a later setting does not remove it.
        (fresh().certification_code("").user_agent("\n").certification_code("a"), BuildError::Credential),
    ] {
        assert_eq!(builder.build().unwrap_err(), expected);
    }
    let client = fresh().build().unwrap();
    assert_eq!(client.with_certification_code("").unwrap_err(), BuildError::Credential);
    assert_eq!(client.with_channel_code(&unknown, "a").unwrap_err(), BuildError::Channel);
}

#[tokio::test]
async fn user_agent_starts_with_program() {
    let script = refusing(1);
    let client = builder(&script, &AutoAdvanceClock::new()).user_agent("shop/2.1").build().unwrap();
    let found = header(&script, &client, "user-agent", status(None)).await;
    assert_eq!(found.unwrap(), format!("shop/2.1 incs-client/{}", env!("CARGO_PKG_VERSION")));
}

#[test]
fn debug_hides_credentials() {
    let script = ScriptedTransport::new();
    let builder = builder(&script, &AutoAdvanceClock::new())
        .channel_code(&Channel::Viber, samples::CODE)
        .bearer_token(samples::TOKEN)
        .account("ops_admin", samples::PASSWORD);
    crate::support::discreet::assert_discreet(&format!("{builder:?} {builder:#?}"));
    let client = builder.build().unwrap();
    let call = client.messages().send(samples::message());
    let groups = format!("{:?} {:?} {:?}", client.messages(), client.templates().rcs(), client.tasks());
    crate::support::discreet::assert_discreet(&format!("{client:?} {client:#?} {call:?} {groups}"));
}
