//! Who works in the demonstration province, and the accounts to try it with.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::db::{Db, Result};
use crate::domain::province::Province;
use crate::domain::refusal::Language;
use crate::domain::staff::{Role, StaffId};
use crate::domain::time::{Day, Moment};
use crate::domain::unit::{Tier, Unit, UnitCode, UnitKind};
use crate::store;
use crate::store::staff::NewPerson;

use super::dice::Dice;
use super::names;

/// The one password of all accounts; it protects nothing but invented data.
pub const PASSWORD: &str = "dung-hen-thu";

/// Accounts to sign in with: name, unit and role of the person behind each.
const ACCOUNTS: &[(&str, &str, Role)] = &[
    ("motcua", "H35.01.01", Role::Reception),
    ("trungtam", "H35.01.01", Role::CentreManager),
    ("thuly", "H35.07", Role::Specialist),
    ("truongphong", "H35.07", Role::DivisionHead),
    ("truongso", "H35.07", Role::UnitHead),
    ("doanket", "H35.21.01", Role::Reception),
    ("chutichphuong", "H35.21", Role::UnitHead),
    ("kstt", "H35.01", Role::ControlOffice),
    // A change of the calendar takes two.
    ("kstt2", "H35.01", Role::ControlOffice),
    ("thanhtra", "H35.13", Role::Inspector),
    ("chutich", "H35", Role::Chair),
    ("quantri", "H35.01", Role::Administrator),
];

/// An account to try the demonstration with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub login: &'static str,
    pub role: Role,
    /// The name of the unit, for people.
    pub unit: String,
}

impl Account {
    /// `Công chức thụ lý, Sở Xây dựng`.
    #[must_use]
    pub fn words(&self) -> String {
        format!("{}, {}", self.role.name(Language::Vietnamese), self.unit)
    }
}

/// The accounts of the units that this province has.
#[must_use]
pub fn accounts(province: &Province) -> Vec<Account> {
    let known = ACCOUNTS.iter().filter_map(|&(login, unit, role)| {
        let unit = province.units.get(&unit.parse().ok()?)?;
        Some(Account { login, role, unit: unit.short_name.clone() })
    });
    known.collect()
}

/// How many people of each role a unit has.
fn posts(unit: &Unit) -> Vec<(Role, usize)> {
    let large = matches!(unit.code.as_str(), "H35.06.01" | "H35.07" | "H35.21" | "H35.25");
    match (unit.kind, unit.tier) {
        (UnitKind::Province, _) => vec![(Role::Chair, 1)],
        (UnitKind::Office, _) => vec![(Role::ControlOffice, 2), (Role::Administrator, 1)],
        (UnitKind::Centre, Tier::Province) => vec![(Role::CentreManager, 1), (Role::Reception, 6)],
        (UnitKind::Centre, _) => vec![(Role::Reception, if large { 2 } else { 1 })],
        (UnitKind::Department, _) | (UnitKind::LandOffice, Tier::Province) => {
            let mut posts = vec![
                (Role::UnitHead, 1),
                (Role::DivisionHead, if large { 2 } else { 1 }),
                (Role::Specialist, if large { 6 } else { 3 }),
                (Role::Clerk, 1),
                (Role::Reception, 1),
            ];
            if matches!(unit.code.as_str(), "H35.02" | "H35.13") {
                posts.push((Role::Inspector, 1));
            }
            posts
        }
        (UnitKind::Commune, _) => vec![(Role::UnitHead, 1), (Role::Specialist, if large { 4 } else { 2 })],
        _ => Vec::new(),
    }
}

/// The local part of an address: `truong.so-xay-dung`, `chuyenvien2.xa-binh-lu`.
fn mailbox(role: Role, number: usize, unit: &Unit) -> String {
    let post = match role {
        Role::UnitHead => "truong",
        Role::DivisionHead => "phong",
        Role::Specialist => "chuyenvien",
        Role::Clerk => "vanthu",
        Role::Reception => "motcua",
        Role::CentreManager => "giamdoc",
        Role::ControlOffice => "kstt",
        Role::Inspector => "thanhtra",
        Role::Chair => "chutich",
        _ => "quantri",
    };
    let number = if number == 0 { String::new() } else { (number + 1).to_string() };
    format!("{post}{number}.{}", plain(&unit.short_name))
}

/// Latin letters without marks, small, with hyphens for blanks.
fn plain(text: &str) -> String {
    let bare = text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    let letters = bare.filter_map(|c| match c {
        'đ' => Some('d'),
        ' ' => Some('-'),
        c if c.is_ascii_alphanumeric() => Some(c),
        _ => None,
    });
    letters.collect()
}

/// Somebody who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Officer {
    pub id: StaffId,
    pub unit: UnitCode,
    pub role: Role,
}

/// Everybody who acts, by unit and role.
#[derive(Clone, Debug, Default)]
pub struct Roster(BTreeMap<(UnitCode, Role), Vec<Officer>>);

impl Roster {
    /// Somebody of the unit in the first of these roles that it has.
    #[must_use]
    pub fn any(&self, unit: &UnitCode, roles: &[Role], dice: &mut Dice) -> Option<&Officer> {
        let of = |role: &Role| self.0.get(&(unit.clone(), *role)).filter(|people| !people.is_empty());
        roles.iter().find_map(of).map(|people| dice.pick(people))
    }

    /// The first of the unit in this role: the one with an account, where there is one.
    #[must_use]
    pub fn first(&self, unit: &UnitCode, role: Role) -> Option<&Officer> {
        self.0.get(&(unit.clone(), role))?.first()
    }
}

/// Makes everybody, and the accounts with one hash of the one password.
pub async fn hire(db: &Db, province: &Province, day: Day, now: Moment, dice: &mut Dice) -> Result<Roster> {
    let hash = crate::seal::password::hash(PASSWORD)
        .map_err(|error| crate::db::Error::corrupt("staff", "password_hash", error))?;
    let people = people(province, day, &hash, dice);
    let hired = db.write(async move |tx| {
        let mut ids = Vec::new();
        for one in &people {
            let person = NewPerson {
                login: one.login,
                name: &one.name,
                email: Some(&one.email),
                unit: one.unit.as_str(),
                roles: &[one.role],
                password_hash: one.login.map(|_| one.hash.as_str()),
                source: None,
                created_at: now,
            };
            ids.push((store::staff::insert(tx, &person).await?, one.unit.clone(), one.role));
        }
        Ok(ids)
    });
    let mut roster = Roster::default();
    for (id, unit, role) in hired.await? {
        let officer = Officer { id: StaffId(id), unit: unit.clone(), role };
        roster.0.entry((unit, role)).or_default().push(officer);
    }
    Ok(roster)
}

#[derive(Clone)]
struct Person {
    login: Option<&'static str>,
    name: String,
    email: String,
    unit: UnitCode,
    role: Role,
    hash: String,
}

fn people(province: &Province, day: Day, hash: &str, dice: &mut Dice) -> Vec<Person> {
    let mut people = Vec::new();
    for unit in province.units.at(day) {
        for (role, count) in posts(unit) {
            for number in 0..count {
                let fits = |&&(_, of, asked): &&(&str, &str, Role)| of == unit.code.as_str() && asked == role;
                let account = ACCOUNTS.iter().filter(fits).nth(number);
                people.push(Person {
                    login: account.map(|&(login, ..)| login),
                    name: names::officer(dice),
                    email: format!("{}@laichau.example", mailbox(role, number, unit)),
                    unit: unit.code.clone(),
                    role,
                    hash: hash.to_owned(),
                });
            }
        }
    }
    people
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mailboxes_are_plain_and_name_post_and_unit() {
        assert_eq!(plain("Sở NN&MT"), "so-nnmt");
        assert_eq!(plain("Phường Đoàn Kết"), "phuong-doan-ket");
    }
}
