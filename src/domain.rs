//! The rules: what the law says about a dossier's days, states and debts.
//!
//! Everything here is a pure function of its arguments: no input or output, no
//! clock, no database, no HTTP. What cites a rule id (TIME-03, LATE-10 …) states
//! that rule.

pub mod alert;
pub mod apology;
pub mod applicant;
pub mod attribution;
pub mod calendar;
pub mod code;
pub mod deadline;
pub mod dossier;
pub mod duty;
pub mod evaluation;
pub mod event;
pub mod finding;
pub mod law;
pub mod limit;
pub mod lunar;
pub mod obstacle;
pub mod periodic;
pub mod procedure;
pub mod process;
pub mod promise;
pub mod province;
pub mod recount;
pub mod refusal;
pub mod ruleset;
pub mod scales;
pub mod slip;
pub mod staff;
pub mod stage;
pub mod standing;
pub mod state;
pub mod statistics;
pub mod throttle;
pub mod time;
pub mod unit;
pub mod words;
