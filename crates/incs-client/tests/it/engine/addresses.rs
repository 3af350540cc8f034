//! The addresses of calls: base URLs, and ids that would change the route.

use incs_client::endpoint::Host;
use incs_client::endpoints::messages::{GetStatus, SendMessage};
use incs_client::endpoints::templates::rcs::GetTemplate;
use incs_client::http::Uri;
use incs_client::testing::{AutoAdvanceClock, ScriptedTransport};
use incs_client::transport::TransportErrorKind;
use incs_client::{BuildError, ClientBuilder, ErrorKind, RequestState, RetryAdvice};
use incs_model::status::StatusQuery;
use incs_model::{Channel, HttpUrl, ParseUrlError, rcs, viber, whatsapp};
use proptest::prelude::*;

use super::scenario::{Call, script};
use crate::support::discreet::all_of;
use crate::support::{builder, facts, samples, scripted};

const ROUTE: &str = "/external/messages/viber";

#[tokio::test]
async fn base_url_path_is_prepended() {
    for (url, expected, host) in [
        ("https://proxy.example.com", "https://proxy.example.com", "proxy.example.com"),
        ("https://proxy.example.com/", "https://proxy.example.com", "proxy.example.com"),
        ("https://proxy.example.com:8443///", "https://proxy.example.com:8443", "proxy.example.com:8443"),
        ("https://proxy.example.com:443/in/cs", "https://proxy.example.com:443/in/cs", "proxy.example.com"),
        ("https://proxy.example.com/incs/", "https://proxy.example.com/incs", "proxy.example.com"),
        ("HTTPS://Proxy.example.com/A", "https://Proxy.example.com/A", "Proxy.example.com"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080", "127.0.0.1:8080"),
        ("http://127.9.9.9", "http://127.9.9.9", "127.9.9.9"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x", "[::1]:8080"),
        ("http://localhost:80/x", "http://localhost:80/x", "localhost"),
        ("http://LocalHost", "http://LocalHost", "LocalHost"),
    ] {
        let script = Call::Send.succeed(script());
        let client = builder(&script, &AutoAdvanceClock::new()).base_urls(url).build().expect(url);
        client.messages().send(samples::message()).await.expect(url);
        let request = &script.requests()[0];
        assert_eq!(request.uri().to_string(), format!("{expected}{ROUTE}"));
        assert_eq!(request.header("host"), Some(host), "{url}");
    }
}

#[test]
fn invalid_base_url_is_refused() {
    use ParseUrlError::{Character, Fragment, Host, Port, Query, Scheme, User};
    let invalid = [
        ("", Scheme),
        ("/external", Scheme),
        ("proxy.example.com", Scheme),
        ("proxy.example.com/x", Scheme),
        ("ftp://proxy.example.com", Scheme),
        ("https://", Host),
        ("https:///x", Host),
        ("https://:443", Host),
        ("https://:443/x", Host),
        ("https://user@proxy.example.com", User),
        ("https://user:word@proxy.example.com", User),
        ("https://proxy.example.com@elsewhere.example.com", User),
        ("https://proxy.example.com?x=1", Query),
        ("https://proxy.example.com/x?", Query),
        ("https://proxy.example.com/x#y", Fragment),
        ("https://proxy.example.com/a b", Character),
        ("https://例え.jp", Character),
        ("https://proxy.example.com:0", Port),
        ("https://proxy.example.com:65536", Port),
        ("http://127.0.0.1:70000", Port),
        ("http://127.0.0.1:", Port),
        ("http://[::1]:4295032912", Port),
    ];
    let exposed = [
        "http://proxy.example.com",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://10.0.0.1:8080",
        "http://[::2]",
        "http://0.0.0.0",
    ];
    let invalid = invalid.map(|(url, problem)| (url, BuildError::BaseUrl(problem)));
    for (url, expected) in invalid.into_iter().chain(exposed.map(|url| (url, BuildError::PlainHttp))) {
        let fresh = || builder(&ScriptedTransport::new(), &AutoAdvanceClock::new());
        let error = fresh().base_urls(url).build().expect_err(url);
        assert_eq!(error, expected, "{url}");
        let allowed = fresh().base_urls(url).allow_plain_http().build();
        assert_eq!(allowed.err(), (expected != BuildError::PlainHttp).then_some(expected), "{url}");
    }
}

proptest! {
    /// A URL that both read is called at the same host and port by each of them.
    #[test]
    fn url_check_matches_http_parser(
        scheme in "https?|HTTP",
        host in "[a-z0-9.-]{1,6}|\\[::1\\]|[a-z@:.]{1,8}",
        port in "|:|:[0-9]{1,6}|:[0-9a-f+-]{1,4}",
        rest in "|/|/[a-z?#@:/]{0,6}|[?#][a-z]{0,2}",
    ) {
        let text = format!("{scheme}://{host}{port}{rest}");
        let (ours, theirs) = (HttpUrl::parse_server(&text), text.parse::<Uri>());
        if let (Ok(url), Ok(uri)) = (ours, theirs) {
            prop_assert_eq!(uri.host().map(|host| host.trim_matches(['[', ']'])), Some(url.host()), "{}", text);
            prop_assert_eq!(uri.port_u16().unwrap_or(if url.is_https() { 443 } else { 80 }), url.port(), "{}", text);
            prop_assert_eq!((uri.path().trim_start_matches('/'), uri.query()), (url.path().trim_start_matches('/'), url.query()));
        }
    }
}

/// The hosts of a send on each channel, and of two other calls about RCS.
async fn hosts(change: impl Fn(ClientBuilder) -> ClientBuilder) -> [String; 5] {
    let script = (0..5).fold(script(), |script, _| script.reply(404, ""));
    let client = change(builder(&script, &AutoAdvanceClock::new())).build().unwrap();
    let (to, text) = (samples::to(samples::PHONE), samples::TEXT.to_owned());
    let send = (
        SendMessage::new(whatsapp::Message::new(to.clone(), whatsapp::Content::Text(text.clone()))),
        SendMessage::new(viber::Message::new(to.clone(), viber::Content::Text(text.clone()))),
        SendMessage::new(rcs::Message::new(to, rcs::Content::Text(text))),
    );
    client.execute(send.0).await.unwrap_err();
    client.execute(send.1).await.unwrap_err();
    client.execute(send.2).await.unwrap_err();
    client.execute(GetStatus::new(StatusQuery::new(["m-1"])).with_channel(Channel::Rcs)).await.unwrap_err();
    client.execute(GetTemplate::new("7")).await.unwrap_err();
    let requests = script.requests();
    assert_eq!(requests[2].uri().path(), "/external/messages/rcs");
    assert!(requests.iter().all(|request| request.header("host") == request.uri().host()));
    let hosts: Vec<_> = requests.iter().map(|request| request.uri().host().unwrap().to_owned()).collect();
    hosts.try_into().unwrap()
}

#[tokio::test]
async fn channel_can_have_own_base_url() {
    const CHAT: &str = "chat-api.incsapp.com";
    const API: &str = "api.incsapp.com";
    assert_eq!(hosts(|builder| builder).await, [CHAT, CHAT, CHAT, CHAT, API]);
    // As one English page has it.
    let rcs = |builder: ClientBuilder| builder.channel_base_url(&Channel::Rcs, "https://api.incsapp.com");
    assert_eq!(hosts(rcs).await, [CHAT, CHAT, API, CHAT, API]);
    let viber = |builder: ClientBuilder| rcs(builder).channel_base_url(&Channel::Viber, "https://v.example.com");
    assert_eq!(hosts(viber).await, [CHAT, "v.example.com", API, CHAT, API]);
    // The role of a host leaves the channel alone; one base URL for all does not.
    let chat = |builder: ClientBuilder| rcs(builder).base_url(Host::Chat, "https://c.example.com");
    assert_eq!(hosts(chat).await, ["c.example.com", "c.example.com", API, "c.example.com", API]);
    assert_eq!(hosts(|builder| rcs(builder).base_urls("https://p.example.com")).await, ["p.example.com"; 5]);
    assert_eq!(hosts(|builder| rcs(builder.base_urls("https://p.example.com"))).await[2], API);
}

#[test]
fn channel_base_url_is_checked() {
    let fresh = || builder(&ScriptedTransport::new(), &AutoAdvanceClock::new());
    for (channel, url, expected) in [
        (Channel::Rcs, "https://a.example?x", BuildError::BaseUrl(ParseUrlError::Query)),
        (Channel::Viber, "a.example", BuildError::BaseUrl(ParseUrlError::Scheme)),
        (Channel::WhatsApp, "http://a.example", BuildError::PlainHttp),
        (Channel::from("fax"), "https://a.example", BuildError::Channel),
    ] {
        assert_eq!(fresh().channel_base_url(&channel, url).build().unwrap_err(), expected, "{url}");
    }
    fresh().channel_base_url(&Channel::Rcs, "http://a.example").allow_plain_http().build().unwrap();
}

#[tokio::test]
async fn id_cannot_change_the_route() {
    const TEMPLATES: &str = "/external/templates";
    for (id, segment) in [
        ("7", Some("7")),
        ("a/b", Some("a%2Fb")),
        ("../7", Some("..%2F7")),
        ("%2e", Some("%252e")),
        ("%2e%2e", Some("%252e%252e")),
        ("..\\7", Some("..%5C7")),
        ("7?x=1", Some("7%3Fx%3D1")),
        ("7#x", Some("7%23x")),
        ("...", Some("...")),
        ("é", Some("%C3%A9")),
        ("a\r\nb", Some("a%0D%0Ab")),
        ("", None),
        (".", None),
        ("..", None),
    ] {
        // Two reads, each three times, and a deletion: as often.
        let calls = if segment.is_some() { 9 } else { 0 };
        let script = (0..calls).fold(script(), |script, _| script.error(TransportErrorKind::Connect));
        let client = scripted(&script);
        let (whatsapp, rcs) = (client.templates().whatsapp(), client.templates().rcs());
        let errors =
            [whatsapp.get(id).await.unwrap_err(), rcs.get(id).await.unwrap_err(), rcs.delete(id).await.unwrap_err()];
        let paths: Vec<_> = script.requests().iter().map(|request| request.uri().to_string()).collect();
        if let Some(segment) = segment {
            let under = |route: &str| format!("https://api.incsapp.com{TEMPLATES}{route}/{segment}");
            // A read is retried, so each occurs more than once.
            for expected in [under(""), under("/rcs")] {
                assert!(paths.contains(&expected), "{paths:?}");
            }
            assert!(paths.iter().all(|path| *path == under("") || *path == under("/rcs")), "{paths:?}");
            continue;
        }
        assert!(paths.is_empty(), "{id}: {paths:?}");
        for error in errors {
            assert_eq!(facts(&error), (ErrorKind::Request, RequestState::NotSent, RetryAdvice::Correct, 0));
            assert!(all_of(&error).contains("the path of the endpoint does not consist of whole segments"));
        }
    }
}
