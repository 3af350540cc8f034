//! Every endpoint as a row: what it sends, what the platform answers, and where it is called.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use incs_client::backend::HyperTransport;
use incs_client::endpoint::{Endpoint, Host};
use incs_client::endpoints::auth::FetchToken;
use incs_client::endpoints::messages::{GetStatus, SendMessage, SendRcs, SendViber, SendWhatsApp};
use incs_client::endpoints::tasks::{CreateTask, ListTasks};
use incs_client::endpoints::templates::{rcs, whatsapp};
use incs_client::retry::RetryPolicy;
use incs_client::transport::Idempotency;
use incs_client::{Client, Error};
use incs_client_contract::{Fault, FaultServer, Security, SeenRequest};
use incs_model::status::StatusQuery;
use incs_model::task::{self, TaskStatus};
use incs_model::template::ListQuery;
use incs_model::{Channel, OutboundMessage, Sent};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::support::samples::{CODE, TOKEN};
use crate::support::{self, fixtures, read};

const ID: &str = "2217695120034410077";

/// Every endpoint; the sends once for each fixture.
pub(super) fn rows() -> Vec<Row> {
    let sends = [
        sends("send_whatsapp_message", "whatsapp", SendWhatsApp::new),
        sends("send_viber_message", "viber", SendViber::new),
        sends("send_rcs_message", "rcs", SendRcs::new),
    ];
    sends
        .into_iter()
        .flatten()
        .chain([status()])
        .chain(rcs_templates())
        .chain(whatsapp_templates())
        .chain(tasks())
        .collect()
}

/// One row for each operation.
pub(super) fn operations() -> Vec<Row> {
    let mut rows = rows();
    rows.dedup_by_key(|row| row.operation);
    rows
}

/// Each message of a channel through its own endpoint and through that for any.
fn sends<M, E>(operation: &'static str, channel: &str, own: fn(M) -> E) -> Vec<Row>
where
    M: DeserializeOwned + Clone + Into<OutboundMessage>,
    E: Endpoint<Reply = Sent> + Clone + 'static,
{
    let rows = fixtures::requests(&format!("send-{channel}-")).into_iter().flat_map(|fixture| {
        let message: M = read(&fixture);
        let any = SendMessage::<OutboundMessage>::new(message.clone().into());
        [Row::new(operation, own(message), written), Row::new(operation, any, written)].map(|row| {
            row.at("POST", format!("/chat/external/messages/{channel}"))
                .by_code(channel)
                .sending(&fixture)
                .giving_fixture(&format!("send-{channel}.success.response"))
        })
    });
    rows.collect()
}

fn status() -> Row {
    let query = StatusQuery::new(["wamid.HB+gN/=", "7b1e52c4, &"]);
    Row::new("get_message_status", GetStatus::new(query), written)
        .at("GET", "/chat/external/messages/status")
        .asking(&[("message_ids", "wamid.HB+gN/=,7b1e52c4, &")])
        .by_code(CODE)
        .giving_fixture("messages-status.response")
}

fn page() -> (ListQuery, [(&'static str, &'static str); 2]) {
    (ListQuery::new().with_last_id(ID).with_count(50), [("last_id", ID), ("count", "50")])
}

fn rcs_templates() -> Vec<Row> {
    const PATH: &str = "/api/external/templates/rcs";
    let (query, asked) = page();
    let creations = fixtures::requests("rcs-template-create-").into_iter().map(|fixture| {
        let endpoint = rcs::CreateTemplate::new(read(&fixture));
        // The platform's reply is unknown, so any reply is kept.
        let answer = json!({ "status": "success", "code": 200, "data": { "template_id": ID } });
        Row::new("create_rcs_template", endpoint, |submitted| written(submitted.data))
            .at("POST", PATH)
            .sending(&fixture)
            .giving(answer)
    });
    let others = [
        Row::new("list_rcs_templates", rcs::ListTemplates::new(query), written)
            .at("GET", PATH)
            .asking(&asked)
            .giving_fixture("rcs-template-list.response"),
        Row::new("get_rcs_template", rcs::GetTemplate::new(ID), written)
            .at("GET", format!("{PATH}/{ID}"))
            .giving_fixture("rcs-template-get.response"),
        Row::new("delete_rcs_template", rcs::DeleteTemplate::new(ID), |()| Value::Null)
            .at("DELETE", format!("{PATH}/{ID}")),
    ];
    creations.chain(others).map(|row| row.by_code("rcs")).collect()
}

fn whatsapp_templates() -> [Row; 3] {
    const PATH: &str = "/api/external/templates";
    let (query, asked) = page();
    [
        Row::new(
            "create_whatsapp_template",
            whatsapp::CreateTemplate::new(read("waba-template-create.request")),
            written,
        )
        .at("POST", PATH)
        .sending("waba-template-create.request")
        .giving_fixture("waba-template-create.response"),
        Row::new("list_whatsapp_templates", whatsapp::ListTemplates::new(query), written)
            .at("GET", PATH)
            .asking(&asked)
            .giving_fixture("waba-template-list.response"),
        Row::new("get_whatsapp_template", whatsapp::GetTemplate::new("a/b ?"), written)
            .at("GET", format!("{PATH}/a%2Fb%20%3F"))
            .giving_fixture("waba-template-create.response"),
    ]
    .map(|row| row.by_code("whatsapp"))
}

fn tasks() -> [Row; 4] {
    const PATH: &str = "/api/external/tasks";
    let query = task::ListQuery::new().with_status(TaskStatus::Done).with_name("May & June").with_page(2);
    let create = |fixture: &str| {
        Row::new("create_task", CreateTask::new(read(fixture)), written)
            .at("POST", PATH)
            .by_token()
            .sending(fixture)
            .giving_fixture("saas-task-create.response")
    };
    [
        create("saas-task-create.request"),
        create("saas-task-create-minimal.request"),
        Row::new("list_tasks", ListTasks::new(query), written)
            .at("GET", PATH)
            .asking(&[("status", "2"), ("name", "May & June"), ("page", "2")])
            .by_token()
            .giving_fixture("saas-task-list.response"),
        Row::new("fetch_token", FetchToken::new(read("saas-token.request")), written)
            .at("POST", "/api/external/auth/token")
            .sending("saas-token.request")
            .giving(json!({ "status": "success", "code": 200, "data": { "token": "5f0c" } })),
    ]
}

#[test]
fn code_channels_match_the_model() {
    for code in ["whatsapp", "viber", "rcs"] {
        assert!(!matches!(Channel::from(code), Channel::Unknown(_)), "{code}");
    }
    assert_eq!(operations().len(), 14);
}

type Run = Box<dyn Fn(Client) -> BoxFuture<'static, Result<Value, Error>>>;

/// An endpoint, and what is expected of it. Its reply is looked at as JSON.
pub(super) struct Row {
    pub(super) operation: &'static str,
    pub(super) idempotency: Idempotency,
    pub(super) method: &'static str,
    /// Includes the prefix that distinguishes the two hosts.
    pub(super) path: String,
    pub(super) query: Vec<(&'static str, &'static str)>,
    pub(super) credential: Option<(&'static str, String)>,
    pub(super) body: Option<Value>,
    /// The whole reply of the platform.
    pub(super) answer: Value,
    /// The result of the call.
    pub(super) reply: Value,
    run: Run,
}

impl Row {
    /// An endpoint that sends nothing beyond its path, whose reply is turned to JSON by `show`.
    pub(super) fn new<E: Endpoint + Clone + 'static>(
        operation: &'static str,
        endpoint: E,
        show: fn(E::Reply) -> Value,
    ) -> Self {
        assert_eq!(endpoint.operation(), operation);
        let idempotency = endpoint.idempotency();
        let run = move |client: Client| {
            let endpoint = endpoint.clone();
            async move { client.execute(endpoint).await.map(show) }.boxed()
        };
        Self {
            operation,
            idempotency,
            method: "GET",
            path: String::new(),
            query: Vec::new(),
            credential: None,
            body: None,
            answer: json!({ "status": "success", "code": 200, "data": {} }),
            reply: Value::Null,
            run: Box::new(run),
        }
    }

    pub(super) fn at(mut self, method: &'static str, path: impl Into<String>) -> Self {
        (self.method, self.path) = (method, path.into());
        self
    }

    pub(super) fn asking(mut self, query: &[(&'static str, &'static str)]) -> Self {
        self.query = query.to_vec();
        self
    }

    pub(super) fn by_code(mut self, code: impl Into<String>) -> Self {
        self.credential = Some(("certification-code", code.into()));
        self
    }

    pub(super) fn by_token(mut self) -> Self {
        self.credential = Some(("authorization", format!("Bearer {TOKEN}")));
        self
    }

    pub(super) fn sending(mut self, fixture: &str) -> Self {
        self.body = Some(support::json(fixture));
        self
    }

    /// The platform answers this, and the call gives the `data` of it.
    pub(super) fn giving(mut self, answer: Value) -> Self {
        self.reply = answer["data"].clone();
        self.answer = answer;
        self
    }

    pub(super) fn giving_fixture(self, fixture: &str) -> Self {
        self.giving(support::json(fixture))
    }

    pub(super) async fn run(&self, client: &Client) -> Result<Value, Error> {
        (self.run)(client.clone()).await
    }
}

/// A reply as JSON.
pub(super) fn written<T: Serialize>(reply: T) -> Value {
    serde_json::to_value(reply).unwrap()
}

/// A server, and a client that calls it once.
pub(super) struct Stage {
    server: FaultServer,
    pub(super) client: Client,
}

impl Stage {
    pub(super) async fn new() -> Self {
        let server = FaultServer::start(Security::Plain).await.unwrap();
        let client = Client::builder(HyperTransport::new())
            .base_url(Host::Chat, &format!("{}/chat", server.uri()))
            .base_url(Host::Api, &format!("{}/api/", server.uri()))
            .certification_code(CODE)
            .channel_code(&Channel::WhatsApp, "whatsapp")
            .channel_code(&Channel::Viber, "viber")
            .channel_code(&Channel::Rcs, "rcs")
            .bearer_token(TOKEN)
            .retry(RetryPolicy::never())
            .build()
            .unwrap();
        Self { server, client }
    }

    pub(super) fn answer(&self, reply: impl Into<Fault>) {
        self.server.push(reply);
    }

    /// The last request, and how many there were.
    pub(super) fn last(&self) -> (SeenRequest, usize) {
        let mut seen = self.server.seen().complete;
        let count = seen.len();
        (seen.pop().unwrap(), count)
    }

    pub(super) fn authority(&self) -> String {
        self.server.uri().trim_start_matches("http://").to_owned()
    }
}
