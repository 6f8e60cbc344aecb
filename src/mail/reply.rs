//! What a relay's reply means for the mail at hand, by the phase in which it came.
//!
//! A table and nothing else: it holds no connection. Every code has an answer, those
//! that no standard knows too.

use std::fmt;

use crate::domain::words::one_line;

/// Where in the conversation a reply came, or failed to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    Greeting,
    Hello,
    StartTls,
    Auth,
    /// `MAIL FROM`: about us, the sender, not about the mail.
    Sender,
    /// `RCPT TO`
    Recipient,
    Data,
    /// After the final dot was sent: from here on silence may mean "accepted".
    FinalDot,
}

/// What a reply lets us do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Go on to the next phase; after the final dot: the mail is accepted.
    Accepted,
    /// Nobody's lasting fault: try again later.
    Retry,
    /// This mail will not be taken, ever.
    Refused,
    /// No mail would be taken: stop sending until somebody has looked.
    Pause,
    /// It may have been taken or not.
    Unknown,
}

/// The verdict on reply `code` (100 to 599) in `phase`.
#[must_use]
pub fn verdict(phase: Phase, code: u16) -> Verdict {
    use Phase::{Auth, Data, FinalDot, Greeting, Hello, Recipient, Sender, StartTls};
    match (phase, code) {
        (Data, 354) | (Auth, 235) | (Greeting | StartTls, 220) => Verdict::Accepted,
        (Hello | Sender | Recipient | FinalDot, 250..=259) => Verdict::Accepted,
        (_, 400..=499) => Verdict::Retry,
        // Authentication required, too weak, wrong, or needing encryption.
        (_, 530 | 534 | 535 | 538) => Verdict::Pause,
        // Before a recipient is named no mail can be at fault, only the channel.
        (Greeting | Hello | StartTls | Auth | Sender, 500..=599) => Verdict::Pause,
        // "I did not understand": what became of the mail is not said.
        (FinalDot, 500..=504) => Verdict::Unknown,
        (_, 503) => Verdict::Retry,
        (_, 500 | 502) => Verdict::Pause,
        (Recipient | Data | FinalDot, 500..=599) => Verdict::Refused,
        (FinalDot, _) => Verdict::Unknown,
        _ => Verdict::Retry,
    }
}

/// What no reply, or one that can't be read, means in `phase`.
#[must_use]
pub fn verdict_on_silence(phase: Phase) -> Verdict {
    if phase == Phase::FinalDot { Verdict::Unknown } else { Verdict::Retry }
}

/// Whether another mail may be spoken of on the same connection after this reply.
#[must_use]
pub fn leaves_connection_usable(phase: Phase, code: u16) -> bool {
    let definite = matches!(code, 400..=499 | 504..=599) && code != 421;
    definite || verdict(phase, code) == Verdict::Accepted
}

/// A relay's own words: a code and its text as one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub code: u16,
    pub text: String,
}

impl Reply {
    const MAX_CHARS: usize = 500;

    #[must_use]
    pub fn new(code: u16, text: &str) -> Self {
        Self { code, text: without_addresses(&one_line(text)).chars().take(Self::MAX_CHARS).collect() }
    }
}

/// Relays repeat addresses; they stay out of the log and of what is kept in the clear (S22).
fn without_addresses(text: &str) -> String {
    let parts = |c: char| c.is_whitespace() || "<>()[],;:\"'".contains(c);
    let (mut told, mut rest) = (String::new(), text);
    while let Some(at) = rest.find('@') {
        let before = rest[..at].char_indices().rev().find(|(_, c)| parts(*c));
        let begin = before.map_or(0, |(index, c)| index + c.len_utf8());
        let end = rest[at..].find(parts).map_or(rest.len(), |length| at + length);
        told.push_str(&rest[..begin]);
        told.push('…');
        rest = &rest[end..];
    }
    told + rest
}

/// `text` without `name` where it stands as a word of its own, in letters of whatever size.
fn without_word(text: &str, name: &str) -> String {
    const SHORTEST: usize = 3;
    if name.len() < SHORTEST {
        return text.to_owned();
    }
    let (small, name) = (text.to_ascii_lowercase(), name.to_ascii_lowercase());
    let (mut told, mut kept) = (String::new(), 0);
    for (at, found) in small.match_indices(&name) {
        let end = at + found.len();
        let joined = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        if !joined(small[..at].chars().next_back()) && !joined(small[end..].chars().next()) {
            told.push_str(&text[kept..at]);
            told.push('…');
            kept = end;
        }
    }
    told + &text[kept..]
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.text)
    }
}

/// What became of one mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The final dot of this very mail was answered with 250.
    Sent { reply: Reply },
    /// Not taken this time; [`crate::mail::backoff`] says when to try again.
    Retry { why: String, silent: bool },
    /// Refused for good: the recipient or the mail itself.
    Failed { reply: Reply },
    /// The channel is at fault, not the mail: burn no attempt, tell an operator.
    PauseChannel { why: String },
    /// The final dot was sent and no clear answer came. The relay may have taken it.
    Unknown { why: String, silent: bool },
}

impl Outcome {
    /// The outcome that `verdict` gives after `reply`.
    #[must_use]
    pub fn of(verdict: Verdict, reply: Reply) -> Self {
        match verdict {
            Verdict::Accepted => Self::Sent { reply },
            Verdict::Refused => Self::Failed { reply },
            Verdict::Retry => Self::Retry { why: reply.to_string(), silent: false },
            Verdict::Pause => Self::PauseChannel { why: reply.to_string() },
            Verdict::Unknown => Self::Unknown { why: reply.to_string(), silent: false },
        }
    }

    /// The outcome where no readable reply came in `phase`.
    #[must_use]
    pub fn of_silence(phase: Phase, why: &str) -> Self {
        let why = format!("{phase:?}: {}", without_addresses(&one_line(why)));
        match verdict_on_silence(phase) {
            Verdict::Unknown => Self::Unknown { why, silent: true },
            _ => Self::Retry { why, silent: true },
        }
    }

    /// The same without what the relay repeats of its recipient: the part before the @ may be a name.
    #[must_use]
    pub fn discreet(self, address: &str) -> Self {
        let name = address.split('@').next().unwrap_or_default();
        let told = |reply: Reply| Reply { text: without_word(&reply.text, name), ..reply };
        match self {
            Self::Sent { reply } => Self::Sent { reply: told(reply) },
            Self::Failed { reply } => Self::Failed { reply: told(reply) },
            Self::Retry { why, silent } => Self::Retry { why: without_word(&why, name), silent },
            Self::PauseChannel { why } => Self::PauseChannel { why: without_word(&why, name) },
            Self::Unknown { why, silent } => Self::Unknown { why: without_word(&why, name), silent },
        }
    }

    /// Whether the relay has said nothing, or nothing that could be read.
    #[must_use]
    pub fn is_silence(&self) -> bool {
        matches!(self, Self::Retry { silent: true, .. } | Self::Unknown { silent: true, .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Phase::*;
    use Verdict::*;

    /// A relay may answer with the mailbox alone; a name of two letters is a word of too many replies.
    #[test]
    fn a_mailbox_is_taken_out_of_a_reply_where_it_is_a_word_of_its_own() {
        let told = |text: &str, address: &str| {
            let reply = Reply { code: 550, text: text.to_owned() };
            match (Outcome::Failed { reply }).discreet(address) {
                Outcome::Failed { reply } => reply.text,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(told("user mai unknown, MAI", "mai@example.vn"), "user … unknown, …");
        assert_eq!(told("Mai's mailbox, hoamai, mai2", "mai@example.vn"), "…'s mailbox, hoamai, mai2");
        assert_eq!(told("không có hộp thư an ở đây", "an@example.vn"), "không có hộp thư an ở đây");
    }

    /// Invariant 26: each row is a reply that relays give, and what must follow from it.
    #[test]
    fn forty_replies_and_more_have_the_right_consequence() {
        let table: &[(Phase, &[u16], Verdict)] = &[
            (Greeting, &[220], Accepted),
            (Greeting, &[421, 450], Retry),
            (Greeting, &[500, 521, 554], Pause),
            (Greeting, &[250, 354], Retry),
            (Hello, &[250], Accepted),
            (Hello, &[421, 451], Retry),
            (Hello, &[500, 502, 504, 550], Pause),
            (StartTls, &[220], Accepted),
            (StartTls, &[421, 454], Retry),
            (StartTls, &[250], Retry),
            (StartTls, &[501, 502, 554], Pause),
            (Auth, &[235], Accepted),
            (Auth, &[421, 432, 454], Retry),
            (Auth, &[334], Retry),
            (Auth, &[500, 504, 530, 534, 535, 538, 550], Pause),
            (Sender, &[250], Accepted),
            (Sender, &[421, 450, 451, 452, 455], Retry),
            (Sender, &[530, 550, 553, 555], Pause),
            (Sender, &[354], Retry),
            (Recipient, &[250, 251, 252], Accepted),
            (Recipient, &[421, 450, 451, 452, 455], Retry),
            (Recipient, &[501, 521, 550, 551, 552, 553, 554, 556], Refused),
            (Recipient, &[503, 354, 199], Retry),
            (Recipient, &[500, 502, 530, 535], Pause),
            (Data, &[354], Accepted),
            (Data, &[250, 421, 451, 452, 503], Retry),
            (Data, &[550, 554], Refused),
            (Data, &[502, 530, 534, 538], Pause),
            (FinalDot, &[250, 251], Accepted),
            (FinalDot, &[421, 450, 451, 452], Retry),
            (FinalDot, &[550, 552, 554, 571], Refused),
            (FinalDot, &[530, 535], Pause),
            (FinalDot, &[100, 220, 221, 354, 334, 399, 500, 502, 503], Unknown),
        ];
        let mut codes = std::collections::HashSet::new();
        for (phase, row, expected) in table {
            for code in *row {
                assert_eq!(verdict(*phase, *code), *expected, "{code} in {phase:?}");
                codes.insert(code);
            }
        }
        assert!(table.iter().map(|row| row.1.len()).sum::<usize>() >= 40 && codes.len() >= 30);
    }

    #[test]
    fn only_a_two_hundred_fifty_after_the_final_dot_is_sent() {
        for code in 0..1000 {
            let accepted = verdict(FinalDot, code) == Accepted;
            assert_eq!(accepted, (250..260).contains(&code), "{code}");
        }
    }

    #[test]
    fn silence_is_a_retry_until_the_dot_is_sent_and_unknown_after() {
        for phase in [Greeting, Hello, StartTls, Auth, Sender, Recipient, Data] {
            assert!(matches!(Outcome::of_silence(phase, "closed"), Outcome::Retry { .. }), "{phase:?}");
        }
        assert!(matches!(Outcome::of_silence(FinalDot, "closed"), Outcome::Unknown { .. }));
    }

    #[test]
    fn a_relay_s_words_are_told_as_they_are_and_silence_is_told_from_them() {
        for verdict in [Accepted, Refused, Retry, Pause, Unknown] {
            let outcome = Outcome::of(verdict, Reply::new(451, "4.3.0 later\r\nplease"));
            assert!(!outcome.is_silence(), "{outcome:?}");
            if let Outcome::Retry { why, .. } | Outcome::PauseChannel { why } | Outcome::Unknown { why, .. } =
                outcome
            {
                assert_eq!(why, "451 4.3.0 later please");
            }
        }
        assert!(Outcome::of_silence(Data, "closed").is_silence());
        assert!(Outcome::of_silence(FinalDot, "closed").is_silence());
    }

    /// S22: whom a letter went to is told to nobody by the way.
    #[test]
    fn what_a_relay_repeats_of_an_address_is_not_told() {
        for (said, told) in [
            (
                "5.1.1 <sua.tt@example.vn>: Recipient address rejected",
                "5.1.1 <…>: Recipient address rejected",
            ),
            ("sua.tt@example.vn, SUA.TT@EXAMPLE.VN unknown", "…, … unknown"),
            ("no mailbox sua.tt here, nor Sua.TT", "no mailbox … here, nor …"),
            ("prvs=sua.tt=a1@example.vn refused; resuast unharmed", "… refused; resuast unharmed"),
            ("5.2.2 mailbox full (thư đầy)", "5.2.2 mailbox full (thư đầy)"),
            ("@", "…"),
        ] {
            for outcome in [Refused, Retry, Pause, Unknown].map(|one| Outcome::of(one, Reply::new(550, said)))
            {
                let heard = match outcome.discreet("sua.tt@example.vn") {
                    Outcome::Sent { reply } | Outcome::Failed { reply } => reply.to_string(),
                    Outcome::Retry { why, .. }
                    | Outcome::PauseChannel { why }
                    | Outcome::Unknown { why, .. } => why,
                };
                assert_eq!(heard, format!("550 {told}"));
            }
        }
        let Outcome::Retry { why, .. } = Outcome::of_silence(Recipient, "reset by <a@b>") else { panic!() };
        assert_eq!(why, "Recipient: reset by <…>");
    }

    #[test]
    fn a_connection_is_kept_only_after_a_clear_answer() {
        assert!(leaves_connection_usable(FinalDot, 250));
        assert!(leaves_connection_usable(Recipient, 550));
        assert!(leaves_connection_usable(Recipient, 451));
        for (phase, code) in [(FinalDot, 421), (Data, 250), (FinalDot, 354), (Recipient, 503), (Sender, 199)]
        {
            assert!(!leaves_connection_usable(phase, code), "{code} in {phase:?}");
        }
    }
}
