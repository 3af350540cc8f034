//! The admin API below `/_sandbox`.
