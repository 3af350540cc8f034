//! The console: a page that shows conversations as the customer's phone would.
