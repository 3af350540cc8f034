//! Programs to begin with: one file or folder each beside `src`. Each runs against the sandbox in `tests/it`.
