//! The transport over reqwest.

use std::time::Duration;

use incs_client::backend::ReqwestTransport;
use incs_client::transport::TransportErrorKind;
use tokio::io::AsyncWriteExt;

use crate::exchange::exchange_tests;
use crate::support::{SECRET, arrive, assert_discreet, call, listen, post, request};

exchange_tests!(ReqwestTransport::new().unwrap());

#[cfg(feature = "reqwest-rustls")]
mod rustls {
    use std::time::Duration;

    use incs_client::backend::ReqwestTransport;

    use crate::tls::{Authority, tls_tests};

    fn trusting(authority: &Authority) -> ReqwestTransport {
        ReqwestTransport::builder().root_certificate_der(authority.der()).unwrap().build().unwrap()
    }

    fn plain(limit: Duration) -> ReqwestTransport {
        ReqwestTransport::builder().rustls().connect_timeout(limit).build().unwrap()
    }

    tls_tests!(trusting: trusting, plain: plain);

    #[tokio::test]
    async fn custom_tls_offers_only_http_1() {
        crate::tls::a_server_with_a_trusted_certificate_is_called(|authority: &Authority| {
            ReqwestTransport::builder().rustls_config(authority.client_config()).build().unwrap()
        })
        .await;
    }
}

#[cfg(feature = "reqwest-native-tls")]
mod native_tls {
    use std::time::Duration;

    use incs_client::backend::ReqwestTransport;

    use crate::tls::{Authority, tls_tests};

    fn trusting(authority: &Authority) -> ReqwestTransport {
        let builder = ReqwestTransport::builder().native_tls();
        builder.root_certificates_pem(authority.pem().as_bytes()).unwrap().build().unwrap()
    }

    fn plain(limit: Duration) -> ReqwestTransport {
        ReqwestTransport::builder().native_tls().connect_timeout(limit).build().unwrap()
    }

    tls_tests!(trusting: trusting, plain: plain);

    #[test]
    fn invalid_certificate_is_refused_when_built() {
        let builder = ReqwestTransport::builder().native_tls().root_certificate_der(b"hello");
        let error = builder.and_then(incs_client::backend::ReqwestTransportBuilder::build).unwrap_err();
        assert!(!error.to_string().is_empty());
    }
}

#[cfg(not(any(feature = "reqwest-rustls", feature = "reqwest-native-tls")))]
#[tokio::test]
async fn https_without_feature_names_it() {
    crate::exchange::https_needs_a_feature(&ReqwestTransport::new().unwrap(), "reqwest-rustls").await;
}

#[tokio::test]
async fn redirect_without_location_is_a_reply() {
    let transport = ReqwestTransport::new().unwrap();
    // reqwest reads the place even of a redirect that it does not follow; none of these is a URL.
    for place in ["http://1.2.3.999/", "http://a:99999/", "http://[::1", "mailto:a", "%%%", ""] {
        let (listener, address) = listen().await;
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            arrive(&mut stream).await.unwrap();
            let reply = format!("HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n");
            stream.write_all(reply.as_bytes()).await.unwrap();
        });
        let reply = call(&transport, post(&format!("http://{address}/path")).0).await.unwrap();
        assert_eq!((reply.status().as_u16(), reply.headers()["location"].as_bytes()), (302, place.as_bytes()));
    }
}

#[tokio::test]
async fn rewritten_path_is_not_sent() {
    let transport = ReqwestTransport::new().unwrap();
    for path in ["/a/../b", "/a/%2e%2E/b", "/a/./b"] {
        let (listener, address) = listen().await;
        for method in ["POST", "GET"] {
            let request = request(method, &format!("http://{address}{path}"), "", 0).0;
            let error = call(&transport, request).await.unwrap_err();
            assert_eq!(error.kind(), TransportErrorKind::NotSent, "{path}");
        }
        listener.into_std().unwrap().accept().unwrap_err();
    }
}

#[tokio::test]
async fn reqwest_timeout_after_body_is_timeout() {
    let (listener, address) = listen().await;
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        arrive(&mut stream).await.unwrap();
        crate::support::end(&mut stream).await;
    });
    let builder = ReqwestTransport::builder().configure(|client| client.read_timeout(Duration::from_millis(300)));
    let (request, send_gate) = post(&format!("http://{address}/path?{SECRET}"));
    let error = call(&builder.build().unwrap(), request).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Timeout);
    assert!(send_gate.maybe_sent());
    assert_discreet(&error);
}

#[tokio::test]
async fn required_settings_cannot_be_overridden() {
    let (elsewhere, other) = listen().await;
    let (listener, address) = listen().await;
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        arrive(&mut stream).await.unwrap();
        let reply = format!("HTTP/1.1 302 Found\r\nLocation: http://{other}/\r\nContent-Length: 0\r\n\r\n");
        stream.write_all(reply.as_bytes()).await.unwrap();
    });
    let builder = ReqwestTransport::builder()
        .configure(|client| client.redirect(reqwest::redirect::Policy::limited(3)).connect_timeout(Duration::ZERO));
    let reply =
        call(&builder.build().unwrap(), request("GET", &format!("http://{address}/path"), "", 0).0).await.unwrap();
    assert_eq!(reply.status(), 302);
    elsewhere.into_std().unwrap().accept().unwrap_err();
}

#[test]
fn proxy_environment_is_ignored() {
    // The environment of a process cannot be changed safely while it runs, so a second one runs another of these tests.
    let mut again = std::process::Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", "reqwest::a_reply_of_any_status_is_a_reply"]).env_remove("NO_PROXY").env_remove("no_proxy");
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        again.env(name, "http://127.0.0.1:9");
    }
    let output = again.output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"), "{output:?}");
}

#[test]
fn debug_shows_only_settings() {
    let builder = ReqwestTransport::builder().configure(|client| {
        client.default_headers(http::HeaderMap::from_iter([(http::header::COOKIE, SECRET.parse().unwrap())]))
    });
    assert_eq!(
        format!("{builder:?}"),
        "ReqwestTransportBuilder { connections: Connections { connect_timeout: 5s, idle_timeout: 15s, \
         max_idle_per_host: 18446744073709551615 }, .. }"
    );
    assert_eq!(format!("{:?}", builder.build().unwrap()), "ReqwestTransport { .. }");
}
