//! Who works where and as what on a day: terms of office, and those who stand in (ORG-01, ORG-02).
//!
//! What stands with a person is where they work unless a term that is in force says otherwise.
//! Whoever stands in for somebody of their unit has that person's roles on top of their own.

use super::staff::{Role, StaffId};
use super::time::Day;
use super::unit::UnitCode;

/// A time in which somebody has roles in a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty {
    pub unit: UnitCode,
    pub roles: Vec<Role>,
    pub from_on: Day,
    /// The last day; none where no end is known.
    pub to_on: Option<Day>,
    /// Whose roles these are, where it is not a term of one's own.
    pub stands_in_for: Option<StaffId>,
}

impl Duty {
    #[must_use]
    pub fn is_in_force(&self, day: Day) -> bool {
        self.from_on <= day && self.to_on.is_none_or(|last| day <= last)
    }
}

/// Where somebody works, and as what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    pub unit: UnitCode,
    pub roles: Vec<Role>,
}

impl Post {
    /// The post that holds on `day`: of several terms the one that began last.
    #[must_use]
    pub fn on(self, day: Day, duties: &[Duty]) -> Self {
        let in_force = || duties.iter().filter(|duty| duty.is_in_force(day));
        let term = in_force().filter(|duty| duty.stands_in_for.is_none()).max_by_key(|duty| duty.from_on);
        let mut post = term.map_or(self, |term| Self { unit: term.unit.clone(), roles: term.roles.clone() });
        let others = in_force().filter(|duty| duty.stands_in_for.is_some() && duty.unit == post.unit);
        let more: Vec<Role> = others.flat_map(|duty| duty.roles.iter().copied()).collect();
        for role in more {
            if !post.roles.contains(&role) {
                post.roles.push(role);
            }
        }
        post
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn duty(unit: &str, role: Role, from: &str, to: Option<&str>, for_whom: Option<i64>) -> Duty {
        Duty {
            unit: unit.parse().unwrap(),
            roles: vec![role],
            from_on: day(from),
            to_on: to.map(day),
            stands_in_for: for_whom.map(StaffId),
        }
    }

    fn post(unit: &str, roles: &[Role]) -> Post {
        Post { unit: unit.parse().unwrap(), roles: roles.to_vec() }
    }

    #[test]
    fn the_term_that_began_last_goes_before_the_others() {
        let home = post("H35.21", &[Role::Specialist]);
        let duties = [
            duty("H35.22", Role::Specialist, "2026-01-01", None, None),
            duty("H35.07", Role::DivisionHead, "2026-06-01", Some("2026-06-30"), None),
        ];
        for (on, expected) in [
            ("2025-12-31", home.clone()),
            ("2026-01-01", post("H35.22", &[Role::Specialist])),
            ("2026-06-01", post("H35.07", &[Role::DivisionHead])),
            ("2026-06-30", post("H35.07", &[Role::DivisionHead])),
            ("2026-07-01", post("H35.22", &[Role::Specialist])),
        ] {
            assert_eq!(home.clone().on(day(on), &duties), expected, "{on}");
        }
    }

    #[test]
    fn whoever_stands_in_has_the_others_roles_for_that_time_and_in_that_unit_alone() {
        let home = post("H35.21", &[Role::Specialist]);
        let leave = duty("H35.21", Role::UnitHead, "2026-08-03", Some("2026-08-07"), Some(7));
        let both = post("H35.21", &[Role::Specialist, Role::UnitHead]);
        assert_eq!(home.clone().on(day("2026-08-02"), std::slice::from_ref(&leave)), home);
        assert_eq!(home.clone().on(day("2026-08-03"), std::slice::from_ref(&leave)), both);
        assert_eq!(home.clone().on(day("2026-08-08"), std::slice::from_ref(&leave)), home);
        let moved = duty("H35.22", Role::Specialist, "2026-08-05", None, None);
        assert_eq!(home.on(day("2026-08-05"), &[leave, moved]), post("H35.22", &[Role::Specialist]));
    }
}
