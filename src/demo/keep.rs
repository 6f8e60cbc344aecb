//! Writes the told lives into the database, a batch at a time, with everything that
//! would have grown with them: rows, obligations, alerts that were raised in time.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::db::{Db, Result};
use crate::domain::alert::{self, Alert};
use crate::domain::applicant::Applicant;
use crate::domain::dossier::Dossier;
use crate::domain::event::{Event, Happening};
use crate::domain::promise::Outcome;
use crate::domain::staff::Actor;
use crate::domain::standing::{Milestones, just_after};
use crate::domain::time::Moment;
use crate::seal::Use;
use crate::seal::terms::TermKey;
use crate::store::applicants::SearchCodes;
use crate::store::bulk::Rows;
use crate::store::dossiers::{Known, Projection};
use crate::store::figures::Cells;
use crate::store::staff::Person;
use crate::store::{audit, bulk};
use crate::telemetry::Stopwatch;
use crate::work::desk::{Desk, sealing_failed};
use crate::work::findable;
use crate::work::ledger::{Opened, milestones_of, reception_alert_at};
use crate::work::sweep::whom;

use super::life::Life;

/// Rows that are written together.
#[derive(Debug, Default)]
pub struct Batch {
    applicants: Vec<bulk::Applicant>,
    dossiers: Vec<bulk::Dossier>,
    events: Vec<(i64, Event)>,
    obligations: Vec<bulk::Obligation>,
    alerts: Vec<bulk::Alert>,
    numbers: Vec<bulk::LastNumber>,
}

/// What is the same for all rows.
#[derive(Debug)]
pub struct Keeper<'d> {
    pub desk: &'d Desk,
    pub people: Vec<Person>,
    /// Makes what applicants are found by.
    pub terms: TermKey,
    /// What became owed before this was told; what is owed since, the first sweep will find.
    pub told_until: Moment,
}

impl Batch {
    /// With the numbers that agencies have given on days that are over.
    #[must_use]
    pub fn with_numbers(numbers: Vec<bulk::LastNumber>) -> Self {
        Self { numbers, ..Self::default() }
    }

    #[must_use]
    pub fn dossiers(&self) -> usize {
        self.dossiers.len()
    }

    #[must_use]
    pub fn events(&self) -> usize {
        self.events.len()
    }

    #[must_use]
    pub fn alerts(&self) -> usize {
        self.alerts.len()
    }
}

impl Keeper<'_> {
    /// Adds an applicant, sealed.
    pub fn applicant(&self, batch: &mut Batch, id: i64, applicant: &Applicant) -> Result<()> {
        let keys = &self.desk.keys;
        let sealed = keys.seal(applicant, Use::Applicant).map_err(sealing_failed)?;
        let codes = SearchCodes {
            identifier: applicant.identifier_key().map(|key| keys.search_code("identifier", &key)),
            phone: applicant.phone_key().map(|key| keys.search_code("phone", &key)),
        };
        let terms = findable::terms(&self.terms, applicant);
        batch.applicants.push(bulk::Applicant::new(id, &sealed, &codes, terms));
        Ok(())
    }

    /// Adds a dossier with all that hangs on it.
    pub fn dossier(&self, batch: &mut Batch, id: i64, life: Life) {
        let Life { events, dossier } = life;
        let milestones = milestones_of(self.desk, &dossier);
        let projection = Projection::of(&dossier, milestones.as_ref(), self.desk.province.zone());
        let code = dossier.filing.code.clone();
        if let Some(milestones) = &milestones {
            batch.obligations.extend(obligation(id, &dossier, &events, milestones, self.desk.now));
        }
        let (owed, next_check_at) = self.told(&dossier, milestones.as_ref());
        let known = Known {
            id,
            code: code.clone(),
            version: dossier.version,
            receiving_unit: projection.receiving_unit.clone(),
            competent_unit: projection.competent_unit.clone(),
            holder_unit: projection.holder_unit.clone(),
            effects_from: None,
            next_check_at,
        };
        self.alerts(batch, &Opened { known, dossier }, &owed);
        batch.dossiers.push(bulk::Dossier { id, code, next_check_at, projection });
        batch.events.extend(events.into_iter().map(|event| (id, event)));
    }

    /// What is owed of before today, and when the next sweep looks.
    fn told(&self, dossier: &Dossier, milestones: Option<&Milestones>) -> (Vec<Alert>, Option<Moment>) {
        let until = self.told_until;
        let Some(milestones) = milestones else {
            let since = reception_alert_at(self.desk, dossier);
            let owed = since.and_then(|since| alert::owed_before_receipt(since, until));
            return (owed.into_iter().collect(), since.filter(|since| *since > until));
        };
        let runs = dossier.state.is_open() && dossier.stopped_since().is_none();
        let next = milestones.next_after(until).filter(|_| runs);
        (alert::owed(dossier, milestones, until), next)
    }

    /// The alerts of before today, as the sweeps of those days raised them.
    fn alerts(&self, batch: &mut Batch, opened: &Opened, owed: &[Alert]) {
        let promise_no = i64::try_from(opened.dossier.promises.len()).unwrap_or(i64::MAX);
        for alert in owed {
            for recipient_id in whom(self.desk, opened, alert, &self.people) {
                batch.alerts.push(bulk::Alert {
                    dossier_id: opened.known.id,
                    promise_no,
                    rule: alert.rule.id(),
                    level: alert.level,
                    recipient_id,
                    since: alert.since,
                });
            }
        }
    }
}

/// The obligation of a dossier that was late, or apologised for (LATE-16).
fn obligation(
    id: i64,
    dossier: &Dossier,
    events: &[Event],
    milestones: &Milestones,
    now: Moment,
) -> Option<bulk::Obligation> {
    let late = dossier.is_late_at(now);
    if !late && dossier.apology.is_none() && dossier.exempted_at.is_none() {
        return None;
    }
    let letter = events.iter().find_map(|event| match &event.what {
        Happening::ApologyIssued { number, .. } => Some(number.clone()),
        _ => None,
    });
    let apology = dossier.apology.as_ref();
    let seen = [
        late.then(|| late_since(dossier)).flatten(),
        apology.map(|apology| apology.issued_at),
        dossier.exempted_at,
    ];
    let delivered_at = apology.and_then(|apology| apology.delivered).map(|(at, _)| at);
    let in_time = dossier.outcome().is_some_and(|outcome| outcome != Outcome::Late);
    Some(bulk::Obligation {
        dossier_id: id,
        unit: dossier.filing.competent_unit.to_string(),
        opened_at: seen.into_iter().flatten().min()?,
        issued_at: apology.map(|apology| apology.issued_at),
        in_advance: apology.map(|apology| milestones.is_in_advance(apology)),
        form_number: letter,
        reason: apology.map(|apology| apology.reason.id()),
        delivered_at,
        exempted_at: dossier.exempted_at,
        closed_at: dossier.ended_at.filter(|_| in_time && delivered_at.is_none()),
    })
}

/// The first instant at which it was late: of the promise that was missed when the clock
/// stopped, else of the one in force.
fn late_since(dossier: &Dossier) -> Option<Moment> {
    let missed =
        dossier.promises.iter().zip(&dossier.stops).find(|(promise, stop)| promise.is_missed_at(stop.from));
    let promise = missed.map(|(promise, _)| promise).or_else(|| dossier.promise())?;
    Some(just_after(promise.late_from))
}

/// A batch written out, so that nothing is left to do but to hand it over.
#[derive(Clone, Debug)]
pub struct Sheets {
    applicants: Rows<bulk::Applicant>,
    dossiers: Rows<bulk::Dossier>,
    events: Rows<(i64, Event)>,
    obligations: Rows<bulk::Obligation>,
    alerts: Rows<bulk::Alert>,
    numbers: Rows<bulk::LastNumber>,
    figures: Rows<Cells>,
}

impl Batch {
    /// # Errors
    /// Where a row can't be written as JSON.
    pub fn write_out(self) -> Result<Sheets> {
        Ok(Sheets {
            applicants: Rows::of(&self.applicants)?,
            dossiers: Rows::of(&self.dossiers)?,
            events: Rows::of_events(&self.events)?,
            obligations: Rows::of(&self.obligations)?,
            alerts: Rows::of(&self.alerts)?,
            numbers: Rows::of(&self.numbers)?,
            figures: Rows::of_counts(&self.dossiers)?,
        })
    }
}

impl Sheets {
    #[must_use]
    pub fn dossiers(&self) -> usize {
        self.dossiers.count()
    }
}

/// Writes a batch and one audit row about it; answers how long the writing took.
pub async fn keep(db: &Db, desk: &Desk, batch: Sheets) -> Result<Duration> {
    let (batch, desk) = (Arc::new(batch), desk.clone());
    db.write(async move |tx| {
        let watch = Stopwatch::start();
        bulk::numbers(tx, &batch.numbers).await?;
        bulk::applicants(tx, &batch.applicants).await?;
        bulk::dossiers(tx, &batch.dossiers).await?;
        bulk::events(tx, &batch.events).await?;
        bulk::obligations(tx, &batch.obligations).await?;
        bulk::alerts(tx, &batch.alerts).await?;
        bulk::figures(tx, &batch.figures).await?;
        let detail = json!({ "dossiers": batch.dossiers(), "events": batch.events.count() }).to_string();
        let root = &desk.province.root;
        let entry = audit::Entry {
            at: desk.now,
            actor: &Actor::system(root.clone()),
            action: "demonstration",
            subject: root.as_str(),
            detail: &detail,
        };
        audit::append(tx, &entry).await?;
        Ok(watch.elapsed())
    })
    .await
}
