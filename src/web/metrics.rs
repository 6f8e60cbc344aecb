//! `/metrics`: what is counted, as Prometheus reads it, for whoever watches over the service.
//!
//! Nobody signs in, and so there is something to read only for the networks that the settings name. What the database
//! is asked is found by index: the costs follow what waits, not what is stored.

use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::address::{Client, Peer};
use super::failure::Result;
use crate::app::App;
use crate::app::lead::Standing;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::time::Moment;
use crate::store::{obligations, outbox, sweep};
use crate::telemetry::{self, metrics::Text};

/// What proxies put down about those that they speak for.
const SIGNS_OF_A_PROXY: [&str; 4] = ["x-forwarded-for", "forwarded", "x-real-ip", "via"];

/// Everything that is counted, and what waits in the database.
pub async fn show(
    State(app): State<App>,
    client: Client,
    headers: HeaderMap,
    peer: Option<Extension<Peer>>,
) -> Result<Response> {
    let is_direct = peer.is_some_and(|Extension(Peer(peer))| peer.ip().to_canonical() == client.0);
    let hides = is_direct && SIGNS_OF_A_PROXY.iter().any(|name| headers.contains_key(*name));
    if hides || !app.settings.web.metrics_from.hold(client.0) {
        return Err(Refusal::new(
            Kind::NotFound,
            "Số liệu vận hành chỉ mở cho các mạng ghi ở web.metrics_from trong cấu hình.",
            "Only the networks that web.metrics_from in the configuration names may read this.",
        )
        .into());
    }
    let mut text = Text::default();
    versions(&mut text);
    traffic(&mut text, &app);
    database(&mut text, &app);
    loops(&mut text, &app);
    waiting(&mut text, &app).await;
    Ok(([(CONTENT_TYPE, Text::CONTENT_TYPE)], text.finish()).into_response())
}

fn versions(text: &mut Text) {
    let labels = [("version", env!("CARGO_PKG_VERSION")), ("tzdb", telemetry::tzdb_version())];
    text.gauge("dunghen_build_info", "Which program this is, with which time zones.").put(&labels, 1.0);
}

fn traffic(text: &mut Text, app: &App) {
    let traffic = &app.traffic;
    text.gauge("dunghen_http_connections", "Connections that are open.")
        .put_count(&[], traffic.connections.get());
    text.counter("dunghen_http_connections_refused_total", "Connections that found no room and no answer.")
        .put_count(&[], traffic.refused.get());
    text.gauge("dunghen_http_requests_under_way", "Requests let in and not answered yet.")
        .put_count(&[], traffic.requests.get());
    let mut shed = text.counter("dunghen_http_requests_shed_total", "Requests sent away, by what was full.");
    for full in ["connections", "connections_of_a_client", "requests", "bodies"] {
        shed.put_count(&[("full", full)], traffic.shed.of(full).get());
    }
    text.counter("dunghen_http_panics_total", "Requests that met a defect of this program.")
        .put_count(&[], traffic.panics.get());
    let mut answers = text.histogram(
        "dunghen_http_request_duration_seconds",
        "Time from a request's head to its answer's, by route, method and class of status.",
    );
    for (answered, lengths) in traffic.answers.all() {
        let labels = [("route", &*answered.route), ("method", answered.method), ("status", answered.class)];
        answers.put_histogram(&labels, &lengths);
    }
}

fn database(text: &mut Text, app: &App) {
    let pools = app.db.usage();
    let mut connections = text.gauge("dunghen_db_connections", "Connections, by what they are for.");
    for (pool, usage) in pools {
        connections.put(&[("pool", pool), ("state", "busy")], usage.busy.into());
        connections.put(&[("pool", pool), ("state", "idle")], usage.idle.into());
    }
    let mut most = text.gauge("dunghen_db_connections_max", "Most connections at once.");
    for (pool, usage) in pools {
        most.put(&[("pool", pool)], usage.size.into());
    }
    let mut waiting = text.gauge("dunghen_db_connection_waiters", "Those who wait for a connection.");
    for (pool, usage) in pools {
        waiting.put_count(&[("pool", pool)], usage.waiting);
    }
    let meter = app.db.meter();
    text.gauge("dunghen_db_deeds_under_way", "Changes that wait for the database or are being made.")
        .put_count(&[], meter.deeds.get());
    text.histogram("dunghen_db_commit_duration_seconds", "Time that a commit took.")
        .put_histogram(&[], &meter.commits);
    if app.db.is_sqlite() {
        text.histogram("dunghen_db_group_deeds", "Changes kept by one commit.")
            .put_histogram(&[], &meter.groups);
    }
    let mut errors = text.counter("dunghen_db_errors_total", "Changes and questions that failed, by kind.");
    for (kind, count) in meter.errors.all() {
        errors.put_count(&[("kind", kind)], count.get());
    }
}

fn loops(text: &mut Text, app: &App) {
    let leads = matches!(app.lead.standing(app.clock.uptime()), Standing::Leads(_));
    text.gauge("dunghen_node_leads", "Whether this node does what only one may do.")
        .put_count(&[], leads.into());
    let ages = app.progress.ages();
    let mut silent = text.gauge("dunghen_loop_silent_seconds", "Time since a loop last got something done.");
    for silence in &ages {
        silent.put(&[("loop", silence.name)], silence.age.as_secs_f64());
    }
    let mut periods = text.gauge("dunghen_loop_period_seconds", "How often it is to get something done.");
    for silence in &ages {
        periods.put(&[("loop", silence.name)], silence.period.as_secs_f64());
    }
}

/// What waits in the database; without it where the database does not answer.
async fn waiting(text: &mut Text, app: &App) {
    let now = app.clock.now();
    let db = app.db.for_the_clock();
    let asked = db.read(async |tx| {
        Ok((outbox::under_way(tx).await?, sweep::backlog(tx, now).await?, obligations::owed(tx).await?))
    });
    let asked = asked.await;
    text.gauge("dunghen_db_up", "Whether the database has answered.").put_count(&[], asked.is_ok().into());
    let Ok((letters, (to_sweep, to_sweep_since), (owed, owed_since))) = asked else { return };
    let age = |since: Option<Moment>| since.map_or(0.0, |since| now.since(since).as_secs_f64().max(0.0));
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    let mut outbox = text.gauge("dunghen_outbox_letters", "Letters under way, by state.");
    outbox.put_count(&[("state", "queued")], count(letters.queued));
    outbox.put_count(&[("state", "sending")], count(letters.sending));
    text.gauge("dunghen_outbox_oldest_seconds", "How long the next letter has been due.")
        .put(&[], age(letters.oldest));
    text.gauge("dunghen_sweep_backlog", "Dossiers whose next check has come.")
        .put_count(&[], count(to_sweep));
    text.gauge("dunghen_sweep_oldest_seconds", "How long the oldest of them waits.")
        .put(&[], age(to_sweep_since));
    text.gauge("dunghen_obligations_owed", "Dossiers for which a letter of apology is owed.")
        .put_count(&[], count(owed));
    text.gauge("dunghen_obligations_oldest_seconds", "How long the oldest of them is owed.")
        .put(&[], age(owed_since));
}
