//! The view of an RCS message from INCS.

use super::content::{Choice, ChoiceKind, Content, Location, Media, MediaKind, Other, Text, Thumbnail};
use super::item::{Inbound, Origin, Provider, Quoted};
use crate::address::Address;
use crate::event::rcs;
use crate::id::ChannelId;
use crate::message::Channel;

/// The view of an RCS message from INCS.
pub fn rcs_message(channel_id: Option<ChannelId>, message: &rcs::UserMessage, origin: Origin) -> Inbound {
    let mut item = origin.holding(Provider::Incs, content(&message.content));
    item.channel = Some(Channel::Rcs);
    item.id = Some(message.message_id.clone());
    item.user = Some(message.sender_phone_number.clone());
    item.business = message.agent_id.as_ref().map(|agent| Address::from(agent.as_str()));
    item.channel_id = channel_id;
    item.sent_at.clone_from(&message.send_time);
    if let rcs::Content::Suggestion(tap) = &message.content {
        let answered = tap.trackdata.as_ref().and_then(|track| track.msg_id.clone());
        item.quoted = answered.map(|id| Quoted::new().with_id(id));
    }
    item
}

fn content(content: &rcs::Content) -> Content {
    match content {
        rcs::Content::Text(text) => Text::new(text.as_str()).into(),
        rcs::Content::File(file) => media(file).into(),
        rcs::Content::Suggestion(tap) => {
            let kind = match &tap.r#type {
                Some(rcs::SuggestionKind::Action) => ChoiceKind::Action,
                Some(rcs::SuggestionKind::Unknown(other)) => ChoiceKind::from(other.as_str()),
                Some(rcs::SuggestionKind::Reply) | None => ChoiceKind::Reply,
            };
            let choice = Choice { label: tap.text.clone(), ..Choice::new(kind) };
            choice.with_data(tap.postback_data.as_str()).into()
        }
        rcs::Content::Location(place) => Location::new(place.latitude, place.longitude).into(),
        rcs::Content::Unknown(unknown) => Other::new(unknown.kind()).into(),
    }
}

fn media(file: &rcs::UserFile) -> Media {
    let payload = &file.payload;
    let thumbnail = file.thumbnail.as_ref().map(|picture| Thumbnail {
        media_type: picture.mime_type.clone(),
        size: picture.file_size_bytes,
        ..Thumbnail::new(picture.file_uri.as_str())
    });
    Media {
        url: Some(payload.file_uri.clone()),
        media_type: payload.mime_type.clone(),
        file_name: payload.file_name.clone(),
        size: payload.file_size_bytes,
        thumbnail,
        ..Media::new(MediaKind::of(payload.mime_type.as_ref()))
    }
}
