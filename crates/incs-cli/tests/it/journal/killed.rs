//! The program is killed at random moments and started again, until every line has an outcome.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::bulk::{Bulk, line, results};
use crate::sandbox::Sandbox;

/// Number of kills of one journal.
const KILLS: u64 = 12;
const LINES: usize = 300;
const CONCURRENCY: u64 = 8;

/// A simple random number generator.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// Returns a line: some are rejected, throttled, answered with a server error, or malformed.
fn mixed(index: usize) -> String {
    match index % 25 {
        5 => line("15550010003", index),
        10 => line("15550000429", index),
        15 => line("15550000500", index),
        20 => "not json\n".to_owned(),
        _ => line(&format!("8525{index:07}"), index),
    }
}

/// `INCS_JOURNAL_KILLS` sets another number of kills.
#[test]
fn killed_send_is_resumed_and_nothing_is_sent_twice() {
    let kills: u64 = std::env::var("INCS_JOURNAL_KILLS").map_or(KILLS, |kills| kills.parse().unwrap());
    let seed: u64 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos().into();
    println!("seed {seed}");
    let mut random = Random(seed);
    for _ in 0..kills.div_ceil(KILLS) {
        kill_and_resume(&mut random, kills.min(KILLS));
    }
}

fn kill_and_resume(random: &mut Random, kills: u64) {
    let sandbox = Sandbox::start(&["--fault", r#"{"kind":"slow","millis":25}"#]);
    let bulk = Bulk::new((0..LINES).map(mixed).collect::<String>());
    let concurrency = CONCURRENCY.to_string();
    let args = ["--concurrency", &concurrency, "--retries", "0"];
    for _ in 0..kills {
        let mut command = sandbox.incs(&bulk.args(&args));
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(Duration::from_millis(10 + random.below(300)));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    // The first run may have been killed before the last line was stored.
    let ended = bulk.send(&sandbox, &args);
    assert_eq!(ended.code, 8, "{}", ended.stderr);
    check(&results(&ended), &sandbox, kills);
    let again = bulk.resume(&sandbox, &[]);
    assert_eq!(again.code, 8);
    let states = |results: BTreeMap<u64, Value>| -> Vec<_> {
        results.into_values().map(|result| (result["request_state"].clone(), result["message_id"].clone())).collect()
    };
    assert_eq!(states(results(&again)), states(results(&ended)));
}

/// Compares the results with the messages that the platform accepted.
fn check(results: &BTreeMap<u64, Value>, sandbox: &Sandbox, kills: u64) {
    assert!(results.keys().copied().eq(0..LINES as u64), "every line has an outcome");
    let mut sent: BTreeMap<String, String> = BTreeMap::new();
    for message in sandbox.sent() {
        let text = message["content"]["text"].as_str().unwrap().to_owned();
        let twice = sent.insert(text.clone(), message["id"].as_str().unwrap().to_owned());
        assert!(twice.is_none(), "{text} was sent twice");
    }
    let mut unknown = 0;
    for (index, result) in results {
        let id = sent.remove(&format!("Parcel {index}."));
        let state = result["request_state"].as_str().unwrap();
        match (index % 25, state) {
            (20, "not_sent") | (15, "unknown") => assert_eq!(id, None),
            (20, _) => panic!("{result}"),
            (_, "accepted") => assert_eq!(id.as_deref(), result["message_id"].as_str(), "{result}"),
            (_, "rejected" | "not_sent") => assert_eq!(id, None, "{result}"),
            (_, "unknown") => unknown += 1,
            _ => panic!("{result}"),
        }
    }
    assert!(sent.is_empty(), "{sent:?}");
    assert!(unknown <= kills * CONCURRENCY, "{unknown} unknown outcomes after {kills} kills");
}
