//! A province with its people, and short ways to act in it at a given instant.

use std::sync::{Arc, LazyLock};

use dunghen::config::{Configuration, Environment};
use dunghen::db::{Db, Error, Result};
use dunghen::domain::applicant::Applicant;
use dunghen::domain::dossier::Dossier;
use dunghen::domain::event::ReturnMethod;
use dunghen::domain::procedure::Channel;
use dunghen::domain::province::Province;
use dunghen::domain::refusal::Kind;
use dunghen::domain::staff::{Actor, Role, StaffId};
use dunghen::domain::time::{ClockTime, Day, Moment};
use dunghen::seal::{Keyring, Sealed};
use dunghen::store::audit::Head;
use dunghen::store::dossiers::Known;
use dunghen::store::staff::NewPerson;
use dunghen::work::desk::{Desk, House};
use dunghen::work::intake::{self, NewDossier, Receipt};
use dunghen::work::ledger::{self, Opened};
use dunghen::work::processing::{self, Change, Request};
use dunghen::work::sweep::{self, Swept};
use dunghen::work::verify::{self, Verdict};
use dunghen::{store, work};

/// The commune of most tests and its counter.
pub const COMMUNE: &str = "H35.21";
pub const CENTRE: &str = "H35.21.01";

/// Three working days, settled by the commune; a supplement restarts the clock.
pub const THREE_DAYS: &str = "1.004873";
/// The same day, with the cut-off at 15:00.
pub const SAME_DAY: &str = "1.001193";
/// Twenty calendar days, settled by the commune.
pub const TWENTY_CALENDAR_DAYS: &str = "1.012222";
/// Eighteen working days of the twenty-two that the law allows, settled by the commune.
pub const EIGHTEEN_DAYS: &str = "1.001776";
/// Thirty-five calendar days at H35.04; a supplement pauses the clock.
pub const PAUSING: &str = "1.009645";
/// Seventeen working days at H35.06.01 and, after payment, three more.
pub const SECOND_LIMIT: &str = "1.012753";
/// Eight working days at H35.06.01, nothing said about the time after a payment.
pub const NO_SECOND_LIMIT: &str = "1.012796";
/// Eight working hours at H35.05.
pub const EIGHT_HOURS: &str = "2.001474";

static PROVINCE: LazyLock<Arc<Province>> =
    LazyLock::new(|| Configuration::demonstration(&Environment::default()).unwrap().province);

pub fn province() -> Arc<Province> {
    PROVINCE.clone()
}

/// `2026-08-28 16:00`, seconds optional, as the clock on the wall in Lai Châu shows it.
pub fn at(text: &str) -> Moment {
    let (day, clock) = text.split_once(' ').unwrap();
    let (day, clock): (Day, ClockTime) = (day.parse().unwrap(), clock.parse().unwrap());
    PROVINCE.zone().instant(day, clock).unwrap()
}

pub fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// An instant as [`at`] reads it.
pub fn shown(moment: Moment) -> String {
    let (day, clock) = PROVINCE.zone().local(moment);
    format!("{day} {clock}")
}

/// The law and the keys of an office; people act in it at instants that the test names.
#[derive(Clone)]
pub struct Office {
    desk: Desk,
}

impl Office {
    /// Opens the province in an empty database.
    pub async fn open(db: &Db) -> Self {
        let house = House {
            public_url: "https://mot-cua.example.vn".to_owned(),
            mail_domain: "mot-cua.example.vn".to_owned(),
            place: "Tam Đường".to_owned(),
            alerts_per_hour: 20,
        };
        let desk = Desk {
            province: province(),
            keys: Arc::new(Keyring::generate()),
            house: Arc::new(house),
            now: at("2026-01-05 07:00"),
        };
        let begun = desk.clone();
        db.write(async move |tx| work::start::keep_province(tx, &begun).await).await.unwrap();
        Self { desk }
    }

    pub fn desk(&self, now: Moment) -> Desk {
        Desk { now, ..self.desk.clone() }
    }

    /// Somebody new with an account and an address.
    pub async fn hire(&self, db: &Db, unit: &str, roles: &[Role]) -> Actor {
        self.hire_with(db, unit, roles, true).await
    }

    /// Somebody new, with an address or without.
    pub async fn hire_with(&self, db: &Db, unit: &str, roles: &[Role], has_address: bool) -> Actor {
        let (unit, roles, now) = (unit.to_owned(), roles.to_vec(), self.desk.now);
        db.write(async move |tx| {
            let login = format!("{unit}-{:08x}", rand::random::<u32>());
            let email = format!("{login}@laichau.example.vn");
            let new = NewPerson {
                login: Some(&login),
                name: &login,
                email: has_address.then_some(&*email),
                unit: &unit,
                roles: &roles,
                password_hash: None,
                source: None,
                created_at: now,
            };
            let id = store::staff::insert(tx, &new).await?;
            Ok(Actor::new(StaffId(id), unit.parse().unwrap(), roles))
        })
        .await
        .unwrap()
    }

    pub async fn receive(&self, db: &Db, now: Moment, actor: &Actor, new: &NewDossier) -> Result<Receipt> {
        self.receive_once(db, now, actor, new, None).await
    }

    pub async fn receive_once(
        &self,
        db: &Db,
        now: Moment,
        actor: &Actor,
        new: &NewDossier,
        key: Option<&str>,
    ) -> Result<Receipt> {
        let (desk, actor, new, key) = (self.desk(now), actor.clone(), new.clone(), key.map(str::to_owned));
        db.write(async move |tx| intake::receive(tx, &desk, &actor, &new, key.as_deref()).await).await
    }

    /// What an officer does now, having seen the dossier's present version.
    pub async fn act(
        &self,
        db: &Db,
        now: Moment,
        actor: &Actor,
        code: &str,
        change: Change,
    ) -> Result<Opened> {
        let known = self.known(db, code).await;
        let request = Request { expected_version: known.version, at: None, change };
        self.ask(db, now, actor, code, request).await
    }

    pub async fn ask(
        &self,
        db: &Db,
        now: Moment,
        actor: &Actor,
        code: &str,
        request: Request,
    ) -> Result<Opened> {
        let (desk, actor, code) = (self.desk(now), actor.clone(), code.to_owned());
        db.write(async move |tx| processing::change(tx, &desk, &actor, &code, &request).await).await
    }

    pub async fn known(&self, db: &Db, code: &str) -> Known {
        db.read(async |tx| store::dossiers::known(tx, code).await).await.unwrap().unwrap()
    }

    /// A dossier as its events tell it.
    pub async fn dossier(&self, db: &Db, code: &str) -> Dossier {
        let known = self.known(db, code).await;
        db.read(async |tx| ledger::load(tx, known.clone()).await).await.unwrap().dossier
    }

    /// The text of the newest letter of a kind.
    pub async fn letter_of(&self, db: &Db, kind: &str) -> String {
        let (sealed, key_id): (Vec<u8>, String) = db
            .read(async |tx| {
                tx.query("select sealed, key_id from outbox where kind = $1 order by id desc limit 1")
                    .bind(kind)
                    .fetch_one()
                    .await
            })
            .await
            .unwrap();
        work::post::open(&self.desk, &Sealed { bytes: sealed, key_id }).unwrap().text
    }

    /// Sweeps until nothing is due at `now`, some dossiers at a time.
    pub async fn sweep(&self, db: &Db, now: Moment, batch: i64) -> Result<Swept> {
        let mut all = Swept::default();
        loop {
            let desk = self.desk(now);
            let swept = db.write(async move |tx| sweep::sweep(tx, &desk, batch).await).await?;
            all.checked += swept.checked;
            all.alerts += swept.alerts;
            all.letters += swept.letters;
            if i64::try_from(swept.checked).unwrap() < batch {
                return Ok(all);
            }
        }
    }

    /// Replays everything and walks the audit chain.
    pub async fn verify(&self, db: &Db) -> Verdict {
        let mut verdict = Verdict::default();
        let (mut after, mut link) = (Some(0), Some(Head::default()));
        db.read(async |tx| {
            while let Some(id) = after {
                after = verify::page_of_dossiers(tx, &self.desk, id, &mut verdict).await?;
            }
            while let Some(last) = link.take() {
                link = verify::page_of_audit(tx, last, &mut verdict).await?;
            }
            Ok(())
        })
        .await
        .unwrap();
        verdict
    }
}

/// The counter clerk, the specialist and the head who settle a procedure received at [`CENTRE`].
#[derive(Clone)]
pub struct Team {
    pub counter: Actor,
    pub specialist: Actor,
    pub head: Actor,
}

impl Team {
    pub async fn at(office: &Office, db: &Db, competent: &str) -> Self {
        Self {
            counter: office.hire(db, CENTRE, &[Role::Reception]).await,
            specialist: office.hire(db, competent, &[Role::Specialist]).await,
            head: office.hire(db, competent, &[Role::UnitHead]).await,
        }
    }
}

/// A dossier of a citizen who left neither phone nor e-mail.
pub fn filed(procedure: &str) -> NewDossier {
    NewDossier {
        procedure: procedure.to_owned(),
        receiving_unit: CENTRE.to_owned(),
        channel: Channel::Counter,
        applicant: Applicant { name: "Lò Thị Mai".to_owned(), ..Applicant::default() },
        components: vec!["Tờ khai theo mẫu".to_owned()],
        return_method: ReturnMethod::Counter,
    }
}

pub fn change(body: serde_json::Value) -> Change {
    serde_json::from_value(body).unwrap()
}

pub fn transfer(to: &str) -> Change {
    Change::Transfer { to_unit: to.to_owned(), to_officer: None }
}

pub fn supplement() -> Change {
    Change::SupplementRequested {
        items: vec!["Giấy xác nhận".to_owned()],
        reason: "Thiếu giấy xác nhận".to_owned(),
        contact: None,
    }
}

/// Form 04 with a new date, or without one for a dossier that is settled.
pub fn apology(new_date: Option<&str>) -> Change {
    Change::ApologyIssued {
        reason: dunghen::domain::apology::LateReason::Volume,
        words: "Số lượng hồ sơ trong tháng tăng cao".to_owned(),
        new_due_on: new_date.map(day),
        number: None,
    }
}

/// What kind of "no" it was.
#[track_caller]
pub fn refused<T>(outcome: Result<T>) -> Kind {
    match outcome {
        Err(Error::Refused(refusal)) => refusal.kind,
        Err(error) => panic!("not refused but failed: {error}"),
        Ok(_) => panic!("not refused"),
    }
}

/// The field that a refusal names.
#[track_caller]
pub fn field_at_fault<T>(outcome: Result<T>) -> String {
    match outcome {
        Err(Error::Refused(refusal)) => refusal.field.unwrap_or_default().into_owned(),
        Err(error) => panic!("not refused but failed: {error}"),
        Ok(_) => panic!("not refused"),
    }
}

/// One row of obligations, as far as tests look at it.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct ObligationRow {
    pub opened_at: Moment,
    pub issued_at: Option<Moment>,
    pub in_advance: Option<bool>,
    pub delivered_at: Option<Moment>,
    pub exempted_at: Option<Moment>,
    pub closed_at: Option<Moment>,
}

pub async fn obligation_row(db: &Db, dossier: i64) -> Option<ObligationRow> {
    db.read(async |tx| {
        tx.query(
            "select opened_at, issued_at, in_advance, delivered_at, exempted_at, closed_at
             from obligations where dossier_id = $1",
        )
        .bind(dossier)
        .fetch_optional()
        .await
    })
    .await
    .unwrap()
}

/// One alert: dossier, rule, level, recipient and since when it was owed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, sqlx::FromRow)]
pub struct AlertRow {
    pub dossier_id: i64,
    pub since: Moment,
    pub rule: String,
    pub level: i64,
    pub recipient_id: i64,
    pub created_at: Moment,
    pub letter_id: Option<i64>,
}

pub async fn alerts(db: &Db) -> Vec<AlertRow> {
    let mut rows: Vec<AlertRow> = db
        .read(async |tx| {
            tx.query("select dossier_id, since, rule, level, recipient_id, created_at, letter_id from alerts")
                .fetch_all()
                .await
        })
        .await
        .unwrap();
    rows.sort();
    rows
}

pub async fn count(db: &Db, sql: &'static str) -> i64 {
    db.read(async |tx| tx.query(sql).fetch_scalar().await).await.unwrap()
}
