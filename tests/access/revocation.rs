//! S7, S9, S31: what takes an account's rights or ways in away takes all of them, also what is under way.

use std::sync::Arc;

use dunghen::db::Tx;
use dunghen::domain::staff::Role;
use dunghen::store;
use dunghen::store::staff::Person;
use dunghen::work::{identity, people};
use jiff::SignedDuration;
use serde_json::json;

use crate::accounts::{confirmed, path_of, proposed};
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};
use crate::world::*;

const NEW: &str = "năm con dê leo núi";

/// What a form sends.
type Fields<'a> = &'a [(&'a str, &'a str)];

async fn keeper(node: &Node) -> (Person, Visitor) {
    let keeper = node.hire("quantri", "H35.01", &[Role::Administrator]).await;
    let visitor = node.signed_in(&keeper).await;
    (keeper, visitor)
}

async fn is_in(visitor: &Visitor) -> bool {
    visitor.get("/account").await.status == 200
}

/// Puts the code of now in, with which the proposed second factor begins to count.
async fn confirm(visitor: &Visitor, id: i64) -> u16 {
    let secret = proposed(&visitor.node, id).await;
    let code = secret.code(visitor.node.desk().now.seconds().div_euclid(30));
    visitor.post("/account/second-factor/confirm", &[("code", &code)]).await.status
}

/// Sends what has to be hashed, does `meanwhile` once the hash is awaited, and lets it go on then.
async fn under_way(
    node: &Node,
    request: impl Future<Output = Answer>,
    meanwhile: impl Future<Output = ()>,
) -> Answer {
    let all = u32::try_from(node.app.hashing.available_permits()).unwrap();
    let held = Arc::clone(&node.app.hashing).acquire_many_owned(all).await.unwrap();
    let attempts = async || node.count("select count(*) from throttles where failures > 0").await;
    let before = attempts().await;
    let revoking = async {
        // An attempt is counted after the caller was let in and before the hash is made.
        while attempts().await == before {
            tokio::task::yield_now().await;
        }
        meanwhile.await;
        drop(held);
    };
    tokio::join!(request, revoking).0
}

on_both! {
    /// ORG-02: a change of unit or role that was noted for a later day is no deputy's time, and
    /// nobody takes it back as one: neither whom it concerns nor who keeps the accounts.
    async fn nobody_takes_a_planned_change_back_as_if_it_were_a_deputys_time(db: TestDb) {
        let node = Node::over(&db).await;
        let (_, admin) = keeper(&node).await;
        let thang = node.hire("thang", WARD, &[Role::UnitHead]).await;
        let change = json!({ "roles": ["specialist"], "from": "2026-12-01" });
        assert_eq!(admin.json("PATCH", "/api/v1/people/thang", change).await.status, 200);
        let planned = node.count("select id from duties").await.to_string();
        let own = node.signed_in(&thang).await;
        let fields = [("duty", planned.as_str()), ("current", PASSWORD)];
        assert_eq!(own.post("/account/stand-in/end", &fields[..1]).await.status, 404);
        let path = format!("/people/{}/stand-in/end", thang.id);
        assert_eq!(admin.post(&path, &fields[..1]).await.status, 404);
        assert_eq!(node.count("select count(*) from duties where ended_at is null").await, 1);
        let then = node.at(at("2026-12-01T09:00:00+07:00"));
        assert_eq!(then.signed_in(&thang).await.get("/outbox").await.status, 403, "a head no longer");
    }

    /// S7, S9: a session that was begun without the second factor is none of somebody who has one; it is
    /// the thief's whose owner is just setting one up.
    async fn no_other_session_outlives_a_second_factor_that_is_set_up(db: TestDb) {
        let node = Node::configured(&db, &[("DUNGHEN__SIGN_IN__SECOND_FACTOR", "required")]).await;
        let thang = node.hire("thang", WARD, &[Role::UnitHead]).await;
        let (own, thief) = (node.signed_in(&thang).await, node.signed_in(&thang).await);
        assert_eq!(thief.get("/account").await.location(), "/account/second-factor", "as far as this");
        own.post("/account/second-factor/begin", &[("password", PASSWORD)]).await;
        // The secret is its owner's alone: with it whoever has the password would have both.
        let secret = own.get("/account/second-factor").await.shown_once();
        assert!(!secret.is_empty());
        assert_eq!(thief.get("/account/second-factor").await.location(), "/sign-in?next=%2Faccount%2Fsecond%2Dfactor");
        let later = node.at(at(NOW).plus(SignedDuration::from_mins(1)));
        let again = later.signed_in(&thang).await;
        let page = again.get("/account/second-factor").await;
        assert_eq!(page.status, 200);
        page.hides(&secret);
        let wrong = again.post("/account/second-factor/confirm", &[("code", "000000")]).await;
        wrong.hides(&secret);
        assert_ne!(confirm(&again, thang.id).await, 200);
        assert_eq!(confirm(&own, thang.id).await, 200);
        assert!(is_in(&own).await);
        assert!(!is_in(&again).await);
        assert_eq!(node.count("select count(*) from sessions").await, 1);
    }

    /// S7, S9: whoever turns their own off goes on; whose is reset comes again.
    async fn sessions_end_with_the_second_factor_that_they_rest_on(db: TestDb) {
        let node = Node::over(&db).await;
        let (_, admin) = keeper(&node).await;
        let thang = node.hire("thang", WARD, &[Role::Specialist]).await;
        confirmed(&node, &thang).await;
        let (own, other) = (node.signed_in(&thang).await, node.signed_in(&thang).await);
        let off = [("password", PASSWORD), ("deed", "off")];
        assert_eq!(own.post("/account/second-factor/change", &off).await.status, 303);
        assert_eq!((is_in(&own).await, is_in(&other).await), (true, false));

        confirmed(&node, &thang).await;
        let own = node.signed_in(&thang).await;
        let reset = admin.post(&format!("/people/{}/second-factor/reset", thang.id), &[("current", PASSWORD)]).await;
        assert_eq!(reset.status, 303);
        assert!(!is_in(&own).await);
        assert!(is_in(&admin).await, "who did it is somebody else");
    }

    /// S9, S19: whoever came by a link to the provider that has ended, or by whatever was before it, comes again.
    async fn sessions_end_with_the_link_to_the_provider(db: TestDb) {
        const ISSUER: &str = "https://dangnhap.example.vn";
        let node = Node::over(&db).await;
        let (keeper, _) = keeper(&node).await;
        let mai = node.hire("mai", WARD, &[Role::Reception]).await;
        let by = actor(&keeper);
        for (is_linked, ends) in [(true, true), (false, true), (false, false)] {
            let own = node.signed_in(&mai).await;
            let (desk, by, id) = (node.desk(), by.clone(), mai.id);
            let deed = async move |tx: &mut Tx| {
                if is_linked {
                    identity::link(tx, &desk, &by, id, ISSUER, "0f3a-77").await
                } else {
                    identity::unlink(tx, &desk, &by, id, ISSUER).await
                }
            };
            db.write(deed).await.unwrap();
            assert_eq!(is_in(&own).await, !ends, "{is_linked}");
        }
    }

    /// S9: whose session or account ends while their password is looked at again does nothing with it.
    async fn no_proof_that_is_under_way_outlives_its_session(db: TestDb) {
        let node = Node::over(&db).await;
        let (keeper, _) = keeper(&node).await;
        let token = [("label", "máy"), ("unit", ""), ("days", "30"), ("write", "yes"), ("current", PASSWORD)];
        let password = [("current", PASSWORD), ("password", NEW), ("again", NEW)];
        let begin = [("password", PASSWORD)];
        let codes = [("password", PASSWORD), ("deed", "codes")];
        let off = [("password", PASSWORD), ("deed", "off")];
        let deeds: [(&str, &str, Fields); 5] = [
            ("ma", "/account/tokens", &token),
            ("mat-khau", "/account/password", &password),
            ("bat", "/account/second-factor/begin", &begin),
            ("ma-du-phong", "/account/second-factor/change", &codes),
            ("tat", "/account/second-factor/change", &off),
        ];
        for (name, path, fields) in deeds {
            for is_closed in [false, true] {
                let login = format!("{name}-{is_closed}");
                let person = node.hire(&login, WARD, &[Role::Specialist]).await;
                if path.ends_with("/change") {
                    confirmed(&node, &person).await;
                }
                let state = async || {
                    (
                        node.count("select count(*) from api_tokens").await,
                        node.count("select count(*) from second_factors").await,
                        node.count("select count(*) from audit where action in ('password_changed', 'recovery_codes_renewed')").await,
                    )
                };
                let before = state().await;
                let thief = node.signed_in(&person).await;
                let (desk, by, id) = (node.desk(), actor(&keeper), person.id);
                let revoked = async {
                    let deed = async move |tx: &mut Tx| {
                        if is_closed {
                            people::set_active(tx, &desk, &by, id, false).await
                        } else {
                            people::end_sessions(tx, &desk, &by, id).await
                        }
                    };
                    node.app.db.write(deed).await.unwrap();
                };
                let answer = under_way(&node, thief.post(path, fields), revoked).await;
                assert_eq!(answer.status, 401, "{login}: {}", answer.text);
                answer.hides("class=\"secret\"");
                assert_eq!(state().await, before, "{login}");
                assert!(!is_in(&thief).await, "{login}");
            }
        }
        let people = db.read(async |tx| store::staff::active_with_login(tx).await).await.unwrap();
        let hashes: std::collections::BTreeSet<_> = people.iter().map(|one| &one.password_hash).collect();
        assert_eq!(hashes.len(), 1, "every password is as it was");
    }

    /// S9, S31: a one-time link is a way in like a session, and ends by what ends those.
    async fn a_one_time_link_ends_with_the_sessions(db: TestDb) {
        let node = Node::over(&db).await;
        let (_, admin) = keeper(&node).await;
        let others = [("which", "others")];
        for name in ["khong", "ten", "doi", "phien", "het", "vaitro"] {
            let person = node.hire(name, WARD, &[Role::Specialist]).await;
            let own = node.signed_in(&person).await;
            let path = |rest: &str| format!("/people/{}{rest}", person.id);
            let made = admin.post(&path("/link"), &[("current", PASSWORD)]).await;
            let link = path_of(&made.shown_once());
            assert_eq!(node.visitor().get(&link).await.status, 200, "{name}");
            let change = async |body| {
                let path = format!("/api/v1/people/{name}");
                assert_eq!(admin.json("PATCH", &path, body).await.status, 200, "{name}");
            };
            match name {
                "ten" => change(json!({ "name": "Lò Thị Mai" })).await,
                "doi" => {
                    let fields = [("current", PASSWORD), ("password", NEW), ("again", NEW)];
                    assert_eq!(own.post("/account/password", &fields).await.location(), "/account?done=password");
                }
                "phien" => assert_eq!(own.post("/account/sessions/end", &others).await.status, 303),
                "het" => assert_eq!(admin.post(&path("/sessions/end"), &[]).await.status, 303),
                "vaitro" => change(json!({ "roles": ["clerk"] })).await,
                _ => {}
            }
            let expected = if ["khong", "ten"].contains(&name) { 200 } else { 404 };
            assert_eq!(node.visitor().get(&link).await.status, expected, "{name}");
        }
    }
}
