//! The neutral view over both providers.
