//! What is read from files and the environment, checked once.

pub mod calendar;
