//! DATA-05: what is told of an applicant lies sealed, and nowhere else.

use dunghen::domain::applicant::Applicant;
use dunghen::domain::staff::Role;
use dunghen::work::intake::NewDossier;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

use crate::office::*;
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};

const MARKS: [&str; 5] =
    ["Mốc-Tên-Người", "012345671234", "0987654321", "moc.thu@example.vn", "Bản Mốc Địa Chỉ"];

fn marked() -> NewDossier {
    let [name, identifier, phone, email, address] = MARKS.map(str::to_owned);
    let applicant = Applicant {
        name,
        identifier: Some(identifier),
        phone: Some(phone),
        email: Some(email),
        address: Some(address),
        ..Applicant::default()
    };
    NewDossier { applicant, ..filed(THREE_DAYS) }
}

/// All that the database has written to its disk, or would give to somebody who may read every table.
async fn everything(db: &TestDb) -> Vec<u8> {
    match db.path() {
        Some(path) => {
            let file = path.file_name().unwrap().to_string_lossy().into_owned();
            let files = path.parent().unwrap().read_dir().unwrap().map(|entry| entry.unwrap().path());
            let all = files.filter(|one| one.file_name().unwrap().to_string_lossy().starts_with(&file));
            all.flat_map(|one| std::fs::read(one).unwrap()).collect()
        }
        None => dump(&db.url).await.into_bytes(),
    }
}

async fn dump(url: &str) -> String {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let tables = "select table_name::text from information_schema.tables where table_schema = 'public'";
    let tables = sqlx::Executor::fetch_all(&mut connection, tables).await.unwrap();
    let mut dump = String::new();
    for table in tables {
        let table: String = table.get(0);
        let rows = format!("select coalesce(string_agg(t::text, E'\\n'), '') from {table} t");
        let rows = sqlx::Executor::fetch_one(&mut connection, AssertSqlSafe(rows)).await.unwrap();
        dump += &rows.get::<String, _>(0);
    }
    connection.close().await.unwrap();
    dump
}

fn holds(haystack: &[u8], needle: &str) -> bool {
    // PostgreSQL shows bytes in hexadecimal.
    let hex = dunghen::seal::hex(needle.as_bytes());
    [needle.as_bytes(), hex.as_bytes()].iter().any(|one| haystack.windows(one.len()).any(|part| part == *one))
}

on_both! {
    /// Intake, a letter to the applicant, a letter to the head, the audit: no mark is in any of them.
    async fn no_personal_data_lies_open_in_the_database(db: TestDb) {
        let office = Office::open(&db).await;
        let team = Team::at(&office, &db, COMMUNE).await;
        office.hire(&db, "H35.01", &[Role::ControlOffice]).await;
        let key = Some("k1");
        let receipt = office.receive_once(&db, at("2026-08-25 09:00"), &team.counter, &marked(), key).await.unwrap();
        office.act(&db, at("2026-08-27 09:00"), &team.head, &receipt.code, apology(Some("2026-09-07"))).await.unwrap();
        office.sweep(&db, at("2026-09-08 09:00"), 10).await.unwrap();
        assert!(count(&db, "select count(*) from outbox").await > 1);

        let all = everything(&db).await;
        assert!(holds(&all, &receipt.code), "the code is no secret (CODE-05), and the search finds it");
        for mark in MARKS {
            assert!(!holds(&all, mark), "{mark}");
        }
    }

    /// Nothing gets into a log by way of `Debug` either.
    async fn debug_shows_no_personal_data(db: TestDb) {
        let office = Office::open(&db).await;
        let counter = office.hire(&db, CENTRE, &[Role::Reception]).await;
        let receipt = office.receive(&db, at("2026-08-25 09:00"), &counter, &marked()).await.unwrap();
        let dossier = office.dossier(&db, &receipt.code).await;
        let opened = db
            .read(async |tx| dunghen::work::apology::applicant_of(tx, &office.desk(at("2026-08-25 09:00")), &dossier).await)
            .await
            .unwrap();
        assert_eq!(opened.as_ref(), Some(&marked().applicant), "sealed and opened it is the same");
        let shown = format!("{:?} {receipt:?} {dossier:?} {opened:?} {:?}", marked(), office.desk(at("2026-08-25 09:00")));
        for mark in MARKS {
            assert!(!shown.contains(mark), "{mark}");
        }
    }
}
