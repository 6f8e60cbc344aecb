//! S31: a running service tells nobody its secrets, and none starts without those that it needs.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use crate::service::{CENTRE, PATIENCE, Site, WARD};
use crate::support::db::run;
use crate::world::{NOW, at};

/// What the system shows of a process to whoever asks for it.
fn shown(process: u32, what: &str) -> String {
    let bytes = std::fs::read(format!("/proc/{process}/{what}")).unwrap();
    String::from_utf8_lossy(&bytes).replace('\0', "\n")
}

/// The processes that there are, as `ps` lists them: each with its command line.
fn all_commands() -> String {
    let folders = std::fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    let lines = folders.filter_map(|folder| std::fs::read(folder.join("cmdline")).ok());
    lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " ")).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_running_service_shows_nobody_its_secrets() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let password_file = folder.path().join("mail-password");
        std::fs::write(&password_file, "mat-khau-thu-7f3a91\n").unwrap();
        let site = Site::new(&format!("sqlite:{}", folder.path().join("dunghen.db").display()), None)
            .with("DUNGHEN__MAIL__HOST", "127.0.0.1")
            .with("DUNGHEN__MAIL__PORT", "9")
            .with("DUNGHEN__MAIL__USER", "motcua")
            .with("DUNGHEN__MAIL__PASSWORD_FILE", &password_file.display().to_string())
            .with("DUNGHEN__LOG__FILTER", "trace");
        let token = site.account("quay", CENTRE, "reception", at(NOW));
        let mut service = site.serve(at(NOW)).await;
        // It has them all at hand: a token, a password and what is sealed went through it.
        let caller = service.caller(&token);
        let filing = serde_json::json!({ "procedure": crate::service::PROCEDURE, "receiving_unit": CENTRE,
            "channel": "counter", "applicant": { "name": "Tẩn Thị Sua", "identifier": "012345671234" } });
        assert_eq!(caller.post("/api/v1/dossiers", None, &filing).await.unwrap().0, 201);
        let entry = serde_json::json!({ "name": "quay", "password": "mật khẩu đủ dài" });
        assert_eq!(caller.post("/api/v1/sign-in", None, &entry).await.unwrap().0, 200);

        let keys = std::fs::read_to_string(site.folder().join("dunghen.keys")).unwrap();
        let keys = keys.lines().filter_map(|line| line.split_whitespace().last());
        let keys: Vec<String> = keys.filter(|word| word.len() == 64).map(str::to_owned).collect();
        assert_eq!(keys.len(), 2, "one that seals and one for the search");
        let others = ["mat-khau-thu-7f3a91", "mật khẩu đủ dài", &token, "012345671234"].map(str::to_owned);
        let (line, environment) = (shown(service.id(), "cmdline"), shown(service.id(), "environ"));
        assert!(line.contains("serve") && environment.contains("DUNGHEN__MAIL__PASSWORD_FILE"), "{line}");
        for secret in keys.iter().chain(&others) {
            for (where_, text) in [
                ("its command line", line.as_str()),
                ("its environment", &environment),
                ("the list of processes", &all_commands()),
                ("the log", &site.words()),
            ] {
                assert!(!text.contains(secret.as_str()), "{secret} is in {where_}");
            }
        }
        // What it has in memory is written nowhere when it fails, and nobody looks into it who is not root.
        let limits = shown(service.id(), "limits");
        let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        assert_eq!(core.split_whitespace().filter(|word| *word == "0").count(), 2, "{core}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let owner = std::fs::metadata(format!("/proc/{}/environ", service.id())).unwrap().uid();
            assert_eq!(owner, 0, "whoever runs it looks into it");
        }
        // There is nothing to look into it by over HTTP either.
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        for path in [
            "/debug",
            "/debug/vars",
            "/debug/pprof/",
            "/env",
            "/config",
            "/actuator/env",
            "/.env",
            "/dunghen.keys",
        ] {
            let answer =
                client.get(format!("http://{}{path}", service.address())).bearer_auth(&token).send().await;
            assert_eq!(answer.unwrap().status(), 404, "{path}");
        }
        service.stop().await;
    });
}

/// How a service ends that is started like this; none where it goes on.
async fn ends(site: &Site) -> Option<i32> {
    let mut child = site.command(&["serve"], at(NOW)).stdout(Stdio::null()).spawn().unwrap();
    let ended = async {
        let mut looks = tokio::time::interval(Duration::from_millis(20));
        loop {
            looks.tick().await;
            if let Some(status) = child.try_wait().unwrap() {
                return status.code();
            }
        }
    };
    let status = tokio::time::timeout(PATIENCE, ended).await;
    _ = child.kill();
    _ = child.wait();
    status.ok().flatten()
}

fn site(folder: &Path, settings: &[(&str, &str)]) -> Site {
    let database = format!("sqlite:{}", folder.join("dunghen.db").display());
    settings.iter().fold(Site::new(&database, None), |site, (name, value)| site.with(name, value))
}

#[test]
fn no_service_starts_without_a_secret_that_it_needs() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let (empty, missing) = (folder.path().join("empty"), folder.path().join("missing"));
        std::fs::write(&empty, "\n").unwrap();
        let (empty, missing) = (empty.display().to_string(), missing.display().to_string());
        let mail = [("DUNGHEN__MAIL__HOST", "relay.example.vn"), ("DUNGHEN__MAIL__USER", "motcua")];
        let provider = [
            ("DUNGHEN__IDENTITY__ISSUER", "https://dangnhap.example.vn"),
            ("DUNGHEN__IDENTITY__CLIENT_ID", "dung-hen"),
        ];
        for (settings, names) in [
            (mail.to_vec(), "mail.password_file"),
            (
                [&mail[..], &[("DUNGHEN__MAIL__PASSWORD_FILE", missing.as_str())]].concat(),
                "mail.password_file",
            ),
            ([&mail[..], &[("DUNGHEN__MAIL__PASSWORD_FILE", empty.as_str())]].concat(), "mail.password_file"),
            (provider.to_vec(), "identity.client_secret_file"),
            (
                [&provider[..], &[("DUNGHEN__IDENTITY__CLIENT_SECRET_FILE", empty.as_str())]].concat(),
                "identity.client_secret_file",
            ),
        ] {
            let site = site(folder.path(), &settings);
            assert_eq!(ends(&site).await, Some(2), "{settings:?}: {}", site.last_words());
            assert!(site.words().contains(names), "{settings:?}: {}", site.words());
        }
        // The keys of what is sealed already are not made anew.
        let sealed = site(folder.path(), &[]);
        let token = sealed.account("quay", CENTRE, "reception", at(NOW));
        let mut service = sealed.serve(at(NOW)).await;
        let caller = service.caller(&token);
        let filing = serde_json::json!({ "procedure": crate::service::PROCEDURE, "receiving_unit": CENTRE,
            "channel": "counter", "applicant": { "name": "Tẩn Thị Sua" } });
        assert_eq!(caller.post("/api/v1/dossiers", None, &filing).await.unwrap().0, 201);
        service.stop().await;
        let keys = sealed.folder().join("dunghen.keys");
        std::fs::remove_file(&keys).unwrap();
        assert_eq!(ends(&sealed).await, Some(2), "{}", sealed.last_words());
        assert!(!keys.exists(), "no others were made in their place");
        assert!(sealed.last_words().contains("dunghen.keys"), "{}", sealed.last_words());
    });
}

/// There is nobody to be by default: an empty house has no account, and the usual names open nothing.
#[test]
fn an_empty_house_lets_nobody_in() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let site = site(folder.path(), &[]);
        let mut service = site.serve(at(NOW)).await;
        let caller = service.caller("");
        for name in ["admin", "quantri", "root", WARD] {
            for password in ["", "admin", "dunghen", "password"] {
                let entry = serde_json::json!({ "name": name, "password": password });
                let (status, told) = caller.post("/api/v1/sign-in", None, &entry).await.unwrap();
                assert!([401, 429].contains(&status.as_u16()), "{name} {password}: {status} {told}");
            }
        }
        service.stop().await;
    });
}
