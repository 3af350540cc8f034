//! The OpenAPI documents are valid, and the sandbox does what that of INCS says.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::tools::Tools;
use crate::workspace::{Workspace, run as run_program};

/// The document of INCS's own API.
const DOCUMENT: &str = "docs/schemas/openapi.json";

/// Checks that look at the HTTP status, which says nothing when it is always 200.
const BY_STATUS: &str = "negative_data_rejection,positive_data_acceptance,unsupported_method,missing_required_header";

pub(super) fn check(workspace: &Workspace) -> Result<()> {
    let tools = &Tools::all(workspace)?;
    // With the features that the tests build it with, so that nothing is compiled twice.
    workspace.run(&["build", "--workspace", "--all-features", "--bin", "incs"])?;
    let scratch = tools.scratch("openapi")?;

    let mirrored = Sandbox::start(workspace, "mirrored")?;
    let admin = scratch.join("admin.json");
    fs::write(&admin, mirrored.get("/_sandbox/openapi.json")?)?;
    let mut validator = tools.pip("openapi-spec-validator");
    run_program(validator.args(["--validation-errors", "all", DOCUMENT]).arg(admin))?;

    mirrored.test(workspace, tools, &["--phases", "examples,coverage,fuzzing", "--max-examples", "10"])?;
    drop(mirrored);
    let always_ok = Sandbox::start(workspace, "ok")?;
    always_ok.test(
        workspace,
        tools,
        &["--phases", "examples,fuzzing", "--max-examples", "5", "--exclude-checks", BY_STATUS],
    )
}

/// The program `incs sandbox`; it ends when this is dropped.
struct Sandbox {
    child: Child,
    base_url: String,
    code: String,
    /// Kept, since the program may go on to write.
    output: BufReader<ChildStdout>,
}

impl Sandbox {
    fn start(workspace: &Workspace, http_status: &str) -> Result<Self> {
        let program = workspace.target_dir().join("debug/incs");
        let mut child = Command::new(program)
            .args(["--json", "sandbox", "--speed", "0", "--http-status", http_status])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("the sandbox does not start")?;
        let output = BufReader::new(child.stdout.take().context("the sandbox has no output")?);
        let mut sandbox = Self { child, base_url: String::new(), code: String::new(), output };
        let mut line = String::new();
        sandbox.output.read_line(&mut line)?;
        let ready: Value = serde_json::from_str(&line).context("the sandbox does not say where it is")?;
        let text = |name: &str| {
            ready.get(name).and_then(Value::as_str).map(str::to_owned).context("the sandbox says too little")
        };
        sandbox.base_url = text("base_url")?;
        sandbox.code = text("certification_code")?;
        Ok(sandbox)
    }

    /// The body of a `GET`.
    fn get(&self, path: &str) -> Result<String> {
        let host = self.base_url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host)?;
        write!(stream, "GET {path} HTTP/1.0\r\nhost: {host}\r\n\r\n")?;
        let mut reply = String::new();
        stream.read_to_string(&mut reply)?;
        let (head, body) = reply.split_once("\r\n\r\n").context("the sandbox does not answer")?;
        ensure!(
            head.split(' ').nth(1) == Some("200"),
            "{path} is answered with {}",
            head.lines().next().unwrap_or_default()
        );
        Ok(body.to_owned())
    }

    /// Calls the sandbox in every way that the document allows, and in ways that it does not.
    fn test(&self, workspace: &Workspace, tools: &Tools, how: &[&str]) -> Result<()> {
        let settings = workspace.root().join("xtask/interop");
        let mut command = tools.pip("schemathesis");
        command
            // Reports and caches of the tool stay out of the sources.
            .current_dir(tools.scratch("schemathesis")?)
            .env("INCS_CERTIFICATION_CODE", &self.code)
            .env("PYTHONPATH", &settings)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("SCHEMATHESIS_HOOKS", "schemathesis_hooks")
            .arg("--config-file")
            .arg(settings.join("schemathesis.toml"))
            .arg("run")
            .arg(workspace.root().join(DOCUMENT))
            .args(["--url", &self.base_url, "--seed", "1", "--generation-database", "none", "--no-shrink"])
            .args(["--continue-on-failure", "--request-timeout", "20", "--no-color"])
            // How long the making of a sample takes says nothing of the sandbox, only of the machine.
            .args(["--suppress-health-check", "too_slow"])
            .args(how);
        run_program(&mut command)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
