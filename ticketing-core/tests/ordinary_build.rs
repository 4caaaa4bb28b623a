//! An ordinary build has every guard: nothing in the workspace turns `broken-guards` on, except a
//! feature of the same name that somebody asks for by name.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use toml::Table;

const FEATURE: &str = "broken-guards";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a member has a workspace").to_owned()
}

fn manifest(path: &Path) -> Table {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The workspace's manifest and every member's.
fn manifests() -> BTreeMap<String, Table> {
    let workspace = manifest(&root().join("Cargo.toml"));
    let members = workspace["workspace"]["members"].as_array().expect("members are listed");
    let members = members.iter().map(|member| member.as_str().expect("a folder").to_owned());
    let mut manifests: BTreeMap<String, Table> = members
        .map(|member| {
            let found = manifest(&root().join(&member).join("Cargo.toml"));
            (member, found)
        })
        .collect();
    manifests.insert("workspace".into(), workspace);
    manifests
}

/// What each feature of a manifest turns on.
fn features(manifest: &Table) -> BTreeMap<String, Vec<String>> {
    let features = manifest.get("features").and_then(toml::Value::as_table);
    let names = |turned_on: &toml::Value| -> Vec<String> {
        let turned_on = turned_on.as_array().expect("a feature is a list").iter();
        turned_on.map(|name| name.as_str().expect("a name").to_owned()).collect()
    };
    features.into_iter().flatten().map(|(name, on)| (name.clone(), names(on))).collect()
}

fn is_broken(turned_on: &str) -> bool {
    turned_on.rsplit(['/', '?']).next() == Some(FEATURE)
}

/// The manifest's dependency lines that ask for the feature, at any depth and on any target.
fn dependencies_that_ask<'a>(at: &str, table: &'a Table, found: &mut Vec<String>) {
    for (name, value) in table {
        let Some(inner) = value.as_table() else { continue };
        if name == "features" && at.is_empty() {
            continue;
        }
        let at = format!("{at}.{name}");
        let asked = inner.get("features").and_then(toml::Value::as_array);
        let asks = |name: &'a toml::Value| name.as_str().is_some_and(is_broken);
        if asked.is_some_and(|asked| asked.iter().any(asks)) {
            found.push(at.clone());
        }
        dependencies_that_ask(&at, inner, found);
    }
}

#[test]
fn the_feature_stands_in_this_manifest_and_is_not_a_default() {
    let own = features(&manifest(&Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")));
    assert_eq!(own[FEATURE], Vec::<String>::new());
    assert!(own.contains_key("default"), "what is on by default is said, not implied");
}

#[test]
fn no_default_of_any_crate_leads_to_the_broken_guards() {
    for (member, manifest) in manifests() {
        let features = features(&manifest);
        let mut on = BTreeSet::from(["default".to_owned()]);
        while let Some(more) = on
            .iter()
            .filter_map(|name| features.get(name))
            .flatten()
            .find(|name| !on.contains(*name))
        {
            on.insert(more.clone());
        }
        let broken: Vec<_> = on.iter().filter(|name| is_broken(name)).collect();
        assert!(broken.is_empty(), "{member}: default turns on {broken:?}");
    }
}

#[test]
fn only_a_feature_of_the_same_name_passes_it_on() {
    for (member, manifest) in manifests() {
        for (name, on) in features(&manifest) {
            let passes = on.iter().any(|turned_on| is_broken(turned_on));
            assert!(!passes || name == FEATURE, "{member}: {name} turns on {on:?}");
        }
    }
}

#[test]
fn no_dependency_line_asks_for_it() {
    for (member, manifest) in manifests() {
        let mut found = Vec::new();
        dependencies_that_ask("", &manifest, &mut found);
        assert!(found.is_empty(), "{member}: {found:?}");
    }
}

#[test]
fn a_dependency_line_that_asked_would_be_found() {
    let bad = "[dev-dependencies]\ncore = { path = \"x\", features = [\"broken-guards\"] }\n\
               [features]\nbroken-guards = [\"core/broken-guards\"]\n";
    let mut found = Vec::new();
    dependencies_that_ask("", &toml::from_str(bad).expect("it parses"), &mut found);
    assert_eq!(found, [".dev-dependencies.core"]);
}

#[test]
fn nothing_that_builds_the_product_asks_for_all_features() {
    let builds = [".ci", ".github", ".cargo", "services", "deploy"];
    for path in builds.map(|name| root().join(name)) {
        for file in files(&path) {
            let text = fs::read(&file).unwrap_or_default();
            let text = String::from_utf8_lossy(&text);
            assert!(!text.contains("--all-features"), "{file:?} asks for all features");
        }
    }
}

/// The file itself, or every file below a folder; nothing where there is nothing.
fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = fs::read_dir(path).into_iter().flatten();
    entries.flat_map(|entry| files(&entry.expect("a readable folder").path())).collect()
}
