//! The corpus: valid and invalid samples of every document, with the expected verdict on each.

mod by_hand;
mod change;
mod coverage;
mod document;
mod judge;
mod made;
mod prune;
mod sample;
mod seeds;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use incs_model::Pointer;
use incs_model::schema::Contract;
use serde_json::Value;

use self::change::{Change, Variant};
use self::coverage::Coverage;
use self::document::{Document, Site};
use self::judge::Root;
use self::sample::{Sample, SchemaError};
use self::seeds::Seed;
use crate::schemas::Entry;

/// Escapes a name for a JSON pointer.
fn escaped(name: &str) -> String {
    Pointer::new([name]).as_str().trim_start_matches('/').to_owned()
}

/// The number of samples of each verdict in a document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Count {
    /// Accepted by the schema.
    pub(super) taken: usize,
    /// Refused by the schema.
    pub(super) refused: usize,
    /// Accepted by the schema, but refused for a rule that it cannot express.
    pub(super) beyond: usize,
    /// Refused by the schema, although the type accepts it.
    pub(super) stricter: usize,
}

/// The samples of one document.
pub(super) struct Corpus {
    /// Relative to the folder of all schemas: `corpus/send/whatsapp-message.jsonl`.
    pub(super) file: String,
    samples: Vec<Sample>,
}

/// Makes the samples of every document, and fails if there are too few.
pub(super) fn of(entries: &[Entry], root: &Path) -> Result<Vec<Corpus>> {
    let mut coverage = Coverage::default();
    let mut all = Vec::new();
    for entry in entries {
        let corpus = Corpus::of(entry, root, &mut coverage).with_context(|| entry.file.clone())?;
        all.push(corpus);
    }
    coverage.check()?;
    Ok(all)
}

impl Corpus {
    fn of(entry: &Entry, root: &Path, coverage: &mut Coverage) -> Result<Self> {
        let document = Document::new(&entry.schema)?;
        let judge = judge::root(&entry.file)?;
        let mut maker = Maker { document: &document, root: judge, samples: Vec::new(), seen: BTreeSet::new() };
        let mut seeds = seeds::of(&entry.file, judge, root)?;
        made::complete(&document, judge, &mut seeds)?;
        for seed in &seeds {
            maker.seed(seed)?;
        }
        // The shortest sample that shows a keyword is the easiest to read.
        seeds.sort_by_key(|seed| seed.instance.to_string().len());
        for seed in &seeds {
            maker.changed(seed, entry.contract)?;
        }
        for case in by_hand::cases(&entry.file) {
            maker.by_hand(&case, &seeds)?;
        }
        coverage.see(entry, &document, &maker.samples)?;
        let file = format!("corpus/{}l", entry.file);
        Ok(Self { file, samples: maker.samples })
    }

    /// A file without samples.
    pub(super) fn empty(file: String) -> Self {
        Self { file, samples: Vec::new() }
    }

    /// Returns the file: a line for each sample.
    pub(super) fn to_text(&self) -> String {
        self.samples.iter().map(|sample| sample.to_line() + "\n").collect()
    }

    /// Returns the number of samples of each verdict.
    pub(super) fn count(&self) -> Count {
        let count = |fits: bool, is_valid: Option<bool>| {
            let is_it = |sample: &&Sample| sample.fits() == fits && is_valid.is_none_or(|is| is == sample.is_valid());
            self.samples.iter().filter(is_it).count()
        };
        Count {
            taken: count(true, None),
            refused: count(false, None),
            beyond: count(true, Some(false)),
            stricter: count(false, Some(true)),
        }
    }
}

/// Collects the samples of one document.
struct Maker<'a> {
    document: &'a Document,
    root: &'a Root,
    samples: Vec<Sample>,
    /// The changes that were tried: the place of the keyword, and the change.
    seen: BTreeSet<(String, Variant)>,
}

impl Maker<'_> {
    fn seed(&mut self, seed: &Seed) -> Result<()> {
        let sample = self.sample(seed.name.clone(), seed.instance.clone(), None);
        ensure!(sample.is_valid() && sample.fits(), "{} is refused: {}", seed.name, sample.to_line());
        self.add(sample, None);
        Ok(())
    }

    /// Makes every change of a seed that no shorter seed has shown.
    fn changed(&mut self, seed: &Seed, contract: Contract) -> Result<()> {
        let mut pruned = BTreeMap::new();
        for site in self.document.sites(&seed.instance)? {
            let is_new = |change: &Change| !self.seen.contains(&(site.place.clone(), change.variant.clone()));
            if !change::all(&site, &seed.instance, contract).iter().any(is_new) {
                continue;
            }
            let instance = pruned
                .entry(site.pointer.clone())
                .or_insert_with(|| prune::to(&site.pointer, &seed.instance, self.document, self.root));
            let is_there = |other: &Site<'_>| (&other.place, &other.pointer) == (&site.place, &site.pointer);
            let is_whole = !self.document.sites(instance)?.iter().any(is_there);
            let instance = if is_whole { &seed.instance } else { &*instance };
            for change in change::all(&site, instance, contract) {
                let target = (site.place.clone(), change.variant.clone());
                if !self.seen.contains(&target) && self.change(seed, &change, &target) {
                    self.seen.insert(target);
                }
            }
        }
        Ok(())
    }

    /// Adds the changed instance if it shows the intended keyword; returns true if it does.
    fn change(&mut self, seed: &Seed, change: &Change, target: &(String, Variant)) -> bool {
        let case = format!("{}: {}", seed.name, change.words);
        let claim = change.refused.then(|| SchemaError::new(&change.pointer, change.variant.keyword));
        let sample = self.sample(case, change.instance.clone(), claim.clone());
        let shown = match &claim {
            Some(claim) => sample.errors.contains(claim),
            None => sample.fits() && sample.is_valid(),
        };
        if shown {
            self.add(sample, Some(target.clone()));
        }
        shown
    }

    fn by_hand(&mut self, case: &by_hand::Case, seeds: &[Seed]) -> Result<()> {
        let seed = seeds.iter().find(|seed| seed.name == case.seed);
        let seed = seed.with_context(|| format!("{}: no sample {}", case.words, case.seed))?;
        let mut instance = seed.instance.clone();
        for (pointer, value) in &case.changes {
            change::put(&mut instance, pointer, value.clone())
                .with_context(|| format!("{}: no place {pointer}", case.words))?;
        }
        let claim = case.keyword.map(|(pointer, keyword)| SchemaError::new(pointer, keyword));
        let sample = self.sample(format!("{}: {}", case.seed, case.words), instance, claim);
        if let Some(rule) = case.rule
            && !sample.violations.iter().any(|violation| violation.rule == Some(rule))
        {
            bail!("{} does not break {rule}", sample.case);
        }
        ensure!(sample.fits() == case.keyword.is_none(), "the schema says otherwise of {}", sample.case);
        self.add(sample, None);
        Ok(())
    }

    fn sample(&self, case: String, instance: Value, claim: Option<SchemaError>) -> Sample {
        let violations = (self.root.judge)(instance.to_string().as_bytes());
        let errors = self.document.errors(&instance, claim);
        Sample { case, violations, errors, instance, shows: Vec::new() }
    }

    fn add(&mut self, sample: Sample, target: Option<(String, Variant)>) {
        let twin = self.samples.iter_mut().find(|other| other.instance == sample.instance);
        match twin {
            Some(twin) => twin.shows.extend(target),
            None => self.samples.push(Sample { shows: target.into_iter().collect(), ..sample }),
        }
    }
}

/// Checks the committed files, since other teams use those.
#[test]
fn types_and_schemas_agree_with_samples() {
    for known in incs_model::schema::catalogue() {
        let file = known.file_name();
        let document = Document::new(&known.to_value()).unwrap();
        let path = crate::frozen::root().join("docs/schemas/corpus").join(format!("{file}l"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(!text.is_empty(), "{file}");
        for line in text.lines() {
            let sample: Value = serde_json::from_str(line).unwrap();
            let (instance, case) = (&sample["instance"], &sample["case"]);
            assert_eq!(document.takes(instance), sample["schema"], "{file}: {case}");
            let found = (judge::root(&file).unwrap().judge)(instance.to_string().as_bytes());
            assert_eq!(found.is_empty(), sample["valid"], "{file}: {case}");
            let rules: Vec<_> = found.iter().map(|violation| (violation.pointer.as_str(), violation.rule)).collect();
            let listed = sample["violations"].as_array().unwrap();
            let listed: Vec<_> =
                listed.iter().map(|one| (one["pointer"].as_str().unwrap(), one["rule"].as_str())).collect();
            assert_eq!(rules, listed, "{file}: {case}");
        }
    }
}
