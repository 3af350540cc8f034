//! The share of a baseline's rate, over some rounds.

use anyhow::{Context as _, Result, ensure};

/// Says the median of the rounds, and fails when that is less than `least`.
pub(crate) fn conclude(of: &str, mut shares: Vec<f64>, least: Option<f64>) -> Result<()> {
    shares.sort_by(f64::total_cmp);
    let median = shares.get(shares.len() / 2).copied().context("no round")?;
    println!("median share of the {of}'s rate: {median:.2}");
    if let Some(least) = least {
        ensure!(median >= least, "{median:.2} is less than {least:.2}");
    }
    Ok(())
}
