//! Getting a token for the SaaS API (INCS: get a token).
