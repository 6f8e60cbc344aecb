//! `/metrics` tells what there is to tell, in the format that Prometheus reads, to nobody else.

use std::collections::{BTreeMap, BTreeSet};

use crate::house::House;
use crate::line::{Answer, Line};

/// The samples by name and labels; fails on whatever Prometheus would not read.
pub fn read(text: &str) -> BTreeMap<String, f64> {
    let (mut samples, mut kinds) = (BTreeMap::new(), BTreeMap::new());
    let mut family = "";
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert!(matches!(kind, "counter" | "gauge" | "histogram"), "{line}");
            assert_eq!(kinds.insert(name, kind), None, "{name} begins twice");
            family = name;
            continue;
        }
        if line.starts_with("# HELP ") {
            continue;
        }
        let (key, value) = line.rsplit_once(' ').unwrap();
        let name = key.split('{').next().unwrap();
        let end = name.strip_prefix(family).unwrap_or_else(|| panic!("{name} stands under {family}"));
        let ends: &[&str] = if kinds[family] == "histogram" { &["_bucket", "_sum", "_count"] } else { &[""] };
        assert!(ends.contains(&end), "{line}");
        assert!(kinds[family] != "counter" || name.ends_with("_total"), "{name}");
        let value: f64 = value.parse().unwrap();
        assert_eq!(samples.insert(key.to_owned(), value), None, "{key} is told twice");
    }
    samples
}

fn from(network: &str) -> [(&'static str, &str); 1] {
    [("METRICS_FROM", network)]
}

async fn ask(line: &mut Line, header: &str) -> Answer {
    line.ask(&format!("GET /metrics HTTP/1.1\r\nHost: here\r\n{header}\r\n")).await
}

#[tokio::test]
async fn requests_are_counted_by_their_route_and_never_by_what_people_wrote() {
    let house = House::open(&[]).await;
    let mut line = Line::to(house.address).await;
    line.get("/dossiers/H35.21.01-261123-0001?q=Tan+Thi+Sua").await;
    line.get("/nowhere/Tan+Thi+Sua").await;
    line.ask("BREW /healthz HTTP/1.1\r\nHost: here\r\n\r\n").await;
    let answer = line.get("/metrics").await;
    assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    assert!(!answer.body.contains("H35.21") && !answer.body.contains("Sua"), "{}", answer.body);
    let samples = read(&answer.body);
    let of = |route: &str, method: &str, status: &str| {
        let labels = format!("{{route=\"{route}\",method=\"{method}\",status=\"{status}\"}}");
        samples.get(&format!("dunghen_http_request_duration_seconds_count{labels}")).copied()
    };
    assert_eq!(of("/dossiers/{code}", "GET", "3xx"), Some(1.0), "{}", answer.body);
    assert_eq!(of("none", "GET", "4xx"), Some(1.0));
    assert_eq!(of("/healthz", "other", "4xx"), Some(1.0));
    assert_eq!(samples["dunghen_http_requests_under_way"], 1.0, "this very one");
    assert_eq!(samples["dunghen_http_connections"], 1.0);
    house.close().await;
}

#[tokio::test]
async fn all_that_an_operator_watches_is_there() {
    let house = House::open(&[]).await;
    house.app.db.write(async |tx| tx.query("select 1").execute().await).await.unwrap();
    house.app.db.read(async |tx| tx.query("select nothing").execute().await).await.unwrap_err();
    house.app.progress.note("sweep", std::time::Duration::from_secs(60));
    let samples = read(&Line::to(house.address).await.get("/metrics").await.body);
    let expected = [
        ("dunghen_db_up", 1.0),
        ("dunghen_db_connections{pool=\"common\",state=\"idle\"}", 1.0),
        ("dunghen_db_connections{pool=\"common\",state=\"busy\"}", 0.0),
        ("dunghen_db_connections_max{pool=\"common\"}", 4.0),
        ("dunghen_db_connection_waiters{pool=\"common\"}", 0.0),
        ("dunghen_db_deeds_under_way", 0.0),
        ("dunghen_db_errors_total{kind=\"statement\"}", 1.0),
        ("dunghen_loop_period_seconds{loop=\"sweep\"}", 60.0),
        ("dunghen_outbox_letters{state=\"queued\"}", 0.0),
        ("dunghen_outbox_oldest_seconds", 0.0),
        ("dunghen_sweep_backlog", 0.0),
        ("dunghen_sweep_oldest_seconds", 0.0),
        ("dunghen_obligations_owed", 0.0),
        ("dunghen_http_requests_shed_total{full=\"requests\"}", 0.0),
        ("dunghen_http_panics_total", 0.0),
    ];
    for (key, value) in expected {
        assert_eq!(samples.get(key), Some(&value), "{key}");
    }
    assert!(samples["dunghen_loop_silent_seconds{loop=\"sweep\"}"] < 30.0);
    // The opening of the database and the deed above.
    assert_eq!(samples["dunghen_db_commit_duration_seconds_count"], samples["dunghen_db_group_deeds_count"]);
    assert_eq!(samples["dunghen_db_group_deeds_sum"], 2.0);
    let version = samples.keys().find(|key| key.starts_with("dunghen_build_info")).unwrap();
    assert!(version.contains(env!("CARGO_PKG_VERSION")) && version.contains("tzdb=\"20"), "{version}");
    let names: BTreeSet<_> = samples.keys().map(|key| key.split(['{', ' ']).next().unwrap()).collect();
    assert!(names.iter().all(|name| name.starts_with("dunghen_")));
    house.close().await;
}

#[tokio::test]
async fn only_the_networks_that_are_named_may_read_them() {
    let house = House::open(&[]).await;
    let mut line = Line::to(house.address).await;
    assert_eq!(ask(&mut line, "").await.status, 200);
    // Whoever comes through a proxy on this machine is not on this machine.
    for sign in ["X-Forwarded-For: 127.0.0.1\r\n", "Via: 1.1 nginx\r\n", "Forwarded: for=127.0.0.1\r\n"] {
        let refused = ask(&mut line, sign).await;
        assert_eq!(refused.status, 404, "{sign}");
        assert!(!refused.body.contains("dunghen_"));
    }
    house.close().await;

    let house = House::open(&from("10.0.0.0/8")).await;
    assert_eq!(ask(&mut Line::to(house.address).await, "").await.status, 404);
    house.close().await;

    let trusting = [("TRUSTED_PROXIES", "127.0.0.1"), ("METRICS_FROM", "10.0.0.0/8")];
    let house = House::open(&trusting).await;
    let mut line = Line::to(house.address).await;
    assert_eq!(ask(&mut line, "X-Forwarded-For: 10.1.2.3\r\n").await.status, 200);
    assert_eq!(ask(&mut line, "X-Forwarded-For: 10.1.2.3, 203.0.113.7\r\n").await.status, 404);
    house.close().await;
}
