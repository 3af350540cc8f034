//! A server on loopback with scripted replies.

use std::process::Command;

use incs_facade::contract::{Fault, FaultServer, Reply, Security};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::support::incs;

/// A server on loopback that answers what a test wants.
pub(crate) struct Platform {
    server: FaultServer,
    /// The address of the server.
    _runtime: Runtime,
}

/// A request that the server received.
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) headers: String,
    pub(crate) body: Option<Value>,
}

impl Platform {
    /// Starts a server that replies with these bodies in turn.
    pub(crate) fn answering<B: Into<String>>(bodies: impl IntoIterator<Item = B>) -> Self {
        Self::giving(bodies.into_iter().map(|body| Reply::json(200, body.into())))
    }

    /// Starts a server with these replies and faults in turn.
    pub(crate) fn giving<F: Into<Fault>>(faults: impl IntoIterator<Item = F>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let server = runtime.block_on(FaultServer::start(Security::Plain)).unwrap();
        for fault in faults {
            server.push(fault);
        }
        server.set_default(Reply::json(500, "no answer is left"));
        Self { server, _runtime: runtime }
    }

    /// Returns the program with a code and an account for this server.
    pub(crate) fn incs(&self, args: &[&str]) -> Command {
        let mut command = incs(args);
        command.env("INCS_BASE_URL", self.server.uri()).env("INCS_CERTIFICATION_CODE", "5d1f");
        command.env("INCS_USERNAME", "ops_admin").env("INCS_PASSWORD", "correct-horse");
        command
    }

    /// Returns all requests so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        let requests = self.server.seen().complete.into_iter();
        requests
            .map(|request| Asked {
                line: format!("{} {}", request.method, request.target),
                headers: format!("{:?}", request.headers),
                body: serde_json::from_slice(&request.body).ok(),
            })
            .collect()
    }

    /// Returns method, path and query of all requests so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }
}

/// Returns a successful reply.
pub(crate) fn success(data: &Value) -> String {
    serde_json::json!({ "status": "success", "code": 200, "message": "", "data": data, "error": {} }).to_string()
}

/// Returns an error reply.
pub(crate) fn failure(code: u32, message: &str) -> String {
    serde_json::json!({ "status": "error", "code": code, "message": message, "data": {}, "error": {} }).to_string()
}
