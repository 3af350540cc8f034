//! The operations of the platform; names match the client's.

use http::Method;

use crate::channel::Channel;

/// A row of the table: method, path, name. A path that ends with a slash has one more segment, an id.
type Row = (Method, &'static str, &'static str);

/// Every route. Paths with an id come last, so that `rcs` is never read as the id of a WhatsApp template.
const TABLE: [Row; 14] = [
    (Method::POST, "/external/messages/whatsapp", "send_whatsapp_message"),
    (Method::POST, "/external/messages/viber", "send_viber_message"),
    (Method::POST, "/external/messages/rcs", "send_rcs_message"),
    (Method::GET, "/external/messages/status", "get_message_status"),
    (Method::POST, "/external/templates", "create_whatsapp_template"),
    (Method::GET, "/external/templates", "list_whatsapp_templates"),
    (Method::POST, "/external/templates/rcs", "create_rcs_template"),
    (Method::GET, "/external/templates/rcs", "list_rcs_templates"),
    (Method::POST, "/external/auth/token", FETCH_TOKEN),
    (Method::POST, "/external/tasks", "create_task"),
    (Method::GET, "/external/tasks", "list_tasks"),
    (Method::GET, "/external/templates/rcs/", "get_rcs_template"),
    (Method::DELETE, "/external/templates/rcs/", "delete_rcs_template"),
    (Method::GET, "/external/templates/", "get_whatsapp_template"),
];

/// The operation whose bodies contain a password and a token.
pub(crate) const FETCH_TOKEN: &str = "fetch_token";

/// Returns the operation of a request; `None` for an unknown route.
pub(crate) fn of(method: &Method, path: &str) -> Option<&'static str> {
    TABLE.iter().find(|(of, route, _)| of == method && leads(route, path)).map(|(_, _, name)| *name)
}

/// Returns the send operation of a channel.
pub(crate) fn of_send(channel: Channel) -> &'static str {
    match channel {
        Channel::WhatsApp => "send_whatsapp_message",
        Channel::Viber => "send_viber_message",
        Channel::Rcs => "send_rcs_message",
    }
}

/// Returns the names of all operations.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|(_, _, name)| *name)
}

fn leads(route: &str, path: &str) -> bool {
    match path.strip_prefix(route) {
        Some(rest) if route.ends_with('/') => !rest.is_empty() && !rest.contains('/'),
        Some(rest) => rest.is_empty(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use incs_client::endpoint::Endpoint;
    use incs_client::endpoints::auth::FetchToken;
    use incs_client::endpoints::messages::{GetStatus, SendRcs, SendViber, SendWhatsApp};
    use incs_client::endpoints::tasks::{CreateTask, ListTasks};
    use incs_client::endpoints::templates::{rcs, whatsapp};
    use incs_model::auth::TokenRequest;
    use incs_model::status::StatusQuery;
    use incs_model::{task, template};
    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};

    use super::*;

    fn read<T: DeserializeOwned>(value: Value) -> T {
        serde_json::from_value(value).unwrap()
    }

    fn row(endpoint: &impl Endpoint) -> (Method, String, &'static str) {
        (endpoint.method(), endpoint.path().into_owned(), endpoint.operation())
    }

    /// Every endpoint of the client.
    fn of_client() -> Vec<(Method, String, &'static str)> {
        let text = || json!({ "to": "85251230088", "type": "text", "text": "See you" });
        let template = json!({ "name": "a", "language": "en_US", "category": "UTILITY" });
        let content = json!({ "textMessage": "a" });
        let rcs_template = json!({ "name": "a", "type": "text", "category": "PROMOTION", "content": content });
        let task =
            json!({ "name": "a", "type": 3, "auth_id": 1, "user_phone": "85251230088", "assignee_username": "b" });
        vec![
            row(&SendWhatsApp::new(read(text()))),
            row(&SendViber::new(read(text()))),
            row(&SendRcs::new(read(text()))),
            row(&GetStatus::new(StatusQuery::new(["a"]))),
            row(&whatsapp::CreateTemplate::new(read(template))),
            row(&whatsapp::ListTemplates::new(template::ListQuery::new())),
            row(&whatsapp::GetTemplate::new("a/b")),
            row(&rcs::CreateTemplate::new(read(rcs_template))),
            row(&rcs::ListTemplates::new(template::ListQuery::new())),
            row(&rcs::GetTemplate::new("2217695120034410077")),
            row(&rcs::DeleteTemplate::new("2217695120034410077")),
            row(&FetchToken::new(TokenRequest::new("a", "b"))),
            row(&CreateTask::new(read(task))),
            row(&ListTasks::new(task::ListQuery::new())),
        ]
    }

    #[test]
    fn operations_match_the_client() {
        let rows = of_client();
        for (method, path, name) in &rows {
            assert_eq!(of(method, path), Some(*name), "{method} {path}");
        }
        let ours: BTreeSet<_> = names().collect();
        assert_eq!(ours, rows.iter().map(|(_, _, name)| *name).collect());
    }

    #[test]
    fn unknown_route_has_no_operation() {
        for (method, path) in [
            (Method::GET, "/external/messages/whatsapp"),
            (Method::POST, "/external/messages/whatsapp/"),
            (Method::GET, "/external/templates/"),
            (Method::GET, "/external/templates/rcs/1/2"),
            (Method::DELETE, "/external/templates/1"),
            (Method::GET, "/"),
        ] {
            assert_eq!(of(&method, path), None, "{method} {path}");
        }
    }

    #[test]
    fn every_channel_has_a_send_operation() {
        for channel in Channel::ALL {
            let path = format!("/external/messages/{}", channel.as_str());
            assert_eq!(of(&Method::POST, &path), Some(of_send(channel)));
        }
    }
}
