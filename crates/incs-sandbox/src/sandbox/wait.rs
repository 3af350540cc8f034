//! Waiting until a message has come so far.

use std::time::Duration;

use super::{Sandbox, SentMessage};
use crate::life::State;
use crate::notice::Heard;

/// Why a message did not come so far.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WaitError {
    /// No message with that id is remembered.
    #[error("no message with that id is remembered")]
    Unknown,
    /// It stands where the state cannot be reached any more: it failed, or it did not.
    #[error("the message is {:?}, and goes no further", .0.state)]
    Past(Box<SentMessage>),
    /// The time is over.
    #[error("the message was still {:?} when the time was over", .0.state)]
    TimedOut(Box<SentMessage>),
}

impl Sandbox {
    /// Waits until a message has reached a state or gone past it, and gives it as it is then.
    ///
    /// With a virtual clock nothing happens by itself, so only another task that [advances](Self::advance) it ends the wait; the
    /// time given here is always that of this machine.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    ///
    /// use incs_client::Client;
    /// use incs_client::backend::HyperTransport;
    /// use incs_model::viber;
    /// use incs_sandbox::{Pace, Sandbox, State};
    ///
    /// let sandbox = Sandbox::builder().seed(7).pace(Pace::instant()).start().await?;
    /// let client = Client::builder(HyperTransport::new())
    ///     .base_urls(&sandbox.base_url())
    ///     .certification_code(sandbox.certification_code())
    ///     .build()?;
    /// let sent = client.messages().send(viber::Message::text("+852 5123 0088".parse()?, "Your table is ready.")).await?;
    ///
    /// let message = sandbox.wait_for(sent.msg_id.as_str(), State::Delivered, Duration::from_secs(5)).await?;
    /// assert_eq!(message.to, "85251230088");
    /// assert!(message.body.contains("Your table is ready."));
    /// sandbox.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When there is no such message, when it failed before it came so far (or came too far to fail), and when the time is over.
    pub async fn wait_for(&self, id: &str, state: State, within: Duration) -> Result<SentMessage, WaitError> {
        // Listens before it looks, so that no change falls between the two.
        let mut listener = self.core.world().notices.listen();
        let wait = async {
            loop {
                let message = self.message(id).ok_or(WaitError::Unknown)?;
                match (message.state, state) {
                    (State::Failed, State::Failed) => return Ok(message),
                    (State::Failed, _) | (State::Read, State::Failed) | (_, State::Received) => {
                        return Err(WaitError::Past(Box::new(message)));
                    }
                    (now, wanted) if now >= wanted => return Ok(message),
                    _ => {}
                }
                if listener.hear().await == Heard::Over {
                    return Err(WaitError::TimedOut(Box::new(message)));
                }
            }
        };
        match tokio::time::timeout(within, wait).await {
            Ok(result) => result,
            Err(_) => {
                Err(self.message(id).map_or(WaitError::Unknown, |message| WaitError::TimedOut(Box::new(message))))
            }
        }
    }
}
