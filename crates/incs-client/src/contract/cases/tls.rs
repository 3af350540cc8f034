//! No secret goes to a server that nobody vouches for.

use std::io;

use super::cases;
use crate::contract::fault_server::{Identity, Security};
use crate::contract::stage::Stage;
use crate::transport::{TransportError, TransportErrorKind as Kind};

cases!(Some(Security::Tls); a_certificate_that_is_not_trusted_stops_the_request);

async fn a_certificate_that_is_not_trusted_stops_the_request(stage: &Stage<'_>) -> io::Result<()> {
    let scene = stage.scene([]).await?;
    let stranger = stage.transport(scene.server.uri(), Some(Identity::generate()?.root));
    let by_address = scene.server.uri().replace("localhost", "127.0.0.1");
    let mut misnamed = scene.send();
    *misnamed.uri_mut() = misnamed.uri().to_string().replace("localhost", "127.0.0.1").parse().unwrap_or_default();
    let rightful = stage.transport(by_address, scene.server.root_certificate().cloned());
    for (row, transport, request) in
        [("of a stranger", stranger, scene.send()), ("for another name", rightful, misnamed)]
    {
        let Some(outcome) = stage.call(row, &transport, request).await else { continue };
        let kind = outcome.result.as_ref().err().map(TransportError::kind);
        stage.expect(kind == Some(Kind::Tls), row, Kind::Tls, outcome.word());
        // Whoever tells nothing is held by this; whoever told that it left, is not.
        outcome.departure.hold();
        stage.expect(!outcome.departure.may_have_left(), row, "nothing to have left", &outcome.departure);
    }
    let requests = scene.server.seen().complete.len();
    stage.expect(requests == 0, "both", "no request", requests);
    Ok(())
}
