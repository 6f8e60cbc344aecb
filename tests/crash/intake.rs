//! A dossier that was acknowledged is there, with the promised date, and only once.

use std::collections::BTreeMap;

use dunghen::db::{Db, DbSettings};
use dunghen::domain::time::{Day, Moment};
use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::service::{CENTRE, Caller, PROCEDURE, Site};
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};
use crate::{any_moment, kills, lives};

const HANDS: usize = 16;
/// A Monday morning.
const BEGINNING: &str = "2026-11-16T07:30:00+07:00";

/// What the citizen was told.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Receipt {
    code: String,
    registered_at: Moment,
    due_at: Moment,
    due_on: Day,
}

impl Receipt {
    fn read(answer: &Value) -> Self {
        let text = |field: &str| answer[field].as_str().unwrap_or_else(|| panic!("no {field}: {answer}"));
        Self {
            code: text("code").to_owned(),
            registered_at: text("registered_at").parse().unwrap(),
            due_at: text("due_at").parse().unwrap(),
            due_on: text("due_date").parse().unwrap(),
        }
    }
}

/// One person at the counter, with a list of their own of what was acknowledged.
struct Hand {
    number: usize,
    begun: usize,
    /// Sent, and nobody knows what became of it.
    unanswered: Option<String>,
    acknowledged: BTreeMap<String, Receipt>,
    /// Had happened before the kill, though nobody was told.
    found: usize,
    /// Asked for again, and answered as before.
    repeated: usize,
}

impl Hand {
    fn new(number: usize) -> Self {
        let acknowledged = BTreeMap::new();
        Self { number, begun: 0, unanswered: None, acknowledged, found: 0, repeated: 0 }
    }

    /// Takes in one dossier after the other until the service is gone.
    async fn work(&mut self, caller: &Caller, now: Moment) {
        while self.finish(caller, now).await && self.repeat(caller).await {
            self.begun += 1;
            self.unanswered = Some(format!("hand-{}-{}", self.number, self.begun));
        }
    }

    /// Sends what has no answer yet under its key, for the first time or again.
    async fn finish(&mut self, caller: &Caller, now: Moment) -> bool {
        let Some(key) = self.unanswered.clone() else { return true };
        let Some(receipt) = take_in(caller, &key).await else { return false };
        self.found += usize::from(receipt.registered_at < now);
        self.acknowledged.insert(key, receipt);
        self.unanswered = None;
        true
    }

    /// Now and then asks again for what was acknowledged, in this life of the service or another.
    async fn repeat(&mut self, caller: &Caller) -> bool {
        if self.acknowledged.is_empty() || !rand::random_bool(0.2) {
            return true;
        }
        let any = rand::random_range(0..self.acknowledged.len());
        let (key, told) = self.acknowledged.iter().nth(any).unwrap();
        let Some(receipt) = take_in(caller, key).await else { return false };
        assert_eq!(receipt, *told, "{key} asked for again");
        self.repeated += 1;
        true
    }
}

async fn take_in(caller: &Caller, key: &str) -> Option<Receipt> {
    let body = json!({
        "procedure": PROCEDURE,
        "receiving_unit": CENTRE,
        "channel": "counter",
        "applicant": { "name": format!("Lò Thị {key}"), "phone": "0912345678" },
        "components": ["Tờ khai theo mẫu"],
    });
    let (status, answer) = caller.post("/api/v1/dossiers", Some(key), &body).await?;
    assert_eq!(status, StatusCode::CREATED, "{key}: {answer}");
    Some(Receipt::read(&answer))
}

on_both! {
    async fn what_was_acknowledged_survives_and_no_dossier_is_there_by_halves(mut db: TestDb) {
        db.close().await;
        let site = Site::new(&db.url, None);
        let beginning: Moment = BEGINNING.parse().unwrap();
        site.run(&["migrate"], "", beginning);
        let token = site.account("mai", CENTRE, "reception", beginning);
        let mut hands: Vec<Hand> = (0..HANDS).map(Hand::new).collect();
        for life in 0..kills() {
            let now = beginning.plus(lives(life));
            if rand::random_ratio(1, 5) {
                site.false_start(&["serve"], now, 400).await;
            }
            let mut service = site.serve(now).await;
            let caller = service.caller(&token);
            let all = join_all(hands.iter_mut().map(|hand| hand.work(&caller, now)));
            let end = async {
                service.answered().await;
                tokio::time::sleep(any_moment()).await;
                service.kill();
            };
            tokio::join!(all, end);
            is_whole(&mut db).await;
        }
        let now = beginning.plus(lives(kills()));
        let mut service = site.serve(now).await;
        let caller = service.caller(&token);
        join_all(hands.iter_mut().map(async |hand| assert!(hand.finish(&caller, now).await))).await;
        service.kill();

        let sum = |count: fn(&Hand) -> usize| hands.iter().map(count).sum::<usize>();
        let (found, repeated) = (sum(|hand| hand.found), sum(|hand| hand.repeated));
        let told: BTreeMap<_, _> = hands.into_iter().flat_map(|hand| hand.acknowledged).collect();
        let count = told.len();
        assert!(count >= usize::try_from(kills()).unwrap(), "less than one was acknowledged in each life");
        db.reopen(&DbSettings::default()).await;
        assert_eq!(kept(&db).await, told);
        assert_eq!(counts(&db).await, [i64::try_from(count).unwrap(); 6]);
        assert_eq!(halves(&db).await, 0);
        db.close().await;
        assert_eq!(site.verify(now)["dossiers"], count);
        println!(
            "{} kills, {count} acknowledged, {found} of them found after a kill, {repeated} asked for again",
            kills()
        );
    }
}

/// The file is sound after every kill; PostgreSQL's server is not killed.
async fn is_whole(db: &mut TestDb) {
    if db.path().is_none() {
        return;
    }
    db.reopen(&DbSettings::default()).await;
    let check = db.read(async |tx| tx.query("pragma integrity_check").fetch_scalar::<String>().await).await;
    assert_eq!(check.unwrap(), "ok");
    db.close().await;
}

#[derive(sqlx::FromRow)]
struct Kept {
    key: String,
    code: String,
    registered_at: Moment,
    due_at: Moment,
    due_on: Day,
}

/// What the database holds under each key.
async fn kept(db: &Db) -> BTreeMap<String, Receipt> {
    const KEPT: &str = "select k.key, d.code, d.registered_at, d.due_at, d.due_on
        from idempotency_keys k join dossiers d on d.id = k.dossier_id";
    let rows: Vec<Kept> = db.read(async |tx| tx.query(KEPT).fetch_all().await).await.unwrap();
    let receipt = |row: Kept| {
        let Kept { key, code, registered_at, due_at, due_on } = row;
        (key, Receipt { code, registered_at, due_at, due_on })
    };
    rows.into_iter().map(receipt).collect()
}

/// Each part of an intake, counted: as many as there are dossiers, codes without a gap.
async fn counts(db: &Db) -> [i64; 6] {
    const PARTS: [&str; 6] = [
        "select count(*) from dossiers",
        "select count(*) from dossier_events where kind = 'received' and seq = 1",
        "select count(*) from applicants",
        "select count(*) from audit where action = 'received'",
        "select count(*) from idempotency_keys",
        "select cast(sum(last) as bigint) from code_sequences",
    ];
    let mut counts = [0; 6];
    for (count, part) in counts.iter_mut().zip(PARTS) {
        *count = db.read(async |tx| tx.query(part).fetch_scalar().await).await.unwrap();
    }
    counts
}

/// Dossiers that lack a part.
async fn halves(db: &Db) -> i64 {
    const HALVES: &str = "select count(*) from dossiers
        where id not in (select dossier_id from dossier_events)
           or applicant_id is null or applicant_id not in (select id from applicants)
           or code not in (select subject from audit)
           or id not in (select dossier_id from idempotency_keys)";
    db.read(async |tx| tx.query(HALVES).fetch_scalar().await).await.unwrap()
}
