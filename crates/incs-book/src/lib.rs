//! The pages of the workspace: their code compiles and runs. It stands here since this crate is not published, and a published one
//! cannot reach beyond its folder.

#[cfg(doctest)]
mod pages;
