//! S33: a dossier goes its lawful way and no other, whoever asks by whichever door (LIFE-01).

use dunghen::domain::staff::Role;
use dunghen::store::staff::Person;
use serde_json::{Value, json};

use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};
use crate::world::*;

/// Each state by the events that lead to it from the first one; `online` begins unaccepted.
const STATES: [(&str, &[&str]); 10] = [
    ("registered", &["online"]),
    ("received", &[]),
    ("not_received", &["online", "refused"]),
    ("processing", &["transfer"]),
    ("supplement_requested", &["transfer", "supplement_requested"]),
    ("payment_requested", &["transfer", "payment_requested"]),
    ("withdrawn", &["withdrawn"]),
    ("stopped", &["transfer", "stopped"]),
    ("settled", &["transfer", "settled"]),
    ("returned", &["transfer", "settled", "returned"]),
];

/// What LIFE-01, STOP-02, COORD-01 and LATE-11 let follow in a state, and where it leads; all others are refused.
fn leads_to(state: &str, kind: &str) -> Option<&'static str> {
    let settles = matches!(state, "received" | "processing");
    let open = settles || matches!(state, "supplement_requested" | "payment_requested");
    match kind {
        "received" => (state == "registered").then_some("received"),
        "transfer" => settles.then_some("processing"),
        "step_done" => (state == "processing").then_some("processing"),
        "supplement_requested" => (settles || state == "registered").then_some("supplement_requested"),
        "supplemented" => (state == "supplement_requested").then_some("processing"),
        "payment_requested" => (state == "processing").then_some("payment_requested"),
        "paid" => (state == "payment_requested").then_some("processing"),
        "refused" if state == "registered" => Some("not_received"),
        "refused" => settles.then_some("stopped"),
        "stopped" => open.then_some("stopped"),
        "withdrawn" => (open || state == "registered").then_some("withdrawn"),
        // The short way is for what is settled on the day of its receipt alone (ACC-06).
        "settled" => (state == "processing").then_some("settled"),
        "returned" => (state == "settled").then_some("returned"),
        "reopened" => (state == "settled").then_some("processing"),
        "exclusion_began" | "opinion_requested" => {
            settles.then_some(if state == "received" { "received" } else { "processing" })
        }
        // Nothing was asked, excluded, proposed, late or told before.
        _ => None,
    }
}

/// A whole request of each kind.
fn request(kind: &str) -> Value {
    let reason = "Lý do được ghi đủ dài";
    let mut body = match kind {
        "received" | "supplemented" | "paid" | "settled" | "returned" | "exclusion_ended" => json!({}),
        "transfer" => json!({ "to_unit": WARD }),
        "step_done" => json!({ "step": "Thẩm định" }),
        "supplement_requested" => json!({ "items": ["Bản sao giấy khai sinh"], "reason": reason }),
        "exclusion_began" => json!({ "exclusion": "public_posting", "basis": "Điều 16" }),
        "opinion_requested" => json!({ "unit": "H35.05", "question": "Xin ý kiến", "due_on": "2026-11-27" }),
        "opinion_given" => json!({ "unit": "H35.05", "answer": "Đồng ý" }),
        "stage_done" => json!({ "stage": "Khâu không có" }),
        "corrected" => json!({ "proposal": 1, "reason": reason }),
        "correction_refused" => json!({ "proposal": 1, "reason": reason }),
        "apology_delivered" => json!({ "channel": "post", "receipt": "BĐ 1" }),
        "exempted" => json!({ "reason": "force_majeure", "words": reason }),
        _ => json!({ "reason": reason }),
    };
    body["kind"] = json!(kind);
    body
}

const KINDS: [&str; 21] = [
    "received",
    "transfer",
    "step_done",
    "supplement_requested",
    "supplemented",
    "payment_requested",
    "paid",
    "refused",
    "stopped",
    "withdrawn",
    "settled",
    "returned",
    "reopened",
    "exclusion_began",
    "exclusion_ended",
    "opinion_requested",
    "opinion_given",
    "stage_done",
    "corrected",
    "correction_refused",
    "apology_delivered",
];

struct Counter {
    node: Node,
    person: Person,
    visitor: Visitor,
}

impl Counter {
    async fn send(&self, code: &str, version: i64, mut body: Value) -> Answer {
        body["expected_version"] = json!(version);
        self.visitor.json("POST", &format!("/api/v1/dossiers/{code}/events"), body).await
    }

    /// A new dossier that has come so far.
    async fn at(&self, way: &[&str]) -> String {
        let online = way.first() == Some(&"online");
        let code = if online {
            let body = json!({ "procedure": PROCEDURE, "receiving_unit": CENTRE, "channel": "online", "applicant": { "name": "Lò Văn Én" } });
            let filed = self.visitor.json("POST", "/api/v1/dossiers", body).await;
            assert_eq!(filed.status, 201, "{}", filed.text);
            filed.body()["code"].as_str().unwrap().to_owned()
        } else {
            self.node.receive(&self.person, CENTRE, PROCEDURE).await
        };
        for (version, kind) in (1..).zip(&way[usize::from(online)..]) {
            let moved = self.send(&code, version, request(kind)).await;
            assert_eq!(moved.status, 201, "{way:?}, {kind}: {}", moved.text);
        }
        code
    }

    /// Everything that a refusal leaves as it is.
    async fn whole(&self, code: &str) -> (Value, [i64; 5]) {
        let told = self.visitor.get(&format!("/api/v1/dossiers/{code}")).await.body();
        let counts = [
            self.node.count("select count(*) from dossier_events").await,
            self.node.count("select cast(sum(version) as bigint) from dossiers").await,
            self.node.count("select count(*) from outbox").await,
            self.node.count("select count(*) from obligations").await,
            self.node.count("select count(*) from idempotency_keys").await,
        ];
        (json!([told["state"], told["version"], told["events"], told["clock"]]), counts)
    }
}

on_both! {
    /// Each kind of happening against each state.
    async fn no_step_is_taken_out_of_its_order(db: TestDb) {
        let node = Node::over(&db).await;
        let everything: Vec<Role> = Role::ALL.into_iter().filter(|role| role.is_held_by_staff()).collect();
        let person = node.hire("tat-ca", WARD, &everything).await;
        let visitor = node.signed_in(&person).await;
        let counter = Counter { node, person, visitor };
        let (mut wrong, mut taken, mut refused) = (Vec::new(), 0, 0);
        for (state, way) in STATES {
            let mut code = counter.at(way).await;
            for kind in KINDS {
                let before = counter.whole(&code).await;
                assert_eq!(before.0[0], json!(state));
                let version = before.0[1].as_i64().unwrap();
                let answer = counter.send(&code, version, request(kind)).await;
                let after = counter.whole(&code).await;
                let what = format!("{kind} in {state}: {} {}", answer.status, answer.text);
                match leads_to(state, kind) {
                    Some(expected) if answer.status == 201 && after.0[0] == json!(expected) => {
                        taken += 1;
                        code = counter.at(way).await;
                    }
                    Some(_) => wrong.push(what),
                    None => {
                        let told = answer.body();
                        // Nobody answers who was not asked (COORD-01).
                        let statuses = if kind == "opinion_given" { [403; 2] } else { [409, 422] };
                        let is_clear = statuses.contains(&answer.status)
                            && told["detail"].as_str().is_some_and(|detail| detail.chars().count() > 20)
                            && told["type"].as_str().is_some_and(|kind| kind.starts_with("urn:dunghen:problem:"));
                        if !is_clear || after != before {
                            wrong.push(what);
                            code = counter.at(way).await;
                            continue;
                        }
                        refused += 1;
                        // By a page's form it is the same.
                        let mut fields = vec![("expected_version".to_owned(), version.to_string())];
                        for (name, value) in request(kind).as_object().unwrap() {
                            let items = || value.as_array().map(|items| items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n"));
                            let text = value.as_str().map(str::to_owned).or_else(items);
                            fields.push((name.clone(), text.unwrap_or_else(|| value.to_string())));
                        }
                        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                        let page = counter.visitor.post(&format!("/dossiers/{code}/events"), &fields).await;
                        if !statuses.contains(&page.status) || counter.whole(&code).await != before {
                            wrong.push(format!("by form, {what}: {}", page.status));
                        }
                    }
                }
            }
        }
        println!("{taken} steps were taken, {refused} refused");
        assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
        assert_eq!(taken + refused, STATES.len() * KINDS.len());
        assert!(taken > 25, "{taken}");
    }
}
