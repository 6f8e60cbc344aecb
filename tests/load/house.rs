//! A server inside of the test: the real accept loop with what every request passes through.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use dunghen::app::App;
use dunghen::clock::Clock;
use dunghen::config::{Configuration, Environment};
use dunghen::db::{Db, DbSettings, Purpose};
use dunghen::seal::Keyring;
use dunghen::web::{router, server};
use tokio::net::TcpListener;

/// Longer than anything takes on a busy machine; who waits longer waits in vain.
pub const PATIENCE: Duration = Duration::from_secs(30);

pub struct House {
    pub app: App,
    pub address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl House {
    /// The whole service, with some settings of its own.
    pub async fn open(settings: &[(&str, &str)]) -> Self {
        Self::with(settings, router::router).await
    }

    /// These routes alone, behind the same gate.
    pub async fn of(routes: Router<App>, settings: &[(&str, &str)]) -> Self {
        Self::with(settings, |app| router::dress(routes, app)).await
    }

    async fn with(settings: &[(&str, &str)], routes: impl FnOnce(App) -> Router) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("dunghen.db").display());
        let serve = DbSettings { purpose: Purpose::Serve, ..DbSettings::default() };
        let db = Db::open(&url, &serve).await.unwrap();
        let named =
            settings.iter().map(|(name, value)| (format!("DUNGHEN__WEB__{name}"), (*value).to_owned()));
        let configuration = Configuration::demonstration(&Environment::from_iter(named)).unwrap();
        let Configuration { settings, province, .. } = configuration;
        let app = App::new(db, Clock::system(), Keyring::generate(), province, settings.into());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let limits = server::Limits::from(&app.settings.web);
        let (routes, traffic) = (routes(app.clone()), app.traffic.clone());
        app.tasks.spawn(server::serve(listener, routes, limits, traffic, app.stop.clone()));
        Self { app, address, _folder: folder }
    }

    /// Waits until so many connections are open.
    pub async fn connections(&self, expected: u64) {
        until("connections", || self.app.traffic.connections.get() == expected).await;
    }

    pub async fn close(self) {
        tokio::time::timeout(PATIENCE, self.app.close()).await.expect("it doesn't stop");
    }
}

/// Waits until it is so.
pub async fn until(what: &str, is_so: impl Fn() -> bool) {
    let looks = async {
        let mut looks = tokio::time::interval(Duration::from_millis(10));
        while !is_so() {
            looks.tick().await;
        }
    };
    tokio::time::timeout(PATIENCE, looks).await.unwrap_or_else(|_| panic!("waited for {what} in vain"));
}
