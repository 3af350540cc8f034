//! What an agent sees beside the chat of a task.

use incs_model_derive::WireStruct;
use serde::{Deserialize, Serialize};

use crate::open::tagged_union;

/// The `module_id` of an [`OrderPanel`]: the same for everybody.
pub const MODULE_ID: &str = "019d3dcd-f5a8-70e7-aff8-c54bde267f38";

tagged_union! {
    /// What an agent sees beside the chat of a task, told by its `module_id`. One kind is documented.
    pub enum Panel by "module_id" {
        /// The customer's orders and what is due.
        Orders(OrderPanel) = "019d3dcd-f5a8-70e7-aff8-c54bde267f38",
    }
}

/// The customer's orders and what is due.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct OrderPanel {
    /// What is due over all orders: a decimal number in a string, or empty.
    pub total_amount: String,
    /// The orders.
    pub orders: Vec<Order>,
}

/// One order. All members are strings and always written; any may be empty (which ones must not be is **unknown**).
///
/// ```
/// use incs_model::task::{Order, OrderPanel};
///
/// let order = Order::new("LN20260502002").with_due_amount("2500").with_next_due_date("2026-05-25");
/// let panel = OrderPanel::new("2500", [order]);
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Order {
    /// The order's number.
    pub order_number: String,
    /// The customer's name.
    #[serde(default)]
    pub username: String,
    /// The customer's number; may lack the country code.
    #[serde(default)]
    pub phone_number: String,
    /// The amount lent: a decimal number.
    #[serde(default)]
    pub loan_amount: String,
    /// The amount due: a decimal number.
    #[serde(default)]
    pub due_amount: String,
    /// When it is due: `YYYY-MM-DD`.
    #[serde(default)]
    pub next_due_date: String,
    /// When the loan was confirmed: `YYYY-MM-DD HH:MM:SS`; the zone is **unknown**.
    #[serde(default)]
    pub confirm_loan_time: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panel_of_orders_has_the_one_known_module_id() {
        assert_eq!(Panel::KNOWN, [MODULE_ID]);
    }

    #[test]
    fn a_panel_of_another_module_is_kept() {
        let body = r#"{"module_id":"4f6c","rows":[1]}"#;
        let panel: Panel = crate::decode(body.as_bytes()).unwrap();
        assert_eq!(panel.kind(), "4f6c");
        assert_eq!(serde_json::to_string(&panel).unwrap(), body);
    }
}
