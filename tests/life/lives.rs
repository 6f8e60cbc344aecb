//! Whole lives through each database: what is stored and told is what the second program says.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

use dunghen::domain::applicant::Applicant;
use dunghen::domain::event::ReturnMethod;
use dunghen::domain::procedure::Channel;
use dunghen::domain::staff::{Actor, StaffId};
use dunghen::domain::time::Moment;
use dunghen::store;
use dunghen::store::staff::NewPerson;
use dunghen::work::desk::Desk;
use dunghen::work::intake::{self, NewDossier};
use dunghen::work::processing::{self, Change, Request};
use dunghen::work::start;
use dunghen::work::verify::{self, Verdict};
use serde_json::Value;

use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};
use crate::told::{CENTRE, Dice, Life, What, answer, change, desk, heads, write_province};

#[expect(clippy::disallowed_methods, reason = "the tests' own switches are no configuration")]
fn number_of_lives() -> usize {
    if std::env::var("DUNGHEN_TEST_LONG").is_ok_and(|long| long == "1") { 20_000 } else { 250 }
}

on_both! {
    /// Reliability 7: through requests and rows it is the same function of the events.
    async fn whole_lives_through_the_database_are_told_as_the_second_program_tells_them(db: TestDb) {
        let folder = tempfile::tempdir().unwrap();
        write_province(folder.path(), &mut Dice(20_261_128), 120);
        let desk = desk(folder.path());
        let heads = move_in(&db, &desk).await;
        let mut dice = Dice(7);
        let mut lines = String::new();
        let mut told = Vec::new();
        for _ in 0..number_of_lives() {
            let life = Life::random(&desk.province, &mut dice, "2019-01-07", 2_570);
            lines.push_str(&life.line(&desk.province));
            lines.push('\n');
            told.push(live(&db, &desk, &heads, &life).await);
        }
        std::fs::write(folder.path().join("lives.jsonl"), &lines).unwrap();
        let second = second_program(folder.path());
        assert_eq!(second.len(), told.len());
        for ((life, told), second) in lines.lines().zip(&told).zip(&second) {
            assert_eq!(told, second, "{life}");
        }
        let mut verdict = Verdict::default();
        let mut after = Some(0);
        while let Some(id) = after {
            let page = db.read(async |tx| {
                let mut verdict = verdict.clone();
                let next = verify::page_of_dossiers(tx, &desk, id, &mut verdict).await?;
                Ok((next, verdict))
            });
            (after, verdict) = page.await.unwrap();
        }
        assert!(verdict.holds(), "{:?}", verdict.findings);
    }
}

/// The province and the two heads, each with an account.
async fn move_in(db: &TestDb, desk: &Desk) -> [Actor; 2] {
    let begun = desk.clone();
    db.write(async move |tx| start::keep_province(tx, &begun).await).await.unwrap();
    let [mut first, mut second] = heads(0);
    for head in [&mut first, &mut second] {
        let (unit, roles) = (head.unit.to_string(), head.roles.iter().copied().collect::<Vec<_>>());
        let login = format!("head-{:08x}", rand::random::<u32>());
        let id = db
            .write(async move |tx| {
                let created_at = Moment::from_seconds(0).unwrap();
                let new = NewPerson {
                    login: Some(&login),
                    name: &login,
                    email: None,
                    unit: &unit,
                    roles: &roles,
                    password_hash: None,
                    source: None,
                    created_at,
                };
                store::staff::insert(tx, &new).await
            })
            .await;
        head.staff_id = StaffId(id.unwrap());
    }
    [first, second]
}

/// Asks for one life, event by event, and tells how it then stands.
async fn live(db: &TestDb, desk: &Desk, heads: &[Actor; 2], life: &Life) -> Value {
    let new = NewDossier {
        procedure: life.procedure.clone(),
        receiving_unit: CENTRE.to_owned(),
        channel: if life.online { Channel::Online } else { Channel::Counter },
        applicant: Applicant { name: "Lò Thị Mai".to_owned(), ..Applicant::default() },
        components: Vec::new(),
        return_method: ReturnMethod::Counter,
    };
    let filed_at = if life.online { life.filed_at } else { life.asked[0].at };
    let (filing_desk, head) = (Desk { now: filed_at, ..desk.clone() }, heads[0].clone());
    let receipt =
        db.write(async move |tx| intake::receive(tx, &filing_desk, &head, &new, None).await).await.unwrap();
    let code = receipt.code;
    let competent = {
        let known = db.read(async |tx| store::dossiers::known(tx, &code).await).await.unwrap().unwrap();
        known.competent_unit
    };
    let mut version = 1;
    let mut places = Vec::new();
    for (number, asked) in life.asked.iter().enumerate() {
        if number > 0 || life.online {
            let reason = || "Ghi nhầm thời điểm khi nhập".to_owned();
            let changes = match asked.what {
                What::Correct(place, true_at) => {
                    let corrects = places[place];
                    let proposed = Change::CorrectionProposed { corrects, true_at, reason: reason() };
                    let proposal = Some(version + 1);
                    let approved =
                        Change::Corrected { corrects: None, words: None, proposal, reason: reason() };
                    vec![(&heads[0], proposed), (&heads[1], approved)]
                }
                ref what => vec![(&heads[1], change(what, &competent))],
            };
            for (head, change) in changes {
                let request = Request { expected_version: version, at: None, change };
                let (desk, head, code) = (Desk { now: asked.at, ..desk.clone() }, head.clone(), code.clone());
                let done =
                    db.write(async move |tx| processing::change(tx, &desk, &head, &code, &request).await);
                let done = done.await.unwrap_or_else(|error| panic!("{asked:?} of {life:?}: {error}"));
                version = done.dossier.version;
            }
        }
        places.push(version);
    }
    let events = db
        .read(async |tx| {
            let known = store::dossiers::known(tx, &code).await?.unwrap();
            store::events::of(tx, known.id).await
        })
        .await
        .unwrap();
    answer(desk, &events, life.now)
}

fn second_program(folder: &Path) -> Vec<Value> {
    let calendar = concat!(env!("CARGO_MANIFEST_DIR"), "/config/calendar/vn-state.toml");
    let output = Command::new("python3")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/lives.py"))
        .arg(calendar)
        .arg(folder)
        .stdin(File::open(folder.join("lives.jsonl")).unwrap())
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
