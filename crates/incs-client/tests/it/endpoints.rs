//! Every endpoint over a real connection: what it sends, and how it reads what comes back.

mod failures;
mod requests;
mod row;
mod rows;
mod stage;
