//! The transport over hyper-util, through proxies of our own.

use std::error::Error as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use incs_client::backend::{HyperTransport, HyperTransportBuilder};
use incs_client::transport::{TransportError, TransportErrorKind};
use incs_client_contract::ServerInfo;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use crate::support::{SECRET, arrive, assert_discreet, call, end, listen, post, request, soon};
use crate::tls::Authority;

/// `user:s3cr3t@1`, as a URL holds it and as it is sent.
const USER: (&str, &str) = ("user:s3cr3t%401@", "Basic dXNlcjpzM2NyM3RAMQ==");

/// The heads of requests, as they arrived.
#[derive(Clone, Default)]
struct Heads(Arc<Mutex<Vec<String>>>);

impl Heads {
    fn add(&self, head: String) {
        self.0.lock().unwrap().push(head);
    }

    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    fn first_lines(&self) -> Vec<String> {
        self.all().iter().map(|head| head.lines().next().unwrap().to_owned()).collect()
    }
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// Serves every connection by the function, over TLS if there is an acceptor, and gives the port.
async fn serve<F>(tls: Option<TlsAcceptor>, each: impl Fn(Box<dyn Stream>) -> F + Clone + Send + 'static) -> u16
where
    F: Future<Output = ()> + Send,
{
    let (listener, address) = listen().await;
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (tls, each) = (tls.clone(), each.clone());
            tokio::spawn(async move {
                match tls {
                    None => each(Box::new(stream)).await,
                    Some(tls) => {
                        // A client that refuses the certificate is not served.
                        if let Ok(stream) = tls.accept(stream).await {
                            each(Box::new(stream)).await;
                        }
                    }
                }
            });
        }
    });
    address.port()
}

/// A server that answers every request with `hi`.
struct Target {
    uri: String,
    heads: Heads,
}

impl Target {
    async fn start(tls: Option<&Authority>) -> Self {
        let heads = Heads::default();
        let seen = heads.clone();
        let port = serve(tls.map(|authority| authority.acceptor("localhost")), move |mut stream| {
            let seen = seen.clone();
            async move {
                while let Some(arrived) = arrive(&mut stream).await {
                    seen.add(arrived.head);
                    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").await.unwrap();
                }
            }
        })
        .await;
        let scheme = if tls.is_some() { "https" } else { "http" };
        Self { uri: format!("{scheme}://localhost:{port}/path"), heads }
    }

    /// Host and port.
    fn authority(&self) -> &str {
        self.uri.split('/').nth(2).unwrap()
    }
}

/// A proxy that makes tunnels, and only for those with the credentials, if it wants some.
struct Proxy {
    scheme: &'static str,
    port: u16,
    heads: Heads,
}

impl Proxy {
    async fn start(tls: Option<&Authority>, credentials: Option<&'static str>) -> Self {
        let heads = Heads::default();
        let seen = heads.clone();
        let port = serve(tls.map(|authority| authority.acceptor("localhost")), move |mut stream| {
            let seen = seen.clone();
            async move {
                let Some(arrived) = arrive(&mut stream).await else { return };
                seen.add(arrived.head.clone());
                let sent = arrived.head.lines().find_map(|line| line.strip_prefix("Proxy-Authorization: "));
                let target = arrived.head.split(' ').nth(1).unwrap();
                if sent != credentials {
                    stream.write_all(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n").await.unwrap();
                } else if let Ok(mut target) = TcpStream::connect(target).await {
                    stream.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await.unwrap();
                    // A side that resets the connection ends it for both.
                    let _ = tokio::io::copy_bidirectional(&mut stream, &mut target).await;
                } else {
                    stream.write_all(b"HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n").await.unwrap();
                }
            }
        })
        .await;
        Self { scheme: if tls.is_some() { "https" } else { "http" }, port, heads }
    }

    fn url(&self, user: &str) -> String {
        format!("{}://{user}localhost:{}", self.scheme, self.port)
    }
}

async fn get_hi(transport: &HyperTransport, uri: &str) {
    assert_eq!(&call(transport, post(uri).0).await.unwrap().body()[..], b"hi");
}

async fn fails(transport: &HyperTransport, uri: &str) -> TransportError {
    let (message, send_gate) = post(uri);
    let error = call(transport, message).await.unwrap_err();
    assert!(!send_gate.maybe_sent());
    assert_discreet(&error);
    let text = format!("{error:?}");
    assert!(!text.contains("user") && !text.contains("dXNlcjp"), "{text}");
    // A request without a body cannot be seen leaving, but the kind knows.
    assert_eq!(call(transport, request("GET", uri, "", 0).0).await.unwrap_err().kind(), error.kind());
    error
}

fn trusting(authority: &Authority) -> HyperTransportBuilder {
    HyperTransport::builder().root_certificate_der(authority.der()).unwrap()
}

#[tokio::test]
async fn every_target_is_reached_by_tunnel() {
    let authority = Authority::new();
    for proxy_tls in [None, Some(&authority)] {
        for target_tls in [None, Some(&authority)] {
            let (proxy, target) = (Proxy::start(proxy_tls, None).await, Target::start(target_tls).await);
            let transport = trusting(&authority).proxy(proxy.url("")).unwrap().build();
            // Until a tunnel is used again, like any connection: a moment after the reply.
            let again = async {
                loop {
                    get_hi(&transport, &target.uri).await;
                    if proxy.heads.all().len() < target.heads.all().len() {
                        return;
                    }
                }
            };
            soon(again).await;
            let host = target.authority();
            assert_eq!(proxy.heads.all()[0], format!("CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n\r\n"));
            assert_eq!(target.heads.first_lines()[0], "POST /path HTTP/1.1");
        }
    }
}

#[tokio::test]
async fn credentials_reach_only_the_proxy() {
    let authority = Authority::new();
    for target_tls in [None, Some(&authority)] {
        let (proxy, target) = (Proxy::start(None, Some(USER.1)).await, Target::start(target_tls).await);
        let transport = trusting(&authority).proxy(proxy.url(USER.0)).unwrap().build();
        get_hi(&transport, &target.uri).await;
        let head = target.heads.all().concat().to_lowercase();
        assert!(!head.contains("proxy") && !head.contains("dxnlcjp"), "{head}");
        // Nor does the proxy see the request.
        assert!(!proxy.heads.all().concat().contains("/path"));
    }
}

#[tokio::test]
async fn tunnel_names_the_default_port() {
    let proxy = Proxy::start(None, None).await;
    let transport = HyperTransport::builder().proxy(proxy.url("")).unwrap().build();
    for (uri, host) in [
        ("http://name.invalid/path", "name.invalid:80"),
        ("https://name.invalid/path", "name.invalid:443"),
        ("https://[::1]/path", "[::1]:443"),
    ] {
        assert_eq!(fails(&transport, uri).await.kind(), TransportErrorKind::Connect);
        assert_eq!(proxy.heads.first_lines().pop().unwrap(), format!("CONNECT {host} HTTP/1.1"));
    }
}

#[tokio::test]
async fn refused_tunnel_sends_nothing() {
    // No credentials, wrong ones, and a target that the proxy does not reach.
    let proxy = Proxy::start(None, Some("Basic dXNlcjpvdGhlcg==")).await;
    let target = Target::start(None).await;
    let (closed, nowhere) = listen().await;
    drop(closed);
    for (user, uri) in [("", &target.uri), (USER.0, &target.uri), ("user:other@", &format!("http://{nowhere}/path"))] {
        let transport = HyperTransport::builder().proxy(proxy.url(user)).unwrap().build();
        assert_eq!(fails(&transport, uri).await.kind(), TransportErrorKind::Connect);
    }
    assert_eq!(target.heads.all(), [""; 0]);
}

#[tokio::test]
async fn odd_replies_of_proxies_send_nothing() {
    for reply in ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", "SSH-2.0-OpenSSH\r\n\r\n"] {
        let port = serve(None, move |mut stream| async move {
            arrive(&mut stream).await;
            stream.write_all(reply.as_bytes()).await.unwrap();
        })
        .await;
        let proxy = format!("http://{}127.0.0.1:{port}", USER.0);
        let transport = HyperTransport::builder().proxy(proxy).unwrap().build();
        assert_eq!(fails(&transport, "http://name.invalid/path").await.kind(), TransportErrorKind::Connect, "{reply}");
    }
}

#[tokio::test]
async fn unreachable_proxy_sends_nothing() {
    let (closed, address) = listen().await;
    drop(closed);
    for scheme in ["http", "https"] {
        let proxy = format!("{scheme}://{}{address}", USER.0);
        let transport = HyperTransport::builder().proxy(proxy).unwrap().build();
        assert_eq!(fails(&transport, "https://name.invalid/path").await.kind(), TransportErrorKind::Connect);
    }
}

#[tokio::test]
async fn stalled_proxy_ends_with_the_limit() {
    let port = serve(None, |mut stream| async move { end(&mut stream).await }).await;
    for scheme in ["http", "https"] {
        let builder = HyperTransport::builder().connect_timeout(Duration::from_millis(200));
        let transport = builder.proxy(format!("{scheme}://{}127.0.0.1:{port}", USER.0)).unwrap().build();
        assert_eq!(fails(&transport, "http://name.invalid/path").await.kind(), TransportErrorKind::Connect);
    }
}

#[tokio::test]
async fn untrusted_certificates_are_refused() {
    let (trusted, other) = (Authority::new(), Authority::new());
    for (of_proxy, of_target) in [(&other, &trusted), (&trusted, &other)] {
        let proxy = Proxy::start(Some(of_proxy), Some(USER.1)).await;
        let target = Target::start(Some(of_target)).await;
        let transport = trusting(&trusted).proxy(proxy.url(USER.0)).unwrap().build();
        assert_eq!(fails(&transport, &target.uri).await.kind(), TransportErrorKind::Tls);
        assert_eq!(target.heads.all(), [""; 0]);
    }
}

#[test]
fn unusable_proxy_is_refused_unshown() {
    for url in [
        "",
        "proxy.example:3128",
        "user:s3cr3t@proxy.example:3128",
        "socks5://user:s3cr3t@proxy.example",
        "http://user:s3cr3t@",
        "http://user:s3cr3t@proxy.example:70000",
        "http://user:s3cr3t@proxy.example:0",
        "http://user:s3cr3t@proxy.example/path",
        "http://user:s3cr3t@proxy.example?query",
        "http://user:s3cr3t@proxy.example/#",
        "http://user:s3cr3t /@proxy.example",
        // Passwords that are not escaped.
        "http://user:1/s3cr3t@proxy.example",
        "http://user:1#s3cr3t@proxy.example",
        "http://user:1?s3cr3t@proxy.example",
        "http://user:s3@cr3t@proxy.example",
        "http://user:s3cr3t[@proxy.example",
    ] {
        let error = HyperTransport::builder().proxy(url).unwrap_err();
        let text = format!("{error} {error:?} {:?}", error.source());
        for word in ["user", SECRET, "cr3t", "example"] {
            assert!(!text.contains(word), "{word} in {text}");
        }
    }
}

#[test]
fn debug_text_shows_no_proxy() {
    let builder = HyperTransport::builder().proxy("http://user:s3cr3t@proxy.example").unwrap();
    let text = format!("{builder:?} {:?}", builder.clone().build());
    assert!(!text.contains("example") && !text.contains(SECRET), "{text}");
}

#[tokio::test]
async fn later_proxy_replaces_the_earlier() {
    let (first, second, target) =
        (Proxy::start(None, None).await, Proxy::start(None, None).await, Target::start(None).await);
    let builder = HyperTransport::builder().proxy(first.url("")).unwrap().proxy(second.url("")).unwrap();
    get_hi(&builder.build(), &target.uri).await;
    assert_eq!((first.heads.all().len(), second.heads.all().len()), (0, 1));
}

const TARGET: &str = "INCS_TEST_TARGET";
const ROOT: &str = "INCS_TEST_ROOT";

/// In a process that [`again`] started: the target to call, and the settings that reach it.
fn in_child() -> Option<(String, HyperTransportBuilder)> {
    let root = std::env::var(ROOT).ok()?;
    let builder = HyperTransport::builder().root_certificates_pem(root.as_bytes()).unwrap();
    Some((std::env::var(TARGET).unwrap(), builder))
}

/// Runs a test again with these variables, since the environment of a process cannot be changed safely while it runs.
async fn again(test: &str, target: &str, authority: &Authority, variables: &[(&str, String)]) {
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &format!("proxy::{test}")]).env(TARGET, target).env(ROOT, authority.pem());
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUEST_METHOD"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"), "{variables:?}: {output:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn environment_is_ignored_by_default() {
    if let Some((target, builder)) = in_child() {
        return get_hi(&builder.build(), &target).await;
    }
    let authority = Authority::new();
    let proxy = Proxy::start(None, None).await;
    for tls in [None, Some(&authority)] {
        let target = Target::start(tls).await;
        let names = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
        let variables = names.map(|name| (name, proxy.url("")));
        again("environment_is_ignored_by_default", &target.uri, &authority, &variables).await;
        assert_eq!(target.heads.all().len(), 1);
    }
    assert_eq!(proxy.heads.all(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn environment_is_used_on_request() {
    if let Some((target, builder)) = in_child() {
        return get_hi(&builder.proxy_from_env().build(), &target).await;
    }
    let authority = Authority::new();
    let (proxy, other) = (Proxy::start(None, Some(USER.1)).await, Proxy::start(None, None).await);
    let (plain, tls) = (Target::start(None).await, Target::start(Some(&authority)).await);
    let (url, other_url) = (proxy.url(USER.0), other.url(""));
    let rest = ["name.invalid, 10.0.0.0/8".to_owned(), other_url];
    for (target, names) in [
        (&plain, ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]),
        (&tls, ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]),
    ] {
        for (count, name) in (1..).zip(names) {
            let [no_proxy, others] = rest.clone();
            // The one for the other scheme is not used.
            let other_name = if target.uri == plain.uri { "HTTPS_PROXY" } else { "HTTP_PROXY" };
            let variables = [(name, url.clone()), (other_name, others), ("NO_PROXY", no_proxy)];
            again("environment_is_used_on_request", &target.uri, &authority, &variables).await;
            assert_eq!(target.heads.all().len(), count, "{name}");
            let to_target = format!("CONNECT {} HTTP/1.1", target.authority());
            assert_eq!(proxy.heads.first_lines().iter().filter(|line| **line == to_target).count(), count, "{name}");
        }
    }
    assert_eq!(other.heads.all(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_proxy_is_honoured() {
    if let Some((target, builder)) = in_child() {
        return get_hi(&builder.proxy_from_env().build(), &target).await;
    }
    let (authority, proxy, target) = (Authority::new(), Proxy::start(None, None).await, Target::start(None).await);
    let by_address = target.uri.replace("localhost", "127.0.0.1");
    for (count, (uri, name, value)) in (1..).zip([
        (&target.uri, "NO_PROXY", "name.invalid, localhost"),
        (&target.uri, "no_proxy", "*"),
        (&by_address, "NO_PROXY", "127.0.0.0/8"),
    ]) {
        let variables = [("ALL_PROXY", proxy.url("")), (name, value.to_owned())];
        again("no_proxy_is_honoured", uri, &authority, &variables).await;
        assert_eq!(target.heads.all().len(), count, "{name}={value}");
    }
    assert_eq!(proxy.heads.all(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn unusable_environment_sends_nothing() {
    if let Some((target, builder)) = in_child() {
        let error = fails(&builder.proxy_from_env().build(), &target).await;
        assert_eq!(error.kind(), TransportErrorKind::Connect);
        return;
    }
    let (authority, target) = (Authority::new(), Target::start(None).await);
    for url in
        ["socks5://user:s3cr3t@127.0.0.1:9", "http://user:s3cr3t@127.0.0.1:70000", "http://user:s3@cr3t@127.0.0.1"]
    {
        let variables = [("ALL_PROXY", url.to_owned())];
        again("unusable_environment_sends_nothing", &target.uri, &authority, &variables).await;
    }
    assert_eq!(target.heads.all(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn contract_holds_through_a_proxy() {
    let proxy = Proxy::start(None, Some(USER.1)).await;
    let url = proxy.url(USER.0);
    let transport = move |server: &ServerInfo| {
        let mut builder = HyperTransport::builder().connect_timeout(server.connect_timeout()).proxy(&url).unwrap();
        if let Some(root) = server.root_certificate() {
            builder = builder.root_certificate_der(root).unwrap();
        }
        builder.build()
    };
    incs_client_contract::run(transport).await.unwrap();
    assert!(proxy.heads.all().len() > 10);
}

/// Without TLS to the target, whose root would be the only one that the suite lets a transport trust.
#[tokio::test(flavor = "multi_thread")]
async fn contract_holds_over_plain_http_through_tls() {
    let authority = Authority::new();
    let proxy = Proxy::start(Some(&authority), Some(USER.1)).await;
    let suite = incs_client_contract::Suite::new().on(incs_client_contract::Security::Plain);
    let run = suite.run(|server| {
        trusting(&authority).connect_timeout(server.connect_timeout()).proxy(proxy.url(USER.0)).unwrap().build()
    });
    run.await.unwrap();
    assert!(proxy.heads.all().len() > 10);
}
