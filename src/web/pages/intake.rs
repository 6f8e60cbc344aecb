//! Intake by form: the promise before anything is sent, one dossier however often it is.

use std::iter;

use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum_extra::extract::Form;
use serde::Deserialize;

use super::parts::{self, escaped, html};
use super::{dossier, figure};
use crate::app::App;
use crate::domain::applicant::{Applicant, ApplicantKind};
use crate::domain::event::ReturnMethod;
use crate::domain::procedure::{Channel, Procedure};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::staff::{Actor, Deed};
use crate::domain::words::folded;
use crate::random;
use crate::web::api::intake::take_in;
use crate::web::failure::{Failure, Result};
use crate::web::pages::front::Front;
use crate::web::session::Caller;
use crate::web::views::intake::{Intake, Promised, Quote};
use crate::web::views::parts::{Choice, Field};
use crate::web::views::shell::Place;
use crate::work::intake::{NewDossier, Receipt, procedure_now};
use crate::work::quote as work;

/// A catalogue longer than this is suggested while one types.
const MOST_SUGGESTIONS: usize = 400;

/// The form as it was typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Typed {
    csrf: String,
    once: String,
    deed: String,
    procedure: String,
    receiving_unit: String,
    channel: String,
    kind: String,
    name: String,
    identifier: String,
    phone: String,
    email: String,
    address: String,
    components: Vec<String>,
    other_components: String,
    return_method: String,
}

/// `GET /intake`.
pub async fn blank(State(app): State<App>, caller: Caller) -> Result<Html<String>> {
    let desk = Front::of(&app, &caller.reader);
    if counters(&desk, &caller.actor).is_empty() {
        desk.allow_in(&caller.actor, Deed::Receive, &caller.actor.unit)?;
    }
    html(&page(&desk, &caller, &Typed::default(), &[]))
}

/// `POST /intake`: quotes, or takes in and goes on to the new dossier.
pub async fn send(State(app): State<App>, caller: Caller, Form(typed): Form<Typed>) -> Result<Response> {
    // A form of the session before is shown again with this one's token, and nothing typed is lost.
    let of_this_session = caller.check_form(&typed.csrf);
    if typed.deed == "quote" && of_this_session.is_ok() {
        return Ok(html(&page(&Front::of(&app, &caller.reader), &caller, &typed, &[]))?.into_response());
    }
    match taken_in(&app, &caller, &typed, of_this_session).await {
        Ok(receipt) => {
            let done = if receipt.received_at.is_some() { "intake" } else { "registered" };
            Ok(Redirect::to(&format!("/dossiers/{}?done={done}", escaped(&receipt.code))).into_response())
        }
        Err(Failure::Refused(refusal)) => {
            let desk = Front::of(&app, &caller.reader);
            let others = typed.faults(&desk).into_iter().filter(|other| other.field != refusal.field);
            let refusals: Vec<Refusal> = iter::once(refusal.clone()).chain(others).collect();
            let page = page(&desk, &caller, &typed, &refusals);
            Ok((Failure::Refused(refusal).status(), html(&page)?).into_response())
        }
        Err(failure) => Err(failure),
    }
}

async fn taken_in(app: &App, caller: &Caller, typed: &Typed, allowed: Result<()>) -> Result<Receipt> {
    allowed?;
    let once = Some(typed.once.clone()).filter(|once| !once.is_empty());
    take_in(app, caller, typed.filing(&Front::of(app, &caller.reader))?, once).await
}

fn choose<T: serde::de::DeserializeOwned>(field: &'static str, id: &str, name: &str) -> Result<T, Refusal> {
    serde_json::from_value(id.into()).map_err(|_| Refusal::required(field, name, field))
}

impl Typed {
    /// What the clerk can mend at once, beside what the intake was refused for first.
    fn faults(&self, desk: &Front) -> Vec<Refusal> {
        let mut faults = Vec::new();
        if let Err(crate::db::Error::Refused(refusal)) = procedure_now(desk, &self.code(desk)) {
            faults.push(refusal);
        }
        faults
            .extend(self.filing(desk).into_iter().flat_map(|new| new.applicant.faults().collect::<Vec<_>>()));
        faults
    }

    fn filing(&self, desk: &Front) -> Result<NewDossier, Refusal> {
        let filled = |text: &String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let other = self.other_components.lines().map(str::trim).filter(|line| !line.is_empty());
        Ok(NewDossier {
            procedure: self.code(desk),
            receiving_unit: self.receiving_unit.clone(),
            channel: choose("channel", &self.channel, "cách nộp hồ sơ")?,
            applicant: Applicant {
                kind: choose("applicant.kind", &self.kind, "loại người nộp")?,
                name: self.name.trim().to_owned(),
                identifier: filled(&self.identifier),
                phone: filled(&self.phone),
                email: filled(&self.email),
                address: filled(&self.address),
            },
            components: self.components.iter().cloned().chain(other.map(str::to_owned)).collect(),
            return_method: choose("return_method", &self.return_method, "cách trả kết quả")?,
        })
    }

    /// The code that was typed, alone or before a name, or that of the one procedure that the words find.
    fn code(&self, desk: &Front) -> String {
        let text = self.procedure.trim();
        let first = text.split_whitespace().next().unwrap_or_default();
        let today = desk.today();
        if desk.procedure(first, today).is_some() {
            return first.to_owned();
        }
        let found = if text.is_empty() { Vec::new() } else { work::found(&desk.province, today, text) };
        let name = folded(text);
        let named = found.iter().find(|one| folded(&one.name_vi) == name);
        let only = || Some(&found).filter(|found| found.len() == 1)?.first();
        named.or_else(only).map_or_else(|| text.to_owned(), |procedure| procedure.code.as_str().to_owned())
    }
}

/// The units at whose counter this person may take in.
fn counters(desk: &Front, actor: &Actor) -> Vec<Choice> {
    let open = desk.province.units.at(desk.today()).filter(|unit| unit.code != desk.province.root);
    let mine = open.filter(|unit| desk.allow_in(actor, Deed::Receive, &unit.code).is_ok());
    mine.map(|unit| Choice::new(unit.code.as_str(), desk.name(&unit.name_vi), unit.code == actor.unit))
        .collect()
}

fn page(desk: &Front, caller: &Caller, typed: &Typed, refusals: &[Refusal]) -> Intake {
    let code = typed.code(desk);
    let procedure = desk.procedure(&code, desk.today());
    let error = |name: &str| {
        refusals
            .iter()
            .find(|refusal| refusal.field.as_deref() == Some(name))
            .map(|refusal| why(desk, refusal))
    };
    let field = |name: &str, value: &str| Field { value: value.to_owned(), error: error(name) };
    let units = marked(counters(desk, &caller.actor), &typed.receiving_unit);
    let counter = units.iter().find(|unit| unit.chosen).map_or("", |unit| unit.value.as_str());
    let quote = quote(desk, &code, counter);
    Intake {
        shell: parts::shell(desk, caller, desk.say("Tiếp nhận", "Intake"), Some(Place::Intake)),
        error: refusals.iter().find(|refusal| !has_place(refusal)).map(|refusal| why(desk, refusal)),
        procedures: suggestions(desk),
        procedure: field("procedure", &typed.procedure),
        procedure_name: procedure.map(|procedure| procedure.name_vi.clone()),
        units,
        channels: channels(desk, &typed.channel),
        kinds: kinds(desk, &typed.kind),
        name: field("applicant.name", &typed.name),
        identifier: field("applicant.identifier", &typed.identifier),
        phone: field("applicant.phone", &typed.phone),
        email: field("applicant.email", &typed.email),
        address: field("applicant.address", &typed.address),
        components: components(procedure, &typed.components),
        other_components: field("components", &typed.other_components),
        return_methods: return_methods(desk, &typed.return_method),
        quote,
        once: once(desk, typed, refusals),
    }
}

/// Whether the page has a field beside which the reason stands.
fn has_place(refusal: &Refusal) -> bool {
    let fields = [
        "procedure",
        "applicant.name",
        "applicant.identifier",
        "applicant.phone",
        "applicant.email",
        "applicant.address",
        "components",
    ];
    refusal.field.as_deref().is_some_and(|field| fields.contains(&field))
}

fn why(desk: &Front, refusal: &Refusal) -> String {
    if refusal.kind == Kind::KeyReused {
        let used = desk.say(
            "Biểu mẫu này đã được dùng để tiếp nhận một hồ sơ. Nếu đây là hồ sơ khác, bấm tiếp nhận lần nữa.",
            "This form has already been used to receive a dossier. If this is another one, press receive again.",
        );
        return used.to_owned();
    }
    desk.told(&refusal.said)
}

/// The form keeps its key until it has made a dossier, so that a second press makes no second one.
fn once(desk: &Front, typed: &Typed, refusals: &[Refusal]) -> String {
    let used = refusals.iter().any(|refusal| refusal.kind == Kind::KeyReused);
    if used || typed.once.is_empty() { random::ulid(desk.now) } else { typed.once.clone() }
}

fn marked(mut choices: Vec<Choice>, chosen: &str) -> Vec<Choice> {
    if choices.iter().any(|choice| choice.value == chosen) {
        for choice in &mut choices {
            choice.chosen = choice.value == chosen;
        }
    } else if !choices.iter().any(|choice| choice.chosen)
        && let Some(first) = choices.first_mut()
    {
        first.chosen = true;
    }
    choices
}

fn suggestions(desk: &Front) -> Vec<Choice> {
    let offered = desk.province.catalogue.offered(desk.today()).take(MOST_SUGGESTIONS);
    offered.map(|one| Choice::new(one.code.as_str(), desk.name(&one.name_vi), false)).collect()
}

fn channels(desk: &Front, chosen: &str) -> Vec<Choice> {
    let all = Channel::ALL.map(|channel| {
        let word = match channel {
            Channel::Counter => desk.say("Trực tiếp", "Counter"),
            Channel::Online => desk.say("Trực tuyến", "Online"),
            Channel::Post => desk.say("Bưu chính", "Post"),
        };
        Choice::new(channel.id(), word, channel == Channel::Counter)
    });
    marked(all.to_vec(), chosen)
}

fn kinds(desk: &Front, chosen: &str) -> Vec<Choice> {
    use ApplicantKind::{Business, Citizen, Organisation, StateAgency};
    let all = [
        (Citizen, "citizen"),
        (Business, "business"),
        (StateAgency, "state_agency"),
        (Organisation, "organisation"),
    ];
    let all = all.map(|(kind, id)| {
        let word = dossier::kind(desk.language(), kind);
        let first: String = word.chars().take(1).flat_map(char::to_uppercase).collect();
        Choice::new(id, format!("{first}{}", word.chars().skip(1).collect::<String>()), kind == Citizen)
    });
    marked(all.to_vec(), chosen)
}

fn return_methods(desk: &Front, chosen: &str) -> Vec<Choice> {
    let all = [
        (ReturnMethod::Counter, desk.say("Tại Trung tâm", "At the centre")),
        (ReturnMethod::Post, desk.say("Qua bưu chính công ích", "By public post")),
    ];
    let all = all.map(|(method, word)| Choice::new(method.id(), word, method == ReturnMethod::Counter));
    marked(all.to_vec(), chosen)
}

fn components(procedure: Option<&Procedure>, given: &[String]) -> Vec<Choice> {
    let listed = procedure.map_or(&[][..], |procedure| &procedure.components);
    listed.iter().map(|name| Choice::new(name.clone(), name.clone(), given.contains(name))).collect()
}

/// What a receipt at this counter now would promise.
pub fn quote(desk: &Front, procedure: &str, counter: &str) -> Quote {
    if procedure.is_empty() {
        return Quote::Unasked;
    }
    match work::quote(desk, procedure, counter) {
        Ok(quote) => match promised(desk, &quote) {
            Some(promised) => Quote::Promise(promised),
            None => Quote::NoLimit,
        },
        Err(crate::db::Error::Refused(refusal)) => Quote::Refused(desk.told(&refusal.said)),
        Err(_) => Quote::Unasked,
    }
}

fn promised(desk: &Front, quote: &work::Quote) -> Option<Promised> {
    let promise = quote.promise.as_ref()?;
    let derivation = quote.derivation.as_ref().zip(quote.grounds.as_ref());
    let figure =
        derivation.and_then(|(derivation, grounds)| figure::of_derivation(desk, derivation, grounds));
    let warnings = quote.warnings.iter().map(|warning| parts::warned(desk, warning)).collect();
    Some(Promised { warnings, ..promise_words(desk, promise, figure) })
}

/// A promise in the parts that stand large on a page and on the slip.
pub fn promise_words(
    desk: &Front,
    promise: &crate::domain::promise::Promise,
    figure: Option<crate::web::views::parts::MonthFigure>,
) -> Promised {
    let zone = desk.province.zone();
    let (day, clock) = zone.local(promise.due_at);
    Promised {
        weekday: desk.language().weekday(day.weekday()).to_owned(),
        date: desk.language().short_day(day),
        hour: clock.to_the_minute().to_string(),
        iso: zone.rfc3339(promise.due_at),
        limit: promise
            .basis
            .as_ref()
            .map(|basis| desk.language().limit(basis.terms.limit))
            .unwrap_or_default(),
        figure,
        warnings: Vec::new(),
    }
}
