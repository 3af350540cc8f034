//! The routes of INCS.
//!
//! # Order of checks
//!
//! Route, credential, syntax of the body, rules (all violations at once), template, recipient. The first check that fails decides
//! the reply.
//!
//! # How to get each error
//!
//! | code | `message` | how |
//! | --- | --- | --- |
//! | 400 | `The template is not found.` | `GET` or `DELETE /external/templates/rcs/1`, `GET /external/templates/1` |
//! | 400 | `category require` | create a template without `category` |
//! | 401 | `Unauthenticated.` | a task call without a token of this run, or a token for the password `wrong` (code and text are inferred) |
//! | 404 | `Route not found` | any other path; with HTTP 405 and `Allow`, a wrong method (inferred) |
//! | 422 | `The phone number is invalid.` | `"to": "+85251230088"`, or any text but 7 to 15 digits that begin with a country code |
//! | 422 | `Request parameters error: …` | a body that cannot be read or breaks a rule |
//! | 429 | `Too many attempts` | a send to `15550000429`, or a fault |
//! | 500 | `Server error` | a send to `15550000500`, or a fault |
//! | 10001 | `Certification code is invalid` | another `certification-code`, or none |
//! | 10002 | `(#132001) Template name does not exist in the translation` | an unknown template, or one that is not approved |
//! | 10002 | `(#132000) Number of parameters does not match the expected number of params` | `renewal_notice_3` without components |
//! | 10002 | `(#132012) Parameter format does not match format in the created template` | `spring_banner_1` with a text as header |
//! | 10002 | `(#131008) Required parameter is missing` | `coupon_copy_2` without its button |
//! | 10002 | `(#131026) Message undeliverable` | a WhatsApp send to `15550010002` |
//! | 10002 | `(#131049) Meta chose not to deliver`, and so for any code of Meta's in the catalogue | a WhatsApp send to `15551131049`, or a fault |
//! | 10003 | `Message failed – detailed reason unknown` | a Viber send to `15550010003` |
//! | 10004 | `Template with the code […] and bot […] received with insufficient custom params` | `delivery_note_2` without parameters |
//! | 10004 | `The recipient cannot be reached by RCS` (invented) | an RCS send to `15550010004` |
//!
//! The `message` of a 422 lists every violation as `pointer: text`, joined by `; `. The content of `error` is the sandbox's own,
//! since every sample has `{}` there: `{"violations": [{"pointer", "rule", "limit", "found", "message"}]}`, also for 10002 and
//! 10004 about a template. Neither contains a value of the request.
//!
//! # Choices where the platform is not known
//!
//! - The **status query** leaves out unknown ids and ids of customers' messages. An accepted message is reported as sent. Ids
//!   of Viber and RCS are accepted. `+` in the query is a space, as in PHP, so percent-encode it.
//! - Several templates may have the same **name**; a send uses the newest approved one.
//! - **Reviews** approve, unless the name contains `reject`; with `reject_at_once` the reply to the creation already has that
//!   status. `template_status_update` is posted for WhatsApp templates only.
//! - **Lists of templates** continue below `last_id`, whether or not that template still exists: ids grow.
//! - **Tasks** stay not started; their times are in UTC; the list starts with the newest. `auth_id` must be the WhatsApp channel.
//! - **Tokens** are in `token`, do not expire, and are forgotten when 100 newer ones were issued.

pub(crate) mod call;
mod messages;
mod tasks;
mod templates;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::channel::Channel;
use crate::state::App;

/// Returns all routes of both host roles, since one base URL serves both.
pub(crate) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/external/messages/whatsapp", post(messages::whatsapp))
        .route("/external/messages/viber", post(messages::viber))
        .route("/external/messages/rcs", post(messages::rcs))
        .route("/external/messages/status", get(messages::status))
        .route("/external/templates", templates::list(Channel::WhatsApp).post(templates::create_whatsapp))
        .route("/external/templates/{id}", templates::fetch(Channel::WhatsApp))
        .route("/external/templates/rcs", templates::list(Channel::Rcs).post(templates::create_rcs))
        .route("/external/templates/rcs/{id}", templates::fetch(Channel::Rcs).delete(templates::delete_rcs))
        .route("/external/auth/token", post(tasks::token))
        .route("/external/tasks", post(tasks::create).get(tasks::list))
        .method_not_allowed_fallback(call::method_not_allowed)
        .fallback(call::route_not_found)
}
