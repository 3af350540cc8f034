//! `incs help exit-codes`.
