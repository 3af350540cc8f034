//! What Exotel posts to your webhook for RCS.
