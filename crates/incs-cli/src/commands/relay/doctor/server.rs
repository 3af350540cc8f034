//! The checks of a PostgreSQL server.

use std::time::Duration;

use incs_facade::relay_postgres::ServerState;

use super::{OLD, shown};
use crate::commands::doctor::report::{Check, CheckKind};
use crate::output::escape_line;

/// The number of dead rows, beside as many live ones, from which autovacuum is behind.
const MANY: u64 = 100_000;

/// Shows the version, and the setting that decides what a crash of the server can lose.
pub(super) fn settings(state: &ServerState) -> Check {
    let ServerState { version, synchronous_commit, .. } = state;
    Check::ok(CheckKind::Postgres, format!("PostgreSQL {version}, synchronous_commit is {synchronous_commit}"))
}

/// Checks that dead rows are removed.
pub(super) fn autovacuum(state: &ServerState) -> Check {
    let ServerState { live_rows, dead_rows, .. } = state;
    if !state.is_autovacuum_on {
        return Check::warning(
            CheckKind::Autovacuum,
            "autovacuum is off, so dead rows take more and more space, and the queue becomes slower",
            "switch autovacuum and track_counts on in the settings of the server",
        );
    }
    let counts = format!("{dead_rows} dead rows beside {live_rows} live ones");
    let age = state.vacuumed_at.map(|at| Duration::try_from(state.now.duration_since(at)).unwrap_or_default());
    if *dead_rows < MANY.saturating_add(*live_rows) || age.is_some_and(|age| age < OLD) {
        return Check::ok(CheckKind::Autovacuum, counts);
    }
    let last = age.map_or("not vacuumed yet".to_owned(), |age| format!("last vacuumed {} ago", shown(age)));
    Check::warning(
        CheckKind::Autovacuum,
        format!("{counts}, {last}"),
        "let autovacuum run more often or faster, such as with a smaller autovacuum_naptime or autovacuum_vacuum_cost_delay",
    )
}

/// Checks that no transaction keeps dead rows for long.
pub(super) fn transactions(state: &ServerState) -> Check {
    if let Some(oldest) = state.oldest_transaction.as_ref().filter(|oldest| oldest.age >= OLD) {
        let (name, age) = (escape_line(&oldest.name), shown(oldest.age));
        let (which, end) = match oldest.process {
            Some(process) => (
                format!("of `{name}` (process {process})"),
                format!("end it in that program, or by SELECT pg_terminate_backend({process})"),
            ),
            None => (format!("prepared as `{name}`"), "end it by COMMIT PREPARED or ROLLBACK PREPARED".to_owned()),
        };
        return Check::warning(
            CheckKind::Transactions,
            format!("a transaction {which} is open since {age}; it keeps dead rows, and the queue becomes slower"),
            end,
        );
    }
    let message = match state.hidden_transactions {
        0 => "none is open for long".to_owned(),
        hidden => format!(
            "none of this role is open for long; {hidden} of other roles are hidden, as GRANT pg_read_all_stats would change"
        ),
    };
    Check::ok(CheckKind::Transactions, message)
}

#[cfg(test)]
mod tests {
    use incs_facade::model::Timestamp;
    use incs_facade::relay_postgres::OpenTransaction;

    use super::*;

    fn state(change: impl FnOnce(&mut ServerState)) -> ServerState {
        let mut state = ServerState::default();
        state.is_autovacuum_on = true;
        state.now = Timestamp::from_second(1_800_000_000).unwrap();
        change(&mut state);
        state
    }

    fn ago(seconds: i64) -> Option<Timestamp> {
        Timestamp::from_second(1_800_000_000 - seconds).ok()
    }

    fn message(check: &Check) -> (String, bool) {
        let line = serde_json::to_value(check).unwrap();
        (line["message"].as_str().unwrap().to_owned(), line["result"] == "warning")
    }

    #[test]
    fn dead_rows_without_vacuum_are_a_warning() {
        for (dead, vacuumed, is_warning) in [
            (99_000, None, false),
            (100_900, None, false),
            (101_000, None, true),
            (900_000, ago(599), false),
            (900_000, ago(601), true),
        ] {
            let state = state(|state| (state.live_rows, state.dead_rows, state.vacuumed_at) = (1000, dead, vacuumed));
            assert_eq!(message(&autovacuum(&state)).1, is_warning, "{dead} {vacuumed:?}");
        }
        let (text, is_warning) = message(&autovacuum(&state(|state| state.is_autovacuum_on = false)));
        assert!(is_warning && text.starts_with("autovacuum is off"), "{text}");
    }

    #[test]
    fn long_transaction_is_a_warning() {
        let open = |seconds: u64, process: Option<i32>| {
            state(|state| {
                let mut oldest = OpenTransaction::default();
                (oldest.age, oldest.process, oldest.name) = (Duration::from_secs(seconds), process, "psql".to_owned());
                state.oldest_transaction = Some(oldest);
            })
        };
        assert!(!message(&transactions(&open(599, Some(7)))).1);
        for (process, which) in [(Some(7), "of `psql` (process 7)"), (None, "prepared as `psql`")] {
            let (text, is_warning) = message(&transactions(&open(1500, process)));
            assert!(is_warning && text.contains(which) && text.contains("open since 25m"), "{text}");
        }
        let (text, is_warning) = message(&transactions(&state(|state| state.hidden_transactions = 2)));
        assert!(!is_warning && text.contains("2 of other roles are hidden"), "{text}");
    }
}
