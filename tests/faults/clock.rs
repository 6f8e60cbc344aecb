//! A wall clock that jumps, forwards and back, under the running service (invariant 11).
//!
//! libfaketime stands between the service and the system; where it is not installed, the test says
//! so and is left out. Waiting is measured on the monotonic clock, which is not touched.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use dunghen::db::{Db, DbSettings};
use dunghen::domain::time::Moment;
use dunghen::store;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::figure;
use crate::service::{CENTRE, Caller, PATIENCE, PROCEDURE, Running, Site, WARD};
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};

/// Hours from the beginning at which the clock stands after each jump: into what is late, back
/// before it was, and so on.
const JUMPS: [i64; 20] =
    [240, 2, 300, 290, 26, 600, 599, 24, 0, 700, 340, 720, 10, 480, 477, 720, 50, 740, 100, 760];
const BEGINNING: &str = "2026-11-16T08:00:00+07:00";

fn library() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").ok()?.flatten();
    let found = folders.map(|folder| folder.path().join("faketime/libfaketime.so.1"));
    found.into_iter().find(|library| library.exists())
}

/// A service whose clock is set by what is written into a file.
struct Clockwork {
    service: Running,
    file: PathBuf,
}

impl Clockwork {
    async fn serve(site: &Site, library: &Path) -> Self {
        let file = site.folder().join("clock");
        let beginning: Moment = BEGINNING.parse().unwrap();
        let mut command = site.command(&["serve"], beginning);
        command
            .env_remove("DUNGHEN_NOW")
            .env("LD_PRELOAD", library)
            .env("FAKETIME_TIMESTAMP_FILE", &file)
            .env("FAKETIME_NO_CACHE", "1")
            .env("DONT_FAKE_MONOTONIC", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env("TZ", "UTC");
        set(&file, beginning);
        Self { service: site.run_service(command).await, file }
    }

    /// Sets the clock so many hours behind the beginning.
    fn jump(&self, hours: i64) -> Moment {
        let beginning: Moment = BEGINNING.parse().unwrap();
        let now = beginning.plus(jiff::SignedDuration::from_hours(hours));
        set(&self.file, now);
        now
    }
}

/// The whole line at once: half of one would be another time.
fn set(file: &Path, at: Moment) {
    let text = at.to_string().replace('T', " ");
    let draft = file.with_extension("new");
    std::fs::write(&draft, format!("@{}\n", &text[..19])).unwrap();
    std::fs::rename(&draft, file).unwrap();
}

/// What must never become less or other: verdicts on what has ended, debts, and who was told of what.
#[derive(Debug, Default)]
struct Known {
    late: BTreeSet<String>,
    owed: BTreeMap<String, Moment>,
    alerts: BTreeSet<(i64, i64, String, i64, i64)>,
}

impl Known {
    async fn of(db: &Db) -> Self {
        db.read(async |tx| {
            let late = "select code from dossiers where outcome = 'late'";
            let owed = "select d.code, o.opened_at from obligations o join dossiers d on d.id = o.dossier_id";
            let alerts = "select dossier_id, promise_no, rule, level, recipient_id from alerts";
            let late: Vec<(String,)> = tx.query(late).fetch_all().await?;
            let owed: Vec<(String, Moment)> = tx.query(owed).fetch_all().await?;
            let alerts: Vec<(i64, i64, String, i64, i64)> = tx.query(alerts).fetch_all().await?;
            let count = alerts.len();
            let alerts: BTreeSet<_> = alerts.into_iter().collect();
            assert_eq!(alerts.len(), count, "an alert was raised twice");
            Ok(Self {
                late: late.into_iter().map(|(code,)| code).collect(),
                owed: owed.into_iter().collect(),
                alerts,
            })
        })
        .await
        .unwrap()
    }

    fn is_kept_by(&self, later: &Self) -> bool {
        self.late.is_subset(&later.late)
            && self.alerts.is_subset(&later.alerts)
            && self.owed.iter().all(|(code, at)| later.owed.get(code) == Some(at))
    }
}

async fn take_in(caller: &Caller) -> String {
    let body = json!({
        "procedure": PROCEDURE,
        "receiving_unit": CENTRE,
        "channel": "counter",
        "applicant": { "name": "Tẩn Thị Sua", "phone": "0912345678" },
    });
    let (status, answer) = caller.post("/api/v1/dossiers", None, &body).await.unwrap();
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    answer["code"].as_str().unwrap().to_owned()
}

async fn event(caller: &Caller, code: &str, version: i64, mut body: Value) -> i64 {
    body["expected_version"] = version.into();
    let (status, answer) =
        caller.post(&format!("/api/v1/dossiers/{code}/events"), None, &body).await.unwrap();
    assert_eq!(status, StatusCode::CREATED, "{code} {body}: {answer}");
    version + 1
}

/// Waits until nothing is left to be swept at `now`.
async fn swept(db: &Db, now: Moment) {
    let done = async {
        let mut looks = tokio::time::interval(Duration::from_millis(50));
        while db.read(async |tx| store::sweep::backlog(tx, now).await).await.unwrap().0 > 0 {
            looks.tick().await;
        }
    };
    tokio::time::timeout(PATIENCE, done).await.expect("the sweep does not come");
}

/// What the alarms say by how many seconds the clock was set, once there are so many.
async fn told(db: &Db, count: usize) -> Vec<i64> {
    let alarms = "select detail from alarms where kind = 'clock_moved' order by id";
    let told = async {
        let mut looks = tokio::time::interval(Duration::from_millis(50));
        loop {
            looks.tick().await;
            let told = db.read(async |tx| tx.query(alarms).fetch_all::<(String,)>().await).await.unwrap();
            if told.len() >= count {
                return told.into_iter().map(|(seconds,)| seconds.parse().unwrap()).collect();
            }
        }
    };
    tokio::time::timeout(PATIENCE, told).await.expect("nobody tells that the clock was set")
}

/// No event lies before its predecessor, whatever the clock has said meanwhile.
async fn are_in_order(db: &Db) {
    let sql = "select count(*) from dossier_events a
        join dossier_events b on b.dossier_id = a.dossier_id and b.seq = a.seq + 1 where b.at < a.at";
    let backwards = db.read(async |tx| tx.query(sql).fetch_scalar::<i64>().await);
    assert_eq!(backwards.await.unwrap(), 0);
}

on_both! {
    async fn a_clock_that_jumps_neither_doubles_nor_undoes_nor_back_dates(mut db: TestDb) {
        let Some(library) = library() else {
            println!("left out: libfaketime is not installed, so no clock can be made to jump");
            return;
        };
        db.close().await;
        let site = Site::new(&db.url, None).with("DUNGHEN__JOBS__SWEEP_S", "1");
        let beginning: Moment = BEGINNING.parse().unwrap();
        site.run(&["migrate"], "", beginning);
        let token = site.account("mai", CENTRE, "reception", beginning);
        let head = ["user", "add", "thang", "--unit", WARD, "--role", "unit_head", "--email", "thang@example.vn"];
        site.run(&head, "mật khẩu đủ dài\n", beginning);
        let mut clockwork = Clockwork::serve(&site, &library).await;
        let caller = clockwork.service.caller(&token);
        db.reopen(&DbSettings::default()).await;

        let mut open = Vec::new();
        for _ in 0..8 {
            let code = take_in(&caller).await;
            let version = event(&caller, &code, 1, json!({ "kind": "transfer", "to_unit": WARD })).await;
            open.push((code, version));
        }
        let mut known = Known::of(&db).await;
        let jumps = figure(5, JUMPS.len());
        for (number, hours) in JUMPS.into_iter().take(jumps).enumerate() {
            let now = clockwork.jump(hours);
            let told = told(&db, number + 1).await;
            let before = number.checked_sub(1).map_or(0, |number| JUMPS[number]);
            let by = (hours - before) * 3_600;
            // The clock has gone on from where it was set.
            assert_eq!(told.len(), number + 1, "{told:?}");
            assert!((by - 120..=by + 5).contains(&told[number]), "by {by} s, and told {told:?}");
            swept(&db, now).await;
            // Each of them once after a jump forwards and once after one back.
            let (code, version) = &mut open[number / 2 % 3];
            *version = event(&caller, code, *version, json!({ "kind": "transfer", "to_unit": WARD })).await;
            if number % 2 == 1 {
                let (code, version) = open.pop().unwrap();
                event(&caller, &code, version, json!({ "kind": "settled" })).await;
            }
            let code = take_in(&caller).await;
            let version = event(&caller, &code, 1, json!({ "kind": "transfer", "to_unit": WARD })).await;
            open.insert(3, (code, version));
            let later = Known::of(&db).await;
            assert!(known.is_kept_by(&later), "jump {number}: {known:?} became {later:?}");
            are_in_order(&db).await;
            known = later;
        }
        assert!(known.owed.len() >= 8 && known.alerts.len() >= 8, "the jumps have brought something about");
        clockwork.service.kill();
        db.close().await;
        site.verify(beginning);
        println!("{jumps} jumps, {} debts, {} alerts, {} ended late", known.owed.len(), known.alerts.len(), known.late.len());
    }
}
