//! S1, S2, S3, S11, S20: every route × every role × own, lower, other and no unit, over pages, interface
//! and files. What is expected stands in `matrix.txt`, with nothing left out on either side.

use std::collections::{BTreeMap, BTreeSet};

use dunghen::db::Tx;
use dunghen::domain::law::{Amendment, LocalDayOff, Overlay};
use dunghen::domain::staff::Role;
use dunghen::domain::words::Subject;
use dunghen::letters::Letter;
use dunghen::store::staff::Person;
use dunghen::web::router;
use dunghen::web::routes::Route;
use dunghen::work::decisions::{self, Proposal};
use dunghen::work::post::{self, Posting};
use serde_json::json;

use crate::support::db::on_sqlite;
use crate::world::*;

/// Whose what is asked for is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    Own,
    Lower,
    Other,
    /// It is the ward's, and the asker's own unit is in no tree.
    Nowhere,
}

const ALL: [Whose; 4] = [Whose::Own, Whose::Lower, Whose::Other, Whose::Nowhere];

/// Four signs for each role under each route.
type Matrix = BTreeMap<(String, String), BTreeMap<String, String>>;

fn matrix() -> Matrix {
    let (mut groups, mut matrix): (BTreeMap<&str, String>, Matrix) = (BTreeMap::new(), Matrix::new());
    let mut route = None;
    for line in include_str!("matrix.txt").lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [] => {}
            [first, ..] if first.starts_with('#') => {}
            [group, "=", members @ ..] => {
                let members = members.iter().map(|one| groups.get(one).map_or(*one, String::as_str));
                let members = members.collect::<Vec<_>>().join(" ");
                groups.insert(group, members);
            }
            [method, path] if !line.starts_with(' ') => {
                route = Some(((*method).to_owned(), (*path).to_owned()));
                let fresh = matrix.insert(route.clone().unwrap(), BTreeMap::new());
                assert!(fresh.is_none(), "{line} stands twice");
            }
            [signs, who @ ..] => {
                let rows = matrix.get_mut(route.as_ref().expect("a route first")).unwrap();
                for one in who.iter().flat_map(|one| groups.get(one).map_or(*one, |all| all).split(' ')) {
                    let before = rows.insert(one.to_owned(), (*signs).to_owned());
                    assert!(before.is_none(), "{one} stands twice under {route:?}");
                }
            }
        }
    }
    matrix
}

/// Every role with an account.
fn roles() -> impl Iterator<Item = Role> {
    Role::ALL.into_iter().filter(|role| role.is_held_by_staff())
}

/// A route that is missing fails here, and so does one that is gone.
#[test]
fn every_route_has_its_line_and_every_role_its_signs() {
    let there: BTreeSet<_> =
        router::list().into_iter().map(|route| (route.method.to_owned(), route.path)).collect();
    let matrix = matrix();
    let told: BTreeSet<_> = matrix.keys().cloned().collect();
    assert_eq!(
        there.difference(&told).collect::<Vec<_>>(),
        Vec::<&(String, String)>::new(),
        "not in matrix.txt"
    );
    assert_eq!(told.difference(&there).collect::<Vec<_>>(), Vec::<&(String, String)>::new(), "no such route");
    let everyone: BTreeSet<String> =
        roles().map(|role| role.id().to_owned()).chain(["nobody".to_owned()]).collect();
    for (route, rows) in &matrix {
        assert_eq!(rows.keys().cloned().collect::<BTreeSet<_>>(), everyone, "{route:?}");
        assert!(rows.values().all(|signs| signs.chars().count() == 4), "{route:?}");
    }
}

/// What a route is asked with, and how many rows it leaves on the log where it is done.
struct Ask {
    path: String,
    content: Content,
    audits: i64,
}

fn get(path: impl Into<String>) -> Ask {
    Ask { path: path.into(), content: Content::None, audits: 0 }
}

fn form(path: impl Into<String>, audits: i64, fields: &[(&str, &str)]) -> Ask {
    Ask { path: path.into(), content: Content::form(fields), audits }
}

fn sent(path: impl Into<String>, audits: i64, body: serde_json::Value) -> Ask {
    Ask { path: path.into(), content: Content::Json(body), audits }
}

/// A ward with a dossier of its own, one that lies at its centre, one of another ward; people of
/// every role in the ward and of every role in a unit that is gone.
struct Ward {
    node: Node,
    dossiers: [String; 3],
    letters: [i64; 3],
    /// Proposals of somebody else of the control office.
    proposals: [i64; 3],
    victim: Person,
    people: BTreeMap<(Role, bool), Person>,
    colleague: Person,
}

impl Ward {
    async fn build(node: Node) -> Self {
        node.keep_foreign_unit("x-nowhere").await;
        let clerk = node.hire("quay", CENTRE, &[Role::Reception]).await;
        let stranger = node.hire("quay-khac", OTHER_CENTRE, &[Role::Reception]).await;
        let own = node.receive(&clerk, CENTRE, PROCEDURE).await;
        node.happen(&clerk, &own, 1, json!({ "kind": "transfer", "to_unit": WARD })).await;
        let lower = node.receive(&clerk, CENTRE, OF_A_DEPARTMENT).await;
        let other = node.receive(&stranger, OTHER_CENTRE, PROCEDURE).await;
        let mut people = BTreeMap::new();
        for role in roles() {
            people.insert((role, true), node.hire(role.id(), WARD, &[role]).await);
            people.insert((role, false), node.hire(&format!("{}-cu", role.id()), "x-nowhere", &[role]).await);
        }
        let letters = [letter(&node, WARD).await, letter(&node, CENTRE).await, letter(&node, OTHER).await];
        let proposals = [proposal(&node).await, proposal(&node).await, proposal(&node).await];
        let victim = node.hire("nan-nhan", OTHER, &[Role::Specialist]).await;
        let colleague = node.hire("dong-nghiep", WARD, &[Role::Specialist]).await;
        Self { node, dossiers: [own, lower, other], letters, proposals, victim, people, colleague }
    }

    /// How the route is asked. Every route has its arm: what is new must be thought about.
    fn ask(&self, route: &(String, String), whose: Whose, number: usize) -> Ask {
        let place = match whose {
            Whose::Own | Whose::Nowhere => 0,
            Whose::Lower => 1,
            Whose::Other => 2,
        };
        let (code, letter) = (&self.dossiers[place], self.letters[place]);
        let unit = [WARD, CENTRE, OTHER][place];
        let counter = [WARD, CENTRE, OTHER_CENTRE][place];
        // Whoever has no unit asks for all that is theirs.
        let of_unit =
            |path: &str| if whose == Whose::Nowhere { path.to_owned() } else { format!("{path}unit={unit}") };
        let victim = self.victim.id;
        let [proposal, by_page, by_program] = self.proposals;
        let colleague = self.colleague.id.to_string();
        let particulars =
            [("name", "Người nan-nhan"), ("email", ""), ("unit", OTHER), ("roles", "specialist")];
        let filing = json!({ "procedure": PROCEDURE, "receiving_unit": counter, "channel": "counter",
            "applicant": { "name": "Người khác" } });
        let (method, path) = (route.0.as_str(), route.1.as_str());
        match (method, path) {
            (
                "GET",
                "/tra-cuu"
                | "/cong-khai"
                | "/cong-khai/qua-han"
                | "/cong-khai/thu-tuc"
                | "/procedures"
                | "/"
                | "/sign-in"
                | "/sign-in/provider"
                | "/sign-in/provider/return"
                | "/api/openapi.json"
                | "/api/docs"
                | "/healthz"
                | "/readyz"
                | "/metrics"
                | "/account"
                | "/account/second-factor"
                | "/people"
                | "/people/new"
                | "/person-data"
                | "/audit"
                | "/intake"
                | "/outbox"
                | "/imports"
                | "/imports/quarantine"
                | "/imports/findings"
                | "/api/v1/alerts"
                | "/api/v1/units"
                | "/api/v1/procedures"
                | "/calendars"
                | "/calendars/new"
                | "/calendars/import"
                | "/calendars/lich.ics"
                | "/api/v1/calendars"
                | "/api/v1/calendars/ical"
                | "/api/v1/calendars/decisions"
                | "/api/v1/people",
            ) => get(path),
            ("GET", "/audit.csv" | "/imports/quarantine.csv" | "/imports/findings.csv") => {
                Ask { audits: 1, ..get(path) }
            }
            ("POST", "/sign-in") => {
                form(path, 0, &[("name", &format!("nguoi-{number}")), ("password", "không phải")])
            }
            ("POST", "/sign-in/code") => form(path, 0, &[("ticket", "1.AAAA"), ("code", "123456")]),
            ("POST", "/sign-out") => form(path, 1, &[]),
            ("POST", "/language") => form(path, 0, &[("language", "en"), ("back", "/account")]),
            ("GET", "/activate") => get("/activate?token=khong-co"),
            ("POST", "/activate") => {
                form(path, 0, &[("token", "khong-co"), ("password", PASSWORD), ("again", PASSWORD)])
            }
            ("POST", "/account/password") => {
                form(path, 0, &[("current", "không phải"), ("password", PASSWORD), ("again", PASSWORD)])
            }
            ("POST", "/account/sessions/end") => form(path, -1, &[("which", "others")]),
            ("POST", "/account/tokens") => form(
                path,
                1,
                &[("label", "máy quét"), ("unit", ""), ("days", "30"), ("write", ""), ("current", PASSWORD)],
            ),
            ("POST", "/account/tokens/revoke") => form(path, 1, &[("which", "00")]),
            ("POST", "/account/stand-in") => form(
                path,
                1,
                &[
                    ("deputy", colleague.as_str()),
                    ("from_on", "2026-12-01"),
                    ("to_on", "2026-12-05"),
                    ("current", PASSWORD),
                ],
            ),
            ("POST", "/account/stand-in/end") => form(path, 1, &[("duty", "0")]),
            ("POST", "/account/second-factor/begin") => form(path, 0, &[("password", PASSWORD)]),
            ("POST", "/account/second-factor/confirm") => form(path, 1, &[("code", "000000")]),
            ("POST", "/account/second-factor/change") => {
                form(path, 1, &[("password", PASSWORD), ("deed", "codes")])
            }
            ("POST", "/people") => {
                let login = format!("moi-{number}");
                let new = [("login", login.as_str()), ("current", PASSWORD)];
                form(path, 1, &[&new[..], &particulars].concat())
            }
            ("GET", "/people/{id}") => get(format!("/people/{victim}")),
            ("POST", "/people/{id}") => {
                form(format!("/people/{victim}"), 1, &[&[("current", PASSWORD)][..], &particulars].concat())
            }
            ("POST", "/people/{id}/state") => {
                form(format!("/people/{victim}/state"), 1, &[("active", "yes"), ("current", PASSWORD)])
            }
            ("POST", "/people/{id}/link") => {
                form(format!("/people/{victim}/link"), 1, &[("current", PASSWORD)])
            }
            ("POST", "/people/{id}/sessions/end") => form(format!("/people/{victim}/sessions/end"), 1, &[]),
            ("POST", "/people/{id}/second-factor/reset") => {
                form(format!("/people/{victim}/second-factor/reset"), 0, &[("current", PASSWORD)])
            }
            ("POST", "/people/{id}/identity") => {
                form(format!("/people/{victim}/identity"), 1, &[("subject", "ai-do")])
            }
            ("POST", "/people/{id}/identity/remove") => {
                form(format!("/people/{victim}/identity/remove"), 1, &[])
            }
            ("POST", "/people/{id}/stand-in") => form(
                format!("/people/{victim}/stand-in"),
                1,
                &[
                    ("deputy", colleague.as_str()),
                    ("from_on", "2026-12-01"),
                    ("to_on", "2026-12-05"),
                    ("current", PASSWORD),
                ],
            ),
            ("POST", "/people/{id}/stand-in/end") => {
                form(format!("/people/{victim}/stand-in/end"), 1, &[("duty", "0")])
            }
            (
                "GET",
                "/board"
                | "/dossiers"
                | "/rates"
                | "/rates/dossiers"
                | "/api/v1/dossiers"
                | "/api/v1/obligations",
            ) => get(of_unit(&format!("{path}?"))),
            ("GET", "/api/v1/reports/on-time" | "/api/v1/reports/apologies") => {
                get(of_unit(&format!("{path}?month=2026-11&")))
            }
            ("GET", "/api/v1/reports/ii06" | "/api/v1/reports/index766") => {
                get(of_unit(&format!("{path}?year=2026&")))
            }
            ("GET", "/api/v1/reports/par") => get("/api/v1/reports/par?year=2026".to_owned()),
            ("GET", "/api/v1/reports/overdue") => get(of_unit("/api/v1/reports/overdue?")),
            ("POST", "/person-data/report") => {
                form(path, 1, &[("number", MARKS[0]), ("purpose", "request"), ("language", "vi")])
            }
            ("POST", "/person-data/breach") => form(
                path,
                1,
                &[("from", "2026-11-01"), ("to", "2026-11-30"), ("account", ""), ("language", "en")],
            ),
            ("POST", "/dossiers/search") => {
                let unit = if whose == Whose::Nowhere { "" } else { unit };
                form(path, 1, &[("q", MARKS[0]), ("unit", unit), ("standing", "")])
            }
            ("POST", "/api/v1/dossiers/search") => {
                let unit = if whose == Whose::Nowhere { "" } else { unit };
                sent(path, 1, json!({ "q": MARKS[1], "unit": unit, "standing": "" }))
            }
            ("POST", "/intake") => form(
                path,
                1,
                &[
                    ("deed", "receive"),
                    ("procedure", PROCEDURE),
                    ("receiving_unit", counter),
                    ("channel", "counter"),
                    ("kind", "citizen"),
                    ("name", "Người khác"),
                    ("return_method", "counter"),
                ],
            ),
            ("GET", "/dossiers/{code}") => get(format!("/dossiers/{code}")),
            ("POST", "/dossiers/{code}/events") => form(
                format!("/dossiers/{code}/events"),
                1,
                &[("kind", "step_done"), ("step", "Thẩm định"), ("expected_version", "99")],
            ),
            ("POST", "/dossiers/{code}/person") => {
                form(format!("/dossiers/{code}/person"), 1, &[("purpose", "contact")])
            }
            ("GET", "/dossiers/{code}/slip") => Ask { audits: 1, ..get(format!("/dossiers/{code}/slip")) },
            ("GET", "/dossiers/{code}/apology") => {
                Ask { audits: 1, ..get(format!("/dossiers/{code}/apology")) }
            }
            ("GET", "/procedures/{code}") => get(format!("/procedures/{PROCEDURE}?unit={counter}")),
            ("GET", "/cong-khai/thu-tuc/{code}") => get(format!("/cong-khai/thu-tuc/{PROCEDURE}")),
            ("GET", "/api/v1/procedures/{code}") => get(format!("/api/v1/procedures/{PROCEDURE}")),
            ("GET", "/api/v1/quotes") => get(format!("/api/v1/quotes?unit={counter}")),
            ("GET", "/outbox/{id}") => Ask { audits: -1, ..get(format!("/outbox/{letter}")) },
            ("GET", "/outbox/{id}/content") => Ask { audits: -1, ..get(format!("/outbox/{letter}/content")) },
            ("POST", "/tra-cuu") => form(path, 0, &[("code", &self.dossiers[2]), ("secret", "1234")]),
            ("POST", "/calendars") => form(
                path,
                1,
                &[
                    ("once", ""),
                    ("unit", unit),
                    ("first", "2026-12-03"),
                    ("last", "2026-12-04"),
                    ("makeup", "2026-12-12"),
                    ("name", "Nghỉ do bão"),
                    ("document", "12/QĐ-UBND"),
                    ("signer", "Chủ tịch"),
                    ("effective_on", "2026-12-03"),
                    ("reason", "Mưa lũ"),
                ],
            ),
            ("POST", "/calendars/import") => form(
                path,
                1,
                &[
                    ("text", CLOSURE),
                    ("unit", ""),
                    ("document", "13/QĐ-UBND"),
                    ("signer", "Chủ tịch"),
                    ("effective_on", "2026-12-03"),
                    ("reason", "Mưa lũ"),
                ],
            ),
            ("GET", "/calendars/{id}") => get(format!("/calendars/{proposal}")),
            ("GET", "/calendars/{id}/preview") => get(format!("/calendars/{proposal}/preview")),
            // What would be published was seen under another law.
            ("POST", "/calendars/{id}/publish") => {
                form(format!("/calendars/{proposal}/publish"), 1, &[("expected_edition", "99")])
            }
            ("POST", "/calendars/{id}/withdraw") => form(format!("/calendars/{by_page}/withdraw"), 1, &[]),
            // It is not published, so there is nothing to revoke.
            ("POST", "/calendars/{id}/revoke") => form(
                format!("/calendars/{proposal}/revoke"),
                1,
                &[("document", "14/QĐ-UBND"), ("signer", "Chủ tịch"), ("reason", "Hết lũ")],
            ),
            ("GET", "/api/v1/calendars/{year}") => get(format!("/api/v1/calendars/2026?unit={unit}")),
            ("POST", "/api/v1/calendars/decisions") => sent(
                path,
                1,
                json!({
                "document": "12/QĐ-UBND", "signer": "Chủ tịch", "effective_on": "2026-12-03", "reason": "Mưa lũ",
                "unit": unit, "content": null, "text": CLOSURE }),
            ),
            ("GET", "/api/v1/calendars/decisions/{id}") => {
                get(format!("/api/v1/calendars/decisions/{proposal}"))
            }
            ("GET", "/api/v1/calendars/decisions/{id}/preview") => {
                get(format!("/api/v1/calendars/decisions/{proposal}/preview"))
            }
            ("POST", "/api/v1/calendars/decisions/{id}/publish") => sent(
                format!("/api/v1/calendars/decisions/{proposal}/publish"),
                1,
                json!({ "expected_edition": 99 }),
            ),
            ("POST", "/api/v1/calendars/decisions/{id}/withdraw") => {
                sent(format!("/api/v1/calendars/decisions/{by_program}/withdraw"), 1, json!({}))
            }
            ("GET", "/assets/{name}") => get("/assets/app.css"),
            ("POST", "/api/v1/sign-in") => {
                sent(path, 0, json!({ "name": format!("may-{number}"), "password": "không phải" }))
            }
            ("POST", "/api/v1/sign-out") => sent(path, 1, json!({})),
            ("POST", "/api/v1/dossiers") => sent(path, 1, filing),
            ("POST", "/api/v1/quote") => {
                sent(path, 0, json!({ "procedure": PROCEDURE, "receiving_unit": counter }))
            }
            ("GET", "/api/v1/dossiers/{code}") => get(format!("/api/v1/dossiers/{code}")),
            ("POST", "/api/v1/dossiers/{code}/events") => sent(
                format!("/api/v1/dossiers/{code}/events"),
                1,
                json!({ "kind": "step_done", "step": "Thẩm định", "expected_version": 99 }),
            ),
            ("POST", "/api/v1/dossiers/{code}/applicant") => {
                sent(format!("/api/v1/dossiers/{code}/applicant"), 1, json!({ "purpose": "check" }))
            }
            ("POST", "/api/v1/people") => sent(
                path,
                1,
                json!({
                "login": format!("may-moi-{number}"), "name": "Người mới", "unit": OTHER, "roles": ["specialist"] }),
            ),
            ("GET", "/api/v1/people/{login}") => get("/api/v1/people/nan-nhan"),
            ("PATCH", "/api/v1/people/{login}") => {
                sent("/api/v1/people/nan-nhan", 1, json!({ "name": "Người nan-nhan" }))
            }
            ("POST", "/api/v1/people/{login}/link") => sent("/api/v1/people/nan-nhan/link", 1, json!({})),
            _ => panic!("nobody has thought about {method} {path}"),
        }
    }

    async fn answer(
        &self,
        route: &(String, String),
        who: Option<&Person>,
        ask: &Ask,
        number: usize,
    ) -> Answer {
        let visitor = match who {
            Some(person) => self.node.signed_in(person).await,
            None => self.node.visitor(),
        };
        let visitor = visitor.from(&format!("10.{}.{}.1", number / 200, number % 200));
        let content = match &ask.content {
            Content::Form(fields) => {
                let own = ("csrf".to_owned(), visitor.csrf.clone());
                Content::Form(std::iter::once(own).chain(fields.iter().cloned()).collect())
            }
            other => other.clone(),
        };
        visitor.send(&route.0, &ask.path, &content, &[]).await
    }
}

/// A notice as it is handed in.
const CLOSURE: &str = "[[day_off]]\nunit = \"H35.21\"\ndate = \"2026-12-03\"\nname = \"Nghỉ do bão\"\n";

/// What somebody else of the control office has proposed.
async fn proposal(node: &Node) -> i64 {
    let login = format!("de-xuat-{}", node.audited().await);
    let person = node.hire(&login, OTHER, &[Role::ControlOffice]).await;
    let off = LocalDayOff {
        unit: OTHER.parse().unwrap(),
        day: "2026-12-03".parse().unwrap(),
        name: "Nghỉ do bão".to_owned(),
        document: "12/QĐ-UBND".to_owned(),
        makeup: None,
        alone: false,
    };
    let new = Proposal {
        amendment: Amendment::Overlay(Overlay { off: vec![off], ..Overlay::default() }),
        original: None,
        document: "12/QĐ-UBND".to_owned(),
        signer: "Chủ tịch UBND xã".to_owned(),
        effective_on: None,
        reason: "Mưa lũ".to_owned(),
    };
    let (desk, actor) = (node.desk(), actor(&person));
    let deed = async move |tx: &mut Tx| decisions::propose(tx, &desk, &actor, &new, None).await;
    node.app.db.write(deed).await.unwrap()
}

/// A letter of a unit to a citizen.
async fn letter(node: &Node, unit: &'static str) -> i64 {
    let desk = node.desk();
    let deed = async move |tx: &mut Tx| {
        let letter = Letter {
            subject: Subject::new("Lời xin lỗi"),
            text: "Kính gửi ông/bà".to_owned(),
            html: "<p>Kính gửi ông/bà</p>".to_owned(),
        };
        let posting = Posting {
            dedupe_key: unit,
            kind: "apology",
            unit,
            to_name: "Người nhận",
            to_address: "nhan@example.vn",
            recipient_id: None,
            dossier_id: None,
        };
        post::put(tx, &desk, posting, &letter).await
    };
    node.app.db.write(deed).await.unwrap().unwrap()
}

fn sign(answer: &Answer) -> char {
    match answer.status {
        303 if answer.location().starts_with("/sign-in") => '?',
        200..=399 => '+',
        401 => '?',
        403 => '-',
        404 => '0',
        409 | 422 => '~',
        other => panic!("{other}: {}", answer.text),
    }
}

/// Where the whole applicant is shown to whoever said why.
fn shows_a_person(route: &(String, String)) -> bool {
    [
        "/dossiers/{code}/person",
        "/dossiers/{code}/slip",
        "/dossiers/{code}/apology",
        "/api/v1/dossiers/{code}/applicant",
    ]
    .contains(&route.1.as_str())
}

#[test]
fn everybody_gets_what_the_matrix_says_and_nothing_else() {
    on_sqlite(|db| async move {
        let ward = Ward::build(Node::over(&db).await).await;
        let (mut wrong, mut number) = (Vec::new(), 0);
        for (route, rows) in &matrix() {
            for (who, signs) in rows {
                let role: Option<Role> = who.parse().ok();
                for (whose, expected) in ALL.into_iter().zip(signs.chars()) {
                    number += 1;
                    let person = role.map(|role| &ward.people[&(role, whose != Whose::Nowhere)]);
                    let ask = ward.ask(route, whose, number);
                    // Sessions are begun before the count: that they are is on the log as well.
                    let (before, sessions) = (ward.node.audited().await, i64::from(person.is_some()));
                    let answer = ward.answer(route, person, &ask, number).await;
                    let (seen, logged) = (sign(&answer), ward.node.audited().await - before - sessions);
                    let cell = format!("{} {} {who} {whose:?}", route.0, route.1);
                    if seen != expected {
                        wrong.push(format!("{cell}: {seen} instead of {expected} ({})", answer.status));
                        continue;
                    }
                    wrong.extend(missing_headers(route, &answer).map(|header| format!("{cell}: {header}")));
                    // S20: what is done leaves one row, what is refused one, what is not taken none.
                    let due = match expected {
                        '+' => ask.audits,
                        '-' => 1,
                        '?' if route.1.ends_with("/sign-in") && route.0 == "POST" => 1,
                        // A wrong password is one wherever it is typed.
                        '~' if route.1 == "/account/password" => 1,
                        _ => 0,
                    };
                    if due >= 0 && logged != due {
                        wrong.push(format!("{cell}: {logged} rows on the log instead of {due}"));
                    }
                    // S2: identifiers and contacts are nowhere but where somebody asked for them by right.
                    let allowed = shows_a_person(route) && expected == '+';
                    for mark in MARKS.iter().filter(|mark| !allowed && answer.text.contains(**mark)) {
                        wrong.push(format!("{cell}: shows {mark}"));
                    }
                    // ORG-13: whose unit is gone, or who asks for another's, learns of no dossier.
                    let may_know = role.is_some_and(Role::sees_province) || shows_the_log(route, role);
                    let hidden = match whose {
                        Whose::Nowhere | Whose::Other => &ward.dossiers[2..],
                        Whose::Own | Whose::Lower => &ward.dossiers[2..],
                    };
                    let names = hidden.iter().any(|code| answer.text.contains(code.as_str()));
                    if names && !may_know && expected == '+' && route.1 != "/tra-cuu" {
                        wrong.push(format!("{cell}: names another ward's dossier"));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{} of {number} cells:\n{}", wrong.len(), wrong.join("\n"));
        assert!(number > 3_000, "only {number} cells were looked at");
    });
}

fn shows_the_log(route: &(String, String), role: Option<Role>) -> bool {
    route.1.starts_with("/audit") && role == Some(Role::Administrator)
}

/// S11: what protects an answer and is not on it, whatever its status.
fn missing_headers(route: &(String, String), answer: &Answer) -> impl Iterator<Item = String> {
    let header =
        |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let policy = header("content-security-policy").to_owned();
    let mut missing = Vec::new();
    for (name, value) in [("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer")] {
        if header(name) != value {
            missing.push(format!("{name} is {:?}", header(name)));
        }
    }
    // What carries the hash of its content in its address may be kept.
    if header("cache-control") != "no-store" && route.1 != "/assets/{name}" {
        missing.push(format!("cache-control is {:?}", header("cache-control")));
    }
    let framed =
        if route.1 == "/outbox/{id}/content" { "frame-ancestors '" } else { "frame-ancestors 'none'" };
    for part in ["default-src 'none'", "base-uri 'none'", "form-action '", framed] {
        if !policy.contains(part) {
            missing.push(format!("the policy lacks {part}: {policy}"));
        }
    }
    if policy.contains("unsafe") && route.1 != "/outbox/{id}/content" {
        missing.push(format!("the policy allows what is unsafe: {policy}"));
    }
    missing.into_iter()
}

/// The routes that change something.
fn writing() -> Vec<(String, String)> {
    let all = router::list().into_iter().filter(|route: &Route| route.method != "GET");
    all.map(|route| (route.method.to_owned(), route.path)).collect()
}

/// S10: nothing is changed by whoever comes from another site, or has not this session's token.
#[test]
fn no_form_is_taken_without_its_sessions_token_or_from_another_site() {
    on_sqlite(|db| async move {
        let ward = Ward::build(Node::over(&db).await).await;
        let everything: Vec<Role> = roles().collect();
        let person = ward.node.hire("tat-ca", WARD, &everything).await;
        let others = ward.node.signed_in(&person).await.csrf;
        // What is open to anybody has no session's token; the language is kept in the browser alone.
        let open = ["/sign-in", "/sign-in/code", "/activate", "/tra-cuu", "/language"];
        for route in writing() {
            let ask = ward.ask(&route, Whose::Own, 1);
            let visitor = ward.node.signed_in(&person).await;
            let before = state(&ward.node).await;
            if let Content::Form(fields) = &ask.content
                && !open.contains(&route.1.as_str())
            {
                for token in [None, Some(""), Some("0123456789abcdef"), Some(others.as_str())] {
                    let own = token.map(|token| ("csrf".to_owned(), token.to_owned()));
                    let fields = own.into_iter().chain(fields.iter().cloned()).collect();
                    let answer = visitor.send(&route.0, &ask.path, &Content::Form(fields), &[]).await;
                    assert_eq!(answer.status, 403, "{route:?} with the token {token:?}");
                }
            }
            let whole = match &ask.content {
                Content::Form(fields) => {
                    let own = ("csrf".to_owned(), visitor.csrf.clone());
                    Content::Form(std::iter::once(own).chain(fields.iter().cloned()).collect())
                }
                other => other.clone(),
            };
            for header in [
                ("origin", "https://evil.example"),
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-site", "same-site"),
            ] {
                let answer = visitor.send(&route.0, &ask.path, &whole, &[header]).await;
                assert_eq!(answer.status, 403, "{route:?} with {header:?}");
            }
            // A form can't be made to look like the interface's JSON.
            if route.1.starts_with("/api/")
                && !matches!(&ask.content, Content::Json(body) if body == &json!({}))
            {
                let disguised = Content::form(&[("{\"name\":\"x\"}", "")]);
                let answer = visitor.send(&route.0, &ask.path, &disguised, &[]).await;
                assert_eq!(answer.status, 415, "{route:?} as a form");
            }
            assert_eq!(state(&ward.node).await, before, "{route:?} changed something");
        }
    });
}

/// S10: looking changes nothing but the log and the sessions' last use.
#[test]
fn looking_changes_nothing() {
    on_sqlite(|db| async move {
        let ward = Ward::build(Node::over(&db).await).await;
        let everything: Vec<Role> = roles().collect();
        let person = ward.node.hire("tat-ca", WARD, &everything).await;
        let before = state(&ward.node).await;
        let visitor = ward.node.signed_in(&person).await;
        for route in router::list().into_iter().filter(|route| route.method == "GET") {
            let route = (route.method.to_owned(), route.path);
            let ask = ward.ask(&route, Whose::Own, 1);
            let answer = visitor.get(&ask.path).await;
            assert!(answer.status < 500, "{route:?}: {}", answer.status);
            assert_eq!(state(&ward.node).await, before, "{route:?} changed something");
        }
    });
}

/// Everything but sessions, the audit log and the counts of attempts, as one number a table.
async fn state(node: &Node) -> Vec<String> {
    let tables = [
        "select 'staff ' || count(*) || ' ' || sum(active) || ' ' || group_concat(name || unit || roles || coalesce(email, '') || length(coalesce(password_hash, ''))) from staff",
        "select 'dossiers ' || count(*) || ' ' || sum(version) from dossiers",
        "select 'events ' || count(*) from dossier_events",
        "select 'tokens ' || count(*) || ' ' || count(revoked_at) from api_tokens",
        "select 'duties ' || count(*) || ' ' || count(ended_at) from duties",
        "select 'factors ' || count(*) || ' ' || count(confirmed_at) from second_factors",
        "select 'links ' || count(*) from activations",
        "select 'letters ' || count(*) from outbox",
        "select 'applicants ' || count(*) from applicants",
        "select 'decisions ' || count(*) || ' ' || count(withdrawn_at) || ' ' || count(edition) from decisions",
    ];
    let mut all = Vec::new();
    for table in tables {
        all.push(node.app.db.read(async |tx| tx.query(table).fetch_scalar::<String>().await).await.unwrap());
    }
    all
}

/// S2: no field that is not asked for is taken, whatever column it names.
#[test]
fn no_column_of_the_database_can_be_slipped_in() {
    on_sqlite(|db| async move {
        let ward = Ward::build(Node::over(&db).await).await;
        let everything: Vec<Role> = roles().collect();
        let person = ward.node.hire("tat-ca", WARD, &everything).await;
        let columns: BTreeSet<String> = db
            .read(async |tx| {
                let rows: Vec<(String,)> = tx
                    .query(
                        "select distinct c.name from sqlite_schema t join pragma_table_info(t.name) c
                         where t.type = 'table'",
                    )
                    .fetch_all()
                    .await?;
                Ok(rows.into_iter().map(|(name,)| name).collect())
            })
            .await
            .unwrap();
        assert!(columns.len() > 80, "{columns:?}");
        let visitor = ward.node.signed_in(&person).await;
        let (mut probes, mut taken) = (0, Vec::new());
        for route in writing() {
            for column in &columns {
                let ask = ward.ask(&route, Whose::Own, 1);
                let content = match ask.content {
                    Content::Form(fields) if !fields.iter().any(|(name, _)| name == column) => {
                        let own =
                            [("csrf".to_owned(), visitor.csrf.clone()), (column.clone(), "1".to_owned())];
                        Content::Form(own.into_iter().chain(fields).collect())
                    }
                    Content::Json(mut body) if body.get(column).is_none() => {
                        body[column] = json!("1");
                        Content::Json(body)
                    }
                    _ => continue,
                };
                if KNOWN.contains(&(route.1.as_str(), column.as_str())) {
                    continue;
                }
                probes += 1;
                let before = state(&ward.node).await;
                let answer = visitor.send(&route.0, &ask.path, &content, &[]).await;
                let takes_none = NO_BODY.contains(&route.1.as_str());
                let is_refused =
                    matches!(answer.status, 400 | 404 | 409 | 422) && state(&ward.node).await == before;
                if !takes_none && !is_refused {
                    taken.push(format!("{route:?} takes {column} ({})", answer.status));
                }
            }
        }
        assert!(taken.is_empty(), "{} of {probes}:\n{}", taken.len(), taken.join("\n"));
        assert!(probes > 2_000, "{probes}");
    });
}

/// Fields of a request that a sample leaves out and that have a column's name.
const KNOWN: &[(&str, &str)] = &[
    ("/api/v1/sign-in", "code"),
    ("/api/v1/people", "email"),
    ("/api/v1/people/{login}", "email"),
    ("/api/v1/people/{login}", "unit"),
    ("/api/v1/people/{login}", "roles"),
    ("/api/v1/people/{login}", "active"),
    ("/api/v1/dossiers/{code}/events", "at"),
    ("/dossiers/{code}/events", "at"),
    ("/people", "from_on"),
    ("/people/{id}", "login"),
    ("/people/{id}", "from_on"),
    ("/api/v1/dossiers", "components"),
    ("/api/v1/dossiers", "return_method"),
    ("/api/v1/quote", "channel"),
    ("/people/{id}/sessions/end", "active"),
    ("/people/{id}/second-factor/reset", "active"),
    ("/people/{id}/link", "active"),
];

/// What reads no body at all takes no field from one.
const NO_BODY: &[&str] = &["/api/v1/sign-out", "/api/v1/people/{login}/link"];
