//! The cases in time. `cargo bench -p incs-bench`; instructions are the better measure on a noisy machine.

use criterion::{Criterion, criterion_group, criterion_main};

fn every_case(criterion: &mut Criterion) {
    for case in incs_bench::cases::all() {
        criterion.bench_function(&case.name, |bencher| bencher.iter(|| (case.run)()));
    }
}

criterion_group!(benches, every_case);
criterion_main!(benches);
