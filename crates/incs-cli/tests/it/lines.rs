//! Lines of `--json` against their schemas in `docs/schemas/cli`: those of the frozen files, and those of every run of the program in
//! these tests.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::support::{Ended, Folder, incs};

fn docs(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(path)
}

/// One alternative of a schema of lines.
struct Branch {
    /// Name of the schema, and of the alternative if there are several.
    name: String,
    schema: Value,
    validator: Validator,
    required: Vec<String>,
    properties: Map<String, Value>,
}

impl Branch {
    fn new(name: String, document: &Value, branch: &Value) -> Self {
        let mut schema = branch.clone();
        if let Some(definitions) = document.get("$defs") {
            schema["$defs"] = definitions.clone();
        }
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        let resolved = resolved(document, branch);
        let required = resolved["required"].as_array().unwrap();
        let required = required.iter().map(|name| name.as_str().unwrap().to_owned()).collect();
        let properties = resolved["properties"].as_object().unwrap().clone();
        Self { name, schema, validator, required, properties }
    }

    /// Reports whether a member may hold any value.
    fn is_open(&self, member: &str) -> bool {
        let property = &self.properties[member];
        let words = ["type", "$ref", "const", "enum", "oneOf", "allOf"];
        let is_choice = property["anyOf"].as_array().is_some_and(|choices| choices.iter().all(|one| one != &json!({})));
        !is_choice && words.iter().all(|word| property.get(word).is_none())
    }
}

/// Follows the reference of a schema.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    }
}

/// Returns the alternatives of a schema: the known kinds of an open union are a union inside it.
fn alternatives(schema: &Value) -> Vec<&Value> {
    let branches = ["oneOf", "anyOf"].into_iter().find_map(|keyword| schema[keyword].as_array());
    let Some(branches) = branches else { return vec![schema] };
    let each = branches.iter().flat_map(|one| if one["oneOf"].is_array() { alternatives(one) } else { vec![one] });
    each.collect()
}

/// The alternatives of every schema, by name of the schema.
static SCHEMAS: LazyLock<BTreeMap<String, Vec<Branch>>> = LazyLock::new(|| {
    let index: Value = serde_json::from_str(&fs::read_to_string(docs("schemas/cli/index.json")).unwrap()).unwrap();
    let schemas = index.as_array().unwrap().iter().map(|row| {
        let file = row["file"].as_str().unwrap();
        let document: Value = serde_json::from_str(&fs::read_to_string(docs("schemas").join(file)).unwrap()).unwrap();
        let name = file.trim_start_matches("cli/").trim_end_matches(".json");
        let branches: Vec<_> = match alternatives(&document).as_slice() {
            [only] => vec![(name.to_owned(), *only)],
            branches => {
                (0..).zip(branches).map(|(number, branch): (u32, _)| (format!("{name} {number}"), *branch)).collect()
            }
        };
        let branches = branches.into_iter().map(|(name, branch)| Branch::new(name, &document, branch)).collect();
        (name.to_owned(), branches)
    });
    schemas.collect()
});

/// The schemas of the lines of each command on standard output, from the table in `docs/cli.md`.
static COMMANDS: LazyLock<BTreeMap<String, Vec<&'static str>>> = LazyLock::new(|| {
    let page: &'static str = fs::read_to_string(docs("cli.md")).unwrap().leak();
    let table = page.split("| command | schemas |\n").nth(1).unwrap();
    let mut commands = BTreeMap::new();
    for row in table.lines().skip(1).take_while(|line| line.starts_with("| ")) {
        let (names, schemas) = row.trim_matches(['|', ' ']).split_once(" | ").unwrap();
        let words = |cell: &'static str| cell.split('`').skip(1).step_by(2);
        for name in words(names) {
            commands.insert(name.replace(' ', "-"), words(schemas).collect());
        }
    }
    assert!(!commands.is_empty());
    commands
});

/// The schema of errors and warnings, for standard error.
const ERRORS: &str = "error-line";

/// Returns the alternatives of these schemas that accept a line.
fn accepting<'a>(schemas: impl IntoIterator<Item = &'a str>, line: &Value) -> Vec<&'static Branch> {
    let branches = schemas.into_iter().flat_map(|schema| &SCHEMAS[schema]);
    branches.filter(|branch| branch.validator.is_valid(line)).collect()
}

/// Returns the schemas of a command and its name with dashes, from the arguments of a run.
fn command_of<'a>(words: impl IntoIterator<Item = &'a str>) -> Option<(String, &'static [&'static str])> {
    let mut words = words.into_iter().filter(|word| !word.starts_with('-'));
    let first = words.next()?.to_owned();
    let both = words.next().map(|second| format!("{first}-{second}"));
    [both, Some(first)].into_iter().flatten().find_map(|name| Some((name.clone(), COMMANDS.get(&name)?.as_slice())))
}

/// Asserts that every line of a run fits exactly one schema of its command.
pub(crate) fn assert_lines_fit(command: &Command, ended: &Ended) {
    let args: Vec<_> = command.get_args().filter_map(|arg| arg.to_str()).collect();
    let is_help = args.iter().any(|arg| ["--help", "-h", "--version", "-V", "help"].contains(arg));
    if is_help || !args.iter().take_while(|arg| **arg != "--").any(|arg| *arg == "--json") {
        return;
    }
    let (_, schemas) = command_of(args.iter().copied()).unwrap_or_default();
    for line in ended.stdout.lines() {
        let Ok(line) = serde_json::from_str::<Value>(line) else {
            // A webhook may hold a number that no `Value` can hold.
            assert!(serde_json::from_str::<&RawValue>(line).is_ok(), "{args:?}: {line}");
            continue;
        };
        let found: Vec<_> = accepting(schemas.iter().copied(), &line).into_iter().map(|branch| &branch.name).collect();
        assert_eq!(found.len(), 1, "{args:?}: {line} fits {found:?}");
    }
    for line in ended.stderr.lines() {
        // Notes are texts. Results that standard output did not take are on standard error.
        let Ok(line @ Value::Object(_)) = serde_json::from_str(line) else { continue };
        let is_diagnostic = ["error", "warning"].iter().any(|kind| line["type"] == *kind);
        let schemas = if is_diagnostic { &[ERRORS][..] } else { schemas };
        let found: Vec<_> = accepting(schemas.iter().copied(), &line).into_iter().map(|branch| &branch.name).collect();
        assert_eq!(found.len(), 1, "{args:?}: {line} fits {found:?}");
    }
}

/// A line of a frozen file.
struct Frozen {
    command: String,
    stream: &'static str,
    line: Value,
}

/// Returns all lines of the frozen files. Numbers that are replaced by a placeholder are numbers again.
fn frozen_lines() -> Vec<Frozen> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(docs("frozen/json")).unwrap() {
        let path = entry.unwrap().path();
        let command = path.file_stem().unwrap().to_str().unwrap().to_owned();
        for text in fs::read_to_string(&path).unwrap().lines() {
            let numbers = ["at_ms", "receipts", "ms", "bytes", "bytes_before", "bytes_after"];
            let numbers = numbers.into_iter().chain(["oldest_open_seconds", "oldest_queued_seconds", "seconds_after"]);
            let text = numbers.fold(text.to_owned(), |text, name| text.replace(&format!("\"<{name}>\""), "7"));
            let row: Value = serde_json::from_str(&text).unwrap();
            for stream in ["stdout", "stderr"] {
                if let Some(line) = row.get(stream).filter(|line| line.is_object()) {
                    lines.push(Frozen { command: command.clone(), stream, line: line.clone() });
                }
            }
        }
    }
    lines
}

/// Returns the only alternative that accepts a frozen line.
fn branch_of(Frozen { command, stream, line }: &Frozen) -> &'static Branch {
    let schemas = if *stream == "stderr" { &[ERRORS][..] } else { &COMMANDS[command] };
    let found = accepting(schemas.iter().copied(), line);
    let names: Vec<_> = found.iter().map(|branch| &branch.name).collect();
    assert_eq!(found.len(), 1, "{command}: {line} fits {names:?}");
    found[0]
}

/// With `UPDATE_FROZEN=1` the files are written.
#[test]
fn committed_line_schemas_are_current() {
    let folder = Folder::new();
    // Not by `run`, which reads the files that may be out of date.
    assert!(incs(&["schema", "export", folder.to_str().unwrap()]).output().unwrap().status.success());
    let committed = docs("schemas/cli");
    let files = |folder: &Path| -> BTreeMap<_, _> {
        let paths = fs::read_dir(folder).map(|entries| entries.map(|entry| entry.unwrap().path()).collect());
        let paths: Vec<_> = paths.unwrap_or_default();
        paths
            .into_iter()
            .map(|path| (path.file_name().unwrap().to_owned(), fs::read_to_string(&path).unwrap()))
            .collect()
    };
    let (exported, found) = (files(&folder.join("cli")), files(&committed));
    if env::var_os("UPDATE_FROZEN").is_some_and(|value| value == "1") {
        for name in found.keys() {
            fs::remove_file(committed.join(name)).unwrap();
        }
        fs::create_dir_all(&committed).unwrap();
        for (name, text) in &exported {
            fs::write(committed.join(name), text).unwrap();
        }
        return;
    }
    let drifted = exported.iter().filter(|(name, text)| found.get(*name) != Some(*text)).map(|(name, _)| name);
    let drifted: Vec<_> = drifted.chain(found.keys().filter(|name| !exported.contains_key(*name))).collect();
    assert!(drifted.is_empty(), "`cargo xtask schema` writes {drifted:?}");
}

#[test]
fn each_frozen_line_fits_one_schema() {
    let lines = frozen_lines();
    let seen: BTreeSet<_> = lines.iter().map(|line| &branch_of(line).name).collect();
    let all: BTreeSet<_> = SCHEMAS.values().flatten().map(|branch| &branch.name).collect();
    // What other tests print: the warning of a listener on a full disk, a delivery with more items than are shown, the OpenAPI document,
    // a module of types, and further kinds of RCS templates.
    let elsewhere = [
        "error-line 1",
        "listen-line 2",
        "schema-text-line 1",
        "schema-text-line 2",
        "rcs-template-line 0",
        "rcs-template-line 3",
    ];
    let unseen: Vec<_> = all.difference(&seen).filter(|name| !elsewhere.contains(&name.as_str())).collect();
    assert!(unseen.is_empty(), "no frozen line of {unseen:?}");
    let commands: BTreeSet<_> = lines.iter().map(|line| line.command.as_str()).collect();
    assert!(COMMANDS.keys().map(String::as_str).eq(commands), "{:?}", COMMANDS.keys());
}

#[test]
fn schema_refuses_a_missing_or_wrong_member() {
    let (mut removed, mut changed) = (BTreeSet::new(), BTreeSet::new());
    for frozen in frozen_lines() {
        let branch = branch_of(&frozen);
        let members = frozen.line.as_object().unwrap();
        for name in &branch.required {
            let mut less = members.clone();
            assert!(less.remove(name).is_some(), "{}: {name}", branch.name);
            assert!(!branch.validator.is_valid(&less.into()), "{} without {name}", branch.name);
            removed.insert(&branch.name);
        }
        for (name, value) in members {
            let Some(_) = branch.properties.get(name).filter(|_| !branch.is_open(name)) else { continue };
            let mut other = members.clone();
            let wrong = if value.is_object() { json!(7) } else { json!({ "wrong": [] }) };
            other.insert(name.clone(), wrong);
            assert!(!branch.validator.is_valid(&other.into()), "{} with another {name}", branch.name);
            changed.insert((&branch.name, name.clone()));
        }
    }
    let names: BTreeSet<_> = changed.iter().map(|(branch, _)| *branch).collect();
    assert_eq!(removed, names);
    assert!(removed.len() > 30 && changed.len() > 100, "{} {}", removed.len(), changed.len());
}

/// Generators of types read neither booleans as schemas nor enums of several types.
#[test]
fn schemas_have_the_shapes_that_generators_read() {
    fn walk(name: &str, schema: &Value) {
        let Some(object) = schema.as_object() else { panic!("{name}: {schema}") };
        for (keyword, value) in object {
            match keyword.as_str() {
                "properties" | "$defs" => value.as_object().unwrap().values().for_each(|schema| walk(name, schema)),
                "oneOf" | "anyOf" | "allOf" => value.as_array().unwrap().iter().for_each(|schema| walk(name, schema)),
                "items" | "additionalProperties" | "not" => walk(name, value),
                "enum" => {
                    let values = value.as_array().unwrap();
                    let is_one_type = values.iter().all(Value::is_string) || values.iter().all(Value::is_i64);
                    assert!(is_one_type, "{name}: {value}");
                }
                _ => {}
            }
        }
    }
    for branch in SCHEMAS.values().flatten() {
        walk(&branch.name, &branch.schema);
        // The kinds of the platform's own objects are open.
        let is_own = !branch.name.starts_with("rcs-template-line");
        let tag = if branch.name.starts_with("status-line") { "result" } else { "type" };
        if let Some(tag) = branch.properties.get(tag).filter(|_| is_own && branch.name.contains(' ')) {
            assert!(tag["const"].is_string(), "{}: {tag}", branch.name);
        }
    }
}
