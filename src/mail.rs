//! The SMTP conversation and its outcome: one mail, one recipient, one verdict.
//!
//! Mails are built by lettre and spoken over its connection type, without its pool and
//! without its tracing: the pool can take one mail's reply for another's, and tracing
//! writes passwords into the log. What this module knows of a mail is what it was told:
//! it renders nothing, stores nothing and asks no clock. A mail is [`Outcome::Sent`] only
//! when the relay answered the final dot of this very mail with 250.

pub mod conversation;
mod lockstep;
pub mod message;
pub mod relay;
pub mod reply;
pub mod schedule;

pub use conversation::Channel;
pub use message::{Correspondent, Draft, Mail, MailAddress, MailError, MessageId};
pub use relay::{Relay, RelayError, RelaySettings, Security, Timeouts};
pub use reply::{Outcome, Reply};
pub use schedule::{Next, Tries, backoff, next};
