//! What INCS posts to your webhook.
