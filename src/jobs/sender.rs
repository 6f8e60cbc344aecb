//! Empties the outbox: claims letters, hands them to the relay, records what became of them.
//!
//! The relay is spoken to outside of any transaction. Whoever dies between the
//! relay's answer and its record leaves a letter that is sent again under the same
//! Message-ID: at least once, recognisably.
//!
//! A relay that says nothing holds the post up however often it is tried: until it is heard
//! again, nothing counts as done, and so the post is told to be stuck.

use std::time::Duration;

use jiff::SignedDuration;

use super::{rest, rest_beating};
use crate::app::App;
use crate::db::Result;
use crate::domain::time::Moment;
use crate::domain::words::Subject;
use crate::mail::{Channel, Correspondent, Draft, Mail, MailAddress, Next, Outcome, Reply, Tries, next};
use crate::random;
use crate::seal::Sealed;
use crate::store::outbox::{self, Claimed, Turn, Verdict};
use crate::work::desk::Desk;
use crate::work::{apology, post};

/// How many letters are claimed at once.
const BATCH: i64 = 20;
/// A sender silent for longer than this has lost its letters to another: well above a final dot's time.
const LEASE: SignedDuration = SignedDuration::from_mins(20);
/// A letter begun later than this before the lease's end might outlast it.
const LONGEST_TRY: SignedDuration = SignedDuration::from_mins(12);
pub(super) const NAME: &str = "post";
/// How often it gets something done: a relay that takes longer over a letter is taken for hung.
const PERIOD: Duration = Duration::from_secs(25);
/// How long the post rests when the relay itself is at fault.
const PAUSE: Duration = Duration::from_secs(60);

/// Who carries the letters.
pub enum Courier {
    Relay {
        channel: Box<Channel>,
        from: Correspondent,
    },
    /// A demonstration: letters stay in the outbox, where the pages show them, and count as sent.
    Kept,
    /// Nobody yet: letters wait.
    Absent,
}

impl Courier {
    /// Whether there was no answer to the last letter.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        matches!(self, Self::Relay { channel, .. } if channel.is_silent())
    }

    /// Greets a relay that was silent, without any letter.
    pub async fn greet(&mut self) {
        if let Self::Relay { channel, .. } = self {
            channel.greet().await;
        }
    }
}

pub(super) async fn run(app: App, mut courier: Courier) {
    let idle = app.settings.table.pause(NAME);
    loop {
        let emptied = empty(&app, &mut courier).await;
        let pause = match &emptied {
            Ok(Emptied::Done) => idle,
            Ok(Emptied::RelayAtFault) => PAUSE,
            Err(error) => {
                tracing::error!(%error, "the post failed and will be tried again");
                idle
            }
        };
        if let Courier::Relay { channel, .. } = &mut courier {
            channel.close().await;
        }
        let go_on = if courier.is_silent() {
            come_round(&app, &mut courier).await
        } else {
            tokio::select! {
                go_on = rest_beating(&app, NAME, pause, emptied.is_ok()) => go_on,
                () = app.post.notified(), if pause == idle => !app.stop.is_cancelled(),
            }
        };
        if !go_on {
            return;
        }
    }
}

/// Leaves a silent relay alone for a while and greets it again; nothing is heard of the post meanwhile.
async fn come_round(app: &App, courier: &mut Courier) -> bool {
    if !rest(app, PAUSE).await {
        return false;
    }
    tokio::select! {
        () = courier.greet() => true,
        () = app.stop.cancelled() => false,
    }
}

/// How a round of the post ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emptied {
    Done,
    RelayAtFault,
}

/// Sends what is due until nothing is, or until the relay is at fault.
///
/// # Errors
/// Those of the database.
pub async fn empty(app: &App, courier: &mut Courier) -> Result<Emptied> {
    if matches!(courier, Courier::Absent) {
        return Ok(Emptied::Done);
    }
    loop {
        let claim = claim(app).await?;
        if claim.letters.is_empty() {
            return Ok(Emptied::Done);
        }
        let stopped = send(app, courier, &claim).await?;
        let in_hand = match stopped {
            Some(Stopped::InHand(letter)) => Some(letter),
            _ => None,
        };
        give_back(app, &claim, in_hand).await?;
        match stopped {
            Some(Stopped::RelayAtFault) => return Ok(Emptied::RelayAtFault),
            Some(Stopped::InHand(_) | Stopped::EnoughForNow) => return Ok(Emptied::Done),
            None if app.stop.is_cancelled() => return Ok(Emptied::Done),
            None => {}
        }
    }
}

/// Letters that this sender alone may send, until the lease ends.
struct Claim {
    token: String,
    until: Moment,
    letters: Vec<Claimed>,
}

/// Why letters were left over.
#[derive(Clone, Copy)]
enum Stopped {
    RelayAtFault,
    /// The service stops, and the relay is still busy with this letter.
    InHand(i64),
    /// The relay has had its letters of this minute.
    EnoughForNow,
}

/// Sends the claimed letters, as many as the lease and the service's life allow.
async fn send(app: &App, courier: &mut Courier, claim: &Claim) -> Result<Option<Stopped>> {
    for letter in &claim.letters {
        if app.stop.is_cancelled() || app.clock.now().plus(LONGEST_TRY) > claim.until {
            return Ok(None);
        }
        match turn(app, courier, claim, letter).await? {
            Turn::Now => {}
            Turn::Later => return Ok(Some(Stopped::EnoughForNow)),
            Turn::Lost => continue,
        }
        let outcome = tokio::select! {
            biased;
            outcome = deliver(app, courier, letter) => outcome,
            () = out_of_time(app) => return Ok(Some(Stopped::InHand(letter.id))),
        };
        record(app, &claim.token, letter, &outcome).await?;
        if !outcome.is_silence() {
            app.progress.note(NAME, PERIOD);
        }
        if matches!(outcome, Outcome::PauseChannel { .. }) {
            return Ok(Some(Stopped::RelayAtFault));
        }
    }
    Ok(None)
}

/// What only a demonstration keeps burdens no relay.
async fn turn(app: &App, courier: &Courier, claim: &Claim, letter: &Claimed) -> Result<Turn> {
    if matches!(courier, Courier::Kept) {
        return Ok(Turn::Now);
    }
    let (id, token, now) = (letter.id, claim.token.clone(), app.clock.now());
    let per_minute = i64::try_from(app.settings.mail.per_minute.get()).unwrap_or(i64::MAX);
    app.db.write(async move |tx| outbox::take_turn(tx, id, &token, now, per_minute).await).await
}

/// The service was told to stop and has waited long enough.
async fn out_of_time(app: &App) {
    app.stop.cancelled().await;
    tokio::time::sleep(Duration::from_secs(app.settings.web.drain_s.get())).await;
}

/// What was claimed and not begun needn't wait for the lease's end.
async fn give_back(app: &App, claim: &Claim, in_hand: Option<i64>) -> Result<u64> {
    let token = claim.token.clone();
    app.db.write(async move |tx| outbox::give_back(tx, &token, in_hand).await).await
}

async fn claim(app: &App) -> Result<Claim> {
    let now = app.clock.now();
    let (token, until) = (random::ulid(now), now.plus(LEASE));
    let mine = token.clone();
    let letters = app.db.write(async move |tx| outbox::claim(tx, &mine, now, until, BATCH).await).await?;
    Ok(Claim { token, until, letters })
}

async fn deliver(app: &App, courier: &mut Courier, letter: &Claimed) -> Outcome {
    let Courier::Relay { channel, from } = courier else {
        return Outcome::Sent {
            reply: Reply::new(250, "được giữ lại trong hộp thư của bản dùng thử")
        };
    };
    match mail(&app.desk(), letter, from) {
        Ok((mail, address)) => channel.send(&mail).await.discreet(&address),
        Err(why) => Outcome::Failed { reply: Reply::new(550, &why) },
    }
}

/// The same bytes for each try, and where they go: content, Message-ID and date are those of the first.
fn mail(desk: &Desk, letter: &Claimed, from: &Correspondent) -> std::result::Result<(Mail, String), String> {
    let sealed = Sealed { bytes: letter.sealed.clone(), key_id: letter.key_id.clone() };
    let enclosed = post::open(desk, &sealed).map_err(|error| error.to_string())?;
    let address: MailAddress = enclosed.to_address.parse().map_err(|_| "not an address".to_owned())?;
    let draft = Draft {
        id: &letter.message_id.parse().map_err(|_| "not a Message-ID".to_owned())?,
        date: letter.created_at,
        from,
        to: &Correspondent::new(&enclosed.to_name, address),
        subject: &Subject::new(&letter.subject),
        text: &enclosed.text,
        html: &enclosed.html,
    };
    let mail = Mail::build(&draft).map_err(|error| error.to_string())?;
    Ok((mail, enclosed.to_address))
}

async fn record(app: &App, token: &str, letter: &Claimed, outcome: &Outcome) -> Result<()> {
    let desk = app.desk();
    let unknown = letter.unknown_tries + i64::from(matches!(outcome, Outcome::Unknown { .. }));
    let tries = Tries {
        attempts: u32::try_from(letter.attempts).unwrap_or(u32::MAX),
        unknown: u32::try_from(unknown).unwrap_or(u32::MAX),
        first_at: letter.created_at,
    };
    let fate = next(outcome, tries, desk.now, random::fraction());
    let reply = reply_of(outcome);
    log(letter, fate, &reply);
    let (token, letter) = (token.to_owned(), letter.clone());
    app.db
        .write(async move |tx| {
            let verdict = verdict(fate, desk.now, unknown, &reply);
            let recorded = outbox::record(tx, letter.id, &token, &verdict).await?;
            if recorded
                && fate == Next::Sent
                && letter.kind == "apology"
                && let Some(dossier) = letter.dossier_id
            {
                apology::delivered_by_mail(tx, &desk, dossier, &letter.message_id).await?;
            }
            Ok(())
        })
        .await
}

fn verdict(fate: Next, now: Moment, unknown_tries: i64, reply: &str) -> Verdict<'_> {
    let (state, next_try_at, done) = match fate {
        Next::Sent => ("sent", now, true),
        Next::Failed => ("failed", now, true),
        Next::Dead => ("dead", now, true),
        Next::StaysUnknown => ("unknown", now, true),
        Next::Again(at) => ("queued", at, false),
        Next::Pause => ("queued", now, false),
    };
    Verdict {
        state,
        next_try_at,
        done_at: done.then_some(now),
        unknown_tries,
        burns_attempt: fate != Next::Pause,
        reply,
    }
}

fn reply_of(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Sent { reply } | Outcome::Failed { reply } => reply.to_string(),
        Outcome::Retry { why, .. } | Outcome::PauseChannel { why } | Outcome::Unknown { why, .. } => {
            why.clone()
        }
    }
}

fn log(letter: &Claimed, fate: Next, reply: &str) {
    match fate {
        Next::Sent => tracing::debug!(letter.id, letter.kind, "sent a letter"),
        Next::Again(_) => tracing::warn!(letter.id, letter.kind, reply, "a letter will be tried again"),
        Next::Pause => tracing::error!(letter.id, reply, "the mail relay is at fault; the post pauses"),
        Next::Failed | Next::Dead | Next::StaysUnknown => {
            tracing::error!(letter.id, letter.kind, reply, ?fate, "a letter was given up");
        }
    }
}
