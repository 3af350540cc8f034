//! The console in a real browser.

mod browser;
mod chromium;
mod copying;
mod details;
mod faults;
mod font;
mod hostile;
mod keyboard;
mod layout;
mod list;
mod live;
mod looks;
mod pictures;
mod receiver;
mod samples;
mod served;
mod taps;
