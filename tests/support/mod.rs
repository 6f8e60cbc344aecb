//! What the integration tests share.

#![allow(dead_code, unused_imports, reason = "each test program uses its part")]

pub mod db;
pub mod import;
pub mod proxy;
