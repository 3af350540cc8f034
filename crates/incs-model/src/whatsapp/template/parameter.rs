//! The values of a template send.

use incs_model_derive::{ReadStruct, WireStruct, skip_serializing_none};
use serde::de::{Deserializer, MapAccess};
use serde::{Deserialize, Serialize};

use crate::json::{Key, RawJson, ReadMembers, from_object, once};
use crate::limits::{template as rules, whatsapp as limits};
use crate::number::TextOrNumber;
use crate::open::{Slot, from_contents, from_text, member_union};
use crate::schema_of::schema_of;
use crate::validate::{At, Measured, Validate, Violations};
use crate::whatsapp::media::{HeaderDocument, HeaderMedia};

/// One value for a template, with the name of its placeholder if the template has named ones.
///
/// ```
/// use incs_model::whatsapp::template::{Parameter, ParameterValue};
///
/// let first = Parameter::text("Ms Tan"); // fills {{1}}
/// let named = Parameter::named("customer", "Ms Tan"); // fills {{customer}}
/// assert_eq!(first.value, named.value);
/// assert!(matches!(&named.value, ParameterValue::Text(text) if text == "Ms Tan"));
/// ```
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, WireStruct)]
#[non_exhaustive]
pub struct Parameter {
    /// The value: `type`, and the member of that name.
    #[serde(flatten)]
    pub value: ParameterValue,
    /// The name of the placeholder: `customer` for `{{customer}}`. Absent if placeholders have numbers. (Meta's API.)
    pub parameter_name: Option<String>,
}

member_union! {
    /// The value of a parameter. `text`, `image` and `coupon_code` are sampled; the others come from Meta's API.
    pub enum ParameterValue by "type" {
        /// A text, for a header, a body or the end of a link.
        Text(String) = "text",
        /// An amount of money, for a body. (Meta's API.)
        Currency(Currency) = "currency",
        /// A point in time, for a body. (Meta's API.)
        DateTime(DateTime) = "date_time",
        /// An image, for a header.
        Image(HeaderMedia) = "image" as crate::whatsapp::media::schema::medium::<crate::whatsapp::Image>,
        /// A video, for a header. (Meta's API.)
        Video(HeaderMedia) = "video" as crate::whatsapp::media::schema::medium::<crate::whatsapp::Video>,
        /// A GIF, for a header: an MP4 file. (Meta's API.)
        Gif(HeaderMedia) = "gif" as crate::whatsapp::media::schema::medium::<crate::whatsapp::media::schema::Gif>,
        /// A document, for a header. (Meta's API.)
        Document(HeaderDocument) = "document" as crate::whatsapp::media::schema::medium::<crate::whatsapp::Document>,
        /// A location, for a header. (Meta's API.)
        Location(Location) = "location",
        /// A product of the catalog, for a header. (Meta's API.)
        Product(Product) = "product",
        /// The code that a button copies.
        CouponCode(String) = "coupon_code",
        /// The payload that a quick-reply button sends back. (Meta's API.)
        Payload(String) = "payload",
        /// The flow, products or order that a button opens. (Meta's API.)
        Action(Action) = "action",
        /// The end of an offer. (Meta's API.)
        LimitedTimeOffer(OfferEnd) = "limited_time_offer",
        /// The state of an order. (Meta's API.)
        OrderStatus(OrderUpdate) = "order_status",
        /// The number of minutes for which a call button works. (Meta's API.)
        TtlMinutes(u32) = "ttl_minutes",
        /// The link that a tap on the message opens. (Meta's API.)
        TapTarget(Vec<TapTarget>) = "tap_target_configuration",
    }
}

/// An amount of money, which the phone formats. (Meta's API.)
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Currency {
    /// The text that is shown if the phone cannot format it.
    pub fallback_value: String,
    /// The currency, like `USD` (ISO 4217).
    pub code: String,
    /// The amount multiplied by 1,000.
    pub amount_1000: i64,
}

/// A point in time. Meta's page has all members; the service shows only `fallback_value`. (Meta's API.)
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DateTime {
    /// The text that is shown.
    pub fallback_value: String,
    /// The day of the week, from 1 for Monday.
    pub day_of_week: Option<TextOrNumber>,
    /// The year.
    pub year: Option<TextOrNumber>,
    /// The month, from 1.
    pub month: Option<TextOrNumber>,
    /// The day of the month, from 1.
    pub day_of_month: Option<TextOrNumber>,
    /// The hour, 0 to 23.
    pub hour: Option<TextOrNumber>,
    /// The minute.
    pub minute: Option<TextOrNumber>,
    /// The calendar, like `GREGORIAN`.
    pub calendar: Option<String>,
}

/// A location. (Meta's API.)
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Location {
    /// The latitude in degrees; Meta has a sample with a string and one with a number.
    pub latitude: TextOrNumber,
    /// The longitude in degrees.
    pub longitude: TextOrNumber,
    /// The name of the location.
    pub name: Option<String>,
    /// The address.
    pub address: Option<String>,
}

/// A product of a catalog. (Meta's API.)
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Product {
    /// The business's id of the product in the catalog.
    pub product_retailer_id: String,
    /// The catalog.
    pub catalog_id: Option<String>,
}

/// The target of a button. The members in use depend on the kind of button. (Meta's API.)
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "TemplateAction"))]
#[non_exhaustive]
pub struct Action {
    /// For a flow: your own token for this use of it, which is returned with the answers.
    pub flow_token: Option<String>,
    /// For a flow: the data of its first screen.
    pub flow_action_data: Option<RawJson>,
    /// For a catalog or several products: the product whose image is shown.
    pub thumbnail_product_retailer_id: Option<String>,
    /// For several products: the sections of the list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<ProductSection>,
    /// For an order to pay. It has many members, so it is kept unchanged.
    pub order_details: Option<RawJson>,
}

/// A section of a list of products. (Meta's API.)
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ProductSection {
    /// The title.
    pub title: Option<String>,
    /// The products.
    pub product_items: Vec<Product>,
}

/// The end of an offer. (Meta's API.)
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct OfferEnd {
    /// Milliseconds since 1970.
    pub expiration_time_ms: u64,
}

/// The state of an order. (Meta's API.)
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct OrderUpdate {
    /// The id of the order in its details.
    pub reference_id: String,
    /// The state of the order.
    pub order: OrderState,
}

/// The state of an order. (Meta's API.)
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct OrderState {
    /// The status, like `shipped`. Its value is not checked.
    pub status: String,
    /// A description.
    pub description: Option<String>,
}

/// The link that a tap on the message opens. (Meta's API.)
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct TapTarget {
    /// A public http or https link.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::shape::link"))]
    pub url: String,
    /// The title that is shown in place of the link.
    pub title: String,
}

impl Parameter {
    /// Creates a text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::new(ParameterValue::Text(text.into()))
    }

    /// Creates a text for a named placeholder: `customer` for `{{customer}}`.
    pub fn named(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self::text(text).with_parameter_name(name)
    }

    /// Creates an image; a string is taken as its link.
    pub fn image(image: impl Into<HeaderMedia>) -> Self {
        Self::new(ParameterValue::Image(image.into()))
    }

    /// Creates a video; a string is taken as its link.
    pub fn video(video: impl Into<HeaderMedia>) -> Self {
        Self::new(ParameterValue::Video(video.into()))
    }

    /// Creates a moving picture; a string is taken as its link.
    pub fn gif(gif: impl Into<HeaderMedia>) -> Self {
        Self::new(ParameterValue::Gif(gif.into()))
    }

    /// Creates a document; a string is taken as its link.
    pub fn document(document: impl Into<HeaderDocument>) -> Self {
        Self::new(ParameterValue::Document(document.into()))
    }

    /// Creates a location from latitude and longitude in degrees.
    pub fn location(latitude: impl Into<TextOrNumber>, longitude: impl Into<TextOrNumber>) -> Self {
        Self::new(ParameterValue::Location(Location::new(latitude, longitude)))
    }

    /// Creates the code that a button copies.
    pub fn coupon_code(code: impl Into<String>) -> Self {
        Self::new(ParameterValue::CouponCode(code.into()))
    }

    /// Creates the payload that a quick-reply button sends back.
    pub fn payload(payload: impl Into<String>) -> Self {
        Self::new(ParameterValue::Payload(payload.into()))
    }
}

impl ParameterValue {
    /// The text that replaces a placeholder: the text itself, or the fallback of an amount or a time.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Currency(amount) => Some(&amount.fallback_value),
            Self::DateTime(time) => Some(&time.fallback_value),
            _ => None,
        }
    }
}

from_contents! {
    ParameterValue: Currency(Currency), DateTime(DateTime), Location(Location), Product(Product), Action(Action),
    LimitedTimeOffer(OfferEnd), OrderStatus(OrderUpdate)
}

/// Writes `From` for values, which become parameters without a name.
macro_rules! from_values {
    ($($value:ty),+ $(,)?) => {$(
        impl From<$value> for Parameter {
            fn from(value: $value) -> Self {
                Self::new(value)
            }
        }
    )+};
}

from_values!(ParameterValue, Currency, DateTime, Location, Product, Action, OfferEnd, OrderUpdate);
from_text!(Parameter: Parameter::text);

impl<'de> ReadMembers<'de> for Parameter {
    fn read_members<A: MapAccess<'de>>(mut members: A) -> Result<Self, A::Error> {
        let mut name = None;
        let mut slot = Slot::new();
        while let Some(Key(key)) = members.next_key()? {
            if key == "parameter_name" {
                once(&mut name, members.next_value()?, "parameter_name")?;
            } else {
                slot.take(&key, &mut members)?;
            }
        }
        Ok(Self { value: slot.finish()?, parameter_name: name.flatten() })
    }
}

impl<'de> Deserialize<'de> for Parameter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_object(deserializer)
    }
}

schema_of!(Parameter, generator => {
    use crate::schema::shape::{Shared, content, member_union};

    let name = content::<String>(generator);
    member_union::<ParameterValue>(generator, &Shared { members: vec![("parameter_name", name)], required: &[] })
});

/// The kinds of values that INCS has samples of.
const SAMPLED: [&str; 3] = ["text", "image", "coupon_code"];

impl Validate for Parameter {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        if let Some(name) = &self.parameter_name {
            found.meta_member(at, "parameter_name", true);
            found.not_empty(&at.key("parameter_name"), name);
        }
        self.value.check(at, found);
    }
}

impl Validate for ParameterValue {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        if let Self::Unknown(_) = self {
            return found.unknown_kind(at, "type");
        }
        let kind = self.kind();
        found.meta_kind(at, "type", kind, SAMPLED.contains(&kind));
        let here = at.key(kind);
        match self {
            Self::Text(text) => {
                found.not_empty(&here, text);
                check_spaces(&here, text, found);
            }
            Self::CouponCode(text) | Self::Payload(text) => found.not_empty(&here, text),
            Self::Currency(Currency { fallback_value: text, .. })
            | Self::DateTime(DateTime { fallback_value: text, .. }) => {
                check_spaces(&here.key("fallback_value"), text, found);
            }
            Self::Image(image) => image.check_in_template(&here, found, Some(&limits::IMAGE_KIND)),
            Self::Video(video) => video.check_in_template(&here, found, Some(&limits::VIDEO_KIND)),
            Self::Gif(gif) => gif.check_in_template(&here, found, None),
            Self::Document(document) => document.check_in_template(&here, found),
            Self::TapTarget(targets) => {
                for (index, target) in targets.iter().enumerate() {
                    found.link(&here.index(index).key("url"), &target.url);
                }
            }
            Self::Location(_)
            | Self::Product(_)
            | Self::Action(_)
            | Self::LimitedTimeOffer(_)
            | Self::OrderStatus(_)
            | Self::TtlMinutes(_)
            | Self::Unknown(_) => {}
        }
    }
}

/// Checks a text for spaces that Meta refuses with 132018. The payload of a button is not shown, so it is not checked.
fn check_spaces(at: &At<'_>, text: &str, found: &mut Violations) {
    let what = if text.contains(['\n', '\r']) {
        "a line break"
    } else if text.contains('\t') {
        "a tab"
    } else if text.contains("     ") {
        "five spaces in a row"
    } else {
        return;
    };
    found.add(at, &rules::WHATSAPP_PARAMETERS_WHITESPACE, Measured::Word(what.to_owned()));
}
