//! A ward's office with its people and a few dossiers, served on a port of its own, and a
//! browser without script to visit it.

use std::time::Duration;

use dunghen::app::App;
use dunghen::cli::import::{Job, Progress, import};
use dunghen::clock::Clock;
use dunghen::config::{Configuration, Environment};
use dunghen::db::{Db, DbSettings, Purpose};
use dunghen::domain::applicant::Applicant;
use dunghen::domain::event::ReturnMethod;
use dunghen::domain::procedure::Channel;
use dunghen::domain::staff::{Actor, Role, StaffId};
use dunghen::domain::time::Moment;
use dunghen::exchange::input::Format;
use dunghen::exchange::mapping;
use dunghen::seal::{Keyring, password};
use dunghen::store::staff::{self, NewPerson};
use dunghen::web::{router, server};
use dunghen::work::desk::Desk;
use dunghen::work::intake::{self, NewDossier};
use dunghen::work::processing::{self, Request};
use dunghen::work::{start, sweep};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// Monday; Tuesday the 24th is a public holiday.
pub const NOW: &str = "2026-11-23T09:30:00+07:00";
pub const PASSWORD: &str = "mật khẩu đủ dài";
/// Đoàn Kết ward and its centre, and another commune.
pub const WARD: &str = "H35.21";
pub const CENTRE: &str = "H35.21.01";
/// Three working days, settled by the commune of receipt.
pub const PROCEDURE: &str = "1.004873";

const PEOPLE: [(&str, &str, &str, Role); 8] = [
    ("mai", "Lò Thị Mai", CENTRE, Role::Reception),
    ("yen", "Hoàng Thị Yến", WARD, Role::Specialist),
    ("thang", "Nguyễn Văn Thắng", WARD, Role::UnitHead),
    ("hoa", "Vàng Thị Hoa", WARD, Role::Clerk),
    ("khac", "Giàng A Páo", "H35.22", Role::Specialist),
    ("pha", "Lý Seo Phà", "H35.22.01", Role::Reception),
    ("huy", "Đỗ Quang Huy", "H35.01", Role::ControlOffice),
    ("quantri", "Trần Văn Quản", "H35.01", Role::Administrator),
];

pub struct Office {
    pub app: App,
    pub url: String,
    _folder: tempfile::TempDir,
}

impl Office {
    pub async fn open() -> Self {
        Self::on("127.0.0.1:0").await
    }

    pub async fn on(address: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("dunghen.db").display());
        let settings = DbSettings { purpose: Purpose::Serve, ..DbSettings::default() };
        let db = Db::open(&url, &settings).await.unwrap();
        let listener = TcpListener::bind(address).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let environment = Environment::from_iter([("DUNGHEN__WEB__PUBLIC_URL".to_owned(), url.clone())]);
        let Configuration { settings, province, .. } = Configuration::demonstration(&environment).unwrap();
        let clock = Clock::fixed(NOW.parse().unwrap());
        let app = App::new(db, clock, Keyring::generate(), province, settings.into());
        let office = Self { app, url, _folder: folder };
        office.people().await;
        let (app, stop) = (&office.app, office.app.stop.clone());
        let limits = server::Limits { drain: Duration::from_secs(1), ..(&app.settings.web).into() };
        let served = server::serve(listener, router::router(app.clone()), limits, app.traffic.clone(), stop);
        office.app.tasks.spawn(served);
        office
    }

    async fn people(&self) {
        let desk = self.app.desk();
        let hash = password::hash(PASSWORD).unwrap();
        let deed = async move |tx: &mut dunghen::db::Tx| {
            start::keep_province(tx, &desk).await?;
            for (login, name, unit, role) in PEOPLE {
                let new = NewPerson {
                    login: Some(login),
                    name,
                    email: (role == Role::UnitHead).then_some("thang@example.vn"),
                    unit,
                    roles: &[role],
                    password_hash: Some(&hash),
                    source: None,
                    created_at: desk.now,
                };
                staff::insert(tx, &new).await?;
            }
            Ok(())
        };
        self.app.db.write(deed).await.unwrap();
    }

    fn desk(&self, at: &str) -> Desk {
        Desk { now: at.parse::<Moment>().unwrap(), ..self.app.desk() }
    }

    pub async fn actor(&self, login: &str) -> Actor {
        let person = self.app.db.read(async |tx| staff::by_login(tx, login).await).await.unwrap().unwrap();
        Actor::new(StaffId(person.id), person.unit.parse().unwrap(), person.roles.0.iter().copied())
    }

    /// Takes in a dossier at the ward's counter at `at` and says its code.
    pub async fn receive(&self, at: &str, procedure: &str) -> String {
        self.receive_by("mai", CENTRE, Channel::Counter, at, procedure).await
    }

    pub async fn receive_by(
        &self,
        login: &str,
        unit: &str,
        channel: Channel,
        at: &str,
        procedure: &str,
    ) -> String {
        let (desk, actor) = (self.desk(at), self.actor(login).await);
        let new = NewDossier {
            procedure: procedure.to_owned(),
            receiving_unit: unit.to_owned(),
            channel,
            applicant: Applicant {
                name: "Tẩn Thị Sua".to_owned(),
                identifier: Some("012345671234".to_owned()),
                phone: Some("0912345678".to_owned()),
                email: Some("sua@example.vn".to_owned()),
                address: Some("Bản Nậm Loỏng, phường Đoàn Kết".to_owned()),
                ..Applicant::default()
            },
            components: vec!["Tờ khai theo mẫu".to_owned()],
            return_method: ReturnMethod::Counter,
        };
        let deed = async move |tx: &mut dunghen::db::Tx| intake::receive(tx, &desk, &actor, &new, None).await;
        self.app.db.write(deed).await.unwrap().code
    }

    /// Something that happens to a dossier at `at`.
    pub async fn happen(&self, at: &str, login: &str, code: &str, version: i64, mut body: Value) {
        body["expected_version"] = json!(version);
        let request = Request::from_json(body).unwrap();
        let (desk, actor, code) = (self.desk(at), self.actor(login).await, code.to_owned());
        let deed = async move |tx: &mut dunghen::db::Tx| {
            processing::change(tx, &desk, &actor, &code, &request).await.map(|_| ())
        };
        self.app.db.write(deed).await.unwrap();
    }

    /// A dossier received at `at` and handed to the ward's specialist.
    pub async fn in_processing(&self, at: &str, procedure: &str) -> String {
        let code = self.receive(at, procedure).await;
        self.happen(at, "mai", &code, 1, json!({ "kind": "transfer", "to_unit": WARD })).await;
        code
    }

    /// Takes over a table of another system, of which only code and dates are read.
    pub async fn import(&self, source: &str, rows: &str) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(format!("{source}.csv"));
        std::fs::write(&file, rows).unwrap();
        let mapping = format!(
            "source = \"{source}\"\nzone = \"Asia/Ho_Chi_Minh\"\nplanned = \"day\"\ndates = [\"%Y-%m-%d\"]\n\
             [columns]\ncode = \"code\"\nintake = \"intake\"\nplanned = \"planned\"\nsettled = \"settled\"\n"
        );
        let mapping = std::sync::Arc::new(mapping::parse(&mapping, &file).unwrap());
        let desk = self.app.desk();
        let actor = Actor::system(desk.province.root.clone());
        let job = Job::new(&file, Format::Csv, &mapping);
        import(&self.app.db, &desk, &actor, &job, &mut Progress::silent()).await.unwrap();
    }

    /// What the clock brings about: obligations, alerts.
    pub async fn sweep(&self) {
        let desk = self.app.desk();
        self.app.db.write(async move |tx| sweep::sweep(tx, &desk, 500).await.map(|_| ())).await.unwrap();
    }

    pub async fn close(self) {
        self.app.close().await;
    }
}

/// One browser with its cookies.
pub struct Browser {
    client: reqwest::Client,
    url: String,
}

pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn location(&self) -> &str {
        self.headers.get("location").and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The value of the first input of this name.
    pub fn input(&self, name: &str) -> String {
        let tags = self.text.split("<input").skip(1).filter_map(|rest| rest.split('>').next());
        let tag = tags.into_iter().find(|tag| tag.contains(&format!("name=\"{name}\"")));
        let value = tag.and_then(|tag| tag.split("value=\"").nth(1));
        value.and_then(|value| value.split('"').next()).unwrap_or_default().to_owned()
    }

    /// The part of the page from the element of this id on to its end tag.
    pub fn part(&self, id: &str, end: &str) -> &str {
        let part = self.text.split(&format!("id=\"{id}\"")).nth(1).unwrap_or_default();
        part.split(end).next().unwrap_or_default()
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

impl Browser {
    pub fn new(office: &Office) -> Self {
        let none = reqwest::redirect::Policy::none();
        let client = reqwest::Client::builder().cookie_store(true).redirect(none).build().unwrap();
        Self { client, url: office.url.clone() }
    }

    /// A browser in which this person is signed in.
    pub async fn of(office: &Office, login: &str) -> Self {
        let browser = Self::new(office);
        let answer = browser.post("/sign-in", &[("name", login), ("password", PASSWORD)]).await;
        assert_eq!(answer.status, 303, "{login} could not sign in");
        browser
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let request = self.client.get(format!("{}{path}", self.url));
        Self::answer(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)))
            .await
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_with(path, fields, &[]).await
    }

    pub async fn post_with(&self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        let escaped = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let pairs: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        let mut request = self
            .client
            .post(format!("{}{path}", self.url))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(pairs.join("&"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Self::answer(request).await
    }

    /// Sends a form with the token and version of the dossier's page as it is now.
    pub async fn event(&self, code: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.get(&format!("/dossiers/{code}")).await;
        let (csrf, version) = (page.input("csrf"), page.input("expected_version"));
        let own = [("csrf", csrf.as_str()), ("expected_version", version.as_str())];
        self.post(&format!("/dossiers/{code}/events"), &[&own, fields].concat()).await
    }

    async fn answer(request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer { status, headers, text: response.text().await.unwrap() }
    }
}
