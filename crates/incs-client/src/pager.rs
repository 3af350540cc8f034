//! Paginated lists.

use std::collections::{HashSet, VecDeque};
use std::fmt;

use futures_core::stream::BoxStream;
use futures_util::{StreamExt as _, stream};

use crate::client::{CallOptions, Client};
use crate::endpoint::Paginated;
use crate::error::{Error, ErrorKind, RequestState};

/// Iterates over a list by page or by row. Pages are fetched when they are needed.
///
/// The platform returns no total for templates and no cursor: a page with fewer rows than requested is the last (inferred). A
/// repeated page would make the list endless, so it is an error: [`ErrorKind::RepeatedPage`]. After an error the same page can be
/// requested again.
///
/// ```
/// # async fn example(client: incs_client::Client) -> Result<(), incs_client::Error> {
/// let mut templates = client.templates().rcs().list();
/// while let Some(template) = templates.try_next().await? {
///     println!("{} {}", template.template_id, template.status);
/// }
/// # Ok(())
/// # }
/// ```
///
/// [`into_stream`](Self::into_stream) returns a stream for the combinators of `futures`:
///
/// ```
/// # async fn example(client: incs_client::Client) -> Result<(), incs_client::Error> {
/// use futures_util::TryStreamExt as _;
///
/// let ids: Vec<_> = client.templates().rcs().list().into_stream().map_ok(|row| row.template_id).try_collect().await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a list is fetched when its rows are asked for"]
pub struct Pager<E: Paginated> {
    client: Client,
    endpoint: E,
    /// The remaining rows of the current page of `try_next`.
    ready: VecDeque<E::Row>,
    /// The last key of each page.
    ends: HashSet<E::Key>,
    is_done: bool,
}

impl<E: Paginated> Pager<E> {
    /// Creates a pager that starts at the page of this endpoint.
    pub fn new(client: &Client, endpoint: E) -> Self {
        Self { client: client.clone(), endpoint, ready: VecDeque::new(), ends: HashSet::new(), is_done: false }
    }

    /// Returns the rows of the next page, or the rows of the current page that [`try_next`](Self::try_next) has not returned; `None`
    /// after the last page.
    ///
    /// # Errors
    ///
    /// Fails if the page cannot be fetched, or is a repeated page.
    pub async fn next_page(&mut self) -> Result<Option<Vec<E::Row>>, Error> {
        if self.ready.is_empty() {
            self.fetch().await?;
        }
        let rows: Vec<_> = std::mem::take(&mut self.ready).into();
        Ok(if rows.is_empty() { None } else { Some(rows) })
    }

    /// Returns the next row, or `None` after the last.
    ///
    /// # Errors
    ///
    /// Fails if its page cannot be fetched, or is a repeated page.
    pub async fn try_next(&mut self) -> Result<Option<E::Row>, Error> {
        if self.ready.is_empty() {
            self.fetch().await?;
        }
        Ok(self.ready.pop_front())
    }

    /// Returns the remaining rows, at most `limit`; [`is_done`](Self::is_done) returns whether there may be more.
    ///
    /// # Errors
    ///
    /// Fails if a page cannot be fetched, or is a repeated page. The rows of earlier pages are then lost; use
    /// [`next_page`](Self::next_page) to keep them.
    pub async fn collect_all(&mut self, limit: usize) -> Result<Vec<E::Row>, Error> {
        let mut rows = Vec::new();
        while rows.len() < limit {
            match self.try_next().await? {
                Some(row) => rows.push(row),
                None => break,
            }
        }
        Ok(rows)
    }

    /// Returns a stream of the remaining rows. It ends after the first error; [`try_next`](Self::try_next) can request the same page
    /// again.
    pub fn into_stream(self) -> BoxStream<'static, Result<E::Row, Error>>
    where
        E: 'static,
    {
        let row = async |mut pager: Self| Ok(pager.try_next().await?.map(|row| (row, pager)));
        stream::try_unfold(self, row).boxed()
    }

    /// Returns whether every row was returned.
    pub fn is_done(&self) -> bool {
        self.is_done && self.ready.is_empty()
    }

    async fn fetch(&mut self) -> Result<(), Error> {
        if self.is_done {
            return Ok(());
        }
        let rows = E::rows(self.client.execute_with(&self.endpoint, &CallOptions::default()).await?);
        // An empty page is the last, even if the page size is 0.
        self.is_done = rows.len() < self.endpoint.page_size().max(1);
        if let Some(last) = rows.last() {
            if !self.ends.insert(E::key(last)) {
                self.is_done = true;
                return Err(Error::not_sent(ErrorKind::RepeatedPage, self.endpoint.operation())
                    .map(|inner| (inner.attempts, inner.state) = (1, RequestState::Accepted)));
            }
            self.endpoint.advance(E::key(last));
        }
        self.ready = rows.into();
        Ok(())
    }
}

impl<E: Paginated> fmt::Debug for Pager<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pager")
            .field("operation", &self.endpoint.operation())
            .field("pages", &self.ends.len())
            .field("is_done", &self.is_done)
            .finish_non_exhaustive()
    }
}
