//! Programs to begin with: see the folder `examples`. Each runs against the sandbox in `tests/it`.
