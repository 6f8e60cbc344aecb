//! A relay that hangs, wherever in its conversation, is told by `/readyz` and an alarm (invariant 16).

use std::time::Duration;

use dunghen::db::{Db, DbSettings};
use dunghen::domain::time::Moment;
use dunghen::telemetry::Stopwatch;
use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::json;

use crate::is_long;
use crate::service::{CENTRE, PATIENCE, PROCEDURE, Running, Site, WARD};
use crate::smtp::{Act, Relay, Step, well_behaved};
use crate::support::db::run;

const FILED: &str = "2026-11-16T07:30:00+07:00";
const LATE: &str = "2026-11-26T07:30:00+07:00";
const LONGEST: Duration = Duration::from_secs(90);

/// Where the relay falls silent.
#[derive(Clone, Copy, Debug)]
enum Place {
    Greeting,
    Hello,
    Sender,
    Recipient,
    Data,
    Dot,
}

const PLACES: [Place; 6] =
    [Place::Greeting, Place::Hello, Place::Sender, Place::Recipient, Place::Data, Place::Dot];

impl Place {
    fn is_reached(self, step: &Step) -> bool {
        match self {
            Self::Greeting => *step == Step::Connected,
            Self::Hello => *step == Step::Hello,
            Self::Sender => matches!(step, Step::Mail(_)),
            Self::Recipient => matches!(step, Step::Rcpt(_)),
            Self::Data => *step == Step::Data,
            Self::Dot => matches!(step, Step::Dot(_)),
        }
    }
}

/// A service whose dossier has become late, so that its ward's head is written to.
async fn with_a_letter(site: &Site) -> Running {
    let (filed, late): (Moment, Moment) = (FILED.parse().unwrap(), LATE.parse().unwrap());
    site.run(&["migrate"], "", filed);
    let token = site.account("mai", CENTRE, "reception", filed);
    let head = ["user", "add", "thang", "--unit", WARD, "--role", "unit_head", "--email", "thang@example.vn"];
    site.run(&head, "mật khẩu đủ dài\n", filed);
    let mut before = site.serve(filed).await;
    let caller = before.caller(&token);
    let body = json!({
        "procedure": PROCEDURE,
        "receiving_unit": CENTRE,
        "channel": "counter",
        "applicant": { "name": "Tẩn Thị Sua", "phone": "0912345678" },
    });
    let (status, dossier) = caller.post("/api/v1/dossiers", None, &body).await.unwrap();
    assert_eq!(status, StatusCode::CREATED, "{dossier}");
    let transfer = json!({ "kind": "transfer", "to_unit": WARD, "expected_version": 1 });
    let path = format!("/api/v1/dossiers/{}/events", dossier["code"].as_str().unwrap());
    let (status, answer) = caller.post(&path, None, &transfer).await.unwrap();
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    before.stop().await;
    site.serve(late).await
}

async fn readiness(service: &Running) -> (StatusCode, String) {
    let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
    let answer = client.get(format!("http://{}/readyz", service.address())).send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

/// How long after a relay has fallen silent over the first letter this is told.
async fn found_out(place: Place) -> Duration {
    let (reached, begun) = tokio::sync::watch::channel(false);
    let relay = Relay::start(move |_, step| {
        if place.is_reached(step) {
            reached.send_replace(true);
            Act::Stall
        } else {
            well_behaved(step)
        }
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("dunghen.db").display());
    let site = Site::new(&url, Some(relay.address)).with("DUNGHEN__JOBS__SWEEP_S", "1");
    let mut service = with_a_letter(&site).await;
    let mut begun = begun;
    tokio::time::timeout(PATIENCE, begun.wait_for(|begun| *begun)).await.expect("no letter").unwrap();
    let watch = Stopwatch::start();
    let mut beat = tokio::time::interval(Duration::from_millis(500));
    loop {
        beat.tick().await;
        assert!(watch.elapsed() <= LONGEST, "{place:?}: nobody has noticed it");
        if readiness(&service).await == (StatusCode::SERVICE_UNAVAILABLE, "stuck: post\n".to_owned()) {
            break;
        }
    }
    let found = watch.elapsed();
    let db = Db::open(&url, &DbSettings::default()).await.unwrap();
    let alarms = "select count(*) from alarms where kind = 'loop_stuck' and subject = 'post'";
    let raised = async {
        while db.read(async |tx| tx.query(alarms).fetch_scalar::<i64>().await).await.unwrap() == 0 {
            beat.tick().await;
        }
    };
    tokio::time::timeout(LONGEST.saturating_sub(found), raised).await.expect("no alarm");
    db.close().await;
    service.kill();
    found
}

#[test]
fn a_relay_that_hangs_is_told_within_a_minute_and_a_half() {
    if !is_long() {
        return; // it waits for more than a minute; `post` has the same in small
    }
    run(async {
        let found = join_all((0..20).map(|one| found_out(PLACES[one % PLACES.len()]))).await;
        let (first, last) = (found.iter().min().unwrap(), found.iter().max().unwrap());
        println!("{} hung relays, each told after {first:?} to {last:?}", found.len());
    });
}
