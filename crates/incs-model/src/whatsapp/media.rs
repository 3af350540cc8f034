//! Media of WhatsApp messages.
//!
//! `caption`, `filename`, `id` and `preview_url` of Meta's own API are not documented by INCS, so they are not here.

use crate::limits::whatsapp as limits;
use crate::media::linked_file;

linked_file! {
    /// An image by link: `.jpeg`, `.jpg` or `.png`, at most 5 MB. (INCS: send WhatsApp message; `.jpg` is sampled only.)
    Image: limits::IMAGE_KINDS, limits::IMAGE_KIND;
    /// A video by link: `.3gp` or `.mp4`, at most 16 MB, H.264, one AAC audio stream or none (INCS: send WhatsApp message).
    Video: limits::VIDEO_KINDS, limits::VIDEO_KIND;
    /// An audio by link: `.aac`, `.amr`, `.mp3`, `.m4a` or `.ogg`, at most 16 MB (INCS: send WhatsApp message).
    Audio: limits::AUDIO_KINDS, limits::AUDIO_KIND;
    /// A document by link: text, PDF or an Office file, at most 100 MB (INCS: send WhatsApp message).
    Document: limits::DOCUMENT_KINDS, limits::DOCUMENT_KIND;
}
