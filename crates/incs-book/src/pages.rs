//! Each page that holds Rust code; `cargo test --doc` compiles and runs it.

#[doc = include_str!("../../../README.md")]
struct Readme;

#[doc = include_str!("../../../docs/retries.md")]
struct Retries;

#[doc = include_str!("../../../docs/errors.md")]
struct Errors;

#[doc = include_str!("../../../docs/custom-transport.md")]
struct CustomTransport;

#[doc = include_str!("../../../docs/webhooks.md")]
struct Webhooks;

#[doc = include_str!("../../../docs/sandbox.md")]
struct Sandbox;

#[doc = include_str!("../../../docs/quick-start.md")]
struct QuickStart;

#[doc = include_str!("../../../docs/exotel.md")]
struct Exotel;

#[doc = include_str!("../../../docs/status.md")]
struct Status;

#[doc = include_str!("../../../docs/testing.md")]
struct Testing;

#[doc = include_str!("../../../docs/templates.md")]
struct Templates;

#[doc = include_str!("../../../docs/tasks.md")]
struct Tasks;
#[doc = include_str!("../../../docs/sending/README.md")]
struct Sending;

#[doc = include_str!("../../../docs/sending/whatsapp.md")]
struct SendingOnWhatsApp;

#[doc = include_str!("../../../docs/sending/viber.md")]
struct SendingOnViber;

#[doc = include_str!("../../../docs/sending/rcs.md")]
struct SendingOnRcs;
