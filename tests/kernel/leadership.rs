//! Of all nodes one leads, for as long as the database says so, and nobody writes in its name.

use std::sync::Arc;
use std::time::Duration;

use dunghen::app::lead::Standing;
use dunghen::clock::Clock;
use dunghen::config::jobs::Missed;
use dunghen::db::{Db, DbSettings, Purpose};
use dunghen::jobs::kernel::Kernel;
use dunghen::jobs::{lease, scheduler};
use dunghen::store;
use tokio::sync::Notify;

use crate::is_long;
use crate::nodes::*;
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};

/// Two nodes and the clock of each and of the database.
struct Two {
    a: Kernel,
    b: Kernel,
    clocks: [Clock; 3],
}

impl Two {
    async fn of(db: &Db) -> Self {
        let clocks = [(); 3].map(|()| Clock::by_hand(start()));
        let tasks = || vec![task("minutely", "* * * * *", Missed::Every, idle())];
        let a = node(db, "a", &clocks[0], &clocks[2], tasks());
        let b = node(db, "b", &clocks[1], &clocks[2], tasks());
        know(&a, start()).await;
        Self { a, b, clocks }
    }

    fn pass(&self, length: Duration) {
        self.clocks.iter().for_each(|clock| clock.pass(length));
    }
}

fn standing(kernel: &Kernel) -> Standing {
    kernel.app.lead.standing(kernel.app.clock.uptime())
}

async fn leader(db: &Db) -> (i64, Option<String>) {
    let leader = db.read(async |tx| store::lease::leader(tx).await).await.unwrap();
    (leader.epoch, leader.name)
}

async fn is_held(db: &Db, by: &Kernel, epoch: i64) -> bool {
    let holder = by.node.clone();
    db.write(async move |tx| store::lease::is_held(tx, &holder.id, epoch).await).await.unwrap()
}

async fn nodes(db: &Db) -> Vec<String> {
    let nodes = db.read(async |tx| store::lease::nodes(tx).await).await.unwrap();
    nodes.into_iter().map(|node| node.name).collect()
}

on_both! {
    async fn one_leads_and_goes_on_leading_while_it_renews(db: TestDb) {
        let two = Two::of(&db).await;
        lease::seek(&two.a).await.unwrap();
        for _ in 0..10 {
            lease::seek(&two.b).await.unwrap();
            assert_eq!((standing(&two.a), standing(&two.b)), (Standing::Leads(1), Standing::Follows));
            two.pass(SECOND * 5);
            lease::seek(&two.a).await.unwrap();
        }
        assert_eq!(leader(&db).await, (1, Some("a".to_owned())));
    }

    async fn a_lease_that_ends_is_another_s_and_counts_the_epoch_up(db: TestDb) {
        let two = Two::of(&db).await;
        lease::seek(&two.a).await.unwrap();
        two.pass(SECOND * 15 - Duration::from_micros(1));
        assert_eq!(standing(&two.a), Standing::Follows, "it stopped trusting a second ago");
        lease::seek(&two.b).await.unwrap();
        assert_eq!(standing(&two.b), Standing::Follows, "the lease had not ended");
        two.pass(Duration::from_micros(1));
        lease::seek(&two.b).await.unwrap();
        lease::seek(&two.a).await.unwrap();
        assert_eq!((standing(&two.a), standing(&two.b)), (Standing::Follows, Standing::Leads(2)));
    }

    async fn a_lease_given_back_is_another_s_at_once(db: TestDb) {
        let two = Two::of(&db).await;
        lease::seek(&two.a).await.unwrap();
        lease::resign(&two.a).await.unwrap();
        assert_eq!(standing(&two.a), Standing::Follows);
        lease::seek(&two.b).await.unwrap();
        assert_eq!(leader(&db).await, (2, Some("b".to_owned())));
        lease::resign(&two.a).await.unwrap();
        assert_eq!(leader(&db).await, (2, Some("b".to_owned())), "nobody gives back what is another's");
    }

    async fn who_leads_again_does_so_under_a_new_epoch_and_the_old_one_counts_no_more(db: TestDb) {
        let two = Two::of(&db).await;
        for node in [&two.a, &two.b, &two.a] {
            lease::seek(node).await.unwrap();
            two.pass(SECOND * 15);
        }
        assert_eq!(leader(&db).await, (3, Some("a".to_owned())));
        assert!(is_held(&db, &two.a, 3).await && !is_held(&db, &two.a, 1).await);
        assert!(!is_held(&db, &two.b, 3).await && !is_held(&db, &two.b, 2).await);
    }

    async fn a_node_is_known_for_a_day_after_it_was_heard_of_last(db: TestDb) {
        let two = Two::of(&db).await;
        lease::seek(&two.a).await.unwrap();
        two.pass(SECOND);
        lease::seek(&two.b).await.unwrap();
        assert_eq!(nodes(&db).await, ["b", "a"], "the one heard of last comes first");
        two.pass(SECOND * 86_400);
        lease::seek(&two.a).await.unwrap();
        assert_eq!(nodes(&db).await, ["a", "b"]);
        two.pass(Duration::from_micros(1));
        lease::seek(&two.a).await.unwrap();
        assert_eq!(nodes(&db).await, ["a"]);
    }

    async fn a_clock_of_the_database_that_is_set_back_does_not_keep_a_dead_leader(db: TestDb) {
        let two = Two::of(&db).await;
        lease::seek(&two.a).await.unwrap();
        two.clocks[2].set(start().plus(jiff::SignedDuration::from_hours(-3)));
        lease::seek(&two.b).await.unwrap();
        assert_eq!(standing(&two.b), Standing::Leads(2));
    }

    /// It trusts itself, for its machine stood still; the database knows better.
    async fn a_deposed_leader_writes_nothing(db: TestDb) {
        let two = Two::of(&db).await;
        let rounds = if is_long() { 200 } else { 40 };
        for _ in 0..rounds {
            lease::seek(&two.a).await.unwrap();
            let Standing::Leads(mine) = standing(&two.a) else { panic!("a leads") };
            scheduler::round(&two.a).await.unwrap();
            let frozen = Duration::from_secs(rand::random_range(61..600));
            two.clocks[1..].iter().for_each(|clock| clock.pass(frozen));
            lease::seek(&two.b).await.unwrap();
            assert_eq!(standing(&two.a), Standing::Leads(mine), "its uptime stood still");
            // The wall clock is right again as soon as it thaws.
            two.clocks[0].set(two.clocks[2].now());
            assert_eq!(scheduler::round(&two.a).await.unwrap(), 0);
            assert_eq!(standing(&two.a), Standing::Follows, "it has learnt that it leads no more");
            scheduler::round(&two.b).await.unwrap();
            two.clocks[0].pass(SECOND * 16);
            two.clocks[1..].iter().for_each(|clock| clock.pass(SECOND * 16));
        }
        let stale = "select count(*) from job_ticks t where exists (select 1 from job_ticks e
                     where e.epoch > t.epoch and e.due_at < t.due_at)";
        assert_eq!(number(&db, stale).await, 0, "a row of an epoch that was over");
        let twice = i64::from(rounds) * 2;
        assert_eq!(leader(&db).await.0, twice, "each acquisition is an epoch");
    }
}

/// Whoever wants the lease waits for a leader's transaction that has already been let through.
#[test]
fn a_leader_in_the_middle_of_writing_is_waited_for() {
    on_postgres(async |db: TestDb| {
        let settings = DbSettings { purpose: Purpose::Serve, ..DbSettings::default() };
        let other = Db::open(&db.url, &settings).await.unwrap();
        let two = Two::of(&db).await;
        let b = Kernel { db: other.clone(), ..two.b.clone() };
        lease::seek(&two.a).await.unwrap();
        let (inside, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (entered, let_go, holder) = (inside.clone(), go_on.clone(), two.a.node.clone());
        let writing = db.write(async move |tx| {
            assert!(store::lease::is_held(tx, &holder.id, 1).await?);
            entered.notify_one();
            let_go.notified().await;
            Ok(())
        });
        let taking = async {
            inside.notified().await;
            two.pass(SECOND * 16);
            let taken = lease::seek(&b);
            let waits = async {
                let blocked = "select count(*) from pg_stat_activity
                               where datname = current_database() and wait_event_type = 'Lock'";
                while number(&db, blocked).await == 0 {}
            };
            tokio::pin!(taken);
            tokio::select! {
                _ = &mut taken => panic!("the lease was taken from under a leader that writes"),
                () = waits => go_on.notify_one(),
            }
            taken.await.unwrap();
        };
        let (written, ()) = tokio::join!(writing, taking);
        written.unwrap();
        assert_eq!(leader(&db).await, (2, Some("b".to_owned())));
        other.close().await;
    });
}
