//! Every open enum and union keeps what it does not know.
