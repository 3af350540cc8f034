//! Contacts from a customer's address book, with the fields of a vCard.

use incs_model_derive::{WireStruct, skip_serializing_none};
use serde::{Deserialize, Serialize};

use crate::party::Party;

/// Contacts from the customer's address book.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Contacts {
    /// The contacts.
    pub people: Vec<Person>,
}

/// A contact.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Person {
    /// The person's name, as one text.
    pub name: Option<String>,
    /// The parts of the name.
    pub name_parts: Option<NameParts>,
    /// The workplace.
    pub organization: Option<Organization>,
    /// `YYYY-MM-DD`, or as the provider writes it.
    pub birthday: Option<String>,
    /// The person's phone numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<Phone>,
    /// The person's e-mail addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<Email>,
    /// The person's postal addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<PostalAddress>,
    /// The person's web pages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<WebPage>,
    /// The whole entry as a vCard (RFC 6350).
    pub vcard: Option<String>,
}

/// The parts of a name.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct NameParts {
    /// The first name.
    pub first: Option<String>,
    /// The middle name.
    pub middle: Option<String>,
    /// The last name.
    pub last: Option<String>,
    /// A title before the name.
    pub prefix: Option<String>,
    /// An addition after the name.
    pub suffix: Option<String>,
}

/// A workplace.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Organization {
    /// The company.
    pub company: Option<String>,
    /// The department.
    pub department: Option<String>,
    /// The job title.
    pub title: Option<String>,
}

/// A phone number.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Phone {
    /// The number, as written in the address book.
    pub number: Option<String>,
    /// The WhatsApp account of the number.
    pub account: Option<Party>,
    /// `HOME`, `WORK`, `CELL`, ….
    pub kind: Option<String>,
}

/// An e-mail address.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Email {
    /// The address.
    pub address: Option<String>,
    /// `HOME`, `WORK`, ….
    pub kind: Option<String>,
}

/// A postal address.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PostalAddress {
    /// Street and number.
    pub street: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// The state.
    pub state: Option<String>,
    /// The postal code.
    pub zip: Option<String>,
    /// The country.
    pub country: Option<String>,
    /// The country code, two letters.
    pub country_code: Option<String>,
    /// `HOME`, `WORK`, ….
    pub kind: Option<String>,
}

/// A web page.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct WebPage {
    /// The link.
    pub url: Option<String>,
    /// `HOME`, `WORK`, ….
    pub kind: Option<String>,
}
