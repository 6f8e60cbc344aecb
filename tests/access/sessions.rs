//! S8, S9: a session is known by its hash alone, ends when it should and never comes back.

use std::sync::Arc;

use dunghen::domain::staff::Role;
use dunghen::seal::digest;
use futures_util::future::join_all;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};
use crate::world::*;

on_both! {
    /// S9: half an hour without a request ends it, twelve hours end it in any case; the server says so.
    async fn a_session_ends_when_idle_and_after_a_working_day(db: TestDb) {
        let node = Node::over(&db).await;
        let mai = node.hire("mai", CENTRE, &[Role::Reception]).await;
        let after = |minutes| node.at(at(NOW).plus(SignedDuration::from_mins(minutes)));
        let visitor = node.signed_in(&mai).await;
        assert_eq!(visitor.before(&after(29)).get("/account").await.status, 200);
        assert_eq!(visitor.before(&after(58)).get("/account").await.status, 200, "it was in use");
        assert_eq!(visitor.before(&after(58 + 30)).get("/account").await.status, 303, "half an hour idle");
        let visitor = node.signed_in(&mai).await;
        for minutes in (20..720).step_by(20) {
            assert_eq!(visitor.before(&after(minutes)).get("/account").await.status, 200, "{minutes}");
        }
        assert_eq!(visitor.before(&after(720)).get("/account").await.status, 303, "twelve hours");
    }

    /// S9: a hundred requests are under way while somebody signs out; none brings the session back.
    async fn requests_under_way_do_not_bring_a_session_back(db: TestDb) {
        let node = Node::over(&db).await;
        let mai = node.hire("mai", CENTRE, &[Role::Reception]).await;
        // Two minutes later each request notes that the session is in use.
        let visitor = node.signed_in(&mai).await.before(&node.at(at(NOW).plus(SignedDuration::from_mins(2))));
        let kept = visitor.cookies.lock().unwrap().clone();
        let under_way = (0..100).map(|_| {
            let visitor = Visitor { cookies: Arc::new(std::sync::Mutex::new(kept.clone())), ..visitor.clone() };
            async move { visitor.get("/account").await.status }
        });
        let (statuses, left) = tokio::join!(join_all(under_way), visitor.post("/sign-out", &[]));
        assert_eq!(left.status, 303);
        assert!(statuses.iter().all(|status| [200, 303].contains(status)), "{statuses:?}");
        let thief = Visitor { cookies: Arc::new(std::sync::Mutex::new(kept)), ..visitor };
        assert_eq!(thief.get("/account").await.status, 303);
        assert_eq!(node.count("select count(*) from sessions").await, 0);
    }

    /// S9: a new password, a closed account and another role end what was begun before, on every node.
    async fn sessions_end_with_the_password_the_account_and_the_role(db: TestDb) {
        let node = Node::over(&db).await;
        let other = node.beside();
        let admin = node.hire("quantri", WARD, &[Role::Administrator]).await;
        let mai = node.hire("mai", CENTRE, &[Role::Reception]).await;
        let admin = node.signed_in(&admin).await;
        let change = async |body| admin.json("PATCH", "/api/v1/people/mai", body).await.status;

        let (here, there) = (node.signed_in(&mai).await, node.signed_in(&mai).await.before(&other));
        let new = "năm con dê leo núi";
        let changed =
            here.post("/account/password", &[("current", PASSWORD), ("password", new), ("again", new)]).await;
        assert_eq!((changed.status, changed.location()), (303, "/account?done=password"));
        assert_eq!(there.get("/account").await.status, 303, "the other one has ended");
        assert_eq!(here.get("/account").await.status, 200, "this one goes on under a new id");
        assert_eq!(node.visitor().sign_in("mai", PASSWORD).await.status, 401);
        assert_eq!(node.visitor().sign_in("mai", new).await.status, 303);

        let there = node.signed_in(&mai).await.before(&other);
        assert_eq!(change(json!({ "roles": ["clerk"] })).await, 200);
        assert_eq!(there.get("/account").await.status, 303, "another role");

        let there = node.signed_in(&mai).await.before(&other);
        assert_eq!(change(json!({ "name": "Lò Thị Mai" })).await, 200);
        assert_eq!(there.get("/account").await.status, 200, "a name is no role");
        assert_eq!(change(json!({ "active": false })).await, 200);
        assert_eq!(there.get("/account").await.status, 303, "closed");
        assert_eq!(node.visitor().from("10.1.1.1").sign_in("mai", new).await.status, 401);
    }

    /// One's own sessions: seen with device and network, ended one by one or all but this one.
    async fn people_see_and_end_their_own_sessions_and_no_others(db: TestDb) {
        let node = Node::over(&db).await;
        let mai = node.hire("mai", CENTRE, &[Role::Reception]).await;
        let yen = node.hire("yen", WARD, &[Role::Specialist]).await;
        let phone = node.visitor().from("198.51.100.7");
        let fields = Content::form(&[("name", "mai"), ("password", PASSWORD)]);
        let agent = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36";
        assert_eq!(phone.send("POST", "/sign-in", &fields, &[("user-agent", agent)]).await.status, 303);
        let (here, third) = (node.signed_in(&mai).await, node.signed_in(&mai).await);
        let yen = node.signed_in(&yen).await;
        let page = here.get("/account").await;
        page.shows("Chrome, Android");
        page.shows("198.51.100.0/24");
        page.shows("phiên này");

        // Another person's session can't be ended, though its number be known.
        let number = dunghen::seal::hex(&digest(&token_of(&yen)));
        assert_eq!(here.post("/account/sessions/end", &[("which", &number)]).await.status, 303);
        assert_eq!(yen.get("/account").await.status, 200);
        let number = dunghen::seal::hex(&digest(&token_of(&third)));
        assert!(page.text.contains(&number));
        here.post("/account/sessions/end", &[("which", &number)]).await;
        assert_eq!(third.get("/account").await.status, 303);
        assert_eq!(phone.get("/account").await.status, 200);
        here.post("/account/sessions/end", &[("which", "others")]).await;
        assert_eq!(phone.get("/account").await.status, 303);
        assert_eq!(here.get("/account").await.status, 200);
    }

    /// S8: what is stored of a session opens none.
    async fn a_copy_of_the_database_opens_no_session_and_no_token(db: TestDb) {
        let node = Node::over(&db).await;
        let mai = node.hire("mai", CENTRE, &[Role::Reception]).await;
        let visitor = node.signed_in(&mai).await;
        let issued = visitor.post("/account/tokens", &[("label", "máy quét"), ("days", "30"), ("unit", ""), ("write", ""), ("current", PASSWORD)]).await;
        let token = issued.shown_once();
        assert!(token.starts_with("dh_") && token.len() == 46, "{token}");
        let bearer = async |token: &str| {
            let header = format!("Bearer {token}");
            node.visitor().send("GET", "/api/v1/dossiers", &Content::None, &[("authorization", &header)]).await.status
        };
        assert_eq!(bearer(&token).await, 200);
        let stored: Vec<(Vec<u8>,)> = db
            .read(async |tx| tx.query("select token_hash from sessions union all select token_hash from api_tokens").fetch_all().await)
            .await
            .unwrap();
        assert_eq!(stored.len(), 2);
        for (hash,) in stored {
            use base64::Engine;
            let text = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&hash);
            assert_ne!(text, token.trim_start_matches("dh_"));
            assert_eq!(bearer(&format!("dh_{text}")).await, 401);
            let thief = node.visitor();
            thief.cookies.lock().unwrap().insert("dunghen".to_owned(), text);
            assert_eq!(thief.get("/account").await.status, 303);
        }
        issued.shows("chỉ hiện một lần");
        visitor.get("/account").await.hides(&token);
    }
}

fn token_of(visitor: &Visitor) -> Vec<u8> {
    use base64::Engine;
    let cookies = visitor.cookies.lock().unwrap();
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(&cookies["dunghen"]).unwrap()
}

/// S8: behind TLS the cookies are bound to host, TLS and our own pages; each sign-in has a new one.
#[test]
fn cookies_are_closed_to_scripts_other_sites_and_plain_connections() {
    on_sqlite(|db| async move {
        let node = Node::configured(&db, &[("DUNGHEN__WEB__PUBLIC_URL", "https://mot-cua.example.vn")]).await;
        node.hire("mai", CENTRE, &[Role::Reception]).await;
        let visitor = node.visitor();
        // Whoever plants a cookie before the sign-in has none afterwards.
        visitor.cookies.lock().unwrap().insert("__Host-dunghen".to_owned(), "A".repeat(43));
        let first = visitor.sign_in("mai", PASSWORD).await;
        let cookies: Vec<String> = first
            .headers
            .get_all("set-cookie")
            .iter()
            .map(|cookie| cookie.to_str().unwrap().to_owned())
            .collect();
        assert_eq!(cookies.len(), 2, "{cookies:?}");
        for cookie in &cookies {
            for part in ["__Host-dunghen", "HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
                assert!(cookie.contains(part), "{cookie} lacks {part}");
            }
            assert!(!cookie.contains("Domain"), "{cookie}");
        }
        let id = visitor.cookies.lock().unwrap()["__Host-dunghen"].clone();
        assert_ne!(id, "A".repeat(43));
        let second = visitor.sign_in("mai", PASSWORD).await;
        assert_eq!(second.status, 303);
        assert_ne!(visitor.cookies.lock().unwrap()["__Host-dunghen"], id, "a new id at each sign-in");
        let thief = node.visitor();
        thief.cookies.lock().unwrap().insert("__Host-dunghen".to_owned(), id);
        assert_eq!(thief.get("/account").await.status, 303, "the old one has ended");
    });
}

/// S18: a token reads or writes, sees its unit and no more, ends and is revoked on all nodes at once.
#[test]
fn a_token_does_what_it_was_made_for_and_is_revoked_at_once() {
    on_sqlite(|db| async move {
        let node = Node::over(&db).await;
        let clerk = node.hire("quay", CENTRE, &[Role::Reception]).await;
        let stranger = node.hire("quay-khac", OTHER_CENTRE, &[Role::Reception]).await;
        let (own, other) = (
            node.receive(&clerk, CENTRE, PROCEDURE).await,
            node.receive(&stranger, OTHER_CENTRE, PROCEDURE).await,
        );
        let huy = node.hire("huy", "H35.01", &[Role::ControlOffice]).await;
        let visitor = node.signed_in(&huy).await;
        let issue = async |unit: &str, days: &str| {
            let fields =
                [("label", "bảng tin"), ("unit", unit), ("days", days), ("write", ""), ("current", PASSWORD)];
            visitor.post("/account/tokens", &fields).await
        };
        let whole = issue("", "30").await.shown_once();
        let narrow = issue(WARD, "30").await.shown_once();
        let ask = async |node: &Node, token: &str, path: &str| {
            let header = format!("Bearer {token}");
            node.visitor().send("GET", path, &Content::None, &[("authorization", &header)]).await.status
        };
        let dossier = |code: &str| format!("/api/v1/dossiers/{code}");
        assert_eq!(ask(&node, &whole, &dossier(&other)).await, 200);
        assert_eq!(ask(&node, &narrow, &dossier(&own)).await, 200);
        assert_eq!(ask(&node, &narrow, &dossier(&other)).await, 404, "narrowed to the ward");
        assert_eq!(ask(&node, &narrow, "/imports").await, 403, "and to no province-wide list");
        let header = format!("Bearer {whole}");
        let writes = node
            .visitor()
            .send("POST", "/api/v1/people", &Content::Json(json!({})), &[("authorization", &header)])
            .await;
        assert!([403, 422].contains(&writes.status));
        assert_eq!(issue("H35.99", "30").await.status, 422);
        assert_eq!(issue("", "366").await.status, 422);

        let page = visitor.get("/account").await;
        page.shows("bảng tin");
        let number = dunghen::seal::hex(&digest(narrow.as_bytes()));
        let beside = node.beside();
        assert_eq!(visitor.post("/account/tokens/revoke", &[("which", &number)]).await.status, 303);
        assert_eq!(ask(&beside, &narrow, &dossier(&own)).await, 401, "revoked on every node");
        assert_eq!(ask(&beside, &whole, &dossier(&own)).await, 200);
        let month = node.at(at(NOW).plus(SignedDuration::from_hours(24 * 30)));
        assert_eq!(ask(&month, &whole, &dossier(&own)).await, 401, "ended");
    });
}
