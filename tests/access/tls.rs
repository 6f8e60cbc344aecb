//! S30: what is said to the service and what it says to its database goes over TLS, of a version that
//! is none of the old ones, with certificates that are looked at.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dunghen::db::{Db, DbSettings};
use dunghen::domain::staff::Role;
use dunghen::web::router;
use dunghen::web::server::tls::{Look, Tls};
use dunghen::web::server::{self, Door};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{
    self, ClientConfig, RootCertStore, ServerConfig, SupportedProtocolVersion, version,
};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::support::db::{on_sqlite, run};
use crate::world::*;

/// A certificate for these names that nobody else has signed, and its key, in PEM.
fn certificate(names: &[&str]) -> (String, String) {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    (made.cert.pem(), made.signing_key.serialize_pem())
}

fn connector(root: &str, versions: &[&'static SupportedProtocolVersion]) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(root.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

/// The service behind its own TLS, at an address of this machine.
struct Shop {
    address: SocketAddr,
    root: String,
    node: Node,
    pair: OnDisk,
}

/// A certificate and its key where the settings name them.
struct OnDisk {
    chain: PathBuf,
    key: PathBuf,
    _folder: tempfile::TempDir,
}

impl OnDisk {
    fn of((chain, key): &(String, String)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (chain_file, key_file) = (folder.path().join("chain.pem"), folder.path().join("key.pem"));
        std::fs::write(&chain_file, chain).unwrap();
        std::fs::write(&key_file, key).unwrap();
        Self { chain: chain_file, key: key_file, _folder: folder }
    }

    fn open(&self) -> Tls {
        Tls::open(&self.chain, &self.key).unwrap()
    }
}

impl Shop {
    async fn open(node: Node) -> Self {
        let made = certificate(&["mot-cua.example.vn"]);
        let pair = OnDisk::of(&made);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let tls = pair.open().looking_every(Duration::from_millis(20));
        let door = Door { listener, tls: Some(tls) };
        let app = node.app.clone();
        let limits = server::Limits::from(&app.settings.web);
        let served =
            server::serve(door, router::router(app.clone()), limits, app.traffic.clone(), app.stop.clone());
        app.tasks.spawn(served);
        Self { address, root: made.0, node, pair }
    }

    /// Whether whoever believes this certificate, and no other, is let in and answered.
    async fn is_shown(&self, root: &str) -> bool {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let name = ServerName::try_from("mot-cua.example.vn").unwrap();
        connector(root, &[&version::TLS13]).connect(name, stream).await.is_ok()
    }

    /// One request over one connection of this version; the version and the answer.
    async fn ask(&self, version: &'static SupportedProtocolVersion, request: &str) -> (u16, String) {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let name = ServerName::try_from("mot-cua.example.vn").unwrap();
        let mut tls = connector(&self.root, &[version]).connect(name, stream).await.unwrap();
        let spoken = u16::from(tls.get_ref().1.protocol_version().unwrap());
        tls.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // Not every client hears a farewell.
        _ = tls.read_to_end(&mut answer).await;
        (spoken, String::from_utf8_lossy(&answer).into_owned())
    }
}

const SAFE: &[(&str, &str)] =
    &[("DUNGHEN__WEB__PUBLIC_URL", "https://mot-cua.example.vn"), ("DUNGHEN__DEVELOPMENT", "false")];

#[test]
fn people_sign_in_over_tls_of_the_two_versions_that_are_still_good() {
    on_sqlite(|db| async move {
        let node = Node::configured(&db, SAFE).await;
        node.hire("mai", WARD, &[Role::Reception]).await;
        let shop = Shop::open(node).await;
        let body = json!({ "name": "mai", "password": PASSWORD }).to_string();
        let request = format!(
            "POST /api/v1/sign-in HTTP/1.1\r\nhost: mot-cua.example.vn\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        for (version, number) in [(&version::TLS12, 0x0303), (&version::TLS13, 0x0304)] {
            let (spoken, answer) = shop.ask(version, &request).await;
            assert_eq!(spoken, number);
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
            let lower = answer.to_lowercase();
            assert!(lower.contains("set-cookie: __host-dunghen=") && lower.contains("secure"), "{answer}");
            assert!(lower.contains("strict-transport-security: max-age=31536000"), "{answer}");
        }
        shop.node.app.stop.cancel();
    });
}

/// A client that knows nothing newer than 1.0 or 1.1 gets an alert and no word.
#[test]
fn old_versions_are_refused_in_the_handshake() {
    on_sqlite(|db| async move {
        let shop = Shop::open(Node::configured(&db, SAFE).await).await;
        for minor in [1_u8, 2] {
            let mut stream = TcpStream::connect(shop.address).await.unwrap();
            stream.write_all(&old_hello(minor)).await.unwrap();
            let mut answer = Vec::new();
            _ = stream.read_to_end(&mut answer).await;
            // A fatal alert (21): protocol_version (70) or handshake_failure (40).
            assert_eq!((answer[0], answer[5]), (21, 2), "1.{}: {answer:?}", minor - 1);
            assert!([40, 70].contains(&answer[6]), "1.{}: {answer:?}", minor - 1);
            assert_eq!(answer.len(), 7, "and nothing after it");
        }
        // Somebody who speaks HTTP in the clear gets no page either.
        let mut stream = TcpStream::connect(shop.address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        _ = stream.read_to_end(&mut answer).await;
        assert!(!String::from_utf8_lossy(&answer).contains("HTTP/1.1"), "{answer:?}");
        shop.node.app.stop.cancel();
    });
}

/// A greeting of TLS 1.0 (minor 1) or 1.1 (minor 2) with what every server of that time understood.
fn old_hello(minor: u8) -> Vec<u8> {
    let mut body = vec![3, minor];
    body.extend([7; 32]);
    body.push(0);
    let ciphers = [0xc0, 0x13, 0xc0, 0x14, 0x00, 0x2f, 0x00, 0x35];
    body.extend([0, 8]);
    body.extend(ciphers);
    body.extend([1, 0]);
    let groups = [0x00, 0x0a, 0x00, 0x06, 0x00, 0x04, 0x00, 0x17, 0x00, 0x1d];
    let points = [0x00, 0x0b, 0x00, 0x02, 0x01, 0x00];
    body.extend([0, u8::try_from(groups.len() + points.len()).unwrap()]);
    body.extend(groups);
    body.extend(points);
    let length = |size: usize| u8::try_from(size).unwrap();
    let mut hello = vec![22, 3, 1, 0, length(body.len() + 4), 1, 0, 0, length(body.len())];
    hello.extend(body);
    hello
}

#[test]
fn a_certificate_that_is_none_or_not_the_keys_is_refused_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file
    };
    let ((one, key), (_, strange)) = (certificate(&["a.example"]), certificate(&["a.example"]));
    let (one, key) = (write("one.pem", &one), write("key.pem", &key));
    assert!(Tls::open(&one, &key).is_ok());
    fn told(certificate: &Path, key: &Path) -> String {
        Tls::open(certificate, key).err().expect("it was taken").to_string()
    }
    assert!(told(&one, &write("strange.pem", &strange)).contains("do not go together"));
    assert!(told(&folder.path().join("none.pem"), &key).contains("none.pem"));
    assert!(told(&write("empty.pem", ""), &key).contains("empty.pem"));
    assert!(told(&one, &write("text.pem", "khóa")).contains("text.pem"));
}

/// A renewed certificate is what the next client sees; who is connected stays so. Nothing is restarted.
#[test]
fn a_renewed_certificate_is_shown_without_a_restart() {
    on_sqlite(|db| async move {
        let shop = Shop::open(Node::configured(&db, SAFE).await).await;
        let stream = TcpStream::connect(shop.address).await.unwrap();
        let name = ServerName::try_from("mot-cua.example.vn").unwrap();
        let mut before = connector(&shop.root, &[&version::TLS13]).connect(name, stream).await.unwrap();
        let (renewed, key) = certificate(&["mot-cua.example.vn"]);
        assert!(!shop.is_shown(&renewed).await);
        // As it is done: the one, and a while later the other.
        std::fs::write(&shop.pair.chain, &renewed).unwrap();
        assert!(shop.is_shown(&shop.root).await, "a half is no pair");
        std::fs::write(&shop.pair.key, key).unwrap();
        let mut beat = tokio::time::interval(Duration::from_millis(20));
        let shown = async {
            while !shop.is_shown(&renewed).await {
                beat.tick().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), shown).await.expect("the old one is still shown");
        assert!(!shop.is_shown(&shop.root).await);
        before
            .write_all(b"GET /healthz HTTP/1.1\r\nhost: mot-cua.example.vn\r\nconnection: close\r\n\r\n")
            .await
            .unwrap();
        let mut answer = Vec::new();
        _ = before.read_to_end(&mut answer).await;
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{answer:?}");
        shop.node.app.stop.cancel();
    });
}

/// What is written over the files and is of no use is told once each, and changes nothing.
#[test]
fn a_renewal_that_went_wrong_is_told_and_not_taken() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&heard);
    let lines = tracing_subscriber::fmt().with_writer(move || Heard(Arc::clone(&listener))).finish();
    let (old, renewed) = (certificate(&["a.example"]), certificate(&["a.example"]));
    tracing::subscriber::with_default(lines, || {
        let pair = OnDisk::of(&old);
        let tls = pair.open();
        assert_eq!(tls.look_again(), Look::Same);
        let said = || heard.lock().unwrap().split(|byte| *byte == b'\n').count() - 1;
        for (number, broken) in ["", "nothing of the kind", &renewed.0, &old.1].into_iter().enumerate() {
            std::fs::write(&pair.chain, broken).unwrap();
            assert_eq!((tls.look_again(), tls.look_again()), (Look::Refused, Look::Same), "{broken}");
            assert_eq!(said(), number + 1);
        }
        std::fs::remove_file(&pair.chain).unwrap();
        assert_eq!((tls.look_again(), tls.look_again()), (Look::Refused, Look::Same), "gone");
        std::fs::write(&pair.chain, &renewed.0).unwrap();
        std::fs::write(&pair.key, &renewed.1).unwrap();
        assert_eq!((tls.look_again(), tls.look_again()), (Look::Renewed, Look::Same));
    });
    let told = String::from_utf8(heard.lock().unwrap().clone()).unwrap();
    let (errors, taken): (Vec<&str>, Vec<&str>) = told.lines().partition(|line| line.contains("ERROR"));
    assert_eq!((errors.len(), taken.len()), (5, 1), "{told}");
    assert!(errors.iter().all(|line| line.contains("chain.pem") || line.contains("do not go together")));
    let secret = old.1.lines().nth(1).unwrap();
    assert!(!told.contains(secret), "{told}");
}

#[derive(Clone)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Nobody signs in in the clear from elsewhere, whatever a stranger says about the line.
#[test]
fn nothing_secret_is_taken_in_the_clear_from_elsewhere() {
    on_sqlite(|db| async move {
        let proxied = [SAFE, &[("DUNGHEN__WEB__TRUSTED_PROXIES", "10.0.0.1")]].concat();
        let node = Node::configured(&db, &proxied).await;
        let mai = node.hire("mai", WARD, &[Role::Reception]).await;
        let fields = Content::form(&[("name", "mai"), ("password", PASSWORD)]);
        let body = Content::Json(json!({ "name": "mai", "password": PASSWORD }));
        for (from, told, good) in [
            ("203.0.113.9", None, false),
            ("203.0.113.9", Some("https"), false),
            ("127.0.0.1", None, true),
            ("10.0.0.1", Some("http"), false),
            ("10.0.0.1", Some("https"), true),
            ("10.0.0.1", None, true),
        ] {
            let headers: Vec<(&str, &str)> =
                told.map(|told| ("x-forwarded-proto", told)).into_iter().collect();
            for (path, content) in [("/sign-in", &fields), ("/api/v1/sign-in", &body)] {
                let visitor = node.visitor().from(from);
                let answer = visitor.send("POST", path, content, &headers).await;
                assert_eq!(
                    [200, 303].contains(&answer.status),
                    good,
                    "{path} {from} {told:?}: {}",
                    answer.status
                );
                assert_eq!(visitor.cookies.lock().unwrap().is_empty(), !good);
                if !good {
                    assert_eq!(answer.status, 403);
                    answer.shows("https://");
                }
            }
        }
        // The form itself, the code, the one-time link and a bearer token are no better off.
        let far = node.visitor().from("203.0.113.9");
        for path in ["/sign-in", "/sign-in/code", "/activate?token=x", "/account"] {
            assert_eq!(far.get(path).await.status, 403, "{path}");
        }
        let bearer = [("authorization", "Bearer dh_x")];
        assert_eq!(far.send("GET", "/api/v1/dossiers", &Content::None, &bearer).await.status, 403);
        // What anybody may read is no secret.
        assert_eq!(far.get("/tra-cuu").await.status, 200);
        assert_eq!(node.count("select count(*) from audit where action = 'sign_in_failed'").await, 0);
        assert!(mai.active);
    });
}

/// What stands at the database's address.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Answers {
    /// "No TLS here", as a server without it, or whoever sits between.
    NoTls,
    /// With a certificate of this name.
    Named(&'static str),
}

/// Says what was asked for and answers as it was told to; true where a client went on to speak inside of TLS.
async fn pretend_to_be_postgres(
    listener: TcpListener,
    answers: Answers,
    certificate: (String, String),
) -> bool {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut asked = [0; 8];
    if stream.read_exact(&mut asked).await.is_err() {
        return false;
    }
    assert_eq!(asked[4..], 80_877_103_u32.to_be_bytes(), "it asks for TLS before anything else");
    let Answers::Named(_) = answers else {
        stream.write_all(b"N").await.unwrap();
        let mut more = [0; 1];
        return stream.read_exact(&mut more).await.is_ok();
    };
    stream.write_all(b"S").await.unwrap();
    let chain = vec![CertificateDer::from_pem_slice(certificate.0.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(certificate.1.as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let Ok(mut tls) = TlsAcceptor::from(Arc::new(config)).accept(stream).await else { return false };
    let mut length = [0; 4];
    tls.read_exact(&mut length).await.is_ok()
}

/// `sslmode=verify-full`: not a word, and no password, to a database that is not the one it says.
#[test]
fn a_database_is_spoken_to_only_where_its_certificate_is_its_own() {
    run(async {
        for (answers, trusted, goes_on) in [
            (Answers::NoTls, true, false),
            (Answers::Named("db.example.vn"), true, false),
            (Answers::Named("localhost"), false, false),
            (Answers::Named("localhost"), true, true),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let name = if let Answers::Named(name) = answers { name } else { "localhost" };
            let (own, strange) = (certificate(&[name]), certificate(&[name]));
            let root = folder.path().join("root.pem");
            std::fs::write(&root, if trusted { &own.0 } else { &strange.0 }).unwrap();
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let port = listener.local_addr().unwrap().port();
            let url = format!(
                "postgres://dunghen:mat-khau@localhost:{port}/x?sslmode=verify-full&sslrootcert={}",
                root.display()
            );
            let settings = DbSettings {
                acquire_limit: std::time::Duration::from_secs(5),
                call_limit: std::time::Duration::from_secs(5),
                ..DbSettings::default()
            };
            let (spoke, opened) = tokio::join!(pretend_to_be_postgres(listener, answers, own), async {
                // A pool that connects at its first use is used.
                match Db::open(&url, &settings).await {
                    Ok(db) => {
                        db.read(async |tx| tx.query("select 1").fetch_scalar::<i64>().await).await.is_ok()
                    }
                    Err(_) => false,
                }
            });
            assert_eq!(spoke, goes_on, "{answers:?}, trusted: {trusted}");
            assert!(!opened, "nobody of these is a database");
        }
    });
}
