//! What is found between two schemas, by contract.

mod classes;
mod documents;
mod mutations;
mod walks;
