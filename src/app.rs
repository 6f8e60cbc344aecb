//! The running service: what its parts share, and how it stops.

pub mod lead;

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::lead::Lead;
use crate::clock::Clock;
use crate::config::Settings;
use crate::db::{Db, Deed, Error, Result};
use crate::domain::province::Province;
use crate::domain::refusal::Kind;
use crate::identity::Provider;
use crate::seal::Keyring;
use crate::seal::password::Workspace;
use crate::telemetry::Progress;
use crate::telemetry::traffic::Traffic;
use crate::work::anchors::Anchor;
use crate::work::desk::{Desk, House};
use crate::work::law;

/// A password's hash takes 19 MiB and tens of milliseconds.
const HASHING_AT_ONCE: usize = 2;

/// Shared by every request and loop; cheap to clone.
#[derive(Clone)]
pub struct App {
    pub db: Db,
    pub clock: Clock,
    /// Replaced when the law has a new edition; see [`province`](Self::province).
    pub province: Arc<RwLock<Arc<Province>>>,
    pub keys: Arc<Keyring>,
    pub house: Arc<House>,
    pub settings: Arc<Settings>,
    /// Rung when a letter was put into the outbox.
    pub post: Arc<Notify>,
    /// So many passwords are hashed at once: each takes memory and a processor for a while (S4).
    pub hashing: Arc<Semaphore>,
    /// The memory that they are hashed in: as much as are hashed at once, and never more.
    pub workspaces: Arc<Mutex<Vec<Workspace>>>,
    /// Where people sign in who have an account of the province, if there is such a place.
    pub provider: Option<Arc<Provider>>,
    /// What each loop last got done.
    pub progress: Progress,
    /// The audit chain's last row that was written down elsewhere.
    pub anchored: Arc<Mutex<Option<Anchor>>>,
    /// Whether this node leads.
    pub lead: Lead,
    /// What goes through the front door.
    pub traffic: Arc<Traffic>,
    /// Tells everyone to come to an end.
    pub stop: CancellationToken,
    /// Waited for when the service stops.
    pub tasks: TaskTracker,
}

impl App {
    #[must_use]
    pub fn new(
        db: Db,
        clock: Clock,
        keys: Keyring,
        province: Arc<Province>,
        settings: Arc<Settings>,
    ) -> Self {
        let house = House {
            public_url: settings.web.public_url.as_str().trim_end_matches('/').to_owned(),
            mail_domain: settings.mail.domain.clone(),
            place: settings.province.name.clone(),
            alerts_per_hour: settings.mail.alerts_per_hour.get(),
        };
        Self {
            db,
            provider: None,
            progress: Progress::new(clock.clone()),
            lead: Lead::default(),
            clock,
            province: Arc::new(RwLock::new(province)),
            keys: Arc::new(keys),
            house: Arc::new(house),
            settings,
            post: Arc::new(Notify::new()),
            hashing: Arc::new(Semaphore::new(HASHING_AT_ONCE)),
            workspaces: Arc::default(),
            anchored: Arc::default(),
            traffic: Arc::default(),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }
    }

    /// What a deed needs at hand, at this instant.
    #[must_use]
    pub fn desk(&self) -> Desk {
        Desk {
            province: self.province(),
            keys: Arc::clone(&self.keys),
            house: Arc::clone(&self.house),
            now: self.clock.now(),
        }
    }

    /// The province under the edition of its law that this node knows of.
    #[must_use]
    pub fn province(&self) -> Arc<Province> {
        Arc::clone(&self.province.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes over the edition that is in force, where this node knows of another one.
    ///
    /// # Errors
    /// Those of the database, and where the law in it can't be used.
    pub async fn renew(&self) -> Result<()> {
        let known = self.province();
        let in_force = self.db.read(async |tx| law::renewed(tx, &known).await).await?;
        if let Some(in_force) = in_force {
            tracing::info!(edition = in_force.edition, "the law has another edition");
            *self.province.write().unwrap_or_else(PoisonError::into_inner) = in_force;
        }
        Ok(())
    }

    /// Does a deed that `make` writes for a desk; once more, by the new law, where the one it
    /// rested on was replaced meanwhile.
    ///
    /// # Errors
    /// Those of the deed.
    pub async fn write<T: Send + 'static, D: Deed<T>>(&self, make: impl Fn(Desk) -> D) -> Result<T> {
        match self.db.write(make(self.desk())).await {
            Err(Error::Refused(refusal)) if refusal.kind == Kind::LawChanged => {
                self.renew().await?;
                self.db.write(make(self.desk())).await
            }
            outcome => outcome,
        }
    }

    /// Remembers the anchor that was written last.
    pub fn remember(&self, anchor: Anchor) {
        *self.anchored.lock().unwrap_or_else(PoisonError::into_inner) = Some(anchor);
    }

    #[must_use]
    pub fn last_anchor(&self) -> Option<Anchor> {
        self.anchored.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// This app as requests see it: their changes are turned away where too many wait already.
    #[must_use]
    pub fn for_requests(&self) -> Self {
        Self { db: self.db.for_requests(), ..self.clone() }
    }

    /// This app as what happens by itself sees it: its access to the database is its own, however
    /// many requests there are.
    #[must_use]
    pub fn for_the_clock(&self) -> Self {
        Self { db: self.db.for_the_clock(), ..self.clone() }
    }

    /// Tells everyone to end, waits for them and closes the database.
    pub async fn close(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.db.close().await;
    }
}
