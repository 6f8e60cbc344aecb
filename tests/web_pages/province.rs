//! The demonstration province with everything that a page can show, answering without a network between.

use std::collections::{BTreeMap, BTreeSet};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use dunghen::app::App;
use dunghen::cli::import::{Job, Progress, import};
use dunghen::clock::Clock;
use dunghen::config::{Configuration, Environment};
use dunghen::db::{Db, DbSettings, Purpose, Tx};
use dunghen::demo::{self, Plan};
use dunghen::domain::law::{Amendment, LocalDayOff, Overlay};
use dunghen::domain::staff::{Actor, Role, StaffId};
use dunghen::exchange::input::Format;
use dunghen::exchange::mapping;
use dunghen::seal::Keyring;
use dunghen::store::staff::{self, NewPerson, Person};
use dunghen::store::{dossiers, events};
use dunghen::web::{reader, router, session};
use dunghen::work::decisions::{self, Proposal};
use dunghen::work::sign_in::{self, Whence};
use dunghen::work::sweep;
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::office::NOW;

/// Enough for every kind of life.
const DOSSIERS: u32 = 260;
/// So many dossiers of each state are looked at.
const OF_EACH_STATE: usize = 2;
const SHEET: &str = "code,intake,planned,settled\nA-1,2026-10-01,2026-10-20,2026-10-12\n\
                     A-2,2026-10-05,2026-10-02,2026-10-01\n,2026-10-05,,\nA-4,hôm qua,,\n";

pub struct Province {
    app: App,
    router: Router,
    dossiers: Vec<String>,
    decision: i64,
    letters: Vec<i64>,
    _folder: tempfile::TempDir,
}

impl Province {
    pub async fn build() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("dunghen.db").display());
        let settings = DbSettings { purpose: Purpose::Serve, ..DbSettings::default() };
        let db = Db::open(&url, &settings).await.unwrap();
        let Configuration { settings, province, .. } =
            Configuration::demonstration(&Environment::default()).unwrap();
        let clock = Clock::fixed(NOW.parse().unwrap());
        let app = App::new(db, clock, Keyring::generate(), province, settings.into());
        let desk = app.desk();
        demo::build(&app.db, &desk, &Plan { dossiers: DOSSIERS, seed: 1, as_of: desk.now }).await.unwrap();
        hire_the_rest(&app).await;
        take_over(&app, folder.path()).await;
        sweep(&app).await;
        let (decision, dossiers, letters) = (propose(&app).await, lives(&app).await, letters(&app).await);
        Self { router: router::router(app.clone()), app, dossiers, decision, letters, _folder: folder }
    }

    /// Somebody of every role, and nobody.
    pub async fn readers(&self) -> Vec<Reader<'_>> {
        let mut readers = vec![Reader { province: self, person: None, cookie: String::new() }];
        let mut roles: BTreeSet<_> = held_roles().collect();
        for person in people(&self.app).await {
            if person.roles.0.iter().any(|role| roles.remove(role)) {
                let cookie = self.signed_in(&person).await;
                readers.push(Reader { province: self, person: Some(person), cookie });
            }
        }
        assert!(roles.is_empty(), "nobody is {roles:?}");
        readers
    }

    async fn signed_in(&self, person: &Person) -> String {
        let token = session::new_token();
        let (desk, person) = (self.app.desk(), person.clone());
        let limits = session::limits(&self.app.settings);
        let whence = Whence { network: "203.0.113.0/24".into(), agent: "Chrome, Linux".into(), device: None };
        let deed = async move |tx: &mut Tx| sign_in::begin(tx, &desk, &person, &token, limits, &whence).await;
        self.app.db.write(deed).await.unwrap();
        session::cookie(&self.app.settings, &token).to_string()
    }

    /// Where a page of this pattern is: a new parameter has to be thought about.
    pub fn addresses(&self, pattern: &str) -> Vec<String> {
        let each = |parameter: &str, values: &[String]| {
            values.iter().map(|value| pattern.replace(parameter, value)).collect::<Vec<_>>()
        };
        let number = |number: i64| [number.to_string()];
        match pattern {
            _ if !pattern.contains('{') => {
                let chosen = if pattern.starts_with("/rates") { "?month=2026-10" } else { "" };
                vec![format!("{pattern}{chosen}")]
            }
            _ if pattern.starts_with("/dossiers/{code}") => each("{code}", &self.dossiers),
            _ if pattern.contains("/procedures/{code}") || pattern.contains("/thu-tuc/{code}") => {
                let today = self.app.desk().today();
                let province = self.app.province();
                let codes: Vec<_> =
                    province.catalogue.offered(today).map(|one| one.code.to_string()).take(12).collect();
                each("{code}", &codes)
            }
            "/people/{id}" => each("{id}", &number(1)),
            "/outbox/{id}" | "/outbox/{id}/content" => {
                each("{id}", &self.letters.iter().map(ToString::to_string).collect::<Vec<_>>())
            }
            _ if pattern.starts_with("/calendars/{id}") => {
                [each("{id}", &number(self.decision)), each("{id}", &number(1))].concat()
            }
            "/assets/{name}" => Vec::new(),
            other => panic!("how is {other} asked for?"),
        }
    }
}

fn held_roles() -> impl Iterator<Item = Role> {
    Role::ALL.into_iter().filter(|role| role.is_held_by_staff())
}

async fn people(app: &App) -> Vec<Person> {
    app.db.read(async |tx| staff::with_login(tx, 1_000).await).await.unwrap()
}

/// Roles that the demonstration's accounts leave out.
async fn hire_the_rest(app: &App) {
    let known: BTreeSet<Role> = people(app).await.into_iter().flat_map(|person| person.roles.0).collect();
    let now = app.desk().now;
    let deed = async move |tx: &mut Tx| {
        for role in held_roles().filter(|role| !known.contains(role)) {
            let login = format!("{}-moi", role.id());
            let new = NewPerson {
                login: Some(&login),
                name: "Lò Văn Mới",
                email: None,
                unit: "H35.21",
                roles: &[role],
                password_hash: None,
                source: None,
                created_at: now,
            };
            staff::insert(tx, &new).await?;
        }
        Ok(())
    };
    app.db.write(deed).await.unwrap();
}

/// Another system's table, with records that are odd and some that can't be taken.
async fn take_over(app: &App, folder: &std::path::Path) {
    let file = folder.join("cu.csv");
    std::fs::write(&file, SHEET).unwrap();
    let mapping = "source = \"cu\"\nzone = \"Asia/Ho_Chi_Minh\"\nplanned = \"day\"\ndates = [\"%Y-%m-%d\"]\n\
                   [columns]\ncode = \"code\"\nintake = \"intake\"\nplanned = \"planned\"\nsettled = \"settled\"\n";
    let mapping = std::sync::Arc::new(mapping::parse(mapping, &file).unwrap());
    let desk = app.desk();
    let actor = Actor::system(desk.province.root.clone());
    let job = Job::new(&file, Format::Csv, &mapping);
    import(&app.db, &desk, &actor, &job, &mut Progress::silent()).await.unwrap();
}

/// A closure that waits for a second person.
async fn propose(app: &App) -> i64 {
    let people = people(app).await;
    let control = people.iter().find(|person| person.roles.0.contains(&Role::ControlOffice)).unwrap();
    let actor =
        Actor::new(StaffId(control.id), control.unit.parse().unwrap(), control.roles.0.iter().copied());
    let off = LocalDayOff {
        unit: "H35.21".parse().unwrap(),
        day: "2026-11-26".parse().unwrap(),
        name: "Nghỉ do bão".to_owned(),
        document: "12/QĐ-UBND".to_owned(),
        makeup: Some("2026-11-28".parse().unwrap()),
        alone: false,
    };
    let new = Proposal {
        amendment: Amendment::Overlay(Overlay { off: vec![off], ..Overlay::default() }),
        original: None,
        document: "12/QĐ-UBND".to_owned(),
        signer: "Chủ tịch UBND xã".to_owned(),
        effective_on: None,
        reason: "Mưa lũ".to_owned(),
    };
    let desk = app.desk();
    let deed = async move |tx: &mut Tx| decisions::propose(tx, &desk, &actor, &new, None).await;
    app.db.write(deed).await.unwrap()
}

/// Some dossiers of every state, those with the most events.
async fn lives(app: &App) -> Vec<String> {
    let read = async |tx: &mut Tx| {
        let mut states = BTreeMap::<String, Vec<(usize, String)>>::new();
        for (id, _) in dossiers::page_of_ids(tx, 0, 100_000).await? {
            let events = events::of(tx, id).await?;
            let dossier = dunghen::domain::dossier::Dossier::fold(&events).ok().flatten();
            let Some(dossier) = dossier else { continue };
            let late = dossier.is_late_at(NOW.parse().unwrap());
            let kind = format!("{:?} {late} {}", dossier.state, dossier.apology.is_some());
            states.entry(kind).or_default().push((events.len(), dossier.filing.code));
        }
        Ok(states)
    };
    let states = app.db.read(read).await.unwrap();
    let longest = |mut all: Vec<(usize, String)>| {
        all.sort_by_key(|(events, _)| std::cmp::Reverse(*events));
        all.into_iter().take(OF_EACH_STATE).map(|(_, code)| code)
    };
    states.into_values().flat_map(longest).collect()
}

/// Has everything owed and told that is due by now, and so the letters written.
async fn sweep(app: &App) {
    let batch = i64::from(DOSSIERS);
    let desk = app.desk();
    let swept = app.db.write(async move |tx: &mut Tx| sweep::sweep(tx, &desk, batch).await).await.unwrap();
    assert!(swept.letters > 0);
}

/// The last letter of each kind that each unit has: a head reads those of the own unit alone.
async fn letters(app: &App) -> Vec<i64> {
    let sql = "select max(id) from outbox group by unit, kind order by 1";
    let last: Vec<(i64,)> = app.db.read(async |tx| tx.query(sql).fetch_all().await).await.unwrap();
    last.into_iter().map(|(id,)| id).collect()
}

/// Somebody at a browser, or nobody.
pub struct Reader<'p> {
    province: &'p Province,
    person: Option<Person>,
    cookie: String,
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Reader<'_> {
    pub fn name(&self) -> String {
        self.person.as_ref().map_or_else(|| "nobody".to_owned(), |person| format!("{:?}", person.roles.0))
    }

    /// A page in the language that this reader chose before.
    pub async fn get(&self, address: &str, language: &str) -> Answer {
        let chosen = dunghen::domain::refusal::Language::from_id(language).unwrap();
        let chosen = reader::cookie(&self.province.app.settings, chosen);
        let pair = |cookie: &str| cookie.split(';').next().unwrap_or_default().to_owned();
        let cookies = format!("{}; {}", pair(&chosen.to_string()), pair(&self.cookie));
        let request = Request::builder().uri(address).header("host", "localhost").header("cookie", cookies);
        let request = request.body(Body::empty()).unwrap();
        let response = self.province.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status.as_u16(), headers: parts.headers, text }
    }
}

impl Answer {
    pub fn is_page(&self) -> bool {
        let kind = self.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        kind.starts_with("text/html")
    }
}
