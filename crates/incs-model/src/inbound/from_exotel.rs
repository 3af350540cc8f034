//! Neutral messages from RCS messages of Exotel.

use super::content::{Choice, ChoiceKind, Content, Location, Media, MediaKind, Other, Problem, Text, Thumbnail};
use super::message::{Inbound, Origin, Provider};
use crate::exotel::{self, Entry, Incoming, Tap};
use crate::json::RawItems;
use crate::message::Channel;
use crate::party::Party;

/// Returns the customers' messages in an Exotel callback; delivery reports have none.
///
/// `body` is the text that the callback was decoded from; the raw items are slices of it.
pub fn from_exotel(callback: &exotel::Callback, body: &[u8]) -> Vec<Inbound> {
    let mut items = RawItems::new(body);
    let view = |(pointer, entry): (String, Entry<'_>)| match entry {
        Entry::Incoming(incoming) => Some(exotel_message(incoming, Origin::cut(pointer, incoming, &mut items))),
        _ => None,
    };
    callback.entries().filter_map(view).collect()
}

/// Returns the neutral form of a user's message from Exotel.
pub fn exotel_message(incoming: &Incoming, origin: Origin) -> Inbound {
    let mut item = origin.holding(Provider::Exotel, content(&incoming.content));
    item.channel = Some(Channel::Rcs);
    item.id.clone_from(&incoming.sid);
    item.user = Party::from(incoming.user.clone()).known();
    item.business = Some(incoming.business.clone());
    item.sent_at.clone_from(&incoming.timestamp);
    item.profile_name.clone_from(&incoming.profile_name);
    item.custom_data.clone_from(&incoming.custom_data);
    item
}

fn content(content: &exotel::Content) -> Content {
    match content {
        exotel::Content::Text(text) => Text::new(text.body.as_str()).into(),
        exotel::Content::File(file) => media(file).into(),
        exotel::Content::Location(place) => {
            let name = place.label.clone();
            Location { name, ..Location::new(place.latitude.degrees(), place.longitude.degrees()) }.into()
        }
        exotel::Content::Suggested(suggested) => choice(&suggested.tap),
        exotel::Content::Error { error, kind } => Problem {
            kind: kind.as_ref().map(|kind| kind.as_str().to_owned()),
            code: error.code.map(exotel::StatusCode::as_i64),
            name: error.name.as_ref().map(|name| name.as_str().to_owned()),
            text: error.description.clone(),
            ..Problem::new()
        }
        .into(),
        exotel::Content::Unknown(unknown) => Other::of(unknown.kind(), Some(unknown.raw())).into(),
    }
}

fn media(file: &exotel::File) -> Media {
    let thumbnail = |url: &String| Thumbnail::of(url, file.thumbnail_type.clone(), file.thumbnail_size);
    Media {
        url: Some(file.url.clone()),
        media_type: file.media_type.clone(),
        file_name: file.name.clone(),
        size: file.size,
        thumbnail: file.thumbnail_url.as_ref().map(thumbnail),
        ..Media::new(MediaKind::of(file.media_type.as_ref()))
    }
}

/// Returns the tap. If there are a reply and an action, the reply counts; the raw item has both.
fn choice(tap: &Tap) -> Content {
    let kind = if matches!(tap, Tap::Action(_)) { ChoiceKind::Action } else { ChoiceKind::Reply };
    match tap.suggestion() {
        Some(suggestion) => Choice::of(kind, suggestion.data().map(str::to_owned), suggestion.text.clone()).into(),
        None => Other::new("suggested").into(),
    }
}
