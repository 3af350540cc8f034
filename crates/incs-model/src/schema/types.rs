//! The types of all documents in other languages.

use std::collections::BTreeMap;

use serde_json::Value;

use super::document::{Document, catalogue};
use super::{declarations, pydantic, typescript};

/// A language for which the types of all documents can be printed, as one module.
///
/// The module has every type under the name that it has in the documents, with the same documentation. Types of sent values are strict,
/// and types of received values are open.
///
/// ```
/// use incs_model::schema::Language;
///
/// let module = Language::TypeScript.module();
/// assert!(module.contains("export type WhatsAppMessage ="));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Language {
    /// Declarations for TypeScript 5 and later, without code.
    TypeScript,
    /// Models for Python with pydantic 2.
    Python,
}

impl Language {
    /// All languages.
    pub const ALL: [Self; 2] = [Self::TypeScript, Self::Python];

    /// Returns the name of the language in lower case: `typescript`.
    pub fn name(self) -> &'static str {
        match self {
            Self::TypeScript => "typescript",
            Self::Python => "python",
        }
    }

    /// Returns the path of the module, relative to the folder of all documents: `types/incs.d.ts`.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::TypeScript => "types/incs.d.ts",
            Self::Python => "types/incs.py",
        }
    }

    /// Returns the title of the module.
    pub fn title(self) -> &'static str {
        match self {
            Self::TypeScript => "Types for TypeScript",
            Self::Python => "Models for Python (pydantic 2)",
        }
    }

    /// Returns the text of the module. It is built by each call.
    pub fn module(self) -> String {
        let mut schemas: BTreeMap<String, Value> = BTreeMap::new();
        let documents = catalogue();
        for document in &documents {
            let mut schema = document.to_value();
            if let Some(Value::Object(definitions)) = schema.as_object_mut().and_then(|root| root.remove("$defs")) {
                for (name, definition) in definitions {
                    schemas.entry(name).or_insert(definition);
                }
            }
            // A definition of this name is the same type, with a description of less use here.
            schemas.insert(document.type_name().to_owned(), schema);
        }
        let roots: Vec<_> = documents.iter().map(Document::type_name).collect();
        let declarations = declarations::read(&schemas);
        match self {
            Self::TypeScript => typescript::print(&declarations),
            Self::Python => pydantic::print(&declarations, &roots),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn declarations() -> Vec<declarations::Declaration> {
        let schemas = json!({
            "Message": {
                "description": "A message.",
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "type": { "const": "text" },
                    "from": { "type": "string", "maxLength": 5, "description": "The sender." },
                    "rows": { "type": "array", "items": { "$ref": "#/$defs/Row" }, "minItems": 1, "maxItems": 10 },
                    "link": { "type": "string", "pattern": "^a", "not": { "pattern": "b$" } },
                },
                "required": ["type", "rows"],
            },
            "Row": {
                "type": "object",
                "properties": {
                    "state": { "anyOf": [{ "enum": ["sent"] }, { "type": "string" }] },
                    "token": { "type": ["string", "null"], "writeOnly": true },
                    "x-y": {},
                },
            },
            "Event": {
                "anyOf": [{ "oneOf": [{ "$ref": "#/$defs/EventA" }, { "$ref": "#/$defs/EventB" }] }, { "$ref": "#/$defs/EventUnknown" }],
            },
            "EventA": { "type": "object", "properties": { "event": { "const": "a" } }, "required": ["event"] },
            "EventB": { "type": "object", "properties": { "event": { "const": "b" } }, "required": ["event"] },
            "EventUnknown": {
                "type": "object",
                "properties": { "event": { "type": "string", "not": { "enum": ["a", "b"] } } },
                "required": ["event"],
            },
        });
        declarations::read(&schemas.as_object().unwrap().clone().into_iter().collect())
    }

    #[test]
    fn typescript_is_printed() {
        let printed = typescript::print(&declarations());
        let expected = r#"
export type Event =
  | EventA
  | EventB
  | EventUnknown;

export interface EventA {
  event: "a";
}

export interface EventB {
  event: "b";
}

export interface EventUnknown {
  event: UnknownKind;
}

/** A message. */
export interface Message {
  type: "text";
  /** 1 to 10 elements. */
  rows: Row[];
  /** The sender. (At most 5 characters.) */
  from?: string;
  /** Pattern `^a`. */
  link?: string;
}

export interface Row {
  state?: "sent" | (string & {});
  token?: string | null;
  "x-y"?: unknown;
}
"#;
        assert!(printed.ends_with(expected), "{printed}");
    }

    #[test]
    fn pydantic_is_printed() {
        let printed = pydantic::print(&declarations(), &["Message", "Event"]);
        let expected = r#"

class EventA(ReceiveModel):
    event: Literal["a"]


class EventB(ReceiveModel):
    event: Literal["b"]


class EventUnknown(ReceiveModel):
    event: str


Event = Annotated[
    Union[
        Annotated[EventA, Tag("a")],
        Annotated[EventB, Tag("b")],
        Annotated[EventUnknown, Tag("unknown kind")],
    ],
    Discriminator(_by_kind("event", "a", "b", untagged=False)),
]


class Row(ReceiveModel):
    state: Optional[Union[Literal["sent"], str]] = None
    token: Annotated[Optional[str], Field(repr=False)] = None
    x_y: Annotated[Any, Field(alias="x-y")] = None


class Message(SendModel):
    """A message."""

    type: Literal["text"]
    rows: Annotated[list[Row], Field(min_length=1, max_length=10)]
    from_: Annotated[Maybe[Annotated[str, Field(max_length=5)]], Field(alias="from")] = None
    """The sender."""
    link: Maybe[Annotated[str, Field(pattern=r"^a"), _unlike(r"b$")]] = None


# A union is not a class, so it is validated by an adapter.

EventAdapter: TypeAdapter[Event] = TypeAdapter(Event)
"#;
        assert!(printed.ends_with(expected), "{printed}");
    }

    #[test]
    fn names_do_not_collide_with_those_of_the_modules() {
        for language in Language::ALL {
            let module = language.module();
            let starts = ["export type ", "export interface ", "declare enum ", "class "];
            let declared = |line: &str| {
                let name = starts
                    .iter()
                    .find_map(|start| line.strip_prefix(start))
                    .or_else(|| line.split_once(" = ").map(|(name, _)| name));
                let name = name?.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_').next()?;
                name.starts_with(|sign: char| sign.is_ascii_alphabetic()).then(|| name.to_owned())
            };
            let lines = module.lines().filter(|line| !line.starts_with(' '));
            let mut names: Vec<_> = lines.filter_map(declared).collect();
            let count = names.len();
            names.sort();
            names.dedup();
            assert!(count > 300 && names.len() == count, "{language:?}: {count} declarations, {} names", names.len());
        }
    }
}
