//! The page about metrics: its tables against what the code declares, its alerts and queries against a real Prometheus.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use axum::routing::post;
use incs_client::backend::HyperTransport;
use incs_client::retry::RetryPolicy;
use incs_client::{Client, Rate, RateLimits};
use incs_model::event::created;
use incs_model::event::whatsapp::{Content, Message, Text};
use incs_model::inbound::{self, Inbound};
use incs_model::metric::{Instrument, LabelValues, Metric};
use incs_model::status::StatusQuery;
use incs_model::{PhoneNumber, Timestamp, WireTime, rcs, viber, whatsapp};
use incs_relay::store::{OutboxFilter, OutboxMessage, OutboxState, Spool, SqliteStore};
use incs_relay::{Context, HandlerError, Relay};
use incs_sandbox::{Action, Channel, Pace, Rule, Sandbox, Webhook, When};
use incs_webhook::guard::{Claim, ClaimGuard, MemoryGuard};
use incs_webhook::scheme::SharedSecret;
use incs_webhook::testing::bodies;
use incs_webhook::{Received, Receiver, Secrets};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
use serde_json::Value;

use crate::blocks::{blocks, language};
use crate::repository::docs;

fn page() -> String {
    docs().remove("docs/metrics.md").unwrap()
}

/// The blocks of the page in a language.
fn texts(wanted: &str) -> Vec<String> {
    let all = blocks(&page()).into_iter();
    all.filter(|(info, _)| language(info) == wanted).map(|(_, text)| text).collect()
}

fn all() -> impl Iterator<Item = &'static Metric> {
    incs_client::metrics::METRICS.iter().chain(incs_webhook::metrics::METRICS).chain(incs_relay::metrics::METRICS)
}

/// The name of a metric in Prometheus.
fn exported(metric: &Metric) -> String {
    let suffix = match metric.instrument {
        Instrument::Gauge if metric.unit != "s" => "",
        Instrument::Gauge | Instrument::Histogram(_) => "_seconds",
        _ => "_total",
    };
    format!("{}{suffix}", metric.name.replace('.', "_"))
}

/// The rows of the tables of metrics and of labels.
fn rows() -> Vec<String> {
    let mut rows = Vec::new();
    for metric in all() {
        let Metric { name, unit, description, .. } = metric;
        let instrument = match metric.instrument {
            Instrument::Histogram(_) => "histogram",
            Instrument::Gauge => "gauge",
            _ => "counter",
        };
        let exported = exported(metric);
        rows.push(format!("| `{name}` | {instrument} | `{unit}` | `{exported}` | {description} |"));
    }
    for metric in all() {
        for label in metric.labels {
            let listed = |words: &[&str]| words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
            let values = match label.values {
                LabelValues::Words(words) => listed(words),
                LabelValues::HttpStatusOr(words) => format!("`100` to `599`, {}", listed(words)),
                _ => "of the base URL".to_owned(),
            };
            rows.push(format!("| `{}` | `{}` | {values} |", metric.name, label.name));
        }
    }
    rows
}

#[test]
fn page_lists_every_metric_and_label() {
    let page = page();
    let is_row = |line: &&str| all().any(|metric| line.starts_with(&format!("| `{}` |", metric.name)));
    let found: Vec<_> = page.lines().filter(is_row).collect();
    assert_eq!(found, rows(), "the rows of the page should be:\n{}", rows().join("\n"));
    let Instrument::Histogram(buckets) = all().next().unwrap().instrument else { panic!("a histogram") };
    let words: String = page.split_whitespace().collect::<Vec<_>>().join(" ");
    let (last, first) = buckets.split_last().unwrap();
    let first = first.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    assert!(words.contains(&format!("{first} and {last} seconds")), "{first} and {last}");
}

/// Dashboards and alerts depend on the names, units, labels and values.
#[test]
fn names_and_labels_are_frozen() {
    let path = incs_book::root().join("docs/frozen/metrics.txt");
    let found = rows().join("\n") + "\n";
    if std::env::var_os("UPDATE_FROZEN").is_some() {
        fs::write(&path, &found).unwrap();
    }
    let frozen = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, frozen, "see docs/frozen/README.md");
}

/// An empty folder that is gone when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs `promtool`, of the package `prometheus`.
fn promtool(arguments: &[&str], file: &Path) {
    let output = Command::new("promtool").args(arguments).arg(file).output();
    let output = output.unwrap_or_else(|error| panic!("promtool of the Debian package prometheus: {error}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
}

#[test]
fn each_alert_fires_and_stays_silent() {
    let [rules] = <[String; 1]>::try_from(texts("yaml")).unwrap();
    let folder = Folder::new("alerts");
    promtool(&["check", "rules"], &folder.write("alerts.yml", &rules));
    let tests = include_str!("metrics/alerts.test.yml");
    for alert in rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")) {
        let uses = tests.matches(&format!("alertname: {alert}\n")).count();
        assert!(uses >= 2, "{alert}: a test in which it fires, and one in which it does not");
    }
    promtool(&["test", "rules"], &folder.write("alerts.test.yml", tests));
}

/// A port that nothing listens on.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A Prometheus that ends with its test.
struct Prometheus {
    child: Child,
    url: String,
}

impl Prometheus {
    fn start(folder: &Folder, target: u16) -> Self {
        let rules = folder.write("alerts.yml", &texts("yaml")[0]);
        let rules = rules.display();
        let config = format!(
            "global: {{ scrape_interval: 200ms, evaluation_interval: 200ms }}\nrule_files: ['{rules}']\n\
             scrape_configs: [{{ job_name: incs, static_configs: [{{ targets: ['127.0.0.1:{target}'] }}] }}]\n"
        );
        let config = folder.write("prometheus.yml", &config);
        let port = free_port();
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", folder.0.join("data").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .arg("--log.level=error")
            .stdin(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("prometheus of the Debian package: {error}"));
        Self { child, url: format!("http://127.0.0.1:{port}") }
    }

    /// Returns the values of an instant query. Empty while the server starts.
    async fn query(&self, query: &str) -> Vec<f64> {
        let query: String = form_urlencoded::Serializer::new(String::new()).append_pair("query", query).finish();
        let reply = self.get(&format!("query?{query}")).await;
        let rows = reply["data"]["result"].as_array().cloned().unwrap_or_default();
        rows.iter().filter_map(|row| row["value"][1].as_str()?.parse().ok()).collect()
    }

    async fn get(&self, path: &str) -> Value {
        let Ok(reply) = reqwest::get(format!("{}/api/v1/{path}", self.url)).await else { return Value::Null };
        let reply: Value = serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap_or_default();
        assert_ne!(reply["status"], "error", "{path}: {reply}");
        reply
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Installs an exporter as the page shows it, and returns its port.
fn exporter() -> u16 {
    let port = free_port();
    let mut builder = PrometheusBuilder::new().with_recommended_naming(true);
    builder = builder.with_http_listener(([127, 0, 0, 1], port));
    for metric in all() {
        if let Instrument::Histogram(buckets) = metric.instrument {
            builder = builder.set_buckets_for_metric(Matcher::Full(metric.name.to_owned()), buckets).unwrap();
        }
    }
    builder.install().unwrap();
    incs_client::metrics::describe();
    incs_webhook::metrics::describe();
    incs_relay::metrics::describe();
    port
}

fn secret() -> SharedSecret {
    SharedSecret::in_path(Secrets::try_new("change-me").unwrap())
}

/// A receiver that handles each item once. Returns its URL up to the secret.
async fn receiver() -> String {
    let guard = Arc::new(MemoryGuard::new(10_000, Duration::from_hours(1)));
    let receive = async move |Received(batch): Received| {
        for item in &batch {
            if let Claim::First(claim) = ClaimGuard::claim(&*guard, item.dedup_key(), Timestamp::now()) {
                claim.confirm(Timestamp::now());
            }
        }
        StatusCode::OK
    };
    let router = axum::Router::new().route("/hooks/{secret}", post(receive)).with_state(Receiver::new(secret()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hooks", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

/// An inbox whose handler fails or gives up if the message asks for it. It runs until the test ends.
async fn inbox(folder: &Folder, client: Client) -> Relay {
    let store = SqliteStore::open(folder.0.join("relay.db")).await.unwrap();
    let handler = |message: Inbound, context: Context| async move {
        match &message.content {
            inbound::Content::Text(text) if text.text == "fail" => Err(HandlerError::retry("asked to fail")),
            inbound::Content::Text(text) if text.text == "give up" => {
                Err(HandlerError::dead_letter("asked to give up"))
            }
            _ => {
                let to: PhoneNumber = "85251230088".parse()?;
                Ok(context.enqueue(whatsapp::Message::new(to, "Thank you."))?)
            }
        }
    };
    let spool = Spool::open(folder.0.join("spool.db"), store).await.unwrap();
    let relay = Relay::builder(spool)
        .retry_schedule([Duration::from_hours(1)])
        .on_message(handler)
        .client(client)
        .evidence_pause(Duration::from_millis(20))
        .build();
    let running = relay.clone();
    tokio::spawn(async move { running.run_until(std::future::pending()).await });
    relay
}

/// Posts messages of new customers to the inbox, and sets its gauges.
async fn inbox_traffic(relay: &Relay, round: u32) {
    let (receiver, headers) = (Receiver::new(secret()), [("content-type", "application/json")]);
    for (number, text) in (0..).zip(["Hi", "fail", "give up"]) {
        let customer = format!("62812000{number}{round:04}");
        let message = Message::new(customer.clone(), format!("wamid.{customer}"), Content::Text(Text::new(text)));
        let body = bodies::whatsapp_messages(30112, "6281100099001", [message]);
        let reply = relay.receive(&receiver, &headers, "/hooks/change-me", body.as_bytes()).await;
        assert_eq!(reply.status(), 200, "{reply:?}");
    }
    outbox_traffic(relay, round).await;
    relay.stats().await.unwrap();
}

/// Enqueues messages, one of them too late, and posts the webhooks of unknown ones.
async fn outbox_traffic(relay: &Relay, round: u32) {
    const TEXT: &str = "Your table is ready.";
    for number in 0..3 {
        let to = format!("62813000{number}{round:04}");
        let message = whatsapp::Message::new(to.parse().unwrap(), TEXT);
        let mut message = OutboxMessage::try_new(to, message).unwrap();
        if number == 0 {
            message = message.with_not_after(Timestamp::UNIX_EPOCH);
        }
        relay.outbox().enqueue(message).await.unwrap();
    }
    let unknown = OutboxFilter { state: Some(OutboxState::Unknown), limit: 100, ..OutboxFilter::default() };
    for entry in relay.store().messages(unknown).await.unwrap() {
        let content = created::Content::Text(created::content::Text::new(TEXT));
        let message = created::Message::new(entry.id.0, content)
            .with_send_id("staff_1")
            .with_recv_id(format!("30112_{}", entry.key))
            .with_channel_msg_id(format!("wamid.{}", entry.key))
            .with_source(created::Origin::Api)
            .with_created_at(WireTime::from_rfc3339(entry.sending_at.unwrap(), 6));
        let (receiver, headers) = (Receiver::new(secret()), [("content-type", "application/json")]);
        let body = bodies::message_created(message);
        let reply = relay.receive(&receiver, &headers, "/hooks/change-me", body.as_bytes()).await;
        assert_eq!(reply.status(), 200, "{reply:?}");
    }
}

/// Sends on every channel, asks, and lets a customer write, once. Some of it fails, as the faults say.
async fn traffic(client: &Client, sandbox: &Sandbox, url: &str) {
    let to: PhoneNumber = "85251230088".parse().unwrap();
    let _ = client.messages().send(whatsapp::Message::new(to.clone(), "Your table is ready.")).await;
    let _ = client.messages().send(viber::Message::new(to.clone(), "Your table is ready.")).await;
    let _ = client.messages().send(rcs::Message::new(to, "Your table is ready.")).await;
    let query = incs_client::endpoints::messages::GetStatus::new(StatusQuery::new(["wamid.HBgN"]));
    let _ = client.execute(query).await;
    sandbox.customer(Channel::WhatsApp, "85251230088").says("Do you open on Sunday?").unwrap();
    // A stranger, and an event of a later version.
    let http = reqwest::Client::new();
    for (secret, body) in [("guessed", "{}"), ("change-me", r#"{"event": "added_later", "message": {}}"#)] {
        let request = http.post(format!("{url}/{secret}")).header("content-type", "application/json").body(body);
        request.send().await.unwrap();
    }
}

async fn all_names(prometheus: &Prometheus) -> Vec<String> {
    let names = prometheus.get("label/__name__/values").await;
    names["data"].as_array().unwrap().iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_query_has_data_in_a_real_prometheus() {
    // For the HTTP client of this test. An error says that another test was first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = Folder::new("prometheus");
    let prometheus = Prometheus::start(&folder, exporter());
    let url = receiver().await;
    let sandbox = Sandbox::builder().seed(7).pace(Pace::instant()).start().await.unwrap();
    sandbox.add_webhook(Webhook::to(&url).signed_with(secret())).unwrap();
    for rule in [
        Rule::new(Action::RateLimit { retry_after: None }).share(0.2),
        Rule::new(Action::Drop { accepted: true }).when(When::operation("send_*")).share(0.2),
        Rule::new(Action::Duplicate).share(0.5),
    ] {
        sandbox.add_fault(rule).unwrap();
    }
    let builder = || {
        let builder = Client::builder(HyperTransport::new()).base_urls(&sandbox.base_url());
        builder.certification_code(sandbox.certification_code())
    };
    let relay = inbox(&folder, builder().build().unwrap()).await;
    let client = builder()
        .retry(RetryPolicy::new().with_base_delay(Duration::from_millis(1)))
        .rate_limits(RateLimits::new().with_per_recipient(Rate::per_second(200)))
        .build()
        .unwrap();

    let mut queries = texts("promql");
    assert!(queries.len() >= 12, "{}", queries.len());
    let (started, mut round) = (Instant::now(), 0);
    while !queries.is_empty() {
        assert!(started.elapsed() < Duration::from_mins(1), "no data: {queries:#?}");
        traffic(&client, &sandbox, &url).await;
        inbox_traffic(&relay, round).await;
        round += 1;
        let mut open = Vec::new();
        for query in queries {
            let values = prometheus.query(&query).await;
            if values.is_empty() || !values.iter().any(|value| value.is_finite() && *value > 0.0) {
                open.push(query);
            }
        }
        queries = open;
    }
    let names = all_names(&prometheus).await;
    let started = Instant::now();
    while relay.store().stats().await.unwrap().outbox.last_created_webhook.is_none() {
        assert!(started.elapsed() < Duration::from_mins(1), "no send of the outbox has an unknown outcome");
        round += 1;
        inbox_traffic(&relay, round).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let mut names = names;
    while !names.iter().any(|name| name == "incs_relay_found_total") {
        assert!(started.elapsed() < Duration::from_mins(1), "no unknown send was found");
        tokio::time::sleep(Duration::from_millis(200)).await;
        names = all_names(&prometheus).await;
    }
    for metric in all() {
        let end = if matches!(metric.instrument, Instrument::Histogram(_)) { "_bucket" } else { "" };
        assert!(names.contains(&(exported(metric) + end)), "{}: {names:?}", metric.name);
    }
    let rules = prometheus.get("rules").await;
    for rule in rules["data"]["groups"][0]["rules"].as_array().unwrap() {
        assert_eq!(rule["health"], "ok", "{rule}");
    }
    sandbox.shutdown().await;
}
