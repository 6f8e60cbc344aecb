//! Taking over dossiers from another system's CSV: what is counted, what is kept, what is
//! refused, and that nothing changes by doing it again, wherever it broke off.

use std::path::Path;
use std::sync::Arc;

use dunghen::cli::import::{ImportError, Job, Progress, import};
use dunghen::db::{Db, DbSettings, Error};
use dunghen::domain::refusal::Kind;
use dunghen::domain::staff::{Actor, Role, StaffId};
use dunghen::exchange::input::{Format, Input};
use dunghen::store;
use dunghen::work::import::{self as deeds, Summary};

mod support;
use support::db::{TestDb, on_both, on_postgres, on_sqlite};
use support::import::{
    HEADER, MAPPING, at, contents, desk, figures, file, file_of, mapping, mapping_of, real, report, system,
    take, try_out, verify,
};

const ALL: &str = "--from 2010-01-01 --to 2026-11-23";

/// Read, created, updated, unchanged, duplicates, quarantined.
fn counts(summary: &Summary) -> [u64; 6] {
    let Summary { read, created, updated, unchanged, duplicates, quarantined, .. } = *summary;
    [read, created, updated, unchanged, duplicates, quarantined]
}

/// A row of dossier `code` with a step.
fn row(code: &str, step: &str, step_at: &str) -> String {
    format!("{code},2026-09-01 08:00,2026-10-20,2026-10-14 09:00,,North,web,Anna,{step},{step_at},Bert\n")
}

fn input_faults(error: ImportError) -> String {
    match error {
        ImportError::Input(faults) => faults.iter().map(ToString::to_string).collect(),
        ImportError::Database(error) => panic!("{error}"),
    }
}

async fn quarantine(db: &Db) -> Vec<(i64, Option<String>, String)> {
    let all = store::imports::Wanted { limit: 100, ..Default::default() };
    let rows = db.read(async |tx| store::imports::quarantined(tx, &all).await).await.unwrap();
    rows.into_iter().map(|row| (row.line, row.field, row.reason)).collect()
}

async fn findings(db: &Db) -> Vec<(String, String)> {
    db.read(async |tx| {
        tx.query("select code, kind from import_findings order by code, kind").fetch_all().await
    })
    .await
    .unwrap()
}

on_both! {
    /// XCH-04: a record is new, an exact repetition, or adds to a dossier that is known.
    async fn rows_are_counted_as_rows_and_dossiers_as_dossiers(db: TestDb) {
        let (desk, mapping) = (desk(), mapping_of(MAPPING));
        let first = [
            row("A-1", "check", "2026-09-02 10:00"),
            row("A-1", "decide", "2026-09-03 10:00"),
            row("A-1", "check", "2026-09-02 10:00"),
            row("A-2", "check", "2026-09-02 10:00"),
            ",2026-09-01,,,,North,web,,,,\n".to_owned(),
        ];
        let source = file(&first.concat());
        let done = take(&db, &desk, source.path(), &mapping).await.unwrap();
        assert_eq!(counts(&done), [5, 2, 0, 0, 1, 1]);
        assert_eq!(done.reasons.into_iter().collect::<Vec<_>>(), [("no_code", 1)]);
        assert_eq!(quarantine(&db).await, [(6, Some("code".to_owned()), "no_code".to_owned())]);

        let again = take(&db, &desk, source.path(), &mapping).await.unwrap();
        assert_eq!(counts(&again), [5, 0, 0, 2, 1, 1]);
        assert_eq!(quarantine(&db).await.len(), 1);

        let grown = file(&(first.concat() + &row("A-2", "decide", "2026-09-04 10:00")));
        let done = take(&db, &desk, grown.path(), &mapping).await.unwrap();
        assert_eq!(counts(&done), [6, 0, 1, 1, 1, 1]);
        verify(&db, &desk).await;
    }

    async fn taking_the_same_file_in_again_changes_nothing(db: TestDb) {
        let (desk, mapping) = (desk(), mapping_of(MAPPING));
        let source = file(&(row("A-1", "check", "2026-09-02 10:00") + &row("A-2", "check", "2026-09-02 10:00")));
        let first = take(&db, &desk, source.path(), &mapping).await.unwrap();
        let before = contents(&db).await;
        let later = dunghen::work::desk::Desk { now: at("2026-12-01T00:00:00Z"), ..desk.clone() };
        let again = take(&db, &later, source.path(), &mapping).await.unwrap();
        assert_eq!(contents(&db).await, before);
        assert_eq!((again.findings, again.findings_by_kind), (first.findings, first.findings_by_kind));
    }

    /// A settlement that comes later is a further event; a record that is silent takes nothing away.
    async fn a_later_record_adds_a_settlement(db: TestDb) {
        let (desk, mapping) = (desk(), mapping_of(MAPPING));
        let open = file("A-1,2026-09-01,2026-10-20,,,North,web,Anna,,,\n");
        let settled = file("A-1,2026-09-01,2026-10-20,2026-10-21 09:00,,North,web,Anna,,,\n");
        let silent = file("A-1,2026-09-01,,,,North,web,Anna,,,\n");
        take(&db, &desk, open.path(), &mapping).await.unwrap();
        assert_eq!(figures(&report(&db, &desk, ALL).await["total"]), [0, 0, 0, 0]);
        assert_eq!(counts(&take(&db, &desk, settled.path(), &mapping).await.unwrap()), [1, 0, 1, 0, 0, 0]);
        assert_eq!(figures(&report(&db, &desk, ALL).await["total"]), [0, 0, 1, 0]);
        assert_eq!(counts(&take(&db, &desk, silent.path(), &mapping).await.unwrap()), [1, 0, 0, 1, 0, 0]);
        assert_eq!(figures(&report(&db, &desk, ALL).await["total"]), [0, 0, 1, 0]);
        // The old file once more: what it says has long been heard.
        assert_eq!(counts(&take(&db, &desk, open.path(), &mapping).await.unwrap()), [1, 0, 0, 1, 0, 0]);
        verify(&db, &desk).await;
    }

    /// LATE-00 on both sides of a change of the clock: the planned day is that of the source's zone.
    async fn a_planned_day_ends_at_midnight_in_the_sources_zone(db: TestDb) {
        let (desk, mapping) = (desk(), mapping_of(MAPPING));
        let planned = |code: &str, end: &str| format!("{code},2011-03-01,2011-03-31 00:00:00.010000+02:00,{end},,U,web,,,,\n");
        let source = file(&[
            planned("early", "2011-03-30 23:59:59.900000+02:00"),
            planned("on-1", "2011-03-30 22:00:00+00:00"),
            planned("on-2", "2011-03-31 21:59:59.999999+00:00"),
            planned("late", "2011-03-31 22:00:00.000001+00:00"),
        ].concat());
        take(&db, &desk, source.path(), &mapping).await.unwrap();
        let months = report(&db, &desk, &format!("{ALL} --by month")).await;
        assert_eq!(figures(&months["rows"][0]), [1, 2, 0, 0]);
        assert_eq!((months["rows"][1]["month"].as_str(), figures(&months["rows"][1])), (Some("2011-04"), [0, 0, 1, 0]));
        verify(&db, &desk).await;
    }

    /// LATE-00: a planned time without a time of day names a day, even where others are instants.
    async fn a_planned_instant_is_kept_to_the_minute_and_a_bare_day_is_a_day(db: TestDb) {
        let (desk, mapping) = (desk(), mapping_of(&MAPPING.replace("\"day\"", "\"instant\"")));
        let source = file(
            "i-on,2026-09-01,2026-10-20 12:00,2026-10-20 12:00,,U,web,,,,\n\
             i-late,2026-09-01,2026-10-20 12:00,2026-10-20 12:01,,U,web,,,,\n\
             i-early,2026-09-01,2026-10-20 12:00,2026-10-19 23:59,,U,web,,,,\n\
             d-on,2026-09-01,2026-10-20,2026-10-20 23:59,,U,web,,,,\n\
             d-late,2026-09-01,2026-10-20,2026-10-21 00:01,,U,web,,,,\n",
        );
        take(&db, &desk, source.path(), &mapping).await.unwrap();
        assert_eq!(figures(&report(&db, &desk, ALL).await["total"]), [1, 2, 2, 0]);
    }

    /// A bare day of settlement lies within that day, whatever was planned and whenever it came in.
    async fn an_end_without_a_time_is_compared_by_its_day(db: TestDb) {
        let (desk, mapping) = (desk(), mapping_of(&MAPPING.replace("\"day\"", "\"instant\"")));
        let source = file(
            "early,2026-09-01,2026-10-20,2026-10-19,,U,web,,,,\n\
             on,2026-09-01,2026-10-20,2026-10-20,,U,web,,,,\n\
             late,2026-09-01,2026-10-20,2026-10-21,,U,web,,,,\n\
             on-instant,2026-09-01,2026-10-20 08:30,2026-10-20,,U,web,,,,\n\
             at-once,2026-10-01 14:00,2026-10-01 16:00,2026-10-01,2026-10-01,U,web,,,,\n",
        );
        let done = take(&db, &desk, source.path(), &mapping).await.unwrap();
        assert_eq!(figures(&report(&db, &desk, ALL).await["total"]), [1, 3, 1, 0]);
        assert_eq!(done.findings, 0);
    }

    /// LIFE-03: a return stands in for a settlement that is missing, and only then.
    async fn a_return_stands_in_for_a_missing_settlement(db: TestDb) {
        let (desk, mapping) = (desk(), mapping_of(MAPPING));
        let source = file(
            "A-1,2026-09-01,2026-10-20,2026-10-20,2026-11-05,U,web,,,,\n\
             A-2,2026-09-01,2026-10-20,,2026-11-05,U,web,,,,\n",
        );
        take(&db, &desk, source.path(), &mapping).await.unwrap();
        assert_eq!(figures(&report(&db, &desk, "--month 2026-10").await["total"]), [0, 1, 0, 0]);
        assert_eq!(figures(&report(&db, &desk, "--month 2026-11").await["total"]), [0, 0, 1, 0]);
    }

    /// XCH-05: what is odd is taken in and listed; what has no code or intake is not.
    async fn odd_lives_are_taken_in_and_listed(db: TestDb) {
        let (desk, mapping) = (desk(), mapping_of(MAPPING));
        let source = file(
            "backwards,2026-09-02 10:00,2026-10-20,2026-09-01 09:00,,U,web,,,,\n\
             no-due,2026-09-01,,2026-10-20,,U,web,,,,\n\
             after,2026-09-01,2026-10-20,2026-10-01,2026-10-02 10:00,U,web,,archive,2026-10-03 10:00,\n\
             before,2026-09-01,2026-10-20,,,U,web,,scan,2026-08-31 10:00,\n\
             future,2026-09-01,2026-10-20,2027-01-01,,U,web,,,,\n\
             garbled,2026-09-01,soon,,,U,web,,,,\n\
             sane,2026-09-01,2026-10-20,2026-10-10,,U,web,,,,\n",
        );
        let done = take(&db, &desk, source.path(), &mapping).await.unwrap();
        assert_eq!(counts(&done), [7, 7, 0, 0, 0, 0]);
        let expected = [
            ("after", "event_after_return"),
            ("backwards", "settled_before_intake"),
            ("before", "event_before_intake"),
            ("future", "in_the_future"),
            ("garbled", "unreadable"),
            ("no-due", "settled_without_due"),
        ];
        let expected: Vec<_> = expected.map(|(code, kind)| (code.to_owned(), kind.to_owned())).into();
        assert_eq!((findings(&db).await, done.findings), (expected, 6));
        verify(&db, &desk).await;

        // What the source puts right is no longer listed.
        let right = file("no-due,2026-09-01,2026-10-25,2026-10-20,,U,web,,,,\n");
        assert_eq!(take(&db, &desk, right.path(), &mapping).await.unwrap().findings, 0);
        assert!(!findings(&db).await.iter().any(|(code, _)| code == "no-due"));
    }

    async fn what_cannot_become_a_dossier_is_put_into_quarantine_with_its_line(db: TestDb) {
        let (desk, mapping) = (desk(), mapping_of(MAPPING));
        let mut bytes = HEADER.as_bytes().to_vec();
        bytes.extend(b"good,2026-09-01,,,,\"two\nlines\",web,,,,\n");
        bytes.extend(b" ,2026-09-01,,,,U,web,,,,\n");
        bytes.extend(b"no-intake, ,,,,U,web,,,,\n");
        bytes.extend(b"bad-intake,31/02/2026,,,,U,web,,,,\n");
        bytes.extend(b"ragged,2026-09-01,,,,U,web,,,,,one more\n");
        bytes.extend(b"latin,2026-09-01,,,,S\xf6u,web,,,,\n");
        bytes.extend([b"x".repeat(101), b",2026-09-01,,,,U,web,,,,\n".to_vec()].concat());
        let source = file_of("");
        std::fs::write(source.path(), bytes).unwrap();
        let done = take(&db, &desk, source.path(), &mapping).await.unwrap();
        assert_eq!(counts(&done), [7, 1, 0, 0, 0, 6]);
        let told = quarantine(&db).await;
        let told: Vec<_> = told.iter().map(|(line, field, reason)| (*line, field.as_deref(), reason.as_str())).collect();
        assert_eq!(told, [
            (4, Some("code"), "no_code"),
            (5, Some("intake"), "no_intake"),
            (6, Some("intake"), "bad_intake"),
            (7, None, "ragged_row"),
            (8, Some("unit"), "not_utf8"),
            (9, Some("code"), "bad_code"),
        ]);
    }

    /// A code is one dossier's: what another source or this service made is not overwritten.
    async fn another_sources_dossier_is_left_alone(db: TestDb) {
        let desk = desk();
        let mine = mapping_of(MAPPING);
        let theirs = mapping_of(&MAPPING.replace("source = \"desk\"", "source = \"other\""));
        let source = file(&row("A-1", "check", "2026-09-02 10:00"));
        take(&db, &desk, source.path(), &mine).await.unwrap();
        let before = contents(&db).await;
        for _ in 0..2 {
            let done = take(&db, &desk, source.path(), &theirs).await.unwrap();
            assert_eq!(counts(&done), [1, 0, 0, 0, 0, 1]);
            assert_eq!(done.reasons.get("code_taken"), Some(&1));
        }
        assert_eq!(contents(&db).await, before);
    }

    async fn a_dry_run_writes_nothing_and_tells_what_would_be(db: TestDb) {
        let (desk, mapping) = (desk(), mapping_of(MAPPING));
        // More than is read at once, and little enough for one deed on a busy machine.
        let mut rows: String = (0..1_100).map(|n| row(&format!("A-{n}"), "check", "2026-09-02 10:00")).collect();
        rows.push_str(&row("A-7", "check", "2026-09-02 10:00"));
        rows.push_str("no-intake,,,,,U,web,,,,\n");
        let source = file(&rows);
        let tried = try_out(&db, &desk, source.path(), &mapping).await.unwrap();
        assert_eq!(counts(&tried), [1_102, 1_100, 0, 0, 1, 1]);
        assert!(contents(&db).await.is_empty());
        assert!(quarantine(&db).await.is_empty());
        assert_eq!(take(&db, &desk, source.path(), &mapping).await.unwrap(), tried);
        let again = try_out(&db, &desk, source.path(), &mapping).await.unwrap();
        assert_eq!(counts(&again), [1_102, 0, 0, 1_100, 1, 1]);
    }

    /// Wherever a run is cut off between two deeds, the next one comes to the same end.
    async fn a_run_that_was_cut_off_is_completed_by_the_next(db: TestDb) {
        let (desk, mapping) = (desk(), mapping_of(MAPPING));
        let rows: String = (0..40)
            .flat_map(|n| (1..=5).map(move |day| row(&format!("A-{n}"), &format!("step {day}"), &format!("2026-09-0{day} 10:00"))))
            .collect();
        let source = file(&rows);
        let folder = tempfile::tempdir().unwrap();
        let clean = Db::open(&format!("sqlite:{}", folder.path().join("clean.db").display()), &DbSettings::default()).await.unwrap();
        take(&clean, &desk, source.path(), &mapping).await.unwrap();
        let expected = contents(&clean).await;
        clean.close().await;

        // Seven rows a deed, so that dossiers are cut in the middle; three deeds, then nothing more.
        let actor = system(&desk);
        let mut table = Input::open(source.path(), Format::Csv, &mapping).unwrap();
        let run = {
            let (desk, actor, source) = (desk.clone(), actor.clone(), mapping.source.clone());
            db.write(async move |tx| deeds::begin(tx, &desk, &actor, &source, "f.csv").await).await.unwrap()
        };
        for _ in 0..3 {
            let batch = Arc::new(table.next_batch(14).unwrap());
            let (desk, actor, run) = (desk.clone(), actor.clone(), run.clone());
            db.write(async move |tx| deeds::take_in(tx, &desk, &actor, &run, &batch).await).await.unwrap();
        }
        let done = take(&db, &desk, source.path(), &mapping).await.unwrap();
        assert_eq!(counts(&done), [200, 35, 1, 4, 0, 0]);
        assert_eq!(contents(&db).await, expected);
        verify(&db, &desk).await;
    }

    /// XCH-04: steps may come in any order; the figures are the same.
    async fn the_order_of_rows_does_not_matter(db: TestDb) {
        let desk = desk();
        let mapping = mapping_of(MAPPING);
        let mut rows: Vec<String> = (0..300)
            .flat_map(|n| {
                let (late, unit) = (n % 3 == 0, ["North", "South"][n % 2]);
                (1..=4).map(move |day| format!(
                    "A-{n},2026-09-01,2026-10-20,{},,{unit},web,,step {day},2026-09-0{day} 10:00,Officer {day}\n",
                    if late { "2026-10-21" } else { "2026-10-20" }
                ))
            })
            .collect();
        // A stride that is prime to the number of rows puts them far apart.
        let length = rows.len();
        rows = (0..length).map(|n| rows[n * 701 % length].clone()).collect();
        take(&db, &desk, file(&rows.concat()).path(), &mapping).await.unwrap();
        let found = report(&db, &desk, &format!("{ALL} --and-by officer")).await;
        let told: Vec<_> = found["rows"].as_array().unwrap().iter()
            .map(|row| (row["unit"].as_str().unwrap(), row["officer"].as_str().unwrap(), figures(row))).collect();
        assert_eq!(told, [("North", "Officer 4", [0, 100, 50, 0]), ("South", "Officer 4", [0, 100, 50, 0])]);
        verify(&db, &desk).await;
    }

    /// `effects_from`: what lies before it is history and owes nobody a letter.
    async fn history_creates_no_obligation(db: TestDb) {
        let desk = desk();
        let rows = "open,2026-09-01,2026-10-20,,,U,web,,,,\n\
                    late,2026-09-01,2026-10-20,2026-10-25,,U,web,,,,\n\
                    coming,2026-09-01,2026-11-25,,,U,web,,,,\n";
        let owed = async |now: &str| {
            let desk = dunghen::work::desk::Desk { now: at(now), ..desk.clone() };
            db.write(async move |tx| dunghen::work::sweep::sweep(tx, &desk, 100).await).await.unwrap();
            db.read(async |tx| {
                tx.query("select d.code from obligations o join dossiers d on d.id = o.dossier_id
                          where o.closed_at is null order by d.code").fetch_all::<(String,)>().await
            }).await.unwrap().into_iter().map(|(code,)| code).collect::<Vec<_>>()
        };
        take(&db, &desk, file(rows).path(), &mapping_of(MAPPING)).await.unwrap();
        assert!(owed(support::import::NOW).await.is_empty());
        assert_eq!(owed("2026-11-27T00:00:00Z").await, ["coming"]);
    }

    async fn effects_may_reach_back_where_the_mapping_says_so(db: TestDb) {
        let desk = desk();
        let rows = "open,2026-09-01,2026-10-20,,,U,web,,,,\n\
                    late,2026-09-01,2026-10-20,2026-10-25,,U,web,,,,\n\
                    old,2026-08-01,2026-09-20,2026-10-25,,U,web,,,,\n";
        let mapping = mapping_of(&format!("effects_from = \"2026-10-01T00:00:00\"\n{MAPPING}"));
        take(&db, &desk, file(rows).path(), &mapping).await.unwrap();
        let now = desk.clone();
        db.write(async move |tx| dunghen::work::sweep::sweep(tx, &now, 100).await).await.unwrap();
        let owed: Vec<(String,)> = db.read(async |tx| {
            tx.query("select d.code from obligations o join dossiers d on d.id = o.dossier_id order by d.code").fetch_all().await
        }).await.unwrap();
        assert_eq!(owed.into_iter().map(|(code,)| code).collect::<Vec<_>>(), ["late", "open"]);
    }

    /// Which columns tell records apart is the mapping's to say.
    async fn a_key_of_columns_makes_two_rows_the_same(db: TestDb) {
        let desk = desk();
        let rows = row("A-1", "check", "2026-09-02 10:00") + &row("A-1", "check", "2026-09-02 10:00").replace("web", "post");
        let keyed = mapping_of(&format!("duplicate = [\"code\", \"step\", \"step_at\"]\n{MAPPING}"));
        let done = take(&db, &desk, file(&rows).path(), &keyed).await.unwrap();
        assert_eq!(counts(&done), [2, 1, 0, 0, 1, 0]);
        assert_eq!(done.findings_by_kind.get("repeated_record"), Some(&1));
    }

    async fn an_unusable_file_is_refused_with_file_line_and_field(db: TestDb) {
        let (desk, mapping) = (desk(), mapping_of(MAPPING));
        let fault = async |path: &Path| input_faults(take(&db, &desk, path, &mapping).await.unwrap_err());
        let lacking = file_of("code,intake\nA-1,2026-09-01\n");
        let told = fault(lacking.path()).await;
        assert!(told.contains(".csv:1: ") && told.contains("columns.") && told.contains("no column"), "{told}");
        let twice = file_of(&HEADER.replace("settled", "code"));
        assert!(fault(twice.path()).await.contains("twice"));
        assert!(fault(file_of("").path()).await.contains("empty"));
        assert!(fault(Path::new("/nowhere/at-all.csv")).await.starts_with("/nowhere/at-all.csv: The file can't be read"));
        let endless = file(&format!("A-1,2026-09-01,,,,U,web,,,,\nA-2,2026-09-01,,,,\"U,web,,,,\n{}", "x,".repeat(5 << 20)));
        let told = fault(endless.path()).await;
        assert!(told.contains(".csv:3: ") && told.contains("quotation mark"), "{told}");
    }

    async fn who_may_not_import_does_not(db: TestDb) {
        let (desk, mapping) = (desk(), mapping_of(MAPPING));
        let actor = Actor::new(StaffId(0), desk.province.root.clone(), [Role::Reception, Role::UnitHead]);
        let source = file(&row("A-1", "check", "2026-09-02 10:00"));
        let job = Job::new(source.path(), Format::Csv, &mapping);
        let refused = import(&db, &desk, &actor, &job, &mut Progress::silent()).await;
        let Err(ImportError::Database(Error::Refused(refusal))) = refused else { panic!("{refused:?}") };
        assert_eq!(refusal.kind, Kind::NotAllowed);
        assert!(contents(&db).await.is_empty());
    }

    async fn the_permit_desk_may_be_taken_in_again_and_in_any_order(db: TestDb) {
        let Some(source) = real("wabo-receipt/receipt.csv") else { return };
        let (desk, mapping) = (desk(), mapping("wabo-receipt-csv.toml"));
        let text = std::fs::read_to_string(&source).unwrap();
        let mut lines: Vec<&str> = text.lines().collect();
        let header = lines.remove(0);
        let length = lines.len();
        // 4,001 is prime to 8,577.
        let shuffled: Vec<&str> = (0..length).map(|n| lines[n * 4_001 % length]).collect();
        let shuffled = file_of(&format!("{header}\n{}\n", shuffled.join("\n")));
        let first = take(&db, &desk, shuffled.path(), &mapping).await.unwrap();
        assert_eq!(counts(&first), [8577, 1434, 0, 0, 0, 0]);
        let again = take(&db, &desk, &source, &mapping).await.unwrap();
        assert_eq!(counts(&again), [8577, 0, 0, 1434, 0, 0]);
        assert_eq!(again.findings_by_kind, first.findings_by_kind);
        let by_channel = report(&db, &desk, &format!("{ALL} --by channel")).await;
        assert_eq!(figures(&by_channel["total"]), [937, 70, 322, 0]);
        assert_eq!(figures(&by_channel["rows"][0]), [66, 12, 29, 0]);
        verify(&db, &desk).await;
    }

    async fn the_damaged_city_files_are_read_as_far_as_they_go(db: TestDb) {
        let Some(folder) = real("boston-311") else { return };
        let (desk, mapping) = (desk(), mapping("boston-311-csv.toml"));
        let take = async |name: &str| take(&db, &desk, &folder.join(name), &mapping).await.unwrap();
        assert_eq!(counts(&take("boston311-100-20dupes-random.csv").await), [100, 80, 0, 0, 20, 0]);
        assert_eq!(counts(&take("boston311-100-20dupes-random.csv").await), [100, 0, 0, 80, 20, 0]);
        assert_eq!(counts(&take("boston311-100.csv").await), [100, 20, 0, 80, 0, 0]);
        // The same requests with the day first say nothing new, nor do accents in a column that is not read.
        assert_eq!(counts(&take("boston311-dmy-100.csv").await), [100, 0, 0, 100, 0, 0]);
        assert_eq!(counts(&take("boston311-100-with-nonascii.csv").await), [100, 0, 0, 100, 0, 0]);
        assert_eq!(figures(&report(&db, &desk, ALL).await["total"]), [68, 4, 5, 8]);
        // Without times the targets are days, and the figures those of the day rule.
        assert_eq!(counts(&take("boston311-100-notime.csv").await)[..3], [100, 0, 100]);
        assert_eq!(figures(&report(&db, &desk, ALL).await["total"]), [68, 5, 4, 8]);
        let bad = take("boston311-100-bad.tsv").await;
        assert_eq!((bad.read, bad.quarantined, bad.created), (100, 1, 0));
        assert_eq!(quarantine(&db).await, [(41, None, "ragged_row".to_owned())]);
        verify(&db, &desk).await;
    }
}
