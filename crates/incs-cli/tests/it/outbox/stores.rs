//! A journal with messages in several states.

use std::process::{Command, Stdio};

use incs_facade::model::Timestamp;
use serde_json::{Value, json};

use crate::inbox::server::{Handler, Serving, wait_until};
use crate::journal::bulk::{Bulk, line};
use crate::sandbox::Sandbox;

/// The person who decides.
pub(crate) const NAMED: [&str; 2] = ["--by", "rina"];

/// A journal with these messages: 1 accepted, 2 dead, 3 and 4 unknown to the same customer, 5 rejected, 6 and 7 queued.
pub(crate) struct Filled {
    pub(crate) bulk: Bulk,
    pub(crate) sandbox: Sandbox,
    /// The provider's id of message 1.
    pub(crate) message_id: String,
}

impl Filled {
    pub(crate) fn new() -> Self {
        let lost = r#"{"kind":"drop","accepted":true,"to":"85251230077"}"#;
        // The sixth send hangs until the program is stopped.
        let slow = r#"{"kind":"rate_limit","to":"8525123006*","retry_after":3600}"#;
        let sandbox = Sandbox::start(&["--speed", "0.001", "--fault", lost, "--fault", slow]);
        let content = [
            line("85251230088", 0),
            "{\"to\":\"85251230099\",\"type\":\"text\",\"text\":\"\"}\n".to_owned(),
            line("85251230077", 2),
            line("85251230077", 3),
            line("15550010003", 4),
            line("85251230066", 5),
            line("85251230067", 6),
        ];
        let bulk = Bulk::new(content.concat());
        let mut command = sandbox.incs(&bulk.args(&["--concurrency", "1"]));
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // The last two wait for an hour, each after its first attempt.
        let waiting = || {
            let listed = bulk.of_store(&["outbox", "list", "--state", "queued"]).output().unwrap();
            let listed = String::from_utf8(listed.stdout).unwrap();
            listed.matches("\"attempts\":1").count()
        };
        wait_until(|| waiting() == 2);
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(8), "{output:?}");
        let first: Value = serde_json::from_slice(output.stdout.split(|byte| *byte == b'\n').next().unwrap()).unwrap();
        let message_id = first["message_id"].as_str().unwrap().to_owned();
        Self { bulk, sandbox, message_id }
    }

    pub(crate) fn store(&self) -> String {
        self.bulk.store()
    }

    /// Adds the settings of the platform to a command.
    pub(crate) fn with_platform<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("INCS_BASE_URL", self.sandbox.base_url());
        command.env("INCS_CERTIFICATION_CODE", self.sandbox.certification_code())
    }

    /// Receives a `message_created` webhook with the text of message 3, and one with another text.
    pub(crate) fn with_evidence(&self) {
        let handler = Handler::start(|_, _| 200);
        let serving = Serving::start(&self.store(), &["--forward", &handler.url]);
        for (number, text) in [(1, "Parcel 2."), (2, "Something else.")] {
            assert_eq!(serving.post(created("85251230077", number, text)), Some(200));
        }
        let evidence = || {
            let shown = self.bulk.of_store(&["outbox", "show", "3"]).output().unwrap();
            let shown: Value = serde_json::from_slice(&shown.stdout).unwrap();
            shown["evidence"].as_array().unwrap().len()
        };
        wait_until(|| evidence() == 2);
        assert_eq!(serving.stop().0, 0);
    }
}

/// Returns the webhook about a message that was sent through the API.
pub(crate) fn created(to: &str, number: u64, text: &str) -> String {
    let now = Timestamp::now().to_string();
    json!({
        "event": "message_created",
        "message": {
            "id": number, "auth_id": 30112, "conversation_id": 2210, "session_type": 1, "send_id": "staff_2044",
            "recv_id": format!("30112_{to}"), "type": 101, "custom_type": 0, "custom_id": 0,
            "channel_msg_id": format!("created-{number}"), "channel_status": 0, "content": { "content": text },
            "error": "", "source": 1, "created_at": now, "updated_at": now,
        },
    })
    .to_string()
}
