//! One node of the service on a database of the test's, asked over its router and without a network.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use dunghen::app::App;
use dunghen::clock::Clock;
use dunghen::config::Settings;
use dunghen::db::Db;
use dunghen::domain::staff::Actor;
use dunghen::domain::time::Moment;
use dunghen::seal::digest;
use dunghen::store::tokens::{self, NewToken};
use dunghen::web::router::router;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::office::{CENTRE, Office, province};

#[derive(Clone)]
pub struct Node {
    pub app: App,
    router: Router,
}

impl Node {
    /// The office's service on `db`, at an instant that does not pass.
    pub fn of(office: &Office, db: &Db, now: Moment) -> Self {
        Self::with(office, db, now, |_| {})
    }

    /// The same with other settings.
    pub fn with(office: &Office, db: &Db, now: Moment, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::default();
        change(&mut settings);
        let keys = (*office.desk(now).keys).clone();
        let app = App::new(db.clone(), Clock::fixed(now), keys, province(), Arc::new(settings));
        Self { router: router(app.clone()), app }
    }

    /// A token with which `actor` may do all that they may do.
    pub async fn token(&self, actor: &Actor) -> String {
        let token = format!("dh_{:032x}", rand::random::<u128>());
        let (hash, staff, now) = (digest(token.as_bytes()), actor.staff_id.0, self.app.clock.now());
        let expires_at = now.plus(SignedDuration::from_hours(24 * 365));
        self.app
            .db
            .write(async move |tx| {
                let new = NewToken {
                    token_hash: &hash,
                    staff_id: staff,
                    label: "test",
                    scope: "write",
                    unit: None,
                    now,
                    expires_at,
                };
                tokens::insert(tx, &new).await
            })
            .await
            .unwrap();
        // Its first use is noted, and no other one at the same instant.
        assert_eq!(self.get(&token, "/api/v1/dossiers").await, StatusCode::OK);
        token
    }

    async fn get(&self, token: &str, path: &str) -> StatusCode {
        let request = Request::get(path).header("authorization", format!("Bearer {token}"));
        let request = request.body(Body::empty()).unwrap();
        self.router.clone().oneshot(request).await.unwrap().status()
    }

    pub async fn post(
        &self,
        token: &str,
        path: &str,
        key: Option<&str>,
        body: &Value,
    ) -> (StatusCode, Value) {
        let mut request = Request::post(path)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json");
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let request = request.body(Body::from(body.to_string())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 1_000_000).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }

    /// Takes in a dossier, as the owner of `token`.
    pub async fn take_in(
        &self,
        token: &str,
        key: Option<&str>,
        procedure: &str,
        channel: &str,
    ) -> (StatusCode, Value) {
        let body = json!({
            "procedure": procedure,
            "receiving_unit": CENTRE,
            "channel": channel,
            "applicant": { "name": "Tẩn Thị Sua", "phone": "0912345678", "email": "sua@example.vn" },
        });
        self.post(token, "/api/v1/dossiers", key, &body).await
    }

    /// Adds an event to the dossier whose version the caller saw.
    pub async fn event(&self, token: &str, code: &str, version: i64, mut body: Value) -> (StatusCode, Value) {
        body["expected_version"] = version.into();
        self.post(token, &format!("/api/v1/dossiers/{code}/events"), None, &body).await
    }
}
