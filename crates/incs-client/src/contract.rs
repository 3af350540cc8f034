//! The suite that every transport must pass, and the server it runs against.
