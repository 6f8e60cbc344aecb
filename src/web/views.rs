//! What each page shows: view models made of plain words, and the templates they fill.
//!
//! They know no store and decide nothing; whoever fills them has already chosen the words.
//! Every text is escaped by the templates; only pictures made by [`crate::paper`] are markup.

pub mod account;
pub mod audit;
pub mod board;
pub mod calendars;
pub mod course;
pub mod deeds;
pub mod dossier;
pub mod dossiers;
pub mod imports;
pub mod intake;
pub mod look_up;
pub mod outbox;
pub mod parts;
pub mod people;
pub mod person_data;
pub mod problem;
pub mod procedures;
pub mod proof;
pub mod prose;
pub mod published;
pub mod rates;
pub mod shell;
pub mod sign_in;
pub mod slip;
