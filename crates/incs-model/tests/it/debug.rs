//! `Debug` and errors hold no secret, number or text.
