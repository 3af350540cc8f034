//! The methods of the client: each makes the call of its name.

use incs_client::endpoint::Endpoint;
use incs_client::testing::ScriptedTransport;
use incs_client::{Call, ErrorKind};
use incs_model::Channel;
use incs_model::envelope::Code;
use incs_model::status::State;

use crate::support::{json, read, samples, scripted};

#[test]
fn every_method_makes_its_call() {
    fn name<E: Endpoint>(call: &Call<'_, E>) -> (&'static str, String) {
        (call.endpoint().operation(), call.endpoint().path().into_owned())
    }

    let client = scripted(&ScriptedTransport::new());
    let (rcs, whatsapp) = (client.templates().rcs(), client.templates().whatsapp());
    for ((operation, path), expected) in [
        (name(&client.messages().send(samples::message())), ("send_viber_message", "messages/viber")),
        (name(&rcs.create(read("rcs-template-create-text.request"))), ("create_rcs_template", "templates/rcs")),
        (name(&rcs.get("7")), ("get_rcs_template", "templates/rcs/7")),
        (name(&rcs.delete("7")), ("delete_rcs_template", "templates/rcs/7")),
        (name(&whatsapp.create(read("waba-template-create.request"))), ("create_whatsapp_template", "templates")),
        (name(&whatsapp.get("7")), ("get_whatsapp_template", "templates/7")),
        (name(&client.tasks().create(read("saas-task-create.request"))), ("create_task", "tasks")),
        (name(&client.auth().token(read("saas-token.request"))), ("fetch_token", "auth/token")),
    ] {
        assert_eq!((operation, path), (expected.0, format!("/external/{}", expected.1)));
    }
}

#[tokio::test]
async fn status_is_queried_after_failed_send() {
    const ID: &str = "wamid.HBgLODUyNTEyMzAwODgVAgARGBI5MUIzRDRFMEY3QTgyNjZDNUQA";
    let data = &json("messages-status.response")["data"];
    let script = ScriptedTransport::new().success(data).success(data).failure(Code::InvalidParameters, "");
    let client = scripted(&script).with_channel_code(&Channel::WhatsApp, "whatsapp").unwrap();
    let found = client.messages().resolve(&ID.into(), Some(Channel::WhatsApp)).await.unwrap().unwrap();
    assert_eq!((found.message_id.as_str(), found.message_status), (ID, State::Read));
    // The rows of others are not taken for its own.
    assert!(client.messages().resolve(&"m-1".into(), None).await.unwrap().is_none());
    let error = client.messages().resolve(&ID.into(), None).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Refused, "get_message_status"));

    let requests = script.requests();
    let sent: Vec<_> = requests.iter().map(|request| request.header("certification-code").unwrap()).collect();
    assert_eq!(sent, ["whatsapp", samples::CODE, samples::CODE]);
    assert_eq!(requests[1].query(), Some("message_ids=m-1"));
}
