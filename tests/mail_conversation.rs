//! The SMTP conversation against relays that behave as badly as relays do
//! (invariants 23 to 29).

#![expect(
    clippy::disallowed_methods,
    reason = "it measures how long a send takes, and is told how long to go on"
)]

#[path = "support/smtp.rs"]
mod smtp;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use dunghen::domain::time::Moment;
use dunghen::domain::words::Subject;
use dunghen::mail::{
    Channel, Correspondent, Draft, Mail, MessageId, Outcome, Relay, RelaySettings, Security, Timeouts,
};
use futures_util::future::join_all;
use proptest::prelude::*;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use secrecy::SecretString;
use smtp::{Act, Encryption, Step, well_behaved};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

const PASSWORD: &str = "mật-khẩu-S3cret";

/// Long enough that a busy machine never meets one of these.
const PATIENT: Timeouts = Timeouts {
    connect: Duration::from_secs(60),
    command: Duration::from_secs(60),
    final_dot: Duration::from_secs(60),
};

fn settings(relay: &smtp::Relay, security: Security, timeouts: Timeouts) -> RelaySettings {
    RelaySettings {
        host: "localhost".to_owned(),
        port: relay.address.port(),
        security,
        credentials: None,
        hello: "motcua.test".to_owned(),
        timeouts,
        extra_roots: None,
    }
}

fn plain(relay: &smtp::Relay, timeouts: Timeouts) -> Channel {
    Channel::new(Relay::new(settings(relay, Security::PlainLoopbackOnly, timeouts)).unwrap())
}

fn mail_to(address: &str) -> Mail {
    draft("Hệ thống Đúng Hẹn", "Nguyễn Thị Lụa", "3 hồ sơ quá hạn", address, "Kính gửi ông/bà,\n.\nHết.")
}

fn draft(from: &str, to: &str, subject: &str, address: &str, text: &str) -> Mail {
    Mail::build(&Draft {
        id: &MessageId::new("01JDENMAILTEST", "motcua.laichau.gov.vn").unwrap(),
        date: "2026-11-23T07:15:00+07:00".parse::<Moment>().unwrap(),
        from: &Correspondent::new(from, "motcua@laichau.gov.vn".parse().unwrap()),
        to: &Correspondent::new(to, address.parse().unwrap()),
        subject: &Subject::new(subject),
        text,
        html: "<p>Kính gửi ông/bà</p>",
    })
    .unwrap()
}

fn is_sent(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Sent { reply } if reply.code == 250)
}

/// A relay that does `act` when a conversation comes to a step that `at` knows.
async fn misbehaving(at: impl Fn(&Step) -> bool + Send + Sync + 'static, act: Act) -> smtp::Relay {
    smtp::Relay::start(move |_, step| if at(step) { act.clone() } else { well_behaved(step) }).await
}

type At = fn(&Step) -> bool;

const STEPS: [(&str, At); 6] = [
    ("greeting", |step| *step == Step::Connected),
    ("EHLO", |step| *step == Step::Hello),
    ("MAIL", |step| matches!(step, Step::Mail(_))),
    ("RCPT", |step| matches!(step, Step::Rcpt(_))),
    ("DATA", |step| *step == Step::Data),
    ("dot", |step| matches!(step, Step::Dot(_))),
];

#[tokio::test]
async fn a_mail_is_sent_when_its_own_dot_is_answered_and_arrives_unchanged() {
    let relay = smtp::Relay::start(|_, step| well_behaved(step)).await;
    let mut channel = plain(&relay, PATIENT);
    let mail = mail_to("lua@example.vn");
    assert!(is_sent(&channel.send(&mail).await));
    channel.close().await;
    let seen = relay.mails();
    assert_eq!(seen[0].to, "lua@example.vn");
    assert_eq!(seen[0].content, [mail.bytes(), b"\r\n"].concat());
    assert!(relay.said().ends_with("QUIT\r\n"));
}

#[tokio::test]
async fn one_connection_carries_fifty_mails_and_no_more() {
    let relay = smtp::Relay::start(|_, step| well_behaved(step)).await;
    let mut channel = plain(&relay, PATIENT);
    for number in 0..51 {
        assert!(is_sent(&channel.send(&mail_to(&format!("m{number}@example.vn"))).await), "{number}");
    }
    channel.close().await;
    assert_eq!((relay.mails().len(), relay.connections(), relay.most_open_at_once()), (51, 2, 1));
    assert_eq!(relay.said().matches("QUIT\r\n").count(), 2);
    assert_eq!(relay.said().matches("RSET\r\n").count(), 49);
}

/// Invariant 25: no greeting, a stall at each command, one byte at a time.
#[tokio::test]
async fn every_stall_ends_in_bounded_time_and_says_what_it_can_know() {
    let impatient =
        Timeouts { command: Duration::from_millis(1500), final_dot: Duration::from_millis(1500), ..PATIENT };
    let started = Instant::now();
    let trials = STEPS.iter().flat_map(|step| [(step, Act::Stall), (step, Act::Drip)]);
    join_all(trials.map(|((name, at), act)| async move {
        let relay = misbehaving(at, act.clone()).await;
        let outcome = plain(&relay, impatient).send(&mail_to("a@example.vn")).await;
        match *name {
            "dot" => assert!(matches!(outcome, Outcome::Unknown { .. }), "{name} {act:?}: {outcome:?}"),
            _ => assert!(matches!(outcome, Outcome::Retry { .. }), "{name} {act:?}: {outcome:?}"),
        }
    }))
    .await;
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn a_connection_closed_at_any_step_is_a_retry_before_the_dot_and_unknown_after() {
    for (name, at) in STEPS {
        let relay = misbehaving(at, Act::Close).await;
        let outcome = plain(&relay, PATIENT).send(&mail_to("a@example.vn")).await;
        let unknown = matches!(outcome, Outcome::Unknown { .. });
        assert!(
            unknown == (name == "dot") && (unknown || matches!(outcome, Outcome::Retry { .. })),
            "{name}: {outcome:?}"
        );
    }
}

#[tokio::test]
async fn a_421_at_any_step_is_a_retry_on_a_new_connection() {
    for (name, at) in STEPS {
        let first = AtomicUsize::new(0);
        let relay = smtp::Relay::start(move |_, step| {
            if at(step) && first.fetch_add(1, Ordering::SeqCst) < if name == "dot" { 2 } else { 1 } {
                return Act::SayAndClose("421 4.3.2 going down\r\n");
            }
            well_behaved(step)
        })
        .await;
        let mut channel = plain(&relay, PATIENT);
        let outcome = channel.send(&mail_to("a@example.vn")).await;
        assert!(matches!(&outcome, Outcome::Retry { why, .. } if why.contains("421")), "{name}: {outcome:?}");
        assert!(is_sent(&channel.send(&mail_to("a@example.vn")).await), "{name}");
        assert_eq!(relay.connections(), 2, "{name}");
    }
}

#[tokio::test]
async fn garbage_is_a_retry_before_the_dot_and_unknown_after() {
    const LONG: &str = match std::str::from_utf8(&[b'x'; 5000]) {
        Ok(long) => long,
        Err(_) => "",
    };
    for garbage in [
        "HTTP/1.1 400 Bad Request\r\n",
        "25\r\n",
        "\r\n",
        "999 odd\r\n",
        "199 odd\r\n",
        "250-a\r\n550 b\r\n",
        LONG,
    ] {
        for (name, at) in STEPS {
            let relay = misbehaving(at, Act::SayAndClose(garbage)).await;
            let outcome = plain(&relay, PATIENT).send(&mail_to("a@example.vn")).await;
            let right = match name {
                "dot" => matches!(outcome, Outcome::Unknown { .. }),
                _ => matches!(outcome, Outcome::Retry { .. }),
            };
            assert!(right, "{garbage:.20?} at {name}: {outcome:?}");
        }
    }
}

/// The mistake of a pooled connection: the late reply to the first mail is read for the second.
#[tokio::test]
async fn a_late_250_is_never_taken_for_the_next_mail_that_is_refused() {
    let relay = smtp::Relay::start(|connection, step| match (connection, step) {
        (0, Step::Dot(_)) => Act::SayWhenReleased("250 accepted, late\r\n"),
        (_, Step::Dot(_)) => Act::Say("550 REJECTED\r\n"),
        _ => well_behaved(step),
    })
    .await;
    let impatient = Timeouts { final_dot: Duration::from_millis(100), ..PATIENT };
    let mut channel = plain(&relay, impatient);
    let first = channel.send(&mail_to("one@example.vn")).await;
    assert!(matches!(first, Outcome::Unknown { .. }), "{first:?}");
    relay.release();
    let second = channel.send(&mail_to("two@example.vn")).await;
    let refused_or_unknown = match &second {
        Outcome::Failed { reply } => reply.code == 550,
        // A machine so busy that even the refusal took longer than the time given.
        outcome => matches!(outcome, Outcome::Unknown { .. }),
    };
    assert!(refused_or_unknown, "{second:?}");
    assert_eq!(relay.connections(), 2);
}

/// A caller with a time limit of its own leaves no half-used connection behind.
#[tokio::test]
async fn a_caller_who_stops_waiting_leaves_no_reply_for_the_next_mail() {
    let relay = smtp::Relay::start(|connection, step| match (connection, step) {
        (0, Step::Dot(_)) => Act::SayWhenReleased("250 accepted, late\r\n"),
        (_, Step::Dot(_)) => Act::Say("550 REJECTED\r\n"),
        _ => well_behaved(step),
    })
    .await;
    let mut channel = plain(&relay, PATIENT);
    let mail = mail_to("one@example.vn");
    tokio::select! {
        outcome = channel.send(&mail) => panic!("{outcome:?}"),
        () = async { while relay.mails().is_empty() { tokio::task::yield_now().await } } => {}
    }
    relay.release();
    let second = channel.send(&mail_to("two@example.vn")).await;
    assert!(matches!(&second, Outcome::Failed { reply } if reply.code == 550), "{second:?}");
}

#[tokio::test]
async fn a_550_after_the_dot_is_a_failure_in_the_relays_own_words() {
    let relay = misbehaving(STEPS[5].1, Act::Say("550-5.7.1 refused\r\n550 5.7.1 as spam\r\n")).await;
    let outcome = plain(&relay, PATIENT).send(&mail_to("a@example.vn")).await;
    let Outcome::Failed { reply } = outcome else { panic!("{outcome:?}") };
    assert_eq!(reply.to_string(), "550 5.7.1 refused as spam");
}

#[tokio::test]
async fn a_354_alone_is_not_an_acceptance() {
    let relay = misbehaving(STEPS[5].1, Act::Say("354 go on\r\n")).await;
    let outcome = plain(&relay, PATIENT).send(&mail_to("a@example.vn")).await;
    assert!(matches!(outcome, Outcome::Unknown { .. }), "{outcome:?}");
}

#[tokio::test]
async fn two_replies_in_one_packet_never_answer_two_commands() {
    for (at, words) in [
        (STEPS[0].1, "220 hi\r\n250 ok\r\n"),
        (STEPS[2].1, "250 ok\r\n250 ok\r\n"),
        (STEPS[3].1, "250 ok\r\n354 go\r\n"),
        (STEPS[4].1, "354 go\r\n250 accepted\r\n"),
    ] {
        let relay = misbehaving(at, Act::Say(words)).await;
        let outcome = plain(&relay, PATIENT).send(&mail_to("a@example.vn")).await;
        assert!(matches!(outcome, Outcome::Retry { .. }), "{words:?}: {outcome:?}");
        assert!(relay.mails().is_empty(), "{words:?}");
    }
}

/// The relay says more than one thing after the dot of the first mail; the second is refused.
#[tokio::test]
async fn an_unsolicited_line_while_idle_costs_the_connection_and_nothing_else() {
    for words in
        ["250 accepted\r\n250 ok\r\n", "250 accepted\r\n421 idle too long\r\n", "250 accepted\r\n* hello"]
    {
        let relay = smtp::Relay::start(move |connection, step| match (connection, step) {
            (0, Step::Dot(_)) => Act::Say(words),
            (_, Step::Dot(_)) => Act::Say("550 REJECTED\r\n"),
            _ => well_behaved(step),
        })
        .await;
        let mut channel = plain(&relay, PATIENT);
        assert!(is_sent(&channel.send(&mail_to("one@example.vn")).await), "{words:?}");
        let second = channel.send(&mail_to("two@example.vn")).await;
        assert!(matches!(&second, Outcome::Failed { reply } if reply.code == 550), "{words:?}: {second:?}");
        assert_eq!(relay.connections(), 2, "{words:?}");
    }
}

/// Invariant 27.
#[tokio::test]
async fn one_bad_address_harms_nobody_else() {
    let relay = misbehaving(
        |step| *step == Step::Rcpt("bad@example.vn".to_owned()),
        Act::Say("550 no such user\r\n"),
    )
    .await;
    let mut channel = plain(&relay, PATIENT);
    let mut failed = Vec::new();
    for number in 0..100 {
        let address =
            if number == 37 { "bad@example.vn".to_owned() } else { format!("m{number}@example.vn") };
        match channel.send(&mail_to(&address)).await {
            Outcome::Sent { .. } => {}
            outcome => failed.push((number, outcome)),
        }
    }
    assert!(matches!(&failed[..], [(37, Outcome::Failed { reply })] if reply.code == 550), "{failed:?}");
    assert_eq!(relay.mails().len(), 99);
}

#[tokio::test]
async fn a_sender_that_is_not_welcome_pauses_the_channel_and_burns_no_mail() {
    for words in ["530 5.7.0 authenticate first\r\n", "550 5.7.1 sender not allowed\r\n"] {
        let relay = misbehaving(STEPS[2].1, Act::Say(words)).await;
        let outcome = plain(&relay, PATIENT).send(&mail_to("a@example.vn")).await;
        assert!(matches!(outcome, Outcome::PauseChannel { .. }), "{outcome:?}");
    }
}

/// Invariant 24: whatever a relay does, "sent" is said only of a mail that it has accepted.
#[tokio::test]
async fn a_thousand_random_misbehaviours_yield_no_false_sent() {
    const ACTS: [Act; 14] = [
        Act::Say("250 ok\r\n"),
        Act::Say("250 ok\r\n250 ok\r\n"),
        Act::Say("250-ok\r\n250 ok\r\n"),
        Act::Say("250 ok\r\n550 no\r\n"),
        Act::Say("354 go\r\n"),
        Act::Say("354 go\r\n250 ok\r\n"),
        Act::Say("421 bye\r\n"),
        Act::Say("550 no\r\n"),
        Act::Say("451 later\r\n"),
        Act::Say("garbage\r\n"),
        Act::Say("220 hi\r\n"),
        Act::SayAndClose("250 ok\r\n"),
        Act::Close,
        Act::Stall,
    ];
    let impatient =
        Timeouts { command: Duration::from_millis(150), final_dot: Duration::from_millis(150), ..PATIENT };
    let (mut sent, mut trials) = (0, 0);
    for batch in 0..20_u64 {
        let runs = join_all((0..25_u64).map(|run| async move {
            let dice = Arc::new(std::sync::Mutex::new(Dice(batch * 100 + run + 1)));
            let relay = smtp::Relay::start(move |_, step| {
                let mut dice = dice.lock().unwrap();
                // The record asks the script once more for the dot's answer: both must agree.
                let mut throw = match step {
                    Step::Dot(content) => Dice(content.len() as u64 + dice.0 % 2),
                    _ => Dice(dice.next()),
                };
                if throw.next() % 8 == 0 {
                    ACTS[(throw.next() % 14) as usize].clone()
                } else {
                    well_behaved(step)
                }
            })
            .await;
            let mut channel = plain(&relay, impatient);
            let mut outcomes = Vec::new();
            for number in 0..2 {
                let address = format!("m{number}@example.vn");
                let text = "x".repeat((batch * 50 + run * 2 + number) as usize);
                let mail = draft("a", "b", "c", &address, &text);
                outcomes.push((address, channel.send(&mail).await));
            }
            (relay.mails(), outcomes)
        }))
        .await;
        for (mails, outcomes) in runs {
            for (address, outcome) in outcomes {
                trials += 1;
                if let Outcome::Sent { .. } = outcome {
                    sent += 1;
                    let accepted =
                        mails.iter().any(|mail| mail.to == address && mail.answer.starts_with("250"));
                    assert!(accepted, "{address} called sent in batch {batch}");
                }
            }
        }
    }
    assert_eq!(trials, 1000);
    assert!(sent > 100, "only {sent} were sent at all");
}

/// SplitMix64: the same misbehaviour at every run.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// An authority of our own, and certificates that it signs.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> Vec<u8> {
        self.0.pem().into_bytes()
    }

    fn acceptor(&self, name: &str, last_year: i32) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(last_year, 1, 1);
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(
            tokio_rustls::rustls::crypto::ring::default_provider(),
        ))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

fn encrypted(relay: &smtp::Relay, security: Security, roots: Option<Vec<u8>>) -> Channel {
    let credentials = Some(("svc".to_owned(), SecretString::from(PASSWORD)));
    let settings = RelaySettings { credentials, extra_roots: roots, ..settings(relay, security, PATIENT) };
    Channel::new(Relay::new(settings).unwrap())
}

#[tokio::test]
async fn under_tls_of_a_trusted_authority_the_channel_signs_in_and_sends() {
    let authority = Authority::new();
    let good = authority.acceptor("localhost", 4000);
    for (security, encryption) in [
        (Security::Implicit, Encryption::FromTheStart(good.clone())),
        (Security::StartTls, Encryption::WhenAsked(good)),
    ] {
        let relay = smtp::Relay::start_encrypted(encryption, |_, step| well_behaved(step)).await;
        let mut channel = encrypted(&relay, security, Some(authority.pem()));
        for address in ["a@example.vn", "b@example.vn"] {
            let outcome = channel.send(&mail_to(address)).await;
            assert!(is_sent(&outcome), "{security:?}: {outcome:?}");
        }
        assert_eq!(channel.probe().await, Ok(()));
        let said = relay.said();
        let auth = said.find("AUTH PLAIN ").unwrap();
        assert!(said.find("STARTTLS\r\n").unwrap_or(0) < auth && auth < said.find("MAIL FROM").unwrap());
        assert_eq!(relay.mails().len(), 2);
    }
}

/// Invariant 29: stripped, self-signed, wrong name, expired, plain port, words slipped in before TLS.
#[tokio::test]
async fn tls_is_never_weakened_and_no_byte_of_auth_or_mail_is_said() {
    let authority = Authority::new();
    let trusted = Some(authority.pem());
    let good = authority.acceptor("localhost", 4000);
    let wrong_name = authority.acceptor("other.example.vn", 4000);
    let expired = authority.acceptor("localhost", 2020);
    let stripped = |_: usize, step: &Step| match step {
        Step::Hello => Act::Say("250-relay.test\r\n250 AUTH PLAIN LOGIN\r\n"),
        _ => well_behaved(step),
    };
    let slipped_in = |_: usize, step: &Step| match step {
        Step::StartTls => Act::Say("220 go ahead\r\n250 AUTH PLAIN\r\n"),
        _ => well_behaved(step),
    };
    let kind = |_: usize, step: &Step| well_behaved(step);
    let when_asked = |acceptor: &TlsAcceptor| Encryption::WhenAsked(acceptor.clone());
    let from_start = |acceptor: &TlsAcceptor| Encryption::FromTheStart(acceptor.clone());
    let start =
        |encryption, script: fn(usize, &Step) -> Act| smtp::Relay::start_encrypted(encryption, script);
    let cases = [
        ("stripped", Security::StartTls, start(Encryption::Never, stripped).await, &trusted),
        ("slipped in", Security::StartTls, start(when_asked(&good), slipped_in).await, &trusted),
        ("unknown authority", Security::StartTls, start(when_asked(&good), kind).await, &None),
        ("unknown authority", Security::Implicit, start(from_start(&good), kind).await, &None),
        ("wrong name", Security::StartTls, start(when_asked(&wrong_name), kind).await, &trusted),
        ("expired", Security::StartTls, start(when_asked(&expired), kind).await, &trusted),
        ("wrong name", Security::Implicit, start(from_start(&wrong_name), kind).await, &trusted),
        ("expired", Security::Implicit, start(from_start(&expired), kind).await, &trusted),
        ("plain port", Security::Implicit, start(Encryption::Never, kind).await, &trusted),
    ];
    for (case, security, relay, roots) in cases {
        let outcome = encrypted(&relay, security, roots.clone()).send(&mail_to("a@example.vn")).await;
        assert!(matches!(outcome, Outcome::PauseChannel { .. }), "{case}, {security:?}: {outcome:?}");
        let said = relay.said();
        for word in ["AUTH", "MAIL", "RCPT", "S3cret", "c3Zj"] {
            assert!(!said.contains(word), "{case}, {security:?}: {said:?}");
        }
    }
}

#[tokio::test]
async fn a_refused_password_pauses_the_channel_and_names_no_secret() {
    let authority = Authority::new();
    let encryption = Encryption::FromTheStart(authority.acceptor("localhost", 4000));
    let relay = smtp::Relay::start_encrypted(encryption, |_, step| match step {
        Step::Auth => Act::Say("535 5.7.8 wrong password\r\n"),
        _ => well_behaved(step),
    })
    .await;
    let outcome =
        encrypted(&relay, Security::Implicit, Some(authority.pem())).send(&mail_to("a@example.vn")).await;
    assert_eq!(outcome, Outcome::PauseChannel { why: "535 5.7.8 wrong password".to_owned() });
    assert!(!relay.said().contains("MAIL"));
}

/// The names of the header fields of a mail, and its lines.
fn header_names(mail: &Mail) -> Vec<String> {
    let text = std::str::from_utf8(mail.bytes()).unwrap();
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    let fields = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
    let mut names: Vec<_> = fields.map(|line| line.split(':').next().unwrap().to_owned()).collect();
    names.sort();
    names
}

const HEADERS: [&str; 8] =
    ["Auto-Submitted", "Content-Type", "Date", "From", "MIME-Version", "Message-ID", "Subject", "To"];

/// Text as an attacker would write it into a form.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\r\nBcc: spy@evil.vn".to_owned()),
        Just("\n\n<script>".to_owned()),
        Just("\u{2028}\u{85}\0\u{b}".to_owned()),
        Just("\r\n.\r\nMAIL FROM:<x@evil.vn>\r\n".to_owned()),
        Just("=?utf-8?q?a?=".to_owned()),
        Just("\", <spy@evil.vn>".to_owned()),
        "\\PC{0,30}",
        any::<String>(),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// A million in the long form.
fn hostile_cases() -> ProptestConfig {
    let long = std::env::var("DUNGHEN_TEST_LONG").is_ok_and(|long| long == "1");
    let cases = if long { 1_000_000 } else { 2_000 };
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(hostile_cases())]

    /// Invariant 28, finding 4: names, subject, text; below, addresses and Message-IDs. Nothing else
    /// enters a header, and no letter has a file.
    #[test]
    fn no_field_adds_a_header_or_panics(from in hostile(), to in hostile(), subject in hostile(), text in hostile()) {
        let mail = draft(&from, &to, &subject, "lua@example.vn", &text);
        prop_assert_eq!(header_names(&mail), HEADERS);
        let bytes = mail.bytes();
        prop_assert!(bytes.is_ascii() && !bytes.contains(&0));
        for (index, byte) in bytes.iter().enumerate() {
            prop_assert!(*byte != b'\n' || bytes[index - 1] == b'\r', "a bare line feed");
        }
    }

    #[test]
    fn an_address_that_is_accepted_is_one_word_for_the_relay(text in prop_oneof![hostile(), "[!-~]{1,20}@[!-~]{1,20}"]) {
        if let Ok(address) = text.parse::<dunghen::mail::MailAddress>() {
            prop_assert!(address.as_str().chars().all(|c| c.is_ascii_graphic() && c != '<' && c != '>'));
            let mail = draft("a", "b", "c", address.as_str(), "d");
            prop_assert_eq!(header_names(&mail), HEADERS);
        }
    }

    #[test]
    fn a_message_id_that_is_accepted_is_one_word(id in hostile(), domain in "[a-z.\r\n<>@ ]{0,12}") {
        if let Ok(id) = MessageId::new(&id, &domain) {
            prop_assert!(id.as_str().chars().all(|c| c.is_ascii_graphic()));
        }
    }
}

#[test]
fn the_same_draft_is_the_same_mail_byte_for_byte() {
    assert_eq!(mail_to("a@example.vn").bytes(), mail_to("a@example.vn").bytes());
    let text = String::from_utf8(mail_to("a@example.vn").bytes().to_vec()).unwrap();
    assert!(text.contains("Message-ID: <01JDENMAILTEST@motcua.laichau.gov.vn>\r\n"));
    assert!(text.contains("Auto-Submitted: auto-generated\r\n"));
    assert!(text.contains("Date: Mon, 23 Nov 2026 00:15:00 +0000\r\n"), "{text}");
}
