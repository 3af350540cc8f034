//! A file.

use crate::exotel::received::received;
use crate::id::MediaType;

received! {
    /// A file of any kind that a user sent: picture, film, sound, document (Exotel: receive messages webhook).
    ///
    /// Whether fetching it needs a login, how long the link lives and in what unit sizes are is **unknown**; the sampled sizes
    /// are plausible as bytes.
    pub struct File {
        /// Where to fetch it.
        pub url: String = "url",
    }
    optional {
        /// Its name. Said to be for documents only, sampled with a picture.
        with_name => pub name: String = "name",
        /// Its media type. (`mime_type` is the newer page's word: Exotel: send RCS message.)
        with_media_type => pub media_type: MediaType = "type" | "mime_type",
        /// Its size.
        with_size => pub size: u64 = "size",
        /// Where to fetch a small picture of it.
        with_thumbnail_url => pub thumbnail_url: String = "thumbnail_url",
        /// The media type of that picture.
        with_thumbnail_type => pub thumbnail_type: MediaType = "thumbnail_type",
        /// The size of that picture.
        with_thumbnail_size => pub thumbnail_size: u64 = "thumbnail_size",
    }
}

impl File {
    /// A file with the members that the tables call mandatory. The media type is written as `type`.
    pub fn new(url: impl Into<String>, media_type: impl Into<MediaType>, size: u64) -> Self {
        Self::bare(url.into()).with_media_type(media_type).with_size(size)
    }
}
