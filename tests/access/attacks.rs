//! What a stranger with bad intent and the source in hand tried, and what an insider did.

use std::collections::BTreeSet;
use std::io::Write as _;

use axum::body::Body;
use axum::http::Request;
use dunghen::domain::staff::Role;
use dunghen::web::router;
use futures_util::future::join_all;
use jiff::SignedDuration;
use serde_json::json;
use tower::ServiceExt;

use crate::accounts::confirmed;
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};
use crate::world::*;

on_both! {
    /// S7: of twenty who send the same code at the same instant one comes in, on whatever node.
    async fn one_code_opens_one_session_however_many_send_it_at_once(db: TestDb) {
        let node = Node::over(&db).await;
        let thang = node.hire("thang", WARD, &[Role::UnitHead]).await;
        let secret = confirmed(&node, &thang).await;
        let minute = node.at(at(NOW).plus(SignedDuration::from_mins(1)));
        let nodes = [minute.beside(), minute.beside()];
        let ticket = minute.visitor().sign_in("thang", PASSWORD).await.input("ticket");
        let code = secret.code(minute.desk().now.seconds().div_euclid(30));
        let fields = [("ticket", ticket.as_str()), ("code", code.as_str())];
        let before = node.count("select count(*) from sessions").await;
        let tries = (0..20).map(|one| {
            let visitor = nodes[one % 2].visitor().from(&format!("10.11.{one}.1"));
            async move { visitor.post("/sign-in/code", &fields).await.status }
        });
        let statuses = join_all(tries).await;
        assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
        assert_eq!(node.count("select count(*) from sessions").await - before, 1);
    }

    /// S31: a one-time link that two follow at once sets one password.
    async fn one_link_sets_one_password_however_many_follow_it_at_once(db: TestDb) {
        let node = Node::over(&db).await;
        let admin = node.hire("quantri", "H35.01", &[Role::Administrator]).await;
        let admin = node.signed_in(&admin).await;
        let made = admin
            .post(
                "/people",
                &[("login", "seo"), ("name", "Lý Seo Phà"), ("unit", WARD), ("roles", "specialist"), ("current", PASSWORD)],
            )
            .await;
        let link = made.shown_once();
        let token = link.split_once("token=").unwrap().1.to_owned();
        let tries = (0..8).map(|one| {
            let (visitor, token) = (node.visitor().from(&format!("10.12.{one}.1")), token.clone());
            async move {
                let password = format!("mật khẩu của người thứ {one}");
                let fields = [("token", token.as_str()), ("password", &password), ("again", &password)];
                (visitor.post("/activate", &fields).await.status, password)
            }
        });
        let done = join_all(tries).await;
        let good: Vec<&String> = done.iter().filter(|(status, _)| *status == 303).map(|(_, one)| one).collect();
        assert_eq!(good.len(), 1, "{done:?}");
        // The right one first: whoever guesses wrong so often must wait (S5).
        assert_eq!(node.visitor().from("10.13.9.1").sign_in("seo", good[0]).await.status, 303);
        for (number, (_, password)) in done.iter().enumerate().filter(|(_, (_, one))| one != good[0]) {
            let answer = node.visitor().from(&format!("10.13.{number}.1")).sign_in("seo", password).await;
            assert_ne!(answer.status, 303, "{password}");
        }
    }

    /// S18: whoever was moved or has lost a role has no way back by a token that was narrowed before.
    async fn a_narrowed_token_does_not_outlive_the_reach_of_its_owner(db: TestDb) {
        let node = Node::over(&db).await;
        let clerk = node.hire("quay", CENTRE, &[Role::Reception]).await;
        let code = node.receive(&clerk, CENTRE, PROCEDURE).await;
        let huy = node.hire("huy", "H35.01", &[Role::ControlOffice]).await;
        let yen = node.hire("yen", WARD, &[Role::Specialist]).await;
        let admin = node.hire("quantri", "H35.01", &[Role::Administrator]).await;
        let admin = node.signed_in(&admin).await;
        let issue = async |person, unit: &str| {
            let fields = [("label", "máy"), ("unit", unit), ("days", "300"), ("write", ""), ("current", PASSWORD)];
            node.signed_in(person).await.post("/account/tokens", &fields).await.shown_once()
        };
        let (whole, of_ward, of_yen) = (issue(&huy, "H35").await, issue(&huy, WARD).await, issue(&yen, WARD).await);
        let ask = async |token: &str| {
            let header = format!("Bearer {token}");
            let path = format!("/api/v1/dossiers/{code}");
            node.visitor().send("GET", &path, &Content::None, &[("authorization", &header)]).await.status
        };
        for token in [&whole, &of_ward, &of_yen] {
            assert_eq!(ask(token).await, 200);
        }
        for (login, unit) in [("huy", OTHER), ("yen", OTHER)] {
            let change = json!({ "unit": unit, "roles": ["specialist"] });
            assert_eq!(admin.json("PATCH", &format!("/api/v1/people/{login}"), change).await.status, 200);
        }
        for token in [&whole, &of_ward, &of_yen] {
            assert_eq!(ask(token).await, 401, "moved to another commune, and reads on in the old one");
        }
    }
}

on_both! {
    /// S32: a character that one database can't keep breaks nothing, wherever it is put.
    async fn no_character_breaks_a_database(db: TestDb) {
        let node = Node::over(&db).await;
        let everything: Vec<Role> = Role::ALL.into_iter().filter(|role| role.is_held_by_staff()).collect();
        let person = node.hire("tat-ca", WARD, &everything).await;
        let code = node.receive(&person, CENTRE, PROCEDURE).await;
        let visitor = node.signed_in(&person).await;
        for evil in ["a\u{0}b", "a\u{feff}\u{202e}b", "\u{10ffff}", "a\u{1f}b", "%00", "'; drop table staff; --"] {
            let escaped = percent_encoding::utf8_percent_encode(evil, percent_encoding::NON_ALPHANUMERIC).to_string();
            for path in [
                "/dossiers?q=X", "/dossiers?unit=X", "/dossiers/X", "/dossiers/X/slip", "/people?q=X", "/people?after=X&id=1",
                "/audit?person=X", "/audit?subject=X", "/audit?action=X", "/audit.csv?subject=X", "/procedures?q=X",
                "/procedures/X", "/cong-khai/thu-tuc/X", "/tra-cuu?code=X", "/activate?token=X", "/sign-in?next=X",
                "/imports/findings?source=X", "/imports/quarantine?source=X", "/rates?unit=X", "/outbox?state=X", "/assets/X",
                "/api/v1/dossiers/X", "/api/v1/dossiers?unit=X", "/api/v1/people/X", "/api/v1/people?q=X", "/api/v1/procedures/X",
                "/api/v1/procedures?q=X", "/api/v1/quotes?unit=X", "/api/v1/reports/on-time?month=2026-11&unit=X",
                "/api/v1/obligations?unit=X",
            ] {
                let answer = visitor.get(&path.replace('X', &escaped)).await;
                assert!(answer.status < 500, "{path} {evil:?}: {} {}", answer.status, answer.text);
            }
            for (number, (path, fields)) in [
                ("/sign-in", vec![("name", evil), ("password", evil), ("next", evil)]),
                ("/tra-cuu", vec![("code", evil), ("secret", evil)]),
                ("/activate", vec![("token", evil), ("password", evil), ("again", evil)]),
                ("/sign-in/code", vec![("ticket", evil), ("code", evil)]),
                ("/account/tokens", vec![("label", evil), ("days", "30"), ("unit", evil), ("write", "")]),
                ("/account/password", vec![("current", evil), ("password", evil), ("again", evil)]),
                ("/people", vec![("login", evil), ("name", evil), ("unit", evil), ("roles", evil)]),
                ("/dossiers/search", vec![("q", evil), ("unit", evil)]),
                ("/person-data/report", vec![("number", evil), ("purpose", "request")]),
                ("/person-data/breach", vec![("from", "2026-11-01"), ("to", "2026-11-30"), ("account", evil)]),
                ("/intake", vec![("deed", "receive"), ("procedure", evil), ("name", evil)]),
            ]
            .into_iter()
            .enumerate()
            {
                let answer = visitor.from(&format!("10.15.{number}.1")).post(path, &fields).await;
                assert!(answer.status < 500, "{path} {evil:?}: {} {}", answer.status, answer.text);
            }
            for (path, body) in [
                ("/api/v1/sign-in".to_owned(), json!({ "name": evil, "password": evil, "code": evil })),
                ("/api/v1/dossiers".to_owned(), json!({ "procedure": PROCEDURE, "receiving_unit": CENTRE, "channel": "counter",
                    "applicant": { "name": evil, "address": evil }, "components": [evil] })),
                ("/api/v1/quote".to_owned(), json!({ "procedure": evil, "receiving_unit": evil })),
                ("/api/v1/people".to_owned(), json!({ "login": evil, "name": evil, "unit": evil, "roles": [] })),
                (format!("/api/v1/dossiers/{code}/events"), json!({ "kind": "transfer", "to_unit": evil, "expected_version": 1 })),
                (format!("/api/v1/dossiers/{code}/events"), json!({ "kind": "withdrawn", "reason": format!("{evil} và thôi"), "expected_version": 99 })),
                (format!("/api/v1/dossiers/{code}/applicant"), json!({ "purpose": evil })),
            ] {
                let answer = visitor.json("POST", &path, body).await;
                assert!(answer.status < 500, "{path} {evil:?}: {} {}", answer.status, answer.text);
            }
        }
        assert_eq!(node.count("select count(*) from staff where login = 'tat-ca'").await, 1);
    }
}

on_both! {
    /// S32: a number at the end of what a number can be breaks nothing, wherever one is asked for.
    async fn no_number_breaks_an_answer(db: TestDb) {
        let node = Node::over(&db).await;
        let everything: Vec<Role> = Role::ALL.into_iter().filter(|role| role.is_held_by_staff()).collect();
        let person = node.hire("tat-ca", WARD, &everything).await;
        let code = node.receive(&person, CENTRE, PROCEDURE).await;
        let visitor = node.signed_in(&person).await;
        let (before, mut asked) = (node.count("select count(*) from dossier_events").await, 0);
        for number in [i64::MAX, i64::MAX - 1, i64::MIN, i64::MIN + 1, 0, -1] {
            let text = number.to_string();
            for route in router::list() {
                let path = route.path.replace("{id}", &text).replace("{year}", &text).replace("{code}", &code);
                let path = path.replace("{login}", "tat-ca").replace("{name}", "app.css");
                let fields = ["id", "duty", "deputy", "days", "expected_version", "expected_edition", "proposal", "corrects"];
                let content = match route.method {
                    "GET" => Content::None,
                    _ if path.starts_with("/api/") => Content::Json(json!({
                        "kind": "corrected", "reason": "Lý do đủ dài", "expected_version": number, "proposal": number,
                    })),
                    _ => {
                        let all: Vec<_> = fields.iter().map(|field| (*field, text.as_str())).collect();
                        Content::form(&[&[("csrf", visitor.csrf.as_str()), ("kind", "corrected")][..], &all].concat())
                    }
                };
                for query in ["", &format!("?id={text}&before={text}&after={text}&cursor={text}&page={text}&year={text}")] {
                    let answer = visitor.send(route.method, &format!("{path}{query}"), &content, &[]).await;
                    assert!(answer.status < 500, "{} {path}{query}: {} {}", route.method, answer.status, answer.text);
                    asked += 1;
                    // Signing out and closing oneself out is part of what is tried.
                    if route.path.ends_with("sign-out") {
                        return_to(&node, &person, &visitor).await;
                    }
                }
            }
            for body in [
                json!({ "kind": "transfer", "to_unit": WARD, "to_officer": number, "expected_version": 1 }),
                json!({ "kind": "correction_refused", "proposal": number, "reason": "Lý do đủ dài", "expected_version": number }),
                json!({ "kind": "correction_proposed", "corrects": number, "true_at": "2026-11-23T09:00:00+07:00", "reason": "Lý do đủ dài", "expected_version": 1 }),
            ] {
                let answer = visitor.json("POST", &format!("/api/v1/dossiers/{code}/events"), body.clone()).await;
                assert!([409, 422].contains(&answer.status), "{body}: {} {}", answer.status, answer.text);
            }
            let publish = format!("/api/v1/calendars/decisions/{number}/publish");
            assert_eq!(visitor.json("POST", &publish, json!({ "expected_edition": number })).await.status, 404, "{number}");
        }
        assert!(asked > 1_000, "{asked}");
        assert_eq!(node.count("select count(*) from dossier_events").await, before);
    }
}

/// Signs in anew in the same browser.
async fn return_to(node: &Node, person: &dunghen::store::staff::Person, visitor: &Visitor) {
    let again = node.signed_in(person).await;
    let fresh = again.cookies.lock().unwrap().clone();
    visitor.cookies.lock().unwrap().extend(fresh);
}

/// ORG-02: a deputy can't hand the borrowed roles on to somebody else for longer than they have them.
#[test]
fn borrowed_roles_are_not_handed_on() {
    on_sqlite(|db| async move {
        let node = Node::over(&db).await;
        let yen = node.hire("yen", WARD, &[Role::Specialist]).await;
        let friend = node.hire("ban", WARD, &[Role::Specialist]).await;
        let thang = node.hire("thang", WARD, &[Role::UnitHead]).await;
        let name = async |node: &Node, by, deputy: i64, from: &str, to: &str| {
            let deputy = deputy.to_string();
            let fields =
                [("deputy", deputy.as_str()), ("from_on", from), ("to_on", to), ("current", PASSWORD)];
            node.signed_in(by).await.post("/account/stand-in", &fields).await.status
        };
        assert_eq!(name(&node, &thang, yen.id, "2026-11-23", "2026-11-23").await, 303, "for a day");
        assert_eq!(node.signed_in(&yen).await.get("/outbox").await.status, 200);
        assert_eq!(name(&node, &yen, friend.id, "2026-11-23", "2027-11-01").await, 422, "for a year");
        let later = node.at(at("2026-12-01T09:00:00+07:00"));
        assert_eq!(later.signed_in(&friend).await.get("/outbox").await.status, 403);
    });
}

/// S1, ORG-13: whoever walks through all codes of another ward learns not even which there are.
#[test]
fn walking_through_codes_tells_nothing_about_other_wards() {
    on_sqlite(|db| async move {
        let node = Node::over(&db).await;
        let stranger = node.hire("quay-khac", OTHER_CENTRE, &[Role::Reception]).await;
        let codes = [
            node.receive(&stranger, OTHER_CENTRE, PROCEDURE).await,
            node.receive(&stranger, OTHER_CENTRE, PROCEDURE).await,
        ];
        let yen = node.hire("yen", WARD, &[Role::Specialist]).await;
        let yen = node.signed_in(&yen).await;
        let (stem, last) = codes[0].rsplit_once('-').unwrap();
        let width = last.len();
        for (method, path) in [
            ("GET", "/dossiers/CODE"),
            ("GET", "/dossiers/CODE/slip"),
            ("GET", "/dossiers/CODE/apology"),
            ("GET", "/api/v1/dossiers/CODE"),
            ("POST", "/dossiers/CODE/person"),
            ("POST", "/dossiers/CODE/events"),
            ("POST", "/api/v1/dossiers/CODE/events"),
            ("POST", "/api/v1/dossiers/CODE/applicant"),
        ] {
            let mut told = BTreeSet::new();
            for number in 0..6 {
                let code = format!("{stem}-{number:0width$}");
                let path = path.replace("CODE", &code);
                let content = match (method, path.starts_with("/api/")) {
                    ("GET", _) => Content::None,
                    (_, true) if path.ends_with("/events") => {
                        Content::Json(json!({ "kind": "settled", "expected_version": 1 }))
                    }
                    (_, true) => Content::Json(json!({ "purpose": "contact" })),
                    _ if path.ends_with("/events") => {
                        Content::form(&[("csrf", &yen.csrf), ("kind", "settled"), ("expected_version", "1")])
                    }
                    _ => Content::form(&[("csrf", &yen.csrf), ("purpose", "contact")]),
                };
                let answer = yen.send(method, &path, &content, &[]).await;
                let id = answer.headers["x-request-id"].to_str().unwrap().to_owned();
                told.insert((answer.status, answer.text.replace(&code, "CODE").replace(&id, "ID")));
            }
            assert_eq!(told.len(), 1, "{method} {path}: {told:?}");
            assert_eq!(told.first().unwrap().0, 404, "{method} {path}");
        }
        // Search and lists know none of them either, by code, by number or by cursor.
        for q in [stem, MARKS[0], MARKS[1], ""] {
            let found = yen.json("POST", "/api/v1/dossiers/search", json!({ "q": q })).await;
            assert_eq!(found.body()["items"], json!([]), "{q}");
        }
    });
}

/// The name by which a service was called is no name of ours: it stands in no link, answer or letter.
#[test]
fn a_false_host_name_comes_back_nowhere() {
    on_sqlite(|db| async move {
        let node = Node::over(&db).await;
        let admin = node.hire("quantri", "H35.01", &[Role::Administrator]).await;
        let victim = node.hire("mai", WARD, &[Role::Reception]).await;
        let admin = node.signed_in(&admin).await;
        let headers = [
            ("host", "evil.example"),
            ("x-forwarded-host", "evil.example"),
            ("forwarded", "host=evil.example;proto=https"),
            ("x-original-url", "/people"),
            ("x-rewrite-url", "/people"),
        ];
        for (method, path, content) in [
            ("GET", "/".to_owned(), Content::None),
            ("GET", "/board".to_owned(), Content::None),
            ("GET", "/sign-in?next=/board".to_owned(), Content::None),
            ("GET", "/tra-cuu".to_owned(), Content::None),
            (
                "POST",
                format!("/people/{}/link", victim.id),
                Content::form(&[("csrf", &admin.csrf), ("current", PASSWORD)]),
            ),
        ] {
            for visitor in [&admin, &node.visitor()] {
                let answer = visitor.send(method, &path, &content, &headers).await;
                answer.hides("evil.example");
                assert!(answer.location().is_empty() || answer.location().starts_with('/'), "{path}");
            }
        }
        let proof = [("current", PASSWORD)];
        let link = admin.post(&format!("/people/{}/link", victim.id), &proof).await.shown_once();
        assert!(link.starts_with("http://127.0.0.1:8080/activate?token="), "{link}");
    });
}

/// S23, S32: a request's number in answers and log is none that its sender has thought of.
#[test]
fn nobody_gives_their_requests_the_number_of_another() {
    on_sqlite(|db| async move {
        let node = Node::configured(&db, &[("DUNGHEN__WEB__TRUSTED_PROXIES", "192.0.2.0/24")]).await;
        let long = "a".repeat(65);
        for (from, told, kept) in [
            ("203.0.113.9", "4b1f-2", false),
            ("203.0.113.9", "", false),
            ("192.0.2.10", "4b1f-2", true),
            ("192.0.2.10", "4b1f 2\"}{\"level\":\"INFO\"", false),
            ("192.0.2.10", &long, false),
        ] {
            let headers = [("x-request-id", told)];
            let answer =
                node.visitor().from(from).send("GET", "/dossiers/khong-co", &Content::None, &headers).await;
            let id = answer.headers["x-request-id"].to_str().unwrap();
            assert_eq!(id == told, kept, "{from} {told:?}: {id:?}");
            assert!(!id.is_empty());
        }
    });
}

/// Nobody is led elsewhere by the way in.
#[test]
fn signing_in_leads_nowhere_but_here() {
    on_sqlite(|db| async move {
        let node = Node::over(&db).await;
        node.hire("mai", WARD, &[Role::Reception]).await;
        for (number, next) in [
            "https://evil.example/",
            "//evil.example/",
            "/\\evil.example/",
            "\\/evil.example",
            "/\t/evil.example",
            "/\r\nlocation: https://evil.example",
            "javascript:alert(1)",
            "evil.example",
            "/%09/evil.example\u{0}",
            "@evil.example",
        ]
        .into_iter()
        .enumerate()
        {
            let visitor = node.visitor().from(&format!("10.14.{number}.1"));
            let answer =
                visitor.post("/sign-in", &[("name", "mai"), ("password", PASSWORD), ("next", next)]).await;
            assert_eq!((answer.status, answer.location()), (303, "/"), "{next:?}");
        }
    });
}

/// What looks like one path and may be taken for another opens nothing without signing in.
#[test]
fn no_spelling_of_a_path_goes_round_the_sign_in() {
    on_sqlite(|db| async move {
        let node = Node::over(&db).await;
        let stranger = node.visitor();
        for path in ["people", "audit", "api/v1/people", "api/v1/dossiers", "outbox", "person-data"] {
            let (first, rest) = path.split_at(1);
            for spelt in [
                format!("/{path}"),
                format!("//{path}"),
                format!("/{path}/"),
                format!("/./{path}"),
                format!("/assets/../{path}"),
                format!("/assets/..%2f{path}"),
                format!("/tra-cuu/..;/{path}"),
                format!("/%{:02x}{rest}", first.as_bytes()[0]),
                format!("/{}", path.to_uppercase()),
                format!("/{path}%00"),
                format!("/{path};x=/tra-cuu"),
                format!("/{path}?x=/tra-cuu"),
                format!("/{path}.json"),
            ] {
                for method in ["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "TRACE"] {
                    let answer = stranger
                        .send(method, &spelt, &Content::None, &[("x-http-method-override", "GET")])
                        .await;
                    let led = answer.status == 303 && answer.location().starts_with("/sign-in?next=");
                    assert!(
                        led || (400..500).contains(&answer.status),
                        "{method} {spelt}: {} {}",
                        answer.status,
                        answer.location()
                    );
                }
            }
        }
        for name in
            ["..%2f..%2fCargo.toml", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "app.css%00.js", "..\\..\\x", "C:%5Cx"]
        {
            assert_eq!(stranger.get(&format!("/assets/{name}")).await.status, 404, "{name}");
        }
    });
}

/// S26: a body that says that it is packed is not unpacked; one that is deep or large is refused.
#[test]
fn bombs_do_not_go_off() {
    on_sqlite(|db| async move {
        let node = Node::over(&db).await;
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packed.write_all(&vec![b' '; 64 << 20]).unwrap();
        let packed = packed.finish().unwrap();
        assert!(packed.len() < 100_000);
        let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000)).into_bytes();
        let many = format!("{{{}\"x\":1}}", "\"name\":\"a\",".repeat(50_000)).into_bytes();
        let router = router::router(node.app.clone());
        for (what, encoding, body) in [
            ("packed", Some("gzip"), packed),
            ("deep", None, deep),
            ("many", None, many),
            ("large", None, vec![b'['; 2 << 20]),
        ] {
            let mut request = Request::post("/api/v1/sign-in").header("content-type", "application/json");
            if let Some(encoding) = encoding {
                request = request.header("content-encoding", encoding);
            }
            let answer = router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
            assert!((400..=429).contains(&answer.status().as_u16()), "{what}: {}", answer.status());
        }
        assert_eq!(node.visitor().get("/healthz").await.status, 200);
    });
}

/// S2: a token that only reads changes nothing, wherever it knocks.
#[test]
fn a_reading_token_changes_nothing() {
    on_sqlite(|db| async move {
        let node = Node::over(&db).await;
        let everything: Vec<Role> = Role::ALL.into_iter().filter(|role| role.is_held_by_staff()).collect();
        let person = node.hire("tat-ca", WARD, &everything).await;
        let code = node.receive(&person, CENTRE, PROCEDURE).await;
        let visitor = node.signed_in(&person).await;
        let fields =
            [("label", "chỉ đọc"), ("unit", ""), ("days", "30"), ("write", ""), ("current", PASSWORD)];
        let token = visitor.post("/account/tokens", &fields).await.shown_once();
        let header = format!("Bearer {token}");
        let bearer = [("authorization", header.as_str())];
        let applicant = json!({ "name": "Người khác" });
        let before = node.count("select sum(version) + count(*) from dossiers").await;
        let people = node.count("select count(*) from staff").await;
        for (method, path, body) in [
            (
                "POST",
                "/api/v1/dossiers".to_owned(),
                json!({ "procedure": PROCEDURE, "receiving_unit": CENTRE, "channel": "counter", "applicant": applicant }),
            ),
            (
                "POST",
                format!("/api/v1/dossiers/{code}/events"),
                json!({ "kind": "transfer", "to_unit": WARD, "expected_version": 1 }),
            ),
            (
                "POST",
                "/api/v1/people".to_owned(),
                json!({ "login": "moi", "name": "Mới", "unit": WARD, "roles": ["administrator"] }),
            ),
            ("PATCH", "/api/v1/people/tat-ca".to_owned(), json!({ "name": "Khác" })),
            ("POST", "/api/v1/people/tat-ca/link".to_owned(), json!({})),
        ] {
            let answer = node.visitor().send(method, &path, &Content::Json(body), &bearer).await;
            assert_eq!(answer.status, 403, "{method} {path}: {}", answer.text);
        }
        // A bearer has no form's token, so the pages' forms are closed to it.
        for path in ["/account/tokens", "/account/password", "/people", "/intake"] {
            let answer = node.visitor().send("POST", path, &Content::form(&[("csrf", "")]), &bearer).await;
            assert_eq!(answer.status, 403, "{path}");
        }
        assert_eq!(node.count("select sum(version) + count(*) from dossiers").await, before);
        assert_eq!(node.count("select count(*) from staff").await, people);
    });
}
