//! Puts down what became of backups and restore drills, and writes to the administrators when
//! one has failed. Makes none itself.

use serde::{Deserialize, Serialize};

use super::desk::Desk;
use super::post::{self, Posting};
use crate::db::{Result, Tx};
use crate::domain::refusal::Said;
use crate::domain::staff::{Actor, Deed, Role};
use crate::domain::time::Moment;
use crate::domain::words::Language;
use crate::letters::BackupFailure;
use crate::store;
use crate::store::backups::{NewRun, Run};
use crate::store::staff::Person;

/// What the schedule did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Backup,
    /// The newest backup was restored into a temporary place.
    Drill,
}

impl Kind {
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Backup => "backup",
            Self::Drill => "drill",
        }
    }
}

/// What was counted in a copy, as far as it was looked into.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counted {
    pub bytes: Option<u64>,
    pub dossiers: Option<i64>,
    pub events: Option<i64>,
    pub audit_seq: Option<i64>,
    /// It was restored or opened and replayed, not only read.
    pub replayed: bool,
    /// Milliseconds.
    pub took_ms: i64,
}

/// What is kept of a run beside its times.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Detail {
    #[serde(flatten)]
    counted: Counted,
    /// Why it failed, in both languages.
    why: Option<[String; 2]>,
}

/// One backup or drill and what became of it.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub kind: Kind,
    pub started_at: Moment,
    pub finished_at: Moment,
    /// The copy's name without its folder.
    pub file: Option<String>,
    pub counted: Counted,
    pub fault: Option<Said>,
}

/// Puts an outcome down; says how many letters tell of a failure.
pub async fn put_down(tx: &mut Tx, desk: &Desk, outcome: &Outcome) -> Result<usize> {
    let why = outcome.fault.as_ref().map(|said| [said.vietnamese.clone(), said.english.clone()]);
    let detail = serde_json::to_string(&Detail { counted: outcome.counted.clone(), why }).unwrap_or_default();
    let run = NewRun {
        kind: outcome.kind.id(),
        started_at: outcome.started_at,
        finished_at: outcome.finished_at,
        file: outcome.file.as_deref(),
        holds: outcome.fault.is_none(),
        detail: &detail,
    };
    store::backups::insert(tx, &run).await?;
    match &outcome.fault {
        Some(fault) => write_to_administrators(tx, desk, outcome, fault).await,
        None => Ok(0),
    }
}

async fn write_to_administrators(tx: &mut Tx, desk: &Desk, outcome: &Outcome, fault: &Said) -> Result<usize> {
    let last_good = store::backups::latest_good(tx, outcome.kind.id()).await?;
    let failure = BackupFailure {
        is_drill: outcome.kind == Kind::Drill,
        when: at(desk, outcome.started_at),
        why: fault.vietnamese.clone(),
        last_good: last_good.map(|run| at(desk, run.started_at)),
        office: desk.unit_name(&desk.province.root),
        url: format!("{}/outbox", desk.house.public_url),
    };
    let letter = failure.render().map_err(post::unwritten)?;
    let mut written = 0;
    for person in administrators(tx).await? {
        let Some(address) = person.email.as_deref() else { continue };
        let posting = Posting {
            dedupe_key: &format!("{}-failed:{}:{}", outcome.kind.id(), person.id, desk.today()),
            kind: "backup",
            unit: &person.unit,
            to_name: &person.name,
            to_address: address,
            recipient_id: Some(person.id),
            dossier_id: None,
        };
        written += usize::from(post::put(tx, desk, posting, &letter).await?.is_some());
    }
    Ok(written)
}

/// Those who can be written to and see to the service.
pub async fn administrators(tx: &mut Tx) -> Result<Vec<Person>> {
    let everyone = store::staff::with_email(tx).await?;
    Ok(everyone.into_iter().filter(|person| person.roles.0.contains(&Role::Administrator)).collect())
}

fn at(desk: &Desk, moment: Moment) -> String {
    let (day, clock) = desk.province.zone().local(moment);
    Language::Vietnamese.day_time(day, clock.to_the_minute())
}

/// The last run of a kind, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub started_at: Moment,
    pub finished_at: Moment,
    pub file: Option<String>,
    pub counted: Counted,
    /// Why it failed; none where it went well.
    pub fault: Option<Said>,
    /// When it last went well.
    pub last_good: Option<Moment>,
}

/// How backups and drills stand: the last of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    pub backup: Option<Told>,
    pub drill: Option<Told>,
}

/// How backups and drills stand.
pub async fn overview(tx: &mut Tx) -> Result<Overview> {
    Ok(Overview { backup: told(tx, Kind::Backup).await?, drill: told(tx, Kind::Drill).await? })
}

/// The same for a person; nothing for those who don't see to the service.
pub async fn overview_for(tx: &mut Tx, desk: &Desk, actor: &Actor) -> Result<Option<Overview>> {
    if desk.allow_whole(actor, Deed::ManageService).is_err() {
        return Ok(None);
    }
    overview(tx).await.map(Some)
}

async fn told(tx: &mut Tx, kind: Kind) -> Result<Option<Told>> {
    let Some(run) = store::backups::latest(tx, kind.id()).await? else { return Ok(None) };
    let last_good = store::backups::latest_good(tx, kind.id()).await?.map(|good| good.finished_at);
    let Run { started_at, finished_at, file, holds, detail } = run;
    let Detail { counted, why } = serde_json::from_str(&detail).unwrap_or_default();
    let why = why.unwrap_or_default();
    let fault = (!holds).then(|| Said::new(&why[0], &why[1]));
    Ok(Some(Told { started_at, finished_at, file, counted, fault, last_good }))
}
