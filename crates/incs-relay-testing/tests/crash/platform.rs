//! The platform: a sandbox in this process. Its log of accepted messages is the truth with which the outbox is compared.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use incs_client::Client;
use incs_client::backend::HyperTransport;
use incs_client::retry::RetryPolicy;
use incs_model::whatsapp;
use incs_sandbox::{Action, Channel, Memory, Pace, Retry, Rule, Sandbox, SentMessage, Webhook, When};
use serde_json::Value;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

use crate::child::PATH;
use crate::process::{Ports, request};
use crate::sender::CODE;

/// The name of the messages of another program.
pub(crate) const OTHER: &str = "other";

/// A sandbox that posts its webhooks to the running child.
pub(crate) struct Platform {
    runtime: Runtime,
    sandbox: Option<Sandbox>,
    client: Client,
    faults: Vec<u64>,
    pub(crate) children: Arc<Ports>,
}

impl Platform {
    pub(crate) fn start(faults: Vec<Rule>) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let children = Arc::new(Ports::default());
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let url = format!("http://{}{PATH}", listener.local_addr()?);
        runtime.spawn(forward(listener, Arc::clone(&children)));
        let mut memory = Memory::default();
        (memory.messages, memory.deliveries, memory.bytes) = (1_000_000, 100_000, 1 << 30);
        let mut pace = Pace::default().faster(20.0);
        pace.read_share = 0.1;
        let builder = Sandbox::builder()
            .certification_code(CODE)
            .memory(memory)
            .pace(pace)
            .retry(Retry::new(8, Duration::from_millis(50)))
            .webhook(Webhook::to(url));
        let sandbox = runtime.block_on(builder.start())?;
        let faults = faults.into_iter().map(|rule| sandbox.add_fault(rule)).collect::<Result<_, _>>()?;
        let client = Client::builder(HyperTransport::new())
            .base_urls(&sandbox.base_url())
            .certification_code(CODE)
            .attempt_timeout(Duration::from_millis(200))
            .retry(RetryPolicy::never())
            .build()?;
        Ok(Self { runtime, sandbox: Some(sandbox), client, faults, children })
    }

    fn sandbox(&self) -> Result<&Sandbox> {
        self.sandbox.as_ref().context("the sandbox has ended")
    }

    pub(crate) fn url(&self) -> Result<String> {
        Ok(self.sandbox()?.base_url())
    }

    /// Has a customer write a text.
    pub(crate) fn says(&self, customer: &str, text: &str) -> Result<()> {
        self.sandbox()?.customer(Channel::WhatsApp, customer).says(text)?;
        Ok(())
    }

    /// Sends a message as another program, whose webhooks and receipts come to the child too.
    pub(crate) fn send_other(&self, to: &str) -> Result<()> {
        let mut message = whatsapp::Message::new(to.parse()?, "From another program.");
        message.biz_opaque_callback_data = Some(OTHER.to_owned());
        // A fault may refuse it.
        drop(self.runtime.block_on(self.client.messages().send(message).into_future()));
        Ok(())
    }

    /// Returns the accepted messages, the oldest first.
    pub(crate) fn sent(&self) -> Result<Vec<SentMessage>> {
        Ok(self.sandbox()?.sent())
    }

    /// Switches all faults off. Returns the number of sends whose reply they have lost, and the number of other faults.
    pub(crate) fn end_faults(&mut self) -> Result<(u64, u64)> {
        let port = self.url()?.rsplit_once(':').context("no port")?.1.parse()?;
        let (status, body) = request(port, "GET", "/_sandbox/faults", "")?;
        ensure!(status == 200, "the faults cannot be listed: {status}");
        let rules: Vec<Value> = serde_json::from_str(&body)?;
        let (mut lost, mut others) = (0, 0);
        for rule in rules {
            let applied = rule.get("applied").and_then(Value::as_u64).context("no count")?;
            match rule.get("kind").and_then(Value::as_str) {
                Some("server_error" | "drop" | "stall" | "garbage") => lost += applied,
                _ => others += applied,
            }
        }
        let sandbox = self.sandbox.as_ref().context("the sandbox has ended")?;
        for fault in self.faults.drain(..) {
            sandbox.remove_fault(fault);
        }
        Ok((lost, others))
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        if let Some(sandbox) = self.sandbox.take() {
            self.runtime.block_on(sandbox.shutdown());
        }
    }
}

/// Passes connections on to a running child, whose port changes with each start. Without one, they wait.
async fn forward(listener: TcpListener, children: Arc<Ports>) {
    while let Ok((mut from, _)) = listener.accept().await {
        let children = Arc::clone(&children);
        tokio::spawn(async move {
            let port = loop {
                match children.next() {
                    None => tokio::time::sleep(Duration::from_millis(5)).await,
                    Some(port) => break port,
                }
            };
            if let Ok(mut to) = TcpStream::connect(("127.0.0.1", port)).await {
                // A killed child ends its connections.
                drop(copy_bidirectional(&mut from, &mut to).await);
            }
        });
    }
}

/// Returns slow replies, so that some sends are under way at each time.
pub(crate) fn slow(millis: u64) -> Rule {
    of_sends(Action::Slow { millis })
}

/// Returns a few faults of each kind that a moment's load can meet.
pub(crate) fn some_faults() -> Vec<Rule> {
    let accepted = true;
    vec![
        slow(8),
        of_sends(Action::RateLimit { retry_after: None }).share(0.05),
        of_sends(Action::Drop { accepted }).share(0.1),
        of_sends(Action::ServerError { accepted: false }).share(0.03),
        Rule::new(Action::Duplicate).share(0.2),
    ]
}

/// Returns faults of all kinds.
pub(crate) fn all_faults() -> Vec<Rule> {
    let refused = Action::Refuse { code: 131_049, title: "Not delivered".to_owned() };
    let failed = Action::Fail { code: 131_026, title: "Message undeliverable".to_owned() };
    let of_receipts = |action, share| Rule::new(action).when(When::event("message_*")).share(share);
    let mut rules = vec![
        of_sends(Action::Slow { millis: 40 }).share(0.1),
        slow(8),
        of_sends(Action::RateLimit { retry_after: None }).share(0.05),
        of_sends(refused).share(0.01),
        of_sends(failed).share(0.02),
        of_receipts(Action::Lose, 0.1),
        of_receipts(Action::Late { millis: 300 }, 0.1),
        of_receipts(Action::Late { millis: 50 }, 0.1),
        Rule::new(Action::Duplicate).share(0.1),
        Rule::new(Action::Reorder).share(0.1),
    ];
    for accepted in [true, false] {
        rules.push(of_sends(Action::ServerError { accepted }).share(0.01));
        rules.push(of_sends(Action::Drop { accepted }).share(0.02));
        rules.push(of_sends(Action::Stall { accepted }).share(0.001));
        rules.push(of_sends(Action::Garbage { accepted }).share(0.01));
    }
    rules
}

fn of_sends(action: Action) -> Rule {
    Rule::new(action).when(When::operation("send_*"))
}
