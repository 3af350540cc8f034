//! The program `incs-book`: writes the pages about sending and the index `llms.txt`, and builds the book. `cargo xtask book` calls it.
#![allow(clippy::print_stdout, reason = "a terminal program: its output is its result")]

use std::fs;
use std::path::{self, Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::{Parser, Subcommand};
use incs_book::{book, llms, root, sending};

/// Builds the pages of docs/ as a book.
#[derive(Parser)]
#[command(name = "incs-book")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the book
    Build {
        /// Output folder, which is replaced
        #[arg(long, default_value = "target/book")]
        out: PathBuf,
    },
    /// Write the generated pages of docs/sending, and docs/llms.txt
    Pages {
        /// Write nothing; fail when a committed page is out of date
        #[arg(long)]
        check: bool,
    },
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Build { out } => build(&out),
        Command::Pages { check } => pages(check),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn build(out: &Path) -> Result<()> {
    let out = &path::absolute(out)?;
    let warnings = book::build(root(), out)?;
    for warning in &warnings {
        println!("  {warning}");
    }
    ensure!(warnings.is_empty(), "the book has warnings ({})", warnings.len());
    println!("book: {}", out.display());
    Ok(())
}

fn pages(check: bool) -> Result<()> {
    let mut drifted = 0;
    let front = fs::read_to_string(root().join("docs/README.md"))?;
    let mut pages = vec![(llms::PATH.to_owned(), llms::index(&front)?)];
    for chapter in sending::CHAPTERS {
        pages.push((chapter.path(), sending::page(chapter)?));
    }
    for (path, page) in &pages {
        let file = root().join(path);
        if fs::read_to_string(&file).is_ok_and(|found| found == *page) {
            continue;
        }
        drifted += 1;
        println!("  {} {path}", if check { "drifted " } else { "written " });
        if !check {
            fs::write(file, page)?;
        }
    }
    ensure!(!check || drifted == 0, "out of date: {drifted} generated pages; `cargo xtask book` writes them");
    println!("pages: up to date, generated pages: {}", pages.len());
    Ok(())
}
