//! The statements behind the pages that everybody opens and the work that goes on all day,
//! for a test to ask how the database would run them.
//!
//! Nothing runs them from here.

use super::{figures, lists, obligations, outbox, search_terms, statistics, sweep};
use crate::db::Sql;

/// Each hot statement under a name for people.
#[must_use]
pub fn hot() -> Vec<(&'static str, Sql)> {
    let mut hot = vec![
        ("list of open dossiers of units", lists::OPEN_OF_UNITS),
        ("list of all dossiers of units", lists::ANY_OF_UNITS),
        ("list of open dossiers everywhere", lists::OPEN_EVERYWHERE),
        ("list of all dossiers everywhere", lists::ANY_EVERYWHERE),
        ("list by code", lists::BY_CODE),
        ("list by code without separators", lists::found::BY_PLAIN_CODE),
        ("list of codes", lists::found::OF_CODES),
        ("list of an applicant", lists::OF_APPLICANT),
        ("list behind a figure", lists::ended::BEHIND),
        ("list of late dossiers for anyone", lists::late::LATE_PAGE),
        ("list of results to be fetched", lists::ended::TO_FETCH),
        ("board of units", lists::COUNTS_OF_UNITS),
        ("board of everything", lists::COUNTS_EVERYWHERE),
        ("apologies owed by units", obligations::UNSENT),
        ("obligations of units", obligations::ALL),
        ("apologies owed everywhere", obligations::UNSENT_EVERYWHERE),
        ("obligations everywhere", obligations::ALL_EVERYWHERE),
        ("count of apologies owed", obligations::COUNT_UNSENT),
        ("letters of units", outbox::OF_UNITS),
        ("letters everywhere", outbox::EVERYWHERE),
        ("letters in a state", outbox::EVERYWHERE_IN_STATE),
        ("letters to be sent", outbox::CLAIM),
        ("what the sweep takes", sweep::DUE),
        ("figures kept ready", statistics::KEPT),
        ("changes to be folded", figures::TAKE),
    ];
    for having in search_terms::HAVING {
        hot.push(("persons who have all terms", having));
    }
    hot.push(("how far a walk over persons goes", search_terms::FLOOR));
    for basis in statistics::Basis::ALL {
        hot.push(("figures of days", statistics::by_row(basis)));
    }
    hot
}
