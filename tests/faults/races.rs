//! Of many who change the same version of a dossier, one succeeds (invariant 5).

use axum::http::StatusCode;
use dunghen::domain::staff::Role;
use futures_util::future::join_all;
use serde_json::json;

use crate::figure;
use crate::node::Node;
use crate::office::*;
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};

const HANDS: usize = 32;
/// A dossier's whole life is read at each step, so that one life is not made too long.
const ROUNDS_PER_DOSSIER: i64 = 25;

on_both! {
    async fn of_32_who_saw_the_same_version_one_succeeds_and_all_others_are_told_so(db: TestDb) {
        let office = Office::open(&db).await;
        let node = Node::of(&office, &db, at("2026-08-25 09:00"));
        let counter = office.hire(&db, CENTRE, &[Role::Reception]).await;
        let officers = join_all((0..HANDS).map(|_| office.hire(&db, COMMUNE, &[Role::Specialist]))).await;
        let tokens = join_all(officers.iter().map(|officer| node.token(officer))).await;
        let counter = node.token(&counter).await;
        let rounds = figure(25, 1_000);
        let mut code = String::new();
        for round in 0..rounds {
            let version = 2 + round % ROUNDS_PER_DOSSIER;
            if version == 2 {
                let (_, taken) = node.take_in(&counter, None, THREE_DAYS, "counter").await;
                code = taken["code"].as_str().unwrap().to_owned();
                let handed = node.event(&counter, &code, 1, json!({ "kind": "transfer", "to_unit": COMMUNE })).await;
                assert_eq!(handed.0, StatusCode::CREATED, "{}", handed.1);
            }
            let answers = join_all(tokens.iter().enumerate().map(|(hand, token)| {
                let step = json!({ "kind": "step_done", "step": format!("Bước {round} của {hand}") });
                node.event(token, &code, version, step)
            }))
            .await;
            let of = |status| answers.iter().filter(|(told, _)| *told == status).count();
            let (won, lost) = (of(StatusCode::CREATED), of(StatusCode::CONFLICT));
            assert_eq!((won, lost), (1, HANDS - 1), "round {round}: {answers:?}");
            let stale = |told: &serde_json::Value| told["type"] == "urn:dunghen:problem:stale_version";
            assert!(answers.iter().filter(|(status, _)| *status == StatusCode::CONFLICT).all(|(_, told)| stale(told)));
        }
        assert_eq!(count(&db, "select count(*) from dossier_events where kind = 'step_done'").await, rounds);
        assert!(office.verify(&db).await.holds());
        println!("{rounds} rounds of {HANDS}, one success in each");
    }
}
