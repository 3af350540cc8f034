//! Tasks and tokens.

use std::collections::VecDeque;

use incs_model::task::Task;

use super::log::{Log, Weigh};
use crate::config::Memory;
use crate::seed::{Purpose, Seed};

/// Tokens that are good at the same time; one more, and the oldest is forgotten.
const TOKENS: usize = 100;

/// Tasks, newest last, and the tokens of the calls about them.
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

    /// The number of the next task, which is its id.
    pub(crate) fn next(&self) -> u64 {
        self.log.next()
    }

    /// Adds a task, and gives those that had to go for it.
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

    /// A new token, drawn from the seed: forty hexadecimal digits (form sampled).
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
