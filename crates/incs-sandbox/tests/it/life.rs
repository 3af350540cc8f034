//! The life of a message.

use incs_model::{PhoneNumber, viber};
use incs_sandbox::Sandbox;

use crate::support::client;

#[tokio::test]
async fn a_text_is_accepted_with_an_id_of_the_look_of_its_channel() {
    let sandbox = Sandbox::builder().seed(7).start().await.unwrap();
    let to: PhoneNumber = "+852 5123 0088".parse().unwrap();
    let sent = client(&sandbox).messages().send(viber::Message::text(to, "Your table is ready.")).await.unwrap();
    assert_eq!(sent.msg_id.as_str().len(), 36);
    sandbox.shutdown().await;
}
