//! Every letter of apology arrives, is owed and signed once, and is known when it comes twice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dunghen::db::{Db, DbSettings};
use dunghen::domain::time::Moment;
use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::json;
use tokio::sync::oneshot;

use crate::service::{CENTRE, Caller, PATIENCE, PROCEDURE, Running, Site, WARD};
use crate::smtp::{Act, Relay, Seen, Step, well_behaved};
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};
use crate::{any_moment, kills, lives};

const HANDS: usize = 8;
/// As many apologies are signed in each life of the service.
const IN_EACH_LIFE: usize = 4;
/// Filed on this Monday for three working days, so that an apology is due two weeks later.
const FILED: &str = "2026-11-16T07:30:00+07:00";
const LATE: &str = "2026-11-30T07:30:00+07:00";
const NEW_DATE: &str = "2026-12-02";

/// What the relay does with the letter whose final dot tells the test to kill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// Takes it: the kill races with the record.
    Taken,
    /// Takes it, but the sender is killed before it hears so.
    Unheard,
}

/// Calls the killer when a letter has come to its final dot.
#[derive(Default)]
struct Trap {
    /// With this letter, counted from the next one.
    letters: usize,
    sprung: Option<(oneshot::Sender<()>, Answer)>,
    /// The sender is lost: nothing more is said to it.
    mute: bool,
}

impl Trap {
    fn set(&mut self, letters: usize, answer: Answer) -> oneshot::Receiver<()> {
        let (sender, caught) = oneshot::channel();
        *self = Self { letters, sprung: Some((sender, answer)), mute: false };
        caught
    }

    fn take_away(&mut self) {
        *self = Self::default();
    }

    fn act(&mut self, step: &Step) -> Act {
        match step {
            Step::Data if self.sprung.is_some() && self.letters > 0 => self.letters -= 1,
            Step::Dot(_) if self.letters == 0 => {
                if let Some((killer, answer)) = self.sprung.take() {
                    self.mute = answer == Answer::Unheard;
                    _ = killer.send(());
                }
            }
            _ => {}
        }
        if self.mute { Act::Stall } else { well_behaved(step) }
    }
}

/// What the heads of the ward know of one dossier's apology.
struct Owed {
    code: String,
    /// How often the service said that it was done.
    acknowledged: usize,
    /// The service said that there is one already.
    refused: bool,
}

async fn file(caller: &Caller, number: usize) -> Owed {
    let body = json!({
        "procedure": PROCEDURE,
        "receiving_unit": CENTRE,
        "channel": "counter",
        "applicant": { "name": "Tẩn Thị Sua", "phone": "0912345678", "email": address(number) },
    });
    let (status, answer) = caller.post("/api/v1/dossiers", None, &body).await.unwrap();
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    Owed { code: answer["code"].as_str().unwrap().to_owned(), acknowledged: 0, refused: false }
}

fn address(number: usize) -> String {
    format!("citizen{number}@example.vn")
}

/// Signs the apology for a dossier as it was when it was filed.
async fn apologise(caller: &Caller, code: &str) -> Option<StatusCode> {
    let body = json!({
        "kind": "apology_issued",
        "expected_version": 1,
        "reason": "volume",
        "words": "Số lượng hồ sơ tăng đột biến trong tháng",
        "new_due_on": NEW_DATE,
    });
    let (status, answer) = caller.post(&format!("/api/v1/dossiers/{code}/events"), None, &body).await?;
    assert!(matches!(status, StatusCode::CREATED | StatusCode::CONFLICT), "{code}: {status} {answer}");
    Some(status)
}

/// Everybody signs what is open, each dossier by two heads at once.
async fn sign(caller: &Caller, open: &mut [&mut Owed]) {
    let pairs = HANDS / 2;
    let codes: Vec<String> = open.iter().map(|owed| owed.code.clone()).collect();
    let answers = join_all((0..HANDS).map(async |hand| {
        let mut answers = Vec::new();
        for (index, code) in codes.iter().enumerate().filter(|(index, _)| index % pairs == hand % pairs) {
            let Some(status) = apologise(caller, code).await else { break };
            answers.push((index, status));
        }
        answers
    }));
    for (index, status) in answers.await.into_iter().flatten() {
        let owed = &mut *open[index];
        match status {
            StatusCode::CREATED => owed.acknowledged += 1,
            _ => owed.refused = true,
        }
        assert!(owed.acknowledged <= 1, "{} was apologised for twice", owed.code);
    }
}

/// Kills at any moment, or when a letter has just been handed over.
async fn kill_some_time(service: &mut Running, trap: &Mutex<Trap>) {
    let answer = [None, Some(Answer::Taken), Some(Answer::Unheard)][rand::random_range(0..3)];
    match answer {
        None => tokio::time::sleep(any_moment()).await,
        Some(answer) => {
            let caught = trap.lock().unwrap().set(rand::random_range(1..=3), answer);
            in_time(caught, "no letter has come").await.unwrap();
        }
    }
    service.kill();
    trap.lock().unwrap().take_away();
}

async fn in_time<T>(awaited: impl Future<Output = T>, otherwise: &str) -> T {
    tokio::time::timeout(PATIENCE, awaited).await.unwrap_or_else(|_| panic!("{otherwise}"))
}

/// Two accounts at a site whose relay has a trap.
struct Office {
    site: Site,
    relay: Relay,
    trap: Arc<Mutex<Trap>>,
    counter: String,
    head: String,
}

impl Office {
    async fn open(database: &str) -> Self {
        let trap = Arc::new(Mutex::new(Trap::default()));
        let script = Arc::clone(&trap);
        let relay = Relay::start(move |_, step| script.lock().unwrap().act(step)).await;
        let site = Site::new(database, Some(relay.address));
        let filed = FILED.parse().unwrap();
        site.run(&["migrate"], "", filed);
        let counter = site.account("mai", CENTRE, "reception", filed);
        let head = site.account("thang", WARD, "unit_head", filed);
        Self { site, relay, trap, counter, head }
    }

    /// Takes in as many dossiers as will be apologised for.
    async fn file(&self, count: usize) -> Vec<Owed> {
        let mut service = self.site.serve(FILED.parse().unwrap()).await;
        let caller = service.caller(&self.counter);
        let filed = join_all((0..HANDS).map(async |hand| {
            let mut filed = Vec::new();
            for number in (hand..count).step_by(HANDS) {
                filed.push(file(&caller, number).await);
            }
            filed
        }));
        let filed = filed.await.into_iter().flatten().collect();
        service.kill();
        filed
    }
}

on_both! {
    async fn every_apology_is_made_once_and_its_letter_arrives(mut db: TestDb) {
        db.close().await;
        let office = Office::open(&db.url).await;
        let Office { site, trap, .. } = &office;
        let late: Moment = LATE.parse().unwrap();
        let mut owed = office.file(IN_EACH_LIFE * usize::try_from(kills()).unwrap()).await;

        for life in 0..kills() {
            let mut service = site.serve(late.plus(lives(life))).await;
            let begun = IN_EACH_LIFE * usize::try_from(life + 1).unwrap();
            let mut open: Vec<&mut Owed> =
                owed[..begun].iter_mut().filter(|owed| owed.acknowledged == 0 && !owed.refused).collect();
            let caller = service.caller(&office.head);
            tokio::join!(sign(&caller, &mut open), kill_some_time(&mut service, trap));
        }
        let now = late.plus(lives(kills()));
        let mut service = site.serve(now).await;
        let again = |owed: &Owed| owed.acknowledged == 0 || rand::random_ratio(1, 4);
        let mut open: Vec<&mut Owed> = owed.iter_mut().filter(|owed| again(owed)).collect();
        sign(&service.caller(&office.head), &mut open).await;
        db.reopen(&DbSettings::default()).await;
        in_time(until(&db, [0, 0, owed.len()]), "letters wait").await;
        service.kill();

        let duplicates = check_letters(&office.relay.mails(), &letters(&db).await, owed.len());
        assert!(duplicates <= usize::try_from(kills()).unwrap(), "{duplicates} letters came twice");
        check_events(&db, &owed).await;
        assert_eq!(obligations(&db).await, (owed.len(), owed.len(), owed.len()));
        db.close().await;
        site.verify(now);
        let acknowledged = owed.iter().filter(|owed| owed.acknowledged == 1).count();
        println!(
            "{} kills, {} apologies, {acknowledged} of them acknowledged, {duplicates} letters came twice",
            kills(),
            owed.len(),
        );
    }

    async fn who_is_told_to_stop_keeps_no_letter_but_the_one_in_hand(mut db: TestDb) {
        db.close().await;
        let office = Office::open(&db.url).await;
        let (site, late) = (&office.site, LATE.parse::<Moment>().unwrap());
        let mut owed = office.file(6).await;
        let mut open: Vec<&mut Owed> = owed.iter_mut().collect();

        // A relay that never answers collects letters behind the first, for the next life to claim at once.
        let caught = office.trap.lock().unwrap().set(1, Answer::Unheard);
        let mut service = site.serve(late).await;
        sign(&service.caller(&office.head), &mut open).await;
        in_time(caught, "no letter has come").await.unwrap();
        service.kill();
        let caught = office.trap.lock().unwrap().set(2, Answer::Unheard);
        let mut service = site.serve(late.plus(lives(1))).await;
        in_time(caught, "no second letter has come").await.unwrap();
        in_time(service.stop(), "it waits for the relay").await;
        db.reopen(&DbSettings::default()).await;
        assert_eq!(states(&db).await, [4, 1, 1]);

        // At the same instant, when no lease has run out, all others go their way.
        db.close().await;
        office.trap.lock().unwrap().take_away();
        let mut service = site.serve(late.plus(lives(1))).await;
        db.reopen(&DbSettings::default()).await;
        in_time(until(&db, [0, 1, 5]), "letters wait for a lease").await;
        service.stop().await;
        let mut service = site.serve(late.plus(lives(2))).await;
        in_time(until(&db, [0, 0, 6]), "a letter is lost").await;
        service.stop().await;
        assert_eq!(check_letters(&office.relay.mails(), &letters(&db).await, owed.len()), 2);
        db.close().await;
    }
}

/// Waits until so many letters are waiting, on their way and sent.
async fn until(db: &Db, expected: [usize; 3]) {
    let mut looks = tokio::time::interval(Duration::from_millis(50));
    while states(db).await != expected {
        looks.tick().await;
    }
}

async fn states(db: &Db) -> [usize; 3] {
    let letters = letters(db).await;
    ["queued", "sending", "sent"].map(|state| letters.iter().filter(|letter| letter.state == state).count())
}

#[derive(sqlx::FromRow)]
struct Letter {
    message_id: String,
    state: String,
    dedupe_key: String,
}

async fn letters(db: &Db) -> Vec<Letter> {
    const LETTERS: &str = "select message_id, state, dedupe_key from outbox";
    db.read(async |tx| tx.query(LETTERS).fetch_all().await).await.unwrap()
}

/// Each letter has arrived, each copy of it word for word the same; how many copies too many.
fn check_letters(mails: &[Seen], letters: &[Letter], count: usize) -> usize {
    assert_eq!(letters.len(), count, "one letter for each dossier and no other");
    assert!(letters.iter().all(|letter| letter.state == "sent" && letter.dedupe_key.starts_with("apology:")));
    let mut copies: BTreeMap<&str, BTreeSet<&[u8]>> = BTreeMap::new();
    for mail in mails {
        copies.entry(&mail.to).or_default().insert(&mail.content);
    }
    let expected: Vec<String> = (0..count).map(address).collect();
    assert_eq!(
        copies.keys().copied().collect::<BTreeSet<_>>(),
        expected.iter().map(String::as_str).collect()
    );
    assert!(copies.values().all(|copies| copies.len() == 1), "the copies of a letter differ");
    let arrived: BTreeSet<String> = mails.iter().map(|mail| message_id(&mail.content)).collect();
    assert_eq!(arrived, letters.iter().map(|letter| letter.message_id.clone()).collect());
    mails.len() - count
}

fn message_id(content: &[u8]) -> String {
    let text = String::from_utf8_lossy(content);
    let line = text.lines().find_map(|line| line.strip_prefix("Message-ID: "));
    line.expect("a letter without Message-ID").trim().to_owned()
}

/// Each dossier was filed, apologised for and told of the delivery: once each.
async fn check_events(db: &Db, owed: &[Owed]) {
    const EVENTS: &str = "select d.code, e.kind from dossiers d
        join dossier_events e on e.dossier_id = d.id order by d.code, e.seq";
    let rows: Vec<(String, String)> = db.read(async |tx| tx.query(EVENTS).fetch_all().await).await.unwrap();
    let mut lives: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (code, kind) in rows {
        lives.entry(code).or_default().push(kind);
    }
    let whole = ["received", "apology_issued", "apology_delivered"].map(str::to_owned).to_vec();
    let expected = owed.iter().map(|owed| (owed.code.clone(), whole.clone())).collect();
    assert_eq!(lives, expected);
}

/// How many obligations there are, how many of them signed and delivered.
async fn obligations(db: &Db) -> (usize, usize, usize) {
    const OBLIGATIONS: &str = "select count(*), count(issued_at), count(delivered_at) from obligations";
    let row: (i64, i64, i64) = db.read(async |tx| tx.query(OBLIGATIONS).fetch_one().await).await.unwrap();
    let count = |number: i64| usize::try_from(number).unwrap();
    (count(row.0), count(row.1), count(row.2))
}
