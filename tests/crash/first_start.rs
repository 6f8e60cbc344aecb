//! A service that is killed while it is set up can be set up.

use dunghen::domain::time::Moment;

use crate::is_long;
use crate::service::{CENTRE, Site};
use crate::support::db::{command, on_server, postgres_server, run};

const NOW: &str = "2026-11-16T07:30:00+07:00";
/// A first start takes about as long in a debug build.
const LONGEST_MS: u64 = 250;

fn tries() -> usize {
    if is_long() { 30 } else { 5 }
}

/// Kills both commands that may come first, then expects them to do their work.
async fn set_up_in_spite_of_kills(site: &Site) {
    let now: Moment = NOW.parse().unwrap();
    site.false_start(&["migrate"], now, LONGEST_MS).await;
    site.false_start(&["migrate"], now, LONGEST_MS).await;
    site.run(&["migrate"], "", now);
    site.false_start(&["serve"], now, LONGEST_MS).await;
    site.account("mai", CENTRE, "reception", now);
    site.serve(now).await.kill();
    site.verify(now);
}

#[test]
fn a_file_and_its_keys_are_made_wholly_or_made_again() {
    run(async {
        for _ in 0..tries() {
            let folder = tempfile::tempdir().unwrap();
            let url = format!("sqlite:{}", folder.path().join("dunghen.db").display());
            set_up_in_spite_of_kills(&Site::new(&url, None)).await;
        }
    });
}

#[test]
fn an_empty_database_of_a_server_is_migrated_wholly_or_again() {
    let Some(server) = postgres_server() else { return };
    run(async {
        for _ in 0..tries() {
            let name = format!("dunghen_first_{:016x}", rand::random::<u64>());
            command(&server, &format!("create database {name} template template0")).await;
            set_up_in_spite_of_kills(&Site::new(&on_server(&server, &name), None)).await;
            command(&server, &format!("drop database {name} with (force)")).await;
        }
    });
}
