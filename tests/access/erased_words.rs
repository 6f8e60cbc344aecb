//! S24: what was written about a person goes with what they told; the dossier stays what it was.

use dunghen::db::Tx;
use dunghen::domain::staff::Role;
use dunghen::jobs::tidy;
use dunghen::jobs::turn::Turn;
use dunghen::store;
use dunghen::store::staff::Person;
use dunghen::work::verify;
use serde_json::{Value, json};
use sqlx::types::Json;

use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};
use crate::world::*;

/// An event as it is kept: its dossier, its number, what it tells.
type Kept = (i64, i64, Json<Value>);

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

/// Whether an event of this kind may be told anew, as `edit` makes it of what is there.
async fn may_tell(db: &TestDb, kind: &'static str, edit: impl FnOnce(&mut Value)) -> bool {
    let read = "select dossier_id, seq, body from dossier_events where kind = $1 order by dossier_id, seq";
    let found = db.read(async move |tx| tx.query(read).bind(kind).fetch_all::<Kept>().await).await.unwrap();
    let (dossier, seq, mut body) = found.into_iter().next().unwrap();
    edit(&mut body.0);
    let write = "update dossier_events set body = $3 where dossier_id = $1 and seq = $2";
    let told =
        async move |tx: &mut Tx| tx.query(write).bind(dossier).bind(seq).bind(Json(&body.0)).execute().await;
    db.write(told).await.is_ok()
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
        assert!(refuses(&db, "update dossier_events set body = body where kind = 'settled'").await, "nobody is erased yet");
        let pretended = "update applicants set erased_at = (select max(at) from dossier_events)";
        assert!(refuses(&db, pretended).await, "whose data are there is not erased");

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
        for (language, shown, hidden) in [("en", "(erased)", "(đã xoá)"), ("vi", "(đã xoá)", "(erased)")] {
            visitor.post("/language", &[("language", language), ("back", "/account")]).await;
            for code in &codes {
                let page = visitor.get(&format!("/dossiers/{code}")).await;
                page.shows(shown);
                page.hides(hidden);
            }
        }
        // Even now an event is what it was but for its words, and goes nowhere.
        for sql in [
            "update dossier_events set kind = 'returned'",
            "update dossier_events set recorded_at = at where seq = 2",
            "update dossier_events set actor_id = 0",
            "update dossier_events set seq = seq + 100",
            "delete from dossier_events",
            "update applicants set erased_at = null where erased_at is not null",
            "update applicants set erased_at = (select min(at) from dossier_events) where erased_at is not null",
            "update applicants set sealed = (select hash from audit_head) where erased_at is not null",
            "update applicants set key_id = 'k' where erased_at is not null",
            "update applicants set phone_code = (select hash from audit_head) where erased_at is not null",
            "update applicants set identifier_code = (select hash from audit_head) where erased_at is not null",
            "update dossiers set applicant_id = null",
            "update dossiers set applicant_id = (select min(applicant_id) from dossiers)",
        ] {
            assert!(refuses(&db, sql).await, "{sql}");
        }
        assert!(may_tell(&db, "received", |_| ()).await, "as it is");
        assert!(may_tell(&db, "apology_issued", |_| ()).await, "as it is");
        assert!(!may_tell(&db, "received", |body| body["promise"]["due_on"] = json!("2026-12-31")).await);
        assert!(!may_tell(&db, "received", |body| body["promise"] = json!(null)).await);
        assert!(!may_tell(&db, "received", |body| body["ruleset"] = json!("(đã xoá)")).await);
        assert!(!may_tell(&db, "received", |body| body["more"] = json!("(đã xoá)")).await);
        assert!(!may_tell(&db, "received", |body| body["filing"]["components"] = json!(["(đã xoá)"])).await);
        assert!(!may_tell(&db, "received", |body| body["filing"]["components"][0] = json!("Tờ khai")).await);
        assert!(!may_tell(&db, "apology_issued", |body| body["words"] = json!("Lời khác (đã xoá)")).await);
        assert!(!may_tell(&db, "apology_issued", |body| body["reason"] = json!("(đã xoá)")).await);
        assert!(!may_tell(&db, "apology_issued", |body| body["kind"] = json!("exempted")).await);

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
