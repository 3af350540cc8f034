//! The status query (INCS: message status).
