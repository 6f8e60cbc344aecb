//! The service against a small model of the rules, over random lives.
//!
//! After every request, however senseless, both agree on whether it was accepted or
//! with what kind of "no", and on state, promises, lateness, obligation and next check.

mod check;
mod reference;
mod steps;

use std::cell::RefCell;
use std::collections::HashMap;

use dunghen::db::DbSettings;
use dunghen::domain::refusal;
use dunghen::domain::staff::{Actor, Role};
use dunghen::domain::time::Moment;
use proptest::collection::vec;
use proptest::test_runner::{Config, TestRunner};
use tokio::runtime::Handle;

use self::check::agrees;
use self::reference::{KINDS, Model, Verdict, Who};
use self::steps::{Life, Step, lives, request};
use crate::office::*;
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};

on_both! {
    /// Reliability 6: illegal requests, wrong versions, two clerks, time that passes and is set back,
    /// sweeps, restarts and crashes.
    async fn random_lives_agree_with_the_rules(db: TestDb) {
        let office = Office::open(&db).await;
        let teams = teams(&office, &db).await;
        let db = RefCell::new(db);
        let mut runner = TestRunner::new(Config {
            cases: number_of_lives(),
            failure_persistence: None,
            max_shrink_iters: 400,
            ..Config::default()
        });
        let outcome = runner.run(&lives(), |life| {
            let lived = live(&office, &teams, &db, &life);
            tokio::task::block_in_place(|| Handle::current().block_on(lived));
            Ok(())
        });
        if let Err(error) = outcome {
            panic!("{error}");
        }
        let verdict = office.verify(&db.borrow()).await;
        assert!(verdict.holds(), "{:?}", verdict.findings);
        assert!(verdict.dossiers >= u64::from(number_of_lives()));
        // Worth something only if the lives went everywhere.
        let db = db.borrow();
        assert!(count(&db, "select count(distinct kind) from dossier_events").await >= 15);
        assert!(count(&db, "select count(*) from dossier_events where seq > 6").await > 100);
    }
}

#[expect(clippy::disallowed_methods, reason = "the tests' own switches are no configuration")]
fn number_of_lives() -> u32 {
    if std::env::var("DUNGHEN_TEST_LONG").is_ok_and(|long| long == "1") { 10_000 } else { 200 }
}

/// Who acts, by competent unit; the last is a counter that has nothing to do with any of it.
type Teams = HashMap<&'static str, [Actor; 4]>;

async fn teams(office: &Office, db: &TestDb) -> Teams {
    let mut teams = Teams::new();
    for kind in &KINDS {
        if !teams.contains_key(kind.competent) {
            let team = [
                office.hire(db, CENTRE, &[Role::Reception]).await,
                office.hire(db, kind.competent, &[Role::Specialist]).await,
                office.hire(db, kind.competent, &[Role::UnitHead]).await,
                office.hire(db, "H35.40.01", &[Role::Reception]).await,
            ];
            teams.insert(kind.competent, team);
        }
    }
    teams
}

/// One life from intake on, checked after every step.
async fn live(office: &Office, teams: &Teams, db: &RefCell<TestDb>, life: &Life) {
    let kind = &KINDS[life.kind];
    let team = &teams[kind.competent];
    let mut now = life.start();
    let new = life.filing(kind);
    let receipt = office.receive(&db.borrow(), now, &team[0], &new).await.unwrap();
    let mut model = Model::filed(kind, life.online, now);
    agrees(office, &db.borrow(), &receipt.code, &model, now).await;
    for (number, step) in life.steps.iter().enumerate() {
        match step {
            Step::Wait(minutes) => now = now.plus(jiff::SignedDuration::from_mins(*minutes)),
            Step::Sweep => {
                office.sweep(&db.borrow(), now, 50).await.unwrap();
                model.sweep(now);
            }
            Step::SetBack(minutes) => now = now.plus(jiff::SignedDuration::from_mins(-minutes)),
            Step::Restart => db.borrow_mut().reopen(&restarted()).await,
            Step::Crash => db.borrow_mut().crash(&restarted()).await,
            Step::Ask(ask) => {
                let (who, asked) = ask.resolve(&model, now);
                let request = request(&asked, model.version + ask.version_off);
                let outcome =
                    office.ask(&db.borrow(), now, &team[who as usize], &receipt.code, request).await;
                let expected = model.judge(who, &asked, model.version + ask.version_off, now);
                assert!(
                    expected.allows(&outcome),
                    "step {number} {asked:?} by {who:?}: {expected:?}, {outcome:?}"
                );
                if expected == Verdict::Accepted {
                    model.apply(&asked, now);
                }
            }
            Step::TwoClerks(first, second) => {
                let asks = [first, second].map(|ask| ask.resolve(&model, now));
                two_clerks(office, &db.borrow(), team, &receipt.code, &mut model, &asks, now).await;
            }
        }
        agrees(office, &db.borrow(), &receipt.code, &model, now).await;
    }
}

fn restarted() -> DbSettings {
    DbSettings { purpose: dunghen::db::Purpose::Serve, ..DbSettings::default() }
}

/// Two who saw the same version act at once: it comes to one of the two orders.
async fn two_clerks(
    office: &Office,
    db: &TestDb,
    team: &[Actor; 4],
    code: &str,
    model: &mut Model,
    asks: &[(Who, reference::Asked); 2],
    now: Moment,
) {
    let version = model.version;
    let ask = |(who, asked): &(Who, reference::Asked)| {
        office.ask(db, now, &team[*who as usize], code, request(asked, version))
    };
    let (first, second) = tokio::join!(ask(&asks[0]), ask(&asks[1]));
    let outcomes = [first, second];
    for order in [[0, 1], [1, 0]] {
        let mut after = model.clone();
        let fits = order.iter().all(|&index: &usize| {
            let (who, asked) = &asks[index];
            let verdict = after.judge(*who, asked, version, now);
            if verdict == Verdict::Accepted {
                after.apply(asked, now);
            }
            // The slower one may have looked before the faster one was done, and only then been late.
            let was_overtaken = after.version > version
                && verdict != Verdict::Accepted
                && model.may(*who, asked.what)
                && *who != Who::Stranger;
            let stale = Verdict::Refused(vec![refusal::Kind::StaleVersion]);
            verdict.allows(&outcomes[index]) || (was_overtaken && stale.allows(&outcomes[index]))
        });
        if fits {
            *model = after;
            return;
        }
    }
    panic!("two clerks {asks:?} came to {outcomes:?}");
}
