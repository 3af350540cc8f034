//! Compares the exit codes and the output with `--json` with the files in `docs/frozen`.

mod api;
#[path = "../../../incs-model/tests/it/frozen/golden.rs"]
mod golden;
#[cfg(unix)]
mod inbox;
mod local;
mod offline;
#[cfg(unix)]
mod outbox;
mod send;
mod transcript;
mod webhook;

use std::fmt::Write as _;

use self::golden::assert_frozen;
use crate::support::{incs, run};

#[test]
fn exit_codes_are_frozen() {
    let mut rows = String::new();
    for row in run(&mut incs(&["exit-codes", "--json"])).documents() {
        writeln!(rows, "{} | {}", row["exit_code"], row["meaning"].as_str().unwrap()).unwrap();
    }
    assert_frozen("exit-codes.txt", &rows);
}
