//! Tests of the webhooks.
