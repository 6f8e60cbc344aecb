//! What was acknowledged is there after the process was killed in the middle of its work.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use dunghen::db::{Db, DbSettings, Error, Purpose};
use futures_util::future::join_all;

use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite, run};
use crate::{add, ids, make_table};

const URL: &str = "DUNGHEN_TEST_CHILD_URL";
const FIRST: &str = "DUNGHEN_TEST_CHILD_FIRST";
const WRITERS: i64 = 16;
const IDS_PER_ROUND: i64 = 1_000_000;

fn serve() -> DbSettings {
    DbSettings { purpose: Purpose::Serve, ..DbSettings::default() }
}

#[expect(clippy::disallowed_methods, reason = "the tests' own switches are no configuration")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The process that is killed: writes with many hands and tells what was acknowledged.
#[test]
#[ignore = "started by the test below"]
fn child() {
    let (Some(url), Some(first)) = (variable(URL), variable(FIRST)) else { return };
    let first: i64 = first.parse().unwrap();
    run(async {
        let db = Db::open(&url, &serve()).await.unwrap();
        join_all((0..WRITERS).map(async |hand| {
            for id in (first + hand..).step_by(usize::try_from(WRITERS).unwrap()) {
                db.write(async move |tx| add(tx, id).await).await.unwrap();
                // One call for the line, so that no half of it is ever read as a whole.
                std::io::stdout().write_all(format!("\nkept {id} .\n").as_bytes()).unwrap();
            }
        }))
        .await;
    });
}

fn start_child(url: &str, first: i64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::child", "--ignored", "--nocapture"])
        .env(URL, url)
        .env(FIRST, first.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Kills the child after another number of deeds each time and gives all that it had told.
fn kill_and_listen(mut child: Child) -> Vec<i64> {
    let output = BufReader::new(child.stdout.take().unwrap());
    let mut lines = output.lines().map_while(Result::ok).filter_map(|line| {
        let id = line.strip_prefix("kept ")?.strip_suffix(" .")?;
        id.parse().ok()
    });
    let mut told: Vec<i64> = lines.by_ref().take(rand::random_range(1..300)).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    told.extend(lines);
    told
}

on_both! {
    /// Invariant 1: a hundred kills in the long form, and ten thousand acknowledged.
    async fn what_was_acknowledged_survives_the_killing_of_the_process(mut db: TestDb) {
        make_table(&db).await;
        let (rounds, least) = if variable("DUNGHEN_TEST_LONG").is_some() { (100, 10_000) } else { (4, 100) };
        let mut told = Vec::new();
        for round in 0..rounds {
            db.close().await;
            let child = start_child(&db.url, round * IDS_PER_ROUND);
            let before = told.len();
            told.extend(tokio::task::spawn_blocking(move || kill_and_listen(child)).await.unwrap());
            assert!(told.len() > before, "the child has told nothing");
            db.reopen(&serve()).await;
            let kept = ids(&db).await;
            let lost: Vec<_> = told.iter().filter(|id| kept.binary_search(id).is_err()).collect();
            assert!(lost.is_empty(), "lost {lost:?} in round {round}");
            if db.is_sqlite() {
                let check = db.read(async |tx| tx.query("pragma integrity_check").fetch_scalar::<String>().await);
                assert_eq!(check.await.unwrap(), "ok");
            }
        }
        assert!(told.len() >= least, "only {} were acknowledged", told.len());
        println!("{rounds} kills, {} acknowledged, 0 lost", told.len());
    }
}

#[test]
fn a_second_process_on_the_same_file_is_refused_until_the_first_is_gone() {
    on_sqlite(async |mut db| {
        make_table(&db).await;
        db.close().await;
        let mut child = start_child(&db.url, 0);
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.starts_with("kept") {
            line.clear();
            assert!(output.read_line(&mut line).unwrap() > 0, "the child has ended");
        }
        assert!(matches!(Db::open(&db.url, &serve()).await, Err(Error::Locked(_))));
        let beside = Db::open(&db.url, &DbSettings::default()).await.unwrap();
        assert!(!ids(&beside).await.is_empty(), "a command may look");
        assert!(matches!(beside.write(async |tx| add(tx, -1).await).await, Err(Error::Locked(_))));
        beside.close().await;
        child.kill().unwrap();
        child.wait().unwrap();
        db.reopen(&serve()).await;
        db.write(async |tx| add(tx, -1).await).await.unwrap();
    });
}
