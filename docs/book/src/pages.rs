//! All pages with Rust code; `cargo test --doc` compiles and runs it.

#[doc = include_str!("../../../README.md")]
struct Readme;

#[doc = include_str!("../../../crates/incs-facade/README.md")]
struct Facade;

#[doc = include_str!("../../retries.md")]
struct Retries;

#[doc = include_str!("../../error-handling.md")]
struct ErrorHandling;

#[doc = include_str!("../../custom-transport.md")]
struct CustomTransport;

#[doc = include_str!("../../blocking-transport.md")]
struct BlockingTransport;

#[doc = include_str!("../../network-settings.md")]
struct NetworkSettings;

#[doc = include_str!("../../reconcile.md")]
struct Reconcile;

#[doc = include_str!("../../webhooks.md")]
struct Webhooks;

#[doc = include_str!("../../webhooks-schemes.md")]
struct WebhookSchemes;

#[doc = include_str!("../../webhooks-rejected.md")]
struct WebhooksRejected;

#[doc = include_str!("../../webhooks-axum.md")]
struct WebhooksInAxum;

#[doc = include_str!("../../webhooks-items.md")]
struct WebhookItems;

#[doc = include_str!("../../relay.md")]
struct Relay;

#[doc = include_str!("../../relay-postgres.md")]
struct RelayInPostgres;

#[doc = include_str!("../../scaling.md")]
struct Scaling;

#[doc = include_str!("../../unknown-sends.md")]
struct UnknownSends;

#[doc = include_str!("../../webhooks-store.md")]
struct WebhookStore;

#[doc = include_str!("../../webhooks-messages.md")]
struct WebhookMessages;

#[doc = include_str!("../../webhooks-customers.md")]
struct WebhookCustomers;

#[doc = include_str!("../../webhooks-test.md")]
struct WebhookTest;

#[doc = include_str!("../../sandbox-test.md")]
struct SandboxTest;

#[doc = include_str!("../../quick-start.md")]
struct QuickStart;

#[doc = include_str!("../../exotel.md")]
struct Exotel;

#[doc = include_str!("../../status.md")]
struct Status;

#[doc = include_str!("../../metrics.md")]
struct Metrics;

#[doc = include_str!("../../testing.md")]
struct Testing;

#[doc = include_str!("../../templates.md")]
struct Templates;

#[doc = include_str!("../../tasks.md")]
struct Tasks;

#[doc = include_str!("../../sending/README.md")]
struct Sending;

#[doc = include_str!("../../sending/whatsapp.md")]
struct SendingOnWhatsApp;

#[doc = include_str!("../../sending/viber.md")]
struct SendingOnViber;

#[doc = include_str!("../../sending/rcs.md")]
struct SendingOnRcs;
