//! The service as people and programs meet it over HTTP.

pub mod assets;
pub mod views;
