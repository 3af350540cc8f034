//! The calls of a client, in groups.

use std::marker::PhantomData;

use futures_core::Stream;
use futures_util::stream;
use incs_model::auth::TokenRequest;
use incs_model::id::{MessageId, TemplateId};
use incs_model::status::{MessageStatus, StatusQuery};
use incs_model::task::{self, NewTask};
use incs_model::{Channel, Document, template};

use crate::batch::{BatchOptions, SendBatch};
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

/// Calls that send messages and query their status: [`Client::messages`].
#[derive(Debug, Clone, Copy)]
pub struct Messages<'a> {
    client: &'a Client,
}

impl<'a> Messages<'a> {
    /// Sends a typed message or a [`Document`], once. The error's [`request_state`](Error::request_state) says whether it was sent.
    ///
    /// ```
    /// # async fn example(client: incs_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use incs_model::{PhoneNumber, viber};
    ///
    /// let to: PhoneNumber = "+852 5123 0088".parse()?;
    /// let sent = client.messages().send(viber::Message::new(to, "See you at 9")).await?;
    /// println!("on its way as {}", sent.message_id);
    /// # Ok(())
    /// # }
    /// ```
    pub fn send(&self, message: impl Into<Document>) -> Call<'a, SendMessage> {
        self.client.execute(SendMessage::new(message.into()))
    }

    /// Sends many messages concurrently, each once. [`SendBatch`] describes how a batch ends, is stopped and is dropped.
    ///
    /// The input consists of pairs of a key and a message, and each outcome returns its key. A key may be anything: your own
    /// reference, a row of a table, an index. It need not be unique, is not sent, and is not an idempotency key. If you need no key,
    /// number the messages with `enumerate`, or use `()`.
    ///
    /// A message is taken from the input only when it can be started, so the input may be larger than memory. For a list, use
    /// [`send_all_iter`](Self::send_all_iter).
    ///
    /// ```
    /// # async fn example(
    /// #     client: incs_client::Client,
    /// #     queue: impl futures_core::Stream<Item = (String, incs_model::rcs::Message)> + Send,
    /// # ) {
    /// use std::time::Duration;
    ///
    /// use incs_client::BatchOptions;
    ///
    /// let options = BatchOptions::new().with_concurrency(4).with_min_interval(Duration::from_millis(100));
    /// let report = client.messages().send_all(queue, options).collect_all().await;
    /// println!("{} of {} went out", report.sent, report.total());
    /// for failure in report.failures {
    ///     println!("{}: {}", failure.key, failure.error);
    /// }
    /// # }
    /// ```
    pub fn send_all<'s, K, M, S>(&self, messages: S, options: BatchOptions) -> SendBatch<'s, K>
    where
        M: Into<Document>,
        S: Stream<Item = (K, M)> + Send + 's,
    {
        SendBatch::new(self.client, messages, options)
    }

    /// Sends the messages of an iterator of pairs. [`send_all`](Self::send_all) describes the keys.
    ///
    /// ```
    /// # async fn example(client: incs_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use incs_client::BatchOptions;
    /// use incs_model::{PhoneNumber, viber};
    ///
    /// let guests: [(&str, PhoneNumber); 2] = [("Tan", "+852 5123 0088".parse()?), ("Lee", "+852 5123 0099".parse()?)];
    /// let messages = guests.map(|(name, to)| (name, viber::Message::new(to, "We open at 9")));
    /// let report = client.messages().send_all_iter(messages, BatchOptions::new()).collect_all().await;
    /// for failure in report.failures {
    ///     println!("{}: {}", failure.key, failure.error);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn send_all_iter<'s, K, M, I>(&self, messages: I, options: BatchOptions) -> SendBatch<'s, K>
    where
        M: Into<Document>,
        I: IntoIterator<Item = (K, M), IntoIter: Send + 's>,
    {
        self.send_all(stream::iter(messages), options)
    }

    /// Queries the status of any number of messages.
    ///
    /// The platform accepts [100](incs_model::limits::status::IDS_MAX) ids per query, so the ids are split into concurrent queries.
    /// Each message is queried once. The report is in the order of the ids, and lists the ids without an answer. An empty list of
    /// ids makes no query.
    ///
    /// # Errors
    ///
    /// Fails if any query fails: [`StatusError`](crate::StatusError) keeps the results of the other queries. After a rejected
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

    /// Queries the status of a message whose send failed, if its [id is known](Error::message_id). Returns `None` if the reply does
    /// not contain the message: the platform may be some minutes behind.
    ///
    /// # Errors
    ///
    /// Fails if the query fails.
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
        self.client.execute(CreateTemplate::new(template))
    }

    /// Lists every template, newest first.
    pub fn list(&self) -> Pager<ListTemplates<C>> {
        self.list_from(template::ListQuery::new())
    }

    /// Lists the templates, starting at this page.
    pub fn list_from(&self, query: template::ListQuery) -> Pager<ListTemplates<C>> {
        Pager::new(self.client, ListTemplates::new(query))
    }

    /// Fetches one template.
    pub fn get(&self, id: impl Into<TemplateId>) -> Call<'a, GetTemplate<C>> {
        self.client.execute(GetTemplate::new(id))
    }
}

impl<'a> RcsTemplates<'a> {
    /// Deletes a template.
    pub fn delete(&self, id: impl Into<TemplateId>) -> Call<'a, DeleteTemplate> {
        self.client.execute(DeleteTemplate::new(id))
    }
}

/// Tasks of the INCS workbench: [`Client::tasks`]. They need an account or a bearer token.
#[derive(Debug, Clone, Copy)]
pub struct Tasks<'a> {
    client: &'a Client,
}

impl<'a> Tasks<'a> {
    /// Creates a task for an agent.
    pub fn create(&self, task: NewTask) -> Call<'a, CreateTask> {
        self.client.execute(CreateTask::new(task))
    }

    /// Lists the tasks that match the query, starting at its page.
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
        self.client.execute(FetchToken::new(account))
    }
}
