//! From `dunghen.toml` and the environment to settings, every fault with its line or variable.
//!
//! The environment is read here and nowhere else, once.

use std::collections::BTreeMap;

use config::{Config, ConfigError, File, FileFormat};
use serde::Deserialize;
use toml::de::{DeTable, DeValue};

use super::{DatabaseUrl, Settings};
use crate::config::fault::{Fault, Source};
use crate::config::spoken;
use crate::config::table::parse;
use crate::domain::refusal::Said;

const PREFIX: &str = "DUNGHEN__";

/// The variables that concern the service.
#[derive(Clone, Debug, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Those of this process.
    #[must_use]
    pub fn of_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| {
                Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
            })
            .collect()
    }

    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// `DUNGHEN__MAIL__PORT` as `mail.port`, with its value.
    fn overrides(&self) -> impl Iterator<Item = (&String, String, &String)> {
        self.0.iter().filter_map(|(name, value)| {
            let key = name.strip_prefix(PREFIX)?.to_lowercase().replace("__", ".");
            Some((name, key, value))
        })
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        let ours = variables.into_iter().filter(|(name, _)| name.starts_with("DUNGHEN"));
        Self(ours.collect())
    }
}

/// # Errors
/// Everything that is wrong in the file and in the environment.
pub fn read(file: &str, text: &str, environment: &Environment) -> Result<Settings, Vec<Fault>> {
    let source = Source::new(file, text);
    check_file(&source);
    if !source.is_sound() {
        return Err(source.faults());
    }
    let mut faults = Vec::new();
    for (name, key, value) in environment.overrides() {
        if let Err(error) = merged(text, [(key, value)]) {
            faults.push(of_variable(name, &error.to_string()));
        }
    }
    let fixed_now = environment.get("DUNGHEN_NOW").map(str::parse).transpose();
    if fixed_now.is_err() {
        faults.push(of_variable("DUNGHEN_NOW", "it is no instant (2026-11-23T16:00:00+07:00)"));
    }
    let address = environment.get("DUNGHEN_DATABASE_URL").map(|url| DatabaseUrl::try_from(url.to_owned()));
    let address = address.transpose();
    if let Err(error) = address {
        faults.push(of_variable("DUNGHEN_DATABASE_URL", error));
    }
    let settings = merged(text, environment.overrides().map(|(_, key, value)| (key, value)));
    match (settings, fixed_now, address) {
        (Ok(mut settings), Ok(fixed_now), Ok(address)) if faults.is_empty() => {
            settings.fixed_now = fixed_now;
            settings.database.url = address.unwrap_or(settings.database.url);
            Ok(settings)
        }
        _ => Err(faults),
    }
}

fn merged<'v>(
    text: &str,
    overrides: impl IntoIterator<Item = (String, &'v String)>,
) -> Result<Settings, ConfigError> {
    let mut builder = Config::builder().add_source(File::from_str(text, FileFormat::Toml));
    for (key, value) in overrides {
        builder = builder.set_override(key, value.as_str())?;
    }
    builder.build()?.try_deserialize()
}

fn of_variable(name: &str, problem: &str) -> Fault {
    Fault {
        file: "environment".to_owned(),
        place: None,
        field: name.to_owned(),
        what: Said::new(
            format!("Biến này không dùng được: {}.", spoken::vietnamese(problem)),
            format!("This variable can't be used: {problem}."),
        ),
        remedy: Said::new("Sửa hoặc bỏ biến.", "Correct the variable or remove it."),
    }
}

/// Notes each entry that does not fit: what serde stumbles over is taken out, and it tries again.
fn check_file(source: &Source) {
    let mut table = parse(source);
    if !source.is_sound() {
        return;
    }
    while let Err(error) = Settings::deserialize(toml::Deserializer::from(table.clone())) {
        let at = error.span().map_or(0, |span| span.start);
        let Some(field) = take_out(table.get_mut(), at, "") else {
            source.note_syntax(&error);
            return;
        };
        let message = error.message().lines().next().unwrap_or_default();
        source.note(
            at..at,
            &field,
            Said::new(
                format!("Giá trị hoặc trường này không dùng được: {}.", spoken::vietnamese(message)),
                format!("This can't be used: {message}."),
            ),
            Said::new("Sửa hoặc xoá dòng này.", "Correct this line or remove it."),
        );
    }
}

/// Removes the innermost entry at an offset and gives its path.
fn take_out(table: &mut DeTable<'_>, at: usize, above: &str) -> Option<String> {
    let here = |span: std::ops::Range<usize>| span.contains(&at);
    let path = |key: &str| if above.is_empty() { key.to_owned() } else { format!("{above}.{key}") };
    let mut hit = None;
    for (key, value) in table.iter_mut() {
        let in_value = here(value.span());
        if let DeValue::Table(inner) = value.get_mut()
            && let Some(found) = take_out(inner, at, &path(key.get_ref()))
        {
            return Some(found);
        }
        if in_value || here(key.span()) {
            hit = Some(key.get_ref().to_string());
        }
    }
    let key = hit?;
    table.remove(key.as_str());
    Some(path(&key))
}

#[cfg(test)]
mod tests;
