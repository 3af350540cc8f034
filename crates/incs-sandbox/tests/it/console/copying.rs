//! Lines that are copied for a shell do what the recorded request did, and nothing else.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use incs_sandbox::Sandbox;
use serde_json::{Value, json};

use super::browser::Page;
use crate::support::{admin, raw};

/// Texts that a shell, a terminal or curl would act on if they were not quoted.
const HOSTILE: [&str; 24] = [
    "'",
    "''",
    "\"",
    "\\",
    "\\'",
    "$(touch hacked)",
    "`touch hacked`",
    "'; touch hacked; '",
    "\"; touch hacked; \"",
    "a;touch hacked",
    "a|touch hacked",
    "a&touch hacked",
    "a\ntouch hacked\n",
    "a\rtouch hacked\r",
    "$HOME",
    "$'a'",
    "!!",
    "~",
    "*",
    "#",
    "-o hacked",
    "@/etc/passwd",
    "\u{1b}[201~touch hacked\r",
    "\u{7f}\u{9b}ü字",
];

/// A folder that goes with the value.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// The words that a shell passes to curl for a line, without the options that keep the URL unchanged. Nothing else may happen.
    fn words(&self, shell: &str, line: &str) -> Vec<String> {
        let script = format!("curl() {{ printf '%s\\0' \"$@\"; }}\n{line}\n");
        let output = Command::new(shell).current_dir(&self.0).args(["-c", &script]).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{line}\n{output:?}");
        assert_eq!(fs::read_dir(&self.0).unwrap().count(), 0, "{line}");
        let text = String::from_utf8(output.stdout).unwrap();
        let words = text.split_terminator('\0').filter(|word| !["--globoff", "--path-as-is"].contains(word));
        words.map(str::to_owned).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

/// The line that a function of the page makes.
async fn line(page: &Page, call: &str) -> String {
    page.eval(&format!("import('/_sandbox/assets/curl.js').then((curl) => curl.{call})"))
        .await
        .as_str()
        .unwrap()
        .to_owned()
}

fn exchange(method: &str, path: &str, query: Option<&str>, header: &str, body: &str) -> Value {
    json!({ "method": method, "path": path, "query": query, "request_headers": [["x-test", header]], "request_body": body })
}

#[tokio::test]
async fn each_recorded_part_is_one_word() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let page = Page::open(&sandbox, "/").await;
    let folder = Folder::new("words");
    for hostile in HOSTILE {
        // `$'…'` is not for every shell, and is used only where a control character needs it.
        let is_plain = !hostile.chars().any(|letter| letter.is_control() && letter != '\n');
        let shells = if is_plain { &["bash", "sh"][..] } else { &["bash"] };
        let request = exchange(hostile, &format!("/{hostile}"), Some(hostile), hostile, hostile);
        let copied = line(&page, &format!("ofExchange({request}, 'http://127.0.0.1:7007')")).await;
        let url = format!("http://127.0.0.1:7007/{hostile}?{hostile}");
        let header = format!("x-test: {hostile}");
        for shell in shells {
            let words = ["-X", hostile, &url, "-H", &header, "--data-raw", hostile];
            assert_eq!(folder.words(shell, &copied), words, "{copied}");
        }
        assert!(!copied.chars().any(|letter| letter.is_control() && letter != '\n'), "{copied:?}");

        let url = format!("http://127.0.0.1:9/{hostile}");
        let delivery = json!({ "url": url, "body": hostile, "attempts": [{ "headers": [["x-test", hostile]] }] });
        let copied = line(&page, &format!("ofDelivery({delivery})")).await;
        for shell in shells {
            let words =
                ["-X", "POST", &url, "-H", "content-type: application/json", "-H", &header, "--data-raw", hostile];
            assert_eq!(folder.words(shell, &copied), words, "{copied}");
        }

        let copied = line(&page, &format!("first('http://127.0.0.1:7007', {})", json!(hostile))).await;
        let code = format!("certification-code: {hostile}");
        for shell in shells {
            assert!(folder.words(shell, &copied).contains(&code), "{copied}");
        }
    }
    page.close().await;
}

#[tokio::test]
async fn curl_sends_what_was_recorded() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let page = Page::open(&sandbox, "/").await;
    let folder = Folder::new("sends");
    let base = sandbox.base_url();
    let cases = [
        ("GET", "/external/templates?limit=1", ""),
        ("GET", "/external/templates?a[0]={b,c}", ""),
        ("GET", "/external/templates?", ""),
        ("GET", "/external/../templates/./x/..", ""),
        ("GET", "/external/tasks", "{\"a\": 'b'}"),
        ("HEAD", "/external/tasks", ""),
        ("OPTIONS", "*", ""),
        ("POST", "/external/messages/viber", "{\"to\": \"é\\n$(touch hacked)\"}"),
        ("DELETE", "/a'b$(touch${IFS}hacked);c&d|e", ""),
        ("A'`touch`|b&c$HOME*~", "/external/tasks", ""),
    ];
    for (number, (method, target, body)) in cases.into_iter().enumerate() {
        let host = base.trim_start_matches("http://");
        let head = format!("{method} {target} HTTP/1.1\r\nhost: {host}\r\nx-empty:\r\nx-quote: it's \"so\"");
        raw(&sandbox, &format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len())).await;
        let list = admin(&sandbox, "/exchanges?limit=1").await;
        let recorded = &list[0];
        assert_eq!(recorded["number"], 2 * number + 1);
        let copied = line(&page, &format!("ofExchange({recorded}, '{base}')")).await;
        let output = tokio::process::Command::new("sh")
            .current_dir(&folder.0)
            .args(["-c", &format!("{copied} --silent --show-error --max-time 10 --output -")])
            .output()
            .await
            .unwrap();
        assert!(output.status.success(), "{copied}\n{output:?}");
        assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 0, "{copied}");
        let list = admin(&sandbox, "/exchanges?limit=1").await;
        let sent = &list[0];
        assert_eq!(sent["number"], 2 * number + 2, "{copied}");
        for part in ["method", "path", "query", "request_body"] {
            assert_eq!(sent[part], recorded[part], "{part}: {copied}");
        }
        for header in [json!(["x-empty", ""]), json!(["x-quote", "it's \"so\""])] {
            assert!(sent["request_headers"].as_array().unwrap().contains(&header), "{header}: {copied}");
        }
    }
    page.close().await;
}
