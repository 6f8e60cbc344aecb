//! S24: what was written about a person goes with what they told; the dossier stays what it was.

use dunghen::db::Tx;
use dunghen::domain::staff::Role;
use dunghen::jobs::tidy;
use dunghen::jobs::turn::Turn;
use dunghen::store;
use dunghen::store::staff::Person;
use dunghen::work::verify;
use serde_json::{Value, json};

use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};
use crate::world::*;

/// In each free field, and nowhere else.
const MARK: &str = "Dấu Lời";

fn words(number: usize) -> String {
    format!("{MARK} {number}: bà Tẩn Thị Sua ở bản Nậm Loỏng")
}

async fn tell(node: &Node, person: &Person, code: &str, from: i64, told: Vec<Value>) {
    for (version, body) in (from..).zip(told) {
        node.happen(person, code, version, body).await;
    }
}

/// Two dossiers in whose events every free field is written in, over for good.
async fn written(node: &Node, person: &Person) -> [String; 2] {
    let filing = json!({ "procedure": PROCEDURE, "receiving_unit": CENTRE, "channel": "counter",
        "applicant": { "name": "Tẩn Thị Sua" }, "components": [words(1), "Tờ khai"] });
    let visitor = node.signed_in(person).await;
    let mut codes = Vec::new();
    for _ in 0..2 {
        let filed = visitor.json("POST", "/api/v1/dossiers", filing.clone()).await;
        assert_eq!(filed.status, 201, "{}", filed.text);
        codes.push(filed.body()["code"].as_str().unwrap().to_owned());
    }
    let [one, late] = codes.try_into().unwrap();
    let told = vec![
        json!({ "kind": "transfer", "to_unit": WARD }),
        json!({ "kind": "opinion_requested", "unit": OTHER, "question": words(2), "due_on": "2026-11-27" }),
        json!({ "kind": "supplement_requested", "items": [words(3)], "reason": words(4), "contact": words(5) }),
        json!({ "kind": "supplemented" }),
        json!({ "kind": "payment_requested", "reason": words(6) }),
        json!({ "kind": "paid" }),
        json!({ "kind": "correction_proposed", "corrects": 1, "true_at": "2026-11-23T09:20:00+07:00", "reason": words(7) }),
        json!({ "kind": "correction_refused", "proposal": 8, "reason": words(8) }),
        json!({ "kind": "corrected", "corrects": 1, "words": words(9), "reason": words(10) }),
        json!({ "kind": "settled" }),
        json!({ "kind": "reopened", "reason": words(11) }),
        json!({ "kind": "stopped", "reason": words(12) }),
    ];
    tell(node, person, &one, 1, told).await;
    let then = node.at(at("2026-12-07T09:00:00+07:00"));
    tell(node, person, &late, 1, vec![json!({ "kind": "transfer", "to_unit": WARD })]).await;
    let told = vec![
        json!({ "kind": "apology_issued", "reason": "volume", "words": words(13), "new_due_on": "2026-12-10" }),
        json!({ "kind": "apology_delivered", "channel": "post", "receipt": words(14) }),
        json!({ "kind": "exempted", "reason": "force_majeure", "words": words(15) }),
        json!({ "kind": "withdrawn", "reason": words(16) }),
    ];
    tell(&then, person, &late, 2, told).await;
    [one, late]
}

/// How many events hold a mark, and all that there are.
async fn marked_events(node: &Node) -> (i64, i64) {
    let marked =
        node.count("select count(*) from dossier_events where cast(body as text) like '%Dấu Lời%'").await;
    (marked, node.count("select count(*) from dossier_events").await)
}

async fn refuses(db: &TestDb, sql: &'static str) -> bool {
    db.write(async move |tx: &mut Tx| tx.query(sql).execute().await).await.is_err()
}

on_both! {
    async fn the_words_about_an_erased_person_go_with_them(db: TestDb) {
        let node = Node::over(&db).await;
        let everything: Vec<Role> = Role::ALL.into_iter().filter(|role| role.is_held_by_staff()).collect();
        let person = node.hire("tat-ca", WARD, &everything).await;
        let codes = written(&node, &person).await;
        let open = node.receive(&person, CENTRE, PROCEDURE).await;
        node.happen(&person, &open, 1, json!({ "kind": "transfer", "to_unit": WARD })).await;
        node.happen(&person, &open, 2, json!({ "kind": "payment_requested", "reason": words(17) })).await;
        let visitor = node.signed_in(&person).await;
        let told = async || {
            let mut told = Vec::new();
            for code in &codes {
                let body = visitor.get(&format!("/api/v1/dossiers/{code}")).await.body();
                told.push(json!([body["state"], body["version"], body["clock"], body["promises"], body["steps"]]));
            }
            told
        };
        let (before, lives) = (marked_events(&node).await, told().await);
        assert_eq!(before.0, 15, "each event with words, and the one that stays open");
        assert!(refuses(&db, "update dossier_events set body = body").await, "nobody is erased yet");

        let later = node.at(at("2032-01-05T09:00:00+07:00"));
        let (desk, turn) = (later.desk(), Turn::by_hand(later.app.clone(), later.app.clock.now()));
        let erase = async || tidy::erase(&turn, &desk, "2027-01-01".parse().unwrap()).await.unwrap();
        assert_eq!(erase().await, 2);
        assert_eq!(marked_events(&node).await, (1, before.1), "only what is open keeps its words");
        assert_eq!(told().await, lives, "the dossiers are what they were");
        let verdict = verify::audit(&db, verify::Verdict::default()).await.unwrap();
        let verdict = verify::dossiers(&db, &desk, verdict).await.unwrap();
        assert!(verdict.holds(), "{:?}", verdict.findings);
        for code in &codes {
            for path in [format!("/dossiers/{code}"), format!("/api/v1/dossiers/{code}")] {
                let page = visitor.get(&path).await;
                page.hides(MARK);
                page.shows("(đã xoá)");
            }
        }
        // Even now an event is what it was but for its words, and goes nowhere.
        for sql in [
            "update dossier_events set kind = 'returned'",
            "update dossier_events set recorded_at = at where seq = 2",
            "update dossier_events set actor_id = 0",
            "update dossier_events set seq = seq + 100",
            "delete from dossier_events",
        ] {
            assert!(refuses(&db, sql).await, "{sql}");
        }

        // What is written afterwards goes in its turn, and so does what was left when persons alone were erased.
        assert_eq!(erase().await, 0);
        let correction = json!({ "kind": "corrected", "corrects": 1, "words": words(18), "reason": words(19) });
        later.happen(&person, &codes[0], 13, correction).await;
        assert_eq!((marked_events(&node).await.0, erase().await, marked_events(&node).await.0), (2, 1, 1));
        db.write(async |tx: &mut Tx| tx.query("update dossiers set erased_version = null").execute().await).await.unwrap();
        assert_eq!(erase().await, 2);
        let erased = db.read(async |tx| store::erasure::due(tx, "2027-01-01".parse().unwrap(), None, 10).await).await;
        assert!(erased.unwrap().is_empty());
        // Nor is any of it in a forgotten page of the file.
        let Some(path) = db.path() else { return };
        db.close().await;
        let file = std::fs::read(path).unwrap();
        let left = (1..=19).filter(|number| {
            let told = format!("{MARK} {number}:");
            file.windows(told.len()).any(|part| part == told.as_bytes())
        });
        assert_eq!(left.collect::<Vec<_>>(), [17], "what is still open");
    }
}
