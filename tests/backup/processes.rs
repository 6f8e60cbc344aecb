//! The commands as an administrator runs them: beside the service, killed, on a full disk.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use dunghen::domain::time::Moment;

use crate::service::{CENTRE, Site};
use crate::support::db::run;

fn now() -> Moment {
    "2026-11-16T07:30:00+07:00".parse().unwrap()
}

/// A site whose SQLite database holds somebody, and the folder for its copies.
struct Home {
    folder: tempfile::TempDir,
    site: Site,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let site = Site::new(&format!("sqlite:{}", folder.path().join("dunghen.db").display()), None);
        site.account("mai", CENTRE, "reception", now());
        std::fs::create_dir(folder.path().join("copies")).unwrap();
        Self { folder, site }
    }

    fn copies(&self) -> PathBuf {
        self.folder.path().join("copies")
    }

    /// What lies in the folder for copies, hidden files too.
    fn laid(&self) -> Vec<String> {
        let entries = self.copies().read_dir().unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// How much of a copy is there, under whatever name.
    fn written(&self) -> u64 {
        let drafts = self.laid().into_iter().map(|name| self.copies().join(name));
        let files = drafts.flat_map(|draft| [draft.join("copy"), draft]);
        files.filter_map(|file| file.metadata().ok()).filter(Metadata::is_file).map(|file| file.len()).sum()
    }

    /// A copy comes back in an empty place, where `verify` finds nothing wrong.
    fn comes_back(&self, copy: &Path) {
        let other = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", other.path().join("back.db").display());
        let mut restore = self.site.command(&["restore", copy.to_str().unwrap()], now());
        let Output { status, stdout, .. } = restore.env("DUNGHEN_DATABASE_URL", &url).output().unwrap();
        assert!(status.success(), "{}\n{}", String::from_utf8_lossy(&stdout), self.site.last_words());
        let mut verify = self.site.command(&["verify"], now());
        assert!(verify.env("DUNGHEN_DATABASE_URL", &url).output().unwrap().status.success());
    }
}

#[test]
fn a_backup_beside_the_running_service_says_what_is_in_it_and_where_the_keys_lie() {
    run(async {
        let home = Home::new();
        let mut service = home.site.serve(now()).await;
        let copy = home.copies().join("today.db");
        let said = home.site.run(&["backup", copy.to_str().unwrap()], "", now());
        for word in ["today.db", "0 hồ sơ", "nhật ký đến dòng 2", "dunghen.keys", "KHÔNG nằm trong bản sao"]
        {
            assert!(said.contains(word), "{word} in {said}");
        }
        service.stop().await;
        home.comes_back(&copy);
        assert_eq!(home.laid(), ["today.db"]);
    });
}

#[test]
fn a_backup_of_nothing_is_refused_and_makes_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("absent.db");
    let site = Site::new(&format!("sqlite:{}", path.display()), None);
    let copy = folder.path().join("copy.db");
    let status = site.command(&["backup", copy.to_str().unwrap()], now()).status().unwrap();
    assert_eq!(status.code(), Some(2));
    assert!(!path.exists() && !copy.exists());
}

/// Killed when its draft is begun, and when something is in it: nothing has the final name, and the next one sweeps the rest.
#[test]
fn a_backup_killed_in_the_middle_leaves_nothing_under_the_final_name() {
    let home = Home::new();
    let copy = home.copies().join("today.db");
    let words = ["backup", copy.to_str().unwrap()];
    let mut caught = 0;
    for round in 0..10 {
        let mut child = home.site.command(&words, now()).stdout(Stdio::null()).spawn().unwrap();
        let begun = || if round % 2 == 0 { !home.laid().is_empty() } else { home.written() > 0 };
        while !begun() && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        if copy.exists() {
            home.comes_back(&copy); // it was faster: then it is whole
            std::fs::remove_file(&copy).unwrap();
        } else {
            caught += 1;
        }
    }
    assert!(caught > 0, "no backup was ever caught in the middle");
    home.site.run(&words, "", now());
    assert_eq!(home.laid(), ["today.db"]);
    home.comes_back(&copy);
}

/// A disk of 64 KiB, as only an own mount namespace has it.
#[test]
fn a_full_disk_is_told_and_leaves_nothing_behind() {
    let alone = Command::new("unshare").args(["-rm", "true"]).stderr(Stdio::null()).status();
    if !alone.is_ok_and(|status| status.success()) {
        println!("left out: no mount namespace can be had here, so no small disk");
        return;
    }
    let home = Home::new();
    let old = home.folder.path().join("old.db");
    home.site.run(&["backup", old.to_str().unwrap()], "", now());
    let size = old.metadata().unwrap().len();
    assert!(size > 65_536);
    let script = r#"
        mount -t tmpfs -o size=64k tmpfs "$1" || exit 99
        echo precious > "$1/old.db"
        "$2" backup --replace "$1/old.db"; code=$?
        ls -A "$1"; cat "$1/old.db"
        exit $code"#;
    let mut command = home.site.command(&[], now());
    let settings: Vec<_> =
        command.get_envs().map(|(name, value)| (name.to_owned(), value.map(ToOwned::to_owned))).collect();
    let output = Command::new("unshare")
        .args(["-rm", "sh", "-c", script, "sh"])
        .arg(home.copies())
        .arg(command.stdout(Stdio::null()).get_program())
        .envs(settings.into_iter().filter_map(|(name, value)| Some((name, value?))))
        .current_dir(home.folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("Hết chỗ trên đĩa") && said.contains("old.db"), "{said}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "old.db\nprecious\n");
}
