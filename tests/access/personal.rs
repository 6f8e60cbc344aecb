//! S22 to S24: what applicants told is sealed, is in no log, can be put under a new key, told to
//! whoever asks for their own, and erased; dossiers, figures and the audit log stay as they are.

use std::io::Write;
use std::sync::{Arc, LazyLock, Mutex};

use dunghen::domain::staff::Role;
use dunghen::jobs::tidy;
use dunghen::jobs::turn::Turn;
use dunghen::seal::Keyring;
use dunghen::store::statistics::{Basis, Scope};
use dunghen::work::{keys, person_report, verify};
use dunghen::{store, telemetry};
use serde_json::json;
use tracing_subscriber::util::SubscriberInitExt;

use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};
use crate::world::*;

/// Everything that was logged in this process.
static LOGGED: LazyLock<Arc<Mutex<Vec<u8>>>> = LazyLock::new(Arc::default);

#[derive(Clone)]
struct Listener(Arc<Mutex<Vec<u8>>>);

impl Write for Listener {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Listens to all that is said at `trace`, through the service's own filter.
fn listen() {
    let heard = Arc::clone(&LOGGED);
    let lines = tracing_subscriber::fmt()
        .with_env_filter(telemetry::filter("trace"))
        .with_writer(move || Listener(Arc::clone(&heard)));
    lines.finish().try_init().expect("the only listener");
}

/// Marks of one applicant: name, identifier, phone, e-mail, address.
fn marks(number: usize) -> [String; 5] {
    [
        format!("Mốc Tên {number:05}"),
        format!("7719{number:08}"),
        format!("0977{number:06}"),
        format!("moc{number:05}@dau-vet.example"),
        format!("Bản Dấu Vết số {number:05}"),
    ]
}

/// What all their marks begin with, or have in them; of numbers so many digits follow.
const TRACES: [(&str, usize); 6] = [
    ("Mốc Tên", 0),
    ("77190000", 4),
    ("097700", 4),
    ("dau-vet.example", 0),
    ("Bản Dấu Vết", 0),
    ("M\\u{1ed1}c", 0),
];

/// Where a trace is, with what stands around it. A fraction of a second has fewer digits than a number.
fn found(haystack: &[u8], (trace, digits): (&str, usize)) -> Option<String> {
    let whole = trace.len() + digits;
    let is_there = |part: &[u8]| {
        part.starts_with(trace.as_bytes()) && part[trace.len()..].iter().all(u8::is_ascii_digit)
    };
    let at = haystack.windows(whole).position(is_there)?;
    let around = at.saturating_sub(200)..haystack.len().min(at + whole + 200);
    Some(String::from_utf8_lossy(&haystack[around]).into_owned())
}

/// S22: marked dossiers through intake, mistakes, lists, reveals, letters and the look-up, at trace level.
#[test]
fn no_mark_of_an_applicant_is_in_a_log_an_address_a_subject_or_the_file() {
    listen();
    on_sqlite(|db| async move {
        let node = Node::over(&db).await;
        let clerk = node.hire("mai", CENTRE, &[Role::Reception]).await;
        let head = node.hire("thang", WARD, &[Role::UnitHead]).await;
        let (mai, thang) = (node.signed_in(&clerk).await, node.signed_in(&head).await);
        let all = if is_long() { 10_000 } else { 150 };
        for number in 0..all {
            let [name, identifier, phone, email, address] = marks(number);
            let applicant = json!({ "name": name, "identifier": identifier, "phone": phone, "email": email, "address": address });
            let mut body = json!({ "procedure": PROCEDURE, "receiving_unit": CENTRE, "channel": "counter", "applicant": applicant });
            let filed = mai.json("POST", "/api/v1/dossiers", body.clone()).await;
            assert_eq!(filed.status, 201, "{}", filed.text);
            if number % 10 != 0 {
                continue;
            }
            let code = filed.body()["code"].as_str().unwrap().to_owned();
            // Whatever can go wrong with them does.
            for (field, wrong) in [
                ("identifier", json!(format!("{identifier}x"))),
                ("phone", json!([phone])),
                ("name", json!(7)),
            ] {
                let mut wronged = body.clone();
                wronged["applicant"][field] = wrong;
                assert_eq!(mai.json("POST", "/api/v1/dossiers", wronged).await.status, 422);
            }
            body["applicant"]["so_dinh_danh"] = json!(identifier);
            let refused = mai.json("POST", "/api/v1/dossiers", body).await;
            assert_eq!((refused.status, refused.body()["field"].clone()), (422, json!("so_dinh_danh")));
            refused.shows("không có mục `so_dinh_danh`");
            mai.post(
                "/intake",
                &[("deed", "receive"), ("name", &name), ("identifier", "sai"), ("phone", &phone)],
            )
            .await;
            for path in [
                format!("/dossiers/{code}"),
                format!("/dossiers/{code}/slip"),
                format!("/api/v1/dossiers/{code}"),
            ] {
                assert_eq!(mai.get(&path).await.status, 200, "{path}");
            }
            mai.post(&format!("/dossiers/{code}/person"), &[("purpose", "check")]).await.shows(&identifier);
            mai.json("POST", &format!("/api/v1/dossiers/{code}/applicant"), json!({ "purpose": "contact" }))
                .await;
            node.visitor()
                .from(&format!("10.{}.1.1", number % 250))
                .post("/tra-cuu", &[("code", &code), ("secret", &identifier[8..])])
                .await;
            node.happen(&clerk, &code, 1, json!({ "kind": "transfer", "to_unit": WARD })).await;
            let late = node.at(at("2026-12-07T09:00:00+07:00"));
            let apology = json!({ "kind": "apology_issued", "expected_version": 2, "reason": "volume",
                "words": "Số lượng hồ sơ trong tháng tăng cao", "new_due_on": "2026-12-10" });
            let signed = late
                .signed_in(&head)
                .await
                .json("POST", &format!("/api/v1/dossiers/{code}/events"), apology)
                .await;
            assert_eq!(signed.status, 201, "{}", signed.text);
            // Found by what they know by heart; then everything that can be looked at, by somebody who may.
            let found = mai.json("POST", "/api/v1/dossiers/search", json!({ "q": identifier })).await;
            assert_eq!(found.body()["items"].as_array().unwrap().len(), 1, "{}", found.text);
            for known in [&name, &identifier[4..], &phone[4..]] {
                let found = mai.json("POST", "/api/v1/dossiers/search", json!({ "q": known })).await;
                assert_eq!(found.body()["items"][0]["code"], code, "{}", found.text);
                mai.post("/dossiers/search", &[("q", known)]).await.shows(&code);
            }
            assert_eq!(mai.get(&format!("/api/v1/dossiers?q={}", &identifier[..8])).await.status, 200);
            if number % 500 == 0 {
                look_at_everything(&node, &code, &identifier).await;
            }
        }
        thang.get("/outbox").await.shows("Người nộp hồ sơ");
        let measured = node.visitor().from("127.0.0.1").get("/metrics").await;
        assert_eq!(measured.status, 200);
        assert!(measured.text.len() > 500, "{}", measured.text);
        for trace in TRACES {
            assert_eq!(found(measured.text.as_bytes(), trace), None, "{trace:?} is in the metrics");
        }
        let path = db.path().unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let folder = path.parent().unwrap().read_dir().unwrap().map(|entry| entry.unwrap().path());
        let files = folder.filter(|one| one.file_name().unwrap().to_string_lossy().starts_with(&name));
        let stored: Vec<u8> = files.flat_map(|one| std::fs::read(one).unwrap()).collect();
        let logged = LOGGED.lock().unwrap().clone();
        assert!(logged.len() > 10_000, "only {} bytes were logged: nobody listened", logged.len());
        for trace in TRACES {
            assert_eq!(found(&logged, trace), None, "{trace:?} is in the log");
            assert_eq!(found(&stored, trace), None, "{trace:?} is in the database's files");
        }
    });
}

/// Asks for every route that only looks, and for the reports about the person, as whoever may see most.
async fn look_at_everything(node: &Node, code: &str, identifier: &str) {
    let login = format!("tat-ca-{}", code.to_lowercase());
    let everything: Vec<Role> = Role::ALL.into_iter().filter(|role| role.is_held_by_staff()).collect();
    let visitor = node.signed_in(&node.hire(&login, WARD, &everything).await).await;
    for route in dunghen::web::router::list().into_iter().filter(|route| route.method == "GET") {
        let own = if route.path.contains("procedures") || route.path.contains("thu-tuc") {
            PROCEDURE
        } else {
            code
        };
        let path = route.path.replace("{code}", own).replace("{id}", "1").replace("{name}", "app.css");
        let answer = visitor.get(&path.replace("{login}", "mai")).await;
        assert!(answer.status < 500, "{path}: {}", answer.status);
    }
    let report = [("number", identifier), ("purpose", "breach"), ("language", "en")];
    visitor.post("/person-data/report", &report).await.shows(code);
    let extent = [("from", "2026-11-01"), ("to", "2026-12-31"), ("account", ""), ("language", "vi")];
    visitor.post("/person-data/breach", &extent).await.shows(code);
}

on_both! {
    /// S22: everything is put under the new key; what runs on with the old file reads the new one.
    async fn keys_are_exchanged_and_everything_opens_as_before(db: TestDb) {
        let node = Node::over(&db).await;
        let clerk = node.hire("mai", CENTRE, &[Role::Reception]).await;
        let mut codes = Vec::new();
        for _ in 0..5 {
            codes.push(node.receive(&clerk, CENTRE, PROCEDURE).await);
        }
        let old = (*node.app.keys).clone();
        let turned = old.with_new_key().sealing_with_newest().unwrap();
        let mut desk = node.desk();
        desk.keys = Arc::new(turned.clone());
        assert_eq!(keys::reseal_all(&db, &desk).await.unwrap(), 5);
        assert_eq!(keys::reseal_all(&db, &desk).await.unwrap(), 0, "a second time there is nothing to do");
        assert_eq!(node.count("select count(*) from applicants where key_id = '1'").await, 0);
        let open = async |keys: &Keyring, code: &str| {
            let mut desk = node.desk();
            desk.keys = Arc::new(keys.clone());
            db.read(async |tx| {
                let known = store::dossiers::known(tx, code).await?.unwrap();
                let opened = dunghen::work::ledger::load(tx, known).await?;
                dunghen::work::apology::applicant_of(tx, &desk, &opened.dossier).await
            })
            .await
        };
        for code in &codes {
            assert_eq!(open(&turned, code).await.unwrap(), Some(marked()));
        }
        // The search still finds them: its key is another one and stays.
        for known in [MARKS[0], "sua tan"] {
            let searching = node.with(|app| app.keys = Arc::new(turned.clone())).signed_in(&clerk).await;
            let found = searching.json("POST", "/api/v1/dossiers/search", json!({ "q": known })).await;
            assert_eq!(found.body()["items"].as_array().unwrap().len(), 5, "{known}");
        }
        assert!(open(&old, &codes[0]).await.is_err(), "the old keys alone open nothing");
    }

    /// S24: erased persons are gone for good; months, dossiers and both chains stay as they were.
    async fn erasure_leaves_figures_and_audit_as_they_were(db: TestDb) {
        let node = Node::over(&db).await;
        let clerk = node.hire("mai", CENTRE, &[Role::Reception]).await;
        let all = if is_long() { 1_000 } else { 12 };
        let mut codes = Vec::new();
        for number in 0..all {
            let code = node.receive(&clerk, CENTRE, PROCEDURE).await;
            if number % 4 != 3 {
                node.happen(&clerk, &code, 1, json!({ "kind": "withdrawn", "reason": "Người nộp xin rút hồ sơ" })).await;
            }
            codes.push(code);
        }
        let month = async || {
            let scope = Scope { basis: Basis::Settled, from: "2026-11-01".parse().unwrap(), to: "2026-11-30".parse().unwrap(), units: None };
            format!("{:?}", db.report(async |tx| store::statistics::counts(tx, &scope, None, None).await).await.unwrap())
        };
        let before = (month().await, node.count("select count(*) from dossier_events").await);
        let later = node.at(at("2032-01-05T09:00:00+07:00"));
        let (desk, turn) = (later.desk(), Turn::by_hand(later.app.clone(), later.app.clock.now()));
        assert_eq!(tidy::erase(&turn, &desk, "2026-11-23".parse().unwrap()).await.unwrap(), 0, "not over for so long");
        let over = u64::try_from(all - all / 4).unwrap();
        assert_eq!(tidy::erase(&turn, &desk, "2027-01-01".parse().unwrap()).await.unwrap(), over);
        assert_eq!(tidy::erase(&turn, &desk, "2027-01-01".parse().unwrap()).await.unwrap(), 0);
        assert_eq!((month().await, node.count("select count(*) from dossier_events").await), before);
        let verdict = verify::audit(&db, verify::Verdict::default()).await.unwrap();
        let verdict = verify::dossiers(&db, &desk, verdict).await.unwrap();
        assert!(verdict.holds(), "{:?}", verdict.findings);
        let left = node.count("select count(*) from applicants where erased_at is null").await;
        assert_eq!(left, i64::from(all / 4), "open dossiers keep theirs");
        let codes_left = node.count("select count(*) from applicants where erased_at is not null and (identifier_code is not null or phone_code is not null or length(sealed) > 0)").await;
        assert_eq!(codes_left, 0);
        let mai = node.signed_in(&clerk).await;
        mai.get(&format!("/dossiers/{}", codes[0])).await.hides("Tẩn Thị Sua");
        mai.get(&format!("/dossiers/{}", codes[3])).await.shows("Tẩn Thị Sua");
        for known in [MARKS[0], "sua tan", &MARKS[1][6..]] {
            let found = mai.json("POST", "/api/v1/dossiers/search", json!({ "q": known })).await;
            assert_eq!(found.body()["items"].as_array().unwrap().len().min(3), usize::try_from(all / 4).unwrap().min(3), "{known}");
        }
        let terms = node.count("select count(*) from search_terms where applicant_id not in (select id from applicants where erased_at is null)").await;
        assert_eq!(terms, 0);
    }

    /// DATA-06: persons are looked for by POST alone, each time on record, in the units that one sees.
    async fn a_search_for_a_person_is_on_record_and_in_no_address(db: TestDb) {
        let node = Node::over(&db).await;
        let clerk = node.hire("mai", CENTRE, &[Role::Reception]).await;
        let other = node.hire("yen", OTHER_CENTRE, &[Role::Reception]).await;
        let code = node.receive(&clerk, CENTRE, PROCEDURE).await;
        let (mai, yen) = (node.signed_in(&clerk).await, node.signed_in(&other).await);
        let searches = "select count(*) from audit where action = 'person_searched'";
        for (times, known) in (1..).zip(["Tẩn Thị Sua", "sua tan", "Sua", "5678", "671234", MARKS[0], MARKS[1]]) {
            let found = mai.json("POST", "/api/v1/dossiers/search", json!({ "q": known })).await;
            assert_eq!(found.body()["items"][0]["code"], code, "{known}: {}", found.text);
            assert_eq!(yen.json("POST", "/api/v1/dossiers/search", json!({ "q": known })).await.body()["items"], json!([]), "{known}");
            assert_eq!(node.count(searches).await, 2 * times, "{known}");
            // Codes alone, as while one types, is a look at nobody.
            let only = json!({ "q": known, "codes_only": true });
            assert_eq!(mai.json("POST", "/api/v1/dossiers/search", only).await.body()["items"], json!([]), "{known}");
            assert_eq!(node.count(searches).await, 2 * times, "{known}");
        }
        for known in ["T%E1%BA%A9n%20Th%E1%BB%8B%20Sua", "sua%20tan", MARKS[0], MARKS[1]] {
            for path in ["/api/v1/dossiers", "/dossiers"] {
                assert_eq!(mai.get(&format!("{path}?q={known}")).await.status, 422, "{path} {known}");
            }
        }
        // What may be the beginning of a code finds nobody there.
        for known in ["sua", "5678"] {
            let found = mai.get(&format!("/api/v1/dossiers?q={known}")).await;
            assert_eq!(found.body()["items"], json!([]), "{known}");
        }
        let told = "select count(*) from audit where action = 'person_searched'
            and (detail like '%Sua%' or detail like '%5678%' or subject <> '')";
        assert_eq!((node.count(searches).await, node.count(told).await), (14, 0));
        // The page names whom it found to those who may know, and repeats no whole number.
        let page = mai.post("/dossiers/search", &[("q", "tan sua")]).await;
        page.shows(&code);
        page.shows("Tẩn Thị Sua · ********1234 · *******678");
        let page = yen.post("/dossiers/search", &[("q", "tan sua")]).await;
        page.hides(&code);
        page.hides("Tẩn Thị Sua");
    }

    /// S24: of an erased person no letter is left, sent or waiting, nor a code of their address, nor in a
    /// SQLite file the sealed bytes of what they told.
    async fn nothing_that_was_sealed_of_an_erased_person_is_left(db: TestDb) {
        let node = Node::over(&db).await;
        let clerk = node.hire("mai", CENTRE, &[Role::Reception]).await;
        let head = node.hire("thang", WARD, &[Role::UnitHead]).await;
        let late = node.at(at("2026-12-07T09:00:00+07:00"));
        for _ in 0..3 {
            let code = node.receive(&clerk, CENTRE, PROCEDURE).await;
            node.happen(&clerk, &code, 1, json!({ "kind": "transfer", "to_unit": WARD })).await;
            let apology = json!({ "kind": "apology_issued", "reason": "volume", "new_due_on": "2026-12-10",
                "words": "Số lượng hồ sơ trong tháng tăng cao" });
            late.happen(&head, &code, 2, apology).await;
            late.happen(&clerk, &code, 3, json!({ "kind": "withdrawn", "reason": "Người nộp xin rút" })).await;
        }
        let deed = async |tx: &mut dunghen::db::Tx| {
            tx.query("update outbox set state = 'sent', done_at = created_at where id = 1").execute().await?;
            tx.query("update outbox set state = 'sending', token = 'x' where id = 2").execute().await?;
            let told = "update outbox set last_reply = '250 sua@example.vn' where id <> 2";
            tx.query(told).execute().await
        };
        db.write(deed).await.unwrap();
        let sealed: Vec<(Vec<u8>,)> = db
            .read(async |tx| tx.query("select sealed from applicants union all select sealed from outbox").fetch_all().await)
            .await
            .unwrap();
        assert_eq!(sealed.len(), 6);
        let (desk, turn) = (late.desk(), Turn::by_hand(late.app.clone(), late.app.clock.now()));
        assert_eq!(tidy::erase(&turn, &desk, "2027-01-01".parse().unwrap()).await.unwrap(), 3);
        let left = "select count(*) from outbox
            where sealed is not null or address_code is not null or last_reply like '%@%' or state in ('queued', 'sending')";
        assert_eq!(node.count(left).await, 0);
        assert_eq!(node.count("select count(*) from outbox where state = 'sent'").await, 1);
        assert_eq!(node.count("select count(*) from outbox where state = 'dead'").await, 2);
        let Some(path) = db.path() else { return };
        db.close().await;
        let file = std::fs::read(path).unwrap();
        for (bytes,) in sealed {
            assert!(!file.windows(bytes.len()).any(|part| part == bytes), "sealed bytes are left");
        }
    }

    /// DATA-03: the extent of a breach: whose data one account has looked at, and which kinds they were.
    async fn the_extent_of_a_breach_is_known_by_account_and_time(db: TestDb) {
        let node = Node::over(&db).await;
        let clerk = node.hire("mai", CENTRE, &[Role::Reception]).await;
        let other = node.hire("yen", CENTRE, &[Role::Reception]).await;
        let huy = node.hire("huy", "H35.01", &[Role::ControlOffice]).await;
        let (first, second, third) = (
            node.receive(&clerk, CENTRE, PROCEDURE).await,
            node.receive(&clerk, CENTRE, PROCEDURE).await,
            node.receive(&clerk, CENTRE, PROCEDURE).await,
        );
        let (mai, yen) = (node.signed_in(&clerk).await, node.signed_in(&other).await);
        for code in [&first, &first, &second] {
            mai.post(&format!("/dossiers/{code}/person"), &[("purpose", "contact")]).await.shows(MARKS[0]);
        }
        yen.post(&format!("/dossiers/{third}/person"), &[("purpose", "check")]).await.shows(MARKS[0]);
        mai.json("POST", "/api/v1/dossiers/search", json!({ "q": MARKS[1] })).await;
        let huy = node.signed_in(&huy).await;
        let ask = async |account: &str, from: &str, to: &str, language: &str| {
            let fields = [("account", account), ("from", from), ("to", to), ("language", language)];
            huy.post("/person-data/breach", &fields).await
        };
        let fact = |page: &Answer, word: &str| {
            let rest = page.text.split(&format!("<dt>{word}</dt><dd>")).nth(1).unwrap_or_else(|| panic!("{word}"));
            rest.split('<').next().unwrap().to_owned()
        };
        let page = ask("mai", "2026-11-23", "2026-11-23", "en").await;
        // One person in three dossiers, of which this account has seen two.
        for (word, number) in [("Looks", "3"), ("Dossiers", "2"), ("Persons", "1"), ("Identifiers", "1"), ("Addresses", "1")] {
            assert_eq!(fact(&page, word), number, "{word}");
        }
        page.shows(&first);
        page.hides(&third);
        page.shows("Searched by a person&#39;s name or number");
        page.shows("2026-11-26T09:30:00+07:00");
        let all = ask("", "2026-11-23", "2026-11-23", "vi").await;
        assert_eq!((fact(&all, "Lượt xem"), fact(&all, "Số hồ sơ")), ("4".to_owned(), "3".to_owned()));
        assert_eq!(fact(&ask("", "2026-11-24", "2026-11-30", "vi").await, "Lượt xem"), "0");
        for (account, from, to) in [("khong-co", "2026-11-23", "2026-11-23"), ("", "2026-11-24", "2026-11-23"), ("", "hôm qua", "2026-11-23")] {
            assert_eq!(ask(account, from, to, "vi").await.status, 422, "{account} {from} {to}");
        }
        for page in [&page, &all] {
            for mark in MARKS {
                page.hides(mark);
            }
        }
        // The report for one person is masked in both languages and its purpose is on the log.
        for (language, says) in [("vi", "Ai đã xem"), ("en", "Who has looked")] {
            let fields = [("number", MARKS[0]), ("purpose", "request"), ("language", language)];
            let page = huy.post("/person-data/report", &fields).await;
            page.shows(says);
            page.shows("********1234");
            page.shows(&third);
            for mark in MARKS {
                page.hides(mark);
            }
        }
        assert_eq!(huy.post("/person-data/report", &[("number", MARKS[0]), ("purpose", "")]).await.status, 422);
        huy.get("/audit?action=person_report").await.shows("mục đích: request");
        huy.get("/audit?action=breach_report").await.shows("mục đích: breach");
    }

    /// DATA-03, DATA-04: whoever asks is told what is kept of them and who has looked.
    async fn one_person_is_told_what_is_kept_and_who_looked(db: TestDb) {
        let node = Node::over(&db).await;
        let clerk = node.hire("mai", CENTRE, &[Role::Reception]).await;
        let code = node.receive(&clerk, CENTRE, PROCEDURE).await;
        let mai = node.signed_in(&clerk).await;
        mai.post(&format!("/dossiers/{code}/person"), &[("purpose", "contact")]).await.shows(MARKS[0]);
        let actor = dunghen::domain::staff::Actor::system("H35".parse().unwrap());
        for number in [MARKS[0], "+84 912 345 678"] {
            let (desk, actor) = (node.desk(), actor.clone());
            let kept = db.write(async move |tx| person_report::of(tx, &desk, &actor, number).await).await.unwrap();
            assert_eq!(kept.len(), 1, "{number}");
            assert_eq!(kept[0].code, code);
            assert_eq!(kept[0].applicant.as_ref(), Some(&marked()));
            assert_eq!(kept[0].looks.len(), 1);
            assert_eq!((kept[0].looks[0].by.as_str(), kept[0].looks[0].what.as_str()), ("Người mai", "person_viewed"));
        }
        let desk = node.desk();
        let nobody = db.write(async move |tx| person_report::of(tx, &desk, &actor, "000000000000").await).await.unwrap();
        assert!(nobody.is_empty());
        let clerk = actor_of(&clerk);
        let desk = node.desk();
        assert!(db.write(async move |tx| person_report::of(tx, &desk, &clerk, MARKS[0]).await).await.is_err());
    }
}

fn actor_of(person: &store::staff::Person) -> dunghen::domain::staff::Actor {
    crate::world::actor(person)
}
