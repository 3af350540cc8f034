//! Whether a send fits an RCS template.

use std::collections::{BTreeMap, BTreeSet};

use super::resource::Template;
use crate::limits::template as limits;
use crate::rcs;
use crate::validate::{At, Measured, Report, Violations};

impl Template {
    /// The variables of all parts, each once.
    pub fn variables(&self) -> BTreeSet<&str> {
        self.content.variables()
    }

    /// Compares a send with this definition: the name, and a value for each variable, no more and none empty.
    ///
    /// The pointers are those of the message that holds the send: `/template/parameters/customer`. A value that no variable
    /// asks for is not reported when the template has parts of an unknown kind, for it may belong there.
    ///
    /// ```
    /// use incs_model::template::rcs::{Template, TextContent};
    ///
    /// let template = Template::new("1", "delivery_note_2", "APPROVED", TextContent::new("Hi [customer], it is [order_no]."));
    /// let send = incs_model::rcs::Template::new("delivery_note_2").with_parameter("customer", "Rina");
    /// let report = template.check_send(&send).unwrap_err();
    /// assert_eq!(report.violations()[0].pointer(), "/template/parameters/order_no");
    /// assert_eq!(report.violations()[0].rule().id(), "template.rcs.parameters.missing");
    /// ```
    ///
    /// # Errors
    ///
    /// A report of all that does not fit.
    pub fn check_send(&self, send: &rcs::Template) -> Result<(), Report> {
        let mut found = Violations::new();
        let root = At::root();
        let at = root.key("template");
        if send.name != self.name {
            found.add(&at.key("name"), &limits::NAME_MISMATCH, Measured::Nothing);
        }
        let none = BTreeMap::new();
        let values = send.parameters.as_ref().unwrap_or(&none);
        let at = at.key("parameters");
        let variables = self.variables();
        for variable in &variables {
            match values.get(*variable) {
                None => found.add(&at.key(variable), &limits::RCS_PARAMETERS_MISSING, Measured::Nothing),
                Some(value) if value.is_empty() => {
                    found.add(&at.key(variable), &limits::RCS_PARAMETERS_EMPTY, Measured::Count(0));
                }
                Some(_) => {}
            }
        }
        if self.content.is_understood() {
            for name in values.keys().filter(|name| !variables.contains(name.as_str())) {
                found.add(&at.key(name), &limits::RCS_PARAMETERS_SURPLUS, Measured::Nothing);
            }
        }
        found.into_result()
    }
}
