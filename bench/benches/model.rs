//! The cases of the model in time. `cargo bench -p incs-bench`; instructions are the better measure on a noisy machine.

use criterion::{Criterion, criterion_group, criterion_main};

fn every_case(criterion: &mut Criterion) {
    // Those of a send need a server, which is the program `incs-bench` and not this one; `incs-bench times` measures them.
    for case in incs_bench::cases::all().into_iter().filter(|case| !case.name.starts_with("send/")) {
        criterion.bench_function(&case.name, |bencher| bencher.iter(|| (case.run)()));
    }
}

criterion_group!(benches, every_case);
criterion_main!(benches);
