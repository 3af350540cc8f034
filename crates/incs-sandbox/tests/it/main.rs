//! What the sandbox does, over real HTTP.
