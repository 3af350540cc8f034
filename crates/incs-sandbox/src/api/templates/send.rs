//! Sends of templates, held against their definitions.

use incs_model::envelope::Code;
use incs_model::limits::{Rule, template as limits};
use incs_model::template::whatsapp::{Component, HeaderFormat, Template};
use incs_model::{Measured, Violation, rcs, whatsapp};
use serde_json::Value;

use crate::api::reply::{self, Reply};
use crate::channel::Channel;
use crate::state::Core;
use crate::state::templates::{APPROVED, Definition, rendered};

/// The bot that the sampled error of RCS names.
const BOT: &str = "Qm7tYHXc210LPRBV";

/// Meta's words. 132012 is sampled, the others are from Meta's own list.
const NO_SUCH_TEMPLATE: &str = "(#132001) Template name does not exist in the translation";
const WRONG_COUNT: &str = "(#132000) Number of parameters does not match the expected number of params";
const WRONG_FORMAT: &str = "(#132012) Parameter format does not match format in the created template";
const NO_BUTTON_VALUE: &str = "(#131008) Required parameter is missing";

/// What the customer will see, or 10002: the template does not exist, is not approved, or wants other values. Meta says the
/// same for the first two; `error` tells them apart.
pub(crate) fn whatsapp(core: &Core, send: &whatsapp::Template) -> Result<Value, Reply> {
    let found = named(core, Channel::WhatsApp, send.name.as_str());
    let Some(Definition::WhatsApp(template)) = &found else {
        return Err(Reply::failure(Code::WhatsApp, NO_SUCH_TEMPLATE));
    };
    if template.status.as_str() != APPROVED {
        return Err(unapproved(Code::WhatsApp, NO_SUCH_TEMPLATE, template.status.as_str()));
    }
    match template.check_send(send) {
        Ok(()) => Ok(serde_json::to_value(rendered::of_whatsapp(template, send)).unwrap_or_default()),
        Err(report) => {
            let text = report.violations().first().map_or(WRONG_FORMAT, |violation| meta_text(template, violation));
            Err(Reply::with_violations(Code::WhatsApp, text, &report))
        }
    }
}

/// What the customer will see, or 10004: the template does not exist, is not approved (both texts are invented), or a variable
/// has no value. A value that no variable asks for does no harm: only missing ones are documented to.
pub(crate) fn rcs(core: &Core, send: &rcs::Template) -> Result<Value, Reply> {
    let name = send.name.as_str();
    let found = named(core, Channel::Rcs, name);
    let Some(Definition::Rcs(template)) = &found else {
        return Err(Reply::failure(Code::Rcs, format!("Template with the code [{name}] and bot [{BOT}] not found")));
    };
    if template.status.as_str() != APPROVED {
        let text = format!("Template with the code [{name}] and bot [{BOT}] is not approved");
        return Err(unapproved(Code::Rcs, &text, template.status.as_str()));
    }
    let surplus = limits::RCS_PARAMETERS_SURPLUS.id();
    let violations = template.check_send(send).err().map(incs_model::Report::into_violations).unwrap_or_default();
    let lacking: Vec<_> = violations.into_iter().filter(|violation| violation.rule().id() != surplus).collect();
    if lacking.is_empty() {
        return Ok(serde_json::to_value(rendered::of_rcs(template, send)).unwrap_or_default());
    }
    let text = format!("Template with the code [{name}] and bot [{BOT}] received with insufficient custom params");
    Err(Reply::with_violations(Code::Rcs, &text, &lacking))
}

fn named(core: &Core, channel: Channel, name: &str) -> Option<Definition> {
    core.records().templates.named(channel, name).map(|entry| entry.definition.clone())
}

fn unapproved(code: Code, text: &str, status: &str) -> Reply {
    let said = format!("{status}, expected {APPROVED}");
    let violation = reply::violation("/template/name", "sandbox", APPROVED, status, &said);
    Reply::with_violations(code, text, &[violation])
}

/// What Meta says about a value that does not fit (inferred from Meta's list).
fn meta_text(template: &Template, violation: &Violation) -> &'static str {
    let rule = violation.rule().id();
    let lacks = |part: &str| violation.found() == &Measured::Word(part.to_owned());
    let is_of_kind =
        [&limits::WHATSAPP_PARAMETERS_KIND, &limits::WHATSAPP_PARAMETERS_EMPTY].map(Rule::id).contains(&rule);
    if is_of_kind || (lacks("header") && has_medium(template)) {
        WRONG_FORMAT
    } else if lacks("button") {
        NO_BUTTON_VALUE
    } else {
        WRONG_COUNT
    }
}

fn has_medium(template: &Template) -> bool {
    template
        .components
        .iter()
        .any(|component| matches!(component, Component::Header(header) if header.format != HeaderFormat::Text))
}
