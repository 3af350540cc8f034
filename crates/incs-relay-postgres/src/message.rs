//! Messages to send, as the functions of the database take them.

use incs_model::Timestamp;
use incs_relay::store::{OutboxMessage, RecipientKey};
use tokio_postgres::types::Type;

use crate::database::{Parameter, clean};

/// Messages, a column for each member.
#[derive(Default)]
pub(crate) struct Messages<'a> {
    keys: Vec<String>,
    channels: Vec<String>,
    bodies: Vec<&'a [u8]>,
    recipients: Vec<Option<i64>>,
    contents: Vec<Option<&'a [u8]>>,
    are_ordered: Vec<bool>,
    are_free_form: Vec<bool>,
    not_after: Vec<Option<i64>>,
}

impl<'a> Messages<'a> {
    pub(crate) fn add(&mut self, message: &'a OutboxMessage) {
        self.keys.push(clean(&message.key));
        self.channels.push(clean(&message.channel));
        self.bodies.push(&message.body);
        self.recipients.push(message.recipient.map(RecipientKey::as_i64));
        self.contents.push(message.content.as_ref().map(|content| content.as_bytes().as_slice()));
        self.are_ordered.push(message.is_ordered);
        self.are_free_form.push(message.is_free_form);
        self.not_after.push(message.not_after.map(Timestamp::as_millisecond));
    }

    /// Returns the columns: key, channel, body, recipient, content, `is_ordered`, `is_free_form`, `not_after`.
    pub(crate) fn parameters(&self) -> [Parameter<'_>; 8] {
        [
            (&self.keys, Type::TEXT_ARRAY),
            (&self.channels, Type::TEXT_ARRAY),
            (&self.bodies, Type::BYTEA_ARRAY),
            (&self.recipients, Type::INT8_ARRAY),
            (&self.contents, Type::BYTEA_ARRAY),
            (&self.are_ordered, Type::BOOL_ARRAY),
            (&self.are_free_form, Type::BOOL_ARRAY),
            (&self.not_after, Type::INT8_ARRAY),
        ]
    }
}
