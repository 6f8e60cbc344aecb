//! A change, its event, its audit row and its letters land together or not at all (invariant 2).
//!
//! Every command is broken off at each single row that it writes, one after the other, until it
//! gets through: by a failure that leaves in place what the statement has done so far (SQLite), by
//! one that PostgreSQL undoes, and by the death of the connection in the middle of the statement.
//! What everything holds then is what it held before. In the end the command's list of rows must be
//! the one that is written down here, so that no place is ever left out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use dunghen::db::{Db, DbSettings, Purpose};
use dunghen::domain::staff::Role;
use dunghen::exchange::input::{Format, Input};
use dunghen::jobs::sender;
use dunghen::work::{digest, duties, import as deeds, sign_in, sweep};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::node::Node;
use crate::office::*;
use crate::post::courier;
use crate::smtp;
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};
use crate::support::import;

/// How a command is broken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Break {
    Failure,
    /// The server ends the connection; on PostgreSQL alone.
    Death,
}

/// Breaks commands off at a row of one's choice.
struct Trap<'d> {
    db: &'d TestDb,
    dumps: Vec<(String, &'static str)>,
}

/// Statements are put together when the test runs, and live as long as it does.
fn text(sql: String) -> &'static str {
    Box::leak(sql.into_boxed_str())
}

async fn run(db: &Db, sql: String) {
    let sql = text(sql);
    db.write(async move |tx| tx.query(sql).execute().await)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}

async fn texts(db: &Db, sql: String) -> Vec<String> {
    let sql = text(sql);
    let rows = db.read(async move |tx| tx.query(sql).fetch_all::<(String,)>().await).await;
    rows.unwrap_or_else(|error| panic!("{sql}: {error}")).into_iter().map(|(text,)| text).collect()
}

impl<'d> Trap<'d> {
    async fn lay(db: &'d TestDb) -> Self {
        let tables = texts(
            db,
            if db.is_sqlite() {
                "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'
             and name <> '_sqlx_migrations' order by name"
                    .to_owned()
            } else {
                "select tablename::text from pg_tables where schemaname = 'public'
             and tablename <> '_sqlx_migrations' order by tablename"
                    .to_owned()
            },
        )
        .await;
        // Where `n` says 0, nothing is broken off; `kind` says how.
        run(
            db,
            "create table trap (id integer primary key, n integer not null, kind text not null)".to_owned(),
        )
        .await;
        run(db, "insert into trap (id, n, kind) values (1, 0, 'Failure')".to_owned()).await;
        run(
            db,
            if db.is_sqlite() {
                "create table passed (no integer primary key, what text not null)".to_owned()
            } else {
                "create table passed (no bigint generated always as identity, what text not null)".to_owned()
            },
        )
        .await;
        if !db.is_sqlite() {
            run(
                db,
                "create function spring() returns trigger language plpgsql as $$
                declare rest record;
                begin
                    insert into passed (what) values (tg_table_name || ' ' || lower(tg_op));
                    update trap set n = n - 1 returning n, kind into rest;
                    if rest.n = 0 then
                        if rest.kind = 'Death' then
                            perform pg_terminate_backend(pg_backend_pid());
                        end if;
                        raise exception 'broken off';
                    end if;
                    if tg_op = 'DELETE' then return old; end if;
                    return new;
                end $$"
                    .to_owned(),
            )
            .await;
        }
        for table in &tables {
            for deed in ["insert", "update", "delete"] {
                run(db, if db.is_sqlite() {
                    format!("create trigger trap_{table}_{deed} before {deed} on {table} begin
                        insert into passed (what) values ('{table} {deed}');
                        update trap set n = n - 1;
                        select raise(fail, 'broken off') from trap where n = 0;
                    end")
                } else {
                    format!("create trigger aa_trap_{deed} before {deed} on {table} for each row execute function spring()")
                })
                .await;
            }
        }
        let mut dumps = Vec::new();
        for table in tables {
            let sql = if db.is_sqlite() {
                let columns = texts(db, format!("select name from pragma_table_info('{table}')")).await;
                let quoted: Vec<_> = columns.iter().map(|name| format!("quote(\"{name}\")")).collect();
                format!("select {} as row from {table} order by 1", quoted.join(" || '|' || "))
            } else {
                format!("select row_to_json(t)::text as row from {table} t order by 1")
            };
            dumps.push((table, text(sql)));
        }
        Self { db, dumps }
    }

    async fn set(&self, n: i64, how: Break) {
        run(self.db, "delete from passed".to_owned()).await;
        run(self.db, format!("update trap set n = {n}, kind = '{how:?}'")).await;
    }

    /// All that the tables hold.
    async fn everything(&self) -> BTreeMap<String, Vec<String>> {
        let dumps = self.dumps.clone();
        self.db
            .read(async move |tx| {
                let mut all = BTreeMap::new();
                for (table, sql) in dumps {
                    let rows: Vec<(String,)> = tx.query(sql).fetch_all().await?;
                    all.insert(table, rows.into_iter().map(|(row,)| row).collect());
                }
                Ok(all)
            })
            .await
            .unwrap()
    }

    /// Breaks `command` off at every row that it writes, then lets it pass; it says whether it got
    /// through. Gives the rows that it has written, sorted.
    async fn break_off_everywhere(&self, name: &str, command: impl AsyncFn() -> bool) -> Vec<String> {
        let breaks =
            if self.db.is_sqlite() { [Break::Failure].as_slice() } else { &[Break::Failure, Break::Death] };
        let before = self.everything().await;
        let mut broken = 0;
        loop {
            let mut passed = false;
            for how in breaks {
                self.set(broken + 1, *how).await;
                passed = command().await;
                if passed {
                    break;
                }
                let after = self.everything().await;
                for (table, rows) in &before {
                    assert_eq!(after[table], *rows, "{name}, {how:?} at row {}: {table}", broken + 1);
                }
            }
            if passed {
                break;
            }
            broken += 1;
            assert!(broken < 200, "{name} never gets through");
        }
        let mut written = texts(self.db, "select what from passed order by no".to_owned()).await;
        assert_eq!(written.len(), usize::try_from(broken).unwrap(), "{name} was broken off at every row");
        written.sort();
        assert_ne!(self.everything().await, before, "{name} has done something");
        self.set(0, Break::Failure).await;
        println!("{name}: broken off at {broken} rows ({})", written.join(", "));
        written
    }

    /// The same, and these must be the rows, in any order.
    async fn break_off_at(&self, name: &str, rows: &[&str], command: impl AsyncFn() -> bool) {
        let mut expected = rows.to_vec();
        expected.sort_unstable();
        assert_eq!(self.break_off_everywhere(name, command).await, expected, "the rows that {name} writes");
    }
}

/// A disk that is slow for a while must not look like a command that was broken off.
async fn be_patient(db: &mut TestDb) {
    let minute = Duration::from_secs(60);
    db.reopen(&DbSettings {
        purpose: Purpose::Serve,
        call_limit: 5 * minute,
        statement_timeout: minute,
        ..DbSettings::default()
    })
    .await;
}

/// What every event writes.
const EVENT: [&str; 4] = ["dossiers update", "dossier_events insert", "audit insert", "audit_head update"];

fn event_and(more: &[&'static str]) -> Vec<&'static str> {
    [EVENT.as_slice(), more].concat()
}

/// A dossier's life so far, as its people see it.
struct Course<'a> {
    node: &'a Node,
    trap: &'a Trap<'a>,
    tokens: [String; 3],
    code: String,
    version: i64,
}

/// Who does it.
const COUNTER: usize = 0;
const SPECIALIST: usize = 1;
const HEAD: usize = 2;

impl Course<'_> {
    /// Takes a dossier in, whose letter code is the agency's first of the day or another.
    async fn begin(&mut self, procedure: &str, channel: &str, number: &'static str) {
        let key = format!("key-{:x}", rand::random::<u64>());
        let taken = std::cell::RefCell::new(Value::Null);
        let mut rows = vec![
            "code_sequences insert",
            "applicants insert",
            "dossiers insert",
            "dossier_events insert",
            "idempotency_keys insert",
            "audit insert",
            "audit_head update",
        ];
        // What finds the applicant: ta, tan, th, thi, su, sua, and the end of the phone number.
        rows.extend(["search_terms insert"; 7]);
        rows.extend((number == "next").then_some("code_sequences update"));
        let (node, token) = (self.node, &self.tokens[COUNTER]);
        self.trap
            .break_off_at(&format!("intake, {channel}, {number} number"), &rows, async || {
                let (status, body) = node.take_in(token, Some(&key), procedure, channel).await;
                assert!(status == StatusCode::CREATED || status.is_server_error(), "{status} {body}");
                taken.replace(body);
                status == StatusCode::CREATED
            })
            .await;
        let taken = taken.into_inner();
        (self.code, self.version) = (taken["code"].as_str().unwrap().to_owned(), 1);
    }

    async fn then(&mut self, who: usize, body: Value, rows: &[&str]) {
        let (node, token, code, version) = (self.node, &self.tokens[who], &self.code, self.version);
        let name = body["kind"].as_str().unwrap().to_owned();
        self.trap
            .break_off_at(&name, rows, async || {
                let (status, told) = node.event(token, code, version, body.clone()).await;
                assert!(status == StatusCode::CREATED || status.is_server_error(), "{name}: {status} {told}");
                status == StatusCode::CREATED
            })
            .await;
        self.version += 1;
    }
}

async fn course<'a>(office: &Office, node: &'a Node, trap: &'a Trap<'a>, competent: &str) -> Course<'a> {
    let team = Team::at(office, &node.app.db, competent).await;
    let tokens =
        [node.token(&team.counter).await, node.token(&team.specialist).await, node.token(&team.head).await];
    Course { node, trap, tokens, code: String::new(), version: 0 }
}

const WHY: &str = "Lý do dài hơn mười ký tự";

on_both! {
    async fn whatever_happens_to_a_dossier_happens_whole(mut db: TestDb) {
        be_patient(&mut db).await;
        let office = Office::open(&db).await;
        let node = Node::of(&office, &db, at("2026-08-25 09:00"));
        let trap = Trap::lay(&db).await;
        let mut one = course(&office, &node, &trap, "H35.06.01").await;
        one.begin(SECOND_LIMIT, "counter", "first").await;
        one.then(COUNTER, json!({ "kind": "transfer", "to_unit": "H35.06.01" }), &EVENT).await;
        one.then(SPECIALIST, json!({ "kind": "step_done", "step": "Thẩm định" }), &EVENT).await;
        one.then(SPECIALIST, json!({ "kind": "supplement_requested", "items": ["Bản vẽ"], "reason": WHY }), &EVENT).await;
        one.then(COUNTER, json!({ "kind": "supplemented" }), &EVENT).await;
        one.then(SPECIALIST, json!({ "kind": "payment_requested", "reason": WHY }), &EVENT).await;
        one.then(COUNTER, json!({ "kind": "paid" }), &EVENT).await;
        // Form 04 opens the obligation, takes a number and writes the letter.
        let apology = json!({ "kind": "apology_issued", "reason": "volume", "words": WHY, "new_due_on": "2026-09-04" });
        let rows = event_and(&["obligations insert", "obligations update", "code_sequences insert", "outbox insert"]);
        one.then(HEAD, apology, &rows).await;
        let delivered = json!({ "kind": "apology_delivered", "channel": "counter", "receipt": "Đã ký" });
        one.then(COUNTER, delivered, &event_and(&["obligations insert", "obligations update"])).await;
        // An end in time would close the obligation, if its letter had not been delivered.
        let ended = event_and(&["obligations insert", "figure_changes insert"]);
        one.then(HEAD, json!({ "kind": "settled" }), &ended).await;
        one.then(COUNTER, json!({ "kind": "returned" }), &event_and(&["obligations insert"])).await;

        one.begin(SECOND_LIMIT, "counter", "next").await;
        // What ends adds to the counts that reports read.
        let ended = event_and(&["figure_changes insert"]);
        one.then(COUNTER, json!({ "kind": "withdrawn", "reason": WHY }), &ended).await;
        one.begin(SECOND_LIMIT, "online", "next").await;
        one.then(COUNTER, json!({ "kind": "received" }), &EVENT).await;
        one.then(COUNTER, json!({ "kind": "transfer", "to_unit": "H35.06.01" }), &EVENT).await;
        one.then(HEAD, json!({ "kind": "stopped", "reason": WHY }), &ended).await;
        one.begin(SECOND_LIMIT, "online", "next").await;
        one.then(COUNTER, json!({ "kind": "refused", "reason": WHY }), &EVENT).await;
        assert!(office.verify(&db).await.holds());
    }

    async fn a_sweep_owes_raises_and_writes_whole(mut db: TestDb) {
        be_patient(&mut db).await;
        let office = Office::open(&db).await;
        let counter = office.hire(&db, CENTRE, &[Role::Reception]).await;
        let head = office.hire(&db, COMMUNE, &[Role::UnitHead]).await;
        for _ in 0..2 {
            office.receive(&db, at("2026-08-25 09:00"), &counter, &filed(THREE_DAYS)).await.unwrap();
        }
        let trap = Trap::lay(&db).await;
        let rows = [
            "obligations insert", "obligations insert", "alerts insert", "alerts insert",
            "dossiers update", "dossiers update", "outbox insert", "alerts update", "alerts update",
        ];
        let desk = office.desk(at("2026-08-29 07:00"));
        trap.break_off_at("sweep", &rows, async || {
            let desk = desk.clone();
            db.write(async move |tx| sweep::sweep(tx, &desk, 10).await).await.is_ok()
        })
        .await;

        // So does the morning's digest, which is a letter and nothing else.
        let reader = db.read(async |tx| digest::readers(tx, &desk).await).await.unwrap();
        let reader = reader.into_iter().find(|reader| reader.id == head.staff_id.0).unwrap();
        let desk = office.desk(at("2026-09-03 07:15"));
        let day = desk.today();
        let letter = db.report(async |tx| digest::compose(tx, &desk, &reader, day).await).await.unwrap();
        trap.break_off_at("digest", &["outbox insert"], async || {
            let (desk, reader, letter) = (desk.clone(), reader.clone(), letter.clone());
            db.write(async move |tx| digest::put(tx, &desk, &reader, day, &letter).await).await.is_ok()
        })
        .await;
    }

    /// A batch of rows from another system, some of them for dossiers that are known, one of no use.
    async fn a_batch_of_an_import_is_taken_in_whole(mut db: TestDb) {
        be_patient(&mut db).await;
        let (desk, mapping) = (import::desk(), import::mapping_of(import::MAPPING));
        let row = |code: &str, step: &str| format!("{code},2026-09-01 08:00,2026-10-20,,,North,web,Anna,{step},2026-09-02 10:00,Bert\n");
        let source = import::file(&[row("A-1", "check"), row("A-1", "decide"), row("A-2", "check"), row("", "check")].concat());
        import::take(&db, &desk, import::file(&row("A-2", "begin")).path(), &mapping).await.unwrap();
        let actor = import::system(&desk);
        let begin = {
            let (desk, actor, source) = (desk.clone(), actor.clone(), mapping.source.clone());
            async move |tx: &mut dunghen::db::Tx| deeds::begin(tx, &desk, &actor, &source, "f.csv").await
        };
        let run = db.write(begin).await.unwrap();
        let trap = Trap::lay(&db).await;
        let mut table = Input::open(source.path(), Format::Csv, &mapping).unwrap();
        let batch = Arc::new(table.next_batch(100).unwrap());
        let written = trap.break_off_everywhere("import", async || {
            let (desk, actor, run, batch) = (desk.clone(), actor.clone(), run.clone(), Arc::clone(&batch));
            db.write(async move |tx| deeds::take_in(tx, &desk, &actor, &run, &batch).await).await.is_ok()
        });
        let written: BTreeSet<String> = written.await.into_iter().collect();
        for row in [
            "dossiers insert", "dossiers update", "dossier_events insert", "import_records insert",
            "import_dossiers insert", "import_quarantine insert", "audit insert", "audit_head update",
        ] {
            assert!(written.contains(row), "{row} is not among {written:?}");
        }
        import::verify(&db, &desk).await;
    }

    async fn a_session_begins_with_its_audit_row(mut db: TestDb) {
        be_patient(&mut db).await;
        let office = Office::open(&db).await;
        let desk = office.desk(at("2026-08-26 09:00"));
        let clerk = office.hire(&db, CENTRE, &[Role::Reception]).await;
        let person = db.read(async |tx| duties::reachable(tx, &desk).await).await.unwrap();
        let person = person.into_iter().find(|person| person.id == clerk.staff_id.0).unwrap();
        let hour = SignedDuration::from_hours(1);
        let trap = Trap::lay(&db).await;
        trap.break_off_at("sign-in", &["sessions insert", "audit insert", "audit_head update"], async || {
            let (desk, person) = (desk.clone(), person.clone());
            let begin = async move |tx: &mut dunghen::db::Tx| {
                let limits = sign_in::Limits { idle: hour, absolute: hour };
                sign_in::begin(tx, &desk, &person, &[7; 32], limits, &sign_in::Whence::default()).await
            };
            db.write(begin).await.is_ok()
        })
        .await;
        trap.break_off_at("sign-out", &["sessions delete", "audit insert", "audit_head update"], async || {
            let (desk, person) = (desk.clone(), person.clone());
            db.write(async move |tx| sign_in::end(tx, &desk, &person, &[7; 32]).await).await.is_ok()
        })
        .await;
    }

    /// The relay can't be asked back: what was sent is claimed again under its Message-ID. But the
    /// letter is not "sent" without its dossier knowing of the delivery, nor the other way round.
    async fn a_letter_is_sent_and_delivered_or_neither(mut db: TestDb) {
        be_patient(&mut db).await;
        let office = Office::open(&db).await;
        let relay = smtp::Relay::start(|_, step| smtp::well_behaved(step)).await;
        let node = Node::of(&office, &db, at("2026-08-26 09:00"));
        let team = Team::at(&office, &db, COMMUNE).await;
        let (counter, head) = (node.token(&team.counter).await, node.token(&team.head).await);
        let (_, taken) = node.take_in(&counter, None, THREE_DAYS, "counter").await;
        let code = taken["code"].as_str().unwrap();
        let letter = json!({ "kind": "apology_issued", "reason": "volume", "words": WHY, "new_due_on": "2026-09-04" });
        assert_eq!(node.event(&head, code, 1, letter).await.0, StatusCode::CREATED);

        let trap = Trap::lay(&db).await;
        // The claim and the turn write one row each, in transactions of their own.
        let (own, mut tries) = (2, 0);
        loop {
            trap.set(own + 1 + tries, Break::Failure).await;
            let later = at("2026-08-26 09:00").plus(SignedDuration::from_mins(21 * (tries + 1)));
            let sent = sender::empty(&Node::of(&office, &db, later).app, &mut courier(&relay)).await.is_ok();
            let state = |sql| count(&db, sql);
            let is_sent = state("select count(*) from outbox where state = 'sent'").await;
            assert_eq!(state("select count(*) from dossier_events where kind = 'apology_delivered'").await, is_sent);
            assert_eq!(state("select count(*) from obligations where delivered_at is not null").await, is_sent);
            assert_eq!(i64::from(sent), is_sent);
            tries += 1;
            if sent {
                break;
            }
        }
        // Letter, dossier, event, obligation twice (opened by whoever is first), audit row and head.
        assert_eq!(tries - 1, 7);
        assert_eq!(relay.mails().len(), 8);
        assert!(relay.mails().windows(2).all(|pair| pair[0].content == pair[1].content));
    }
}
