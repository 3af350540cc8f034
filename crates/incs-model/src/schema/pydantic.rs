//! Models of pydantic.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

use super::declarations::{Branch, Declaration, Doc, Either, Member, Object, Shape, Sign, Text, Type, Union};
use super::prose;

const HEAD: &str = include_str!("pydantic_head.py");

/// Names that a member of a model cannot have: words of the language, attributes of a model, and types that the module uses.
const RESERVED: &str = "False None True and as assert async await break class continue def del elif else except finally for from global \
    if import in is lambda nonlocal not or pass raise return try while with yield \
    construct copy dict from_orm json parse_file parse_obj parse_raw schema schema_json update_forward_refs validate to_json \
    bool float int list str Any Annotated Discriminator Field Literal Maybe Optional Tag Union";

/// The label of a branch whose kind is not known.
const UNKNOWN_KIND: &str = "unknown kind";

/// The label of a branch without a tag.
const NO_KIND: &str = "no kind";

/// Prints the declarations as one module. Each one follows those that it needs.
pub(super) fn print(declarations: &[Declaration], roots: &[&str]) -> String {
    let by_name: BTreeMap<&str, &Declaration> = declarations.iter().map(|of| (of.name.as_str(), of)).collect();
    let mut printer =
        Printer { by_name: &by_name, seen: BTreeSet::new(), patterns: patterns(declarations), out: String::new() };
    for declaration in declarations {
        printer.declare(declaration);
    }
    let mut out = HEAD.to_owned();
    for (pattern, name) in &printer.patterns {
        let _ = writeln!(out, "{name} = {}", text_literal(pattern));
    }
    out.push_str(&printer.out);
    out.push_str("\n\n# A union is not a class, so it is validated by an adapter.\n\n");
    for name in roots {
        if by_name.get(name).is_some_and(|of| matches!(of.shape, Shape::Alias(_))) {
            let _ = writeln!(out, "{name}Adapter: TypeAdapter[{name}] = TypeAdapter({name})");
        }
    }
    out
}

/// Returns names for the long patterns.
fn patterns(declarations: &[Declaration]) -> BTreeMap<String, String> {
    fn collect(ty: &Type, into: &mut BTreeSet<String>) {
        match ty {
            Type::Text(Text { pattern, not_pattern, .. }) => {
                into.extend([pattern, not_pattern].into_iter().flatten().filter(|pattern| pattern.len() > 60).cloned());
            }
            Type::Array { items: ty, .. } | Type::Map(ty) | Type::Nullable(ty) => collect(ty, into),
            Type::AnyOf(types) => types.iter().for_each(|ty| collect(ty, into)),
            Type::Union(union) => union.branches.iter().for_each(|branch| collect(&branch.ty, into)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    for declaration in declarations {
        match &declaration.shape {
            Shape::Object(object) => object.members.iter().for_each(|member| collect(&member.ty, &mut found)),
            Shape::Alias(ty) => collect(ty, &mut found),
        }
    }
    found.into_iter().enumerate().map(|(at, pattern)| (pattern, format!("_PATTERN_{}", at + 1))).collect()
}

struct Printer<'a> {
    by_name: &'a BTreeMap<&'a str, &'a Declaration>,
    seen: BTreeSet<&'a str>,
    patterns: BTreeMap<String, String>,
    out: String,
}

impl<'a> Printer<'a> {
    fn declare(&mut self, declaration: &'a Declaration) {
        if !self.seen.insert(&declaration.name) {
            return;
        }
        let types: Vec<&'a Type> = match &declaration.shape {
            Shape::Object(object) => object.members.iter().map(|member| &member.ty).collect(),
            Shape::Alias(ty) => vec![ty],
        };
        for ty in types {
            self.declare_needed(ty);
        }
        match &declaration.shape {
            Shape::Object(object) => self.class(declaration, object),
            Shape::Alias(ty) => self.alias(declaration, ty),
        }
    }

    fn declare_needed(&mut self, ty: &'a Type) {
        match ty {
            Type::Reference(name) => {
                if let Some(declaration) = self.by_name.get(name.as_str()) {
                    self.declare(declaration);
                }
            }
            Type::Array { items: ty, .. } | Type::Map(ty) | Type::Nullable(ty) => self.declare_needed(ty),
            Type::AnyOf(types) => types.iter().for_each(|ty| self.declare_needed(ty)),
            Type::Union(union) => union.branches.iter().for_each(|branch| self.declare_needed(&branch.ty)),
            _ => {}
        }
    }

    fn class(&mut self, declaration: &Declaration, object: &Object) {
        let base = if object.is_closed { "SendModel" } else { "ReceiveModel" };
        let _ = writeln!(self.out, "\n\nclass {}({base}):", declaration.name);
        let body_start = self.out.len();
        docstring(&mut self.out, "    ", &declaration.doc);
        if self.out.len() > body_start {
            self.out.push('\n');
        }
        for member in &object.members {
            let line = self.member(member, object.is_closed);
            self.out.push_str(&line);
            docstring(&mut self.out, "    ", &member.doc);
        }
        if let Some(Either { one, other }) = &object.either {
            let tuple = |names: &[String]| {
                let names: Vec<_> = names.iter().map(|name| format!("\"{name}\",")).collect();
                format!("({})", names.join(" "))
            };
            let _ = writeln!(self.out, "\n    _either = _either({}, {})", tuple(one), tuple(other));
        }
    }

    fn member(&self, member: &Member, is_closed: bool) -> String {
        let name = &member.name;
        let is_reserved = RESERVED.split_ascii_whitespace().any(|word| word == name);
        let mut field: String =
            name.chars().map(|sign| if sign.is_ascii_alphanumeric() { sign } else { '_' }).collect();
        if is_reserved {
            field.push('_');
        }
        let mut fields = Vec::new();
        if field != *name {
            fields.push(format!("alias=\"{name}\""));
        }
        if member.is_secret {
            fields.push("repr=False".to_owned());
        }
        let ty = self.type_of(&member.ty);
        let ty = match (member.is_required, is_closed, &member.ty) {
            (true, ..) | (false, false, Type::Nullable(_) | Type::Anything) => ty,
            (false, true, _) => format!("Maybe[{ty}]"),
            (false, false, _) => format!("Optional[{ty}]"),
        };
        let ty = if fields.is_empty() { ty } else { format!("Annotated[{ty}, Field({})]", fields.join(", ")) };
        format!("    {field}: {ty}{}\n", if member.is_required { "" } else { " = None" })
    }

    fn alias(&mut self, declaration: &Declaration, ty: &Type) {
        let printed = self.type_of(ty);
        let _ = writeln!(self.out, "\n\n{} = {printed}", declaration.name);
        docstring(&mut self.out, "", &declaration.doc);
    }

    fn type_of(&self, ty: &Type) -> String {
        match ty {
            Type::Reference(name) => name.clone(),
            Type::Text(text) => self.text(text),
            Type::Integer { minimum, maximum } => number("int", minimum.as_ref(), maximum.as_ref()),
            Type::Number { minimum, maximum } => number("float", minimum.as_ref(), maximum.as_ref()),
            Type::Boolean => "bool".to_owned(),
            Type::Anything => "Any".to_owned(),
            Type::OtherText => "str".to_owned(),
            Type::OtherNumber => "int".to_owned(),
            Type::Literal(values) => {
                format!("Literal[{}]", values.iter().map(literal).collect::<Vec<_>>().join(", "))
            }
            Type::Array { items, minimum, maximum } => {
                let items = format!("list[{}]", self.type_of(items));
                limited(&items, &[("min_length", minimum.as_ref()), ("max_length", maximum.as_ref())])
            }
            Type::Map(values) => format!("dict[str, {}]", self.type_of(values)),
            Type::AnyOf(types) => {
                format!("Union[{}]", types.iter().map(|ty| self.type_of(ty)).collect::<Vec<_>>().join(", "))
            }
            Type::Nullable(ty) => format!("Optional[{}]", self.type_of(ty)),
            Type::Union(union) => self.union(union),
        }
    }

    fn text(&self, text: &Text) -> String {
        let mut fields = Vec::new();
        fields.extend(text.minimum.map(|count| format!("min_length={count}")));
        fields.extend(text.maximum.map(|count| format!("max_length={count}")));
        fields.extend(text.pattern.as_deref().map(|pattern| format!("pattern={}", self.pattern(pattern))));
        let mut parts = vec!["str".to_owned()];
        if !fields.is_empty() {
            parts.push(format!("Field({})", fields.join(", ")));
        }
        parts.extend(text.not_pattern.as_deref().map(|pattern| format!("_unlike({})", self.pattern(pattern))));
        if parts.len() == 1 { parts.remove(0) } else { format!("Annotated[{}]", parts.join(", ")) }
    }

    fn pattern(&self, pattern: &str) -> String {
        self.patterns.get(pattern).cloned().unwrap_or_else(|| text_literal(pattern))
    }

    fn union(&self, union: &Union) -> String {
        let types = |types: &[Branch]| types.iter().map(|branch| self.type_of(&branch.ty)).collect::<Vec<_>>();
        let signs: Vec<_> = union.branches.iter().map(|branch| &branch.sign).collect();
        if signs.contains(&&Sign::Otherwise) {
            // Any object is valid, so the first branch that fits is taken.
            return format!(
                "Annotated[Union[{}], Field(union_mode=\"left_to_right\"), BeforeValidator(_object)]",
                types(&union.branches).join(", ")
            );
        }
        if let Some(tag) = &union.tag {
            let is_closed =
                signs.iter().all(|sign| matches!(sign, Sign::Kind(kinds) if kinds.iter().all(Value::is_string)));
            if is_closed {
                return format!(
                    "Annotated[\n    Union[\n        {},\n    ],\n    Field(discriminator=\"{tag}\"),\n]",
                    types(&union.branches).join(",\n        ")
                );
            }
        }
        let mut known = Vec::new();
        let mut labelled = Vec::new();
        for branch in &union.branches {
            let ty = self.type_of(&branch.ty);
            let label = match (&branch.sign, &branch.ty) {
                (Sign::Kind(kinds), _) => {
                    known.extend(kinds.iter().map(literal));
                    labelled.extend(kinds.iter().map(|kind| (ty.clone(), label(kind))));
                    continue;
                }
                (Sign::UnknownKind, _) => UNKNOWN_KIND.to_owned(),
                (Sign::NoTag, _) => NO_KIND.to_owned(),
                (Sign::NotAnObject, _) => "value".to_owned(),
                (_, Type::Reference(name)) => name.clone(),
                _ => "object".to_owned(),
            };
            if let Sign::Members(members) = &branch.sign {
                let members = members.iter().map(|(name, values)| {
                    let values: Vec<_> = values.iter().map(|value| literal(value) + ",").collect();
                    format!("\"{name}\": ({})", values.join(" "))
                });
                known.push(format!("{label}={{{}}}", members.collect::<Vec<_>>().join(", ")));
            }
            labelled.push((ty, label));
        }
        let mut by_label: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut order = Vec::new();
        for (ty, label) in labelled {
            if !order.contains(&label) {
                order.push(label.clone());
            }
            by_label.entry(label).or_default().push(ty);
        }
        let branches = order.iter().map(|label| {
            let types = by_label.get(label).map(Vec::as_slice).unwrap_or_default();
            let ty = if let [only] = types { only.clone() } else { format!("Union[{}]", types.join(", ")) };
            format!("Annotated[{ty}, Tag(\"{label}\")]")
        });
        let branches: Vec<_> = branches.collect();
        let choose = match &union.tag {
            Some(tag) => format!(
                "_by_kind(\"{tag}\", {}, untagged={})",
                known.join(", "),
                if signs.contains(&&Sign::NoTag) { "True" } else { "False" }
            ),
            None => format!("_by_members({})", known.join(", ")),
        };
        format!(
            "Annotated[\n    Union[\n        {},\n    ],\n    Discriminator({choose}),\n]",
            branches.join(",\n        ")
        )
    }
}

fn number<N: ToString>(name: &str, minimum: Option<&N>, maximum: Option<&N>) -> String {
    limited(name, &[("ge", minimum), ("le", maximum)])
}

/// Returns a type with those limits that there are.
fn limited<N: ToString>(ty: &str, limits: &[(&str, Option<&N>)]) -> String {
    let limits: Vec<_> =
        limits.iter().filter_map(|(name, limit)| Some(format!("{name}={}", (*limit)?.to_string()))).collect();
    if limits.is_empty() { ty.to_owned() } else { format!("Annotated[{ty}, Field({})]", limits.join(", ")) }
}

fn label(kind: &Value) -> String {
    kind.as_str().map_or_else(|| kind.to_string(), str::to_owned)
}

fn literal(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        value => value.to_string(),
    }
}

/// Returns a text as a literal without escapes, if it can be one.
fn text_literal(text: &str) -> String {
    if text.contains('"') || text.ends_with('\\') || text.chars().any(char::is_control) {
        Value::from(text).to_string()
    } else {
        format!("r\"{text}\"")
    }
}

fn docstring(out: &mut String, indent: &str, doc: &Doc) {
    let mut paragraphs: Vec<String> = Vec::new();
    if !doc.text.trim().is_empty() {
        paragraphs.push(doc.text.trim().to_owned());
    }
    paragraphs.extend(prose::rules(doc));
    let lines: Vec<_> = prose::lines(&paragraphs, indent.len() + 3)
        .into_iter()
        .map(|line| line.replace('\\', "\\\\").replace("\"\"\"", "\\\"\\\"\\\""))
        .collect();
    match lines.as_slice() {
        [] => {}
        [only] if !only.ends_with('"') => {
            let _ = writeln!(out, "{indent}\"\"\"{only}\"\"\"");
        }
        [first, others @ ..] => {
            let _ = writeln!(out, "{indent}\"\"\"{first}");
            for line in others {
                let _ = writeln!(out, "{}", format!("{indent}{line}").trim_end());
            }
            let _ = writeln!(out, "{indent}\"\"\"");
        }
    }
}
