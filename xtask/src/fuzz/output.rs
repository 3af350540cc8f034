//! What libFuzzer says.

/// A line of libFuzzer that matters here.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// How far it has come.
    Pulse { runs: u64, coverage: u64, corpus: u64, per_second: u64 },
    /// How many inputs it ran.
    Runs(u64),
    /// How many a second.
    PerSecond(u64),
    /// Where the input of a finding is.
    Finding(&'a str),
}

impl<'a> Line<'a> {
    /// `None` for everything else.
    pub(super) fn read(line: &'a str) -> Option<Self> {
        if let Some(number) = line.strip_prefix("stat::number_of_executed_units:") {
            return number.trim().parse().ok().map(Self::Runs);
        }
        if let Some(number) = line.strip_prefix("stat::average_exec_per_sec:") {
            return number.trim().parse().ok().map(Self::PerSecond);
        }
        if let Some((_, path)) = line.split_once("Test unit written to ") {
            return Some(Self::Finding(path.trim()));
        }
        let runs = line.strip_prefix('#')?.split_whitespace().next()?.parse().ok()?;
        Some(Self::Pulse {
            runs,
            coverage: after(line, "cov:")?,
            corpus: after(line, "corp:")?,
            per_second: after(line, "exec/s:")?,
        })
    }
}

/// The number behind a label.
fn after(line: &str, label: &str) -> Option<u64> {
    let (_, rest) = line.split_once(label)?;
    let rest = rest.trim_start();
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..end)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_libfuzzer_are_read() {
        for (line, expected) in [
            (
                "#219860\tDONE   cov: 12231 ft: 24956 corp: 2932/1791Kb lim: 2613 exec/s: 10469 rss: 43Mb",
                Some(Line::Pulse { runs: 219_860, coverage: 12_231, corpus: 2932, per_second: 10_469 }),
            ),
            ("stat::number_of_executed_units: 4188", Some(Line::Runs(4188))),
            ("stat::average_exec_per_sec:     598", Some(Line::PerSecond(598))),
            ("artifact_prefix='target/'; Test unit written to target/crash-eb", Some(Line::Finding("target/crash-eb"))),
            ("#2\tINITED", None),
            ("INFO: Seed: 7", None),
            ("", None),
        ] {
            assert_eq!(Line::read(line), expected, "{line}");
        }
    }
}
