//! The admin API.

mod contract;
mod events;
mod guard;
mod http;
mod records;
mod reset;
mod rust;
