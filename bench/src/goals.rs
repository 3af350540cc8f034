//! The goals of the project for speed, and whether a run meets them. They are not enforced; the gates are.

use crate::table::{Cell, Table};

/// A figure that has a goal.
#[derive(Debug)]
pub(crate) struct Goal {
    pub(crate) what: String,
    pub(crate) measured: f64,
    pub(crate) decimals: usize,
    pub(crate) limit: Limit,
}

/// The limit of a goal.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

impl Goal {
    /// A ratio to a baseline that should not be higher.
    pub(crate) fn at_most(what: impl Into<String>, measured: f64, limit: f64) -> Self {
        Self { what: what.into(), measured, decimals: 2, limit: Limit::AtMost(limit) }
    }

    /// A share of a baseline that should not be lower.
    pub(crate) fn at_least(what: impl Into<String>, measured: f64, limit: f64) -> Self {
        Self { what: what.into(), measured, decimals: 2, limit: Limit::AtLeast(limit) }
    }

    /// Sets the number of decimals that are printed.
    pub(crate) fn with_decimals(self, decimals: usize) -> Self {
        Self { decimals, ..self }
    }

    fn is_met(&self) -> bool {
        match self.limit {
            Limit::AtMost(limit) => self.measured <= limit,
            Limit::AtLeast(limit) => self.measured >= limit,
        }
    }
}

/// Returns the goals as a table.
pub(crate) fn table(goals: &[Goal]) -> Table {
    let mut table = Table::new("Goals", &["what", "measured", "goal", "met"]);
    for goal in goals {
        let limit = match goal.limit {
            Limit::AtMost(limit) => format!("at most {limit}"),
            Limit::AtLeast(limit) => format!("at least {limit}"),
        };
        let met = if goal.is_met() { "yes" } else { "no" };
        table.push([goal.what.as_str().into(), Cell::Number(goal.measured, goal.decimals), limit.into(), met.into()]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_hold_in_their_direction() {
        assert!(Goal::at_most("time", 1.5, 1.5).is_met());
        assert!(!Goal::at_most("time", 1.51, 1.5).is_met());
        assert!(Goal::at_least("rate", 0.8, 0.8).is_met());
        assert!(!Goal::at_least("rate", 0.79, 0.8).is_met());
    }
}
