//! The shape of the tree, held by a test: who may use whom, how long a file is, whether the map in
//! the README is true.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The capabilities of the core, with the capabilities that each may use.
const ARROWS: [(&str, &[&str]); 10] = [
    ("accounts", &["events"]),
    ("catalog", &["events"]),
    ("admission", &["catalog"]),
    ("seats", &["catalog", "admission"]),
    ("orders", &["catalog", "admission", "seats", "payments", "events"]),
    ("payments", &[]),
    ("events", &[]),
    ("pictures", &["catalog"]),
    ("ranking", &[]),
    ("reviews", &["catalog", "orders", "events"]),
];
/// What stands on the capabilities; none of them knows it.
const ABOVE: [&str; 2] = ["box_office", "worker"];
/// What they stand on; none of it knows a capability.
const BELOW: [&str; 11] = [
    "clock",
    "error",
    "guards",
    "id",
    "idempotency",
    "money",
    "page",
    "rendered",
    "services",
    "signing",
    "text",
];

/// What people build one after another: everything, the command line, the servers.
const SELECTIONS: [&[&str]; 3] = [
    &["--workspace"],
    &["-p", "ticketing-cli"],
    &["-p", "ticketing-server", "-p", "ticketing-gateway"],
];

const LINES_MAX: usize = 300;
/// Files that are longer, each with its reason.
const LONG: [(&str, &str); 3] = [
    ("ticketing-core/src/admission/line.rs", "the rules of the line, one state machine"),
    ("ticketing-core/src/admission/redis.rs", "one call per script of the line"),
    ("ticketing-wire/src/line.rs", "all that is said about a line, with its schema"),
];

/// Folders that are made, not written.
const MADE: [&str; 3] = ["target", ".git", ".sqlx"];

fn root() -> PathBuf {
    let core = Path::new(env!("CARGO_MANIFEST_DIR"));
    core.parent().expect("the core is a folder of the workspace").to_owned()
}

/// Every written file with one of these endings below a folder, relative to the root.
fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !MADE.contains(&name.as_str()) {
            found.extend(files(&path, endings));
        } else if path.is_file() && endings.iter().any(|ending| name.ends_with(ending)) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string()
}

/// The modules of the core that a module names, as `crate::module`.
fn used_by(module: &str) -> Vec<(String, String)> {
    used_in("ticketing-core/src", module)
}

fn used_in(source: &str, module: &str) -> Vec<(String, String)> {
    let source = root().join(source);
    let file = source.join(format!("{module}.rs"));
    let sources = if file.is_file() { vec![file] } else { files(&source.join(module), &[".rs"]) };
    assert!(!sources.is_empty(), "there is no module {module}");
    let mut used = Vec::new();
    for path in sources {
        let text = fs::read_to_string(&path).unwrap();
        for (at, _) in text.match_indices("crate::") {
            let rest = &text[at + "crate::".len()..];
            let end = rest.find(|c: char| !c.is_ascii_lowercase() && c != '_');
            let name = &rest[..end.unwrap_or(rest.len())];
            assert!(!rest.starts_with('{'), "{}: one path per `use`", relative(&path));
            used.push((relative(&path), name.to_owned()));
        }
    }
    used
}

#[test]
fn a_capability_uses_only_what_it_may() {
    let names: Vec<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    let mut broken = Vec::new();
    for (capability, may_use) in ARROWS {
        for (file, used) in used_by(capability) {
            let used = used.as_str();
            let other = names.contains(&used) && used != capability && !may_use.contains(&used);
            if other || ABOVE.contains(&used) {
                broken.push(format!("{file} uses {used}"));
            }
        }
    }
    for below in BELOW {
        for (file, used) in used_by(below) {
            if names.contains(&used.as_str()) || ABOVE.contains(&used.as_str()) {
                broken.push(format!("{file} uses {used}"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// Modules of which nothing that is left is used are taken away until nothing is left: what remains
/// uses itself in a circle.
#[test]
fn no_files_of_the_server_use_each_other_in_a_circle() {
    let source = root().join("ticketing-server/src");
    let text = fs::read_to_string(source.join("lib.rs")).unwrap();
    let modules = text.lines().filter_map(|line| {
        let module = line.trim_start_matches("pub ").strip_prefix("mod ")?;
        Some(module.trim_end_matches(';').to_owned())
    });
    let uses = |module: &String| -> BTreeSet<String> {
        let used = used_in("ticketing-server/src", module).into_iter().map(|(_, used)| used);
        used.filter(|used| used != module).collect()
    };
    let mut left: BTreeMap<String, BTreeSet<String>> =
        modules.map(|module| (module.clone(), uses(&module))).collect();
    assert!(left.len() > 10, "{left:?}");
    loop {
        let names: BTreeSet<String> = left.keys().cloned().collect();
        let before = left.len();
        left.retain(|_, used| !used.is_disjoint(&names));
        if left.len() == before {
            break;
        }
    }
    assert!(left.is_empty(), "{left:#?}");
}

#[test]
fn every_module_of_the_core_has_its_place_in_the_picture() {
    let placed: BTreeSet<&str> =
        ARROWS.iter().map(|(name, _)| *name).chain(ABOVE).chain(BELOW).collect();
    let text = fs::read_to_string(root().join("ticketing-core/src/lib.rs")).unwrap();
    let modules: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod "))
        .map(|module| module.trim_end_matches(';'))
        .collect();
    assert_eq!(modules, placed);
}

/// Every third-party crate of a selection, with the features it is built with.
fn built_with(selection: &[&str]) -> BTreeMap<String, String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["tree", "--offline", "--locked", "--prefix", "none", "--no-dedupe"]);
    cargo.args(["-e", "normal,no-proc-macro", "-f", "{p}|{f}"]).args(selection);
    let listed = cargo.current_dir(root()).output().unwrap();
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    let listed = String::from_utf8(listed.stdout).unwrap();
    let crates = listed.lines().filter_map(|line| line.split_once('|'));
    let others = crates.filter(|(name, _)| !name.contains(" (/"));
    others.map(|(name, features)| (name.to_owned(), features.to_owned())).collect()
}

#[test]
fn no_third_party_crate_is_compiled_again_for_another_program() {
    let selections = SELECTIONS.map(built_with);
    let everything = &selections[0];
    assert!(everything.len() > 100, "{everything:?}");
    let mut differing = BTreeSet::new();
    for selection in &selections {
        for (name, features) in selection {
            if everything[name] != *features {
                differing.insert(format!("{name}: {features} <> {}", everything[name]));
            }
        }
    }
    assert!(differing.is_empty(), "say it in workspace-hack/Cargo.toml: {differing:#?}");
}

#[test]
fn no_file_is_long_without_a_reason() {
    let mut wrong = Vec::new();
    for path in files(&root(), &[".rs"]) {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        let excused = LONG.iter().any(|(file, _)| *file == relative(&path));
        if (lines > LINES_MAX) != excused {
            wrong.push(format!("{}: {lines} lines, excused: {excused}", relative(&path)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for (file, _) in LONG {
        assert!(root().join(file).is_file(), "{file} is gone");
    }
}

#[test]
fn the_readmes_map_of_the_tree_is_true() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, map) = readme.split_once("## The tree").expect("the README has a map of the tree");
    let map = map.split("```").nth(1).expect("the map is a block");
    let named: BTreeSet<String> = map
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter_map(|path| path.strip_suffix('/'))
        .map(str::to_owned)
        .collect();
    let folders: BTreeSet<String> = fs::read_dir(root())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|path| relative(&path))
        .filter(|name| !MADE.contains(&name.as_str()) && name != ".cargo")
        .collect();
    assert_eq!(named, folders);
}

#[test]
fn no_name_of_a_file_is_a_drawer_for_everything() {
    let drawers = ["util", "utils", "common", "helper", "helpers", "types", "models", "misc"];
    for path in files(&root(), &[".rs", ".sh", ".lua"]) {
        for part in Path::new(&relative(&path)) {
            let part = part.to_string_lossy();
            let stem = part.split('.').next().unwrap();
            assert!(!drawers.contains(&stem), "{}", relative(&path));
        }
    }
}

#[test]
fn nothing_is_left_to_be_done_later() {
    // Taken apart, so that this file does not find itself.
    let words = [["TO", "DO"], ["FIX", "ME"], ["dbg", "!("], ["todo", "!("], ["#[", "allow("]];
    let words = words.map(|parts| parts.concat());
    for path in files(&root(), &[".rs", ".md", ".sh", ".toml", ".sql", ".lua", ".yaml"]) {
        let text = fs::read_to_string(&path).unwrap();
        for word in &words {
            assert!(!text.contains(word), "{} says {word}", relative(&path));
        }
    }
}
