//! One delivery: who wrote what to which number.

use super::message::Message;
use super::status::Status;
use crate::address::Address;
use crate::id::{PhoneNumberId, WhatsAppUserId};
use crate::record::record;

record! {
    /// One delivery. It may hold several messages, receipts and errors; each stands for itself.
    #[cfg_attr(feature = "schema", schemars(rename = "WhatsAppValue"))]
    pub struct Value {}
    optional {
        /// `whatsapp`.
        with_messaging_product => pub messaging_product: String,
        /// The business number that was written to.
        with_metadata => pub metadata: Metadata,
    }
    list {
        /// Who wrote.
        with_contacts => pub contacts: Contact,
        /// What they wrote.
        with_messages => pub messages: Message,
        /// Receipts of messages sent earlier, in Meta's form. (Inferred: INCS has `message_status_update` for these.)
        with_statuses => pub statuses: Status,
        /// What went wrong outside any one message.
        with_errors => pub errors: ErrorItem,
    }
}

record! {
    /// The business number that was written to.
    pub struct Metadata {}
    optional {
        /// The number.
        with_display_phone_number => pub display_phone_number: Address,
        /// The number, as Meta numbers it.
        with_phone_number_id => pub phone_number_id: PhoneNumberId,
    }
}

record! {
    /// Someone who wrote.
    pub struct Contact {}
    optional {
        /// Their name.
        with_profile => pub profile: Profile,
        /// Their number; matches `from` of their messages.
        with_wa_id => pub wa_id: Address,
        /// `ID.<digits>`; in newer samples only.
        with_user_id => pub user_id: WhatsAppUserId,
    }
}

record! {
    /// What someone calls themselves.
    pub struct Profile {}
    optional {
        /// The name.
        with_name => pub name: String,
    }
}

record! {
    /// What went wrong, in Meta's words.
    pub struct ErrorItem {}
    optional {
        /// Meta's number.
        with_code => pub code: i64,
        /// A short text.
        with_title => pub title: String,
        /// A longer text; newer versions only.
        with_message => pub message: String,
        /// More; newer versions only.
        with_error_data => pub error_data: ErrorDetails,
    }
}

record! {
    /// More about what went wrong.
    pub struct ErrorDetails {}
    optional {
        /// A text.
        with_details => pub details: String,
    }
}

impl Value {
    /// The contact behind a message, by number; the only contact there is, if none has the number.
    pub fn contact_of(&self, message: &Message) -> Option<&Contact> {
        let same = |contact: &&Contact| match (&contact.wa_id, &message.from) {
            (Some(number), Some(from)) => number.same_party(from),
            _ => false,
        };
        self.contacts.iter().find(same).or(match self.contacts.as_slice() {
            [only] => Some(only),
            _ => None,
        })
    }
}
