//! The calls of a client, in groups.

use std::marker::PhantomData;

use futures_core::Stream;
use futures_util::stream;
use incs_model::auth::TokenRequest;
use incs_model::id::{MessageId, TemplateId};
use incs_model::status::{MessageStatus, StatusQuery};
use incs_model::task::{self, NewTask};
use incs_model::{Channel, OutboundMessage, template};

use crate::batch::{Batch, BatchOptions};
use crate::client::{Call, Client};
use crate::endpoints::auth::FetchToken;
use crate::endpoints::messages::{GetStatus, SendMessage};
use crate::endpoints::tasks::{CreateTask, ListTasks};
use crate::endpoints::templates::{
    CreateTemplate, DeleteTemplate, GetTemplate, ListTemplates, Rcs, TemplateChannel, WhatsApp,
};
use crate::error::Error;
use crate::pager::Pager;
use crate::status::StatusCall;

impl Client {
    /// Returns the calls that send messages and query their status.
    pub fn messages(&self) -> Messages<'_> {
        Messages { client: self }
    }

    /// Returns the calls about templates.
    pub fn templates(&self) -> Templates<'_> {
        Templates { client: self }
    }

    /// Returns the calls about tasks of the INCS workbench.
    pub fn tasks(&self) -> Tasks<'_> {
        Tasks { client: self }
    }

    /// Returns the calls that fetch tokens.
    pub fn auth(&self) -> Auth<'_> {
        Auth { client: self }
    }
}

/// Sending messages, and what became of them: [`Client::messages`].
#[derive(Debug, Clone, Copy)]
pub struct Messages<'a> {
    client: &'a Client,
}

impl<'a> Messages<'a> {
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
        self.client.call(SendMessage::new(message.into()))
    }

    /// Sends many messages, each once, some at the same time. See [`Batch`] for how it ends, how it is stopped and what a drop
    /// does.
    ///
    /// A message is taken from the input when there is room for it, so an input may be longer than memory. For a list there is
    /// [`send_all_iter`](Self::send_all_iter).
    ///
    /// ```
    /// # async fn example(
    /// #     client: incs_client::Client,
    /// #     queue: impl futures_core::Stream<Item = incs_model::rcs::Message> + Send,
    /// # ) {
    /// use std::time::Duration;
    ///
    /// use incs_client::BatchOptions;
    ///
    /// let options = BatchOptions::new().with_concurrency(4).with_min_gap(Duration::from_millis(100));
    /// let report = client.messages().send_all(queue, options).collect_all().await;
    /// println!("{} of {} went out", report.sent, report.total());
    /// # }
    /// ```
    pub fn send_all<'s, S>(&self, messages: S, options: BatchOptions) -> Batch<'s>
    where
        S: Stream + Send + 's,
        S::Item: Into<OutboundMessage>,
    {
        Batch::new(self.client, messages, options)
    }

    /// Sends many messages out of a list, or whatever else can be walked through without waiting.
    ///
    /// ```
    /// # async fn example(client: incs_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use incs_client::BatchOptions;
    /// use incs_model::{PhoneNumber, viber};
    ///
    /// let numbers: [PhoneNumber; 2] = ["+852 5123 0088".parse()?, "+852 5123 0099".parse()?];
    /// let messages = numbers.map(|to| viber::Message::new(to, viber::Content::Text("We open at 9".into())));
    /// let report = client.messages().send_all_iter(messages, BatchOptions::new()).collect_all().await;
    /// for failure in report.failures {
    ///     println!("{}: {}", failure.index, failure.error);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn send_all_iter<'s, I>(&self, messages: I, options: BatchOptions) -> Batch<'s>
    where
        I: IntoIterator<Item: Into<OutboundMessage>, IntoIter: Send + 's>,
    {
        self.send_all(stream::iter(messages), options)
    }

    /// Queries the status of any number of messages.
    ///
    /// The platform takes [100](incs_model::limits::status::IDS_MAX) a query; they are split, some queries run at once, and each
    /// message is asked for once. The report is in the order of the ids and names those that were not answered. Without ids
    /// nothing is asked.
    ///
    /// # Errors
    ///
    /// Fails when any query failed: [`StatusError`](crate::StatusError) keeps the answers of the others. After a refused
    /// credential no further query is made.
    ///
    /// ```
    /// # async fn example(client: incs_client::Client, ids: Vec<incs_model::id::MessageId>) {
    /// use incs_model::Channel;
    ///
    /// let report = match client.messages().status(ids).channel(Channel::WhatsApp).await {
    ///     Ok(report) => report,
    ///     Err(error) => {
    ///         println!("{error}");
    ///         error.into_report()
    ///     }
    /// };
    /// for status in report.answered() {
    ///     println!("{} {}", status.message_id, status.message_status);
    /// }
    /// println!("no answer for {} messages", report.unanswered().len());
    /// # }
    /// ```
    pub fn status(&self, ids: impl IntoIterator<Item = impl Into<MessageId>>) -> StatusCall<'a> {
        StatusCall::new(self.client, ids)
    }

    /// Queries the status of a message whose send did not end well, if its [id is known](Error::message_id). Returns `None` when
    /// the platform does not answer for it: it may be some minutes behind.
    ///
    /// # Errors
    ///
    /// Fails when the platform cannot be asked.
    pub async fn resolve(&self, id: &MessageId, channel: Option<Channel>) -> Result<Option<MessageStatus>, Error> {
        let mut endpoint = GetStatus::new(StatusQuery::new([id.clone()]));
        endpoint.channel = channel;
        let list = self.client.execute(endpoint).await?;
        Ok(list.data.into_iter().find(|status| status.message_id == *id))
    }
}

/// Templates: [`Client::templates`].
#[derive(Debug, Clone, Copy)]
pub struct Templates<'a> {
    client: &'a Client,
}

impl<'a> Templates<'a> {
    /// Returns the calls about RCS templates.
    pub fn rcs(&self) -> RcsTemplates<'a> {
        ChannelTemplates { client: self.client, channel: PhantomData }
    }

    /// Returns the calls about WhatsApp templates.
    pub fn whatsapp(&self) -> WhatsAppTemplates<'a> {
        ChannelTemplates { client: self.client, channel: PhantomData }
    }
}

/// The templates of one channel: [`Templates::rcs`], [`Templates::whatsapp`].
#[derive(Debug, Clone, Copy)]
pub struct ChannelTemplates<'a, C> {
    client: &'a Client,
    channel: PhantomData<C>,
}

/// RCS templates: [`Templates::rcs`].
pub type RcsTemplates<'a> = ChannelTemplates<'a, Rcs>;

/// WhatsApp templates: [`Templates::whatsapp`]. No route to delete one is known.
pub type WhatsAppTemplates<'a> = ChannelTemplates<'a, WhatsApp>;

impl<'a, C: TemplateChannel> ChannelTemplates<'a, C> {
    /// Submits a template for review.
    pub fn create(&self, template: C::New) -> Call<'a, CreateTemplate<C>> {
        self.client.call(CreateTemplate::new(template))
    }

    /// Lists every template, newest first.
    pub fn list(&self) -> Pager<ListTemplates<C>> {
        self.list_from(template::ListQuery::new())
    }

    /// Lists the templates from this page on.
    pub fn list_from(&self, query: template::ListQuery) -> Pager<ListTemplates<C>> {
        Pager::new(self.client, ListTemplates::new(query))
    }

    /// Fetches one template.
    pub fn get(&self, id: impl Into<TemplateId>) -> Call<'a, GetTemplate<C>> {
        self.client.call(GetTemplate::new(id))
    }
}

impl<'a> RcsTemplates<'a> {
    /// Deletes a template.
    pub fn delete(&self, id: impl Into<TemplateId>) -> Call<'a, DeleteTemplate> {
        self.client.call(DeleteTemplate::new(id))
    }
}

/// Tasks of the INCS workbench: [`Client::tasks`]. They need an account or a bearer token.
#[derive(Debug, Clone, Copy)]
pub struct Tasks<'a> {
    client: &'a Client,
}

impl<'a> Tasks<'a> {
    /// Gives an agent a task.
    pub fn create(&self, task: NewTask) -> Call<'a, CreateTask> {
        self.client.call(CreateTask::new(task))
    }

    /// Lists the tasks that this query asks for, from its page on.
    pub fn list(&self, query: task::ListQuery) -> Pager<ListTasks> {
        Pager::new(self.client, ListTasks::new(query))
    }
}

/// Tokens: [`Client::auth`]. A client with an account fetches its own.
#[derive(Debug, Clone, Copy)]
pub struct Auth<'a> {
    client: &'a Client,
}

impl<'a> Auth<'a> {
    /// Fetches a token.
    pub fn token(&self, account: TokenRequest) -> Call<'a, FetchToken> {
        self.client.call(FetchToken::new(account))
    }
}
