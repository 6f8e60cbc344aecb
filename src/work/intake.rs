//! Takes in a dossier: checks what is filed, makes the promise, gives it a code.

use serde::{Deserialize, Serialize};

use super::appointment::{self, Between};
use super::desk::Desk;
use super::law;
use super::ledger::{self, Addition};
use super::quote;
use crate::db::{Result, Tx};
use crate::domain::applicant::Applicant;
use crate::domain::code::DossierCode;
use crate::domain::deadline::Derivation;
use crate::domain::dossier::Dossier;
use crate::domain::event::{Filing, Happening, ReturnMethod};
use crate::domain::procedure::{Channel, Competent, Procedure};
use crate::domain::promise::{Cause, Promise};
use crate::domain::refusal::{Kind, Language, Refusal};
use crate::domain::ruleset::RuleSet;
use crate::domain::staff::{Actor, Deed};
use crate::domain::state::State;
use crate::domain::time::Moment;
use crate::domain::unit::{Unit, UnitCode, UnitKind};
use crate::domain::words::{leaves_its_line, visible_length};
use crate::seal::{Use, digest};
use crate::store;
use crate::store::applicants::SearchCodes;
use crate::store::idempotency::Made;
use crate::store::intake::{Key, Opened, Opening};

const MOST_COMPONENTS: usize = 50;
const LONGEST_TEXT: usize = 300;

/// What is filed at the counter, by post or online.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewDossier {
    /// The procedure's national code.
    pub procedure: String,
    /// The code of the unit that takes it in.
    pub receiving_unit: String,
    pub channel: Channel,
    pub applicant: Applicant,
    /// The papers that were filed.
    #[serde(default)]
    pub components: Vec<String>,
    #[serde(default)]
    pub return_method: ReturnMethod,
}

/// What the citizen takes home.
#[derive(Clone, Debug)]
pub struct Receipt {
    pub code: String,
    pub version: i64,
    pub state: State,
    pub registered_at: Moment,
    pub received_at: Option<Moment>,
    pub promise: Option<Promise>,
    pub derivation: Option<Derivation>,
}

/// Takes in a dossier once, however often the same request comes under the same key.
pub async fn receive(
    tx: &mut Tx,
    desk: &Desk,
    actor: &Actor,
    new: &NewDossier,
    key: Option<&str>,
) -> Result<Receipt> {
    let request_hash = request_hash(new);
    let key = key.map(|key| Key { key, request_hash: &request_hash });
    let plan = match plan(desk, actor, new) {
        Ok(plan) => plan,
        Err(refusal) => return made_before(tx, desk, actor, key).await?.ok_or(refusal),
    };
    let fresh = match open(tx, desk, actor, &plan, new, key).await? {
        Opened::Before(made) => return repeated(tx, desk, &made, &request_hash).await,
        Opened::New(fresh) => fresh,
    };
    law::check(desk, fresh.edition)?;
    let code = code(desk, &plan.receiving, fresh.number)?;
    let what = plan.first_event(desk, plan.filing(new, code, fresh.applicant))?;
    let dossier = ledger::begin(tx, desk, fresh, key, Addition { actor, at: desk.now, what }).await?;
    Ok(receipt(desk, &dossier))
}

/// What the key made when the request could still be taken.
async fn made_before(
    tx: &mut Tx,
    desk: &Desk,
    actor: &Actor,
    key: Option<Key<'_>>,
) -> Result<Option<Receipt>> {
    let Some(key) = key else { return Ok(None) };
    match store::idempotency::find(tx, actor.staff_id.0, key.key).await? {
        Some(made) => repeated(tx, desk, &made, key.request_hash).await.map(Some),
        None => Ok(None),
    }
}

async fn open(
    tx: &mut Tx,
    desk: &Desk,
    actor: &Actor,
    plan: &Plan<'_>,
    new: &NewDossier,
    key: Option<Key<'_>>,
) -> Result<Opened> {
    let applicant = &new.applicant;
    let code = |purpose, key: Option<String>| key.map(|key| desk.keys.search_code(purpose, &key));
    let opening = Opening {
        staff: actor.staff_id.0,
        key,
        agency: plan.receiving.as_str(),
        day: desk.today(),
        applicant: &desk.keys.seal(applicant, Use::Applicant).map_err(super::desk::sealing_failed)?,
        codes: &SearchCodes {
            identifier: code("identifier", applicant.identifier_key()),
            phone: code("phone", applicant.phone_key()),
        },
        terms: &super::findable::terms(&desk.keys.term_key(), applicant),
    };
    store::intake::open(tx, &opening).await
}

fn request_hash(new: &NewDossier) -> [u8; 32] {
    digest(&serde_json::to_vec(new).unwrap_or_default())
}

/// The same request again gets the same answer; another one under its key gets a refusal.
async fn repeated(tx: &mut Tx, desk: &Desk, made: &Made, request_hash: &[u8; 32]) -> Result<Receipt> {
    if made.request_hash != request_hash {
        return Err(Refusal::new(
            Kind::KeyReused,
            "Khóa Idempotency-Key này đã dùng cho một yêu cầu khác. Tạo khóa mới rồi gửi lại.",
            "This Idempotency-Key was used for another request. Send it again under a new key.",
        )
        .into());
    }
    let events = store::events::of(tx, made.dossier_id).await?;
    let first = events.first().and_then(|event| Dossier::begin(event).ok());
    first
        .map(|dossier| receipt(desk, &dossier))
        .ok_or_else(|| crate::db::Error::corrupt("dossier_events", "body", made.dossier_id))
}

fn receipt(desk: &Desk, dossier: &Dossier) -> Receipt {
    let filing = &dossier.filing;
    let between = Between::units(desk, &filing.receiving_unit, &filing.competent_unit);
    let promise = dossier.promise().cloned();
    Receipt {
        code: filing.code.clone(),
        version: dossier.version,
        state: dossier.state,
        registered_at: dossier.registered_at,
        received_at: dossier.received_at,
        derivation: promise.as_ref().and_then(|promise| appointment::derivation(between, promise)),
        promise,
    }
}

/// What was checked before anything is written.
#[derive(Debug)]
struct Plan<'d> {
    procedure: &'d Procedure,
    rules: &'d RuleSet,
    receiving: UnitCode,
    competent: UnitCode,
}

fn plan<'d>(desk: &'d Desk, actor: &Actor, new: &NewDossier) -> Result<Plan<'d>> {
    let receiving = ledger::unit_in_force(desk, "receiving_unit", &new.receiving_unit)?;
    desk.allow_in(actor, Deed::Receive, &receiving)?;
    let (procedure, rules) = procedure_now(desk, &new.procedure)?;
    if !procedure.channels.contains(&new.channel) {
        return Err(Refusal::invalid(
            "channel",
            format!("Thủ tục {} không tiếp nhận qua hình thức này. Chọn hình thức khác.", procedure.code),
            format!("Procedure {} can't be filed this way. Choose another channel.", procedure.code),
        )
        .into());
    }
    check_components(&new.components)?;
    new.applicant.check()?;
    let competent = competent_unit(desk, procedure, &receiving)?;
    Ok(Plan { procedure, rules, receiving, competent })
}

/// The procedure and rule set of a receipt now.
pub fn procedure_now<'d>(desk: &'d Desk, code: &str) -> Result<(&'d Procedure, &'d RuleSet)> {
    if code.is_empty() {
        return Err(Refusal::required("procedure", "mã hoặc tên thủ tục", "the procedure").into());
    }
    let today = desk.today();
    let procedure = desk.procedure(code, today).ok_or_else(|| no_procedure(desk, code))?;
    let rules = desk.province.rules(&procedure.field, today).ok_or_else(no_rules)?;
    Ok((procedure, rules))
}

/// Says of words that find several procedures how many, so that more words are typed.
fn no_procedure(desk: &Desk, typed: &str) -> Refusal {
    let found = quote::found(&desk.province, desk.today(), typed);
    match found.first().filter(|_| found.len() > 1) {
        Some(first) => Refusal::invalid(
            "procedure",
            format!(
                "Có {} thủ tục khớp với “{typed}”, như “{}” ({}). Gõ thêm từ, hoặc chọn trong danh sách gợi ý.",
                found.len(),
                first.name_vi,
                first.code
            ),
            format!(
                "{} procedures match {typed:?}, one of them {} ({}). Type more words, or choose from the list.",
                found.len(),
                first.name_in(Language::English),
                first.code
            ),
        ),
        None => Refusal::invalid(
            "procedure",
            format!("Không có thủ tục mã “{typed}” đang có hiệu lực. Chọn thủ tục trong danh mục."),
            format!("There is no procedure {typed:?} in force. Choose one from the catalogue."),
        ),
    }
}

pub(super) fn no_rules() -> Refusal {
    Refusal::new(
        Kind::NoDueDate,
        "Chưa có bộ quy tắc tính hạn cho ngày tiếp nhận này. Liên hệ Văn phòng UBND tỉnh.",
        "No rule set covers this day of receipt. Ask the provincial office.",
    )
}

/// Who decides on a procedure that `receiving` takes in (ORG-04).
pub fn competent_unit(desk: &Desk, procedure: &Procedure, receiving: &UnitCode) -> Result<UnitCode> {
    match &procedure.competent {
        Competent::Unit(unit) => Ok(unit.clone()),
        Competent::CommuneOfReceipt => {
            commune_of(desk, receiving).map(|unit| unit.code.clone()).ok_or_else(|| {
                Refusal::invalid(
                    "receiving_unit",
                    "Thủ tục này thuộc thẩm quyền cấp xã. Chọn đơn vị tiếp nhận là một xã, phường.",
                    "This procedure is settled by a commune. Choose a commune as the receiving unit.",
                )
                .into()
            })
        }
    }
}

/// The commune that a unit is or belongs to.
fn commune_of<'d>(desk: &'d Desk, unit: &UnitCode) -> Option<&'d Unit> {
    let units = &desk.province.units;
    let today = desk.today();
    let itself = units.get_at(unit, today);
    itself.into_iter().chain(units.ancestors(unit, today)).find(|unit| unit.kind == UnitKind::Commune)
}

fn check_components(components: &[String]) -> Result<()> {
    let fits = |text: &String| {
        text.chars().count() <= LONGEST_TEXT && visible_length(text) > 0 && !leaves_its_line(text)
    };
    if components.len() > MOST_COMPONENTS || !components.iter().all(fits) {
        return Err(Refusal::invalid(
            "components",
            format!("Nhiều nhất {MOST_COMPONENTS} giấy tờ, mỗi tên một dòng, từ 1 đến {LONGEST_TEXT} ký tự."),
            format!(
                "At most {MOST_COMPONENTS} papers, each named on one line in 1 to {LONGEST_TEXT} characters."
            ),
        )
        .into());
    }
    Ok(())
}

impl Plan<'_> {
    fn filing(&self, new: &NewDossier, code: DossierCode, applicant: i64) -> Filing {
        Filing {
            code: code.as_str().to_owned(),
            procedure: self.procedure.code.as_str().to_owned(),
            procedure_version: self.procedure.version,
            field: self.procedure.field.clone(),
            receiving_unit: self.receiving.clone(),
            competent_unit: self.competent.clone(),
            channel: new.channel.id().to_owned(),
            return_method: new.return_method,
            applicant: Some(applicant),
            components: new.components.clone(),
        }
    }

    /// Online it is filed and must be accepted; at the counter and by post it is received (LIFE-01).
    fn first_event(&self, desk: &Desk, filing: Filing) -> Result<Happening> {
        if filing.channel == Channel::Online.id() {
            return Ok(Happening::Submitted { filing });
        }
        let between = Between::units(desk, &self.receiving, &self.competent);
        let promise = appointment::promise(between, self.procedure, self.rules, desk.now, Cause::Receipt)?;
        Ok(Happening::Received { filing: Some(filing), ruleset: self.rules.id.to_string(), promise })
    }
}

/// CODE-01, CODE-03: agency, day of receipt and the agency's number of that day.
fn code(desk: &Desk, agency: &UnitCode, number: i64) -> Result<DossierCode> {
    let sequence = u32::try_from(number).unwrap_or(u32::MAX);
    DossierCode::issue(agency, desk.today(), sequence).map_err(|error| {
        Refusal::invalid(
            "receiving_unit",
            format!("Không cấp được mã hồ sơ cho đơn vị {agency}. Liên hệ người quản trị."),
            format!("No dossier code can be issued for unit {agency}: {error}"),
        )
        .into()
    })
}
