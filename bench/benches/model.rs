//! The time of the model's cases, by `cargo bench -p incs-bench`. On a noisy machine instructions are the better measure.

use criterion::{Criterion, criterion_group, criterion_main};

fn every_case(criterion: &mut Criterion) {
    // The cases of a send need the program `incs-bench` as a server; `incs-bench table` measures them.
    for case in incs_bench::cases::all().into_iter().filter(|case| !case.name.starts_with("send/")) {
        criterion.bench_function(&case.name, |bencher| bencher.iter(|| (case.run)()));
    }
}

criterion_group!(benches, every_case);
criterion_main!(benches);
