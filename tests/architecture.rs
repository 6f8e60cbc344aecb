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
    ("db", &["domain", "random", "telemetry"]),
    ("letters", &["domain"]),
    ("paper", &["domain"]),
    ("mail", &["domain"]),
    ("identity", &[]),
    ("store", &["db", "domain", "seal"]),
    ("work", &["store", "letters", "domain", "db", "seal", "random"]),
    ("exchange", &["work", "store", "db", "domain", "config", "seal"]),
    ("demo", &["work", "store", "db", "domain", "seal", "telemetry"]),
    ("backup", &["work", "store", "db", "domain", "seal", "clock", "random"]),
    ("app", &["work", "config", "db", "clock", "telemetry", "domain", "seal", "identity"]),
    (
        "jobs",
        &[
            "app", "backup", "work", "store", "mail", "exchange", "config", "domain", "db", "clock", "seal",
            "random",
        ],
    ),
    (
        "web",
        &[
            "app",
            "work",
            "store",
            "paper",
            "letters",
            "identity",
            "domain",
            "config",
            "db",
            "seal",
            "random",
            "telemetry",
        ],
    ),
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
            "identity",
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
    files("src", "rs")
}

/// The files below a folder of the project that end so.
fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, extension, found);
            } else if path.extension().is_some_and(|end| end == extension) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), extension, &mut found);
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
    ("tokio::net", &["mail", "identity", "web", "cli"]),
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

/// S13: statements are written out; whatever is put together at run time has been looked at, here.
#[test]
fn statements_made_at_run_time_are_those_that_were_looked_at() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found: BTreeMap<String, usize> = sources()
        .iter()
        .map(|path| (path, code(path).matches("AssertSqlSafe").count()))
        .filter(|(_, count)| *count > 0)
        .map(|(path, count)| (path.strip_prefix(home).unwrap().display().to_string(), count))
        .collect();
    // `explain` before a statement that is itself written out, asked for by tests alone.
    let looked_at = [("src/db/tx.rs".to_owned(), 1)];
    assert_eq!(found, BTreeMap::from(looked_at));
}

/// S12: no template puts what it shows on the page as it stands, and what counts as markup already was
/// made by us.
#[test]
fn templates_escape_what_they_show() {
    for path in files("src", "html") {
        let text = fs::read_to_string(&path).unwrap();
        for way_round in ["|safe", "| safe", "escape none", "|escape(\"none\")"] {
            assert!(!text.contains(way_round), "{} has {way_round}", path.display());
        }
    }
    let markup: BTreeSet<String> = sources()
        .iter()
        .flat_map(|path| {
            let text = code(path);
            text.split("HtmlSafe for ")
                .skip(1)
                .map(|rest| rest.chars().take_while(|c| c.is_alphanumeric()).collect::<String>())
                .collect::<Vec<_>>()
        })
        .collect();
    // Pictures of numbers, and what escapes by itself: small templates, sentences with names in them.
    let looked_at = ["Badge", "MonthFigure", "Prose", "Svg", "When"].map(str::to_owned);
    assert_eq!(markup, BTreeSet::from(looked_at));
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

/// Time is injected (invariant 10): the databases' own clocks are asked for nothing but the lease, which
/// is a matter between nodes.
#[test]
fn no_statement_asks_the_database_what_time_it_is() {
    let clocks = [
        "now()",
        "current_timestamp",
        "current_date",
        "localtimestamp",
        "datetime('now",
        "clock_timestamp()",
    ];
    let mut wrong = Vec::new();
    let statements = sources().into_iter().filter(|path| ["store", "db"].contains(&room(path).as_str()));
    for path in statements.chain(files("migrations", "sql")) {
        let is_lease = path.file_stem().is_some_and(|name| name.to_string_lossy().starts_with("lease"));
        // Rust's own monotonic clock is named alike.
        let code = code(&path).to_lowercase().replace("instant::now()", "");
        let asked = clocks.iter().filter(|clock| !is_lease && code.contains(**clock));
        wrong.extend(asked.map(|clock| format!("{}: {clock}", path.display())));
    }
    assert!(wrong.is_empty(), "these ask the database for the time:\n{}", wrong.join("\n"));
}

/// What runs on one database engine alone, and why (invariant 38). A whole file where no name stands.
const ONE_ENGINE: &[(&str, &str, &str)] = &[
    ("prompt.rs", "", "how a file, an option or a setting is refused is decided before the store"),
    (
        "access/accounts.rs",
        "whoever_must_have_a_second_factor_reaches_nothing_without_it",
        "decided above the store: see access/matrix.rs",
    ),
    (
        "access/attacks.rs",
        "",
        "what races or may break a statement runs on both; the others are answered above the store",
    ),
    (
        "access/interface.rs",
        "nothing_in_the_document_breaks_the_service_or_goes_round_the_sign_in",
        "characters that only one engine refuses are tried on both in access/attacks.rs",
    ),
    (
        "access/oidc.rs",
        "",
        "those that keep links and answers run on both; the others look at what the provider says",
    ),
    ("access/stored_script.rs", "", "what a browser makes of a page is decided above the store"),
    ("access/tls.rs", "", "lines and certificates lie below and beside the store"),
    (
        "access/guessing.rs",
        "",
        "those that count attempts run on both; the others measure answers and hashing, above the store",
    ),
    (
        "access/matrix.rs",
        "",
        "who may what is decided above the store, whose answers are the same on both engines",
    ),
    (
        "access/sessions.rs",
        "",
        "those that keep sessions run on both; the others look at cookies and tokens as they are shown",
    ),
    (
        "access/trail.rs",
        "an_anchor_is_written_every_hour_beside_the_log",
        "the anchor lies outside of the database",
    ),
    (
        "backup/copies.rs",
        "scratch_databases",
        "asks the server what rehearsals left; a file leaves files, which are looked at",
    ),
    (
        "backup/copies.rs",
        "one_bit_changed_anywhere_in_a_copy_is_found_before_it_comes_back",
        "a dump is not a file of ours; its own test follows",
    ),
    (
        "backup/copies.rs",
        "a_database_that_a_service_holds_or_that_left_its_journal_is_not_restored_into",
        "locks and journals are files of SQLite",
    ),
    (
        "backup/copies.rs",
        "a_dump_with_changed_bytes_is_refused_and_the_database_stays_empty",
        "the other half of the test of changed bits",
    ),
    (
        "backup/copies.rs",
        "an_account_that_may_make_no_database_gets_a_copy_read_through_and_restores_it",
        "accounts are a server's",
    ),
    ("backup/place.rs", "", "knows both engines itself"),
    ("backup/processes.rs", "", "kills and full disks of a command that leaves PostgreSQL's part to pg_dump"),
    ("backup/scheduled.rs", "without_a_folder_nothing_is_done", "asks no database"),
    ("crash/first_start.rs", "", "each engine has its own first start and its own test"),
    (
        "demo.rs",
        "the_same_seed_and_instant_tell_the_same_on_every_engine",
        "compares the engines with each other",
    ),
    (
        "demo.rs",
        "a_demonstration_can_be_made_at_any_hour_of_any_day",
        "what is told does not depend on the engine: see the test before",
    ),
    ("demo.rs", "the_figures_are_those_of_a_province_that_mostly_keeps_its_promises", "as before"),
    (
        "door/faults.rs",
        "a_full_disk_costs_the_deed_that_met_it_and_no_neighbour",
        "groups of deeds are SQLite's",
    ),
    (
        "door/faults.rs",
        "a_deed_that_takes_the_transaction_with_it_costs_no_neighbour",
        "groups of deeds are SQLite's",
    ),
    ("door/faults.rs", "a_copy_is_whole_while_the_service_goes_on", "PostgreSQL is copied by its own tools"),
    (
        "door/faults.rs",
        "what_is_acknowledged_after_a_cancelled_begin_is_seen_by_everybody",
        "a file has no network",
    ),
    (
        "door/faults.rs",
        "a_connection_lost_before_the_commit_is_replaced_and_the_deed_done_again",
        "a file has no network",
    ),
    (
        "door/faults.rs",
        "a_connection_lost_during_the_commit_is_told_as_such_and_never_tried_again",
        "a file has no network",
    ),
    (
        "door/faults.rs",
        "a_server_that_falls_silent_costs_no_more_than_the_limit_and_is_found_again",
        "a file has no network",
    ),
    ("door/faults.rs", "three_nodes_that_migrate_at_once_do_it_once", "a file is written to by one process"),
    ("door/faults.rs", "backends_killed_while_idle_are_not_noticed_by_anybody", "a file has no backends"),
    (
        "door/faults.rs",
        "a_serialization_failure_is_tried_again_until_it_succeeds",
        "SQLite's only writer loses against nobody",
    ),
    ("door/faults.rs", "raise", "part of the test of the deadlock: SQLite's only writer waits for nobody"),
    (
        "door/killed.rs",
        "a_second_process_on_the_same_file_is_refused_until_the_first_is_gone",
        "a server has many clients",
    ),
    ("door/main.rs", "a_sqlite_file_has_one_writing_process_and_many_that_look", "a server has many clients"),
    (
        "door/outage.rs",
        "what_was_acknowledged_survives_a_server_that_stops_at_once",
        "SQLite is killed with its process: see door/killed.rs",
    ),
    (
        "faults/commits.rs",
        "a_request_repeated_after_an_unanswered_commit_makes_one_dossier_and_has_one_answer",
        "a file has no network",
    ),
    ("faults/disk.rs", "", "PostgreSQL's disk is its own affair; what it answers is sorted at the door"),
    (
        "import.rs",
        "a_run_that_was_cut_off_is_completed_by_the_next",
        "compares with a clean file, on both engines",
    ),
    (
        "import_formats.rs",
        "the_log_and_the_table_of_the_permit_desk_are_the_same",
        "compares with another file, on both engines",
    ),
    (
        "import_formats.rs",
        "a_workbook_says_the_same_as_a_table",
        "compares with another file, on both engines",
    ),
    ("import_formats.rs", "run_import", "measures memory, which the engine has no part in"),
    (
        "access/personal.rs",
        "no_mark_of_an_applicant_is_in_a_log_an_address_a_subject_or_the_file",
        "looks into the file itself",
    ),
    ("access/secrets.rs", "", "what a process shows and starts with, the engine has no part in"),
    ("growth.rs", "no_hot_page_reads_a_whole_table_on_postgres", "reads the server's own counters"),
    ("growth.rs", "no_hot_statement_reads_a_whole_table_on_sqlite", "reads SQLite's own plans"),
    ("kernel/leadership.rs", "a_leader_in_the_middle_of_writing_is_waited_for", "SQLite has one writer"),
    ("kernel/outages.rs", "", "a file has no server that could stop"),
    (
        "kernel/processes.rs",
        "a_service_killed_in_its_tasks_loses_no_second_of_them",
        "kills one process of one file",
    ),
    (
        "kernel/processes.rs",
        "another_node_leads_soon_after_the_leader_is_stopped_killed_or_frozen",
        "a file is written to by one process",
    ),
    (
        "kernel/schedule.rs",
        "what_became_due_while_the_database_was_away_is_written_down_when_it_is_back",
        "a file has no network",
    ),
    ("faults/hung_relay.rs", "", "the engine has no part in it; what becomes of the letters runs on both"),
    ("kernel/watch.rs", "a_database_that_hangs_is_told_at_once_and_put_down_later", "a file has no network"),
    ("kernel/watch.rs", "a_loop_that_ends_or_panics_ends_the_others_with_it", "the engine has no part in it"),
    ("door/faults.rs", "a_network_that_comes_and_goes_leaves_no_connection_behind", "a file has no network"),
    (
        "door/faults.rs",
        "a_server_that_is_silent_from_the_start_is_not_waited_for_without_end",
        "a file has no network",
    ),
    ("load/house.rs", "with", "sockets and limits lie above the store; what meets it runs on both"),
    ("load/nodes.rs", "", "several nodes share a server; a file is written to by one process"),
    (
        "load/siege.rs",
        "clients_do_not_use_up_the_files_that_the_service_may_have_open",
        "sockets and limits lie above the store",
    ),
    ("load/stopping.rs", "the_log_names_the_address_of_the_connection", "the engine has no part in it"),
    (
        "web_pages/office.rs",
        "on",
        "what pages ask of the store is asked on both engines by the tests of the store",
    ),
    ("web_pages/province.rs", "build", "in which words a page speaks does not hang on the engine"),
];

/// One conformance suite for both engines: whatever opens one alone says here why.
#[test]
fn every_test_of_a_database_runs_on_both_or_it_is_written_down_why_not() {
    let marks = ["on_sqlite(", "on_postgres(", "postgres_server()", "\"sqlite:"];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut found = BTreeSet::new();
    for path in files("tests", "rs") {
        let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        if name.starts_with("support/") || name == "architecture.rs" {
            continue;
        }
        let mut function = String::new();
        for line in fs::read_to_string(&path).unwrap().lines() {
            let line = line.trim();
            if let Some((before, rest)) = line.split_once("fn ")
                && (before.is_empty() || before.ends_with(' '))
            {
                function = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            }
            let is_code = !line.starts_with("//") && !line.starts_with("use ");
            if is_code && marks.iter().any(|mark| line.contains(mark)) {
                found.insert((name.clone(), function.clone()));
            }
        }
    }
    let is_excused = |(file, function): &(String, String)| {
        ONE_ENGINE.iter().any(|(of, name, _)| of == file && (name.is_empty() || name == function))
    };
    let silent: Vec<_> = found.iter().filter(|one| !is_excused(one)).collect();
    assert!(silent.is_empty(), "on one engine, and nobody says why: {silent:#?}");
    for (file, name, why) in ONE_ENGINE {
        assert!(!why.is_empty());
        let is_there = found.iter().any(|(of, function)| of == file && (name.is_empty() || name == function));
        assert!(is_there, "{file}: {name} is excused for nothing");
    }
}
