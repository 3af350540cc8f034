//! Each page that holds Rust code; `cargo test --doc` compiles and runs it.

#[doc = include_str!("../../../README.md")]
struct Readme;

#[doc = include_str!("../../retries.md")]
struct Retries;

#[doc = include_str!("../../errors.md")]
struct Errors;

#[doc = include_str!("../../custom-transport.md")]
struct CustomTransport;

#[doc = include_str!("../../webhooks.md")]
struct Webhooks;

#[doc = include_str!("../../sandbox.md")]
struct Sandbox;

#[doc = include_str!("../../quick-start.md")]
struct QuickStart;

#[doc = include_str!("../../exotel.md")]
struct Exotel;

#[doc = include_str!("../../status.md")]
struct Status;

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
