//! Every webhook fixture of both providers, and bodies made of them.

mod keys;
mod lists;
mod odd;
mod recorded;
mod spelling;
mod table;
mod tolerance;
mod variants;

use std::path::{Path, PathBuf};

use incs_model::Timestamp;
use incs_webhook::scheme::{Scheme, VerifyError};
use incs_webhook::{Batch, Delivery, Event, Item, Provider, SignedRequest};

pub(crate) use self::lists::{Composed, composed};
pub(crate) use self::recorded::recorded;
pub(crate) use self::spelling::Spelling;

const NO_HEADERS: [(&str, &str); 0] = [];

/// Accepts every delivery of any shape.
struct Anyone;

impl Scheme for Anyone {
    fn verify(&self, _: &SignedRequest<'_>, _: Timestamp) -> Result<(), VerifyError> {
        Ok(())
    }
}

/// A folder of this repository.
pub(crate) fn repository(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder)
}

/// Every webhook of both providers: folder and file name, without its end.
pub(crate) fn names() -> Vec<String> {
    let mut names = Vec::new();
    for provider in ["incs", "exotel"] {
        for entry in std::fs::read_dir(repository("crates/incs-model/fixtures").join(provider)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if provider == "exotel" || name.starts_with("webhook-") {
                names.push(format!("{provider}/{}", name.strip_suffix(".json").unwrap()));
            }
        }
    }
    names.sort();
    assert_eq!(names.len(), 52, "the fixtures are elsewhere, or their number changed");
    names
}

/// Returns the unchanged body of a fixture.
pub(crate) fn body(name: &str) -> String {
    std::fs::read_to_string(repository("crates/incs-model/fixtures").join(format!("{name}.json"))).unwrap()
}

/// Parses a body as a verified delivery.
pub(crate) fn read(body: impl AsRef<[u8]>) -> Batch {
    Delivery::new(&NO_HEADERS, body.as_ref()).verify(&Anyone, epoch()).unwrap().parse()
}

/// Parses a body as a verified delivery of a given provider.
pub(crate) fn read_from(body: impl AsRef<[u8]>, provider: Provider) -> Batch {
    Delivery::new(&NO_HEADERS, body.as_ref()).verify(&Anyone, epoch()).unwrap().parse_from(provider)
}

/// Any time will do for one who takes everything.
fn epoch() -> Timestamp {
    Timestamp::from_second(0).unwrap()
}

/// The one item of a body.
pub(crate) fn only(body: impl AsRef<[u8]>) -> Item {
    let batch = read(body);
    assert_eq!(batch.items().len(), 1, "{batch:?}");
    batch.items()[0].clone()
}

/// The name of the variant.
pub(crate) fn variant(event: &Event) -> &'static str {
    match event {
        Event::MessageStatus(_) => "MessageStatus",
        Event::TemplateStatus(_) => "TemplateStatus",
        Event::TemplateCategory(_) => "TemplateCategory",
        Event::TemplateQuality(_) => "TemplateQuality",
        Event::WhatsAppMessage(_) => "WhatsAppMessage",
        Event::WhatsAppStatus(_) => "WhatsAppStatus",
        Event::WhatsAppOtherStatus(_) => "WhatsAppOtherStatus",
        Event::WhatsAppError(_) => "WhatsAppError",
        Event::WhatsAppCall(_) => "WhatsAppCall",
        Event::WhatsAppEcho(_) => "WhatsAppEcho",
        Event::WhatsAppPreference(_) => "WhatsAppPreference",
        Event::RcsMessage(_) => "RcsMessage",
        Event::RcsEvent(_) => "RcsEvent",
        Event::MessageCreated(_) => "MessageCreated",
        Event::ChannelStatus(_) => "ChannelStatus",
        Event::ExotelMessage(_) => "ExotelMessage",
        Event::ExotelReport(_) => "ExotelReport",
        Event::ExotelSmsReport(_) => "ExotelSmsReport",
        other => panic!("an event without a name here: {other:?}"),
    }
}
