//! Taking over from event logs and workbooks: the same dossiers as from a table, and nothing
//! worse than a clear word from files that are damaged or mean harm.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dunghen::cli::import::ImportError;
use dunghen::db::{Db, DbSettings};
use dunghen::exchange::input::{Format, Input};
use dunghen::exchange::mapping::Mapping;
use dunghen::store::imports::{self, Wanted};
use dunghen::work::import::Summary;
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_xlsxwriter::{ExcelDateTime, Format as CellFormat, Formula, Workbook, Worksheet};

mod support;
use support::db::{TestDb, on_both, on_postgres, on_sqlite};
use support::import::{contents, desk, figures, mapping, mapping_of, real, report, take, take_as, verify};

const ALL: &str = "--from 2010-01-01 --to 2026-11-23";
const XLSX: Format = Format::Xlsx { most_bytes: 64 << 20 };

/// Read, created, updated, unchanged, duplicates, quarantined.
fn counts(summary: &Summary) -> [u64; 6] {
    let Summary { read, created, updated, unchanged, duplicates, quarantined, .. } = *summary;
    [read, created, updated, unchanged, duplicates, quarantined]
}

/// Line, column and reason of everything in quarantine.
async fn quarantine(db: &Db) -> Vec<(i64, Option<String>, String)> {
    let all = Wanted { limit: 1_000, ..Wanted::default() };
    let rows = db.read(async |tx| imports::quarantined(tx, &all).await).await.unwrap();
    rows.into_iter().map(|row| (row.line, row.field, row.reason)).collect()
}

async fn found(db: &Db) -> Vec<(String, String, String)> {
    let all = Wanted { limit: 1_000, ..Wanted::default() };
    let rows = db.read(async |tx| imports::found(tx, &all).await).await.unwrap();
    let mut rows: Vec<_> = rows.into_iter().map(|row| (row.code, row.kind, row.detail)).collect();
    rows.sort();
    rows
}

fn fault(error: ImportError) -> String {
    match error {
        ImportError::Input(faults) => faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        ImportError::Database(error) => panic!("{error}"),
    }
}

/// Why a file can't be opened, or not be read to its end.
fn refusal(path: &Path, format: Format, mapping: &Arc<Mapping>) -> String {
    let mut input = match Input::open(path, format, mapping) {
        Ok(input) => input,
        Err(fault) => return fault.to_string(),
    };
    loop {
        match input.next_batch(100) {
            Ok(batch) => assert!(!batch.is_empty(), "{} was read to its end", path.display()),
            Err(fault) => return fault.to_string(),
        }
    }
}

fn written(suffix: &str, bytes: &[u8]) -> tempfile::NamedTempFile {
    let file = tempfile::Builder::new().suffix(suffix).tempfile().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    file
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

// --- event logs ---------------------------------------------------------------

const LOG_MAPPING: &str = r#"
source = "desk"
zone = "Europe/Amsterdam"
planned = "day"
dates = ["%Y-%m-%dT%H:%M:%S%.f%:z"]

[columns]
code = "concept:name"
intake = "start"
planned = "planned"
settled = "end"
unit = "unit"

[step]
name = "concept:name"
at = "time:timestamp"
officer = "org:resource"
"#;

fn trace(code: &str, inside: &str) -> String {
    format!(
        "<trace>\n<string key=\"concept:name\" value=\"{code}\"/>\n\
         <date key=\"start\" value=\"2026-09-01T08:00:00.000+02:00\"/>\n{inside}</trace>\n"
    )
}

fn event(name: &str, at: &str) -> String {
    format!(
        "<event><string key=\"concept:name\" value=\"{name}\"/><date key=\"time:timestamp\" value=\"{at}\"/></event>\n"
    )
}

fn log(inside: &str) -> String {
    format!("<?xml version=\"1.0\"?>\n<log xmlns=\"http://www.xes-standard.org/\">\n{inside}</log>\n")
}

fn log_refusal(bytes: &[u8]) -> String {
    refusal(written(".xes", bytes).path(), Format::Xes, &mapping_of(LOG_MAPPING))
}

on_both! {
    /// The same source as a log and as a table gives the same dossiers, event by event.
    async fn the_log_and_the_table_of_the_permit_desk_are_the_same(db: TestDb) {
        let (Some(table), Some(packed)) = (real("wabo-receipt/receipt.csv"), real("wabo-receipt/receipt.xes.gz")) else {
            return;
        };
        let desk = desk();
        let done = take_as(Format::Xes, &db, &desk, &packed, &mapping("wabo-receipt-xes.toml")).await.unwrap();
        assert_eq!(counts(&done), [1_434, 1_434, 0, 0, 0, 0]);
        let total = report(&db, &desk, ALL).await["total"].clone();
        assert_eq!((figures(&total), total["rate"].as_str()), ([937, 70, 322, 0], Some("75.77")));
        verify(&db, &desk).await;

        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("table.db").display());
        let other = Db::open(&url, &DbSettings::default()).await.unwrap();
        let from_table = take(&other, &desk, &table, &mapping("wabo-receipt-csv.toml")).await.unwrap();
        assert_eq!(from_table.findings_by_kind, done.findings_by_kind);
        let (ours, theirs) = (contents(&db).await, contents(&other).await);
        assert_eq!(ours.len(), 1_434 * 2 + 8_577, "a row, an intake and the steps of each dossier");
        for (ours, theirs) in ours.iter().zip(&theirs) {
            assert_eq!(ours, theirs);
        }
        assert_eq!(ours.len(), theirs.len());
        other.close().await;

        // The other file tells nothing that is not known, and neither does the same one.
        let done = take(&db, &desk, &table, &mapping("wabo-receipt-csv.toml")).await.unwrap();
        assert_eq!(counts(&done)[1..4], [0, 0, 1_434]);
        let done = take_as(Format::Xes, &db, &desk, &packed, &mapping("wabo-receipt-xes.toml")).await.unwrap();
        assert_eq!(counts(&done), [1_434, 0, 0, 1_434, 0, 0]);
        assert_eq!(contents(&db).await, ours);
    }

    /// A trace is one record: its steps come with it, what is nested is passed over, what has no
    /// code or intake is put aside with the line where it begins.
    async fn a_trace_is_a_record_with_its_steps(db: TestDb) {
        let desk = desk();
        let nested = "<string key=\"unit\" value=\"North &amp; &#83;outh\"><string key=\"unit\" value=\"wrong\"/></string>\n\
            <list key=\"many\"><values><string key=\"unit\" value=\"wrong\"/></values></list>\n";
        let body = [
            "<global scope=\"trace\"><date key=\"start\" value=\"1970-01-01T00:00:00.000+01:00\"/></global>\n".to_owned(),
            trace("A-1", &[nested, &event("check", "2026-09-02T10:00:00.000+02:00"), &event("decide", "soon")].concat()),
            trace("A-1", &[nested, &event("check", "2026-09-02T10:00:00.000+02:00"), &event("decide", "soon")].concat()),
            trace("A-1", &event("decide", "2026-09-03T10:00:00.000+02:00")),
            trace("", ""),
            "<trace/>\n".to_owned(),
            "<trace><string key=\"concept:name\" value=\"A-2\"/></trace>\n".to_owned(),
        ];
        let text = log(&body.concat());
        let line = |what: &str| i64::try_from(text[..text.find(what).unwrap()].lines().count()).unwrap();
        let file = written(".xes", text.as_bytes());
        let done = take_as(Format::Xes, &db, &desk, file.path(), &mapping_of(LOG_MAPPING)).await.unwrap();
        assert_eq!(counts(&done), [6, 1, 0, 0, 1, 3]);
        let no_code = line("value=\"\"") - 1;
        assert_eq!(quarantine(&db).await, [
            (no_code, Some("concept:name".to_owned()), "no_code".to_owned()),
            (line("<trace/>") + 1, Some("concept:name".to_owned()), "no_code".to_owned()),
            (line("<trace/>") + 2, Some("start".to_owned()), "no_intake".to_owned()),
        ]);
        let told = contents(&db).await.join("\n");
        assert_eq!(told.matches(" check -").count(), 1, "{told}");
        assert_eq!(told.matches(" decide -").count(), 1, "{told}");
        let units: Vec<(String,)> = db.read(async |tx| {
            tx.query("select name from units where source = 'desk'").fetch_all().await
        }).await.unwrap();
        assert_eq!(units.iter().filter(|(name,)| name == "North & South").count(), 1, "{units:?}");
        assert!(found(&db).await.contains(&("A-1".into(), "unreadable".into(), "time:timestamp".into())));
        verify(&db, &desk).await;
    }

    /// What stands whole before the damage is taken in; the rest comes with the mended file.
    async fn a_log_that_is_cut_off_is_taken_as_far_as_it_goes(db: TestDb) {
        let (desk, mapping) = (desk(), mapping_of(LOG_MAPPING));
        let traces: String = (0..3_000).map(|n| trace(&format!("A-{n}"), "")).collect();
        let whole = log(&traces);
        let packed = gzip(whole.as_bytes());
        let cut = written(".xes.gz", &packed[..packed.len() / 2]);
        let said = fault(take_as(Format::Xes, &db, &desk, cut.path(), &mapping).await.unwrap_err());
        let line: i64 = said.split(':').nth(1).unwrap().parse().unwrap();
        let here = i64::try_from(contents(&db).await.len() / 2).unwrap();
        // Each trace has four lines, the first begins on the third; the cut may lie between two of them.
        let traces = (line - 3) / 4;
        assert!(here > 500 && (traces == here || traces + 1 == here), "{here} taken in, {said}");
        assert!(said.contains("damaged or cut off"), "{said}");

        let mended = written(".xes.gz", &packed);
        let done = take_as(Format::Xes, &db, &desk, mended.path(), &mapping).await.unwrap();
        let (read, here) = (3_000, u64::try_from(here).unwrap());
        assert_eq!(counts(&done), [read, read - here, 0, here, 0, 0]);
    }

    /// A life of more steps than a short deed can take is put aside, its neighbours are not.
    async fn a_trace_beyond_measure_is_put_aside(db: TestDb) {
        let desk = desk();
        let many: String = (0..20_001).map(|n| event(&format!("step {n}"), "2026-09-02T10:00:00.000+02:00")).collect();
        let file = written(".xes", log(&[trace("A-1", ""), trace("big", &many), trace("A-2", "")].concat()).as_bytes());
        let done = take_as(Format::Xes, &db, &desk, file.path(), &mapping_of(LOG_MAPPING)).await.unwrap();
        assert_eq!(counts(&done), [3, 2, 0, 0, 0, 1]);
        assert_eq!(quarantine(&db).await, [(7, None, "too_large".to_owned())]);
    }
}

#[test]
fn a_trace_that_is_not_closed_is_told_with_the_line_where_it_began() {
    let whole = trace("A-1", "");
    let open = trace("A-2", "").replace("</trace>\n", "");
    let said = log_refusal(format!("<log>\n{whole}{open}").as_bytes());
    assert!(said.contains(".xes:6: The file ends too early"), "{said}");
    let said = log_refusal(format!("<log>\n{whole}{open}</log>").as_bytes());
    assert!(said.contains(".xes:9: Can't be read on"), "{said}");
    let said = log_refusal(format!("<log>\n{whole}").as_bytes());
    assert!(said.contains(".xes:1: The file ends too early"), "{said}");
}

/// No entity is declared, no file is fetched, nothing grows.
#[test]
fn entities_of_a_dtd_are_refused_unread() {
    let laughs: String =
        (1..10).map(|n| format!("<!ENTITY lol{n} \"{}\">", format!("&lol{};", n - 1).repeat(10))).collect();
    let bomb = format!(
        "<?xml version=\"1.0\"?>\n<!DOCTYPE log [<!ENTITY lol0 \"lol\">{laughs}]>\n<log>&lol9;</log>"
    );
    let said = log_refusal(bomb.as_bytes());
    assert!(said.contains(".xes:2: The file declares a DTD"), "{said}");
    let said = log_refusal(b"<log>\n<trace>\n<string key=\"concept:name\" value=\"&lol;\"/></trace></log>");
    assert!(said.contains(".xes:3: Can't be read on"), "{said}");
    let outside = b"<!DOCTYPE log SYSTEM \"file:///etc/passwd\">\n<log/>";
    assert!(log_refusal(outside).contains(".xes:1: The file declares a DTD"));
}

#[test]
fn pieces_without_end_depth_and_crowded_tags_are_refused_in_little_memory() {
    let long = "x".repeat(100 << 20);
    for (line, before, after) in [
        (3, "<log>\n<trace>\n<string key=\"concept:name\" value=\"", "\"/></trace></log>"),
        (3, "<log>\n\n<!-- ", " --></log>"),
        (1, "<log>\n\n", "</log>"),
    ] {
        let said = log_refusal(format!("{before}{long}{after}").as_bytes());
        let expected = format!(".xes:{line}: A tag or value of more than 4 MB begins here");
        assert!(said.contains(&expected), "{said}");
    }
    let deep = format!("<log>\n{}", "<string key=\"a\" value=\"b\">".repeat(100_000));
    assert!(log_refusal(deep.as_bytes()).contains(".xes:2: Elements stand more than 64 deep"));
    let crowd: String = (0..80_000).map(|n| format!(" a{n}=\"\"")).collect();
    let said = log_refusal(format!("<log>\n<trace{crowd}/></log>").as_bytes());
    assert!(said.contains(".xes:2: An element has more than 32 attributes"), "{said}");
}

#[test]
fn what_is_no_log_is_called_so() {
    for wrong in [&b""[..], b"code,intake\nA,2026-09-01\n", b"<html><body/></html>"] {
        assert!(log_refusal(wrong).contains("This is no XES file"), "{:?}", log_refusal(wrong));
    }
    let latin = b"<log>\n<trace><string key=\"concept:name\" value=\"S\xf6u\"/></trace></log>";
    assert!(log_refusal(latin).contains(".xes:2: Can't be read on"), "{}", log_refusal(latin));
}

// --- workbooks ----------------------------------------------------------------

const BOOK_MAPPING: &str = r#"
source = "desk"
zone = "Asia/Ho_Chi_Minh"
planned = "day"
dates = ["%d/%m/%Y %H:%M", "%d/%m/%Y"]

[columns]
code = "Mã hồ sơ"
intake = "Tiếp nhận"
planned = "Hẹn trả"
settled = "Kết thúc"
unit = "Đơn vị"
"#;

const BOOK_HEADER: [&str; 5] = ["Mã hồ sơ", "Tiếp nhận", "Hẹn trả", "Kết thúc", "Đơn vị"];

/// A workbook whose first sheet has this header, and rows that `fill` writes.
fn book(fill: impl FnOnce(&mut Worksheet)) -> tempfile::NamedTempFile {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, name) in (0..).zip(BOOK_HEADER) {
        sheet.write_string(0, column, name).unwrap();
    }
    fill(sheet);
    written(".xlsx", &workbook.save_to_buffer().unwrap())
}

fn date(text: &str) -> ExcelDateTime {
    ExcelDateTime::parse_from_str(text).unwrap()
}

on_both! {
    /// The same dossiers whether a date is a number, a number that looks like a date, or text; codes
    /// that are numbers keep their digits; formulas count as what they came to; hidden rows count.
    async fn a_workbook_says_the_same_as_a_table(db: TestDb) {
        let (desk, mapping) = (desk(), mapping_of(BOOK_MAPPING));
        let (day, time) = (CellFormat::new().set_num_format("dd/mm/yyyy"), CellFormat::new().set_num_format("dd/mm/yyyy hh:mm"));
        let file = book(|sheet| {
            sheet.write_string(1, 0, "A-1").unwrap();
            sheet.write_datetime_with_format(1, 1, date("2026-09-01T08:30:00"), &time).unwrap();
            sheet.write_datetime_with_format(1, 2, date("2026-10-20"), &day).unwrap();
            sheet.write_string(1, 3, "20/10/2026 16:00").unwrap();
            sheet.write_string(1, 4, "Sở Y tế").unwrap();
            // A code of digits; a date without the look of one; a formula; all in a hidden row.
            sheet.write_number(3, 0, 202_611_230_001_f64).unwrap();
            sheet.write_number(3, 1, 46_266.5).unwrap();
            sheet.write_formula(3, 2, Formula::new("=DATE(2026,10,20)").set_result("46315")).unwrap();
            sheet.write_string(3, 3, "21/10/2026").unwrap();
            sheet.write_formula(3, 4, Formula::new("=\"Sở \"&\"Y tế\"").set_result("Sở Y tế")).unwrap();
            sheet.set_row_hidden(3).unwrap();
        });
        let done = take_as(XLSX, &db, &desk, file.path(), &mapping).await.unwrap();
        assert_eq!(counts(&done), [2, 2, 0, 0, 0, 0]);
        let book = contents(&db).await;

        let table = written(".csv", format!(
            "{}\nA-1,01/09/2026 08:30,20/10/2026,20/10/2026 16:00,Sở Y tế\n\
             202611230001,01/09/2026 12:00,20/10/2026,21/10/2026,Sở Y tế\n",
            BOOK_HEADER.join(",")
        ).as_bytes());
        let folder = tempfile::tempdir().unwrap();
        let other = Db::open(&format!("sqlite:{}", folder.path().join("table.db").display()), &DbSettings::default()).await.unwrap();
        take(&other, &desk, table.path(), &mapping).await.unwrap();
        assert_eq!(book, contents(&other).await);
        other.close().await;
        assert_eq!(figures(&report(&db, &desk, ALL).await["total"]), [0, 1, 1, 0]);
        assert_eq!(counts(&take_as(XLSX, &db, &desk, file.path(), &mapping).await.unwrap()), [2, 0, 0, 2, 0, 0]);
        verify(&db, &desk).await;
    }

    /// What a spreadsheet has spoilt is put aside or listed with its row and column.
    async fn cells_that_a_spreadsheet_spoilt_are_told_with_row_and_column(db: TestDb) {
        let (desk, mapping) = (desk(), mapping_of(BOOK_MAPPING));
        let day = CellFormat::new().set_num_format("dd/mm/yyyy");
        let failed = || Formula::new("=NA()").set_result("#N/A");
        let file = book(|sheet| {
            for (row, code) in [(1, "plain"), (5, "no-intake"), (6, "text-intake"), (7, "failed-intake"), (8, "odd-end"), (9, "wide")] {
                sheet.write_string(row, 0, code).unwrap();
            }
            for row in [1, 2, 3, 4, 8, 9] {
                sheet.write_string(row, 1, "01/09/2026").unwrap();
            }
            sheet.write_number(2, 0, 1_234_567_890_123_456_f64).unwrap();
            sheet.write_datetime_with_format(3, 0, date("2026-01-02"), &day).unwrap();
            sheet.write_formula(4, 0, failed()).unwrap();
            sheet.write_string(6, 1, "hôm qua").unwrap();
            sheet.write_formula(7, 1, failed()).unwrap();
            sheet.write_formula(8, 3, failed()).unwrap();
            sheet.write_string(9, 7, "beyond the header").unwrap();
        });
        let done = take_as(XLSX, &db, &desk, file.path(), &mapping).await.unwrap();
        assert_eq!(counts(&done), [9, 2, 0, 0, 0, 7]);
        let code = || Some("Mã hồ sơ".to_owned());
        let intake = || Some("Tiếp nhận".to_owned());
        assert_eq!(quarantine(&db).await, [
            (3, code(), "code_changed".to_owned()),
            (4, code(), "code_changed".to_owned()),
            (5, code(), "failed_formula".to_owned()),
            (6, intake(), "no_intake".to_owned()),
            (7, intake(), "bad_intake".to_owned()),
            (8, intake(), "failed_formula".to_owned()),
            (10, None, "ragged_row".to_owned()),
        ]);
        assert_eq!(found(&db).await, [("odd-end".to_owned(), "unreadable".to_owned(), "Kết thúc".to_owned())]);
    }
}

fn book_refusal(file: &Path, mapping: &str) -> String {
    refusal(file, XLSX, &mapping_of(mapping))
}

#[test]
fn a_sheet_is_found_by_its_name_and_others_are_offered() {
    let mut workbook = Workbook::new();
    workbook.add_worksheet().set_name("Bìa").unwrap().write_string(0, 0, "not a table").unwrap();
    let sheet = workbook.add_worksheet().set_name("Hồ sơ").unwrap();
    for (column, name) in (0..).zip(BOOK_HEADER) {
        sheet.write_string(2, column, name).unwrap();
    }
    sheet.write_string(3, 0, "A-1").unwrap();
    sheet.write_string(3, 1, "01/09/2026").unwrap();
    let file = written(".xlsx", &workbook.save_to_buffer().unwrap());

    let named = |name: &str| {
        mapping_of(
            &BOOK_MAPPING.replace("planned = \"day\"", &format!("planned = \"day\"\nsheet = \"{name}\"")),
        )
    };
    let mut input = Input::open(file.path(), XLSX, &named("Hồ sơ")).unwrap();
    let batch = input.next_batch(10).unwrap();
    assert_eq!((batch.len(), batch[0].line, batch[0].said.is_ok()), (1, 4, true));
    let said = refusal(file.path(), XLSX, &named("Hồ Sơ"));
    assert!(said.contains("There is no worksheet \"Hồ Sơ\"; there are: “Bìa”, “Hồ sơ”"), "{said}");
    let said = book_refusal(file.path(), BOOK_MAPPING);
    assert!(said.contains(".xlsx:1: Mã hồ sơ: The header has no column"), "{said}");
}

#[test]
fn what_is_no_workbook_or_a_damaged_one_is_refused() {
    let good = std::fs::read(book(|_| ()).path()).unwrap();
    let mut flipped = good.clone();
    let middle = flipped.len() / 2;
    flipped[middle..middle + 64].fill(0x5a);
    for wrong in [&b""[..], b"code,intake\n", &good[..good.len() - 100], &good[..good.len() / 2], &flipped] {
        let said = book_refusal(written(".xlsx", wrong).path(), BOOK_MAPPING);
        assert!(said.contains("no .xlsx workbook") || said.contains("is damaged"), "{said}");
    }
    // A sheet that is no XML, in an archive that is whole.
    let broken = with_part(
        &good,
        "xl/worksheets/sheet1.xml",
        b"<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></row>",
    );
    assert!(book_refusal(broken.path(), BOOK_MAPPING).contains("is damaged"));
    let far = with_part(
        &good,
        "xl/worksheets/sheet1.xml",
        b"<worksheet><sheetData><row r=\"1\"><c r=\"ZZZZZZ1\"><v>1</v></c></row></sheetData></worksheet>",
    );
    assert!(book_refusal(far.path(), BOOK_MAPPING).contains("is damaged"));
    // Room for as many texts as the file claims would be made before the first is read.
    let promise = with_part(&good, "xl/sharedStrings.xml",
        b"<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" uniqueCount=\"99999999999999\"></sst>");
    assert!(book_refusal(promise.path(), BOOK_MAPPING).contains("promises more than it holds"));
}

#[test]
fn a_workbook_that_unpacks_to_too_much_is_refused_with_what_to_do() {
    let good = std::fs::read(book(|_| ()).path()).unwrap();
    // Blanks pack to a thousandth.
    let bomb = with_part(&good, "xl/worksheets/sheet1.xml", &vec![b' '; 16 << 20]);
    assert!(bomb.path().metadata().unwrap().len() < 1 << 20);
    let said = refusal(bomb.path(), Format::Xlsx { most_bytes: 4 << 20 }, &mapping_of(BOOK_MAPPING));
    assert!(said.contains("unpacks to more than 4 MB. Save the sheet as CSV UTF-8"), "{said}");
    assert!(said.contains("workbook_mb"), "{said}");
}

/// A copy of a workbook with one part replaced.
fn with_part(workbook: &[u8], name: &str, content: &[u8]) -> tempfile::NamedTempFile {
    let mut from = zip::ZipArchive::new(std::io::Cursor::new(workbook)).unwrap();
    let file = tempfile::Builder::new().suffix(".xlsx").tempfile().unwrap();
    let mut to = zip::ZipWriter::new(std::io::BufWriter::new(file.reopen().unwrap()));
    let options = zip::write::SimpleFileOptions::default();
    for number in 0..from.len() {
        let mut part = from.by_index(number).unwrap();
        let here = part.name().unwrap().into_owned();
        to.start_file(here.as_str(), options).unwrap();
        if here == name {
            to.write_all(content).unwrap();
        } else {
            std::io::copy(&mut part, &mut to).unwrap();
        }
    }
    to.finish().unwrap().flush().unwrap();
    file
}

// --- size -----------------------------------------------------------------------

#[expect(clippy::disallowed_methods, reason = "what others wait is measured")]
fn now() -> std::time::Instant {
    std::time::Instant::now()
}

/// The table that the long tests take over: a dossier a row, each with a settlement and a step.
fn long_table(folder: &Path, rows: u32) -> PathBuf {
    let path = folder.join(format!("long-{rows}.csv"));
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    writeln!(file, "code,intake,planned,settled,unit,channel,officer,step,step_at").unwrap();
    for n in 0..rows {
        let (day, end, unit, officer) = (n % 28 + 1, n / 28 % 28 + 1, n % 40, n % 300);
        writeln!(
            file,
            "D-{n:08},2026-08-{day:02} 08:00,2026-09-{day:02},2026-09-{end:02} 09:00,Unit {unit},web,\
             Officer {officer},check,2026-08-{day:02} 10:00"
        )
        .unwrap();
    }
    file.flush().unwrap();
    path
}

const LONG_MAPPING: &str = r#"
source = "long"
zone = "Asia/Ho_Chi_Minh"
planned = "day"
dates = ["%Y-%m-%d %H:%M", "%Y-%m-%d"]

[columns]
code = "code"
intake = "intake"
planned = "planned"
settled = "settled"
unit = "unit"
channel = "channel"
officer = "officer"

[step]
name = "step"
at = "step_at"
"#;

/// Runs the command itself; answers its summary and the most memory it has had at once, in MB.
fn run_import(rows: u32) -> (serde_json::Value, u64) {
    let folder = tempfile::tempdir().unwrap();
    let table = long_table(folder.path(), rows);
    std::fs::write(folder.path().join("long.toml"), LONG_MAPPING).unwrap();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_dunghen"))
        .current_dir(folder.path())
        .env("DUNGHEN_DATABASE_URL", "sqlite:long.db")
        .args(["import", table.to_str().unwrap(), "--mapping", "long.toml", "--json"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut peak = 0;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        let told = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = told.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        peak = peak.max(kilobytes.unwrap_or(0) / 1_024);
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    let output = child.wait_with_output().unwrap();
    assert!(status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    (serde_json::from_slice(&output.stdout).unwrap(), peak)
}

/// Ten million rows with `DUNGHEN_TEST_LONG`, thousands without: memory does not grow with the file.
#[test]
#[cfg(target_os = "linux")]
#[expect(clippy::disallowed_methods, reason = "the tests' own switches are no configuration")]
fn memory_does_not_grow_with_the_file() {
    let long = std::env::var_os("DUNGHEN_TEST_LONG").is_some();
    let (few, many) = if long { (100_000, 10_000_000) } else { (5_000, 30_000) };
    let (_, small) = run_import(few);
    let (summary, large) = run_import(many);
    println!("{few} rows: {small} MB, {many} rows: {large} MB at most");
    assert_eq!(
        (summary["read"].as_u64(), summary["created"].as_u64()),
        (Some(many.into()), Some(many.into()))
    );
    assert!(large <= small + 24, "{small} MB for {few} rows, {large} MB for {many}");
}

on_both! {
    /// What others want to write meanwhile waits for one short deed and not for the file.
    async fn others_write_while_an_import_goes_on(db: TestDb) {
        let folder = tempfile::tempdir().unwrap();
        let table = long_table(folder.path(), 8_000);
        let (desk, mapping) = (desk(), mapping_of(LONG_MAPPING));
        let done = std::sync::atomic::AtomicBool::new(false);
        let importing = async {
            let summary = take(&db, &desk, &table, &mapping).await.unwrap();
            done.store(true, std::sync::atomic::Ordering::SeqCst);
            summary
        };
        let writing = async {
            let (mut waits, other) = (Vec::new(), support::import::system(&desk));
            while !done.load(std::sync::atomic::Ordering::SeqCst) {
                let (desk, other) = (desk.clone(), other.clone());
                let began = now();
                db.write(async move |tx| {
                    let entry = dunghen::store::audit::Entry {
                        at: desk.now, actor: &other, action: "test", subject: "beside", detail: "{}",
                    };
                    dunghen::store::audit::append(tx, &entry).await
                }).await.unwrap();
                waits.push(began.elapsed());
            }
            waits
        };
        let (summary, mut waits) = tokio::join!(importing, writing);
        assert_eq!(summary.created, 8_000);
        waits.sort();
        let (middle, longest) = (waits[waits.len() / 2], waits[waits.len() - 1]);
        println!("{} deeds beside the import waited {middle:?}, {longest:?} at most", waits.len());
        // A quarter of a second is meant; a machine that is busy with other tests needs more.
        assert!(waits.len() > 8 && longest < std::time::Duration::from_secs(2), "{middle:?}, {longest:?}");
    }
}
