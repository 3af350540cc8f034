//! The 22 rules of a tolerant Exotel parser.
