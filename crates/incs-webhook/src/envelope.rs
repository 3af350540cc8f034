//! The data that the items of one delivery share, and restoring an item from its own bytes.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};

use incs_model::event::whatsapp::{Contact, ContactIndex, Value};
use incs_model::id::ChannelId;
use incs_model::inbound::Provider;
use incs_model::{Address, DecodeError, Party, decode, encode};
use serde::{Deserialize, Serialize};

use crate::event::DeliveryContext;
use crate::label;

/// The data that the items of one delivery share: the provider and the [`DeliveryContext`]. Cheap to clone.
///
/// A durable store can keep the items of a [`Batch`](crate::Batch) one by one: the envelope once for each delivery, and pointer and
/// bytes of each item. Restoring an item reads its own bytes and not the whole body.
///
/// ```
/// use incs_webhook::{Delivery, Envelope};
///
/// let body = br#"{"event": "new_message", "channel_id": 30112, "message": {"messaging_product": "whatsapp",
///     "contacts": [{"wa_id": "6281200045678", "profile": {"name": "Rina"}}],
///     "messages": [{"from": "6281200045678", "id": "wamid.HBgN", "type": "text", "text": {"body": "Hi"}}]}}"#;
/// let batch = Delivery::new(&[("Content-Type", "application/json")], body).dangerously_skip_verification()?.parse();
/// let item = &batch.items()[0];
///
/// // The three values to store.
/// let (envelope, pointer, raw) = (batch.envelope().to_bytes(), item.pointer().into_owned(), item.raw().to_vec());
///
/// let restored = Envelope::from_bytes(&envelope)?.item(&pointer, &raw);
/// assert_eq!(restored.outcome(), item.outcome());
/// assert_eq!(restored.inbound().unwrap().profile_name.as_deref(), Some("Rina"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// `Debug` shows the provider and the number of contacts only, since the other data may be personal.
#[derive(Clone)]
pub struct Envelope {
    shared: Arc<Shared>,
}

struct Shared {
    provider: Option<Provider>,
    context: DeliveryContext,
    /// The name of the event, which is the kind of an element that is not understood.
    event_name: Option<Arc<str>>,
    /// The contacts by id, built at the first use.
    contacts: OnceLock<ContactIndex>,
}

/// The JSON of an envelope.
#[derive(Serialize, Deserialize)]
struct Stored<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    provider: Option<Cow<'a, Provider>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    event: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    channel_id: Option<ChannelId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    business_phone: Option<Cow<'a, Address>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    whatsapp: Option<Cow<'a, Value>>,
}

impl Envelope {
    pub(crate) fn new(provider: Option<Provider>, context: DeliveryContext, event_name: Option<Arc<str>>) -> Self {
        Self { shared: Arc::new(Shared { provider, context, event_name, contacts: OnceLock::new() }) }
    }

    /// Creates the envelope of a delivery whose items share only the provider, as in most deliveries that are no `new_message` from
    /// WhatsApp.
    pub fn empty(provider: Option<Provider>) -> Self {
        Self::new(provider, DeliveryContext::default(), None)
    }

    /// Reports whether the items share only the provider. Then a store can omit the envelope, since
    /// [`Envelope::empty`] with the [provider of the batch](crate::Batch::provider) is equal to it.
    pub fn is_empty(&self) -> bool {
        let Shared { provider: _, context, event_name, contacts: _ } = &*self.shared;
        *context == DeliveryContext::default() && event_name.is_none()
    }

    /// Returns the envelope as JSON. Later versions read the JSON of this one.
    ///
    /// The JSON contains all contacts of the delivery, so call this once for each delivery and not for each item. It contains
    /// personal data: names, numbers and ids of customers.
    pub fn to_bytes(&self) -> Vec<u8> {
        let DeliveryContext { channel_id, business_phone, whatsapp } = self.context();
        let stored = Stored {
            provider: self.provider().map(Cow::Borrowed),
            event: self.event_name().map(|name| Cow::Borrowed(&**name)),
            channel_id: *channel_id,
            business_phone: business_phone.as_ref().map(Cow::Borrowed),
            whatsapp: whatsapp.as_ref().map(Cow::Borrowed),
        };
        // Serializing the types of the model cannot fail.
        encode(&stored).unwrap_or_default()
    }

    /// Reads the JSON of [`to_bytes`](Self::to_bytes), also of a later version. Unknown members are ignored.
    ///
    /// # Errors
    ///
    /// Returns an error if the bytes are not JSON, or not of an envelope. The error contains no values.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let Stored { provider, event, channel_id, business_phone, whatsapp } = decode(bytes)?;
        let context = DeliveryContext {
            channel_id,
            business_phone: business_phone.map(Cow::into_owned),
            whatsapp: whatsapp.map(Cow::into_owned),
        };
        // A kind may be the label of a metric, so the name is checked again.
        let event_name = event.filter(|name| !name.is_empty()).map(|name| label::piece(&name).into());
        Ok(Self::new(provider.map(Cow::into_owned), context, event_name))
    }

    /// Returns the envelope without the contacts that share an id with a person, for a store that erases this person.
    #[must_use]
    pub fn without(&self, person: &Party) -> Self {
        let mut context = self.context().clone();
        if let Some(value) = &mut context.whatsapp {
            let is_theirs =
                |contact: &Contact| contact.party().keys().any(|key| person.keys().any(|known| known == key));
            value.contacts.retain(|contact| !is_theirs(contact));
        }
        Self::new(self.provider().cloned(), context, self.event_name().cloned())
    }

    pub(crate) fn provider(&self) -> Option<&Provider> {
        self.shared.provider.as_ref()
    }

    pub(crate) fn context(&self) -> &DeliveryContext {
        &self.shared.context
    }

    pub(crate) fn event_name(&self) -> Option<&Arc<str>> {
        self.shared.event_name.as_ref()
    }

    pub(crate) fn contacts(&self) -> &ContactIndex {
        self.shared.contacts.get_or_init(|| ContactIndex::new(self.people()))
    }

    /// Adds the ids that only the contacts of the delivery have.
    pub(crate) fn completed(&self, party: Party) -> Party {
        self.contacts().completed(self.people(), party)
    }

    fn people(&self) -> &[Contact] {
        self.context().whatsapp.as_ref().map_or(&[], |value| &value.contacts)
    }
}

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let provider = self.provider().map(|provider| label::piece(provider.as_str()));
        let contacts = self.people().len();
        f.debug_struct("Envelope").field("provider", &provider).field("contacts", &contacts).finish_non_exhaustive()
    }
}
