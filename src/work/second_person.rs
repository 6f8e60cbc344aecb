//! Where the law wants two persons: that the second account is not the first one's owner again
//! (LATE-11, TIME-16), and which accounts look as if they were.

use crate::db::{Result, Tx};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::staff::likeness::{Known, Likeness, likeness};
use crate::store::staff::{self, Person};

fn known(person: &Person) -> Known<'_> {
    Known { name: &person.name, email: person.email.as_deref() }
}

/// Refuses `second` where they look like `first`: as both are known when the second one acts.
pub async fn check(tx: &mut Tx, first: i64, second: i64) -> Result<()> {
    let (one, other) = (staff::by_id(tx, first).await?, staff::by_id(tx, second).await?);
    let alike = one.zip(other).and_then(|(one, other)| likeness(known(&one), known(&other)));
    alike.map_or(Ok(()), |alike| Err(looks_alike(alike).into()))
}

/// The open accounts that look like this person's, each with what is alike.
pub async fn alike(tx: &mut Tx, person: &Person) -> Result<Vec<(Person, Likeness)>> {
    let others = staff::active_with_login(tx).await?.into_iter().filter(|other| other.id != person.id);
    let alike = |other: Person| likeness(known(person), known(&other)).map(|alike| (other, alike));
    Ok(others.filter_map(alike).collect())
}

fn looks_alike(alike: Likeness) -> Refusal {
    let (vietnamese, english) = match alike {
        Likeness::Email => ("cùng thư điện tử", "the same e-mail address"),
        Likeness::Name => ("cùng họ tên", "the same name"),
    };
    Refusal::new(
        Kind::NotAllowed,
        format!(
            "Tài khoản này và tài khoản đã đề xuất có {vietnamese} nên được coi là của một người. Nhờ người thứ hai; nếu đúng là hai người, người quản trị ghi thư điện tử riêng của từng người."
        ),
        format!(
            "This account and the proposer's have {english} and count as one person's. Ask a second person; if they are two, the administrator gives each their own e-mail address."
        ),
    )
}
