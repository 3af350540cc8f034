//! Checks that the OpenAPI documents are valid, and that the sandbox conforms to the document of INCS.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::tools::Tools;
use crate::workspace::{Workspace, run as run_program};

/// The document of the INCS API.
const DOCUMENT: &str = "docs/schemas/openapi.json";

/// Checks of the HTTP status, which are skipped when it is always 200.
const BY_STATUS: &str = "negative_data_rejection,positive_data_acceptance,unsupported_method,missing_required_header";

pub(super) fn check(workspace: &Workspace) -> Result<()> {
    let tools = &Tools::all(workspace)?;
    // Built with the features of the tests, so that nothing is compiled twice.
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

/// Generates three clients from the document as it is, without a warning, and lets each call every operation of a sandbox: it sends, asks
/// for the status, pages lists and reads error frames, in both modes of HTTP status.
pub(super) fn clients(workspace: &Workspace) -> Result<()> {
    let tools = &Tools::all(workspace)?;
    workspace.run(&["build", "--workspace", "--all-features", "--bin", "incs"])?;
    let folder = tools.clients()?;
    let document = workspace.root().join(DOCUMENT);
    for entry in fs::read_dir(workspace.root().join("xtask/interop/clients"))? {
        let entry = entry?;
        fs::copy(entry.path(), folder.join(entry.file_name()))?;
    }
    let program = |name: &str| {
        let mut command = Command::new(folder.join("node_modules/.bin").join(name));
        command.current_dir(&folder);
        command
    };
    without_warnings(program("openapi-typescript").arg(&document).args(["--output", "openapi-typescript.ts"]))?;
    without_warnings(program("openapi-ts").arg("--input").arg(&document).args([
        "--output",
        "hey-api",
        "--client",
        "@hey-api/client-fetch",
    ]))?;
    let path = env::var_os("PATH").unwrap_or_default();
    // It formats its output with ruff.
    let path = env::join_paths([tools.pip_programs()].into_iter().chain(env::split_paths(&path)))?;
    without_warnings(
        tools
            .pip("openapi-python-client")
            .args(["generate", "--fail-on-warning", "--path"])
            .arg(&document)
            .arg("--output-path")
            .arg(folder.join("python"))
            .env("PATH", path),
    )?;
    run_program(program("tsc").args(["--project", "."]))?;
    for http_status in ["mirrored", "ok"] {
        for client in ["openapi_fetch.js", "hey_api.js"] {
            Sandbox::start(workspace, http_status)?
                .drive(workspace, Command::new("node").arg(folder.join("built").join(client)))?;
        }
        let mut python = tools.python_script("clients/openapi_python_client.py");
        Sandbox::start(workspace, http_status)?.drive(workspace, python.arg(folder.join("python")))?;
    }
    Ok(())
}

/// Runs a generator; fails if it warns, since that means that it leaves something out.
fn without_warnings(generator: &mut Command) -> Result<()> {
    let output = generator.output().with_context(|| format!("{generator:?} does not start"))?;
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    let warns = ["warn", "skip", "unsupported", "\u{26a0}"].iter().any(|word| text.to_lowercase().contains(word));
    ensure!(output.status.success() && !warns, "{generator:?}: {text}");
    Ok(())
}

/// A running `incs sandbox`. It is stopped on drop.
struct Sandbox {
    child: Child,
    base_url: String,
    code: String,
    /// Kept open, since the program may write more.
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

    /// Returns the body of a `GET`.
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

    /// Runs a client, which finds the sandbox and the document in its environment.
    fn drive(&self, workspace: &Workspace, client: &mut Command) -> Result<()> {
        let client = client.env("INCS_BASE_URL", &self.base_url).env("INCS_CERTIFICATION_CODE", &self.code);
        run_program(client.env("INCS_OPENAPI", workspace.root().join(DOCUMENT)))
    }

    /// Calls the sandbox with requests that the document allows, and with others.
    fn test(&self, workspace: &Workspace, tools: &Tools, how: &[&str]) -> Result<()> {
        let settings = workspace.root().join("xtask/interop");
        let mut command = tools.pip("schemathesis");
        command
            // Reports and caches of the tool go to a folder outside the sources.
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
            // The time to make a sample depends on the machine, not on the sandbox.
            .args(["--suppress-health-check", "too_slow"])
            .args(how);
        run_program(&mut command)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // The program may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
