//! The scheduled backup and drill: what they leave in the folder, in the database and in the post.

use std::sync::Arc;

use dunghen::app::App;
use dunghen::clock::Clock;
use dunghen::config::Settings;
use dunghen::config::settings::DatabaseUrl;
use dunghen::domain::staff::Role;
use dunghen::jobs::backup;
use dunghen::jobs::turn::Turn;
use dunghen::work::backups::{Kind, Outcome, Overview, overview};

use crate::office::*;
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};

struct Nightly {
    folder: tempfile::TempDir,
    office: Office,
}

impl Nightly {
    async fn of(db: &TestDb) -> Self {
        let office = Office::open(db).await;
        let counter = office.hire(db, CENTRE, &[Role::Reception]).await;
        office.hire(db, "H35", &[Role::Administrator]).await;
        for _ in 0..3 {
            office.receive(db, at("2026-08-17 09:00"), &counter, &filed(THREE_DAYS)).await.unwrap();
        }
        Self { folder: tempfile::tempdir().unwrap(), office }
    }

    /// The service as it is configured, at an instant.
    fn app(&self, db: &TestDb, now: &str) -> App {
        let desk = self.office.desk(at(now));
        let mut settings = Settings::default();
        settings.database.url = DatabaseUrl::try_from(db.url.clone()).unwrap();
        settings.data.dir = self.folder.path().to_owned();
        settings.backup.folder = "copies".into();
        settings.backup.keep_hourly = 1.try_into().unwrap();
        settings.backup.keep_daily = 2.try_into().unwrap();
        settings.backup.keep_monthly = 0.try_into().unwrap();
        let keys = (*desk.keys).clone();
        App::new((**db).clone(), Clock::fixed(desk.now), keys, province(), Arc::new(settings))
    }

    fn laid(&self) -> Vec<String> {
        let entries = self.folder.path().join("copies").read_dir().unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

async fn once(app: &App, kind: Kind) -> dunghen::db::Result<Option<Outcome>> {
    backup::once(&Turn::by_hand(app.clone(), app.clock.now()), kind).await
}

async fn stands(db: &TestDb) -> Overview {
    db.read(async |tx| overview(tx).await).await.unwrap()
}

const LETTERS: &str = "select count(*) from outbox where kind = 'backup'";

on_both! {
    async fn copies_are_made_kept_as_configured_and_the_drill_is_put_down(db: TestDb) {
        let nightly = Nightly::of(&db).await;
        std::fs::create_dir(nightly.folder.path().join("copies")).unwrap();
        std::fs::write(nightly.folder.path().join("copies/notes.txt"), "somebody's").unwrap();
        for now in ["2026-08-18 03:00:07", "2026-08-19 03:00:05", "2026-08-19 22:00", "2026-08-20 02:00", "2026-08-20 03:00"] {
            let outcome = once(&nightly.app(&db, now), Kind::Backup).await.unwrap().unwrap();
            assert_eq!(outcome.fault, None);
        }
        let ending = if db.is_sqlite() { "db" } else { "dump" };
        assert_eq!(
            nightly.laid(),
            [
                format!("dunghen-2026-08-19T22.00.00+07.00.{ending}"),
                format!("dunghen-2026-08-20T03.00.00+07.00.{ending}"),
                "notes.txt".to_owned(),
            ]
        );
        once(&nightly.app(&db, "2026-08-23 04:30"), Kind::Drill).await.unwrap();
        let stands = stands(&db).await;
        let backup = stands.backup.unwrap();
        assert_eq!((backup.counted.dossiers, backup.counted.replayed), (Some(3), true));
        assert!(backup.counted.bytes.unwrap() > 10_000);
        let drill = stands.drill.unwrap();
        assert_eq!(drill.fault, None);
        assert_eq!(drill.file, backup.file);
        assert_eq!((drill.started_at, drill.last_good), (at("2026-08-23 04:30"), Some(at("2026-08-23 04:30"))));
        assert_eq!((drill.counted.dossiers, drill.counted.replayed), (Some(3), true));
        assert_eq!(count(&db, LETTERS).await, 0);
        let mut in_data: Vec<_> = nightly.folder.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
        in_data.sort();
        assert_eq!(in_data, ["copies"], "the drill leaves nothing behind");
    }

    async fn a_failure_is_put_down_and_told_the_administrators_once_a_day(db: TestDb) {
        let nightly = Nightly::of(&db).await;
        let folder = nightly.folder.path().join("copies");
        for now in ["2026-08-20 03:00", "2026-08-20 04:00"] {
            let outcome = once(&nightly.app(&db, now), Kind::Backup).await.unwrap().unwrap();
            let fault = outcome.fault.expect("there is no folder");
            assert!(fault.vietnamese.contains(folder.to_str().unwrap()), "{}", fault.vietnamese);
        }
        assert!(!folder.exists(), "a disk that is not mounted is not written beside");
        assert_eq!(count(&db, LETTERS).await, 1);
        std::fs::create_dir(&folder).unwrap();
        once(&nightly.app(&db, "2026-08-21 03:00"), Kind::Drill).await.unwrap();
        assert!(stands(&db).await.drill.unwrap().fault.unwrap().english.contains("no backup yet"));
        assert_eq!(count(&db, LETTERS).await, 2);

        let good = once(&nightly.app(&db, "2026-08-21 04:00"), Kind::Backup).await.unwrap().unwrap();
        let file = folder.join(good.file.unwrap());
        let half = std::fs::read(&file).unwrap();
        std::fs::write(&file, &half[..half.len() / 2]).unwrap();
        let drill = once(&nightly.app(&db, "2026-08-30 04:30"), Kind::Drill).await.unwrap().unwrap();
        assert!(drill.fault.is_some());
        assert_eq!(count(&db, LETTERS).await, 3);
        assert_eq!(stands(&db).await.backup.unwrap().last_good, Some(at("2026-08-21 04:00")));
    }
}

#[test]
fn without_a_folder_nothing_is_done() {
    on_sqlite(async |db| {
        let nightly = Nightly::of(&db).await;
        let app = nightly.app(&db, "2026-08-20 03:00");
        let mut settings = (*app.settings).clone();
        settings.backup.folder = "".into();
        let off = App { settings: Arc::new(settings), ..app };
        assert!(once(&off, Kind::Backup).await.unwrap().is_none());
        assert_eq!(stands(&db).await, Overview::default());
    });
}
