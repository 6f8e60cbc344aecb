//! `dunghen serve`: the pages, the API and the scheduled work, until told to stop.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::net::TcpListener;

use super::setup::{self, Failed};
use super::{files, memory};
use crate::app::App;
use crate::config::{Configuration, LogFormat, MailTls, Networks, Web};
use crate::db::{Db, DbSettings, Purpose};
use crate::domain::refusal::Language;
use crate::identity::{IdentityError, Provider, ProviderSettings};
use crate::jobs::kernel::Kernel;
use crate::jobs::sender::Courier;
use crate::jobs::{self, tasks};
use crate::mail::{Channel, Correspondent, Relay, RelaySettings, Security, Timeouts};
use crate::web::server::Door;
use crate::web::server::tls::Tls;
use crate::web::{router, server};
use crate::work::law;
use crate::{clock::Clock, telemetry};

/// Of the kernel's own connections: a lease must be renewed well before it ends.
const LEASE_CALL: Duration = Duration::from_secs(4);

/// A loop that ended by itself ends the process, so that a supervisor starts it anew.
const ENDED_BY_ITSELF: u8 = 70;
/// For the deeds and letters under way, once the last request has ended or was cut.
const CLOSING: Duration = Duration::from_secs(8);

pub(super) async fn run(config: Option<&Path>) -> Result<ExitCode, Failed> {
    let configuration = setup::configuration(config)?;
    let settings = &configuration.settings;
    telemetry::start(&settings.log.filter, settings.log.format == LogFormat::Json);
    refuse_what_is_for_development(&configuration)?;
    files::make_room(settings.web.max_connections.size());
    memory::keep_to_itself();
    let courier = courier(&configuration)?;
    let db = setup::database(&configuration, Purpose::Serve).await?;
    let keys = setup::keys(&configuration, &db).await?;
    let clock = setup::clock(&configuration);
    let provider = provider(&configuration)?;
    let mut app = app(configuration, db, keys, clock);
    app.provider = provider;
    let files = app.province();
    setup::keep_province(&app.db, &app.desk()).await?;
    app.renew().await?;
    let drift = app.db.read(async |tx| law::drift(tx, &files.law).await).await?;
    if !drift.is_empty() {
        let changed: Vec<String> = drift.iter().map(|one| one.say(Language::English)).collect();
        tracing::warn!(
            changed = changed.join(", "),
            edition = app.province().edition,
            "the files were edited after the first start and that is NOT in force: `dunghen calendar import` \
             proposes it, `dunghen check` says how"
        );
        setup::complain(&setup::edited_files(&drift, app.province().edition));
    }
    serve(app, courier).await
}

/// Puts the parts of the service together.
pub(super) fn app(
    configuration: Configuration,
    db: crate::db::Db,
    keys: crate::seal::Keyring,
    clock: Clock,
) -> App {
    let Configuration { settings, province, .. } = configuration;
    App::new(db, clock, keys, province, settings.into())
}

/// A fixed clock and passwords over plain HTTP are for development alone.
fn refuse_what_is_for_development(configuration: &Configuration) -> Result<(), Failed> {
    let settings = &configuration.settings;
    if settings.development {
        return Ok(());
    }
    if settings.fixed_now.is_some() {
        return Err(Failed::Unusable(
            "DUNGHEN_NOW cố định đồng hồ và chỉ dùng khi cấu hình có `development = true`".to_owned(),
        ));
    }
    let exposed = !settings.web.listen.ip().is_loopback();
    if exposed && !settings.web.public_url.is_https() {
        return Err(Failed::Unusable(format!(
            "web.listen = {} mở ra mạng nhưng web.public_url không phải https; ghi web.certificate và web.key, hoặc đặt sau một máy chủ ủy quyền có TLS, rồi sửa public_url",
            settings.web.listen
        )));
    }
    let web = &settings.web;
    if exposed && tls(web)?.is_none() && web.trusted_proxies == Networks::default() {
        return Err(Failed::Unusable(format!(
            "web.listen = {} mở ra mạng mà không có TLS: ghi web.certificate và web.key, hoặc web.trusted_proxies nếu TLS kết thúc ở máy chủ ủy quyền",
            web.listen
        )));
    }
    Ok(())
}

/// How TLS is spoken at our own door, where it ends here.
fn tls(web: &Web) -> Result<Option<Tls>, Failed> {
    let named = |file: Option<&PathBuf>| file.filter(|file| !file.as_os_str().is_empty()).cloned();
    match (named(web.certificate.as_ref()), named(web.key.as_ref())) {
        (None, None) => Ok(None),
        (Some(certificate), Some(key)) if web.public_url.is_https() => Tls::open(&certificate, &key)
            .map(Some)
            .map_err(|error| {
                Failed::Unusable(format!(
                    "web.certificate, web.key: không dùng được (“{error}”). Ghi chứng thư và khóa PEM thuộc về nhau"
                ))
            }),
        (Some(_), Some(_)) => {
            Err(Failed::Unusable("web.certificate cần web.public_url bắt đầu bằng https://".to_owned()))
        }
        _ => Err(Failed::Unusable("web.certificate và web.key phải ghi cả hai".to_owned())),
    }
}

/// Whoever carries the letters, as the settings say.
fn courier(configuration: &Configuration) -> Result<Courier, Failed> {
    let mail = &configuration.settings.mail;
    if mail.host.is_empty() {
        tracing::warn!("no mail relay is configured: letters wait in the outbox");
        return Ok(Courier::Absent);
    }
    let security = match mail.tls {
        MailTls::None => Security::PlainLoopbackOnly,
        MailTls::StartTls => Security::StartTls,
        MailTls::Implicit => Security::Implicit,
    };
    let settings = RelaySettings {
        host: mail.host.clone(),
        port: mail.port,
        security,
        credentials: credentials(configuration)?,
        hello: mail.domain.clone(),
        timeouts: Timeouts::default(),
        extra_roots: None,
    };
    let relay = Relay::new(settings)
        .map_err(|error| Failed::Unusable(error.said().to(setup::LANGUAGE).to_owned()))?;
    let channel = Box::new(Channel::new(relay));
    Ok(Courier::Relay { channel, from: sender(&mail.from)? })
}

/// Where people may sign in instead, as the settings say.
fn provider(configuration: &Configuration) -> Result<Option<Arc<Provider>>, Failed> {
    let settings = &configuration.settings;
    let identity = &settings.identity;
    if !identity.is_set_up() {
        return Ok(None);
    }
    let read = |file: &Path, key: &str| {
        std::fs::read(file).map_err(|error| {
            Failed::Unusable(format!("identity.{key} {}: {}", file.display(), setup::why(&error)))
        })
    };
    let client_secret = match (&identity.client_secret, &identity.client_secret_file) {
        (Some(secret), _) => secret.clone(),
        (None, Some(file)) => {
            let text = read(file, "client_secret_file")?;
            secret(String::from_utf8_lossy(&text).trim_end(), "identity.client_secret_file", file)?
        }
        (None, None) => {
            return Err(Failed::Unusable(
                "identity.issuer cần identity.client_secret_file hoặc DUNGHEN__IDENTITY__CLIENT_SECRET"
                    .to_owned(),
            ));
        }
    };
    let extra_roots = identity.certificates.as_deref().map(|file| read(file, "certificates")).transpose()?;
    let provider = Provider::new(ProviderSettings {
        issuer: identity.issuer.clone(),
        client_id: identity.client_id.clone(),
        client_secret,
        redirect_url: format!("{}/sign-in/provider/return", settings.web.public_url.as_str()),
        extra_roots,
    });
    provider.map(|provider| Some(Arc::new(provider))).map_err(|error| {
        Failed::Unusable(match error {
            IdentityError::NotBuilt => {
                "identity.issuer: chương trình này dựng không có tính năng `oidc`; bỏ mục [identity], hoặc dùng bản có tính năng ấy".to_owned()
            }
            other => format!("identity: thiết lập không dùng được (“{other}”)"),
        })
    })
}

fn credentials(configuration: &Configuration) -> Result<Option<(String, SecretString)>, Failed> {
    let mail = &configuration.settings.mail;
    if mail.user.is_empty() {
        return Ok(None);
    }
    let password = match (&mail.password, &mail.password_file) {
        (Some(password), _) => password.clone(),
        (None, Some(file)) => {
            let text = std::fs::read_to_string(file).map_err(|error| {
                Failed::Unusable(format!("mail.password_file {}: {}", file.display(), setup::why(&error)))
            })?;
            secret(text.trim_end(), "mail.password_file", file)?
        }
        (None, None) => {
            return Err(Failed::Unusable(
                "mail.user cần mail.password_file hoặc DUNGHEN__MAIL__PASSWORD".to_owned(),
            ));
        }
    };
    Ok(Some((mail.user.clone(), password)))
}

/// What stands in a secret's file; an empty one is none.
fn secret(text: &str, setting: &str, file: &Path) -> Result<SecretString, Failed> {
    if text.is_empty() {
        return Err(Failed::Unusable(format!("{setting} {}: tệp rỗng", file.display())));
    }
    Ok(text.to_owned().into())
}

/// `Trung tâm PVHCC <motcua@example.vn>`.
fn sender(from: &str) -> Result<Correspondent, Failed> {
    let (name, address) = match from.rsplit_once('<') {
        Some((name, address)) => (name.trim(), address.trim_end_matches('>').trim()),
        None => ("", from.trim()),
    };
    let address = address
        .parse()
        .map_err(|_| Failed::Unusable(format!("mail.from: “{from}” không phải địa chỉ thư")))?;
    Ok(Correspondent::new(name, address))
}

/// Serves until a signal or a loop's end, then lets everyone finish.
pub(super) async fn serve(app: App, courier: Courier) -> Result<ExitCode, Failed> {
    let listener = bind(app.settings.web.listen).await?;
    serve_on(app, courier, listener).await
}

pub(super) async fn bind(listen: SocketAddr) -> Result<TcpListener, Failed> {
    TcpListener::bind(listen).await.map_err(|error| {
        Failed::Unusable(format!(
            "không mở được địa chỉ {listen}: {}. Chọn cổng khác bằng web.listen hoặc --port",
            setup::why(&error)
        ))
    })
}

/// The same on an address that is taken already.
pub(super) async fn serve_on(app: App, courier: Courier, listener: TcpListener) -> Result<ExitCode, Failed> {
    let kernel = kernel(&app).await?;
    kernel.start().await?;
    let address = listener.local_addr().unwrap_or(app.settings.web.listen);
    // Whoever reads below that it is ready may tell it to stop at once.
    let stop = told_to_stop().map_err(|error| {
        Failed::Unusable(format!("không nhận được tín hiệu dừng: {}", setup::why(&error)))
    })?;
    tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), tzdb = telemetry::tzdb_version(), "ready");
    let tls = tls(&app.settings.web)?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    setup::print(&format!("Đúng Hẹn: {scheme}://{address}"));
    let limits = server::Limits::from(&app.settings.web);
    let drain = limits.drain;
    let (routes, traffic) = (router::router(app.clone()), Arc::clone(&app.traffic));
    let pages =
        app.tasks.spawn(server::serve(Door { listener, tls }, routes, limits, traffic, app.stop.clone()));
    let loops = app.tasks.spawn(jobs::run(kernel.clone(), courier));
    let code = until_an_end(stop, loops, pages).await;
    if tokio::time::timeout(drain + CLOSING, close(&app, &kernel)).await.is_err() {
        tracing::error!("something does not end; the process ends without it");
    }
    Ok(code)
}

/// The node's share in what happens later.
async fn kernel(app: &App) -> Result<Kernel, Failed> {
    let db = if app.db.is_sqlite() {
        app.db.for_the_clock()
    } else {
        let settings = DbSettings {
            purpose: Purpose::Serve,
            application_name: "dunghen-kernel".to_owned(),
            postgres_connections: 3,
            report_connections: 1,
            acquire_limit: LEASE_CALL / 2,
            call_limit: LEASE_CALL,
            statement_timeout: LEASE_CALL / 2,
            ..DbSettings::default()
        };
        Db::open(app.settings.database.url.as_str(), &settings).await?
    };
    let tasks = tasks::all(app).map_err(|error| Failed::Unusable(error.to_string()))?;
    Ok(Kernel::new(app.for_the_clock(), db, &setup::node_name(&app.settings.jobs.node), tasks))
}

async fn close(app: &App, kernel: &Kernel) {
    app.close().await;
    kernel.db.close().await;
}

/// Waits for the signal to stop, or for the end of what never ends.
async fn until_an_end<L: std::fmt::Debug, P: std::fmt::Debug>(
    stopped: impl Future<Output = ()>,
    loops: impl Future<Output = L>,
    pages: impl Future<Output = P>,
) -> ExitCode {
    tokio::select! {
        () = stopped => {
            tracing::info!("stopping");
            ExitCode::SUCCESS
        }
        ended = loops => {
            tracing::error!(?ended, "a loop has ended; the service ends with it");
            ExitCode::from(ENDED_BY_ITSELF)
        }
        ended = pages => {
            tracing::error!(?ended, "the accept loop has ended; the service ends with it");
            ExitCode::from(ENDED_BY_ITSELF)
        }
    }
}

/// From now on, Ctrl+C and SIGTERM end nothing by themselves; ends with the first of them.
fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    #[cfg(unix)]
    let mut interrupt = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())?;
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    })
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    fn shown(code: ExitCode) -> String {
        format!("{code:?}")
    }

    #[tokio::test]
    async fn what_ends_by_itself_ends_the_process_with_a_code_that_a_supervisor_notices() {
        let (told, by_itself) = (shown(ExitCode::SUCCESS), shown(ExitCode::from(70)));
        let never = pending::<()>;
        assert_eq!(shown(until_an_end(ready(()), never(), never()).await), told);
        assert_eq!(shown(until_an_end(never(), ready(()), never()).await), by_itself);
        assert_eq!(shown(until_an_end(never(), never(), ready(())).await), by_itself);
    }
}
