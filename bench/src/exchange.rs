//! One message sent over loopback: through the client, and through the bare HTTP library under it.

mod bare;
mod server;
mod typed;

use incs_model::whatsapp;

use self::bare::Bare;
pub use self::server::{Server, serve};
use self::typed::Typed;

const CODE: &str = "3f0c6a52-0000-4000-8000-000000000000";

/// The HTTP library under both ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// hyper-util's pooled client.
    Hyper,
    /// reqwest.
    Reqwest,
}

impl Backend {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Hyper, Self::Reqwest];

    /// Its name in cases and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hyper => "hyper",
            Self::Reqwest => "reqwest",
        }
    }
}

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A short text.
    Text,
    /// A template with four parameters.
    Template,
}

impl Kind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Text, Self::Template];

    /// Its name in cases and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Template => "template",
        }
    }

    fn message(self) -> whatsapp::Message {
        let fixture = match self {
            Self::Text => include_str!("../../crates/incs-model/fixtures/incs/send-whatsapp-text.request.json"),
            Self::Template => {
                include_str!("../../crates/incs-model/fixtures/incs/send-whatsapp-template-header-body-text.request.json")
            }
        };
        match incs_model::decode(fixture.as_bytes()) {
            Ok(message) => message,
            Err(error) => unreachable!("{error}"),
        }
    }
}

/// A way to send the message.
pub struct Way(Inner);

enum Inner {
    Bare(Bare),
    Typed(Typed),
    Fluent(Typed),
}

impl Way {
    /// The HTTP library alone.
    pub fn bare(backend: Backend, kind: Kind, server: &Server) -> Self {
        Self(Inner::Bare(Bare::new(backend, kind, server)))
    }

    /// The client over it.
    pub fn typed(backend: Backend, kind: Kind, server: &Server) -> Self {
        Self(Inner::Typed(Typed::new(backend, kind, server)))
    }

    /// The client over it, and a copy of the message for each send.
    pub fn fluent(backend: Backend, kind: Kind, server: &Server) -> Self {
        Self(Inner::Fluent(Typed::new(backend, kind, server)))
    }

    /// Sends the message once.
    ///
    /// # Panics
    ///
    /// When the server does not take it: then nothing was measured.
    pub async fn once(&self) {
        match &self.0 {
            Inner::Bare(bare) => bare.once().await,
            Inner::Typed(typed) => typed.once().await,
            Inner::Fluent(typed) => typed.fluent().await,
        }
    }
}

impl std::fmt::Debug for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.0 {
            Inner::Bare(_) => "bare",
            Inner::Typed(_) => "typed",
            Inner::Fluent(_) => "fluent",
        })
    }
}
