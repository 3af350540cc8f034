//! Requests of web frameworks.
