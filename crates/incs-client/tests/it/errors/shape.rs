//! What the types can be used for, checked by the compiler.

use std::error::Error as StdError;

use incs_client::endpoint::Endpoint;
use incs_client::endpoints::messages::SendMessage;
use incs_client::endpoints::templates::rcs::ListTemplates;
use incs_client::{BuildError, Call, Client, ClientBuilder, Error, Pager};
use incs_model::template::ListQuery;

use crate::support::samples;

fn is_shared<T: Send + Sync + 'static>() {}

fn is_sent<T: Send>(_: T) {}

#[test]
fn errors_and_clients_go_everywhere_and_calls_to_another_thread() {
    fn is_error<T: StdError + Clone + Send + Sync + 'static>() {}

    is_error::<Error>();
    is_error::<BuildError>();
    is_shared::<Client>();
    is_shared::<ClientBuilder>();
    is_shared::<Pager<ListTemplates>>();
    is_shared::<Call<'static, SendMessage>>();
}

/// Compiled, never run.
#[allow(dead_code, reason = "the compiler is the test")]
fn futures_go_to_another_thread<E: Endpoint>(client: &Client, endpoint: E, mut pager: Pager<ListTemplates>) {
    is_sent(client.execute(endpoint));
    is_sent(client.messages().send(samples::message()).into_future());
    is_sent(client.templates().rcs().list_from(ListQuery::new()).collect_all(7));
    is_sent(pager.next());
    is_sent(async move { pager.next_page().await });
}
