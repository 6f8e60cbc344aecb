//! The settings' file and environment.

use super::*;
use crate::config::settings::MailTls;

fn environment(variables: &[(&str, &str)]) -> Environment {
    variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn faults(text: &str, variables: &[(&str, &str)]) -> Vec<String> {
    let faults = read("d.toml", text, &environment(variables)).unwrap_err();
    faults.iter().map(std::string::ToString::to_string).collect()
}

#[test]
fn nothing_given_is_enough() {
    let settings = read("d.toml", "", &Environment::default()).unwrap();
    assert_eq!(settings.web.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.session.idle_min.get(), 30);
    assert!(!settings.development);
}

#[test]
fn the_environment_goes_before_the_file() {
    let text = "[mail]\nhost = \"a\"\nport = 25\n[web]\ntrusted_proxies = [\"10.0.0.1\"]\n";
    let settings = read(
        "d.toml",
        text,
        &environment(&[
            ("DUNGHEN__MAIL__HOST", "relay"),
            ("DUNGHEN__MAIL__TLS", "implicit"),
            ("DUNGHEN__MAIL__PASSWORD", "0123"),
            ("DUNGHEN__WEB__TRUSTED_PROXIES", "10.0.0.2, ::1, 192.168.0.0/16"),
            ("DUNGHEN__DEVELOPMENT", "true"),
            ("DUNGHEN__DATABASE__URL", "sqlite:first.db"),
            ("DUNGHEN_DATABASE_URL", "sqlite:second.db"),
            ("DUNGHEN_NOW", "2026-11-23T16:00:00+07:00"),
            ("UNRELATED", "x"),
        ]),
    )
    .unwrap();
    assert_eq!((settings.mail.host.as_str(), settings.mail.port), ("relay", 25));
    assert_eq!(settings.mail.tls, MailTls::Implicit);
    assert_eq!(
        settings.mail.password.map(|p| secrecy::ExposeSecret::expose_secret(&p).to_owned()),
        Some("0123".to_owned())
    );
    let trusts = |address: &str| settings.web.trusted_proxies.hold(address.parse().unwrap());
    assert!(["10.0.0.2", "::1", "192.168.7.7"].into_iter().all(trusts));
    assert!(!["10.0.0.1", "127.0.0.1", "192.169.0.1"].into_iter().any(trusts));
    assert!(settings.development);
    assert_eq!(settings.database.url.as_str(), "sqlite:second.db");
    assert_eq!(settings.fixed_now, Some("2026-11-23T09:00:00Z".parse().unwrap()));
}

#[test]
fn every_fault_of_the_file_is_told_with_its_line() {
    let text = "[mail]\nport = 70000\nhots = \"relay\"\n\n[web]\nlisten = \"nowhere\"\n[jobs]\nsweep_s = 0\ndigest = \"daily\"\n[extra]\na = 1\n";
    let told = faults(text, &[]);
    let places: Vec<&str> = told.iter().map(|fault| fault.split(": ").next().unwrap_or_default()).collect();
    assert_eq!(
        places,
        ["d.toml:2:8", "d.toml:3:1", "d.toml:6:10", "d.toml:8:11", "d.toml:9:10", "d.toml:10:2"]
    );
    for (fault, field) in
        told.iter().zip(["mail.port", "mail.hots", "web.listen", "jobs.sweep_s", "jobs.digest", "extra"])
    {
        assert!(fault.contains(&format!(": {field}: ")), "{field} in {fault}");
    }
}

#[test]
fn a_backup_that_can_not_be_is_told_with_its_line_and_none_is_made_unasked() {
    let text = "[backup]\nfolder = \"/srv/backups\"\nat = \"hourly\"\nkeep_daily = -1\nkeep = 3\ndrill = \"30 4 * * Sun\"\n";
    let told = faults(text, &[]);
    let places: Vec<&str> = told.iter().map(|fault| fault.split(": ").next().unwrap_or_default()).collect();
    assert_eq!(places, ["d.toml:3:6", "d.toml:4:14", "d.toml:5:1"]);
    let settings = read("d.toml", "", &Environment::default()).unwrap();
    assert_eq!(settings.backup_folder(), None);
    let beside = environment(&[("DUNGHEN__BACKUP__FOLDER", "copies"), ("DUNGHEN__DATA__DIR", "/srv")]);
    let settings = read("d.toml", "", &beside).unwrap();
    assert_eq!(settings.backup_folder(), Some("/srv/copies".into()));
}

#[test]
fn a_wrong_variable_is_named() {
    let told = faults(
        "",
        &[
            ("DUNGHEN__MAIL__PORT", "many"),
            ("DUNGHEN__MIAL__HOST", "relay"),
            ("DUNGHEN_NOW", "yesterday"),
            ("DUNGHEN_DATABASE_URL", "mysql://root:hunter2@db"),
        ],
    );
    for name in ["DUNGHEN__MAIL__PORT", "DUNGHEN__MIAL__HOST", "DUNGHEN_NOW", "DUNGHEN_DATABASE_URL"] {
        assert!(
            told.iter().any(|fault| fault.starts_with(&format!("environment: {name}: "))),
            "{name} in {told:?}"
        );
    }
    assert_eq!(told.len(), 4);
    assert!(!told.concat().contains("hunter2"), "a password may be in it");
}

#[test]
fn what_is_secret_is_not_shown() {
    let variables = environment(&[
        ("DUNGHEN__MAIL__PASSWORD", "hunter2"),
        ("DUNGHEN_DATABASE_URL", "postgres://u:hunter2@db/x"),
    ]);
    let settings = read("d.toml", "", &variables).unwrap();
    assert!(!format!("{settings:?}").contains("hunter2"));
}

#[test]
fn a_file_that_is_no_toml_is_told_with_its_line() {
    assert!(faults("[web]\nlisten =\n", &[])[0].starts_with("d.toml:2:"));
}
