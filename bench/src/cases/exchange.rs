//! The cases of a message sent over loopback.

use std::cell::OnceCell;

use tokio::runtime::{Builder, Runtime};

use super::Case;
use crate::exchange::{Backend, Kind, Server, Way};

type MakeWay = fn(Backend, Kind, &Server) -> Way;

/// A server, a runtime, and a way to send; made when the case runs first, since most runs are of other cases.
struct Ready {
    runtime: Runtime,
    way: Way,
    _server: Server,
}

impl Ready {
    fn new(backend: Backend, kind: Kind, way: MakeWay) -> Self {
        let (Ok(server), Ok(runtime)) = (Server::start(), Builder::new_current_thread().enable_all().build()) else {
            unreachable!("no server or no runtime")
        };
        let way = {
            let _inside = runtime.enter();
            way(backend, kind, &server)
        };
        Self { runtime, way, _server: server }
    }
}

/// Every way of sending both messages over both libraries.
pub(super) fn cases() -> impl Iterator<Item = Case> {
    let ways: [(&str, MakeWay); 3] = [("bare", Way::bare), ("typed", Way::typed), ("fluent", Way::fluent)];
    let each = Backend::ALL.into_iter().flat_map(|backend| Kind::ALL.into_iter().map(move |kind| (backend, kind)));
    each.flat_map(move |(backend, kind)| {
        ways.into_iter().map(move |(name, way)| {
            let ready = OnceCell::new();
            Case {
                name: format!("send/{}/{}/{name}", backend.name(), kind.name()),
                run: Box::new(move || {
                    let Ready { runtime, way, .. } = ready.get_or_init(|| Ready::new(backend, kind, way));
                    runtime.block_on(way.once());
                }),
                runs: super::RUNS,
            }
        })
    })
}
