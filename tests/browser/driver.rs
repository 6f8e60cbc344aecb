//! The demonstration service and a Chromium at it, both gone when the test ends however it ends.

#![allow(dead_code, reason = "each test program uses its part")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::error::CmdError;
use fantoccini::key::Key;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::Url;
use serde_json::{Value, json};
use tempfile::TempDir;

pub const PASSWORD: &str = dunghen::demo::PASSWORD;
/// A Monday morning before a day off.
const NOW: &str = "2026-11-23T09:00:00+07:00";
/// Far beyond what a loaded machine needs; what holds is seen as soon as it does.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process that does not outlive the test.
struct Held(Child);

impl Held {
    /// Starts it and gives what stands behind `mark` in a line of its output.
    fn start(command: &mut Command, mark: &str) -> (Self, String) {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let held = Self(child);
        let told = lines.find_map(|line| line.split_once(mark).map(|(_, rest)| rest.trim().to_owned()));
        // A pipe that nobody reads would stop it.
        std::thread::spawn(move || lines.for_each(drop));
        (held, told.unwrap_or_else(|| panic!("it ended before it told {mark:?}")))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// `dunghen demo` with a small province.
pub struct Service {
    pub url: String,
    _process: Option<(Held, TempDir)>,
}

impl Service {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_dunghen"));
        command.args(["demo", "--port", "0", "--dossiers", "400", "--as-of", NOW, "--data"]);
        let (process, address) = Held::start(command.arg(folder.path()), "Đúng Hẹn: ");
        Self { url: address, _process: Some((process, folder)) }
    }

    /// One that runs already, for as long as the test that has started it.
    pub fn at(url: String) -> Self {
        Self { url, _process: None }
    }
}

/// A Chromium of its own with a fresh profile.
pub struct Browser {
    client: Client,
    url: String,
    // Dropped in this order: whoever starts, the started one, its files.
    _driver: Held,
    _chromium: Chromium,
}

/// The browser that the driver has started, known by its profile.
struct Chromium(TempDir);

impl Drop for Chromium {
    /// A closed session has ended it; a failed test has not.
    fn drop(&mut self) {
        if let Some(pid) = owner(self.0.path()) {
            _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        }
    }
}

/// A running Chromium keeps `SingletonLock` in its profile, a link to its host's name and its id.
fn owner(profile: &Path) -> Option<rustix::process::Pid> {
    let link = std::fs::read_link(profile.join("SingletonLock")).ok()?;
    let id = link.to_str()?.rsplit_once('-')?.1.parse().ok()?;
    rustix::process::Pid::from_raw(id)
}

/// What the browser is held as.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// The counter's, 1366 × 768.
    Desk,
    /// 390 × 844, touched.
    Phone,
}

impl Browser {
    pub async fn open(service: &Service, screen: Screen) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let mut command = Command::new("chromedriver");
        command.arg("--port=0");
        let (driver, port) = Held::start(&mut command, "started successfully on port ");
        let chromium = Chromium(profile);
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(screen, chromium.0.path()))
            .connect(&format!("http://127.0.0.1:{}", port.trim_end_matches('.')))
            .await
            .unwrap();
        Self { client, url: service.url.clone(), _driver: driver, _chromium: chromium }
    }

    /// Ends the session, once nothing was wrong in the console.
    pub async fn close(self) {
        let wrong = self.wrong().await;
        assert!(wrong.is_empty(), "the console tells of {wrong:#?}");
        self.client.close().await.unwrap();
    }

    /// Opens a page and checks what holds for each: its title, and that nothing lies beyond its edge.
    pub async fn visit(&self, path: &str, title: &str) {
        self.go(path).await;
        assert_eq!(self.client.title().await.unwrap(), format!("{title} – Đúng Hẹn"), "{path}");
        self.fits().await;
    }

    /// Nothing lies beyond the width that the page is laid out for. (A phone's window is as wide as
    /// whatever it shows.)
    pub async fn fits(&self) {
        let beyond = "const page = document.documentElement; return page.scrollWidth - page.clientWidth";
        let beyond = self.js(beyond).await;
        let path = self.path().await;
        assert!(beyond.as_f64().unwrap() <= 0.0, "{path} is {beyond} px wider than the screen");
    }

    pub async fn go(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.url)).await.unwrap();
    }

    pub async fn js(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    pub async fn text_of(&self, script: &str) -> String {
        self.js(script).await.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until `condition` holds on whatever page there is then.
    #[track_caller]
    pub fn until(&self, condition: &str) -> impl Future<Output = ()> + use<'_> {
        let place = std::panic::Location::caller();
        let script = format!("return document.readyState === 'complete' && !!({condition})");
        let shown = condition.to_owned();
        async move {
            let holds = async {
                while self.client.execute(&script, Vec::new()).await.ok() != Some(Value::Bool(true)) {}
            };
            if tokio::time::timeout(PATIENCE, holds).await.is_err() {
                let page = self.text_of("return location.href + '\\n' + document.body.innerText").await;
                panic!("{place}: {shown} did not come to hold on {page}");
            }
        }
    }

    /// Waits until the page shows `text`.
    #[track_caller]
    pub fn shows(&self, text: &str) -> impl Future<Output = ()> + use<'_> {
        self.until(&format!("document.body.innerText.includes({})", json!(text)))
    }

    /// Opens the page anew until it shows `text`.
    pub async fn reload_until_shown(&self, path: &str, text: &str) {
        let shown = async {
            self.go(path).await;
            while !self.text("body").await.contains(text) {
                self.go(path).await;
            }
        };
        assert!(tokio::time::timeout(PATIENCE, shown).await.is_ok(), "{path} never showed {text:?}");
    }

    pub async fn path(&self) -> String {
        self.client.current_url().await.unwrap().path().to_owned()
    }

    /// The visible text of the first such element, once there is one.
    #[track_caller]
    pub fn text(&self, css: &str) -> impl Future<Output = String> + use<'_> {
        self.of_element(css, "element.innerText")
    }

    #[track_caller]
    pub fn attribute(&self, css: &str, name: &str) -> impl Future<Output = String> + use<'_> {
        self.of_element(css, &format!("element.getAttribute({}) ?? ''", json!(name)))
    }

    /// Asks in one go: the page renews parts of itself, and an element found before may be gone.
    #[track_caller]
    fn of_element(&self, css: &str, what: &str) -> impl Future<Output = String> + use<'_> {
        let place = std::panic::Location::caller();
        let script =
            format!("const element = document.querySelector({}); return element && ({what})", json!(css));
        let css = css.to_owned();
        async move {
            let told = async {
                loop {
                    if let Ok(Value::String(text)) = self.client.execute(&script, Vec::new()).await {
                        return text;
                    }
                }
            };
            let told = tokio::time::timeout(PATIENCE, told).await;
            told.unwrap_or_else(|_| panic!("{place}: there is no {css}"))
        }
    }

    /// Clicks the first such element, once it can be clicked.
    #[track_caller]
    pub fn click(&self, css: &str) -> impl Future<Output = ()> + use<'_> {
        let place = std::panic::Location::caller();
        let css = css.to_owned();
        async move {
            let mut why = None;
            let clicked = async {
                while let Err(error) = self.try_click(&css).await {
                    why = Some(error);
                }
            };
            if tokio::time::timeout(PATIENCE, clicked).await.is_err() {
                panic!("{place}: {css} cannot be clicked: {why:?}");
            }
        }
    }

    async fn try_click(&self, css: &str) -> Result<(), CmdError> {
        // As a person does: out from under what is fixed to the screen's edges. What covers it there is told.
        let to_the_middle =
            format!("document.querySelector({})?.scrollIntoView({{ block: 'center' }})", json!(css));
        self.client.execute(&to_the_middle, Vec::new()).await?;
        self.client.find(Locator::Css(css)).await?.click().await
    }

    /// Fills a field as if typed into it, whatever the locale shows there.
    pub async fn fill(&self, css: &str, value: &str) {
        let script = "const field = document.querySelector(arguments[0]); field.value = arguments[1];\
            field.dispatchEvent(new Event('input', { bubbles: true }))";
        self.client.execute(script, vec![json!(css), json!(value)]).await.unwrap();
    }

    /// Types on the keyboard, wherever the focus is.
    pub async fn type_keys(&self, text: &str) {
        let press =
            |keys: KeyActions, value| keys.then(KeyAction::Down { value }).then(KeyAction::Up { value });
        self.act(text.chars().fold(KeyActions::new("keyboard".to_owned()), press)).await;
    }

    pub async fn enter(&self) {
        self.type_keys(&char::from(Key::Enter).to_string()).await;
    }

    /// Ctrl and Enter together.
    pub async fn send(&self) {
        let (control, enter) = (char::from(Key::Control), char::from(Key::Enter));
        let keys = KeyActions::new("keyboard".to_owned())
            .then(KeyAction::Down { value: control })
            .then(KeyAction::Down { value: enter })
            .then(KeyAction::Up { value: enter })
            .then(KeyAction::Up { value: control });
        self.act(keys).await;
    }

    async fn act(&self, keys: KeyActions) {
        let Err(error) = self.client.perform_actions(keys).await else { return };
        // A key that leaves its page may take the driver's answer with it; it was pressed all the same.
        let left = ["navigated or closed", "aborted by navigation", "context was destroyed"];
        let told = error.to_string();
        assert!(left.iter().any(|sign| told.contains(sign)), "{told}");
    }

    /// Presses Enter from field to field until the focus matches.
    pub async fn enter_until(&self, css: &str) {
        for _ in 0..30 {
            let there = format!("return document.activeElement.matches({})", json!(css));
            if self.js(&there).await == Value::Bool(true) {
                return;
            }
            self.enter().await;
        }
        panic!("Enter does not lead to {css}");
    }

    pub async fn sign_in(&self, login: &str) {
        self.sign_in_as(login, PASSWORD).await;
    }

    pub async fn sign_in_as(&self, login: &str, password: &str) {
        self.client.delete_all_cookies().await.unwrap();
        self.go("/sign-in").await;
        self.until("document.activeElement.id === 'name'").await;
        self.type_keys(login).await;
        self.click("#password").await;
        self.type_keys(password).await;
        self.enter().await;
        self.until("location.pathname !== '/sign-in' && document.querySelector('.me')").await;
    }

    /// What the service answers to a request from this page, as text.
    pub async fn fetched(&self, path: &str, options: Value) -> String {
        let script = "const done = arguments[arguments.length - 1];\
            fetch(arguments[0], arguments[1]).then((answer) => answer.text()).then(done, (error) => done(String(error)))";
        let answer = self.client.execute_async(script, vec![json!(path), options]).await.unwrap();
        answer.as_str().unwrap_or_default().to_owned()
    }

    /// The console's errors, without the refusals that a test has provoked.
    async fn wrong(&self) -> Vec<String> {
        let entries = self.client.issue_cmd(ConsoleLog).await.unwrap();
        let refused =
            ["401", "404", "409", "422"].map(|status| format!("responded with a status of {status}"));
        entries
            .as_array()
            .into_iter()
            .flatten()
            .filter(|entry| entry["level"] == "SEVERE")
            .filter_map(|entry| entry["message"].as_str())
            .filter(|message| !refused.iter().any(|refused| message.contains(refused)))
            .map(str::to_owned)
            .collect()
    }
}

fn capabilities(screen: Screen, profile: &Path) -> Capabilities {
    let profile = format!("--user-data-dir={}", profile.display());
    let mut options = json!({ "args": [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1366,768",
        "--accept-lang=vi",
        profile,
    ] });
    if screen == Screen::Phone {
        options["mobileEmulation"] = json!({
            "deviceMetrics": { "width": 390, "height": 844, "pixelRatio": 2, "mobile": true, "touch": true }
        });
    }
    let all = json!({
        "browserName": "chrome",
        "goog:chromeOptions": options,
        "goog:loggingPrefs": { "browser": "ALL" },
    });
    all.as_object().unwrap().clone()
}

/// chromedriver's own command for what the console has told, policy violations included.
#[derive(Debug)]
struct ConsoleLog;

impl WebDriverCompatibleCommand for ConsoleLog {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, <Url as std::str::FromStr>::Err> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}
