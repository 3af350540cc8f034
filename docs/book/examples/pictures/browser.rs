//! A headless Chromium, and the chromedriver that controls it.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// A browser that renders at double resolution.
pub(crate) struct Browser {
    client: Client,
    driver: Child,
}

impl Browser {
    /// Starts a browser whose page has a size in CSS pixels.
    pub(crate) async fn start(width: u32, height: u32) -> Result<Self> {
        let (driver, port) = driver().await?;
        let arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--lang=en"];
        let Value::Object(capabilities) = json!({
            "browserName": "chrome",
            "goog:chromeOptions": {
                "binary": find()?,
                "args": arguments,
                "mobileEmulation": { "deviceMetrics": { "width": width, "height": height, "pixelRatio": 2, "touch": false } },
            },
        }) else {
            bail!("capabilities that are no object")
        };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .context("chromedriver starts the browser; both must be of the same version")?;
        Ok(Self { client, driver })
    }

    pub(crate) async fn open(&self, url: &str) -> Result<()> {
        self.client.goto(url).await?;
        Ok(())
    }

    /// Waits until an expression is true.
    pub(crate) async fn until(&self, expression: &str) -> Result<()> {
        let is_true = async {
            while self.client.execute(&format!("return ({expression});"), Vec::new()).await? != Value::Bool(true) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            anyhow::Ok(())
        };
        tokio::time::timeout(Duration::from_secs(20), is_true).await.context(expression.to_owned())?
    }

    /// Adds rules to the page as the browser's own, which its policy allows.
    pub(crate) async fn style(&self, rules: &str) -> Result<()> {
        let script = "const sheet = new CSSStyleSheet(); sheet.replaceSync(arguments[0]); document.adoptedStyleSheets.push(sheet);";
        self.client.execute(script, vec![Value::from(rules)]).await?;
        self.until("document.getAnimations().every((animation) => animation.playState === 'finished')").await
    }

    /// Takes a picture of one element.
    pub(crate) async fn picture(&self, css: &str) -> Result<Vec<u8>> {
        let element = self.client.find(Locator::Css(css)).await?;
        let (.., width, height) = element.rectangle().await?;
        ensure!(width > 0.0 && height > 0.0, "{css} has no size");
        Ok(element.screenshot().await?)
    }

    /// Stops the browser, then its driver. Stopping the driver alone would leave the browser running.
    pub(crate) async fn close(mut self) -> Result<()> {
        self.client.close().await?;
        self.driver.kill().await?;
        Ok(())
    }
}

/// A chromedriver on a free port.
async fn driver() -> Result<(Child, u16)> {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .context("chromedriver is needed: apt-get install chromium chromium-driver")?;
    let mut lines = BufReader::new(driver.stdout.take().context("chromedriver has no output")?).lines();
    while let Some(line) = lines.next_line().await? {
        if let Some((_, port)) = line.split_once("started successfully on port ") {
            let port = port.trim_end_matches('.').parse()?;
            // Its output is discarded, so that it never blocks.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Ok((driver, port));
        }
    }
    bail!("chromedriver ended before it named a port")
}

fn find() -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .flat_map(|folder| NAMES.map(|name| folder.join(name)))
        .find(|file| file.is_file())
        .context("Chromium is needed: apt-get install chromium chromium-driver")
}
