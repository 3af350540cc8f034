//! What errors say, what they never show, and what can be done with them.

mod secrecy;
mod sentences;
mod shape;
