//! Bad input at the prompt: one clear message in Vietnamese that names what is at fault, and exit code 2.

use std::path::Path;
use std::process::Command;

/// Words of the libraries and the operating system that no message to an operator may have.
const FOREIGN: [&str; 13] = [
    "error:",
    "Usage",
    "For more",
    "invalid",
    "os error",
    "No such file",
    "is not a ",
    "is none of",
    "expected",
    "unknown field",
    "the database",
    "panicked",
    "{ ",
];

/// What is asked, in which environment, and what the answer must name.
type Case<'t> = (Vec<&'t str>, Vec<(&'t str, &'t str)>, &'t [&'t str]);

struct Prompt {
    folder: tempfile::TempDir,
}

impl Prompt {
    fn new() -> Self {
        let prompt = Self { folder: tempfile::tempdir().unwrap() };
        prompt.write("no.toml", "zone = \n");
        prompt.write("field.toml", "[web]\nport = 80\n");
        prompt.write("cron.toml", "[jobs]\ndigest = \"at seven\"\n");
        prompt.write("garbage.db", &"no database ".repeat(500));
        prompt.write("some.csv", "a\n1\n");
        prompt
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).unwrap();
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// What is said to standard error, and the exit code.
    fn ask(&self, words: &[&str], variables: &[(&str, &str)]) -> (String, Option<i32>) {
        let database = format!("sqlite:{}", self.path().join("data.db").display());
        let output = Command::new(env!("CARGO_BIN_EXE_dunghen"))
            .args(words)
            .current_dir(self.path())
            .env_clear()
            .env("DUNGHEN_DATABASE_URL", database)
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        (String::from_utf8(output.stderr).unwrap(), output.status.code())
    }
}

#[test]
fn unusable_input_is_told_in_one_language_with_what_is_at_fault() {
    let prompt = Prompt::new();
    let due = ["calendar", "due", "--received", "2026-11-20T16:00", "--limit", "3wd"];
    let with = |more: &[&'static str]| [&due[..], more].concat();
    let database = |url: &'static str| [("DUNGHEN_DATABASE_URL", url)];
    let cases: Vec<Case> = vec![
        (
            vec!["calendar", "due", "--received", "2026-11-20", "--limit", "3wd"],
            vec![],
            &["received", "“2026-11-20”", "2026-11-20T16:00"],
        ),
        (
            vec!["calendar", "due", "--received", "2026-11-20T16:00", "--limit", "3xx"],
            vec![],
            &["limit", "“3xx”", "10wd"],
        ),
        (with(&["--cutoff", "noon"]), vec![], &["cutoff", "“noon”", "after_15h"]),
        (with(&["--hours", "8"]), vec![], &["hours", "“8”", "07:30-11:30"]),
        (with(&["--due-time", "noon"]), vec![], &["due_time", "fixed=16:30"]),
        (with(&["--calendar", "nowhere.toml"]), vec![], &["nowhere.toml", "không có tệp"]),
        (vec!["calendar", "due", "--batch", "nowhere"], vec![], &["nowhere", "không có tệp"]),
        (vec!["calendar", "between", "--from", "x", "--to", "2026-11-26"], vec![], &["from", "“x”"]),
        (vec!["--config", "nowhere.toml", "check"], vec![], &["nowhere.toml", "không có tệp"]),
        (vec!["--config", "field.toml", "check"], vec![], &["field.toml:2", "port", "không có mục `port`"]),
        (vec!["--config", "cron.toml", "check"], vec![], &["cron.toml:2", "jobs.digest", "biểu thức cron"]),
        (vec!["check"], vec![("DUNGHEN_NOW", "noon")], &["DUNGHEN_NOW", "không phải thời điểm"]),
        (vec!["migrate"], database("mysql://x").to_vec(), &["DUNGHEN_DATABASE_URL", "sqlite:ĐƯỜNG_DẪN"]),
        (vec!["migrate"], database("sqlite:/nowhere/data.db").to_vec(), &["/nowhere", "Kiểm tra đường dẫn"]),
        (
            vec!["verify"],
            database("sqlite:garbage.db").to_vec(),
            &["không đọc được", "khôi phục từ bản sao lưu"],
        ),
        (
            vec!["import", "nowhere.csv", "--mapping", "nowhere.toml"],
            vec![],
            &["nowhere.toml", "không có tệp"],
        ),
        (vec!["import", "some.csv", "--mapping", "no.toml"], vec![], &["no.toml:1", "Sửa dòng này"]),
        (vec!["serv"], vec![], &["Không có lệnh “serv”", "“serve”"]),
        (with(&["--recieved", "x"]), vec![], &["Không có tham số “--recieved”", "“--received”"]),
        (vec!["calendar", "due"], vec![], &["Thiếu “", "Cách dùng: dunghen calendar due"]),
        (vec!["completions", "cmd"], vec![], &["“cmd”", "“bash”"]),
        (vec!["demo", "--dossiers", "many"], vec![], &["“many”", "--dossiers"]),
        (with(&["--limit", "5wd"]), vec![], &["“--limit <", "chỉ được ghi một lần"]),
    ];
    for (words, variables, parts) in cases {
        holds(&prompt, &words, &variables, parts);
    }
    prompt.write("dunghen.keys", "current 1\nkey 1 abc\n");
    holds(&prompt, &["import", "quarantine"], &[], &["dunghen.keys: dòng 2", "Khôi phục tệp khóa"]);
}

fn holds(prompt: &Prompt, words: &[&str], variables: &[(&str, &str)], parts: &[&str]) {
    let (said, code) = prompt.ask(words, variables);
    assert_eq!(code, Some(2), "{words:?}: {said}");
    for part in parts {
        assert!(said.contains(part), "{words:?} does not say {part:?}: {said}");
    }
    // What a machine said itself stands in quotation marks.
    let own: String = said
        .split('“')
        .enumerate()
        .map(|(place, piece)| match place {
            0 => piece,
            _ => piece.split_once('”').map_or("", |(_, rest)| rest),
        })
        .collect();
    for word in FOREIGN {
        assert!(!own.contains(word), "{words:?}: {said}");
    }
}
