//! The table, row by row.

mod decisions;
mod replies;
mod waits;
