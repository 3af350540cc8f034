//! Tasks and tokens.

use std::collections::VecDeque;

use incs_model::task::Task;

use super::log::{Log, Weigh};
use crate::config::Memory;
use crate::seed::{Purpose, Seed};

/// The most valid tokens at the same time; the oldest is forgotten first.
const TOKENS: usize = 100;

/// Tasks, newest last, and the tokens for calls about tasks.
#[derive(Debug)]
pub(crate) struct Tasks {
    log: Log<Task>,
    tokens: VecDeque<String>,
    token_count: u64,
}

impl Weigh for Task {
    fn weight(&self) -> usize {
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let texts = self.name.len() + text(&self.description) + text(&self.user_name);
        texts + self.user_phone.as_str().len() + 2 * self.assignee_username.as_str().len() + 512
    }
}

impl Tasks {
    pub(crate) fn new(memory: Memory) -> Self {
        Self { log: Log::new(memory.tasks, memory.bytes), tokens: VecDeque::new(), token_count: 0 }
    }

    /// Returns the id of the next task.
    pub(crate) fn next(&self) -> u64 {
        self.log.next()
    }

    /// Adds a task and returns the tasks that were dropped for it.
    pub(crate) fn add(&mut self, task: Task) -> Vec<Task> {
        self.log.push(task)
    }

    /// The tasks, oldest first.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Task> + ExactSizeIterator {
        self.log.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.log.len()
    }

    /// Creates a token from the seed: forty hexadecimal digits (form sampled).
    pub(crate) fn add_token(&mut self, seed: Seed) -> String {
        let mut rng = seed.rng(Purpose::Token, self.token_count);
        self.token_count += 1;
        let token = format!("{:032x}{:08x}", rng.u128(..), rng.u32(..));
        self.tokens.push_back(token.clone());
        if self.tokens.len() > TOKENS {
            self.tokens.pop_front();
        }
        token
    }

    pub(crate) fn knows_token(&self, token: &str) -> bool {
        self.tokens.iter().any(|known| known == token)
    }
}
