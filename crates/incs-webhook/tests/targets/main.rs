//! The fuzz targets' checks, on every fixture and on inputs that are made from a number: so they hold without libFuzzer too.
//! `cargo xtask fuzz` looks further. The numbers are the same in each run.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "tests fail by panicking, and what the targets share is public there"
)]

#[path = "../../../../fuzz/src/accept_all.rs"]
mod accept_all;
#[path = "../../../../fuzz/src/body.rs"]
mod body;
#[path = "../../../../fuzz/src/elements.rs"]
mod elements;
#[path = "../../../../fuzz/src/fixtures.rs"]
mod fixtures;
#[path = "../../../../fuzz/src/mutation.rs"]
mod mutation;
#[path = "../../../../fuzz/src/neighbours.rs"]
mod neighbours;
#[path = "../../../../fuzz/src/pointer.rs"]
mod pointer;
#[path = "../../../../fuzz/src/roots.rs"]
mod roots;
#[path = "../../../../fuzz/src/work.rs"]
mod work;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

#[test]
fn fixtures_pass_every_check() {
    for text in fixtures::webhooks() {
        body::check(text.as_bytes());
        roots::check(text.as_bytes());
        neighbours::check_intruder(text);
        neighbours::check_space(text);
        work::check_body(text.as_bytes());
    }
}

#[test]
fn truncated_fixtures_pass_every_check() {
    for text in fixtures::webhooks() {
        for end in (0..text.len()).step_by(7) {
            body::check(&text.as_bytes()[..end]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, rng_seed: RngSeed::Fixed(12), ..ProptestConfig::default() })]

    #[test]
    fn changed_fixtures_pass_every_check(script in prop::collection::vec(any::<u8>(), 1..33)) {
        let text = mutation::mutated(&script);
        body::check(text.as_bytes());
        roots::check(text.as_bytes());
        neighbours::check_intruder(&text);
        neighbours::check_space(&text);
    }

    #[test]
    fn fixtures_with_replaced_bytes_pass(
        fixture in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<bool>()), 1..4),
    ) {
        let mut bytes = fixture.get(fixtures::webhooks()).clone().into_bytes();
        for (place, byte, is_mark) in changes {
            let marks = b"\"[]{},:\\ \xff";
            let place = place.index(bytes.len());
            bytes[place] = if is_mark { marks[usize::from(byte) % marks.len()] } else { byte };
        }
        body::check(&bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn repeated_bytes_make_linear_work(form in any::<u8>(), unit in "[\\[\\]{}\",:a1\\\\ ]{1,12}") {
        work::check(&[&[form], unit.as_bytes()].concat());
    }
}
