//! Lists filter by standing as the domain computes it, and every page follows the one before.

use std::collections::BTreeMap;

use dunghen::domain::standing::Standing;
use dunghen::domain::time::Moment;
use dunghen::store::bulk::{self, Dossier};
use dunghen::store::dossiers::Projection;
use dunghen::store::lists::{self, Cursor, Filter};
use dunghen::work::digest::scope;
use jiff::SignedDuration;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::office::*;
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};

/// An instant of one of these days, often the very same one, so that comparisons meet equality.
fn some_time(chance: &mut StdRng) -> Moment {
    at("2026-08-17 08:00").plus(SignedDuration::from_hours(chance.random_range(0..96)))
}

/// A row with instants in any order, as no life of ours would have them.
fn random_row(chance: &mut StdRng) -> Projection {
    let late_from = chance.random_bool(0.9).then(|| some_time(chance));
    let window = chance.random_bool(0.6).then(|| (some_time(chance), some_time(chance)));
    let maybe = |chance: &mut StdRng, likely| chance.random_bool(likely).then(|| some_time(chance));
    let received_at = maybe(chance, 0.9);
    Projection {
        version: 1,
        state: "processing".to_owned(),
        procedure_code: THREE_DAYS.to_owned(),
        procedure_version: 1,
        field: "Hộ tịch".to_owned(),
        channel: "counter".to_owned(),
        receiving_unit: CENTRE.to_owned(),
        competent_unit: COMMUNE.to_owned(),
        holder_unit: COMMUNE.to_owned(),
        holder_officer: None,
        applicant_id: None,
        registered_at: at("2026-08-17 08:00"),
        received_at,
        received_on: received_at.map(|_| day("2026-08-17")),
        original_due_at: late_from,
        original_due_on: late_from.map(|_| day("2026-08-20")),
        due_at: late_from,
        due_on: late_from.map(|_| day("2026-08-20")),
        late_from,
        due_soon_at: late_from.and_then(|_| maybe(chance, 0.9)),
        window_opens_at: window.map(|(opens, _)| opens),
        window_shuts_at: window.map(|(_, shuts)| shuts),
        second_late_from: maybe(chance, 0.3),
        stopped_at: maybe(chance, 0.3),
        late_before_stop: chance.random_bool(0.1),
        ended_at: maybe(chance, 0.1),
        ended_on: None,
        returned_at: None,
        outcome: None,
    }
}

async fn rows(db: &TestDb, many: usize) {
    let mut chance = StdRng::seed_from_u64(20_260_821);
    let all: Vec<Dossier> = (1..=many)
        .map(|number| Dossier {
            id: i64::try_from(number).unwrap(),
            code: format!("H35.21.01-260817-{number:04}"),
            next_check_at: None,
            projection: random_row(&mut chance),
        })
        .collect();
    db.write(async move |tx| {
        bulk::dossiers(tx, &bulk::Rows::of(&all)?).await?;
        bulk::number_on(tx).await
    })
    .await
    .unwrap();
}

fn everywhere() -> Filter {
    Filter { units: scope(&[COMMUNE.parse().unwrap()]), ..Filter::default() }
}

on_both! {
    /// MON-01, MON-06: the comparison in the statement and the one in the domain are the same.
    async fn the_filter_by_standing_is_the_domains_own_comparison(db: TestDb) {
        Office::open(&db).await;
        rows(&db, 500).await;
        let mut chance = StdRng::seed_from_u64(7);
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        for _ in 0..12 {
            let now = some_time(&mut chance);
            let all = db.read(async |tx| lists::page(tx, &everywhere(), now, None, 1_000).await).await.unwrap();
            assert_eq!(all.len(), 500);
            for standing in Standing::ALL {
                let filter = Filter { standing: Some(standing), ..everywhere() };
                let found = db.read(async |tx| lists::page(tx, &filter, now, None, 1_000).await).await.unwrap();
                let found: Vec<i64> = found.into_iter().map(|listed| listed.id).collect();
                let expected: Vec<i64> = all
                    .iter()
                    .filter(|listed| listed.standing(now) == Some(standing))
                    .map(|listed| listed.id)
                    .collect();
                assert_eq!(found, expected, "{standing:?} at {}", shown(now));
                *seen.entry(standing.id()).or_default() += found.len();
            }
        }
        assert!(seen.values().all(|times| *times > 20), "{seen:?}");
    }

    /// MON-01, MON-03: a board counts each dossier once, by how it stands or because it is due today.
    async fn a_board_counts_what_its_lists_show(db: TestDb) {
        Office::open(&db).await;
        rows(&db, 500).await;
        let mut chance = StdRng::seed_from_u64(11);
        let mut seen = [0; 4];
        for today in ["2026-08-19", "2026-08-20"].map(day).into_iter().cycle().take(8) {
            let now = some_time(&mut chance);
            let all = db.read(async |tx| lists::page(tx, &everywhere(), now, None, 1_000).await).await.unwrap();
            let units = everywhere().units;
            let counts = db.read(async |tx| lists::counts(tx, &units, now, today).await).await.unwrap();
            let mut expected = [0; 4];
            for listed in &all {
                let place = match listed.standing(now) {
                    Some(Standing::Overdue | Standing::OverdueTwice) => 0,
                    Some(Standing::ClockStopped) | None => continue,
                    Some(_) if listed.due_on == Some(today) => 1,
                    Some(Standing::ApologyWindow) if listed.due_on > Some(today) => 2,
                    Some(Standing::DueSoon) if listed.due_on > Some(today) => 3,
                    Some(_) => continue,
                };
                expected[place] += 1;
                seen[place] += 1;
            }
            let told = [counts.late, counts.due_today, counts.to_apologise_in_advance, counts.due_soon];
            assert_eq!(told, expected, "{today} at {}", shown(now));
        }
        assert!(seen.iter().all(|times| *times > 10), "{seen:?}");
    }

    /// Paging by the last row shows every row once, also where many are due at the same instant.
    async fn pages_show_every_row_once_in_one_order(db: TestDb) {
        Office::open(&db).await;
        rows(&db, 300).await;
        let now = at("2026-08-19 08:00");
        let whole = db.read(async |tx| lists::page(tx, &everywhere(), now, None, 1_000).await).await.unwrap();
        for size in [1, 7, 100, 300] {
            let (mut paged, mut after) = (Vec::new(), None);
            loop {
                let page = db.read(async |tx| lists::page(tx, &everywhere(), now, after, size).await).await.unwrap();
                let Some(last) = page.last() else { break };
                after = Some(Cursor { late_from: last.late_from.unwrap_or_else(lists::never), id: last.id });
                paged.extend(page.into_iter().map(|listed| listed.id));
            }
            assert_eq!(paged, whole.iter().map(|listed| listed.id).collect::<Vec<_>>(), "pages of {size}");
        }
        assert_eq!(whole.len(), 300);
    }

    /// A list shows the dossiers of its units alone, and a code's beginning finds what begins so.
    async fn lists_keep_to_their_units_and_prefixes(db: TestDb) {
        Office::open(&db).await;
        rows(&db, 60).await;
        let now = at("2026-08-19 08:00");
        let ask = async |filter: Filter| {
            db.read(async |tx| lists::page(tx, &filter, now, None, 1_000).await).await.unwrap().len()
        };
        let of = |unit: &str| Filter { units: scope(&[unit.parse().unwrap()]), ..Filter::default() };
        assert_eq!(ask(of(CENTRE)).await, 60);
        assert_eq!(ask(of("H35.22")).await, 0);
        assert_eq!(ask(Filter { units: "[]".to_owned(), ..Filter::default() }).await, 0);
        let beginning = |prefix: &str| Filter { code_prefix: Some(prefix.to_owned()), ..everywhere() };
        assert_eq!(ask(beginning("H35.21.01-260817-001")).await, 10);
        assert_eq!(ask(beginning("H35.21.01-260817-0060")).await, 1);
        assert_eq!(ask(beginning("H35.22")).await, 0);
        assert_eq!(ask(beginning("%")).await, 0);
    }
}
