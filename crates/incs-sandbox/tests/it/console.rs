//! The console in a real browser.

mod browser;
mod chromium;
mod details;
mod faults;
mod hostile;
mod keyboard;
mod live;
mod looks;
mod receiver;
mod samples;
mod served;
mod taps;
