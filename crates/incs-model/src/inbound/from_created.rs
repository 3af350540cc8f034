//! The view of a message of the INCS workbench.

use super::content::{Content, Media, MediaKind, Other, Text, Thumbnail};
use super::item::{Inbound, Origin, Provider};
use crate::event::created;
use crate::message::Channel;

/// The view of a message of the INCS workbench, unless staff wrote it. A message whose sides do not tell is taken for the
/// customer's: better twice than lost.
pub fn created_message(message: &created::Message, origin: Origin) -> Option<Inbound> {
    if message.is_inbound() == Some(false) {
        return None;
    }
    let mut item = origin.holding(Provider::Incs, content(message.content()));
    item.id = message.provider_id().cloned();
    let is_whatsapp = item.id.as_ref().is_some_and(|id| id.as_str().starts_with("wamid."));
    item.channel = is_whatsapp.then_some(Channel::WhatsApp);
    item.user = message.customer();
    item.channel_id = message.auth_id;
    item.conversation_id = message.conversation_id;
    item.sent_at.clone_from(&message.created_at);
    Some(item)
}

fn content(content: &created::Content) -> Content {
    match content {
        created::Content::Text(text) => Text::new(text.content.as_str()).into(),
        created::Content::Image(image) => image_media(image).into(),
        created::Content::Audio(audio) => Media {
            url: Some(audio.source_url.clone()),
            media_type: audio.sound_type.clone(),
            size: audio.data_size,
            duration: audio.duration,
            ..Media::new(MediaKind::Audio)
        }
        .into(),
        created::Content::Video(video) => Media {
            url: Some(video.video_url.clone()),
            media_type: video.video_type.clone(),
            size: video.video_size,
            duration: video.duration,
            thumbnail: video.snapshot_url.as_deref().map(|url| Thumbnail {
                media_type: video.snapshot_type.clone(),
                size: video.snapshot_size,
                ..Thumbnail::new(url)
            }),
            ..Media::new(MediaKind::Video)
        }
        .into(),
        created::Content::File(file) => Media {
            url: Some(file.source_url.clone()),
            media_type: file.file_type.clone(),
            file_name: file.file_name.clone(),
            size: file.file_size,
            ..Media::new(MediaKind::File)
        }
        .into(),
        created::Content::Custom(_) | created::Content::Unknown(..) => Other::new(content.kind()).into(),
    }
}

fn image_media(image: &created::content::Image) -> Media {
    let full = image.source_picture.as_ref().or(image.big_picture.as_ref());
    Media {
        url: Some(image.source_path.clone()),
        media_type: full.and_then(|picture| picture.r#type.clone()),
        size: full.and_then(|picture| picture.size),
        thumbnail: image.snapshot_picture.as_ref().map(|picture| Thumbnail {
            media_type: picture.r#type.clone(),
            size: picture.size,
            ..Thumbnail::new(picture.url.as_str())
        }),
        ..Media::new(MediaKind::Image)
    }
}
