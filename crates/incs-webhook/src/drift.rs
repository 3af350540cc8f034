//! What a body holds that the model does not know.
