//! One dossier's life as it grows with what records tell of it.
//!
//! Decides which records add an event; writes nothing.

use std::collections::{BTreeSet, HashMap};

use super::record::{Step, Told, When};
use super::{Group, finding};
use crate::db::{Error, Result, Tx};
use crate::domain::dossier::Dossier;
use crate::domain::event::{Event, Filing, Happening, Imported, ReturnMethod};
use crate::domain::staff::{Actor, StaffId};
use crate::domain::state::State;
use crate::domain::time::Moment;
use crate::store;
use crate::store::imports::EXTERNAL_VERSION;
use crate::work::desk::Desk;

/// A dossier before and after a batch.
#[derive(Default)]
pub(super) struct Life {
    pub(super) before: Option<Dossier>,
    pub(super) after: Option<Dossier>,
    /// The events that the batch adds.
    pub(super) added: Vec<Event>,
    /// Columns that could not be read.
    pub(super) unreadable: BTreeSet<String>,
    /// A record would have taken the dossier back to an earlier state.
    pub(super) was_lowered: bool,
    told: Option<Imported>,
    steps: BTreeSet<(Moment, String, Option<StaffId>)>,
}

/// Who tells, and what is needed to understand it.
pub(super) struct Teller<'a> {
    pub(super) desk: &'a Desk,
    pub(super) actor: &'a Actor,
    pub(super) source: &'a str,
    pub(super) staff: &'a HashMap<String, StaffId>,
}

impl Life {
    /// The lives so far, one for each group; read only where there is something to add.
    pub(super) async fn read(tx: &mut Tx, groups: &[Group<'_>]) -> Result<Vec<Self>> {
        let grows = |group: &&Group<'_>| !group.fresh.is_empty();
        let ids: Vec<i64> = groups.iter().filter(grows).filter_map(|group| Some(group.known?.id)).collect();
        let mut events: HashMap<i64, Vec<Event>> = HashMap::new();
        if !ids.is_empty() {
            for (id, event) in store::imports::events_of(tx, &ids).await? {
                events.entry(id).or_default().push(event);
            }
        }
        groups
            .iter()
            .map(|group| match group.known.and_then(|known| events.remove(&known.id)) {
                Some(events) => Self::of(group.code, &events),
                None => Ok(Self::default()),
            })
            .collect()
    }

    fn of(code: &str, events: &[Event]) -> Result<Self> {
        let before = Dossier::fold(events)
            .map_err(|misfit| Error::corrupt("dossier_events", "body", format_args!("{code}: {misfit}")))?;
        let mut life = Self { after: before.clone(), before, ..Self::default() };
        for event in events {
            match &event.what {
                Happening::Imported(told) => life.told = Some(told.clone()),
                Happening::ImportedStep { step, officer } => {
                    life.steps.insert((event.at, step.clone(), *officer));
                }
                _ => {}
            }
        }
        Ok(life)
    }

    /// Takes in what one record tells: nothing where it is known already.
    pub(super) fn hear(&mut self, teller: &Teller<'_>, told: &Told) -> Result<()> {
        self.unreadable.extend(told.unreadable.iter().cloned());
        let imported = merged(self.told.as_ref(), teller, told);
        if self.told.as_ref() != Some(&imported) {
            let at = if self.told.is_none() { imported.received_at } else { last_instant(&imported) };
            self.add(teller, at, Happening::Imported(imported.clone()))?;
            self.told = Some(imported);
        }
        for Step { name, at, officer } in &told.steps {
            let officer = officer.as_ref().and_then(|name| teller.staff.get(name).copied());
            if self.steps.insert((*at, name.clone(), officer)) {
                self.add(teller, *at, Happening::ImportedStep { step: name.clone(), officer })?;
            }
        }
        Ok(())
    }

    fn add(&mut self, teller: &Teller<'_>, at: Moment, what: Happening) -> Result<()> {
        let seq = self.after.as_ref().map_or(0, |dossier| dossier.version) + 1;
        let event = Event {
            seq,
            at,
            recorded_at: teller.desk.now,
            actor: teller.actor.staff_id,
            unit: teller.actor.unit.clone(),
            what,
        };
        let grown = match &self.after {
            None => Dossier::begin(&event),
            Some(dossier) => dossier.clone().after(&event),
        };
        let grown = grown.map_err(|misfit| Error::corrupt("import", "event", misfit))?;
        // An import may not take a dossier back to an earlier state (XCH-05).
        if self.after.as_ref().is_some_and(|before| reached(grown.state) < reached(before.state)) {
            self.was_lowered = true;
            return Ok(());
        }
        self.after = Some(grown);
        self.added.push(event);
        Ok(())
    }

    /// What is odd in the life as it now stands.
    pub(super) fn oddities(&self, now: Moment) -> Vec<finding::Oddity> {
        let steps: Vec<Moment> = self.steps.iter().map(|(at, ..)| *at).collect();
        self.told.as_ref().map_or_else(Vec::new, |told| finding::oddities(told, &steps, now))
    }
}

/// How far a dossier has come.
fn reached(state: State) -> u8 {
    match state {
        State::Returned => 2,
        State::Settled | State::Withdrawn | State::Stopped | State::NotReceived => 1,
        _ => 0,
    }
}

fn last_instant(life: &Imported) -> Moment {
    life.returned_at.or(life.settled_at).unwrap_or(life.received_at)
}

/// What is known with the record added. A record that is silent on something takes nothing away.
fn merged(before: Option<&Imported>, teller: &Teller<'_>, told: &Told) -> Imported {
    let kept = |now: Option<When>, before: Option<When>| now.or(before);
    let pair = |at: Option<Moment>, on| at.zip(on).map(|(at, on)| When { at, on });
    let settled = kept(told.settled, before.and_then(|life| pair(life.settled_at, life.settled_on)));
    let returned = kept(told.returned, before.and_then(|life| pair(life.returned_at, life.returned_on)));
    let officer = told.officer.as_ref().and_then(|name| teller.staff.get(name).copied());
    Imported {
        filing: filing(teller, told),
        received_at: told.intake.at,
        received_on: told.intake.on,
        promise: told.promise.clone().or_else(|| before.and_then(|life| life.promise.clone())),
        settled_at: settled.map(|when| when.at),
        settled_on: settled.map(|when| when.on),
        returned_at: returned.map(|when| when.at),
        returned_on: returned.map(|when| when.on),
        officer: officer.or_else(|| before.and_then(|life| life.officer)),
    }
}

/// A procedure that the source calls by its national code is the catalogue's own.
fn filing(teller: &Teller<'_>, told: &Told) -> Filing {
    let ours = teller.desk.procedure(&told.procedure.name, told.intake.on);
    let (procedure, procedure_version) = match ours {
        Some(ours) => (ours.code.to_string(), ours.version),
        None => (told.procedure.code.clone(), EXTERNAL_VERSION),
    };
    let field = told.field.clone().or_else(|| ours.map(|ours| ours.field.clone()));
    let unit = told.unit.code();
    Filing {
        code: told.code.as_str().to_owned(),
        procedure,
        procedure_version,
        field: field.unwrap_or_else(|| teller.source.to_owned()),
        receiving_unit: unit.clone(),
        competent_unit: unit.clone(),
        channel: told.channel.clone(),
        return_method: ReturnMethod::default(),
        applicant: None,
        components: Vec::new(),
    }
}
