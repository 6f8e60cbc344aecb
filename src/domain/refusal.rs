//! Why something was not done.

/// A "no" to a deed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("refused")]
pub struct Refusal;
