//! S20, S21, DATA-06: who did and who looked is on the log, the log can't be changed without it
//! showing, and inspectors find their way in it.

use dunghen::db::Sql;
use dunghen::domain::staff::Role;
use dunghen::store::audit::Head;
use dunghen::work::anchors::{self, Anchor};
use dunghen::work::verify::{self, Verdict};

use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};
use crate::world::*;

async fn verdict(db: &TestDb, anchors: &[Anchor]) -> Verdict {
    let mut verdict = verify::audit(db, Verdict::default()).await.unwrap();
    anchors::check(db, anchors, &mut verdict).await.unwrap();
    verdict
}

async fn run(db: &TestDb, sql: impl Into<Sql>, values: &[i64]) -> u64 {
    let (sql, values) = (sql.into(), values.to_vec());
    db.write(async move |tx| {
        let query = values.iter().fold(tx.query(sql), |query, value| query.bind(*value));
        query.execute().await
    })
    .await
    .unwrap()
}

/// What only the owner of the database can do.
async fn unlock(db: &TestDb) {
    let statements: &[&'static str] = if db.is_sqlite() {
        &[
            "drop trigger audit_is_never_changed",
            "drop trigger audit_is_never_removed",
            "drop trigger audit_moves_its_head",
        ]
    } else {
        &["alter table audit disable trigger all"]
    };
    for sql in statements {
        run(db, *sql, &[]).await;
    }
}

/// A log of forty rows and an anchor after each ten.
async fn log(db: &TestDb) -> (Node, Vec<Anchor>) {
    let node = Node::over(db).await;
    let person = node.hire("mai", CENTRE, &[Role::Reception]).await;
    let mut anchors = Vec::new();
    for row in 1..=40 {
        node.signed_in(&person).await;
        if row % 10 == 0 {
            let desk = node.desk();
            anchors.push(db.read(async |tx| Anchor::now(tx, &desk).await).await.unwrap());
        }
    }
    (node, anchors)
}

const MOVE: Sql =
    Sql::per_engine("update audit set seq = $2 where seq = $1", "update audit set seq = $2 where seq = $1");

/// One way to tamper with row `row`; the first row that is wrong then.
async fn tamper(db: &TestDb, way: usize, row: i64, last: i64) -> i64 {
    match way {
        0 => run(db, "update audit set actor_id = actor_id + 1 where seq = $1", &[row]).await,
        1 => run(db, "update audit set subject = subject || 'x' where seq = $1", &[row]).await,
        2 => {
            run(
                db,
                "update audit set detail = '{\"from\":\"\"}', action = 'signed_out' where seq = $1",
                &[row],
            )
            .await
        }
        3 => run(db, "delete from audit where seq = $1", &[row]).await,
        4 => {
            // Two rows change places.
            let next = if row == last { row - 1 } else { row + 1 };
            run(db, MOVE, &[row, 1_000_000]).await;
            run(db, MOVE, &[next, row]).await;
            run(db, MOVE, &[1_000_000, next]).await;
            return row.min(next);
        }
        5 => {
            // One is slipped in, the others move up.
            for seq in (row..=last).rev() {
                run(db, MOVE, &[seq, seq + 1]).await;
            }
            run(
                db,
                "insert into audit (seq, at, actor_id, unit, action, subject, detail, previous, hash)
                 select $1, at, actor_id, unit, action, 'ai-do', detail, previous, hash from audit where seq = $1 + 1",
                &[row],
            )
            .await;
            run(db, "update audit_head set seq = seq + 1 where id = 1", &[]).await
        }
        6 => {
            // The end is cut off and the head told so: only an anchor knows.
            run(db, "delete from audit where seq >= $1", &[row]).await;
            run(
                db,
                "update audit_head set seq = $1 - 1, hash = (select hash from audit where seq = $1 - 1) where id = 1",
                &[row],
            )
            .await
        }
        _ => return forge(db, row, last).await,
    };
    row
}

/// Row `row` is changed and the chain written anew from there to its head: only an anchor knows.
async fn forge(db: &TestDb, row: i64, last: i64) -> i64 {
    let rows = db.read(async |tx| dunghen::store::audit::page(tx, row - 1, last).await).await.unwrap();
    let mut previous = rows[0].previous.clone();
    for mut one in rows {
        if one.seq == row {
            one.actor_id += 1;
        }
        one.previous = previous;
        let hash = one.expected_hash().to_vec();
        let (seq, actor, before, own) = (one.seq, one.actor_id, one.previous.clone(), hash.clone());
        db.write(async move |tx| {
            tx.query("update audit set actor_id = $2, previous = $3, hash = $4 where seq = $1")
                .bind(seq)
                .bind(actor)
                .bind(before)
                .bind(own)
                .execute()
                .await
        })
        .await
        .unwrap();
        previous = hash;
    }
    db.write(async move |tx| {
        tx.query("update audit_head set hash = $1 where id = 1").bind(previous).execute().await
    })
    .await
    .unwrap();
    row
}

/// The numbers that a verdict's first finding may name for a tampering at `row`.
fn names(verdict: &Verdict, way: usize, row: i64) -> bool {
    let Some(first) = verdict.findings.first() else { return false };
    let named: i64 = first.subject.trim_start_matches("audit row ").parse().unwrap();
    match way {
        // The row after the gap says what is missing before it.
        3 => named == row + 1 || named == row,
        // Between two anchors the first row that was there before the one that is not.
        6 | 7 => named <= row && row - named < 10,
        _ => named == row,
    }
}

on_both! {
    /// S21, invariant 40: every tampering shows, and the first bad row is named.
    async fn every_tampering_shows_against_chain_and_anchors(db: TestDb) {
        let (_, anchors) = log(&db).await;
        assert!(verdict(&db, &anchors).await.holds());
        unlock(&db).await;
        let (rows, head) = db.read(async |tx| Ok((dunghen::store::audit::page(tx, 0, 100).await?, dunghen::store::audit::head(tx).await?))).await.unwrap();
        let all = match (is_long(), db.is_sqlite()) {
            (true, _) => 1_000,
            (false, true) => 48,
            (false, false) => 16,
        };
        let last = i64::try_from(rows.len()).unwrap();
        for trial in 0..all {
            let (way, row) = (trial % 8, i64::try_from(trial * 7 % 39).unwrap() + 1);
            // The first row has none before it that could be cut back to.
            let row = if way == 6 { row.max(2) } else { row };
            let expected = tamper(&db, way, row, last).await;
            let found = verdict(&db, &anchors).await;
            assert!(names(&found, way, expected), "way {way} at row {row}: {:?}", found.findings.first());
            restore(&db, &rows, &head).await;
        }
        assert!(verdict(&db, &anchors).await.holds(), "whole again");
    }

    /// Invariant 40: a log that nobody touched raises no alarm, wherever it is anchored.
    async fn a_clean_log_raises_no_alarm(db: TestDb) {
        let node = Node::over(&db).await;
        let person = node.hire("mai", CENTRE, &[Role::Reception]).await;
        let mut anchors = Vec::new();
        for _ in 0..if is_long() { 1_000 } else { 50 } {
            let desk = node.desk();
            anchors.push(db.read(async |tx| Anchor::now(tx, &desk).await).await.unwrap());
            node.signed_in(&person).await;
            let verdict = verdict(&db, &anchors[anchors.len().saturating_sub(3)..]).await;
            assert!(verdict.holds(), "{:?}", verdict.findings);
        }
        assert!(verdict(&db, &anchors).await.holds());
    }

    /// S20: failed attempts, refusals, looks at personal data and files taken out are on the log; an
    /// inspector finds them by person, dossier, action and time, a page at a time.
    async fn inspectors_find_who_did_and_who_looked(db: TestDb) {
        let node = Node::over(&db).await;
        let clerk = node.hire("mai", CENTRE, &[Role::Reception]).await;
        let inspector = node.hire("thanhtra", "H35.13", &[Role::Inspector]).await;
        let code = node.receive(&clerk, CENTRE, PROCEDURE).await;
        let mai = node.signed_in(&clerk).await;
        assert_eq!(node.visitor().sign_in("mai", "sai rồi").await.status, 401);
        assert_eq!(mai.get("/people").await.status, 403);
        let page = mai.post(&format!("/dossiers/{code}/person"), &[("purpose", "contact")]).await;
        page.shows(MARKS[0]);
        mai.get(&format!("/dossiers/{code}")).await.hides(MARKS[0]);
        assert_eq!(mai.post(&format!("/dossiers/{code}/person"), &[("purpose", "")]).await.status, 422);
        assert_eq!(mai.get(&format!("/dossiers/{code}/slip")).await.status, 200);

        let inspector = node.signed_in(&inspector).await;
        let seen = inspector.get(&format!("/audit?person=mai&subject={code}&action=person_viewed")).await;
        assert_eq!(seen.text.matches("data-label=\"Dòng\"").count(), 2, "{}", seen.text);
        seen.shows("mục đích: contact");
        seen.shows("mục đích: slip");
        inspector.get("/audit?action=sign_in_failed").await.shows("203.0.113.0/24");
        inspector.get("/audit?action=not_allowed").await.shows("/people");
        inspector.get("/audit?from=2026-11-24").await.shows("Không có dòng nhật ký nào khớp");
        inspector.get("/audit?person=khong-co").await.shows("Không có dòng nhật ký nào khớp");
        assert!(inspector.get("/audit?from=2026-11-23&to=2026-11-23").await.text.contains("Tiếp nhận"));
        let csv = inspector.get("/audit.csv?action=person_viewed").await;
        assert_eq!(csv.text.lines().count(), 3);
        inspector.get("/audit?action=exported").await.shows("audit");

        for _ in 0..70 {
            node.signed_in(&clerk).await;
        }
        let (mut rows, mut pages, mut path) = (0, 0, "/audit?person=mai".to_owned());
        loop {
            let page = inspector.get(&path).await;
            rows += page.text.matches("data-label=\"Dòng\"").count();
            pages += 1;
            let Some(next) = page.text.split("rel=\"next\" href=\"").nth(1) else { break };
            path = next.split('"').next().unwrap().replace("&#38;", "&");
        }
        let all = node.count("select count(*) from audit where actor_id = (select id from staff where login = 'mai')").await;
        assert_eq!((i64::try_from(rows).unwrap(), pages), (all, all.unsigned_abs().div_ceil(30)));
        for page in [inspector.get("/audit").await, csv] {
            for mark in MARKS {
                page.hides(mark);
            }
        }
    }
}

async fn restore(db: &TestDb, rows: &[dunghen::store::audit::Row], head: &Head) {
    let (rows, head) = (rows.to_vec(), head.clone());
    db.write(async move |tx| {
        tx.query("delete from audit").execute().await?;
        for row in &rows {
            tx.query(
                "insert into audit (seq, at, actor_id, unit, action, subject, detail, previous, hash)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            )
            .bind(row.seq)
            .bind(row.at)
            .bind(row.actor_id)
            .bind(row.unit.as_str())
            .bind(row.action.as_str())
            .bind(row.subject.as_str())
            .bind(row.detail.as_str())
            .bind(row.previous.as_slice())
            .bind(row.hash.as_slice())
            .execute()
            .await?;
        }
        tx.query("update audit_head set seq = $1, hash = $2 where id = 1")
            .bind(head.seq)
            .bind(head.hash.as_slice())
            .execute()
            .await
    })
    .await
    .unwrap();
}

/// The command names the first bad row, and refuses anchors that were not made with these keys.
#[test]
fn an_anchor_is_written_every_hour_beside_the_log() {
    on_sqlite(|db| async move {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().display().to_string();
        let node =
            Node::configured(&db, &[("DUNGHEN__DATA__DIR", &dir), ("DUNGHEN__AUDIT__ANCHORS", "neo.txt")])
                .await;
        let person = node.hire("mai", CENTRE, &[Role::Reception]).await;
        for _ in 0..3 {
            node.signed_in(&person).await;
            dunghen::jobs::anchor::once(&node.app).await.unwrap();
        }
        let text = std::fs::read_to_string(folder.path().join("neo.txt")).unwrap();
        let anchors: Vec<Anchor> =
            text.lines().map(|line| Anchor::read(line, &node.app.keys).unwrap()).collect();
        assert_eq!(anchors.iter().map(|anchor| anchor.head.seq).collect::<Vec<_>>(), [1, 2, 3]);
        assert!(verdict(&db, &anchors).await.holds());
        let admin = node.hire("thanhtra", "H35.13", &[Role::Inspector]).await;
        node.signed_in(&admin).await.get("/audit").await.shows("Mốc neo gần nhất");
    });
}
