//! `dunghen catalogue check|convert|columns`: the catalogue as files that people edit.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};

use super::setup;
use crate::config::fault::unreadable;
use crate::config::procedures::{self, COLUMNS, read_bytes};
use crate::domain::obstacle;
use crate::domain::procedure::Catalogue;
use crate::domain::refusal::{Language, Said};
use crate::domain::unit::UnitTree;

#[derive(Debug, Args)]
pub struct CatalogueArgs {
    #[command(subcommand)]
    command: Command,
    /// The language of messages
    #[arg(long, global = true, value_enum, default_value_t = Speech::Vi)]
    lang: Speech,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check a catalogue: TOML, or CSV with the columns that `columns` names.
    Check { file: PathBuf },
    /// Write a catalogue anew as TOML or as CSV.
    Convert {
        file: PathBuf,
        /// What to write; the other form than the file's, where it is not said
        #[arg(long, value_enum)]
        to: Option<Form>,
        /// Where to; standard output, where it is not said. A file that is there is not replaced
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// The columns that a CSV may have, and what they hold.
    Columns,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    Toml,
    Csv,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Speech {
    Vi,
    En,
}

/// Runs the command: 0 done, 1 the catalogue has faults, 2 it can't be read.
#[must_use]
pub fn run(config: Option<&Path>, args: &CatalogueArgs) -> ExitCode {
    let language = match args.lang {
        Speech::Vi => Language::Vietnamese,
        Speech::En => Language::English,
    };
    match &args.command {
        Command::Check { file } => check(config, file, language),
        Command::Convert { file, to, out } => convert(config, file, *to, out.as_deref(), language),
        Command::Columns => columns(language),
    }
}

fn check(config: Option<&Path>, file: &Path, language: Language) -> ExitCode {
    match read(config, file, language) {
        Ok(catalogue) => {
            setup::print(summary(file, &catalogue).to(language));
            ExitCode::SUCCESS
        }
        Err(code) => code,
    }
}

fn summary(file: &Path, catalogue: &Catalogue) -> Said {
    let file = file.display();
    let count = catalogue.iter().count();
    let mut fields: Vec<&str> = catalogue.iter().map(|one| one.field.as_str()).collect();
    fields.sort_unstable();
    fields.dedup();
    let fields = fields.len();
    let processes = catalogue.iter().filter(|one| !one.steps.is_empty()).count();
    Said::new(
        format!("{file}: {count} thủ tục trong {fields} lĩnh vực, {processes} có quy trình; không có lỗi."),
        format!("{file}: {count} procedures in {fields} fields, {processes} with a process; no fault."),
    )
}

fn convert(
    config: Option<&Path>,
    file: &Path,
    to: Option<Form>,
    out: Option<&Path>,
    language: Language,
) -> ExitCode {
    let catalogue = match read(config, file, language) {
        Ok(catalogue) => catalogue,
        Err(code) => return code,
    };
    let is_csv = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    let text = match to.unwrap_or(if is_csv { Form::Toml } else { Form::Csv }) {
        Form::Toml => Ok(procedures::to_toml(&catalogue)),
        Form::Csv => procedures::to_csv(&catalogue),
    };
    match (text, out) {
        (Err(error), _) => setup::unusable(&error.to_string()),
        (Ok(text), None) => {
            setup::print(text.trim_end());
            ExitCode::SUCCESS
        }
        (Ok(text), Some(out)) => write(out, &text, language),
    }
}

fn write(out: &Path, text: &str, language: Language) -> ExitCode {
    let written = fs::OpenOptions::new().write(true).create_new(true).open(out);
    match written.and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let (file, why) = (out.display(), obstacle::why(&error));
            let said = Said::new(
                format!("{file}: không ghi được: {}. Chọn tên tệp chưa có.", why.vietnamese),
                format!("{file}: can't be written: {}. Choose a name that is not taken.", why.english),
            );
            setup::unusable(said.to(language))
        }
    }
}

fn columns(language: Language) -> ExitCode {
    for column in COLUMNS {
        let needed = if column.required { "*" } else { " " };
        setup::print(&format!("{needed} {:<24}{}", column.name, column.said().to(language)));
    }
    ExitCode::SUCCESS
}

/// The catalogue, or its faults told and the exit code that goes with them.
fn read(config: Option<&Path>, file: &Path, language: Language) -> Result<Catalogue, ExitCode> {
    let units = units(config)?;
    let name = file.display().to_string();
    let bytes = fs::read(file).map_err(|error| setup::unusable(&unreadable(&name, &error).to(language)))?;
    read_bytes(&name, &bytes, Some(&units)).map_err(|faults| {
        for fault in &faults {
            setup::complain(&fault.to(language));
        }
        ExitCode::FAILURE
    })
}

fn units(config: Option<&Path>) -> Result<UnitTree, ExitCode> {
    let configuration = setup::configuration(config).map_err(|failed| failed.report())?;
    Ok(configuration.province.units.clone())
}
