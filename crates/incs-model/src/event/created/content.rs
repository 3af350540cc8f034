//! What a message of the workbench holds (INCS: message created webhook).

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::id::{FileId, MediaType};
use crate::masked::{Mask, shown};
use crate::open::UnknownCode;
use crate::raw::RawJson;
use crate::record::record;

/// What a message of the workbench holds. Captions are not shown in any sample.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Content {
    /// A text (`type` 101).
    Text(Text),
    /// An image (`type` 102).
    Image(Image),
    /// An audio (`type` 103).
    Audio(Audio),
    /// A video (`type` 104).
    Video(Video),
    /// Any other file (`type` 105).
    File(File),
    /// A template, button or other custom content (`type` 110), as raw JSON: its form is **unknown**. The message's
    /// `custom_type` says which it is.
    Custom(RawJson),
    /// Content of a type that this version does not know, as raw JSON.
    Unknown(UnknownCode, RawJson),
}

record! {
    /// A text.
    #[cfg_attr(feature = "schema", schemars(rename = "WorkbenchText"))]
    pub struct Text {
        /// The text.
        pub content: String,
    }
}

record! {
    /// An image in three sizes.
    #[serde(rename_all = "camelCase")]
    pub struct Image {
        /// Link to the image as it was.
        pub source_path: String,
    }
    optional {
        /// The image as it was.
        with_source_picture => pub source_picture: Picture,
        /// A large rendering.
        with_big_picture => pub big_picture: Picture,
        /// A thumbnail.
        with_snapshot_picture => pub snapshot_picture: Picture,
    }
}

record! {
    /// One rendering of an image.
    pub struct Picture {
        /// Link to the file.
        pub url: String,
    }
    optional {
        /// The file.
        with_uuid => pub uuid: FileId,
        /// The media type.
        with_type => pub r#type: MediaType,
        /// Bytes.
        with_size => pub size: u64,
        /// Pixels.
        with_width => pub width: u32,
        /// Pixels.
        with_height => pub height: u32,
    }
}

record! {
    /// An audio.
    #[serde(rename_all = "camelCase")]
    pub struct Audio {
        /// Link to the file.
        pub source_url: String,
    }
    optional {
        /// The file.
        with_uuid => pub uuid: FileId,
        /// Link to the file, once more.
        with_sound_path => pub sound_path: String,
        /// Bytes.
        with_data_size => pub data_size: u64,
        /// Seconds.
        with_duration => pub duration: u64,
        /// The media type; may carry `; codecs=opus`.
        with_sound_type => pub sound_type: MediaType,
    }
}

record! {
    /// A video and a picture of it.
    #[serde(rename_all = "camelCase")]
    pub struct Video {
        /// Link to the file.
        pub video_url: String,
    }
    optional {
        /// The file.
        #[serde(rename = "videoUUID")]
        with_video_uuid => pub video_uuid: FileId,
        /// The media type of the video.
        with_video_type => pub video_type: MediaType,
        /// Bytes of the video.
        with_video_size => pub video_size: u64,
        /// Seconds.
        with_duration => pub duration: u64,
        /// Link to the picture.
        with_snapshot_path => pub snapshot_path: String,
        /// The picture's file.
        #[serde(rename = "snapshotUUID")]
        with_snapshot_uuid => pub snapshot_uuid: FileId,
        /// Bytes of the picture.
        with_snapshot_size => pub snapshot_size: u64,
        /// Link to the picture: the video's link with a query for the picture.
        with_snapshot_url => pub snapshot_url: String,
        /// Pixels.
        with_snapshot_width => pub snapshot_width: u32,
        /// Pixels.
        with_snapshot_height => pub snapshot_height: u32,
        /// The media type of the picture.
        with_snapshot_type => pub snapshot_type: MediaType,
    }
}

record! {
    /// Any other file.
    #[serde(rename_all = "camelCase")]
    pub struct File {
        /// Link to the file.
        pub source_url: String,
    }
    optional {
        /// Link to the file, once more.
        with_file_path => pub file_path: String,
        /// The file.
        with_uuid => pub uuid: FileId,
        /// Its name.
        with_file_name => pub file_name: String,
        /// Bytes.
        with_file_size => pub file_size: u64,
        /// The media type.
        with_file_type => pub file_type: MediaType,
    }
}

/// The numbers of the known types.
pub(super) mod code {
    pub(crate) const TEXT: i64 = 101;
    pub(crate) const IMAGE: i64 = 102;
    pub(crate) const AUDIO: i64 = 103;
    pub(crate) const VIDEO: i64 = 104;
    pub(crate) const FILE: i64 = 105;
    pub(crate) const CUSTOM: i64 = 110;
}

impl Content {
    /// The number of the type, as it stands on the wire.
    pub fn type_code(&self) -> i64 {
        match self {
            Self::Text(_) => code::TEXT,
            Self::Image(_) => code::IMAGE,
            Self::Audio(_) => code::AUDIO,
            Self::Video(_) => code::VIDEO,
            Self::File(_) => code::FILE,
            Self::Custom(_) => code::CUSTOM,
            Self::Unknown(code, _) => code.as_i64(),
        }
    }

    /// The kind in a word: `text`, `image`, `audio`, `video`, `file`, `custom`, `unknown`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Image(_) => "image",
            Self::Audio(_) => "audio",
            Self::Video(_) => "video",
            Self::File(_) => "file",
            Self::Custom(_) => "custom",
            Self::Unknown(..) => "unknown",
        }
    }

    pub(super) fn read<'de, D: Deserializer<'de>>(type_code: i64, deserializer: D) -> Result<Self, D::Error> {
        Ok(match type_code {
            code::TEXT => Self::Text(Deserialize::deserialize(deserializer)?),
            code::IMAGE => Self::Image(Deserialize::deserialize(deserializer)?),
            code::AUDIO => Self::Audio(Deserialize::deserialize(deserializer)?),
            code::VIDEO => Self::Video(Deserialize::deserialize(deserializer)?),
            code::FILE => Self::File(Deserialize::deserialize(deserializer)?),
            code::CUSTOM => Self::Custom(Deserialize::deserialize(deserializer)?),
            other => Self::Unknown(UnknownCode::new(other), Deserialize::deserialize(deserializer)?),
        })
    }
}

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(content) => content.serialize(serializer),
            Self::Image(content) => content.serialize(serializer),
            Self::Audio(content) => content.serialize(serializer),
            Self::Video(content) => content.serialize(serializer),
            Self::File(content) => content.serialize(serializer),
            Self::Custom(raw) | Self::Unknown(_, raw) => raw.serialize(serializer),
        }
    }
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(content) => Mask(content).fmt(f),
            Self::Image(content) => Mask(content).fmt(f),
            Self::Audio(content) => Mask(content).fmt(f),
            Self::Video(content) => Mask(content).fmt(f),
            Self::File(content) => Mask(content).fmt(f),
            Self::Custom(raw) => f.debug_tuple("Custom").field(raw).finish(),
            Self::Unknown(code, raw) => f.debug_tuple("Unknown").field(code).field(raw).finish(),
        }
    }
}

shown!(Content);
