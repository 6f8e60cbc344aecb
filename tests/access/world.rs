//! A ward's office answering requests without a network between: as many nodes over one database
//! as a test wants, each at an instant that the test names.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, LazyLock, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use dunghen::app::App;
use dunghen::clock::Clock;
use dunghen::config::{Configuration, Environment};
use dunghen::db::{Db, Tx};
use dunghen::domain::applicant::Applicant;
use dunghen::domain::event::ReturnMethod;
use dunghen::domain::procedure::Channel;
use dunghen::domain::staff::{Actor, Role, StaffId};
use dunghen::domain::time::Moment;
use dunghen::seal::{Keyring, password};
use dunghen::store;
use dunghen::store::staff::{NewPerson, Person};
use dunghen::web::address::Peer;
use dunghen::web::{router, session};
use dunghen::work::desk::Desk;
use dunghen::work::intake::{self, NewDossier};
use dunghen::work::processing::{self, Request as Change};
use dunghen::work::sign_in::{self, Whence};
use dunghen::work::start;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

/// Monday; Tuesday the 24th is a public holiday.
pub const NOW: &str = "2026-11-23T09:30:00+07:00";
pub const PASSWORD: &str = "bốn con ngựa uống trà";
/// Đoàn Kết ward, its centre, and another commune with its own.
pub const WARD: &str = "H35.21";
pub const CENTRE: &str = "H35.21.01";
pub const OTHER: &str = "H35.22";
pub const OTHER_CENTRE: &str = "H35.22.01";
/// Three working days, settled by the commune of receipt.
pub const PROCEDURE: &str = "1.004873";
/// Eight working hours, settled by a department.
pub const OF_A_DEPARTMENT: &str = "2.001474";

/// What an applicant told, and what no page shows that was not asked for it.
pub const MARKS: [&str; 4] = ["012345671234", "0912345678", "sua@example.vn", "Bản Nậm Loỏng"];

static HASH: LazyLock<String> = LazyLock::new(|| password::hash(PASSWORD).unwrap());

/// An instant.
pub fn at(text: &str) -> Moment {
    text.parse().unwrap()
}

/// One node of the service.
#[derive(Clone)]
pub struct Node {
    pub app: App,
    router: Router,
}

impl Node {
    /// A node over an open database, in whose province nobody works yet.
    pub async fn over(db: &Db) -> Self {
        Self::configured(db, &[]).await
    }

    /// The same with settings of its own.
    pub async fn configured(db: &Db, variables: &[(&str, &str)]) -> Self {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let environment = Environment::from_iter(variables);
        let Configuration { settings, province, .. } = Configuration::demonstration(&environment).unwrap();
        let clock = Clock::fixed(at(NOW));
        let app = App::new(db.clone(), clock, Keyring::generate(), province, settings.into());
        let desk = app.desk();
        db.write(async move |tx| start::keep_province(tx, &desk).await).await.unwrap();
        // Nothing asks for the lease here; whether the service is ready must not hang on it.
        app.lead.heard(app.clock.uptime() + std::time::Duration::from_secs(3_600), Some(1));
        Self { router: router::router(app.clone()), app }
    }

    /// The same service at another instant.
    pub fn at(&self, now: Moment) -> Self {
        let app = App { clock: Clock::fixed(now), ..self.app.clone() };
        Self { router: router::router(app.clone()), app }
    }

    /// The same service with something else about it.
    #[allow(dead_code, reason = "what needs it is not in every build")]
    pub fn with(&self, change: impl FnOnce(&mut App)) -> Self {
        let mut app = self.app.clone();
        change(&mut app);
        Self { router: router::router(app.clone()), app }
    }

    /// The same service with something put before or behind its handlers.
    pub fn through(&self, change: impl FnOnce(Router<App>) -> Router<App>) -> Self {
        Self { app: self.app.clone(), router: router::dress(change(router::bare()), self.app.clone()) }
    }

    /// Another node beside this one: nothing but database, keys and settings in common.
    pub fn beside(&self) -> Self {
        let App { db, clock, keys, settings, .. } = self.app.clone();
        let app = App::new(db, clock, (*keys).clone(), self.app.province(), settings);
        Self { router: router::router(app.clone()), app }
    }

    pub fn desk(&self) -> Desk {
        self.app.desk()
    }

    /// Somebody with an account and [`PASSWORD`].
    pub async fn hire(&self, login: &str, unit: &str, roles: &[Role]) -> Person {
        let (login, unit, roles, now) = (login.to_owned(), unit.to_owned(), roles.to_vec(), self.desk().now);
        let deed = async move |tx: &mut Tx| {
            let new = NewPerson {
                login: Some(&login),
                name: &format!("Người {login}"),
                email: None,
                unit: &unit,
                roles: &roles,
                password_hash: Some(&HASH),
                source: None,
                created_at: now,
            };
            let id = store::staff::insert(tx, &new).await?;
            store::staff::by_id(tx, id).await
        };
        self.app.db.write(deed).await.unwrap().unwrap()
    }

    /// A unit that is not of the province's tree, as an import makes them.
    pub async fn keep_foreign_unit(&self, code: &'static str) {
        let deed = async move |tx: &mut Tx| {
            store::catalogue::keep_unit(tx, code, "Đơn vị cũ", "imported", None, Some("old")).await
        };
        self.app.db.write(deed).await.unwrap();
    }

    /// A person who is signed in here, without a password having been typed.
    pub async fn signed_in(&self, person: &Person) -> Visitor {
        let token = session::new_token();
        let (desk, person) = (self.desk(), person.clone());
        let limits = session::limits(&self.app.settings);
        let deed = async move |tx: &mut Tx| {
            sign_in::begin(tx, &desk, &person, &token, limits, &Whence::default()).await
        };
        self.app.db.write(deed).await.unwrap();
        let visitor = self.visitor();
        let cookie = session::cookie(&self.app.settings, &token);
        visitor.cookies.lock().unwrap().insert(cookie.name().to_owned(), cookie.value().to_owned());
        Visitor { csrf: self.app.keys.form_token(&token).to_string(), ..visitor }
    }

    /// Nobody yet.
    pub fn visitor(&self) -> Visitor {
        Visitor {
            node: self.clone(),
            cookies: Arc::default(),
            from: IpAddr::from([203, 0, 113, 9]),
            csrf: String::new(),
        }
    }

    /// Takes in a dossier at a counter by its clerk and says its code.
    pub async fn receive(&self, clerk: &Person, centre: &str, procedure: &str) -> String {
        let (desk, actor) = (self.desk(), actor(clerk));
        let new = NewDossier {
            procedure: procedure.to_owned(),
            receiving_unit: centre.to_owned(),
            channel: Channel::Counter,
            applicant: marked(),
            components: vec!["Tờ khai theo mẫu".to_owned()],
            return_method: ReturnMethod::Counter,
        };
        let deed = async move |tx: &mut Tx| intake::receive(tx, &desk, &actor, &new, None).await;
        self.app.db.write(deed).await.unwrap().code
    }

    pub async fn happen(&self, by: &Person, code: &str, version: i64, mut body: Value) {
        body["expected_version"] = json!(version);
        let (desk, actor, code) = (self.desk(), actor(by), code.to_owned());
        let change = Change::from_json(body).unwrap();
        let deed =
            async move |tx: &mut Tx| processing::change(tx, &desk, &actor, &code, &change).await.map(|_| ());
        self.app.db.write(deed).await.unwrap();
    }

    /// The number of the audit log's last row.
    pub async fn audited(&self) -> i64 {
        self.app.db.read(async |tx| Ok(store::audit::head(tx).await?.seq)).await.unwrap()
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        self.app.db.read(async |tx| tx.query(sql).fetch_scalar().await).await.unwrap()
    }
}

pub fn actor(person: &Person) -> Actor {
    Actor::new(StaffId(person.id), person.unit.parse().unwrap(), person.roles.0.iter().copied())
}

pub fn marked() -> Applicant {
    Applicant {
        name: "Tẩn Thị Sua".to_owned(),
        identifier: Some(MARKS[0].to_owned()),
        phone: Some(MARKS[1].to_owned()),
        email: Some(MARKS[2].to_owned()),
        address: Some(format!("{}, phường Đoàn Kết", MARKS[3])),
        ..Applicant::default()
    }
}

/// Somebody at a browser, with its cookies and an address.
#[derive(Clone)]
pub struct Visitor {
    pub node: Node,
    pub cookies: Arc<Mutex<BTreeMap<String, String>>>,
    pub from: IpAddr,
    pub csrf: String,
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

/// What a request carries.
#[derive(Clone, Debug)]
pub enum Content {
    None,
    Form(Vec<(String, String)>),
    Json(Value),
}

impl Content {
    pub fn form(fields: &[(&str, &str)]) -> Self {
        Self::Form(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }
}

impl Visitor {
    /// The same browser before another node.
    pub fn before(&self, node: &Node) -> Self {
        Self { node: node.clone(), ..self.clone() }
    }

    pub fn from(&self, address: &str) -> Self {
        Self { from: address.parse().unwrap(), ..self.clone() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &Content::None, &[]).await
    }

    /// Sends a form with the session's token.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let own = [("csrf", self.csrf.as_str())];
        self.send("POST", path, &Content::form(&[&own, fields].concat()), &[]).await
    }

    pub async fn json(&self, method: &str, path: &str, body: Value) -> Answer {
        self.send(method, path, &Content::Json(body), &[]).await
    }

    pub async fn sign_in(&self, name: &str, password: &str) -> Answer {
        self.post("/sign-in", &[("name", name), ("password", password)]).await
    }

    pub async fn send(
        &self,
        method: &str,
        path: &str,
        content: &Content,
        headers: &[(&str, &str)],
    ) -> Answer {
        let cookies: Vec<String> =
            self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (kind, body) = match content {
            Content::None => (None, Body::empty()),
            Content::Form(fields) => (Some("application/x-www-form-urlencoded"), Body::from(encoded(fields))),
            Content::Json(value) => (Some("application/json"), Body::from(value.to_string())),
        };
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        let mut request = request.body(body).unwrap();
        request.extensions_mut().insert(Peer(SocketAddr::new(self.from, 40_000)));
        let response = self.node.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        self.keep(&parts.headers);
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status.as_u16(), headers: parts.headers, text }
    }

    fn keep(&self, headers: &HeaderMap) {
        let mut jar = self.cookies.lock().unwrap();
        for cookie in headers.get_all("set-cookie") {
            let (pair, rest) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() || rest.contains("Max-Age=0") {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

fn encoded(fields: &[(String, String)]) -> String {
    let escape = |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    fields.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect::<Vec<_>>().join("&")
}

impl Answer {
    pub fn location(&self) -> &str {
        self.headers.get("location").and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn body(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// The value of the first input of this name.
    pub fn input(&self, name: &str) -> String {
        let tags = self.text.split("<input").skip(1).filter_map(|rest| rest.split('>').next());
        let tag = tags.into_iter().find(|tag| tag.contains(&format!("name=\"{name}\"")));
        let value = tag.and_then(|tag| tag.split("value=\"").nth(1));
        value.and_then(|value| value.split('"').next()).unwrap_or_default().replace("&#38;", "&")
    }

    /// What stands in the first element of this class.
    pub fn shown_once(&self) -> String {
        let rest = self.text.split("class=\"secret\">").nth(1).unwrap_or_default();
        rest.split('<').next().unwrap_or_default().replace("&#38;", "&")
    }

    #[track_caller]
    pub fn shows(&self, text: &str) {
        assert!(self.text.contains(text), "{text:?} is not on the page:\n{}", self.text);
    }

    #[track_caller]
    pub fn hides(&self, text: &str) {
        assert!(!self.text.contains(text), "{text:?} is on the page");
    }
}

/// Whether tests that take minutes run in full.
#[expect(clippy::disallowed_methods, reason = "the tests' own switches are no configuration")]
pub fn is_long() -> bool {
    std::env::var("DUNGHEN_TEST_LONG").is_ok_and(|long| long == "1")
}
