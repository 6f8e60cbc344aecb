//! Who is let in, who is sent away, and what goes on whoever leaves.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::routing::{get, post};
use dunghen::app::App;
use tokio::sync::Notify;

use crate::house::{House, until};
use crate::line::Line;

/// Whoever asks here waits until the door opens.
#[derive(Clone, Default)]
struct Room {
    entered: Arc<AtomicU32>,
    left: Arc<AtomicU32>,
    door: Arc<Notify>,
}

impl Room {
    async fn wait(self) -> &'static str {
        let opened = self.door.notified();
        self.entered.fetch_add(1, Ordering::SeqCst);
        opened.await;
        self.left.fetch_add(1, Ordering::SeqCst);
        "done"
    }

    fn routes(&self, routes: Router<App>, paths: &[&str]) -> Router<App> {
        paths.iter().fold(routes, |routes, path| {
            let (looks, changes) = (self.clone(), self.clone());
            routes.route(path, get(async || looks.wait().await).post(async || changes.wait().await))
        })
    }

    async fn holds(&self, number: u32) {
        until("people in the room", || self.entered.load(Ordering::SeqCst) == number).await;
    }

    async fn has_let_go(&self, number: u32) {
        until("people out of the room", || self.left.load(Ordering::SeqCst) == number).await;
    }
}

#[tokio::test]
async fn above_the_limit_of_requests_each_is_sent_away_at_once() {
    let room = Room::default();
    let routes = room.routes(Router::new(), &["/slow", "/api/slow"]);
    let routes = ["/healthz", "/readyz", "/metrics", "/sign-in"]
        .into_iter()
        .fold(routes, |routes, path| routes.route(path, get(async || "ok")))
        .route("/api/v1/sign-in", post(async || "ok"));
    let house = House::of(routes, &[("MAX_REQUESTS", "2")]).await;
    let mut first = Line::to(house.address).await;
    let mut second = Line::to(house.address).await;
    first.send("GET /slow HTTP/1.1\r\nHost: here\r\n\r\n").await;
    second.send("POST /api/slow HTTP/1.1\r\nHost: here\r\nContent-Length: 0\r\n\r\n").await;
    room.holds(2).await;

    let mut third = Line::to(house.address).await;
    for answer in [third.get("/api/slow").await, third.post("/api/slow").await] {
        assert_eq!((answer.status, answer.header("retry-after")), (503, Some("5")));
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert!(answer.body.contains("urn:dunghen:problem:overloaded"), "{}", answer.body);
    }
    let page = third.get("/slow").await;
    assert_eq!((page.status, page.header("retry-after")), (503, Some("5")));
    assert!(page.body.contains("<html") && page.body.contains("quá nhiều yêu cầu"), "{}", page.body);
    for open in ["/healthz", "/readyz", "/metrics", "/sign-in"] {
        assert_eq!(third.get(open).await.status, 200, "{open}");
    }
    assert_eq!(third.post("/api/v1/sign-in").await.status, 200);
    assert_eq!(house.app.traffic.shed.of("requests").get(), 3);

    room.door.notify_waiters();
    assert_eq!(first.answer().await.status, 200);
    assert_eq!(second.answer().await.status, 200);
    third.send("GET /slow HTTP/1.1\r\nHost: here\r\n\r\n").await;
    room.holds(3).await;
    room.door.notify_waiters();
    assert_eq!(third.answer().await.status, 200);
    house.close().await;
}

/// A page that nobody waits for any more is not made; a change is not left halfway.
#[tokio::test]
async fn what_changes_something_goes_on_when_its_caller_has_left() {
    let room = Room::default();
    let house = House::of(room.routes(Router::new(), &["/room"]), &[]).await;
    for request in [
        "GET /room HTTP/1.1\r\nHost: here\r\n\r\n",
        "POST /room HTTP/1.1\r\nHost: here\r\nContent-Length: 0\r\n\r\n",
    ] {
        let before = room.entered.load(Ordering::SeqCst);
        let mut line = Line::to(house.address).await;
        line.send(request).await;
        room.holds(before + 1).await;
        drop(line);
        house.connections(0).await;
    }
    until("the page to be given up", || house.app.traffic.requests.get() == 1).await;
    room.door.notify_waiters();
    room.has_let_go(1).await;
    until("the change to end", || house.app.traffic.requests.get() == 0).await;
    house.close().await;
}

/// Its caller is told that it is not known how it ended, never that nothing was kept.
#[tokio::test]
async fn what_changes_something_goes_on_when_its_time_is_over() {
    let room = Room::default();
    let house = House::of(room.routes(Router::new(), &["/api/room"]), &[("HANDLER_TIMEOUT_S", "1")]).await;
    let mut line = Line::to(house.address).await;
    let look = line.get("/api/room").await;
    assert_eq!((look.status, look.header("retry-after")), (503, Some("5")));
    assert!(look.body.contains("urn:dunghen:problem:timeout"), "{}", look.body);
    assert_eq!(house.app.traffic.requests.get(), 0);
    let change = line.post("/api/room").await;
    assert_eq!(change.status, 503);
    assert!(change.body.contains("urn:dunghen:problem:timeout"), "{}", change.body);
    assert!(change.body.contains("Chưa rõ"), "{}", change.body);
    assert_eq!(house.app.traffic.requests.get(), 1, "it keeps its place until it has ended");
    room.door.notify_waiters();
    room.has_let_go(1).await;
    house.close().await;
}

/// S32
#[tokio::test]
async fn a_defect_in_a_handler_costs_its_own_request_alone() {
    async fn explode() -> &'static str {
        panic!("Lò Thị Mai at src/secret.rs")
    }
    let routes = Router::new()
        .route("/boom", get(explode).post(explode))
        .route("/api/boom", get(explode).post(explode))
        .route("/fine", get(async || "fine"));
    let house = House::of(routes, &[]).await;
    let mut line = Line::to(house.address).await;
    let answers = [
        line.get("/boom").await,
        line.post("/boom").await,
        line.get("/api/boom").await,
        line.post("/api/boom").await,
    ];
    for answer in answers {
        assert_eq!(answer.status, 500);
        let id = answer.header("x-request-id").expect("a request id");
        let is_page = answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
        assert!(!is_page || answer.body.contains(id), "{}", answer.body);
        for secret in ["Mai", "secret", "panick", ".rs"] {
            assert!(!answer.body.contains(secret), "{}", answer.body);
        }
    }
    assert_eq!(line.get("/fine").await.body, "fine");
    assert_eq!(house.app.traffic.panics.get(), 4);
    house.close().await;
}

#[tokio::test]
async fn who_is_told_to_stop_is_not_ready() {
    let house = House::open(&[]).await;
    // Past the accept loop, which closes its connections at once.
    let routes = dunghen::web::router::router(house.app.clone());
    house.app.stop.cancel();
    let request = axum::http::Request::get("/readyz").body(axum::body::Body::empty()).unwrap();
    let answer = tower::ServiceExt::oneshot(routes, request).await.unwrap();
    assert_eq!(answer.status(), 503);
    assert_eq!(axum::body::to_bytes(answer.into_body(), 100).await.unwrap(), "stopping\n");
    house.close().await;
}
