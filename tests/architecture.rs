//! The house keeps its arrows: who may import whom, and where clocks, the environment
//! and statements live. The map in `src/lib.rs` says it in words.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each room and the rooms that it may import. Everything else is an arrow upwards or sideways.
const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("clock", &["domain"]),
    ("random", &["domain"]),
    ("telemetry", &["clock"]),
    ("config", &["domain"]),
    ("seal", &["random"]),
    ("db", &["domain", "random"]),
    ("letters", &["domain"]),
    ("paper", &["domain"]),
    ("mail", &["domain"]),
    ("store", &["db", "domain", "seal"]),
    ("work", &["store", "letters", "domain", "db", "seal", "random"]),
    ("exchange", &["work", "store", "db", "domain", "config", "seal"]),
    ("demo", &["work", "store", "db", "domain", "seal", "telemetry"]),
    ("backup", &["work", "store", "db", "domain", "seal", "clock", "random"]),
    ("app", &["work", "config", "db", "clock", "telemetry", "domain", "seal"]),
    (
        "jobs",
        &[
            "app", "backup", "work", "store", "mail", "exchange", "config", "domain", "db", "clock", "seal",
            "random",
        ],
    ),
    ("web", &["app", "work", "store", "paper", "letters", "domain", "config", "db", "seal", "random"]),
    (
        "cli",
        &[
            "web",
            "jobs",
            "app",
            "backup",
            "demo",
            "exchange",
            "work",
            "store",
            "mail",
            "letters",
            "paper",
            "config",
            "db",
            "domain",
            "clock",
            "telemetry",
            "seal",
            "random",
        ],
    ),
];

fn sources() -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found.sort();
    found
}

/// The room that a file belongs to: the first part of its path below `src`.
fn room(path: &Path) -> String {
    let below = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let first = below.components().next().unwrap().as_os_str().to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

/// The code of a file without its comments and without what is compiled for tests alone.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    text[..end].lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_import_follows_an_arrow() {
    let allowed: BTreeMap<_, BTreeSet<_>> =
        ARROWS.iter().map(|(room, rooms)| (*room, rooms.iter().copied().collect())).collect();
    let mut wrong = Vec::new();
    for path in sources() {
        let room = room(&path);
        let Some(allowed) = allowed.get(room.as_str()) else {
            assert!(matches!(room.as_str(), "lib" | "main"), "{} is in no room of the map", path.display());
            continue;
        };
        for piece in code(&path).split("crate::").skip(1) {
            let target: String = piece.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            let is_room = ARROWS.iter().any(|(name, _)| *name == target);
            if is_room && target != room && !allowed.contains(target.as_str()) {
                wrong.push(format!("{}: {room} -> {target}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that the map does not have:\n{}", wrong.join("\n"));
}

#[test]
fn the_arrows_have_no_circle() {
    // Each room may only name rooms that stand before it in the table.
    for (place, (room, rooms)) in ARROWS.iter().enumerate() {
        let before: BTreeSet<_> = ARROWS[..place].iter().map(|(room, _)| *room).collect();
        for target in *rooms {
            assert!(before.contains(target), "{room} -> {target} points upwards");
        }
    }
}

/// Words that belong to one room, and to which.
const AT_HOME: &[(&str, &[&str])] = &[
    ("Timestamp::now", &["clock"]),
    ("SystemTime::now", &["clock"]),
    ("Utc::now", &["clock"]),
    ("Instant::now", &["clock", "db", "telemetry"]),
    ("std::env::", &["config"]),
    ("sqlx::query", &["db"]),
    (".query(\"", &["db", "store"]),
    ("AssertSqlSafe", &["db"]),
    ("rand::", &["random"]),
    ("tokio::net", &["mail", "web", "cli"]),
];

#[test]
fn clocks_chance_environment_and_statements_stay_in_their_rooms() {
    let mut wrong = Vec::new();
    for path in sources() {
        let (room, code) = (room(&path), code(&path));
        for (word, rooms) in AT_HOME {
            if code.contains(word) && !rooms.contains(&room.as_str()) {
                wrong.push(format!("{}: {word}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "outside of their rooms:\n{}", wrong.join("\n"));
}

/// The pure core knows civil time, serde and error types, and nothing that waits or looks anything up.
#[test]
fn the_domain_imports_nothing_that_does_anything() {
    let forbidden = ["tokio", "sqlx", "axum", "lettre", "std::fs", "std::net", "async fn", "tracing"];
    for path in sources().into_iter().filter(|path| room(path) == "domain") {
        let code = code(&path);
        for word in forbidden {
            assert!(!code.contains(word), "{} mentions {word}", path.display());
        }
    }
}

#[test]
fn a_file_says_first_what_it_is_for() {
    for path in sources() {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//!"), "{} does not say what it is for", path.display());
    }
}

#[test]
fn nothing_is_left_for_later_in_silence() {
    let words = ["todo!(", "unimplemented!(", "TODO", "FIXME", "XXX", "dbg!("];
    for path in sources() {
        let text = fs::read_to_string(&path).unwrap();
        for word in words {
            assert!(!text.contains(word), "{} contains {word}", path.display());
        }
    }
}
