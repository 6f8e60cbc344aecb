//! Other systems' files, turned into records that `work::import` takes in.
//!
//! Reads and understands; writes to no database and knows no rule of law beside how an
//! imported promise is measured (LATE-00).

pub mod dates;
pub mod fault;
pub mod mapping;
pub mod names;
pub mod row;
pub mod table;
