//! Templates: the stock and the created ones.

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

/// The first ids of created templates; each further id adds a step and a random part. RCS ids have 19 digits, WhatsApp ids 16
/// (sampled).
const FIRST_RCS_ID: u64 = 2_217_695_120_200_000_000;
const FIRST_WHATSAPP_ID: u64 = 5_120_883_400_000_000;
const ID_STEP: u64 = 1_000_000;

/// The review statuses of both channels. For RCS all but `APPROVED` are inferred.
pub(crate) const PENDING: &str = "PENDING";
pub(crate) const APPROVED: &str = "APPROVED";
pub(crate) const REJECTED: &str = "REJECTED";

/// Templates of both kinds. The stock stays; the oldest created template is dropped when there are too many, or when they weigh
/// too much.
#[derive(Debug)]
pub(crate) struct Templates {
    /// Oldest first.
    entries: VecDeque<TemplateRecord>,
    /// The number of templates so far.
    count: u64,
    memory: Memory,
}

/// One template with the sandbox's own data about it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Template")]
pub(crate) struct TemplateRecord {
    /// The number in the order of creation; unique for the run.
    pub(crate) number: u64,
    pub(crate) channel: Channel,
    /// True for a template of the stock.
    pub(crate) is_stock: bool,
    /// The reason of a rejection; empty otherwise.
    pub(crate) reason: String,
    /// The template as the platform's routes return it.
    #[serde(rename = "template")]
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    pub(crate) definition: Definition,
    #[serde(skip)]
    weight: usize,
}

/// A template as the platform's routes return it.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub(crate) enum Definition {
    WhatsApp(Arc<whatsapp::Template>),
    Rcs(Arc<rcs::Template>),
}

impl Templates {
    /// Creates the stock: the templates of the reference's samples.
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

    /// Adds a created template, with the size of its body, and returns its number. At the limit the oldest is dropped.
    pub(crate) fn add(&mut self, definition: Definition, bytes: usize) -> u64 {
        let number = self.push(definition, false, bytes + 512);
        while self.is_over() {
            let Some(oldest) = self.entries.iter().position(|entry| !entry.is_stock) else { break };
            self.entries.remove(oldest);
        }
        number
    }

    /// Returns the id of the next template of a channel; ids grow.
    pub(crate) fn next_id(&self, channel: Channel, seed: Seed) -> String {
        let first = if channel == Channel::Rcs { FIRST_RCS_ID } else { FIRST_WHATSAPP_ID };
        let chance = seed.rng(Purpose::TemplateId, self.count).u64(..ID_STEP);
        first.saturating_add(self.count.saturating_mul(ID_STEP)).saturating_add(chance).to_string()
    }

    /// Returns all templates, oldest first.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &TemplateRecord> + ExactSizeIterator {
        self.entries.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn get(&self, number: u64) -> Option<&TemplateRecord> {
        let place = self.entries.binary_search_by_key(&number, |entry| entry.number).ok()?;
        self.entries.get(place)
    }

    pub(crate) fn get_mut(&mut self, number: u64) -> Option<&mut TemplateRecord> {
        self.entries.iter_mut().find(|entry| entry.number == number)
    }

    /// Finds a template by id.
    pub(crate) fn find(&self, id: &str) -> Option<&TemplateRecord> {
        self.entries.iter().find(|entry| entry.definition.id() == id)
    }

    /// Finds the template for a send: the newest approved one with this name, else the newest. The platform's choice among several
    /// templates with one name is **unknown**.
    pub(crate) fn named(&self, channel: Channel, name: &str) -> Option<&TemplateRecord> {
        let mut found =
            self.entries.iter().rev().filter(|entry| entry.channel == channel && entry.definition.name() == name);
        let newest = found.next()?;
        if newest.definition.status() == APPROVED {
            return Some(newest);
        }
        Some(found.find(|entry| entry.definition.status() == APPROVED).unwrap_or(newest))
    }

    /// Removes and returns a template.
    pub(crate) fn remove(&mut self, number: u64) -> Option<TemplateRecord> {
        let place = self.entries.iter().position(|entry| entry.number == number)?;
        self.entries.remove(place)
    }

    fn push(&mut self, definition: Definition, is_stock: bool, weight: usize) -> u64 {
        self.count += 1;
        let (number, channel) = (self.count, definition.channel());
        self.entries.push_back(TemplateRecord { number, channel, is_stock, reason: String::new(), definition, weight });
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

    /// Sets the review status.
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
