//! Requests with the real `curl`.

use incs_sandbox::{Builder, HttpStatus, Pace, Sandbox};
use serde_json::Value;
use tokio::process::Command;

/// The reply to a call.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) http: u16,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn code(&self) -> i64 {
        self.body["code"].as_i64().unwrap()
    }

    pub(crate) fn message(&self) -> &str {
        self.body["message"].as_str().unwrap()
    }

    /// The data of a success.
    pub(crate) fn data(&self) -> &Value {
        assert_eq!((self.http, &self.body["status"], self.code()), (200, &"success".into(), 200), "{}", self.body);
        &self.body["data"]
    }

    /// Returns code and text of a failure, which has the documented envelope.
    pub(crate) fn failure(&self) -> (i64, &str) {
        assert_eq!(
            (&self.body["status"], &self.body["data"]),
            (&"error".into(), &serde_json::json!({})),
            "{}",
            self.body
        );
        assert!(self.body["error"].is_object());
        (self.code(), self.message())
    }

    /// The pointers of the violations.
    pub(crate) fn pointers(&self) -> Vec<&str> {
        let violations = self.body["error"]["violations"].as_array().unwrap();
        violations.iter().map(|violation| violation["pointer"].as_str().unwrap()).collect()
    }
}

/// A sandbox whose messages pass at once.
pub(crate) fn quick() -> Builder {
    Sandbox::builder().seed(7).pace(Pace::instant())
}

/// A sandbox that always says 200.
pub(crate) fn always_ok() -> Builder {
    quick().http_status(HttpStatus::AlwaysOk)
}

/// Calls with the certification code.
pub(crate) async fn call(sandbox: &Sandbox, method: &str, path: &str, body: Option<&str>) -> Answer {
    let code = format!("certification-code: {}", sandbox.certification_code());
    call_with(sandbox, method, path, body, &[&code]).await
}

pub(crate) async fn get(sandbox: &Sandbox, path: &str) -> Answer {
    call(sandbox, "GET", path, None).await
}

pub(crate) async fn post(sandbox: &Sandbox, path: &str, body: &Value) -> Answer {
    call(sandbox, "POST", path, Some(&body.to_string())).await
}

/// Calls with these headers.
pub(crate) async fn call_with(
    sandbox: &Sandbox,
    method: &str,
    path: &str,
    body: Option<&str>,
    headers: &[&str],
) -> Answer {
    let mut command = Command::new("curl");
    command.args(["-s", "-S", "--max-time", "20", "-X", method, "-w", "\n%{http_code}"]);
    for header in headers {
        command.args(["-H", header]);
    }
    if let Some(body) = body {
        command.args(["-H", "content-type: application/json", "--data-binary", body]);
    }
    let output = command.arg(format!("{}{path}", sandbox.base_url())).output().await.unwrap();
    assert!(output.status.success(), "curl: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let (body, http) = text.rsplit_once('\n').unwrap();
    Answer { http: http.parse().unwrap(), body: serde_json::from_str(body).unwrap() }
}

/// A bearer header with a new token.
pub(crate) async fn bearer(sandbox: &Sandbox) -> String {
    let account = r#"{"username":"ops_admin","password":"correct-horse-battery"}"#;
    let answer = call_with(sandbox, "POST", "/external/auth/token", Some(account), &[]).await;
    format!("authorization: Bearer {}", answer.data()["token"].as_str().unwrap())
}
