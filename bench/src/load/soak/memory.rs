//! The memory of the sandbox over time.

use anyhow::{Result, ensure};

/// Maximum growth from the second to the last quarter. During the first quarter the sandbox fills its store.
const MAX_GROWTH: f64 = 1.10;

/// Resident memory after each round, in KiB.
#[derive(Debug, Default)]
pub(super) struct Memory(Vec<u64>);

impl Memory {
    pub(super) fn note(&mut self, kib: u64) {
        self.0.push(kib);
    }

    pub(super) fn last(&self) -> u64 {
        self.0.last().copied().unwrap_or_default()
    }

    /// Compares the peaks of the second and of the last quarter.
    pub(super) fn must_be_flat(&self) -> Result<()> {
        let quarter = self.0.len() / 4;
        if quarter == 0 {
            println!("too few rounds to check that memory is flat");
            return Ok(());
        }
        let peak = |from: usize| self.0.iter().skip(from).take(quarter).max().copied().unwrap_or_default();
        let (second, last) = (peak(quarter), peak(self.0.len() - quarter));
        #[allow(clippy::cast_precision_loss, reason = "KiB of one process")]
        let ratio = last as f64 / second as f64;
        println!("memory of the sandbox: peak {second} KiB in the second quarter, {last} KiB in the last, {ratio:.2}");
        ensure!(ratio <= MAX_GROWTH, "the memory of the sandbox grew {ratio:.2} times after its cap was reached");
        Ok(())
    }
}
