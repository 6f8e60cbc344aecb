//! Other systems' files, turned into records that `work::import` takes in.
//!
//! Reads and understands; writes to no database and knows no rule of law beside how an
//! imported promise is measured (LATE-00).

pub mod columns;
pub mod dates;
mod digest;
pub mod fault;
pub mod file;
pub mod input;
pub mod log;
pub mod mapping;
pub mod names;
pub mod row;
pub mod sheet;
pub mod table;
