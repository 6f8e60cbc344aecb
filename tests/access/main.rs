//! Who gets in, what they may do and see, and what is put on record: over pages, interface and files.

#[path = "../support/mod.rs"]
mod support;

mod accounts;
mod guessing;
mod matrix;
mod personal;
mod sessions;
mod trail;
mod world;
