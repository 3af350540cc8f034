//! What the page of the schemas says of the corpus.

use super::sample::Sample;
use crate::markdown::table;

/// How many samples of each verdict a document has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in super::super) struct Count {
    /// Taken by the schema.
    taken: usize,
    /// Refused by the schema.
    refused: usize,
    /// Taken by the schema, but refused for a rule that it cannot say.
    beyond: usize,
    /// Refused by the schema, although the type reads it.
    stricter: usize,
}

impl Count {
    pub(super) fn of(samples: &[Sample]) -> Self {
        let count = |fits: bool, is_valid: Option<bool>| {
            let is_it = |sample: &&Sample| sample.fits() == fits && is_valid.is_none_or(|is| is == sample.is_valid());
            samples.iter().filter(is_it).count()
        };
        Self {
            taken: count(true, None),
            refused: count(false, None),
            beyond: count(true, Some(false)),
            stricter: count(false, Some(true)),
        }
    }
}

/// The section of the page: each file with its counts, and how it is used.
pub(in super::super) fn section(files: &[(&str, Count)]) -> String {
    let link = |file: &str| format!("[{}]({file})", file.trim_start_matches("corpus/"));
    let rows: Vec<_> = files
        .iter()
        .map(|(file, count)| {
            let counts = [count.taken, count.refused, count.beyond, count.stricter].map(|count| count.to_string());
            let [taken, refused, beyond, stricter] = counts;
            [link(file), taken, refused, beyond, stricter]
        })
        .collect();
    let heads = ["samples", "`schema`: true", "false", "only `valid` is false", "only `schema` is false"];
    format!(
        "{CORPUS}\n{}\n{JAVASCRIPT}\n```js\n{}```\n\n{PYTHON}\n```python\n{}```\n",
        table(heads, &rows),
        include_str!("../../../interop/page.mjs"),
        include_str!("../../../interop/page.py"),
    )
}

const CORPUS: &str = r"## Samples

For each schema there is a file of samples, `corpus/send/task.jsonl` for `send/task.json`, to test validators, generated types and programs of your own with. A line is one
sample, in JSON:

| member | what it says |
| --- | --- |
| `case` | which sample it was made of, cut down to what it needs, and what was done to it; unique in the file |
| `valid` | whether `incs-model` takes the instance: it can be read as its type, and when it is to be sent no rule is broken |
| `schema` | whether a validator must take the instance |
| `violations` | what `incs-model` finds, all of it: `pointer` and the `rule` of [the limits page](../limits.md); of an instance that cannot be read `pointer` and `reason`, one of `missing`, `type`, `form` |
| `errors` | one error that a validator must have among its own: `pointer` and `keyword`. Inside `oneOf` and `anyOf` it is that of an alternative |
| `instance` | the JSON itself |

The two verdicts differ where one side cannot know better. `valid` alone is false where a rule is one that JSON Schema cannot
say (`x-incs-rules`). `schema` alone is false where `incs-model` reads patiently and the contract is strict: a member of a request that INCS
does not know, which the types drop, `null` for a member that may be left out, a member with a default. What the platform
does with those is unknown; the schema is the safer word.

In what is received a value, a kind or a member that nobody has heard of is a sample that must be taken. `format` counts as a
rule, so switch it on in a validator that takes it for a remark.

Every required member, closed enum, bound, pattern and type of what is sent has a sample that breaks it, and every rule of the limits page
has one unless it needs a template, the clock or the file behind a link. `cargo xtask interop` holds two validators of other
languages against every sample.
";

const JAVASCRIPT: &str = "All of them with ajv 8 (`npm install ajv ajv-formats`):
";

const PYTHON: &str =
    "And in Python (`pip install jsonschema rfc3339-validator`), where `$` in a pattern has to be told that
it is the end; without that `\"85251230088\\n\"` passes for a number:
";
