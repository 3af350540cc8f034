//! The version admits what the schemas did since the last release.

use anyhow::{Context, Result};

use super::versions::shared;
use crate::guards::Finding;
use crate::schema::diff;
use crate::workspace::Workspace;

pub(super) fn run(workspace: &Workspace, tag: Option<&str>) -> Result<Finding> {
    let Some(tag) = tag else {
        let counted = "there is no tag of an earlier release, so there is nothing to compare with".to_owned();
        return Ok(Finding { counted, offences: Vec::new() });
    };
    let changes = diff::since(workspace, tag)?;
    let breaking = changes.iter().filter(|change| change.class.counts_as_breaking()).count();
    let counted = format!("since {tag}: {}", diff::counted(&changes));
    let version = shared(workspace.packages());
    let mut offences = Vec::new();
    if breaking > 0 && !may_break(tag, version)? {
        offences.push(format!(
            "breaking changes since {tag}: {breaking}, and the version is {version}; see cargo xtask schema --diff {tag}"
        ));
    }
    Ok(Finding { counted, offences })
}

/// Whether going from one version to the other announces that something breaks: by the first number, or below 1.0 by the
/// second.
fn may_break(tag: &str, version: &str) -> Result<bool> {
    let leading = |version: &str| -> Result<(u64, u64)> {
        let mut numbers = version.trim_start_matches('v').split('.').map(str::parse::<u64>);
        let mut next = || numbers.next().and_then(Result::ok).with_context(|| format!("{version} is not a version"));
        let (major, minor) = (next()?, next()?);
        Ok((major, if major == 0 { minor } else { 0 }))
    };
    Ok(leading(version)? > leading(tag)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_breaking_change_needs_the_first_number_or_below_one_the_second() {
        for (tag, version, expected) in [
            ("v0.1.0", "0.1.1", false),
            ("v0.1.0", "0.1.0", false),
            ("v0.1.9", "0.2.0", true),
            ("v0.9.0", "1.0.0", true),
            ("v1.0.0", "1.1.0", false),
            ("v1.1.0", "2.0.0", true),
        ] {
            assert_eq!(may_break(tag, version).unwrap(), expected, "{tag} to {version}");
        }
        assert!(may_break("vnext", "0.1.0").is_err());
    }
}
