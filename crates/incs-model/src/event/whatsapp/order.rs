//! Orders from a catalogue, in Meta's form (inferred).

use std::fmt;

use incs_model_derive::WireStruct;
use serde::{Deserialize, Serialize};

use crate::raw::RawJson;

/// An order.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Order {
    /// The catalogue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalog_id: Option<String>,
    /// What the customer wrote with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What was ordered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub product_items: Vec<OrderItem>,
}

/// One product of an order.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct OrderItem {
    /// The product, as the business numbers it.
    pub product_retailer_id: String,
    /// How many. Meta writes a number in some versions, its digits in others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Amount>,
    /// The price of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item_price: Option<Amount>,
    /// The currency, like `USD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

/// A number that comes as a JSON number in some versions and as a string in others; kept as it came. `Debug` masks it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Amount(RawJson);

impl Amount {
    /// The number as text, without quotes.
    pub fn as_str(&self) -> &str {
        self.0.get().trim_matches('"')
    }

    /// The number.
    pub fn to_f64(&self) -> Option<f64> {
        self.as_str().parse().ok()
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Amount(…)")
    }
}

impl crate::masked::Masked for Amount {}
