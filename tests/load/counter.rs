//! Someone at the counter who files dossiers over HTTP and takes every answer as it comes.

use std::time::Duration;

use dunghen::db::{Db, DbSettings};
use dunghen::telemetry::Stopwatch;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::house::PATIENCE;
use crate::service::{CENTRE, PROCEDURE};
use crate::support::db::TestDb;

/// A Monday morning.
pub const NOW: &str = "2026-11-16T07:30:00+07:00";
pub const PASSWORD: &str = "mật khẩu đủ dài";

#[derive(Clone)]
pub struct Counter {
    client: reqwest::Client,
    url: String,
    token: String,
}

/// What became of one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// Kept, under this code.
    Kept(String),
    /// Sent away at once, and asked to come back.
    Busy,
    Refused(StatusCode, Value),
    /// No answer at all.
    Lost(String),
}

impl Counter {
    pub fn at(url: &str, token: &str) -> Self {
        let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
        Self { client, url: url.to_owned(), token: token.to_owned() }
    }

    pub fn filing(key: &str) -> Value {
        json!({
            "procedure": PROCEDURE,
            "receiving_unit": CENTRE,
            "channel": "counter",
            "applicant": { "name": format!("Lò Thị {key}"), "phone": "0912345678" },
            "components": ["Tờ khai theo mẫu"],
        })
    }

    /// Files the dossier of this key, and says how long that took.
    pub async fn file(&self, key: &str) -> (Told, Duration) {
        let watch = Stopwatch::start();
        let told = self.try_to_file(key).await.unwrap_or_else(|error| Told::Lost(format!("{error:?}")));
        (told, watch.elapsed())
    }

    async fn try_to_file(&self, key: &str) -> reqwest::Result<Told> {
        let request = self.client.post(format!("{}/api/v1/dossiers", self.url));
        let request = request.bearer_auth(&self.token).header("Idempotency-Key", key);
        let response = request.json(&Self::filing(key)).send().await?;
        let (status, wait) = (response.status(), response.headers().contains_key("retry-after"));
        let body: Value = response.json().await?;
        Ok(match status {
            StatusCode::CREATED => Told::Kept(body["code"].as_str().unwrap().to_owned()),
            StatusCode::SERVICE_UNAVAILABLE if body["type"] == "urn:dunghen:problem:overloaded" => {
                assert!(wait, "sent away without being told to come back");
                Told::Busy
            }
            status => Told::Refused(status, body),
        })
    }

    /// A page or document that needs no sign-in.
    pub async fn get(&self, path: &str) -> reqwest::Result<(StatusCode, String)> {
        let response = self.client.get(format!("{}{path}", self.url)).send().await?;
        Ok((response.status(), response.text().await?))
    }

    pub async fn sign_in(&self, name: &str) -> reqwest::Result<StatusCode> {
        let body = json!({ "name": name, "password": PASSWORD });
        let request = self.client.post(format!("{}/api/v1/sign-in", self.url));
        Ok(request.json(&body).send().await?.status())
    }
}

/// Which dossier the database holds under each key, seen from a connection of the test's own.
pub async fn kept(db: &mut TestDb) -> Vec<(String, String)> {
    const KEPT: &str =
        "select k.key, d.code from idempotency_keys k join dossiers d on d.id = k.dossier_id order by k.key";
    db.reopen(&DbSettings::default()).await;
    let kept = db.read(async |tx| tx.query(KEPT).fetch_all().await).await.unwrap();
    assert_eq!(
        number(db, "select count(*) from dossiers").await,
        kept.len(),
        "a dossier twice, or without key"
    );
    assert_eq!(number(db, HALVES).await, 0, "a dossier is there by halves");
    kept
}

/// Dossiers that lack a part.
const HALVES: &str = "select count(*) from dossiers
    where id not in (select dossier_id from dossier_events)
       or applicant_id is null or applicant_id not in (select id from applicants)
       or code not in (select subject from audit)";

pub async fn number(db: &Db, count: &'static str) -> usize {
    let number: i64 = db.read(async move |tx| tx.query(count).fetch_scalar().await).await.unwrap();
    usize::try_from(number).unwrap()
}
