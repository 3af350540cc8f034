//! The rate as a share of a baseline's rate, over several rounds.

use anyhow::{Context as _, Result, ensure};

/// Prints the median of the rounds, and fails if it is less than `least`.
pub(crate) fn conclude(of: &str, mut shares: Vec<f64>, least: Option<f64>) -> Result<()> {
    shares.sort_by(f64::total_cmp);
    let median = shares.get(shares.len() / 2).copied().context("no round")?;
    println!("median share of the {of}'s rate: {median:.2}");
    if let Some(least) = least {
        ensure!(median >= least, "{median:.2} is less than {least:.2}");
    }
    Ok(())
}
