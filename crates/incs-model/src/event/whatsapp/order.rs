//! Orders from a catalogue, in Meta's form (inferred).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::raw::RawJson;
use crate::record::record;

record! {
    /// An order.
    pub struct Order {}
    optional {
        /// The catalogue.
        with_catalog_id => pub catalog_id: String,
        /// What the customer wrote with it.
        with_text => pub text: String,
    }
    list {
        /// What was ordered.
        with_product_items => pub product_items: OrderItem,
    }
}

record! {
    /// One product of an order.
    pub struct OrderItem {
        /// The product, as the business numbers it.
        pub product_retailer_id: String,
    }
    optional {
        /// How many. Meta writes a number in some versions, its digits in others.
        with_quantity => pub quantity: Amount,
        /// The price of one.
        with_item_price => pub item_price: Amount,
        /// The currency, like `USD`.
        with_currency => pub currency: String,
    }
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

crate::masked::shown!(Amount);
