//! No loop dies or sleeps unseen, and nobody sets a clock unseen.

use std::net::ToSocketAddrs;
use std::time::Duration;

use dunghen::app::App;
use dunghen::clock::Clock;
use dunghen::config::Networks;
use dunghen::config::jobs::Missed;
use dunghen::db::{Db, DbSettings, Purpose};
use dunghen::jobs::kernel::Kernel;
use dunghen::jobs::watchdog::Watch;
use dunghen::jobs::{LoopEnded, lease, supervise};
use dunghen::store::alarms;
use dunghen::web::{router, server};
use dunghen::work::watch::overview;
use futures_util::FutureExt;
use jiff::SignedDuration;
use tokio::net::TcpListener;

use crate::nodes::*;
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};
use crate::support::proxy::{Proxy, Weather};

async fn look(watch: &mut Watch, kernel: &Kernel) {
    watch.look(kernel);
    watch.write(kernel).await.unwrap();
}

/// Status and text of `/readyz`.
async fn ready(app: &App) -> (u16, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/readyz", listener.local_addr().unwrap());
    let (stop, second) = (tokio_util::sync::CancellationToken::new(), Duration::from_secs(1));
    let limits = server::Limits {
        connections: 4,
        share: 4,
        proxies: Networks::default(),
        header: second,
        idle: second,
        drain: Duration::ZERO,
    };
    let serving =
        server::serve(listener, router::router(app.clone()), limits, app.traffic.clone(), stop.clone());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let asking = async {
        let response = client.get(url).send().await.unwrap();
        let answer = (response.status().as_u16(), response.text().await.unwrap());
        stop.cancel();
        answer
    };
    tokio::join!(serving, asking).1
}

on_both! {
    async fn a_stuck_loop_is_named_at_readyz_and_told_once_until_it_moves(db: TestDb) {
        let (kernel, clock) = alone(&db, vec![task("daily", "15 7 * * *", Missed::OnceLatest, idle())]);
        let (progress, mut watch) = (kernel.app.progress.clone(), Watch::default());
        assert_eq!(ready(&kernel.app).await, (503, "it is not known who leads\n".to_owned()));
        kernel.start().await.unwrap();
        let period = SECOND * 15;
        progress.note("sweep", period);
        progress.note("post", period);
        look(&mut watch, &kernel).await;
        assert_eq!(ready(&kernel.app).await, (200, "ready\n".to_owned()));
        // What is silent is found within a minute and a half, whatever else goes on.
        let mut seen = None;
        for second in (0..=90).step_by(5) {
            progress.note("post", period);
            lease::seek(&kernel).await.unwrap();
            look(&mut watch, &kernel).await;
            if seen.is_none() && ready(&kernel.app).await == (503, "stuck: sweep\n".to_owned()) {
                seen = Some(second);
                assert_eq!(open_alarms(&db).await, ["loop_stuck"]);
            }
            clock.pass(SECOND * 5);
        }
        assert_eq!(seen, Some(50));
        assert_eq!(number(&db, "select count(*) from alarms").await, 1, "told once");
        let stands = db.read(async |tx| overview(tx, clock.now()).await).await.unwrap();
        assert!(stands.alarms[0].what.english.contains("sweep of alone"), "{:?}", stands.alarms);
        progress.note("sweep", period);
        look(&mut watch, &kernel).await;
        assert_eq!(ready(&kernel.app).await.0, 200);
        assert!(open_alarms(&db).await.is_empty());
        clock.pass(SECOND * 46);
        look(&mut watch, &kernel).await;
        assert_eq!(number(&db, "select count(*) from alarms where kind = 'loop_stuck'").await, 3, "post too, and sweep anew");
    }

    /// The machine was asleep for hours: who wakes is not ready before its loops move again.
    async fn after_the_machine_slept_nothing_is_taken_for_granted(db: TestDb) {
        let (kernel, clock) = alone(&db, Vec::new());
        kernel.start().await.unwrap();
        kernel.app.progress.note("scheduler", SECOND * 10);
        clock.pass(HOUR * 8);
        assert_eq!(ready(&kernel.app).await, (503, "stuck: scheduler\n".to_owned()));
        kernel.app.progress.note("scheduler", SECOND * 10);
        assert_eq!(ready(&kernel.app).await, (503, "it is not known who leads\n".to_owned()));
        lease::seek(&kernel).await.unwrap();
        assert_eq!(ready(&kernel.app).await.0, 200);
    }

    async fn each_time_the_clock_is_set_there_is_an_alarm(db: TestDb) {
        let (kernel, clock) = alone(&db, Vec::new());
        let mut watch = Watch::default();
        look(&mut watch, &kernel).await;
        let jumps = [SignedDuration::from_hours(24 * 40), SignedDuration::from_hours(-3), SignedDuration::from_secs(7)];
        for jump in jumps {
            for _ in 0..3 {
                clock.pass(SECOND * 5);
                look(&mut watch, &kernel).await;
            }
            clock.set(clock.now().plus(jump));
            clock.pass(SECOND * 5);
            look(&mut watch, &kernel).await;
        }
        let all = db.read(async |tx| alarms::since(tx, start().plus(SignedDuration::from_hours(-10)), 20).await).await.unwrap();
        let mut told: Vec<i64> = all.iter().map(|alarm| alarm.detail.parse().unwrap()).collect();
        told.reverse();
        assert_eq!(told, [24 * 40 * 3600, -3 * 3600, 7]);
        assert!(all.iter().all(|alarm| alarm.kind == "clock_moved" && alarm.cleared_at.is_some()));
    }

    async fn a_schema_of_another_program_is_not_ready(db: TestDb) {
        let (kernel, _) = alone(&db, Vec::new());
        kernel.start().await.unwrap();
        db.write(async |tx| tx.query("delete from _sqlx_migrations where version = 3").execute().await).await.unwrap();
        assert_eq!(ready(&kernel.app).await, (503, "the schema is not this program's\n".to_owned()));
    }
}

/// The network to the database is silent: that is said at once, and put down once it speaks again.
#[test]
fn a_database_that_hangs_is_told_at_once_and_put_down_later() {
    on_postgres(async |db: TestDb| {
        let address = db.url.split('@').nth(1).unwrap().split('/').next().unwrap();
        let server = address.to_socket_addrs().unwrap().next().unwrap();
        let proxy = Proxy::before(server).await;
        let limit = Duration::from_secs(1);
        let settings = DbSettings {
            purpose: Purpose::Serve,
            call_limit: limit,
            acquire_limit: limit,
            ..DbSettings::default()
        };
        let far = Db::open(&db.url.replace(address, &proxy.address.to_string()), &settings).await.unwrap();
        let clock = Clock::by_hand(start());
        let kernel = node(&far, "far", &clock, &clock, Vec::new());
        kernel.start().await.unwrap();
        kernel.app.progress.note("scheduler", SECOND * 10);
        let mut watch = Watch::default();
        watch.look(&kernel);
        proxy.set(Weather::Silence);
        assert_eq!(ready(&kernel.app).await, (503, "the database does not answer\n".to_owned()));
        clock.pass(SECOND * 31);
        watch.look(&kernel);
        assert!(watch.write(&kernel).await.is_err());
        assert_eq!(ready(&kernel.app).await, (503, "stuck: scheduler\n".to_owned()));
        proxy.set(Weather::Fair);
        for _ in 0..3 {
            watch.look(&kernel);
            watch.write(&kernel).await.unwrap();
        }
        assert_eq!(number(&db, "select count(*) from alarms").await, 1);
        far.close().await;
    });
}

/// Whatever ends that never ends, by a return or a panic, ends all.
#[test]
fn a_loop_that_ends_or_panics_ends_the_others_with_it() {
    on_sqlite(async |db: TestDb| {
        let (kernel, _) = alone(&db, Vec::new());
        let forever = || futures_util::future::pending().boxed();
        let ended = supervise(&kernel.app, vec![("a", forever()), ("b", async {}.boxed())]).await;
        assert_eq!(ended, Err(LoopEnded("b")));
        let panics = async { panic!("a defect") }.boxed();
        let ended = supervise(&kernel.app, vec![("a", forever()), ("b", panics)]).await;
        assert_eq!(ended, Err(LoopEnded("unknown, by a panic")));
        let names: Vec<_> = kernel.app.progress.ages().iter().map(|silence| silence.name).collect();
        assert_eq!(names, ["a", "b"], "both are expected to be heard of from the start");
        kernel.app.stop.cancel();
        assert_eq!(supervise(&kernel.app, vec![("a", async {}.boxed())]).await, Ok(()));
    });
}
