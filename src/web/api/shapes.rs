//! How things look as JSON: instants with the zone's offset, days as days, ids as names.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::course::CourseShape;
use crate::domain::dossier::Dossier;
use crate::domain::event::Event;
use crate::domain::promise::Promise;
use crate::domain::standing::Standing;
use crate::domain::state::State;
use crate::domain::time::{Moment, Zone};
use crate::store::lists::Listed;
use crate::work::desk::Desk;
use crate::work::ledger::milestones_of;

/// A page of a list; `next` is the cursor of the one after it.
#[derive(Serialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}

/// One promise of the ledger.
#[derive(Serialize, ToSchema)]
pub struct PromiseShape {
    /// `receipt`, `supplement_restart`, `supplement_pause`, `exclusion_pause`, `exclusion_restart`,
    /// `second_appointment`, `correction`, `calendar_change` or `imported`.
    pub cause: String,
    pub counted_from: String,
    pub due_at: String,
    pub due_date: String,
    pub late_from: String,
    /// `10wd`, `8wh`, …; none for an imported promise.
    pub limit: Option<String>,
    pub ruleset: Option<String>,
    pub calendar: Option<String>,
    /// The due day by the statutory limit, where a shorter one was promised.
    pub statutory_due_date: Option<String>,
}

impl PromiseShape {
    #[must_use]
    pub fn of(promise: &Promise, zone: &Zone) -> Self {
        let basis = promise.basis.as_ref();
        Self {
            cause: name(&promise.cause),
            counted_from: zone.rfc3339(promise.counted_from),
            due_at: zone.rfc3339(promise.due_at),
            due_date: promise.due_on.to_string(),
            late_from: zone.rfc3339(promise.late_from),
            limit: basis.map(|basis| basis.terms.limit.to_string()),
            ruleset: basis.map(|basis| basis.ruleset.clone()),
            calendar: basis.map(|basis| basis.calendar.clone()),
            statutory_due_date: basis.and_then(|basis| basis.statutory_due_on).map(|day| day.to_string()),
        }
    }
}

/// The text of a value that serializes as one.
pub fn name(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// One event of the dossier's life.
#[derive(Serialize, ToSchema)]
pub struct EventShape {
    pub seq: i64,
    pub kind: String,
    pub at: String,
    pub recorded_at: String,
    pub actor_id: i64,
    pub unit: String,
    /// What else this kind of event says.
    pub details: Value,
}

impl EventShape {
    #[must_use]
    pub fn of(event: &Event, zone: &Zone) -> Self {
        let mut details = serde_json::to_value(&event.what).unwrap_or_default();
        if let Value::Object(fields) = &mut details {
            fields.remove("kind");
        }
        with_offsets(&mut details, zone);
        Self {
            seq: event.seq,
            kind: event.what.kind().to_owned(),
            at: zone.rfc3339(event.at),
            recorded_at: zone.rfc3339(event.recorded_at),
            actor_id: event.actor.0,
            unit: event.unit.to_string(),
            details,
        }
    }
}

/// Stored events keep instants in UTC; people read them with their zone's offset.
fn with_offsets(value: &mut Value, zone: &Zone) {
    match value {
        Value::String(text) if text.len() == 27 && text.ends_with('Z') => {
            if let Ok(at) = text.parse::<Moment>() {
                *text = zone.rfc3339(at);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| with_offsets(item, zone)),
        Value::Object(fields) => fields.values_mut().for_each(|field| with_offsets(field, zone)),
        _ => {}
    }
}

/// One dossier with everything but its applicant's data.
#[derive(Serialize, ToSchema)]
pub struct DossierShape {
    pub code: String,
    pub version: i64,
    pub state: String,
    /// The national code, 1 to 10.
    pub state_code: u8,
    pub standing: Option<String>,
    pub outcome: Option<String>,
    pub obligation: Option<String>,
    pub procedure: String,
    pub procedure_version: i64,
    pub field: String,
    pub channel: String,
    pub return_method: String,
    pub receiving_unit: String,
    pub competent_unit: String,
    pub holder_unit: String,
    pub holder_officer: Option<i64>,
    pub step: Option<String>,
    pub components: Vec<String>,
    pub registered_at: String,
    pub received_at: Option<String>,
    pub due_at: Option<String>,
    pub due_date: Option<String>,
    pub original_due_at: Option<String>,
    pub reappointed_due_at: Option<String>,
    /// When its clock ended: settled, stopped or withdrawn.
    pub ended_at: Option<String>,
    pub settled_at: Option<String>,
    pub returned_at: Option<String>,
    pub promises: Vec<PromiseShape>,
    /// What happened, oldest first; `seq` names an event to be corrected.
    pub events: Vec<EventShape>,
    /// Steps, stages, stops, the clock and the lateness.
    #[serde(flatten)]
    pub course: CourseShape,
    #[schema(value_type = Object)]
    pub derivation: Option<crate::domain::deadline::Derivation>,
}

impl DossierShape {
    #[must_use]
    pub fn of(desk: &Desk, dossier: &Dossier, events: &[Event]) -> Self {
        use crate::work::appointment::{Between, derivation};
        let zone = desk.province.zone();
        let shown = |at: Option<Moment>| at.map(|at| zone.rfc3339(at));
        let milestones = milestones_of(desk, dossier);
        let standing = milestones.as_ref().and_then(|one| one.standing(dossier, desk.now));
        let owed =
            milestones.as_ref().and_then(|one| crate::domain::apology::obligation(dossier, one, desk.now));
        let filing = &dossier.filing;
        let between = Between::units(desk, &filing.receiving_unit, &filing.competent_unit);
        let promise = dossier.promise();
        let has_result = matches!(dossier.state, State::Settled | State::Returned);
        Self {
            code: filing.code.clone(),
            version: dossier.version,
            state: dossier.state.id().to_owned(),
            state_code: dossier.state.code(),
            standing: standing.map(|standing| standing.id().to_owned()),
            outcome: dossier.outcome().map(|outcome| outcome.id().to_owned()),
            obligation: owed.map(|owed| owed.id().to_owned()),
            procedure: filing.procedure.clone(),
            procedure_version: filing.procedure_version,
            field: filing.field.clone(),
            channel: filing.channel.clone(),
            return_method: filing.return_method.id().to_owned(),
            receiving_unit: filing.receiving_unit.to_string(),
            competent_unit: filing.competent_unit.to_string(),
            holder_unit: dossier.holder.unit.to_string(),
            holder_officer: dossier.holder.officer.map(|officer| officer.0),
            step: dossier.holder.step.clone(),
            components: filing.components.clone(),
            registered_at: zone.rfc3339(dossier.registered_at),
            received_at: shown(dossier.received_at),
            due_at: shown(promise.map(|promise| promise.due_at)),
            due_date: promise.map(|promise| promise.due_on.to_string()),
            original_due_at: shown(dossier.original_promise().map(|promise| promise.due_at)),
            reappointed_due_at: shown(dossier.reappointment.map(|second| second.due_at)),
            ended_at: shown(dossier.ended_at),
            settled_at: shown(dossier.ended_at.filter(|_| has_result)),
            returned_at: shown(dossier.returned_at),
            promises: dossier.promises.iter().map(|promise| PromiseShape::of(promise, zone)).collect(),
            events: events.iter().map(|event| EventShape::of(event, zone)).collect(),
            course: CourseShape::of(desk, dossier, events),
            derivation: promise.and_then(|promise| derivation(between, promise)),
        }
    }
}

/// A dossier in a list.
#[derive(Serialize, ToSchema)]
pub struct ListedShape {
    pub code: String,
    pub version: i64,
    pub state: String,
    pub standing: Option<String>,
    pub outcome: Option<String>,
    pub procedure: String,
    pub procedure_name: String,
    pub field: String,
    pub channel: String,
    pub receiving_unit: String,
    pub competent_unit: String,
    pub competent_name: String,
    pub holder_unit: String,
    pub received_at: Option<String>,
    pub due_at: Option<String>,
    pub due_date: Option<String>,
}

impl ListedShape {
    #[must_use]
    pub fn of(listed: &Listed, zone: &Zone, now: Moment) -> Self {
        Self {
            code: listed.code.clone(),
            version: listed.version,
            state: listed.state.clone(),
            standing: listed.standing(now).map(|standing: Standing| standing.id().to_owned()),
            outcome: listed.outcome.clone(),
            procedure: listed.procedure_code.clone(),
            procedure_name: listed.procedure_name.clone(),
            field: listed.field.clone(),
            channel: listed.channel.clone(),
            receiving_unit: listed.receiving_unit.clone(),
            competent_unit: listed.competent_unit.clone(),
            competent_name: listed.competent_name.clone(),
            holder_unit: listed.holder_unit.clone(),
            received_at: listed.received_at.map(|at| zone.rfc3339(at)),
            due_at: listed.due_at.map(|at| zone.rfc3339(at)),
            due_date: listed.due_on.map(|day| day.to_string()),
        }
    }
}
