//! Templates: the stock and those that were created.

pub(crate) mod rendered;
mod stock;

use std::collections::VecDeque;
use std::sync::Arc;

use incs_model::template::{rcs, whatsapp};
use incs_model::{Timestamp, UnixSeconds};
use schemars::JsonSchema;
use serde::Serialize;

use crate::channel::Channel;
use crate::config::Memory;
use crate::seed::{Purpose, Seed};

/// The ids of created templates count from here, in steps that leave room for chance. Those of RCS have 19 digits, those of
/// WhatsApp 16 (sampled).
const FIRST_RCS_ID: u64 = 2_217_695_120_200_000_000;
const FIRST_WHATSAPP_ID: u64 = 5_120_883_400_000_000;
const ID_STEP: u64 = 1_000_000;

/// The words of a review, the same on both channels. (Those of RCS other than `APPROVED` are inferred.)
pub(crate) const PENDING: &str = "PENDING";
pub(crate) const APPROVED: &str = "APPROVED";
pub(crate) const REJECTED: &str = "REJECTED";

/// Templates of both kinds. The stock stays; of those that were created the oldest goes when there are too many, or when they
/// weigh too much.
#[derive(Debug)]
pub(crate) struct Templates {
    /// Oldest first.
    entries: VecDeque<Entry>,
    /// Templates that there ever were.
    count: u64,
    memory: Memory,
}

/// One template, and what the sandbox knows about it besides.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Template")]
pub(crate) struct Entry {
    /// Its place in the order of creation; unique for the run.
    pub(crate) number: u64,
    pub(crate) channel: Channel,
    /// Whether it was there from the start.
    pub(crate) is_stock: bool,
    /// Why it was rejected; empty otherwise.
    pub(crate) reason: String,
    /// The template as the platform's routes give it.
    #[serde(rename = "template")]
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    pub(crate) definition: Definition,
    #[serde(skip)]
    weight: usize,
}

/// A template as the platform's routes give it.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub(crate) enum Definition {
    WhatsApp(Arc<whatsapp::Template>),
    Rcs(Arc<rcs::Template>),
}

impl Templates {
    /// The templates that the reference's samples name.
    pub(crate) fn stock(memory: Memory) -> Self {
        let mut templates = Self { entries: VecDeque::new(), count: 0, memory };
        for template in stock::whatsapp_templates() {
            templates.push(Definition::WhatsApp(template.into()), true, 0);
        }
        for template in stock::rcs_templates() {
            templates.push(Definition::Rcs(template.into()), true, 0);
        }
        templates
    }

    /// Adds a template that was created, whose body had so many bytes, and gives its number. The oldest go for it, if need be.
    pub(crate) fn add(&mut self, definition: Definition, bytes: usize) -> u64 {
        let number = self.push(definition, false, bytes + 512);
        while self.is_over() {
            let Some(oldest) = self.entries.iter().position(|entry| !entry.is_stock) else { break };
            self.entries.remove(oldest);
        }
        number
    }

    /// The id of the next template of a channel: digits that grow with each template.
    pub(crate) fn next_id(&self, channel: Channel, seed: Seed) -> String {
        let first = if channel == Channel::Rcs { FIRST_RCS_ID } else { FIRST_WHATSAPP_ID };
        let chance = seed.rng(Purpose::TemplateId, self.count).u64(..ID_STEP);
        first.saturating_add(self.count.saturating_mul(ID_STEP)).saturating_add(chance).to_string()
    }

    /// All of them, oldest first.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Entry> + ExactSizeIterator {
        self.entries.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn get(&self, number: u64) -> Option<&Entry> {
        let place = self.entries.binary_search_by_key(&number, |entry| entry.number).ok()?;
        self.entries.get(place)
    }

    pub(crate) fn get_mut(&mut self, number: u64) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.number == number)
    }

    /// The template of an id.
    pub(crate) fn find(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.definition.id() == id)
    }

    /// The template that a send of this name means: the newest that is approved, else the newest. What the platform takes
    /// when a name stands for several is **unknown**.
    pub(crate) fn named(&self, channel: Channel, name: &str) -> Option<&Entry> {
        let mut found =
            self.entries.iter().rev().filter(|entry| entry.channel == channel && entry.definition.name() == name);
        let newest = found.next()?;
        if newest.definition.status() == APPROVED {
            return Some(newest);
        }
        Some(found.find(|entry| entry.definition.status() == APPROVED).unwrap_or(newest))
    }

    /// Removes a template, and gives it.
    pub(crate) fn remove(&mut self, number: u64) -> Option<Entry> {
        let place = self.entries.iter().position(|entry| entry.number == number)?;
        self.entries.remove(place)
    }

    fn push(&mut self, definition: Definition, is_stock: bool, weight: usize) -> u64 {
        self.count += 1;
        let (number, channel) = (self.count, definition.channel());
        self.entries.push_back(Entry { number, channel, is_stock, reason: String::new(), definition, weight });
        number
    }

    fn is_over(&self) -> bool {
        let created = || self.entries.iter().filter(|entry| !entry.is_stock);
        let (count, weight) = created().fold((0, 0), |(count, weight), entry| (count + 1, weight + entry.weight));
        count > self.memory.templates.max(1) || (weight > self.memory.bytes && count > 1)
    }
}

impl Definition {
    pub(crate) fn channel(&self) -> Channel {
        match self {
            Self::WhatsApp(_) => Channel::WhatsApp,
            Self::Rcs(_) => Channel::Rcs,
        }
    }

    pub(crate) fn id(&self) -> &str {
        match self {
            Self::WhatsApp(template) => template.template_id.as_str(),
            Self::Rcs(template) => template.template_id.as_str(),
        }
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            Self::WhatsApp(template) => template.name.as_str(),
            Self::Rcs(template) => template.name.as_str(),
        }
    }

    pub(crate) fn status(&self) -> &str {
        match self {
            Self::WhatsApp(template) => template.status.as_str(),
            Self::Rcs(template) => template.status.as_str(),
        }
    }

    /// Moves it on in its review.
    pub(crate) fn set_status(&mut self, status: &str, now: Timestamp) {
        let now = UnixSeconds::from(now);
        match self {
            Self::WhatsApp(template) => {
                let template = Arc::make_mut(template);
                template.status = status.into();
                (template.updated_time, template.status_updated_time) = (now, now);
            }
            Self::Rcs(template) => {
                let template = Arc::make_mut(template);
                template.status = status.into();
                (template.updated_time, template.status_updated_time) = (now, now);
            }
        }
    }
}
