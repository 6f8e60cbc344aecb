//! Đúng Hẹn follows every administrative dossier from intake to return, keeps its
//! legal clock and computes the on-time rates that follow from it.

pub mod config;
pub mod db;
pub mod domain;
