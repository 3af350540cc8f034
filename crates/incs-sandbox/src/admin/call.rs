//! A call of the admin API, read into its parts.

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query};
use http::HeaderMap;
use serde::Deserialize;

use super::failure::Failure;
use super::part::{Body, Nothing};
use crate::channel::Channel;

/// A call of the admin API, read into its parts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call<P = Nothing, Q = Nothing, B = Nothing> {
    pub(crate) path: P,
    pub(crate) query: Q,
    pub(crate) body: B,
}

impl<P, Q, B: Body> Call<P, Q, B> {
    pub(crate) fn read(
        path: Result<Path<P>, PathRejection>,
        query: Result<Query<Q>, QueryRejection>,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Self, Failure> {
        // What is no number or no channel names nothing that is there.
        let Path(path) = path.map_err(|rejection| Failure::not_found(rejection.body_text()))?;
        let Query(query) = query.map_err(|rejection| Failure::bad_request(rejection.body_text()))?;
        Ok(Self { path, query, body: B::read(headers, body)? })
    }
}

/// A record that is known by its number.
#[derive(Debug, Clone, Copy, Deserialize, schemars::JsonSchema)]
pub(crate) struct OfNumber {
    /// The record's number.
    pub(crate) number: u64,
}

/// A thing that is known by its id.
#[derive(Debug, Clone, Copy, Deserialize, schemars::JsonSchema)]
pub(crate) struct OfId {
    /// The id.
    pub(crate) id: u64,
}

/// A customer on a channel.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
pub(crate) struct OfCustomer {
    /// The channel.
    pub(crate) channel: Channel,
    /// The customer's number, digits only.
    pub(crate) customer: String,
}
