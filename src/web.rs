//! The service as people and programs meet it over HTTP.
//!
//! Handlers extract, call `work` and answer. No rule, no statement, no clock here.

pub mod address;
pub mod api;
pub mod assets;
mod body;
pub mod entrance;
pub mod failure;
mod gate;
pub mod health;
mod metrics;
mod observe;
pub mod pages;
pub mod plain;
pub mod reader;
pub mod router;
pub mod routes;
pub mod server;
pub mod session;
mod unsent;
pub mod views;
pub mod watch;
