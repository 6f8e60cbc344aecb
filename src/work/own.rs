//! Whoever does something with their own account, and the session in which they do it.
//!
//! Who they are is proved before the deed, and hashing takes its time: what ends the session meanwhile
//! has to end the deed as well (S9).

use super::sign_in::not_signed_in;
use crate::db::{Result, Tx};
use crate::domain::staff::Actor;
use crate::store::sessions;
use crate::store::staff::{self, Person};

/// The owner of an account, as they were let in.
#[derive(Clone, Debug)]
pub struct Own {
    pub actor: Actor,
    pub person: Person,
    /// By what their session is known; none for a program, which does nothing of this kind.
    pub session: Option<[u8; 32]>,
}

impl Own {
    /// Makes sure that account and session are still open, and that both stay so until this transaction ends.
    ///
    /// # Errors
    /// As for whoever is not signed in.
    pub async fn still_in(&self, tx: &mut Tx) -> Result<()> {
        // First the account, by which whoever ends its sessions is waited for.
        let is_open = staff::hold(tx, self.person.id).await?;
        let began = match &self.session {
            Some(session) if is_open => sessions::began_at(tx, self.person.id, session).await?,
            _ => None,
        };
        if began.is_some() { Ok(()) } else { Err(not_signed_in().into()) }
    }

    /// The session that goes on while the others end.
    #[must_use]
    pub fn kept(&self) -> Option<&[u8]> {
        self.session.as_ref().map(<[u8; 32]>::as_slice)
    }
}
