//! The content of a workbench message (INCS: message created webhook).

use incs_model_derive::{MaskedDebug, WireStruct, received};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::id::{FileId, MediaType};
use crate::json::RawJson;
use crate::open::UnknownCode;

/// The content of a workbench message. No sample has captions.
#[derive(Clone, PartialEq, Serialize, MaskedDebug)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Content {
    /// A text (`type` 101).
    Text(Text),
    /// An image (`type` 102).
    Image(Image),
    /// An audio file (`type` 103).
    Audio(Audio),
    /// A video (`type` 104).
    Video(Video),
    /// Any other file (`type` 105).
    File(File),
    /// A template, button or other custom content (`type` 110), as raw JSON: its form is **unknown**. The message's
    /// `custom_type` names its kind.
    Custom(RawJson),
    /// No content, although the type is known: the member is absent or empty, or neither an object nor a string
    /// that holds one. Written back without content.
    #[serde(serialize_with = "without_content")]
    Missing(i64),
    /// Content of a type that this version does not know, as raw JSON.
    #[serde(serialize_with = "without_code")]
    Unknown(UnknownCode, RawJson),
}

/// A text.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "WorkbenchText"))]
#[non_exhaustive]
pub struct Text {
    /// The text.
    pub content: String,
}

/// An image in three sizes.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Image {
    /// Link to the original image.
    pub source_path: String,
    /// The original image.
    pub source_picture: Option<Picture>,
    /// A large version.
    pub big_picture: Option<Picture>,
    /// A thumbnail.
    pub snapshot_picture: Option<Picture>,
}

/// One version of an image.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Picture {
    /// Link to the file.
    pub url: String,
    /// The file's id.
    pub uuid: Option<FileId>,
    /// The media type.
    pub r#type: Option<MediaType>,
    /// The size in bytes.
    pub size: Option<u64>,
    /// The width in pixels.
    pub width: Option<u32>,
    /// The height in pixels.
    pub height: Option<u32>,
}

/// An audio file.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Audio {
    /// Link to the file.
    pub source_url: String,
    /// The file's id.
    pub uuid: Option<FileId>,
    /// Link to the file, repeated.
    pub sound_path: Option<String>,
    /// The size in bytes.
    pub data_size: Option<u64>,
    /// The duration in seconds.
    pub duration: Option<u64>,
    /// The media type; may carry `; codecs=opus`.
    pub sound_type: Option<MediaType>,
}

/// A video and its preview image.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Video {
    /// Link to the file.
    pub video_url: String,
    /// The file's id.
    #[serde(rename = "videoUUID")]
    pub video_uuid: Option<FileId>,
    /// The media type of the video.
    pub video_type: Option<MediaType>,
    /// The size of the video in bytes.
    pub video_size: Option<u64>,
    /// The duration in seconds.
    pub duration: Option<u64>,
    /// Link to the preview image.
    pub snapshot_path: Option<String>,
    /// The id of the preview image.
    #[serde(rename = "snapshotUUID")]
    pub snapshot_uuid: Option<FileId>,
    /// The size of the preview image in bytes.
    pub snapshot_size: Option<u64>,
    /// Link to the preview image: the link of the video with a query.
    pub snapshot_url: Option<String>,
    /// The width of the preview image in pixels.
    pub snapshot_width: Option<u32>,
    /// The height of the preview image in pixels.
    pub snapshot_height: Option<u32>,
    /// The media type of the preview image.
    pub snapshot_type: Option<MediaType>,
}

/// Any other file.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct File {
    /// Link to the file.
    pub source_url: String,
    /// Link to the file, repeated.
    pub file_path: Option<String>,
    /// The file's id.
    pub uuid: Option<FileId>,
    /// The file's name.
    pub file_name: Option<String>,
    /// The size in bytes.
    pub file_size: Option<u64>,
    /// The media type.
    pub file_type: Option<MediaType>,
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
    /// The number of the type, as written on the wire.
    pub fn type_code(&self) -> i64 {
        match self {
            Self::Text(_) => code::TEXT,
            Self::Image(_) => code::IMAGE,
            Self::Audio(_) => code::AUDIO,
            Self::Video(_) => code::VIDEO,
            Self::File(_) => code::FILE,
            Self::Custom(_) => code::CUSTOM,
            Self::Missing(code) => *code,
            Self::Unknown(code, _) => code.as_i64(),
        }
    }

    /// The name of the kind: `text`, `image`, `audio`, `video`, `file`, `custom`, `unknown`.
    pub fn kind(&self) -> &'static str {
        match self.type_code() {
            code::TEXT => "text",
            code::IMAGE => "image",
            code::AUDIO => "audio",
            code::VIDEO => "video",
            code::FILE => "file",
            code::CUSTOM => "custom",
            _ => "unknown",
        }
    }

    /// Returns the replacement for a missing content.
    pub(super) fn absent(type_code: i64) -> Self {
        match type_code {
            code::TEXT..=code::FILE => Self::Missing(type_code),
            code::CUSTOM => Self::Custom(RawJson::null()),
            other => Self::Unknown(UnknownCode::new(other), RawJson::null()),
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

/// Writes null for an absent content.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn without_content<S: Serializer>(_: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_unit()
}

/// Writes the content of an unknown type without its number, which is a member of the message.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn without_code<S: Serializer>(_: &UnknownCode, raw: &RawJson, serializer: S) -> Result<S::Ok, S::Error> {
    raw.serialize(serializer)
}
