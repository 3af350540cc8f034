//! Where calls go: base URLs, and ids that would lead elsewhere.

use incs_client::testing::{ScriptedTransport, SkippingClock};
use incs_client::{BuildError, ErrorKind, RequestState, RetryAdvice};

use super::scenario::{Call, script};
use crate::support::discreet::all_of;
use crate::support::{builder, samples, scripted, told};

const ROUTE: &str = "/external/messages/viber";

#[tokio::test]
async fn a_base_url_is_a_scheme_a_host_and_a_path_before_all_others() {
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
        let client = builder(&script, &SkippingClock::new()).base_urls(url).build().expect(url);
        client.messages().send(samples::message()).await.expect(url);
        let request = &script.requests()[0];
        assert_eq!(request.uri().to_string(), format!("{expected}{ROUTE}"));
        assert_eq!(request.header("host"), Some(host), "{url}");
    }
}

#[test]
fn a_base_url_that_cannot_be_or_would_tell_secrets_is_refused() {
    use BuildError::{BaseUrl, PlainHttp};
    for (url, expected) in [
        ("", BaseUrl),
        ("/external", BaseUrl),
        ("proxy.example.com", BaseUrl),
        ("proxy.example.com/x", BaseUrl),
        ("ftp://proxy.example.com", BaseUrl),
        ("https://", BaseUrl),
        ("https:///x", BaseUrl),
        ("https://:443", BaseUrl),
        ("https://:443/x", BaseUrl),
        ("https://user@proxy.example.com", BaseUrl),
        ("https://user:word@proxy.example.com", BaseUrl),
        ("https://proxy.example.com@elsewhere.example.com", BaseUrl),
        ("https://proxy.example.com?x=1", BaseUrl),
        ("https://proxy.example.com/x?", BaseUrl),
        ("https://proxy.example.com/a b", BaseUrl),
        ("http://proxy.example.com", PlainHttp),
        ("http://127.0.0.1.example.com", PlainHttp),
        ("http://localhost.example.com", PlainHttp),
        ("http://10.0.0.1:8080", PlainHttp),
        ("http://[::2]", PlainHttp),
        ("http://0.0.0.0", PlainHttp),
    ] {
        let fresh = || builder(&ScriptedTransport::new(), &SkippingClock::new());
        let error = fresh().base_urls(url).build().expect_err(url);
        assert_eq!(error, expected, "{url}");
        let allowed = fresh().base_urls(url).allow_plain_http().build();
        assert_eq!(allowed.err(), if expected == PlainHttp { None } else { Some(BaseUrl) }, "{url}");
    }
}

#[tokio::test]
async fn no_id_turns_one_route_into_another() {
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
        let script = script();
        let client = scripted(&script);
        let (whatsapp, rcs) = (client.templates().whatsapp(), client.templates().rcs());
        let errors =
            [whatsapp.get(id).await.unwrap_err(), rcs.get(id).await.unwrap_err(), rcs.delete(id).await.unwrap_err()];
        let paths: Vec<_> = script.requests().iter().map(|request| request.uri().to_string()).collect();
        if let Some(segment) = segment {
            let under = |route: &str| format!("https://api.incsapp.com{TEMPLATES}{route}/{segment}");
            // A read is made again, so each stands there more than once.
            for expected in [under(""), under("/rcs")] {
                assert!(paths.contains(&expected), "{paths:?}");
            }
            assert!(paths.iter().all(|path| *path == under("") || *path == under("/rcs")), "{paths:?}");
            continue;
        }
        assert!(paths.is_empty(), "{id}: {paths:?}");
        for error in errors {
            assert_eq!(told(&error), (ErrorKind::Request, RequestState::NotSent, RetryAdvice::Correct, 0));
            assert!(all_of(&error).contains("the path of the endpoint is not one of full segments"));
        }
    }
}
