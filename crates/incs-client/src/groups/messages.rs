//! Sending messages, and what became of them.

use incs_model::id::MessageId;
use incs_model::status::{MessageStatus, StatusQuery};
use incs_model::{Channel, OutboundMessage};

use crate::client::{Call, Client};
use crate::endpoints::messages::{GetStatus, SendMessage};
use crate::error::Error;

/// Sending messages, and what became of them: [`Client::messages`].
#[derive(Debug, Clone, Copy)]
pub struct Messages<'a> {
    client: &'a Client,
}

impl<'a> Messages<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Sends a message, once. An error's [`request_state`](Error::request_state) says whether it went out.
    ///
    /// ```
    /// # async fn example(client: incs_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use incs_model::{PhoneNumber, viber};
    ///
    /// let to: PhoneNumber = "+852 5123 0088".parse()?;
    /// let sent = client.messages().send(viber::Message::new(to, viber::Content::Text("See you at 9".into()))).await?;
    /// println!("on its way as {}", sent.msg_id);
    /// # Ok(())
    /// # }
    /// ```
    pub fn send(&self, message: impl Into<OutboundMessage>) -> Call<'a, SendMessage> {
        self.client.call(SendMessage::new(message))
    }

    /// What became of a message whose send did not end well, if its [id is known](Error::message_id). Nothing when the platform
    /// does not answer for it: it may be some minutes behind.
    ///
    /// # Errors
    ///
    /// When the platform cannot be asked.
    pub async fn resolve(&self, id: &MessageId, channel: Option<Channel>) -> Result<Option<MessageStatus>, Error> {
        let mut endpoint = GetStatus::new(StatusQuery::new([id.clone()]));
        endpoint.channel = channel;
        let list = self.client.execute(endpoint).await?;
        Ok(list.data.into_iter().find(|status| status.message_id == *id))
    }
}
