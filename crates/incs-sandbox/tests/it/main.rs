//! What the sandbox does, over real HTTP.

mod admin;
mod console;
mod customers;
mod endpoints;
mod faults;
mod life;
mod receiver;
mod support;
mod webhooks;
