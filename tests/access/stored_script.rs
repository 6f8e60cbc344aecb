//! S12: whatever people type is text, wherever it is shown later. Rendered in Chromium: no dialog,
//! nothing in the console, no violation of the policy, no element that was typed.

use dunghen::domain::staff::Role;
use dunghen::web::router;
use dunghen::web::server;
use serde_json::{Value, json};

use crate::driver::{Browser, Screen, Service};
use crate::support::db::on_sqlite;
use crate::world::*;

/// What somebody might type who wants more than text; each would run `hit()` or leave an element of
/// class `hit` behind. Shorter than a line may be.
const PAYLOADS: [&str; 40] = [
    "<script>hit()</script>",
    "</script><script>hit()</script>",
    "<SCRIPT SRC=//evil.example/hit.js></SCRIPT>",
    "<img class=hit src=x onerror=hit()>",
    "\"><img class=hit src=x onerror=hit()>",
    "'><img class=hit src=x onerror=hit()>",
    "\" autofocus onfocus=hit() x=\"",
    "' onmouseover='hit()' x='",
    "`><svg class=hit onload=hit()>",
    "<svg class=hit><script>hit()</script></svg>",
    "<svg/class=hit/onload=hit()//",
    "<math class=hit><mtext><table><mglyph><style><img src=x onerror=hit()>",
    "<iframe class=hit srcdoc='<script>parent.hit()</script>'></iframe>",
    "<iframe class=hit src=javascript:hit()>",
    "<object class=hit data=data:text/html,<script>hit()</script>></object>",
    "<embed class=hit src=data:text/html,hit>",
    "<a class=hit href=javascript:hit()>bấm vào đây</a>",
    "javascript:hit()",
    "JaVaScRiPt://%0ahit()",
    "data:text/html;base64,PHNjcmlwdD5oaXQoKTwvc2NyaXB0Pg==",
    "<details class=hit open ontoggle=hit()>",
    "<video class=hit><source onerror=hit()></video>",
    "<body class=hit onload=hit()>",
    "<style class=hit>*{background:url(//evil.example/hit)}</style>",
    "<link class=hit rel=stylesheet href=//evil.example/hit.css>",
    "<meta class=hit http-equiv=refresh content='0;url=//evil.example'>",
    "<base class=hit href=//evil.example/>",
    "<form class=hit action=//evil.example><button>Gửi</button>",
    "<input class=hit autofocus onfocus=hit()>",
    "</textarea><script>hit()</script>",
    "</title><script>hit()</script>",
    "</option></select><img class=hit src=x onerror=hit()>",
    "--><img class=hit src=x onerror=hit()><!--",
    "]]><img class=hit src=x onerror=hit()>",
    "&lt;img class=hit src=x onerror=hit()&gt;",
    "&#60;script&#62;hit()&#60;/script&#62;",
    "\\u003cscript\\u003ehit()\\u003c/script\\u003e",
    "{{7*7}}${hit()}<%= hit() %>#{hit()}",
    "＜script＞hit()＜/script＞ <scr\u{200d}ipt>hit()</scr\u{200d}ipt>",
    "<template class=hit><img src=x onerror=hit()></template><b class=hit>đậm",
];

/// The service in this process, and one person who may do everything in their ward.
struct Shop {
    node: Node,
    visitor: Visitor,
    codes: Vec<String>,
    people: Vec<i64>,
}

impl Shop {
    /// Types each payload into every field that takes words.
    async fn fill(node: Node, dossiers: usize) -> Self {
        let everything: Vec<Role> = Role::ALL.into_iter().filter(|role| role.is_held_by_staff()).collect();
        let person = node.hire("tat-ca", WARD, &everything).await;
        let visitor = node.signed_in(&person).await;
        let mut shop = Self { node, visitor, codes: Vec::new(), people: Vec::new() };
        for number in 0..dossiers {
            let mut words = (0..).map(|one| PAYLOADS[(number * 4 + one) % PAYLOADS.len()]);
            let mut next = || words.next().unwrap();
            let filed = json!({ "procedure": PROCEDURE, "receiving_unit": CENTRE, "channel": "counter",
                "applicant": { "kind": "organisation", "name": next(), "identifier": next(), "address": next(),
                    "email": "nop@example.vn" },
                "components": [next(), next()], "return_method": "counter" });
            let code = shop.done("/api/v1/dossiers", filed).await["code"].as_str().unwrap().to_owned();
            let changes = [
                json!({ "kind": "transfer", "to_unit": WARD }),
                json!({ "kind": "step_done", "step": next() }),
                json!({ "kind": "opinion_requested", "unit": OTHER, "question": next(), "due_on": "2026-11-26" }),
                json!({ "kind": "exclusion_began", "exclusion": "verification", "basis": next(), "document": next() }),
                json!({ "kind": "exclusion_ended", "document": next() }),
                json!({ "kind": "supplement_requested", "items": [next(), next()], "reason": next(), "contact": next() }),
                json!({ "kind": "supplemented" }),
                json!({ "kind": "corrected", "corrects": 2, "words": next(), "reason": next() }),
                json!({ "kind": "withdrawn", "reason": next() }),
            ];
            // The last of each four is left open, to be apologised for.
            let open = number % 4 == 3;
            for (version, mut change) in (1..).zip(changes) {
                if open && change["kind"] == "withdrawn" {
                    break;
                }
                change["expected_version"] = json!(version);
                shop.done(&format!("/api/v1/dossiers/{code}/events"), change).await;
            }
            if open {
                shop.apologise(&code, next()).await;
            }
            shop.codes.push(code);
        }
        shop.name_people(dossiers).await;
        shop
    }

    async fn done(&self, path: &str, body: Value) -> Value {
        let answer = self.visitor.json("POST", path, body.clone()).await;
        assert!([200, 201].contains(&answer.status), "{body}: {}", answer.text);
        answer.body()
    }

    async fn apologise(&self, code: &str, words: &str) {
        let late = self.node.at(at("2026-12-07T09:00:00+07:00"));
        let body = json!({ "kind": "apology_issued", "expected_version": 9, "reason": "volume",
            "words": format!("Lý do là {words}"), "new_due_on": "2026-12-10", "number": format!("{code} {words}") });
        let person = self.node.app.db.read(async |tx| dunghen::store::staff::by_login(tx, "tat-ca").await);
        let visitor = late.signed_in(&person.await.unwrap().unwrap()).await;
        let answer = visitor.json("POST", &format!("/api/v1/dossiers/{code}/events"), body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
    }

    async fn name_people(&mut self, count: usize) {
        for (number, words) in PAYLOADS.into_iter().take(count * 4).enumerate() {
            let fields =
                [("label", words), ("days", "30"), ("unit", ""), ("write", ""), ("current", PASSWORD)];
            assert_eq!(self.visitor.post("/account/tokens", &fields).await.status, 200, "{words}");
            if number >= count {
                continue;
            }
            let body = json!({ "login": format!("ten{number}"), "name": words, "unit": WARD, "roles": ["specialist"] });
            self.done("/api/v1/people", body).await;
            self.people.push(self.node.count("select max(id) from staff").await);
        }
    }

    async fn serve(&self) -> Service {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = self.node.app.clone();
        let limits = server::Limits::from(&app.settings.web);
        let served = server::serve(
            listener,
            router::router(app.clone()),
            limits,
            app.traffic.clone(),
            app.stop.clone(),
        );
        app.tasks.spawn(served);
        Service::at(url)
    }
}

/// Nothing that was typed has become anything but text on the page that is open.
async fn nothing_ran(browser: &Browser, place: &str) {
    let found = "return [window.wasHit === true, document.querySelectorAll('.hit').length, location.origin]";
    let seen = browser.js(found).await;
    assert_eq!((&seen[0], &seen[1]), (&json!(false), &json!(0)), "{place}: {seen}");
    assert!(seen[2].as_str().unwrap().starts_with("http://127.0.0.1:"), "{place}: {seen}");
}

#[test]
fn what_people_type_is_text_wherever_it_is_shown() {
    on_sqlite(|db| async move {
        let dossiers = if is_long() { PAYLOADS.len() } else { 10 };
        let shop = Shop::fill(Node::over(&db).await, dossiers).await;
        let service = shop.serve().await;
        let browser = Browser::open(&service, Screen::Desk).await;
        browser.sign_in_as("tat-ca", PASSWORD).await;
        let mut shown = 0;
        for code in &shop.codes {
            browser.go(&format!("/dossiers/{code}")).await;
            let page = browser.text_of("return document.body.textContent").await;
            shown += PAYLOADS.iter().filter(|words| page.contains(**words)).count();
            nothing_ran(&browser, code).await;
            // What the applicant told is shown once a purpose is given.
            browser.js("document.querySelector('form[action$=\"/person\"]').submit()").await;
            browser.until("document.querySelector('h1')").await;
            nothing_ran(&browser, "the applicant").await;
            browser.go(&format!("/dossiers/{code}/slip")).await;
            nothing_ran(&browser, "the slip").await;
        }
        assert!(shown >= shop.codes.len() * 8, "only {shown} were shown as text");
        for (path, places) in [
            ("/dossiers/CODE/apology", shop.codes.iter().skip(3).step_by(4).cloned().collect::<Vec<_>>()),
            ("/people/CODE", shop.people.iter().map(ToString::to_string).collect()),
        ] {
            for place in places {
                let path = path.replace("CODE", &place);
                browser.go(&path).await;
                nothing_ran(&browser, &path).await;
            }
        }
        let letters = shop.node.count("select count(*) from outbox").await;
        assert!(letters > 0, "no apology was written");
        for id in 1..=letters {
            for path in [format!("/outbox/{id}"), format!("/outbox/{id}/content")] {
                browser.go(&path).await;
                nothing_ran(&browser, &path).await;
            }
        }
        for path in
            ["/board", "/dossiers", "/outbox", "/people", "/account", "/audit", "/rates", "/person-data"]
        {
            browser.go(path).await;
            nothing_ran(&browser, path).await;
        }
        // What stands in an address is shown again as well.
        for words in PAYLOADS.into_iter().step_by(if is_long() { 1 } else { 5 }) {
            let words = percent_encoding::utf8_percent_encode(words, percent_encoding::NON_ALPHANUMERIC);
            for path in [
                format!("/dossiers?q={words}&unit=&standing="),
                format!("/people?q={words}"),
                format!("/audit?person={words}&subject={words}&action={words}"),
                format!("/procedures?q={words}"),
                format!("/cong-khai/thu-tuc?q={words}"),
                format!("/tra-cuu?code={words}"),
                format!("/rates?month={words}&unit={words}"),
                format!("/dossiers/{words}"),
                format!("/activate?token={words}"),
            ] {
                browser.go(&path).await;
                nothing_ran(&browser, &path).await;
            }
        }
        browser.close().await;
        shop.node.app.stop.cancel();
    });
}
