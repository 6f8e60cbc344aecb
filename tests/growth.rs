//! The cost follows what changes: hot statements touch the open dossiers alone, and the counts
//! that reports read are those that the dossiers' rows give.

mod support;

use std::sync::Arc;

use dunghen::config::{Configuration, Environment};
use dunghen::db::{Db, Sql};
use dunghen::demo::{self, Plan};
use dunghen::domain::statistics::HalfMonth;
use dunghen::domain::time::Day;
use dunghen::seal::Keyring;
use dunghen::store::lists::ended::{self, Behind, Counted, Last};
use dunghen::store::lists::{self, Filter};
use dunghen::store::statistics::{Basis, Dimension, Scope, counts};
use dunghen::store::{figures, obligations, outbox, plans, sweep};
use dunghen::work::desk::{Desk, House};
use dunghen::work::verify::{self, Verdict};
use support::db::{TestDb, on_both, on_postgres, on_sqlite};

const MONDAY: &str = "2026-11-23T10:20:00+07:00";

fn desk() -> Desk {
    let configuration = Configuration::demonstration(&Environment::default()).unwrap();
    let house = House {
        public_url: "http://localhost:8080".into(),
        mail_domain: "dunghen.example".into(),
        place: "Lai Châu".into(),
        alerts_per_hour: 20,
    };
    Desk {
        province: configuration.province,
        keys: Arc::new(Keyring::generate()),
        house: Arc::new(house),
        now: MONDAY.parse().unwrap(),
    }
}

async fn province(db: &Db, dossiers: u32) -> Desk {
    let desk = desk();
    demo::build(db, &desk, &Plan { dossiers, seed: 3, as_of: desk.now }).await.unwrap();
    desk
}

fn units(desk: &Desk, root: &str) -> String {
    let root = root.parse().unwrap();
    serde_json::to_string(&desk.province.units.codes_within(&root)).unwrap()
}

async fn verdict(db: &Db) -> Verdict {
    verify::figures(db, Verdict::default()).await.unwrap()
}

/// A line of a plan that reads a table from its beginning to its end.
fn reads_all_of(line: &str, table: &str, name: &str) -> bool {
    let scans = [format!("SCAN {name}"), format!("SCAN {table}")];
    let scans = scans.iter().any(|scan| line == scan || line.starts_with(&format!("{scan} ")));
    // A partial index over what is open, unsent or waiting is small, and what is new is at its end.
    let small =
        ["dossiers_open", "dossiers_to_check", "obligations_unsent", "obligations_opened", "outbox_waiting"];
    scans && !small.iter().any(|index| line.contains(index))
}

#[test]
fn no_hot_statement_reads_a_whole_table_on_sqlite() {
    on_sqlite(async |db| {
        let look = async |db: &Db| {
            db.read(async |tx| {
                let mut plans = Vec::new();
                for (name, sql) in plans::hot() {
                    plans.push((name, tx.plan(sql).await?));
                }
                Ok(plans)
            })
            .await
            .unwrap()
        };
        let check = |plans: Vec<(&str, Vec<String>)>| {
            for (name, plan) in plans {
                for line in &plan {
                    for (table, short) in [
                        ("dossiers", "d"),
                        ("obligations", "o"),
                        ("applicants", "a"),
                        ("dossier_events", "e"),
                    ] {
                        assert!(!reads_all_of(line, table, short), "{name}: {line}\n{plan:#?}");
                    }
                }
            }
        };
        check(look(&db).await);
        province(&db, 3_000).await;
        db.write(async |tx| tx.query("analyze").execute().await).await.unwrap();
        check(look(&db).await);
    });
}

/// What PostgreSQL counts of a table: how often it was read from beginning to end.
async fn whole_reads(db: &Db) -> Vec<(String, i64)> {
    db.write(async |tx| tx.query("select pg_stat_force_next_flush()::text").fetch_scalar::<String>().await)
        .await
        .unwrap();
    db.read(async |tx| {
        tx.query(
            "select relname::text, seq_scan from pg_stat_user_tables
             where relname in ('dossiers', 'dossier_events', 'applicants') order by 1",
        )
        .fetch_all()
        .await
    })
    .await
    .unwrap()
}

#[test]
fn no_hot_page_reads_a_whole_table_on_postgres() {
    on_postgres(async |db| {
        let desk = province(&db, 20_000).await;
        db.write(async |tx| tx.query("analyze").execute().await).await.unwrap();
        let before = whole_reads(&db).await;
        let now = desk.now;
        let look = |root: &str| {
            let (units, desk) = (units(&desk, root), desk.clone());
            let db = &db;
            async move {
                db.write(async move |tx| {
                    let filter = Filter { units: units.clone(), ..Filter::default() };
                    let filters = [
                        Filter { late: true, ..filter.clone() },
                        Filter { only_open: true, ..filter.clone() },
                        Filter { due_before: Some(now), ..filter.clone() },
                        Filter { code_prefix: Some("H35.21.01-2611".into()), ..filter.clone() },
                        filter,
                    ];
                    for filter in &filters {
                        lists::page(tx, filter, now, None, 50).await?;
                    }
                    lists::counts(tx, &units, now, desk.today()).await?;
                    obligations::list(tx, &units, true, None, 50).await?;
                    obligations::count_unsent(tx, &units).await?;
                    outbox::list(tx, Some(&units), None, None, 50).await?;
                    sweep::take(tx, now, 50).await?;
                    let month = Scope {
                        basis: Basis::Settled,
                        from: "2026-10-01".parse().unwrap(),
                        to: "2026-10-31".parse().unwrap(),
                        units: Some(&units),
                    };
                    counts(tx, &month, Some(Dimension::Unit), None).await?;
                    Ok(())
                })
                .await
                .unwrap();
            }
        };
        for root in ["H35", "H35.07", "H35.21"] {
            // Often enough for a plan that serves all values.
            for _ in 0..7 {
                look(root).await;
            }
        }
        assert_eq!(whole_reads(&db).await, before);
    });
}

fn dimensions() -> Vec<(Option<Dimension>, Option<Dimension>)> {
    let all = [
        Dimension::Unit,
        Dimension::Field,
        Dimension::Procedure,
        Dimension::Channel,
        Dimension::Officer,
        Dimension::Month,
    ];
    let mut pairs = vec![(None, None)];
    pairs.extend(all.map(|one| (Some(one), None)));
    pairs.extend(all.map(|one| (Some(one), Some(Dimension::Month))).into_iter().filter(|(a, b)| a != b));
    pairs.push((Some(Dimension::Unit), Some(Dimension::Officer)));
    pairs
}

/// What a report says of days, one after the other: no half month is whole there.
async fn day_by_day(
    db: &Db,
    basis: Basis,
    (from, to): (Day, Day),
    by: (Option<Dimension>, Option<Dimension>),
) -> Vec<String> {
    let mut sums = std::collections::BTreeMap::new();
    let mut day = from;
    while day <= to {
        let scope = Scope { basis, from: day, to: day, units: None };
        for one in db.read(async |tx| counts(tx, &scope, by.0, by.1).await).await.unwrap() {
            let month = one.day.map(|day| HalfMonth::of(day).first());
            let sum: &mut dunghen::domain::statistics::Figures =
                sums.entry((one.first.clone(), one.second.clone(), month)).or_default();
            *sum = sum.plus(one.figures());
        }
        day = day.next().unwrap();
    }
    sums.iter().map(|sum| format!("{sum:?}")).collect()
}

async fn at_once(
    db: &Db,
    basis: Basis,
    (from, to): (Day, Day),
    by: (Option<Dimension>, Option<Dimension>),
) -> Vec<String> {
    let scope = Scope { basis, from, to, units: None };
    let counted = db.read(async |tx| counts(tx, &scope, by.0, by.1).await).await.unwrap();
    let line = |one: &dunghen::store::statistics::Count| {
        format!("{:?}", ((&one.first, &one.second, one.day), one.figures()))
    };
    counted.iter().map(line).collect()
}

/// All pages of the dossiers behind a figure.
async fn behind(db: &Db, figure: &Behind) -> Vec<String> {
    let (mut codes, mut after) = (Vec::new(), None);
    loop {
        let page = db.read(async |tx| ended::behind(tx, figure, after, 7).await).await.unwrap();
        let Some(last) = page.last() else { return codes };
        after = Last::of(last);
        codes.extend(page.into_iter().map(|listed| listed.code));
    }
}

on_both! {
    /// RATE-07: each number leads to exactly as many dossiers as it counts, each once, page by page.
    async fn behind_every_figure_are_the_dossiers_that_it_counts(db: TestDb) {
        let desk = province(&db, 600).await;
        let (from, to): (Day, Day) = ("2026-10-01".parse().unwrap(), "2026-10-31".parse().unwrap());
        let scope = Scope { basis: Basis::Settled, from, to, units: None };
        let rows = db.read(async |tx| counts(tx, &scope, Some(Dimension::Unit), None).await).await.unwrap();
        let mut whole = [0; Counted::ALL.len()];
        for row in &rows {
            let figures = row.figures();
            let told = [figures.early, figures.on_time, figures.late, figures.evaluable(), figures.without_due];
            for (place, (counted, told)) in Counted::ALL.into_iter().zip(told).enumerate() {
                let figure = Behind { units: None, unit: row.first.clone(), from, to, counted };
                let found = behind(&db, &figure).await;
                assert_eq!(u64::try_from(found.len()).unwrap(), told, "{:?} {counted:?}", row.first);
                whole[place] += found.len();
            }
        }
        assert!(whole[..4].iter().all(|count| *count > 3), "{whole:?}");
        for (counted, told) in Counted::ALL.into_iter().zip(whole) {
            let all = Some(units(&desk, "H35"));
            let mut found = behind(&db, &Behind { units: all, unit: None, from, to, counted }).await;
            found.sort();
            found.dedup();
            assert_eq!(found.len(), told, "{counted:?}");
        }
    }

    /// RES-05: what is settled waits at the counter that received it until it is fetched.
    async fn results_wait_at_their_counter_until_they_are_fetched(db: TestDb) {
        let desk = province(&db, 600).await;
        let waiting: Vec<(String, String)> = db
            .read(async |tx| {
                tx.query("select code, receiving_unit from dossiers where ended_at is not null and returned_at is null and state = 'settled' order by code")
                    .fetch_all()
                    .await
            })
            .await
            .unwrap();
        let everywhere = units(&desk, "H35");
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = db.read(async |tx| ended::to_fetch(tx, &everywhere, after, 3).await).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Last::of(last);
            found.extend(page.into_iter().map(|listed| (listed.code, listed.receiving_unit)));
        }
        found.sort();
        assert_eq!(found, waiting);
        assert!(found.len() > 3, "{found:?}");
        let one = units(&desk, &found[0].1);
        let here = db.read(async |tx| ended::to_fetch(tx, &one, None, 100).await).await.unwrap();
        assert_eq!(here.len(), found.iter().filter(|(_, unit)| *unit == found[0].1).count());
    }

    /// REP-15, RATE-08: by whatever is asked, counts kept ready say what the rows say, before and after folding.
    async fn counts_kept_ready_are_those_of_the_rows(db: TestDb) {
        province(&db, 400).await;
        let days: (Day, Day) = ("2026-07-10".parse().unwrap(), "2026-10-03".parse().unwrap());
        for basis in Basis::ALL {
            for by in dimensions() {
                assert_eq!(at_once(&db, basis, days, by).await, day_by_day(&db, basis, days, by).await, "{basis:?} {by:?}");
            }
        }
        assert_eq!(verdict(&db).await.findings, []);
    }

    async fn a_count_that_was_changed_is_named(db: TestDb) {
        province(&db, 300).await;
        assert_eq!(verdict(&db).await.findings, []);
        assert!(verdict(&db).await.half_months > 60);
        let breaks = "update figures set late = late + 1
            where basis = 'received' and dimension = 'procedure' and period = '2026-10-01' and unit = 'H35.21'
                and value = (select min(value) from figures where basis = 'received' and dimension = 'procedure'
                    and period = '2026-10-01' and unit = 'H35.21')";
        assert_eq!(db.write(async move |tx| tx.query(breaks).execute().await).await.unwrap(), 1);
        let findings = verdict(&db).await.findings;
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].subject.starts_with("figures received 2026-10-01 unit H35.21, procedure "), "{findings:?}");
        let gone = Sql::both("delete from figures where basis = 'settled' and dimension = 'unit' and period = '2026-09-15'");
        db.write(async move |tx| tx.query(gone).execute().await).await.unwrap();
        assert!(verdict(&db).await.findings.len() > 10);
    }

    /// A row that becomes another takes its old count back, whether or not that was folded meanwhile.
    async fn a_change_takes_the_old_count_back(db: TestDb) {
        province(&db, 300).await;
        let october: (Day, Day) = ("2026-10-01".parse().unwrap(), "2026-10-31".parse().unwrap());
        let by = (Some(Dimension::Unit), None);
        for fold_between in [false, true] {
            let changed = db.write(async |tx| {
                let some = tx.query("select id from dossiers where ended_on >= $1 and ended_on <= $2 and outcome = 'early' order by id limit 5")
                    .bind("2026-10-01".parse::<Day>().unwrap()).bind("2026-10-31".parse::<Day>().unwrap());
                let ids: Vec<(i64,)> = some.fetch_all().await?;
                for (id,) in &ids {
                    let before = dunghen::store::dossiers::projection(tx, *id).await?.unwrap();
                    let after = dunghen::store::dossiers::Projection { outcome: Some("late".into()), ..before.clone() };
                    figures::note(tx, &figures::changes(Some(&before), &after)).await?;
                    assert!(dunghen::store::dossiers::update(tx, *id, before.version, 1, &after, None).await?);
                }
                Ok(ids.len())
            }).await.unwrap();
            assert_eq!(changed, 5);
            if fold_between {
                dunghen::work::figures::fold(&db).await.unwrap();
                assert!(!db.read(async |tx| figures::any_changes(tx).await).await.unwrap());
            }
            assert_eq!(verdict(&db).await.findings, []);
            let rows = day_by_day(&db, Basis::Settled, october, by).await;
            assert_eq!(at_once(&db, Basis::Settled, october, by).await, rows);
        }
    }
}
