//! Empty places to restore into, on either engine, and whoever looks through what is there.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dunghen::backup::Inspector;
use dunghen::clock::Clock;
use dunghen::db::{Db, DbSettings};
use dunghen::seal::Keyring;

use crate::office::{Office, at};
use crate::support::db::{TestDb, command, on_server, postgres_server};

/// A place with nothing in it; forgotten databases of a server are removed.
pub struct Place {
    pub url: String,
    pub folder: tempfile::TempDir,
    server: Option<(String, String)>,
}

impl Place {
    pub async fn like(db: &TestDb) -> Self {
        let folder = tempfile::tempdir().unwrap();
        if db.is_sqlite() {
            let url = format!("sqlite:{}", folder.path().join("restored.db").display());
            return Self { url, folder, server: None };
        }
        let server = postgres_server().unwrap();
        let name = format!("dunghen_restored_{:016x}", rand::random::<u64>());
        command(&server, &format!("create database {name} template template0")).await;
        Self { url: on_server(&server, &name), folder, server: Some((server, name)) }
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub async fn open(&self) -> Db {
        Db::open(&self.url, &DbSettings::default()).await.unwrap()
    }

    /// Whether nothing came back: no file that SQLite would open, no table on the server.
    pub async fn is_empty(&self) -> bool {
        match self.url.strip_prefix("sqlite:") {
            Some(path) => !Path::new(path).exists(),
            None => {
                let db = self.open().await;
                let sql = "select count(*) from pg_class where relname = 'dossiers'";
                let found = db.read(async |tx| tx.query(sql).fetch_scalar::<i64>().await).await.unwrap();
                db.close().await;
                found == 0
            }
        }
    }

    pub async fn remove(self) {
        if let Some((server, name)) = &self.server {
            command(server, &format!("drop database {name} with (force)")).await;
        }
    }

    /// What lies in the folder, hidden files too, without the lock that a writer leaves.
    pub fn files(&self) -> Vec<String> {
        let entries = self.folder.path().read_dir().unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.filter(|name| !name.ends_with(".lock")).collect();
        names.sort();
        names
    }
}

/// Someone with the office's own keys.
pub fn inspector(office: &Office) -> Inspector {
    let desk = office.desk(at("2026-08-20 09:00"));
    let keys = Some(Arc::clone(&desk.keys));
    let clock = Clock::fixed(desk.now);
    Inspector { desk, clock, keys, key_file: "/etc/dunghen/dunghen.keys".into() }
}

/// Someone who has other keys.
pub fn stranger(office: &Office) -> Inspector {
    Inspector { keys: Some(Arc::new(Keyring::generate())), ..inspector(office) }
}
