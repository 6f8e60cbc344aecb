//! One SMTP conversation after another with one relay, each phase within its time.
//!
//! A connection is used again only after a clear answer. After an error, a timeout or an
//! odd reply it is dropped, and so it is when the caller stops waiting: a reply that comes
//! late must find nobody who could take it for another mail's.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Ehlo, Quit, Rcpt, Rset, Starttls};
use lettre::transport::smtp::response::Response;
use secrecy::ExposeSecret;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls;

use super::lockstep::{FinalDot, Lockstep};
use super::message::Mail;
use super::relay::{Protection, Relay, Tls};
use super::reply::{Outcome, Phase, Reply, Verdict, leaves_connection_usable, verdict};

/// How many mails one connection carries.
const MAILS_PER_CONNECTION: u32 = 50;

/// A relay and at most one connection to it. Mails go one at a time.
pub struct Channel {
    relay: Relay,
    idle: Option<Conversation>,
    /// The last that was said to the relay has had no answer.
    silent: bool,
}

impl Channel {
    #[must_use]
    pub fn new(relay: Relay) -> Self {
        Self { relay, idle: None, silent: false }
    }

    /// Speaks one mail to the relay, over the open connection or a new one. Dropping the
    /// future half-way closes the connection; the mail's fate is then unknown.
    pub async fn send(&mut self, mail: &Mail) -> Outcome {
        let outcome = self.speak(mail).await;
        self.silent = outcome.is_silence();
        outcome
    }

    async fn speak(&mut self, mail: &Mail) -> Outcome {
        // Out of the channel while in use, so that nobody finds it half-way through a sentence.
        let mut conversation = match self.ready().await {
            Ok(conversation) => conversation,
            Err(outcome) => return outcome,
        };
        let outcome = conversation.deliver(mail).await;
        if conversation.usable && conversation.carried < MAILS_PER_CONNECTION {
            self.idle = Some(conversation);
        } else if conversation.usable {
            conversation.quit().await;
        }
        outcome
    }

    /// Connects, greets and signs in without sending a mail, then takes leave: for `check`.
    ///
    /// # Errors
    /// [`Outcome::Retry`] or [`Outcome::PauseChannel`], as for a mail.
    pub async fn probe(&self) -> Result<(), Outcome> {
        Conversation::open(&self.relay).await?.quit().await;
        Ok(())
    }

    /// Whether the relay had no answer to what it was last told.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.silent
    }

    /// Greets a relay that was silent, without any mail.
    pub async fn greet(&mut self) {
        self.silent = self.probe().await.is_err_and(|outcome| outcome.is_silence());
    }

    /// Takes leave of the relay, where a connection is open.
    pub async fn close(&mut self) {
        if let Some(conversation) = self.idle.take() {
            conversation.quit().await;
        }
    }

    async fn ready(&mut self) -> Result<Conversation, Outcome> {
        if let Some(mut conversation) = self.idle.take()
            && conversation.reset().await
        {
            return Ok(conversation);
        }
        Conversation::open(&self.relay).await
    }
}

/// One connection on which the relay has greeted us and knows who we are.
struct Conversation {
    connection: AsyncSmtpConnection,
    dot: FinalDot,
    command: Duration,
    final_dot: Duration,
    carried: u32,
    usable: bool,
}

impl Conversation {
    async fn open(relay: &Relay) -> Result<Self, Outcome> {
        let dot = FinalDot::default();
        let connection = connect(relay, &dot).await?;
        let timeouts = relay.timeouts;
        let mut conversation = Self {
            connection,
            dot,
            command: timeouts.command,
            final_dot: timeouts.final_dot,
            carried: 0,
            usable: true,
        };
        if let Some((name, password)) = &relay.credentials {
            conversation.sign_in(name, password.expose_secret()).await?;
        }
        Ok(conversation)
    }

    async fn sign_in(&mut self, name: &str, password: &str) -> Result<(), Outcome> {
        const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];
        if self.connection.server_info().get_auth_mechanism(&MECHANISMS).is_none() {
            let why = "the relay offers neither AUTH PLAIN nor AUTH LOGIN".to_owned();
            return Err(Outcome::PauseChannel { why });
        }
        let credentials = Credentials::new(name.to_owned(), password.to_owned());
        let answer = timeout(self.command, self.connection.auth(&MECHANISMS, &credentials)).await;
        self.accept(Phase::Auth, listen(answer)).map(drop)
    }

    /// The mail's four phases; [`Outcome::Sent`] only by the reply to its own final dot.
    async fn deliver(&mut self, mail: &Mail) -> Outcome {
        self.carried += 1;
        match self.speak(mail).await {
            Ok(reply) => Outcome::Sent { reply },
            Err(outcome) => outcome,
        }
    }

    async fn speak(&mut self, mail: &Mail) -> Result<Reply, Outcome> {
        use lettre::transport::smtp::commands::Mail as From;
        self.dot.forget();
        self.say(Phase::Sender, From::new(Some(mail.from.clone()), Vec::new())).await?;
        self.say(Phase::Recipient, Rcpt::new(mail.to.clone(), Vec::new())).await?;
        self.say(Phase::Data, Data).await?;
        let answer = timeout(self.final_dot, self.connection.message(mail.bytes())).await;
        let phase = if self.dot.is_out() { Phase::FinalDot } else { Phase::Data };
        self.accept(phase, listen(answer))
    }

    async fn say(&mut self, phase: Phase, command: impl std::fmt::Display) -> Result<Reply, Outcome> {
        let answer = timeout(self.command, self.connection.command(command)).await;
        self.accept(phase, listen(answer))
    }

    fn accept(&mut self, phase: Phase, heard: Result<Reply, String>) -> Result<Reply, Outcome> {
        self.usable = heard.as_ref().is_ok_and(|reply| leaves_connection_usable(phase, reply.code));
        judge(phase, heard)
    }

    /// Whether the connection is fit for another mail.
    async fn reset(&mut self) -> bool {
        let answer = timeout(self.command, self.connection.command(Rset)).await;
        listen(answer).is_ok_and(|reply| reply.code == 250)
    }

    /// Says goodbye and doesn't mind the answer.
    async fn quit(mut self) {
        let _ = timeout(self.command, self.connection.command(Quit)).await;
    }
}

/// The relay's reply to what was said, or why there is none.
type Answer = Result<Result<Response, SmtpError>, tokio::time::error::Elapsed>;

fn listen(answer: Answer) -> Result<Reply, String> {
    match answer {
        Ok(Ok(response)) => Ok(reply_of(&response)),
        Ok(Err(error)) => match error.status() {
            Some(code) => Ok(Reply::new(code.into(), &refusal_text(&error))),
            None => Err(error.to_string()),
        },
        Err(_) => Err("no answer in time".to_owned()),
    }
}

fn reply_of(response: &Response) -> Reply {
    Reply::new(response.code().into(), &response.message().collect::<Vec<_>>().join(" "))
}

fn refusal_text(error: &SmtpError) -> String {
    std::error::Error::source(error).map(ToString::to_string).unwrap_or_default()
}

fn judge(phase: Phase, heard: Result<Reply, String>) -> Result<Reply, Outcome> {
    let reply = heard.map_err(|why| Outcome::of_silence(phase, &why))?;
    match verdict(phase, reply.code) {
        Verdict::Accepted => Ok(reply),
        verdict => Err(Outcome::of(verdict, reply)),
    }
}

/// Waits for `step` within `limit`, and gives its failure as the outcome of `phase`.
async fn within<T>(
    phase: Phase,
    limit: Duration,
    step: impl Future<Output = io::Result<T>>,
) -> Result<T, Outcome> {
    match timeout(limit, step).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Outcome::of_silence(phase, &error.to_string())),
        Err(_) => Err(Outcome::of_silence(phase, "no answer in time")),
    }
}

/// Connects, protects the connection and says EHLO.
async fn connect(relay: &Relay, dot: &FinalDot) -> Result<AsyncSmtpConnection, Outcome> {
    let Relay { host, port, protection, timeouts, .. } = relay;
    let tcp = TcpStream::connect((host.as_str(), *port));
    let tcp = within(Phase::Greeting, timeouts.connect, tcp).await?;
    let peer = tcp.peer_addr().map_err(|error| Outcome::of_silence(Phase::Greeting, &error.to_string()))?;
    match protection {
        Protection::Loopback if !peer.ip().is_loopback() => {
            let why = format!("{host} leads to {}, and no mail leaves this machine without TLS", peer.ip());
            Err(Outcome::PauseChannel { why })
        }
        Protection::Loopback => hello(relay, Lockstep::new(tcp, peer, dot.clone())).await,
        Protection::Implicit(tls) => {
            let stream = handshake(relay, tls, tcp).await?;
            hello(relay, Lockstep::new(stream, peer, dot.clone())).await
        }
        Protection::StartTls(tls) => {
            let (tcp, greeting) = ask_for_tls(relay, tcp, peer).await?;
            let stream = handshake(relay, tls, tcp).await?;
            hello(relay, Lockstep::greeted(stream, peer, dot.clone(), greeting)).await
        }
    }
}

/// Hears the greeting and says EHLO, by lettre.
async fn hello<S>(relay: &Relay, stream: Lockstep<S>) -> Result<AsyncSmtpConnection, Outcome>
where
    Lockstep<S>: lettre::transport::smtp::client::AsyncTokioStream + 'static,
{
    let connection = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &relay.hello);
    match timeout(relay.timeouts.command, connection).await {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(error)) => Err(match error.status() {
            Some(code) => {
                let reply = Reply::new(code.into(), &refusal_text(&error));
                Outcome::of(verdict(Phase::Hello, reply.code), reply)
            }
            None => Outcome::of_silence(Phase::Hello, &error.to_string()),
        }),
        Err(_) => Err(Outcome::of_silence(Phase::Greeting, "no answer in time")),
    }
}

/// Speaks in the clear up to STARTTLS, and nothing but that; gives the greeting back.
async fn ask_for_tls(
    relay: &Relay,
    tcp: TcpStream,
    peer: SocketAddr,
) -> Result<(TcpStream, String), Outcome> {
    let limit = relay.timeouts.command;
    let mut stream = Lockstep::new(tcp, peer, FinalDot::default());
    let greeting = within(Phase::Greeting, limit, stream.reply()).await?;
    judge(Phase::Greeting, parse(&greeting))?;
    let hello = Ehlo::new(relay.hello.clone()).to_string();
    let offers = within(Phase::Hello, limit, exchange(&mut stream, &hello)).await?;
    judge(Phase::Hello, parse(&offers))?;
    let offered = |line: &str| line.get(4..).is_some_and(|word| word.trim().eq_ignore_ascii_case("STARTTLS"));
    if !offers.lines().skip(1).any(offered) {
        let why = "the relay doesn't offer STARTTLS; nothing was said without encryption".to_owned();
        return Err(Outcome::PauseChannel { why });
    }
    let go = within(Phase::StartTls, limit, exchange(&mut stream, &Starttls.to_string())).await?;
    judge(Phase::StartTls, parse(&go))?;
    let tcp = stream.into_quiet_stream();
    let tcp = tcp.map_err(|error| Outcome::PauseChannel { why: format!("STARTTLS: {error}") })?;
    Ok((tcp, greeting))
}

async fn exchange(stream: &mut Lockstep<TcpStream>, words: &str) -> io::Result<String> {
    stream.write_all(words.as_bytes()).await?;
    stream.flush().await?;
    stream.reply().await
}

fn parse(reply: &str) -> Result<Reply, String> {
    let response: Response = reply.parse().map_err(|_| format!("unreadable reply {reply:?}"))?;
    Ok(reply_of(&response))
}

async fn handshake(relay: &Relay, tls: &Tls, tcp: TcpStream) -> Result<TlsStream<TcpStream>, Outcome> {
    let connector = TlsConnector::from(tls.config.clone());
    let step = connector.connect(tls.name.clone(), tcp);
    match timeout(relay.timeouts.command, step).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) if error.get_ref().is_some_and(<dyn std::error::Error + std::marker::Send + std::marker::Sync + 'static>::is::<rustls::Error>) => {
            Err(Outcome::PauseChannel { why: format!("TLS: {error}") })
        }
        Ok(Err(error)) => Err(Outcome::of_silence(Phase::StartTls, &error.to_string())),
        Err(_) => Err(Outcome::of_silence(Phase::StartTls, "no answer in time")),
    }
}
