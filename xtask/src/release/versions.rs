//! Every crate has the one version, and asks its neighbours for it.

use serde_json::Value;

use crate::guards::Finding;
use crate::workspace::{Package, Workspace};

pub(super) fn check(workspace: &Workspace) -> Finding {
    let packages = workspace.packages();
    let version = shared(packages);
    let mut finding = Finding { counted: format!("all {} crates are {version}", packages.len()), offences: Vec::new() };
    for package in packages {
        let own = text(&package.metadata, "version");
        if own != version {
            finding.offences.push(format!("{}: version {own}, the others have {version}", package.name));
        }
        if package.publishable {
            finding.offences.extend(dependencies(package, packages, version));
        }
    }
    finding
}

/// The version of the first crate that is published; the others are held against it.
pub(super) fn shared(packages: &[Package]) -> &str {
    packages.iter().find(|package| package.publishable).map_or("", |package| text(&package.metadata, "version"))
}

/// The dependencies of a package on crates of this workspace, as `cargo metadata` lists them.
pub(super) fn ours(package: &Package) -> impl Iterator<Item = &Value> {
    let list = package.metadata.get("dependencies").and_then(Value::as_array);
    list.into_iter().flatten().filter(|dependency| dependency.get("path").is_some_and(Value::is_string))
}

/// A test dependency without a version is left out of a package, so it need not be published.
pub(super) fn is_left_out(dependency: &Value) -> bool {
    text(dependency, "kind") == "dev" && text(dependency, "req") == "*"
}

/// The text under a key; what `cargo metadata` leaves out is empty.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn dependencies(package: &Package, packages: &[Package], version: &str) -> Vec<String> {
    let mut offences = Vec::new();
    for dependency in ours(package).filter(|dependency| !is_left_out(dependency)) {
        let (name, asked) = (text(dependency, "name"), text(dependency, "req"));
        if asked != format!("^{version}") {
            offences.push(format!("{}: asks for {name} {asked}, that is {version}", package.name));
        }
        if !packages.iter().any(|other| other.name == name && other.publishable) {
            offences.push(format!("{}: needs {name}, which is not published", package.name));
        }
    }
    offences
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn package(name: &str, publishable: bool, version: &str, dependencies: &Value) -> Package {
        let metadata = json!({ "name": name, "version": version, "dependencies": dependencies });
        Package { name: name.to_owned(), dir: name.into(), publishable, metadata }
    }

    #[test]
    fn a_neighbour_is_asked_for_by_the_version_of_all_and_is_published_too() {
        let needs = json!([
            { "name": "a", "path": "/a", "req": "^1.2.0", "kind": null },
            { "name": "a", "path": "/a", "req": "^1.1.0", "kind": "dev" },
            { "name": "tool", "path": "/tool", "req": "*", "kind": "dev" },
            { "name": "tool", "path": "/tool", "req": "^1.2.0", "kind": "dev" },
            { "name": "serde", "req": "^1", "kind": null },
        ]);
        let packages = [
            package("a", true, "1.2.0", &Value::Null),
            package("b", true, "1.2.0", &needs),
            package("tool", false, "1.2.0", &json!([{ "name": "a", "path": "/a", "req": "*", "kind": null }])),
        ];
        assert_eq!(shared(&packages), "1.2.0");
        assert_eq!(
            dependencies(&packages[1], &packages, "1.2.0"),
            ["b: asks for a ^1.1.0, that is 1.2.0", "b: needs tool, which is not published"]
        );
    }
}
