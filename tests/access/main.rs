//! Who gets in, what they may do and see, and what is put on record: over pages, interface and files.

#[path = "../browser/driver.rs"]
mod driver;
#[path = "../support/service.rs"]
mod service;
#[path = "../support/mod.rs"]
mod support;

mod accounts;
mod attacks;
mod broken_handlers;
mod entries;
mod erased_words;
mod guessing;
mod interface;
mod matrix;
#[cfg(feature = "oidc")]
mod oidc;
mod personal;
mod process_steps;
mod revocation;
mod second_person;
mod secrets;
mod sessions;
mod stored_script;
mod tls;
mod trail;
mod world;
