//! What is kept, as plain functions over a transaction, one file a subject.
//!
//! Here are the statements and nothing but statements: no rule of law, no
//! permission, no clock. Both databases run the same SQL.

pub mod activations;
pub mod alarms;
pub mod alerts;
pub mod applicants;
pub mod audit;
pub mod backups;
pub mod bulk;
pub mod catalogue;
pub mod decisions;
pub mod dossiers;
pub mod duties;
pub mod erasure;
pub mod events;
pub mod figures;
pub mod idempotency;
pub mod identities;
pub mod imports;
pub mod intake;
pub mod lease;
pub mod lists;
pub mod obligations;
pub mod outbox;
pub mod periodic;
pub mod plans;
pub mod previews;
pub mod recounts;
pub mod reseal;
pub mod search_terms;
pub mod second_factors;
pub mod sessions;
pub mod soundness;
pub mod staff;
pub mod statistics;
pub mod sweep;
pub mod throttles;
pub mod ticks;
pub mod tokens;
