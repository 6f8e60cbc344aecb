//! The on-time report: against what an independent program computed from two real sources,
//! and against small sources whose figures anybody can count.

use std::sync::Arc;

use dunghen::db::{Db, DbSettings};
use dunghen::exchange::mapping::{Mapping, Planned};
use serde_json::Value;

mod support;
use support::db::{TestDb, on_both, on_postgres, on_sqlite};
use support::import::{
    MAPPING, any_report, any_report_text, desk, figures, file, mapping, mapping_of, real, report,
    report_text, take, verify,
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

    /// REP-02 to REP-09, section 9.3: the worked example of the third quarter of 2026, as far as another
    /// system can tell it (it knows no withdrawal and no supplement).
    async fn the_form_counts_a_quarter_of_another_systems_dossiers(db: TestDb) {
        let desk = desk();
        let source = file(
            "D-1,2026-06-10,2026-06-24,2026-06-23,,U,counter,,,,\n\
             D-2,2026-06-12,2026-06-26,2026-06-30,,U,counter,,,,\n\
             D-3,2026-07-01,2026-07-08,2026-07-08,,U,online,,,,\n\
             D-4,2026-07-03,2026-07-10,2026-07-10,,U,online,,,,\n\
             D-5,2026-08-20,,,,U,counter,,,,\n\
             D-6,2026-09-03,2026-09-10,,,U,post,,,,\n\
             D-7,2026-09-10,2026-09-24,2026-10-02,,U,counter,,,,\n\
             D-8,2026-05-04,2026-05-18,2026-06-12,,U,counter,,,,\n\
             D-10,2026-09-15,2026-09-29,,,U,counter,,,,\n",
        );
        take(&db, &desk, source.path(), &mapping_of(MAPPING)).await.unwrap();
        let found = any_report(&db, &desk, "ii06 --quarter 2026-Q3").await;
        let columns = |row: &Value| (3..=13).map(|n| row[format!("c{n}")].as_u64().unwrap()).collect::<Vec<_>>();
        assert_eq!(columns(&found["total"]), [7, 2, 3, 2, 4, 1, 2, 1, 3, 2, 1]);
        assert_eq!((&found["from"], &found["to"]), (&"2026-06-15".into(), &"2026-09-14".into()));
        assert_eq!(found["as_of"], "2026-09-14T23:59:59.999999+07:00");
        assert_eq!(found["total"]["done_on_time_rate"], "75.00");
        assert_eq!(found["total"]["progress_rate_766"], "71.43");
        // MON-07: a period that has not ended is judged now, on 23 November: D-6 and D-10 are late.
        let fourth = any_report(&db, &desk, "ii06 --quarter 2026-Q4").await;
        assert_eq!(columns(&fourth["total"]), [4, 0, 1, 3, 1, 0, 0, 1, 3, 1, 2]);
        assert_eq!(fourth["as_of"], "2026-11-23T09:00:00+07:00");
        let text = any_report_text(&db, &desk, "ii06 --year 2026 --format csv").await.unwrap();
        let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
        assert_eq!(lines[0], "c1,level,c2,procedure_code,c3,c4,c5,c6,c7,c8,c9,c10,c11,c12,c13");
        assert_eq!(lines.last().unwrap(), &",,Tổng số,,9,2,7,0,6,1,2,3,3,1,2");
    }

    /// IDX-03, IDX-04, IDX-08, IDX-12, section 9.3: the example's 5 of 7, by the due instant itself.
    async fn index_766_counts_what_is_in_time_of_all_that_there_was(db: TestDb) {
        let desk = desk();
        let source = file(
            "D-1,2026-06-10,2026-06-24,2026-06-23,,U,counter,,,,\n\
             D-2,2026-06-12,2026-06-26,2026-06-30,,U,counter,,,,\n\
             D-3,2026-07-01,2026-07-08,2026-07-07,,U,online,,,,\n\
             D-4,2026-07-03,2026-07-10,2026-07-09,,U,online,,,,\n\
             D-5,2026-08-20,,,,V,counter,,,,\n\
             D-6,2026-09-03,2026-09-10,,,V,post,,,,\n\
             D-7,2026-09-10,2026-09-24,2026-10-02,,V,counter,,,,\n\
             D-8,2026-05-04,2026-05-18,2026-06-12,,U,counter,,,,\n",
        );
        take(&db, &desk, source.path(), &mapping_of(MAPPING)).await.unwrap();
        let found = any_report(&db, &desk, "index766 --quarter 2026-Q3").await;
        let of = |row: &Value| ["dossiers", "in_time", "received", "online"].map(|key| row[key].as_u64().unwrap());
        assert_eq!(of(&found["total"]), [7, 5, 5, 2]);
        assert_eq!(of(&found["rows"][0]), [4, 3, 2, 2]);
        let total = &found["total"];
        assert_eq!(
            (&total["progress_rate"], &total["points"], &total["online_rate"]),
            (&"71.43".into(), &"14.29".into(), &"40.00".into())
        );
        let groups: Vec<(&str, &Value)> =
            found["groups"].as_array().unwrap().iter().map(|group| (group["group"].as_str().unwrap(), &group["points"])).collect();
        assert_eq!(groups[1], ("settlement_progress", &"14.29".into()));
        assert!(groups.iter().filter(|(_, points)| points.is_null()).count() == 5, "what is not measured is empty");
        let text = any_report_text(&db, &desk, "index766 --quarter 2026-Q3 --format csv").await.unwrap();
        assert_eq!(text.lines().last().unwrap(), "total,,7,5,71.43,14.29,5,2,40.00");
    }

    /// IDX-06, TIME-17: what nobody gave an appointment is measured by its procedure's maximum limit, which
    /// is the law's and not the shorter one that was committed to; an unknown procedure has none.
    async fn index_766_measures_what_has_no_appointment_by_the_maximum_limit(db: TestDb) {
        let desk = desk();
        let mapping = mapping_of(&MAPPING.replace("officer = \"officer\"\n\n[step]", "procedure = \"officer\"\n\n[step]"));
        // Wednesday 1/7: the third working day is Monday 6/7, the twenty-second Friday 31/7.
        let source = file(
            "N-1,2026-07-01,,2026-07-06,,U,web,1.004873,,,\n\
             N-2,2026-07-01,,2026-07-07,,U,web,1.004873,,,\n\
             N-3,2026-08-20,,,,U,web,1.004873,,,\n\
             N-4,2026-07-01,,2026-09-01,,U,web,9.999999,,,\n\
             N-5,2026-07-01,,2026-07-31,,V,web,1.001776,,,\n\
             N-6,2026-07-01,,2026-08-03,,V,web,1.001776,,,\n\
             N-7,2026-07-01,2026-07-02,2026-07-03,,V,web,1.001776,,,\n",
        );
        take(&db, &desk, source.path(), &mapping).await.unwrap();
        let found = any_report(&db, &desk, "index766 --quarter 2026-Q3").await;
        let of = |row: &Value| ["dossiers", "in_time", "received", "online"].map(|key| row[key].as_u64().unwrap());
        assert_eq!((of(&found["rows"][0]), of(&found["rows"][1])), ([4, 2, 4, 0], [3, 1, 3, 0]));
        assert_eq!(of(&found["total"]), [7, 3, 7, 0]);
    }

    /// PAR-02 to PAR-04: each tier by its own rate; nothing owed is the whole point.
    async fn par_scores_each_tier_and_the_apologies(db: TestDb) {
        let desk = desk();
        let commune = desk.province.units.iter().find(|unit| unit.code.as_str() == "H35.21").unwrap().code.clone();
        let mapping = mapping_of(&format!("{MAPPING}\n[units]\n\"Ours\" = \"{commune}\"\n"));
        let mut rows: Vec<String> =
            (0..20).map(|n| format!("P-{n},2026-03-01,2026-03-10,2026-03-{},,Ours,web,,,,\n", if n == 0 { 11 } else { 9 })).collect();
        rows.push("P-20,2026-03-01,2026-03-10,2026-03-09,,Theirs,web,,,,\n".to_owned());
        rows.push("P-21,2025-12-20,2026-01-10,2026-01-02,,Theirs,web,,,,\n".to_owned());
        rows.push("P-22,2025-12-01,2025-12-10,2025-12-18,,Theirs,web,,,,\n".to_owned());
        take(&db, &desk, file(&rows.concat()).path(), &mapping).await.unwrap();
        let found = any_report(&db, &desk, "par --year 2026 --calendar").await;
        let of = |row: &Value| ["level", "rate", "points"].map(|key| row[key].as_str().unwrap_or("-").to_owned());
        let tiers: Vec<[String; 3]> = found["rows"].as_array().unwrap().iter().map(of).collect();
        assert_eq!(tiers, [["commune", "95.00", "0.50"], ["outside", "100.00", "1.00"]]);
        assert_eq!((&found["apologies"]["unsent"], &found["apologies"]["points"]), (&0.into(), &"1.00".into()));
        // REP-15: the year of the reports begins on 15 December, and so with the late one.
        let of_reports = any_report(&db, &desk, "par --year 2026").await;
        assert_eq!(of(&of_reports["rows"][1]), ["outside", "66.67", "0.00"]);
        assert_eq!(any_report(&db, &desk, "par --year 2026 --list").await["rows"], Value::Array(Vec::new()));
    }

    /// REP-12: due today is within; late is after the day that was promised.
    async fn late_dossiers_are_those_of_the_instant_that_is_asked_for(db: TestDb) {
        let desk = desk();
        let source = file(
            "L-1,2026-09-03,2026-09-10,2026-09-20,,U,desk,,,,\n\
             L-2,2026-09-03,2026-09-11,,,U,desk,,,,\n\
             L-3,2026-09-03,,,,U,desk,,,,\n",
        );
        take(&db, &desk, source.path(), &mapping_of(MAPPING)).await.unwrap();
        let codes = async |words: &str| {
            let found = any_report(&db, &desk, &format!("overdue {words}")).await;
            let rows = found["rows"].as_array().unwrap().iter();
            rows.map(|row| row["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        // The other system's days end in its own zone, at five in the morning here.
        assert_eq!(codes("--as-of 2026-09-11T04:59:59").await, Vec::<String>::new());
        assert_eq!(codes("--as-of 2026-09-11T05:00:01").await, ["L-1"]);
        assert_eq!(codes("--as-of 2026-09-13T09:00").await, ["L-1", "L-2"]);
        assert_eq!(codes("--as-of 2026-09-21T09:00").await, ["L-2"]);
        assert_eq!(codes("").await, ["L-2"]);
        assert_eq!(any_report(&db, &desk, "overdue").await["total"], 1);
    }

    /// What can't be answered is refused, and what a build does not write says so.
    async fn an_impossible_period_is_refused_with_what_to_do(db: TestDb) {
        let desk = desk();
        for (words, hint) in [
            ("ii06", "--month"),
            ("ii06 --quarter 2026-Q5", "2026-Q3"),
            ("ii06 --year 2026 --half 2026", "cannot be used with"),
            ("ii06 --year 30000", "30000"),
            ("ii06 --year 2026 --format pdf", "leaves out PDF"),
            ("overdue --as-of 2026-09-21", "--as-of"),
            ("overdue --as-of 2027-01-01T00:00", "still to come"),
            ("overdue --format xlsx", "leaves out XLSX"),
            ("apologies", "--month"),
            ("apologies --from 2026-02-01 --to 2026-01-31", "before the first"),
            ("apologies --month 2026-02 --unit H99", "H99"),
        ] {
            let refused = any_report_text(&db, &desk, words).await.unwrap_err();
            assert!(refused.contains(hint), "{words}: {refused}");
        }
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
