//! Clients that say nothing, or too slowly, or do not listen: each is let go in the end (S28).

use std::time::Duration;

use futures_util::future::join_all;

use crate::house::{House, PATIENCE, until};
use crate::line::Line;

const SETTINGS: [(&str, &str); 3] =
    [("HEADER_TIMEOUT_S", "1"), ("BODY_TIMEOUT_S", "1"), ("IDLE_TIMEOUT_S", "3")];
const SIGN_IN: &str = "POST /api/v1/sign-in HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{\"name\":\"";

/// Goes on sending one byte after the other until nobody listens.
async fn trickle(line: &mut Line) {
    let mut beat = tokio::time::interval(Duration::from_millis(50));
    while line.send("a").await {
        beat.tick().await;
    }
}

#[tokio::test]
async fn a_head_that_does_not_come_in_time_ends_its_connection() {
    let house = House::open(&SETTINGS).await;
    for beginning in ["", "GET /healthz HTTP/1.1\r\nHost: here\r\nX-Half: "] {
        let mut line = Line::to(house.address).await;
        line.send(beginning).await;
        line.closed().await;
    }
    let mut slow = Line::to(house.address).await;
    slow.send("GET /healthz HTTP/1.1\r\nX-Slow: ").await;
    tokio::time::timeout(PATIENCE, trickle(&mut slow)).await.expect("it may go on for ever");
    house.connections(0).await;
    house.close().await;
}

/// The second head on a connection has no more time than the first.
#[tokio::test]
async fn a_later_head_must_come_in_time_too_once_it_has_begun() {
    let house = House::open(&[("HEADER_TIMEOUT_S", "1"), ("IDLE_TIMEOUT_S", "60")]).await;
    let mut line = Line::to(house.address).await;
    assert_eq!(line.get("/healthz").await.status, 200);
    line.send("GET /healthz HTTP/1.1\r\nX-Half: ").await;
    line.closed().await;
    house.close().await;
}

#[tokio::test]
async fn a_body_that_does_not_come_in_time_is_refused_and_ends_its_connection() {
    let house = House::open(&SETTINGS).await;
    let mut silent = Line::to(house.address).await;
    let refused = silent.ask(SIGN_IN).await;
    assert_eq!(refused.status, 408);
    assert_eq!(refused.header("connection"), Some("close"));
    assert_eq!(refused.header("content-type"), Some("application/problem+json"));
    silent.closed().await;
    let mut slow = Line::to(house.address).await;
    slow.send(SIGN_IN).await;
    tokio::time::timeout(PATIENCE, trickle(&mut slow)).await.expect("it may go on for ever");
    house.connections(0).await;
    house.close().await;
}

/// More of them than requests are let in, and than large bodies are received at once.
#[tokio::test]
async fn whoever_sends_slowly_keeps_nobody_out() {
    let house = House::open(&[("MAX_REQUESTS", "2")]).await;
    let large = SIGN_IN.replace("5000", "500000");
    let mut slow = Vec::new();
    for head in [SIGN_IN, &large] {
        for _ in 0..40 {
            let mut line = Line::to(house.address).await;
            line.send(head).await;
            slow.push(line);
        }
    }
    let full = || house.app.traffic.shed.of("bodies").get();
    until("the large bodies' places to be taken", || full() == 8).await;
    assert_eq!(slow.last_mut().unwrap().answer().await.status, 503);
    let mut line = Line::to(house.address).await;
    assert_eq!(line.get("/cong-khai").await.status, 200);
    let wrong = "{\"name\":\"mai\",\"password\":\"sai\"}";
    let sign_in = SIGN_IN.replace("5000", &wrong.len().to_string());
    let whole = sign_in.replace("{\"name\":\"", wrong);
    assert_eq!(line.ask(&whole).await.status, 401);
    assert_eq!(house.app.traffic.requests.get(), 0);
    drop(slow);
    house.close().await;
}

/// S13: said beforehand or found out while it comes.
#[tokio::test]
async fn a_body_above_the_limit_is_refused_before_it_is_there() {
    let house = House::open(&[("BODY_LIMIT_BYTES", "2048")]).await;
    let chunked = SIGN_IN.replace("Content-Length: 5000", "Transfer-Encoding: chunked");
    let chunked = chunked.replace("{\"name\":\"", &format!("1000\r\n{}\r\n", "a".repeat(0x1000)));
    for request in [SIGN_IN, &chunked] {
        let mut line = Line::to(house.address).await;
        let refused = line.ask(request).await;
        assert_eq!((refused.status, refused.header("connection")), (413, Some("close")));
        assert!(refused.body.contains("urn:dunghen:problem:too_large"), "{}", refused.body);
        line.closed().await;
    }
    house.close().await;
}

#[tokio::test]
async fn an_idle_connection_is_kept_for_its_time_and_then_closed() {
    let house = House::open(&SETTINGS).await;
    let mut line = Line::to(house.address).await;
    for _ in 0..2 {
        assert_eq!(line.get("/healthz").await.status, 200);
        assert!(line.is_quiet_for(Duration::from_millis(1_500)).await, "closed as early as a slow head");
    }
    line.closed().await;
    house.close().await;
}

/// What the system holds back for a client is little beside so many answers.
#[tokio::test]
async fn a_client_that_does_not_take_its_answers_is_let_go() {
    let house = House::open(&SETTINGS).await;
    let requests = "GET /api/openapi.json HTTP/1.1\r\nHost: here\r\n\r\n".repeat(200);
    let mut deaf = Line::with_small_ear(house.address).await;
    let mut slow = Line::with_small_ear(house.address).await;
    assert!(deaf.send(&requests).await && slow.send(&requests).await);
    house.connections(2).await;
    let sipping = async {
        let mut beat = tokio::time::interval(Duration::from_millis(100));
        loop {
            beat.tick().await;
            slow.take_one_byte().await;
        }
    };
    tokio::select! {
        () = house.connections(0) => {}
        () = sipping => {}
    }
    house.close().await;
}

/// The same answers on a slow line, which takes them as fast as it can: nobody is cut off.
#[tokio::test]
async fn a_client_on_a_slow_line_gets_its_whole_answer() {
    let house = House::open(&[("IDLE_TIMEOUT_S", "1")]).await;
    let mut line = Line::with_small_ear(house.address).await;
    let requests = "GET /api/openapi.json HTTP/1.1\r\nHost: here\r\n\r\n".repeat(30);
    assert!(line.send(&requests).await);
    let mut beat = tokio::time::interval(Duration::from_millis(100));
    for _ in 0..30 {
        beat.tick().await;
        assert_eq!(line.answer().await.status, 200);
    }
    house.close().await;
}

#[tokio::test]
async fn above_the_limit_of_connections_each_is_told_so() {
    let house = House::open(&[("MAX_CONNECTIONS", "4")]).await;
    let mut seated: Vec<Line> = join_all((0..4).map(|_| Line::to(house.address))).await;
    house.connections(4).await;
    let mut line = Line::to(house.address).await;
    let answer = line.get("/api/v1/units").await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("5")));
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    assert!(answer.body.contains("urn:dunghen:problem:overloaded"), "{}", answer.body);
    line.closed().await;
    let page = Line::to(house.address).await.get("/board").await;
    assert_eq!((page.status, page.header("retry-after")), (503, Some("5")));
    assert!(page.body.contains("quá nhiều yêu cầu"), "{}", page.body);
    for open in ["/healthz", "/metrics", "/sign-in"] {
        assert_eq!(Line::to(house.address).await.get(open).await.status, 200, "{open}");
    }
    assert_eq!(seated[0].get("/healthz").await.status, 200);
    seated.truncate(3);
    house.connections(3).await;
    assert_eq!(Line::to(house.address).await.get("/cong-khai").await.status, 200);
    house.close().await;
}

/// One client that holds all it can get keeps nobody else out; a trusted proxy is many clients.
#[tokio::test]
async fn one_client_has_no_more_than_its_share_of_the_connections() {
    let settings = [("MAX_CONNECTIONS_PER_CLIENT", "3"), ("TRUSTED_PROXIES", "127.0.0.7")];
    let house = House::open(&settings).await;
    let greedy = [127, 0, 0, 5];
    let mut held: Vec<Line> = join_all((0..3).map(|_| Line::from(greedy, house.address))).await;
    house.connections(3).await;
    let told = Line::from(greedy, house.address).await.get("/cong-khai").await;
    assert_eq!((told.status, told.header("retry-after")), (503, Some("5")));
    assert_eq!(Line::from(greedy, house.address).await.get("/healthz").await.status, 200);
    house.connections(3).await;
    // A hundred more of the same: most of them are closed without a word.
    let more: Vec<Line> = join_all((0..100).map(|_| Line::from(greedy, house.address))).await;
    until("the others to be closed", || house.app.traffic.refused.get() >= 80).await;
    for neighbour in [[127, 0, 0, 6], [127, 0, 0, 1]] {
        assert_eq!(Line::from(neighbour, house.address).await.get("/cong-khai").await.status, 200);
    }
    drop(more);
    let mut proxied: Vec<Line> = join_all((0..10).map(|_| Line::from([127, 0, 0, 7], house.address))).await;
    for line in &mut proxied {
        assert_eq!(line.get("/cong-khai").await.status, 200, "through a proxy");
    }
    house.connections(13).await;
    assert_eq!(house.app.traffic.shed.of("connections_of_a_client").get(), 1);
    assert_eq!(house.app.traffic.shed.of("connections").get(), 0);
    // Whoever leaves makes room for their next one.
    held.truncate(2);
    house.connections(12).await;
    assert_eq!(Line::from(greedy, house.address).await.get("/cong-khai").await.status, 200);
    house.close().await;
}
