//! Several senders over one outbox (invariants 22, 23, 27), the relay's rate, and addresses that
//! refuse letter after letter.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dunghen::app::App;
use dunghen::config::settings::Count;
use dunghen::db::{Db, DbSettings};
use dunghen::domain::staff::Role;
use dunghen::domain::time::Moment;
use dunghen::jobs::sender::{self, Courier};
use dunghen::letters::Letter;
use dunghen::mail::{Channel, Correspondent, Relay, RelaySettings, Security, Timeouts};
use dunghen::store::outbox::{self, Turn};
use dunghen::work::correspondence;
use dunghen::work::post::{self, Posting};
use futures_util::future::join_all;
use jiff::SignedDuration;

use crate::figure;
use crate::node::Node;
use crate::office::*;
use crate::smtp::{self, Act, Step, well_behaved};
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};

const NOON: &str = "2026-08-25 12:00";

pub fn courier(relay: &smtp::Relay) -> Courier {
    courier_who_waits(relay, Timeouts::default())
}

fn courier_who_waits(relay: &smtp::Relay, timeouts: Timeouts) -> Courier {
    let settings = RelaySettings {
        host: "localhost".to_owned(),
        port: relay.address.port(),
        security: Security::PlainLoopbackOnly,
        credentials: None,
        hello: "motcua.test".to_owned(),
        timeouts,
        extra_roots: None,
    };
    let channel = Box::new(Channel::new(Relay::new(settings).unwrap()));
    Courier::Relay { channel, from: Correspondent::new("Một cửa", "motcua@example.vn".parse().unwrap()) }
}

/// Puts letters to these addresses into the outbox.
async fn write(office: &Office, db: &Db, now: Moment, addresses: Vec<String>) {
    let desk = office.desk(now);
    let deed = async move |tx: &mut dunghen::db::Tx| {
        for address in &addresses {
            let letter = Letter {
                subject: dunghen::domain::words::Subject::new("Xin lỗi ông/bà"),
                text: "Kính gửi ông/bà".to_owned(),
                html: "<p>Kính gửi ông/bà</p>".to_owned(),
            };
            let key = format!("test:{address}:{:032x}", rand::random::<u128>());
            let posting = Posting {
                dedupe_key: &key,
                kind: "digest",
                unit: COMMUNE,
                to_name: "Tẩn Thị Sua",
                to_address: address,
                recipient_id: None,
                dossier_id: None,
            };
            post::put(tx, &desk, posting, &letter).await?;
        }
        Ok(())
    };
    db.write(deed).await.unwrap();
}

fn addresses(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("citizen{number}@example.vn")).collect()
}

/// A node at `now` whose relay gets so many letters in a minute.
fn node(office: &Office, db: &Db, now: Moment, per_minute: u64) -> App {
    Node::with(office, db, now, |settings| settings.mail.per_minute = Count::try_from(per_minute).unwrap())
        .app
}

async fn states(db: &Db) -> BTreeMap<String, i64> {
    let rows = db.read(async |tx| {
        tx.query("select state, count(*) from outbox group by state").fetch_all::<(String, i64)>().await
    });
    rows.await.unwrap().into_iter().collect()
}

on_both! {
    /// Invariants 22 and 23. Five nodes have connections of their own to a server; a SQLite file has one.
    async fn five_senders_send_every_letter_once(db: TestDb) {
        let office = Office::open(&db).await;
        let relay = smtp::Relay::start(|_, step| well_behaved(step)).await;
        let letters = figure(300, 10_000);
        for some in addresses(letters).chunks(500) {
            write(&office, &db, at(NOON), some.to_vec()).await;
        }
        let mut nodes = Vec::new();
        for _ in 0..5 {
            nodes.push(if db.is_sqlite() {
                Db::clone(&db)
            } else {
                Db::open(&db.url, &DbSettings::default()).await.unwrap()
            });
        }
        join_all(nodes.iter().map(async |own| {
            let app = node(&office, own, at(NOON), 1_000_000);
            sender::empty(&app, &mut courier(&relay)).await.unwrap();
        }))
        .await;
        assert_eq!(states(&db).await, BTreeMap::from([("sent".to_owned(), i64::try_from(letters).unwrap())]));
        let mails = relay.mails();
        let to: BTreeSet<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
        assert_eq!((mails.len(), to.len()), (letters, letters), "each once, and none left out");
        assert!(relay.connections() >= 5, "all five have sent");
        if !db.is_sqlite() {
            for own in nodes {
                own.close().await;
            }
        }
    }

    /// Invariant 31: however many nodes there are and whatever waits.
    async fn the_relay_gets_no_more_than_its_letters_of_a_minute(db: TestDb) {
        let office = Office::open(&db).await;
        let relay = smtp::Relay::start(|_, step| well_behaved(step)).await;
        write(&office, &db, at(NOON), addresses(25)).await;
        let mut seen = Vec::new();
        for seconds in [0, 1, 59, 60, 90, 119, 120, 179, 181] {
            let now = at(NOON).plus(SignedDuration::from_secs(seconds));
            let rounds = (0..5).map(async |_| {
                sender::empty(&node(&office, &db, now, 10), &mut courier(&relay)).await.unwrap();
            });
            join_all(rounds).await;
            seen.push((seconds, relay.mails().len()));
        }
        assert_eq!(seen[..6], [(0, 10), (1, 10), (59, 10), (60, 20), (90, 20), (119, 20)]);
        assert_eq!(seen[6..], [(120, 25), (179, 25), (181, 25)]);
        assert_eq!(states(&db).await, BTreeMap::from([("sent".to_owned(), 25)]));
        // A clock that is set back holds nobody up.
        write(&office, &db, at("2026-08-25 10:00"), addresses(5)).await;
        let before = node(&office, &db, at("2026-08-25 10:00"), 10);
        sender::empty(&before, &mut courier(&relay)).await.unwrap();
        assert_eq!(relay.mails().len(), 30);
    }

    /// A sender that was frozen for longer than its lease says nothing of a letter that is another's.
    async fn who_has_lost_a_letter_does_not_send_it(db: TestDb) {
        let office = Office::open(&db).await;
        write(&office, &db, at(NOON), addresses(1)).await;
        let minutes = |count: i64| at(NOON).plus(SignedDuration::from_mins(count));
        let claim = |token: &'static str, now: Moment| {
            let until = now.plus(SignedDuration::from_mins(20));
            db.write(async move |tx| outbox::claim(tx, token, now, until, 5).await)
        };
        let turn = |id: i64, token: &'static str| {
            db.write(async move |tx| outbox::take_turn(tx, id, token, minutes(22), 10).await)
        };
        let first = claim("frozen", minutes(0)).await.unwrap();
        assert!(claim("early", minutes(19)).await.unwrap().is_empty());
        assert_eq!(claim("second", minutes(21)).await.unwrap().len(), 1);
        assert_eq!(turn(first[0].id, "frozen").await.unwrap(), Turn::Lost);
        assert_eq!(turn(first[0].id, "second").await.unwrap(), Turn::Now);
    }

    /// Invariant 16: a relay that says nothing is no progress, however often it is tried.
    async fn a_silent_relay_is_no_progress_until_it_is_heard_again(db: TestDb) {
        let office = Office::open(&db).await;
        let hangs = Arc::new(AtomicBool::new(true));
        let hung = Arc::clone(&hangs);
        let relay = smtp::Relay::start(move |_, step| match step {
            Step::Connected if hung.load(Ordering::SeqCst) => Act::Stall,
            step => well_behaved(step),
        })
        .await;
        let second = Duration::from_secs(1);
        let timeouts = Timeouts { connect: second, command: second, final_dot: second };
        let (app, mut courier) = (node(&office, &db, at(NOON), 10), courier_who_waits(&relay, timeouts));
        let post = || app.progress.ages().into_iter().any(|silence| silence.name == "post");
        write(&office, &db, at(NOON), addresses(1)).await;
        sender::empty(&app, &mut courier).await.unwrap();
        assert!(courier.is_silent() && !post());
        courier.greet().await;
        assert!(courier.is_silent(), "it still hangs");
        hangs.store(false, Ordering::SeqCst);
        courier.greet().await;
        assert!(!courier.is_silent());
        write(&office, &db, at(NOON), vec!["citizen1@example.vn".to_owned()]).await;
        sender::empty(&app, &mut courier).await.unwrap();
        assert!(post() && relay.mails().len() == 1);
    }

    /// Invariant 27, from the outbox to the relay. Whose last three letters were all refused is marked,
    /// however the address was spelled, until one arrives.
    async fn a_bad_address_fails_alone_and_is_marked_after_three_refusals(db: TestDb) {
        let office = Office::open(&db).await;
        let exists = Arc::new(AtomicBool::new(false));
        let known = Arc::clone(&exists);
        let relay = smtp::Relay::start(move |_, step| match step {
            Step::Rcpt(address) if address.to_lowercase() == "bad@example.vn" && !known.load(Ordering::SeqCst) => {
                Act::Say("550 5.1.1 <bad@example.vn>: no such user, Bad\r\n")
            }
            step => well_behaved(step),
        })
        .await;
        let head = office.hire(&db, COMMUNE, &[Role::UnitHead]).await;
        let marked = async || {
            let desk = office.desk(at(NOON));
            let listed = db.read(async |tx| correspondence::list(tx, &desk, &head, None, None, 500).await);
            listed.await.unwrap().iter().filter(|letter| letter.address_fails).count()
        };
        for (number, spelling) in ["bad@example.vn", "Bad@Example.vn", "bad@example.vn"].into_iter().enumerate() {
            assert_eq!(marked().await, 0);
            let mut to = addresses(33);
            to.insert(17, spelling.to_owned());
            write(&office, &db, at(NOON), to).await;
            sender::empty(&node(&office, &db, at(NOON), 1_000_000), &mut courier(&relay)).await.unwrap();
            let rounds = i64::try_from(number).unwrap() + 1;
            let expected = [("failed".to_owned(), rounds), ("sent".to_owned(), 33 * rounds)];
            assert_eq!(states(&db).await, BTreeMap::from(expected));
        }
        assert_eq!(marked().await, 3, "the three letters to this address, and none of the 99 others");
        // S22: nor is it kept in the clear whom the relay has refused.
        let replies = db.read(async |tx| {
            let all = tx.query("select distinct last_reply from outbox where state = 'failed'");
            all.fetch_all::<(String,)>().await
        });
        assert_eq!(replies.await.unwrap(), [("550 5.1.1 <…>: no such user, …".to_owned(),)]);
        exists.store(true, Ordering::SeqCst);
        write(&office, &db, at("2026-08-25 13:00"), vec!["bad@example.vn".to_owned()]).await;
        sender::empty(&node(&office, &db, at("2026-08-25 13:00"), 1_000_000), &mut courier(&relay)).await.unwrap();
        assert_eq!(marked().await, 0);
    }
}
