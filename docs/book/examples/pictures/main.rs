//! Takes the pictures of the pages about sending: sends each message to a sandbox, and takes its bubble in the console.
//!
//! `cargo run -p incs-book --example pictures` needs chromedriver and a Chromium of the same version.
#![allow(clippy::print_stdout, reason = "a terminal program: its output is its result")]

mod browser;
mod palette;

use std::fs;
use std::time::Duration;

use anyhow::Result;
use incs_book::sending::{CHAPTERS, Chapter, Kind};
use incs_client::Client;
use incs_client::backend::HyperTransport;
use incs_sandbox::{Clock, Pace, Sandbox};

use crate::browser::Browser;

const TO: &str = "85251230088";

/// The selector of a bubble with the cards or suggestions below it, without the space on the right.
const BUBBLE: &str = "document.querySelector('.message:last-child')";

/// The style of the pictures: no hover effects, and cards side by side at their full width.
const STYLE: &str = "\
.act, .paddle, .day { display: none !important; } \
.message { padding: 10px !important; max-width: none !important; width: max-content !important; } \
.message.is-wide { width: max-content !important; } \
.bubble.is-rich { width: 310px !important; } \
.bubble { max-width: 330px !important; } \
.carousel-wrap, .cards { width: max-content !important; max-width: none !important; overflow: visible !important; } \
.phone, .screen, .thread { width: 640px !important; max-width: none !important; } \
.chips { max-width: 310px; } \
.media { background: hsl(var(--hue) 28% 46%) !important; } .media-name { background: none !important; } .thread, .thread-in, .screen { background-image: none !important; } .thread::before, .thread-in::before { display: none !important; } .media::before, .media::after { display: none !important; }";

#[tokio::main]
async fn main() -> Result<()> {
    let folder = incs_book::root().join("docs/images/sending");
    fs::create_dir_all(&folder)?;
    let browser = Browser::start(1440, 1400).await?;
    let mut taken = 0;
    for chapter in CHAPTERS {
        for kind in chapter.kinds {
            let picture = palette::reduced(&take(&browser, chapter, kind).await?)?;
            let file = incs_book::root().join("docs").join(chapter.picture(kind));
            println!("{:6}  {}", picture.len(), file.display());
            fs::write(file, picture)?;
            taken += 1;
        }
    }
    browser.close().await?;
    println!("pictures: {taken}");
    Ok(())
}

/// Sends one message to a new sandbox with a stopped clock, and takes its bubble.
async fn take(browser: &Browser, chapter: &Chapter, kind: &Kind) -> Result<Vec<u8>> {
    let clock = Clock::starting_at("2026-11-22T08:00:00Z".parse()?);
    let sandbox = Sandbox::builder().seed(7).clock(clock).pace(Pace::instant()).start().await?;
    let client = Client::builder(HyperTransport::new())
        .base_urls(&sandbox.base_url())
        .certification_code(sandbox.certification_code())
        .build()?;
    client.messages().send((kind.message)(TO.parse()?)).await?;
    sandbox.advance(Duration::from_secs(10)).await;
    browser.open(&format!("{}#/{}/{TO}", sandbox.console_url(), chapter.name)).await?;
    browser.until(&format!("{BUBBLE} !== null")).await?;
    browser.style(STYLE).await?;
    let picture = browser.picture(".message:last-child").await?;
    sandbox.shutdown().await;
    Ok(picture)
}
