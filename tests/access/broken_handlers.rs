//! S32: whatever breaks in a handler costs its own request alone and tells nothing of the inside.

use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::Response;
use dunghen::domain::staff::Role;
use dunghen::web::router;

use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};
use crate::world::*;

/// What a panic says, and no answer repeats.
const INSIDE: &str = "Lò Thị Mai at src/secret.rs";
const BREAKS: &str = "x-breaks";

/// Breaks where a request says so: before its handler, or once that has done all that it does.
async fn breaking(request: Request, next: Next) -> Response {
    let when = request.headers().get(BREAKS).map(|value| value.as_bytes().to_vec());
    assert!(when.as_deref() != Some(b"before"), "{INSIDE}");
    let answer = next.run(request).await;
    assert!(when.is_none(), "{INSIDE}: {}", answer.status());
    answer
}

on_both! {
    /// Every route of the service, by somebody who may do anything and by nobody.
    async fn a_panic_in_any_handler_is_one_answer_with_a_number(db: TestDb) {
        let node = Node::over(&db).await;
        let everything: Vec<Role> = Role::ALL.into_iter().filter(|role| role.is_held_by_staff()).collect();
        let person = node.hire("tat-ca", WARD, &everything).await;
        let code = node.receive(&person, CENTRE, PROCEDURE).await;
        let broken = node.through(|routes| routes.layer(middleware::from_fn(breaking)));
        let all = router::list();
        let mut broke = 0;
        for route in &all {
            let path = route.path.replace("{code}", &code).replace("{id}", "1").replace("{login}", "tat-ca");
            let path = path.replace("{name}", "app.css").replace("{year}", "2026");
            let is_interface = path.starts_with("/api/");
            let content = match route.method {
                "GET" => Content::None,
                _ if is_interface => Content::Json(serde_json::json!({})),
                _ => Content::form(&[("x", "1")]),
            };
            for when in ["before", "after"] {
                for visitor in [broken.signed_in(&person).await, broken.visitor()] {
                    let answer = visitor.send(route.method, &path, &content, &[(BREAKS, when)]).await;
                    let what = format!("{} {path} {when}: {}", route.method, answer.text);
                    assert_eq!(answer.status, 500, "{what}");
                    broke += 1;
                    let id = answer.headers["x-request-id"].to_str().unwrap();
                    assert!(!id.is_empty(), "{what}");
                    let kind = answer.headers["content-type"].to_str().unwrap();
                    assert_eq!(is_interface, kind == "application/problem+json", "{what}");
                    assert!(is_interface || answer.text.contains(id), "{what}");
                    for inside in ["Mai", "secret", "panick", ".rs", "src/", "backtrace", "thread"] {
                        assert!(!answer.text.contains(inside), "{inside}: {what}");
                    }
                    assert_eq!(visitor.get("/healthz").await.status, 200, "the next one: {what}");
                }
            }
        }
        assert_eq!(broke, all.len() * 4);
        assert_eq!(broken.app.traffic.panics.get(), u64::try_from(broke).unwrap(), "each is counted");
        // Nothing is held by what broke: reading and changing go on.
        let fields = [("current", PASSWORD), ("label", "máy"), ("unit", ""), ("days", "30"), ("write", "")];
        assert_eq!(broken.signed_in(&person).await.post("/account/tokens", &fields).await.status, 200);
        assert_eq!(node.count("select count(*) from api_tokens").await, 1);
    }
}
