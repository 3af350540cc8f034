//! The envelope around every reply, and its codes.
