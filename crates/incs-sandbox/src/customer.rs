//! Customers that act: they read, and they answer.
