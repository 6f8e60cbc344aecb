//! Takes over dossiers that another system has, a batch of records in one deed.
//!
//! Taking the same records in again changes nothing, wherever an earlier run broke
//! off: what was seen is known by its digest, and a dossier is changed only by a new
//! event. Reads no files and knows no columns.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use serde::Serialize;
use serde_json::json;

use super::desk::Desk;
use super::{law, start};
use crate::db::{Result, Tx};
use crate::domain::refusal::Refusal;
use crate::domain::staff::{Actor, Deed, StaffId};
use crate::domain::time::Moment;
use crate::domain::unit::UnitCode;
use crate::store;
use crate::store::imports::{KnownDossier, NamedRow, OfficerRow, QuarantineRow};

pub mod finding;
pub mod record;
pub mod review;

mod keep;
mod life;
mod tally;

use life::Life;
use record::{Batch, Digest, Reason, Record, TheirUnit, Told};
pub use tally::Tally;

/// The other system, as its mapping describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Under which its units, procedures and officers are kept.
    pub name: String,
    /// Before which nothing creates an obligation or an alert; none for the moment of import.
    pub effects_from: Option<Moment>,
    /// Units of this province that its names stand for.
    pub own_units: Vec<UnitCode>,
}

/// One import under way.
#[derive(Clone, Debug)]
pub struct Run {
    pub id: i64,
    pub source: Arc<str>,
    pub effects_from: Moment,
}

/// What became of source records, rows or traces, and of the dossiers that they tell of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub read: u64,
    pub duplicates: u64,
    pub quarantined: u64,
    pub reasons: BTreeMap<&'static str, u64>,
    pub dossiers: Tally,
}

/// Findings about the dossiers that a run has seen, by kind.
pub type Findings = BTreeMap<String, u64>;

impl Counts {
    pub fn add(&mut self, other: &Self) {
        self.read += other.read;
        self.duplicates += other.duplicates;
        self.quarantined += other.quarantined;
        for (reason, count) in &other.reasons {
            *self.reasons.entry(reason).or_default() += count;
        }
        self.dossiers.add(other.dossiers);
    }
}

/// What an import did. `read`, `duplicates` and `quarantined` count source records,
/// `created`, `updated` and `unchanged` dossiers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    pub read: u64,
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub duplicates: u64,
    pub quarantined: u64,
    pub findings: u64,
    /// Quarantined records by reason.
    pub reasons: BTreeMap<&'static str, u64>,
    /// Findings about the dossiers that this run has seen, by kind.
    pub findings_by_kind: BTreeMap<String, u64>,
}

/// Begins a run; `file` is where the records come from, for people.
pub async fn begin(tx: &mut Tx, desk: &Desk, actor: &Actor, source: &Source, file: &str) -> Result<Run> {
    desk.allow_whole(actor, Deed::Import)?;
    if let Some(unknown) = source.own_units.iter().find(|code| desk.province.units.get(code).is_none()) {
        return Err(Refusal::invalid(
            "units",
            format!("Không có đơn vị mã “{unknown}”. Sửa mục [units] của tệp ánh xạ."),
            format!("There is no unit {unknown}. Correct [units] in the mapping."),
        )
        .into());
    }
    start::keep_province(tx, desk).await?;
    let id = store::imports::begin(tx, &source.name, file, actor.staff_id, desk.now).await?;
    let effects_from = source.effects_from.unwrap_or(desk.now);
    Ok(Run { id, source: source.name.as_str().into(), effects_from })
}

/// Takes in one batch of records, wholly or not at all.
pub async fn take_in(tx: &mut Tx, desk: &Desk, actor: &Actor, run: &Run, batch: &Batch) -> Result<Counts> {
    desk.allow_whole(actor, Deed::Import)?;
    law::check(desk, store::decisions::head(tx).await?.edition)?;
    let source = &*run.source;
    let sifted = sift(tx, run, batch).await?;
    store::imports::see_records(tx, source, run.id, &sifted.digests).await?;
    let mut codes: Vec<&str> = sifted.kept.iter().filter_map(|kept| code_of(kept.record)).collect();
    codes.sort_unstable();
    codes.dedup();
    let known = store::imports::known_dossiers(tx, source, &codes).await?;
    let known: HashMap<&str, &KnownDossier> = known.iter().map(|one| (one.code.as_str(), one)).collect();
    let (groups, rejected) = group(source, &sifted, &known);

    let mut counts =
        Counts { read: whole(batch.len()), duplicates: whole(sifted.repeated.len()), ..Counts::default() };
    put_in_quarantine(tx, run, &rejected, &mut counts).await?;
    let staff = keep_names(tx, source, desk.now, &groups).await?;
    let mut lives = Life::read(tx, &groups).await?;
    for (group, life) in groups.iter().zip(&mut lives) {
        let told_by = life::Teller { desk, actor, source, staff: &staff };
        for told in &group.fresh {
            life.hear(&told_by, told)?;
        }
    }
    keep::keep(tx, desk, actor, run, &groups, &lives, &sifted.repeated).await?;
    counts.dossiers.add(Tally::of_batch(run, &groups, &lives));
    Ok(counts)
}

/// Findings looked at in one go.
const FINDINGS: i64 = 50_000;

/// Counts the next page of the source's findings, those after number `after`; answers where the
/// page after it begins.
pub async fn count_findings(
    tx: &mut Tx,
    run: &Run,
    after: i64,
    findings: &mut Findings,
) -> Result<Option<i64>> {
    let (page, next) = store::imports::findings(tx, &run.source, run.id, after, FINDINGS).await?;
    for (kind, count) in page {
        *findings.entry(kind).or_default() += unsigned(count);
    }
    Ok(next)
}

/// Ends a run and says what it did as a whole.
pub async fn finish(
    tx: &mut Tx,
    desk: &Desk,
    actor: &Actor,
    run: &Run,
    counts: &Counts,
    findings: &Findings,
) -> Result<Summary> {
    desk.allow_whole(actor, Deed::Import)?;
    let Tally { created, updated, unchanged } = counts.dossiers;
    let summary = Summary {
        read: counts.read,
        created: unsigned(created),
        updated: unsigned(updated),
        unchanged: unsigned(unchanged),
        duplicates: counts.duplicates,
        quarantined: counts.quarantined,
        findings: findings.values().sum(),
        reasons: counts.reasons.clone(),
        findings_by_kind: findings.clone(),
    };
    let detail = json!({ "run": run.id, "summary": summary }).to_string();
    store::imports::finish(tx, run.id, desk.now, &summary).await?;
    let entry =
        store::audit::Entry { at: desk.now, actor, action: "import", subject: &run.source, detail: &detail };
    store::audit::append(tx, &entry).await?;
    Ok(summary)
}

fn whole(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

fn code_of(record: &Record) -> Option<&str> {
    record.said.as_ref().ok().map(|told| told.code.as_str())
}

/// A record that is not a repetition within its run.
struct Kept<'b> {
    record: &'b Record,
    /// No earlier run has seen it.
    fresh: bool,
}

struct Sifted<'b> {
    kept: Vec<Kept<'b>>,
    repeated: Vec<&'b Record>,
    digests: Vec<Digest>,
}

/// Tells repetitions within this run from what is new and from what an earlier run has seen.
async fn sift<'b>(tx: &mut Tx, run: &Run, batch: &'b Batch) -> Result<Sifted<'b>> {
    let mut digests: Vec<Digest> = batch.iter().map(|record| record.digest).collect();
    digests.sort_unstable();
    digests.dedup();
    let seen = store::imports::known_records(tx, &run.source, &digests).await?;
    let seen: HashMap<&[u8], i64> = seen.iter().map(|(digest, by)| (digest.as_slice(), *by)).collect();
    let mut here = HashSet::new();
    let (mut kept, mut repeated) = (Vec::new(), Vec::new());
    for record in batch.iter() {
        let by = seen.get(record.digest.as_slice());
        if by == Some(&run.id) || !here.insert(record.digest) {
            repeated.push(record);
        } else {
            kept.push(Kept { record, fresh: by.is_none() });
        }
    }
    Ok(Sifted { kept, repeated, digests })
}

/// The records of one dossier in a batch.
struct Group<'b> {
    code: &'b str,
    known: Option<&'b KnownDossier>,
    /// What has not been heard before, in the source's order.
    fresh: Vec<&'b Told>,
}

struct Refused<'b> {
    record: &'b Record,
    field: Option<&'b str>,
    reason: Reason,
}

fn group<'b>(
    source: &str,
    sifted: &Sifted<'b>,
    known: &HashMap<&str, &'b KnownDossier>,
) -> (Vec<Group<'b>>, Vec<Refused<'b>>) {
    let (mut groups, mut rejected): (Vec<Group<'b>>, Vec<Refused<'b>>) = (Vec::new(), Vec::new());
    let mut places: HashMap<&str, usize> = HashMap::new();
    for Kept { record, fresh } in &sifted.kept {
        let told = match &record.said {
            Ok(told) => told,
            Err(said) => {
                rejected.push(Refused { record, field: said.field.as_deref(), reason: said.reason });
                continue;
            }
        };
        let code = told.code.as_str();
        let known = known.get(code).copied();
        if known.is_some_and(|known| known.source.as_deref() != Some(source)) {
            rejected.push(Refused { record, field: None, reason: Reason::CodeTaken });
            continue;
        }
        let place = *places.entry(code).or_insert_with(|| {
            groups.push(Group { code, known, fresh: Vec::new() });
            groups.len() - 1
        });
        // A record that was seen without becoming a dossier is heard again.
        if let Some(group) = groups.get_mut(place)
            && (*fresh || known.is_none())
        {
            group.fresh.push(told);
        }
    }
    (groups, rejected)
}

async fn put_in_quarantine(
    tx: &mut Tx,
    run: &Run,
    rejected: &[Refused<'_>],
    counts: &mut Counts,
) -> Result<()> {
    if rejected.is_empty() {
        return Ok(());
    }
    for one in rejected {
        counts.quarantined += 1;
        *counts.reasons.entry(one.reason.id()).or_default() += 1;
    }
    let rows: Vec<QuarantineRow<'_>> = rejected
        .iter()
        .map(|one| QuarantineRow {
            line: one.record.line,
            field: one.field,
            reason: one.reason.id(),
            digest: crate::seal::hex(&one.record.digest),
        })
        .collect();
    store::imports::quarantine(tx, &run.source, run.id, &rows).await
}

/// Keeps the units, procedures and officers that the records name; answers the officers' numbers.
async fn keep_names(
    tx: &mut Tx,
    source: &str,
    now: Moment,
    groups: &[Group<'_>],
) -> Result<HashMap<String, StaffId>> {
    let (mut units, mut procedures, mut officers) = (BTreeSet::new(), BTreeMap::new(), BTreeMap::new());
    for told in groups.iter().flat_map(|group| &group.fresh) {
        if let TheirUnit::External { code, name } = &told.unit {
            units.insert(NamedRow { code: code.as_str(), name, field: "" });
        }
        let field = told.field.as_deref().unwrap_or(source);
        procedures.entry(told.procedure.code.as_str()).or_insert((told.procedure.name.as_str(), field));
        let steps = told.steps.iter().filter_map(|step| step.officer.as_deref());
        for name in told.officer.as_deref().into_iter().chain(steps) {
            officers.entry(name).or_insert(told.unit.code().as_str());
        }
    }
    if procedures.is_empty() {
        return Ok(HashMap::new());
    }
    let units: Vec<_> = units.into_iter().collect();
    store::imports::keep_units(tx, source, &units).await?;
    let procedures: Vec<_> =
        procedures.into_iter().map(|(code, (name, field))| NamedRow { code, name, field }).collect();
    store::imports::keep_procedures(tx, &procedures).await?;
    let officers: Vec<_> = officers.into_iter().map(|(name, unit)| OfficerRow { name, unit }).collect();
    let known = store::imports::officers(tx, source, &officers, now).await?;
    Ok(known.into_iter().map(|(name, id)| (name, StaffId(id))).collect())
}
