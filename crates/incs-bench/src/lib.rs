//! The measured cases: each reads, writes or checks one thing in one way, so that two ways can be compared.

pub mod cases;
pub mod exchange;
pub mod gates;

mod plain;
mod untagged;

/// The code in the pages of the workspace compiles and runs. It stands here since this crate is not published, and a published one
/// cannot reach beyond its folder.
#[cfg(doctest)]
mod pages {
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
}
