//! Builds of `incs-model` in the profile `dev`, from nothing and after a change, in CPU seconds of cargo and all compilers.
//!
//! Each build is in a temporary folder, with the settings of a user who sets nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};

use crate::goals::Goal;
use crate::table::{Cell, Table};

/// The dependencies of a program that reads and writes JSON by derives, with the features of `incs-model`.
const SERDE: &str = "serde = { version = \"1\", features = [\"derive\"] }
serde_json = { version = \"1\", features = [\"raw_value\", \"float_roundtrip\"] }";

/// Builds this workspace's model and its baseline. This takes minutes.
pub(crate) fn table(goals: &mut Vec<Goal>) -> Result<Table> {
    let mut table = Table::new("Builds", &["build", "CPU seconds", "seconds"]);
    let folder = Folder::new()?;
    let mut add = |name: &str, build: Seconds| {
        table.push([name.into(), Cell::Number(build.cpu, 1), Cell::Number(build.wall, 1)]);
        build
    };

    eprintln!("building serde with serde_json");
    let serde = add("serde with serde_json, from nothing", folder.package("by-hand", SERDE)?.build("1")?);
    eprintln!("building incs-model");
    let model = folder.0.join("crates/incs-model");
    let package = folder.package("model", &format!("incs-model = {{ path = {:?} }}", model.display().to_string()))?;
    let cold = add("`incs-model`, from nothing", package.build("1")?);
    eprintln!("building incs-model after changes");
    let source = model.join("src/lib.rs");
    let text = fs::read_to_string(&source)?;
    fs::write(&source, format!("{text}\n/// Returns one.\npub fn one() -> u8 {{\n    1\n}}\n"))?;
    add("`incs-model`, after one change, incremental", package.build("1")?);
    fs::write(&source, format!("{text}\n/// Returns two.\npub fn two() -> u8 {{\n    2\n}}\n"))?;
    let again = add("`incs-model`, after one change, not incremental", package.build("0")?);

    let what = "a build of `incs-model` from nothing: CPU seconds, times serde with serde_json";
    goals.push(Goal::at_most(what, cold.cpu / serde.cpu, 2.5));
    let what = "a build of `incs-model` after one change, not incremental: CPU seconds";
    goals.push(Goal::at_most(what, again.cpu, 12.0).with_decimals(1));
    Ok(table)
}

/// How long a build took.
#[derive(Clone, Copy)]
struct Seconds {
    cpu: f64,
    wall: f64,
}

/// A temporary folder with a copy of the crates, removed on drop.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self> {
        let folder = Self(std::env::temp_dir().join(format!("incs-bench-builds-{}", std::process::id())));
        let root = root();
        copy(&root.join("crates/incs-model"), &folder.0.join("crates/incs-model"))?;
        copy(&root.join("crates/incs-model-derive"), &folder.0.join("crates/incs-model-derive"))?;
        let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
        // Only the members that were copied.
        let (before, rest) = manifest.split_once("members = [").context("no members in Cargo.toml")?;
        let (_, after) = rest.split_once(']').context("the members have no end")?;
        let members = "members = [\"crates/*\"";
        // The user's profiles count, not ours.
        let (settings, _) = after.split_once("[profile.").context("no profile in Cargo.toml")?;
        fs::write(folder.0.join("Cargo.toml"), format!("{before}{members}]{settings}"))?;
        Ok(folder)
    }

    /// Returns a new package with these dependencies, at the versions of this workspace.
    fn package(&self, name: &str, dependencies: &str) -> Result<Package> {
        let folder = self.0.join(name);
        fs::create_dir_all(folder.join("src"))?;
        let head = format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n");
        fs::write(folder.join("Cargo.toml"), format!("{head}\n[dependencies]\n{dependencies}\n"))?;
        fs::write(folder.join("src/lib.rs"), "")?;
        fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
        Ok(Package(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A rest in the temporary folder does no harm.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A package to build.
struct Package(PathBuf);

impl Package {
    /// Builds with the given value of `CARGO_INCREMENTAL`. Cargo's default for this profile is `1`.
    fn build(&self, incremental: &str) -> Result<Seconds> {
        let start = Instant::now();
        // bash counts the CPU time of cargo and of all that it starts.
        let output = Command::new("bash")
            .args(["-c", "TIMEFORMAT='%U %S'; time cargo build --quiet"])
            .current_dir(&self.0)
            .env("CARGO_TARGET_DIR", self.0.join("target"))
            .env("CARGO_INCREMENTAL", incremental)
            .env_remove("CARGO_PROFILE_DEV_DEBUG")
            .env_remove("RUSTFLAGS")
            .output()
            .context("bash does not start")?;
        let (wall, text) = (start.elapsed().as_secs_f64(), String::from_utf8_lossy(&output.stderr));
        ensure!(output.status.success(), "the build failed:\n{text}");
        let times = text.lines().last().unwrap_or_default().split(' ').map(str::parse::<f64>);
        Ok(Seconds { cpu: times.sum::<Result<f64, _>>().with_context(|| format!("no times in {text:?}"))?, wall })
    }
}

/// Returns the root of this workspace.
fn root() -> &'static Path {
    let bench = Path::new(env!("CARGO_MANIFEST_DIR"));
    bench.parent().unwrap_or(bench)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}
