//! Lists, page by page.

use std::collections::{HashSet, VecDeque};
use std::fmt;

use crate::client::{CallOptions, Client};
use crate::endpoint::Listing;
use crate::error::{Error, ErrorKind, RequestState};

/// A list, page by page or row by row. Pages are fetched when they are needed.
///
/// The platform returns no total for templates and no cursor: a page with fewer rows than asked for is the last (inferred). A
/// page that comes again would make an endless list; it is [`ErrorKind::RepeatedPage`]. After an error the same page can be asked
/// for again.
///
/// ```
/// # async fn example(client: incs_client::Client) -> Result<(), incs_client::Error> {
/// let mut templates = client.templates().rcs().list();
/// while let Some(template) = templates.next().await? {
///     println!("{} {}", template.template_id, template.status);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a list is fetched when its rows are asked for"]
pub struct Pager<E: Listing> {
    client: Client,
    endpoint: E,
    /// Rows of the page that `next` is in.
    ready: VecDeque<E::Row>,
    /// The last key of each page.
    ends: HashSet<E::Key>,
    is_done: bool,
}

impl<E: Listing> Pager<E> {
    /// Pages through a list from the page that this endpoint asks for.
    pub fn new(client: &Client, endpoint: E) -> Self {
        Self { client: client.clone(), endpoint, ready: VecDeque::new(), ends: HashSet::new(), is_done: false }
    }

    /// The rows of the next page, or what [`next`](Self::next) left of this one; nothing after the last.
    ///
    /// # Errors
    ///
    /// Fails when the page cannot be fetched, or came before.
    pub async fn next_page(&mut self) -> Result<Option<Vec<E::Row>>, Error> {
        if self.ready.is_empty() {
            self.fetch().await?;
        }
        let rows: Vec<_> = std::mem::take(&mut self.ready).into();
        Ok(if rows.is_empty() { None } else { Some(rows) })
    }

    /// The next row; nothing after the last.
    ///
    /// # Errors
    ///
    /// Fails when its page cannot be fetched, or came before.
    #[allow(clippy::should_implement_trait, reason = "an iterator cannot wait")]
    pub async fn next(&mut self) -> Result<Option<E::Row>, Error> {
        if self.ready.is_empty() {
            self.fetch().await?;
        }
        Ok(self.ready.pop_front())
    }

    /// The rows that are left, at most `limit`; [`is_done`](Self::is_done) tells whether there may be more.
    ///
    /// # Errors
    ///
    /// Fails when a page cannot be fetched, or came before. The rows of the pages before it are lost then; take
    /// [`next_page`](Self::next_page) to keep them.
    pub async fn collect_all(&mut self, limit: usize) -> Result<Vec<E::Row>, Error> {
        let mut rows = Vec::new();
        while rows.len() < limit {
            match self.next().await? {
                Some(row) => rows.push(row),
                None => break,
            }
        }
        Ok(rows)
    }

    /// Returns whether every row was returned.
    pub fn is_done(&self) -> bool {
        self.is_done && self.ready.is_empty()
    }

    async fn fetch(&mut self) -> Result<(), Error> {
        if self.is_done {
            return Ok(());
        }
        let rows = E::rows(self.client.run(&self.endpoint, &CallOptions::default()).await?);
        // An empty page is the last, whatever a full one is.
        self.is_done = rows.len() < self.endpoint.page_size().max(1);
        if let Some(last) = rows.last() {
            if !self.ends.insert(E::key(last)) {
                self.is_done = true;
                return Err(Error::not_sent(ErrorKind::RepeatedPage, self.endpoint.operation())
                    .amend(|inner| (inner.attempts, inner.state) = (1, RequestState::Accepted)));
            }
            self.endpoint.advance(E::key(last));
        }
        self.ready = rows.into();
        Ok(())
    }
}

impl<E: Listing> fmt::Debug for Pager<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pager")
            .field("operation", &self.endpoint.operation())
            .field("pages", &self.ends.len())
            .field("is_done", &self.is_done)
            .finish_non_exhaustive()
    }
}
