//! The on-time report: against what an independent program computed from two real sources,
//! and against small sources whose figures anybody can count.

use std::sync::Arc;

use dunghen::db::{Db, DbSettings};
use dunghen::exchange::mapping::{Mapping, Planned};
use serde_json::Value;

mod support;
use support::db::{TestDb, on_both, on_postgres, on_sqlite};
use support::import::{
    MAPPING, desk, figures, file, mapping, mapping_of, real, report, report_text, take, verify,
};

const ALL: &str = "--from 2010-01-01 --to 2026-11-23";

/// Compares a report with a table of the truth; `instant` says which of its two rules counts.
fn compare(rows: &[Value], truth: &Value, keys: &[&str], instant: bool) {
    let mut seen = 0;
    for row in rows.iter().filter(|row| row["evaluable"] != 0) {
        let mut expected = truth;
        for key in keys {
            expected = &expected[row[*key].as_str().unwrap()];
        }
        check(row, expected, instant);
        seen += 1;
    }
    assert_eq!(seen, leaves(truth), "every row of the truth is in the report");
}

fn leaves(truth: &Value) -> usize {
    match truth.as_object() {
        Some(table) if table.contains_key("evaluable") => usize::from(table["evaluable"] != 0),
        Some(table) => table.values().map(leaves).sum(),
        None => 0,
    }
}

fn check(row: &Value, expected: &Value, instant: bool) {
    let [early, on_time, late, _] = figures(row);
    let wanted = |key: &str| expected[key].as_u64().unwrap();
    let (late_key, rate_key) =
        if instant { ("late_instant", "on_time_pct_instant") } else { ("late", "on_time_pct") };
    assert_eq!(early, wanted("early"), "{row}");
    assert_eq!(late, wanted(late_key), "{row}");
    assert_eq!(on_time, wanted("evaluable") - wanted("early") - wanted(late_key), "{row}");
    let rate: f64 = row["rate"].as_str().unwrap().parse().unwrap();
    let wanted = expected[rate_key].as_f64().unwrap();
    assert!((rate - wanted).abs() < 0.005_1, "{row}: {wanted}");
}

/// Every table of a truth that counts.
async fn compare_all(db: &Db, truth: &Value, instant: bool) {
    let desk = desk();
    let tables = &truth["tables"];
    let asked = async |words: &str| report(db, &desk, &format!("{ALL} {words}")).await;
    let rows = |report: &Value| report["rows"].as_array().unwrap().clone();
    let by_unit = asked("").await;
    check(&by_unit["total"], &tables["total"], instant);
    compare(&rows(&by_unit), &tables["by_department"], &["unit"], instant);
    compare(&rows(&asked("--by channel").await), &tables["by_channel"], &["channel"], instant);
    for (basis, name) in [("settled", "end"), ("received", "start"), ("due", "plan")] {
        let months = rows(&asked(&format!("--by month --basis {basis}")).await);
        compare(&months, &tables[format!("by_month_of_{name}")], &["month"], instant);
        let both = rows(&asked(&format!("--and-by month --basis {basis}")).await);
        compare(&both, &tables[format!("by_department_and_month_of_{name}")], &["unit", "month"], instant);
    }
}

fn truth(folder: &str) -> Option<Value> {
    let text = std::fs::read_to_string(real(&format!("{folder}/truth.json"))?).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

/// The same mapping under the other rule of LATE-00.
fn under(mapping: &Arc<Mapping>, planned: Planned) -> Arc<Mapping> {
    Arc::new(Mapping { planned, ..Mapping::clone(mapping) })
}

on_both! {
    /// LATE-00, REP-06: 937 early, 70 on the day, 322 late of 1,329.
    async fn the_permit_desk_is_exact_to_the_last_figure(db: TestDb) {
        let (Some(source), Some(truth)) = (real("wabo-receipt/receipt.csv"), truth("wabo-receipt")) else { return };
        let desk = desk();
        let done = take(&db, &desk, &source, &mapping("wabo-receipt-csv.toml")).await.unwrap();
        assert_eq!((done.read, done.created, done.duplicates, done.quarantined), (8577, 1434, 0, 0));
        let odd = |kind: &str| done.findings_by_kind.get(kind).copied().unwrap_or(0);
        let quality = &truth["quality"];
        assert_eq!(odd("settled_before_intake"), 2);
        assert_eq!(odd("event_after_return"), quality["last_event_after_enddate"].as_u64().unwrap());
        assert_eq!(odd("event_before_intake"), quality["first_event_before_startdate"].as_u64().unwrap());
        compare_all(&db, &truth, false).await;
        let total = &report(&db, &desk, ALL).await["total"];
        assert_eq!((figures(total), total["rate"].as_str()), ([937, 70, 322, 0], Some("75.77")));
        verify(&db, &desk).await;
    }

    /// The other date rule on the same desk, which the truth gives as well.
    async fn the_permit_desk_under_the_instant_rule(db: TestDb) {
        let (Some(source), Some(truth)) = (real("wabo-receipt/receipt.csv"), truth("wabo-receipt")) else { return };
        let mapping = under(&mapping("wabo-receipt-csv.toml"), Planned::Instant);
        take(&db, &desk(), &source, &mapping).await.unwrap();
        compare_all(&db, &truth, true).await;
    }

    /// REP-08: 68 early, 4 on the day, 5 late of 77; 8 ended without a target.
    async fn the_city_requests_are_exact_to_the_last_figure(db: TestDb) {
        let (Some(source), Some(truth)) = (real("boston-311/boston311-100.csv"), truth("boston-311")) else { return };
        let desk = desk();
        take(&db, &desk, &source, &mapping("boston-311-csv.toml")).await.unwrap();
        compare_all(&db, &truth, true).await;
        let total = &report(&db, &desk, ALL).await["total"];
        assert_eq!((figures(total), total["rate"].as_str()), ([68, 4, 5, 8], Some("93.51")));
        verify(&db, &desk).await;
    }

    async fn the_city_requests_under_the_day_rule(db: TestDb) {
        let (Some(source), Some(truth)) = (real("boston-311/boston311-100.csv"), truth("boston-311")) else { return };
        take(&db, &desk(), &source, &under(&mapping("boston-311-csv.toml"), Planned::Day)).await.unwrap();
        compare_all(&db, &truth, false).await;
    }

    /// The total is the sum of the rows, and a row carries its dimensions under their names.
    async fn a_report_has_the_shape_that_others_rely_on(db: TestDb) {
        let desk = desk();
        let source = file(
            "A-1,2026-10-01 09:00,2026-10-10,2026-10-09 09:00,,North,web,,,,\n\
             A-2,2026-10-01 09:00,2026-10-10,2026-10-10 23:59,,North,desk,,,,\n\
             A-3,2026-10-01 09:00,2026-10-10,2026-10-11 00:01,,South,desk,,,,\n\
             A-4,2026-10-01 09:00,,2026-10-20 09:00,,East,desk,,,,\n\
             A-5,2026-10-01 09:00,2026-10-10,,,North,desk,,,,\n",
        );
        take(&db, &desk, source.path(), &mapping_of(MAPPING)).await.unwrap();
        let found = report(&db, &desk, "--month 2026-10 --and-by channel").await;
        assert_eq!(
            (&found["from"], &found["to"], &found["basis"], &found["as_of"]),
            (&"2026-10-01".into(), &"2026-10-31".into(), &"settled".into(), &"2026-11-23T09:00:00+07:00".into())
        );
        assert!(found["formula"].as_str().unwrap().contains("evaluable"));
        let rows: Vec<String> = found["rows"].as_array().unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(rows.len(), 4);
        let north = &found["rows"][1];
        assert_eq!((&north["unit"], &north["unit_code"], &north["channel"]),
            (&"North".into(), &"x-desk-north".into(), &"desk".into()));
        assert_eq!((figures(north), north["rate"].as_str()), ([0, 1, 0, 0], Some("100.00")));
        let east = &found["rows"][0];
        assert_eq!((figures(east), &east["rate"]), ([0, 0, 0, 1], &Value::Null));
        assert_eq!((figures(&found["total"]), found["total"]["rate"].as_str()), ([1, 1, 1, 1], Some("66.67")));
        assert_eq!(found["total"]["evaluable"], 3);
        let keys = |row: &Value| row.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(north), keys(&found["total"]));
    }

    /// REP-15: what ended on 15 October belongs to the November report.
    async fn reporting_months_end_on_the_fourteenth(db: TestDb) {
        let desk = desk();
        let source = file(
            "A-1,2026-09-01,2026-10-20,2026-10-14,,U,web,,,,\n\
             A-2,2026-09-01,2026-10-20,2026-10-15,,U,web,,,,\n\
             A-3,2026-09-01,2026-10-20,2026-11-14,,U,web,,,,\n",
        );
        take(&db, &desk, source.path(), &mapping_of(MAPPING)).await.unwrap();
        let november = report(&db, &desk, "--month 2026-11 --period-style report").await;
        assert_eq!((&november["from"], &november["to"]), (&"2026-10-15".into(), &"2026-11-14".into()));
        assert_eq!(figures(&november["total"]), [1, 0, 1, 0]);
        let by_month = report(&db, &desk, &format!("{ALL} --by month --period-style report")).await;
        let months: Vec<_> =
            by_month["rows"].as_array().unwrap().iter().map(|row| (row["month"].as_str().unwrap().to_owned(), figures(row))).collect();
        assert_eq!(months, [("2026-10".to_owned(), [1, 0, 0, 0]), ("2026-11".to_owned(), [1, 0, 1, 0])]);
        let calendar = report(&db, &desk, "--month 2026-10").await;
        assert_eq!(figures(&calendar["total"]), [2, 0, 0, 0]);
    }

    /// Both ends of a period are included, on every basis.
    async fn the_first_and_the_last_day_belong_to_the_period(db: TestDb) {
        let desk = desk();
        let source = file("A-1,2026-09-01,2026-10-20,2026-10-14,,U,web,,,,\n");
        take(&db, &desk, source.path(), &mapping_of(MAPPING)).await.unwrap();
        for (basis, day, before, after) in [
            ("settled", "2026-10-14", "2026-10-13", "2026-10-15"),
            ("received", "2026-09-01", "2026-08-31", "2026-09-02"),
            ("due", "2026-10-20", "2026-10-19", "2026-10-21"),
        ] {
            let count = async |from: &str, to: &str| {
                let words = format!("--from {from} --to {to} --basis {basis}");
                report(&db, &desk, &words).await["total"]["evaluable"].as_u64().unwrap()
            };
            assert_eq!(count(before, day).await, 1, "{basis}");
            assert_eq!(count(day, after).await, 1, "{basis}");
            assert_eq!((count(before, before).await, count(after, after).await), (0, 0), "{basis}");
        }
    }

    /// ORG-13: a unit's report holds what is below it and nothing else; imported units too.
    async fn a_report_of_one_unit_holds_that_unit_alone(db: TestDb) {
        let desk = desk();
        let own = desk.province.units.iter().find(|unit| unit.parent.as_ref() == Some(&desk.province.root)).unwrap();
        let mapping = mapping_of(&format!("{MAPPING}\n[units]\n\"Ours\" = \"{}\"\n", own.code));
        let source = file(
            "A-1,2026-09-01,2026-10-20,2026-10-14,,Ours,web,,,,\n\
             A-2,2026-09-01,2026-10-20,2026-10-14,,Theirs,web,,,,\n",
        );
        take(&db, &desk, source.path(), &mapping).await.unwrap();
        let of = async |unit: &str| report(&db, &desk, &format!("{ALL} --unit {unit}")).await;
        let ours = of(own.code.as_str()).await;
        assert_eq!(ours["rows"][0]["unit"], own.name_vi.as_str());
        assert_eq!((ours["rows"].as_array().unwrap().len(), figures(&ours["total"])), (1, [1, 0, 0, 0]));
        assert_eq!(of("x-desk-theirs").await["rows"][0]["unit"], "Theirs");
        assert_eq!(figures(&of(desk.province.root.as_str()).await["total"]), [2, 0, 0, 0]);
        for unknown in ["x-desk-nobody", "H99.9", "nonsense"] {
            let refused = report_text(&db, &desk, &format!("{ALL} --unit {unknown}")).await.unwrap_err();
            assert!(refused.contains(unknown), "{refused}");
        }
    }

    async fn an_officer_answers_for_what_the_source_says_is_theirs(db: TestDb) {
        let desk = desk();
        let source = file(
            "A-1,2026-09-01,2026-10-20,2026-10-14,,U,web,Anna,check,2026-09-02 10:00,Bert\n\
             A-2,2026-09-01,2026-10-20,2026-10-14,,U,web,,check,2026-09-02 10:00,Bert\n\
             A-3,2026-09-01,2026-10-20,2026-10-14,,U,web,,,,\n",
        );
        take(&db, &desk, source.path(), &mapping_of(MAPPING)).await.unwrap();
        let found = report(&db, &desk, &format!("{ALL} --by officer")).await;
        let officers: Vec<_> = found["rows"].as_array().unwrap().iter().map(|row| row["officer"].clone()).collect();
        assert_eq!(officers, [Value::from("Anna"), Value::from("Bert"), Value::Null]);
    }

    /// S15: nothing in a sheet is taken for a formula, and a spreadsheet knows the encoding.
    async fn a_sheet_computes_nothing(db: TestDb) {
        let desk = desk();
        let source = file(
            "A-1,2026-09-01,2026-10-20,2026-10-14,,\"=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",web,,,,\n\
             A-2,2026-09-01,2026-10-20,2026-10-14,,+84 phòng,web,,,,\n",
        );
        take(&db, &desk, source.path(), &mapping_of(MAPPING)).await.unwrap();
        let text = report_text(&db, &desk, &format!("{ALL} --format csv")).await.unwrap();
        let sheet = text.strip_prefix('\u{feff}').expect("a byte order mark");
        let mut rows = csv::ReaderBuilder::new().from_reader(sheet.as_bytes());
        assert_eq!(rows.headers().unwrap().iter().collect::<Vec<_>>(),
            ["unit", "unit_code", "early", "on_time", "late", "evaluable", "without_due", "rate"]);
        let cells: Vec<Vec<String>> =
            rows.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        assert_eq!(cells[0][0], "'+84 phòng");
        assert_eq!(cells[1][0], "'=HYPERLINK(\"http://x\",\"y\")");
        assert_eq!(cells[2][..1], ["total"]);
        assert_eq!(cells[2][2..], ["2", "0", "0", "2", "0", "100.00"]);
    }

    async fn an_impossible_question_is_refused_with_what_to_do(db: TestDb) {
        let desk = desk();
        for (words, hint) in [
            ("", "--month"),
            ("--month 2026-13", "2026-13"),
            ("--from 2026-01-01", "--to"),
            ("--month 2026-10 --from 2026-01-01 --to 2026-02-01", "cannot be used with"),
            ("--from 2026-02-01 --to 2026-01-31", "before the first"),
            ("--month 2026-10 --by unit --and-by unit", "must differ"),
            ("--month 2026-10 --format xlsx", "leaves out XLSX"),
            ("--month 2026-10 --format pdf", "leaves out PDF"),
        ] {
            let refused = report_text(&db, &desk, words).await.unwrap_err();
            assert!(refused.contains(hint), "{words}: {refused}");
        }
    }

    /// A command that only reads needs no leave of the running service.
    async fn a_report_is_given_beside_a_running_service(db: TestDb) {
        let desk = desk();
        let source = file("A-1,2026-09-01,2026-10-20,2026-10-14,,U,web,,,,\n");
        take(&db, &desk, source.path(), &mapping_of(MAPPING)).await.unwrap();
        let beside = Db::open(&db.url, &DbSettings::default()).await.unwrap();
        assert_eq!(figures(&report(&beside, &desk, ALL).await["total"]), [1, 0, 0, 0]);
        beside.close().await;
    }
}
