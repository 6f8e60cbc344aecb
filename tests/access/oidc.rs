//! S19: a provider of identities on this machine that lies in every way it can. Nobody gets in by a lie.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dunghen::domain::staff::Role;
use dunghen::identity::{Provider, ProviderSettings};
use dunghen::seal::digest;
use dunghen::work::identity;
use jiff::SignedDuration;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RsaKeyPair};
use serde_json::{Value, json};

use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};
use crate::world::*;

const CLIENT: &str = "dung-hen";
const SECRET: &str = "bí mật giữa hai bên, đủ dài để ký";
const SUBJECT: &str = "vneid|0f3a-77";

/// How a token is signed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Signed {
    Es256,
    Rs256,
    /// By a key that the provider does not publish, under the published one's name.
    ByAStranger,
    /// With the secret that both sides know.
    Hs256,
    /// Not at all.
    None,
    /// Rightly, and the claims were changed afterwards.
    ThenChanged,
}

/// What the provider does wrong this time.
#[derive(Clone)]
struct Manner {
    signed: Signed,
    /// What of the claims is other than it should be; null takes one away.
    claims: Value,
    /// What its discovery document calls it.
    calls_itself: Option<String>,
    names_itself_in_answers: bool,
}

impl Default for Manner {
    fn default() -> Self {
        Self { signed: Signed::Es256, claims: json!({}), calls_itself: None, names_itself_in_answers: false }
    }
}

struct Keys {
    ecdsa: EcdsaKeyPair,
    strange: EcdsaKeyPair,
    rsa: RsaKeyPair,
}

fn fresh() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).unwrap()
}

/// A key for these tests and nothing else.
fn rsa() -> RsaKeyPair {
    let text: String = include_str!("provider.pem").lines().filter(|line| !line.starts_with('-')).collect();
    RsaKeyPair::from_pkcs8(&STANDARD.decode(text).unwrap()).unwrap()
}

/// The provider, its codes with nonce and challenge, and how many tokens it gave out.
#[derive(Clone)]
struct Fake {
    issuer: String,
    keys: Arc<Keys>,
    manner: Arc<Mutex<Manner>>,
    codes: Arc<Mutex<BTreeMap<String, (String, String)>>>,
    given: Arc<Mutex<usize>>,
}

impl Fake {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let fake = Self {
            issuer: format!("http://{}", listener.local_addr().unwrap()),
            keys: Arc::new(Keys { ecdsa: fresh(), strange: fresh(), rsa: rsa() }),
            manner: Arc::default(),
            codes: Arc::default(),
            given: Arc::default(),
        };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/jwks", get(jwks))
            .route("/token", post(token))
            .with_state(fake.clone());
        tokio_util::task::TaskTracker::new().spawn(async move { axum::serve(listener, router).await });
        fake
    }

    fn be(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    /// A node whose people may sign in here.
    fn of(&self, node: &Node) -> Node {
        node.with(|app| {
            let provider = Provider::new(ProviderSettings {
                issuer: self.issuer.clone(),
                client_id: CLIENT.to_owned(),
                client_secret: SECRET.into(),
                redirect_url: format!("{}/sign-in/provider/return", app.house.public_url),
                extra_roots: None,
            });
            app.provider = Some(Arc::new(provider.unwrap()));
        })
    }

    fn sign(&self, how: Signed, mut claims: Value) -> String {
        let (alg, kid) = match how {
            Signed::Rs256 => ("RS256", "rsa"),
            Signed::Hs256 => ("HS256", "ec"),
            Signed::None => ("none", "ec"),
            Signed::Es256 | Signed::ByAStranger | Signed::ThenChanged => ("ES256", "ec"),
        };
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = part(&json!({ "alg": alg, "kid": kid, "typ": "JWT" }));
        let signed = format!("{header}.{}", part(&claims));
        let random = SystemRandom::new();
        let signature = match how {
            Signed::Es256 | Signed::ThenChanged => {
                self.keys.ecdsa.sign(&random, signed.as_bytes()).unwrap().as_ref().to_vec()
            }
            Signed::ByAStranger => {
                self.keys.strange.sign(&random, signed.as_bytes()).unwrap().as_ref().to_vec()
            }
            Signed::Rs256 => {
                let mut signature = vec![0; self.keys.rsa.public().modulus_len()];
                let padding = &ring::signature::RSA_PKCS1_SHA256;
                self.keys.rsa.sign(padding, &random, signed.as_bytes(), &mut signature).unwrap();
                signature
            }
            Signed::Hs256 => {
                let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, SECRET.as_bytes());
                ring::hmac::sign(&key, signed.as_bytes()).as_ref().to_vec()
            }
            Signed::None => Vec::new(),
        };
        let body = if how == Signed::ThenChanged {
            claims["sub"] = json!("somebody-else");
            format!("{header}.{}", part(&claims))
        } else {
            signed
        };
        format!("{body}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

async fn discovery(State(fake): State<Fake>) -> Json<Value> {
    let manner = fake.manner.lock().unwrap().clone();
    let issuer = &fake.issuer;
    Json(json!({
        "issuer": manner.calls_itself.unwrap_or_else(|| issuer.clone()),
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        // It would sign with anything: what counts is what we allow.
        "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"],
        "authorization_response_iss_parameter_supported": manner.names_itself_in_answers,
    }))
}

async fn jwks(State(fake): State<Fake>) -> Json<Value> {
    let point = fake.keys.ecdsa.public_key().as_ref();
    let rsa = fake.keys.rsa.public();
    let modulus = ring::rsa::PublicKeyComponents::<Vec<u8>>::from(rsa);
    Json(json!({ "keys": [
        { "kty": "EC", "use": "sig", "crv": "P-256", "kid": "ec",
          "x": URL_SAFE_NO_PAD.encode(&point[1..33]), "y": URL_SAFE_NO_PAD.encode(&point[33..65]) },
        { "kty": "RSA", "use": "sig", "kid": "rsa",
          "n": URL_SAFE_NO_PAD.encode(&modulus.n), "e": URL_SAFE_NO_PAD.encode(&modulus.e) },
    ] }))
}

/// Changes a code for a token: once, for whoever knows the secret and the verifier.
async fn token(
    State(fake): State<Fake>,
    headers: HeaderMap,
    Form(form): Form<BTreeMap<String, String>>,
) -> Response {
    let basic = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let pair = STANDARD.decode(basic.trim_start_matches("Basic ")).unwrap_or_default();
    let escaped = percent_encoding::percent_decode(&pair).decode_utf8_lossy().replace('+', " ");
    let code = fake.codes.lock().unwrap().remove(form.get("code").map_or("", String::as_str));
    let proved = |challenge: &str| {
        let verifier = form.get("code_verifier").map_or("", String::as_str);
        URL_SAFE_NO_PAD.encode(digest(verifier.as_bytes())) == challenge
    };
    let granted = code.filter(|(_, challenge)| proved(challenge));
    let Some((nonce, _)) = granted.filter(|_| escaped == format!("{CLIENT}:{SECRET}")) else {
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" }))).into_response();
    };
    *fake.given.lock().unwrap() += 1;
    let manner = fake.manner.lock().unwrap().clone();
    let now = at(NOW).seconds();
    let mut claims = json!({ "iss": fake.issuer, "sub": SUBJECT, "aud": CLIENT, "nonce": nonce,
        "iat": now, "exp": now + 300, "email": "mai@laichau.example", "email_verified": true });
    for (name, value) in manner.claims.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    let id_token = fake.sign(manner.signed, claims);
    Json(json!({ "access_token": "x", "token_type": "Bearer", "id_token": id_token })).into_response()
}

/// Somebody who was sent to the provider, has signed in there and is sent back.
struct Journey {
    code: String,
    state: String,
}

impl Journey {
    async fn begin(fake: &Fake, visitor: &Visitor) -> Self {
        let sent = visitor.get("/sign-in/provider?next=/account").await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        let (place, query) = sent.location().split_once('?').unwrap();
        assert_eq!(place, format!("{}/authorize", fake.issuer));
        let asked: BTreeMap<String, String> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| {
                let value = percent_encoding::percent_decode_str(value).decode_utf8().unwrap();
                (name.to_owned(), value.into_owned())
            })
            .collect();
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["code_challenge_method"], "S256");
        assert_eq!(asked["client_id"], CLIENT);
        assert!(
            asked["scope"].contains("openid") && asked["redirect_uri"].ends_with("/sign-in/provider/return")
        );
        let code = format!("code-{}", fake.codes.lock().unwrap().len() + *fake.given.lock().unwrap() * 100);
        let granted = (asked["nonce"].clone(), asked["code_challenge"].clone());
        fake.codes.lock().unwrap().insert(code.clone(), granted);
        Self { code, state: asked["state"].clone() }
    }

    async fn end(&self, visitor: &Visitor, more: &str) -> Answer {
        let path = format!("/sign-in/provider/return?code={}&state={}{more}", self.code, self.state);
        visitor.get(&path).await
    }
}

/// A journey through the provider as it behaves now, from a browser of its own.
async fn attempt(fake: &Fake, node: &Node, more: &str) -> (Answer, Visitor) {
    let visitor = node.visitor();
    let journey = Journey::begin(fake, &visitor).await;
    (journey.end(&visitor, more).await, visitor)
}

async fn is_in(visitor: &Visitor) -> bool {
    visitor.get("/account").await.status == 200
}

/// A ward's clerk whom an administrator has linked to the provider's subject.
async fn linked(db: &TestDb) -> (Fake, Node) {
    let fake = Fake::start().await;
    let node = fake.of(&Node::over(db).await);
    let mai = node.hire("mai", WARD, &[Role::Reception]).await;
    let admin = node.hire("quantri", "H35.01", &[Role::Administrator]).await;
    let admin = node.signed_in(&admin).await;
    let path = format!("/people/{}/identity", mai.id);
    let done = admin.post(&path, &[("subject", SUBJECT), ("current", PASSWORD)]).await;
    assert_eq!(done.status, 303, "{}", done.text);
    (fake, node)
}

on_both! {
    async fn whoever_is_linked_signs_in_at_the_provider(db: TestDb) {
        let (fake, node) = linked(&db).await;
        for signed in [Signed::Es256, Signed::Rs256] {
            fake.be(Manner { signed, ..Manner::default() });
            let (answer, visitor) = attempt(&fake, &node, "").await;
            assert_eq!((answer.status, answer.location()), (303, "/account"), "{signed:?}: {}", answer.text);
            visitor.get("/account").await.shows("Người mai");
        }
        node.visitor().get("/sign-in").await.shows("/sign-in/provider?next=");
        // What is stored does not say who somebody is at the provider.
        let kept = node.count("select count(*) from identities where issuer like '%vneid%'").await;
        assert_eq!(kept, 0);
        let told = node.count("select count(*) from audit where detail like '%vneid%' or subject like '%vneid%'").await;
        assert_eq!(told, 0);
    }

    /// An answer counts once, in the browser that asked, within its ten minutes.
    async fn an_answer_counts_once_and_only_where_it_was_asked_for(db: TestDb) {
        let (fake, node) = linked(&db).await;
        let visitor = node.visitor();
        let journey = Journey::begin(&fake, &visitor).await;
        let before = visitor.cookies.lock().unwrap().clone();

        // Somebody else's browser, with and without a journey of its own.
        let victim = node.visitor();
        assert_eq!(journey.end(&victim, "").await.status, 403);
        let own = Journey::begin(&fake, &victim).await;
        assert_eq!(journey.end(&victim, "").await.status, 403, "another one's state");
        assert!(!is_in(&victim).await);
        assert_eq!(own.end(&victim, "").await.status, 303, "its own is still good");

        assert_eq!(journey.end(&visitor, "").await.status, 303);
        // The same again, as from the history of a shared machine; the provider would even take the code.
        let thief = node.visitor();
        *thief.cookies.lock().unwrap() = before;
        fake.codes.lock().unwrap().insert(journey.code.clone(), (String::new(), String::new()));
        let given = *fake.given.lock().unwrap();
        assert_eq!(journey.end(&thief, "").await.status, 403);
        assert!(!is_in(&thief).await);
        assert_eq!(*fake.given.lock().unwrap(), given, "the provider was not even asked");

        let late = node.visitor();
        let journey = Journey::begin(&fake, &late).await;
        let eleven = node.at(at(NOW).plus(SignedDuration::from_mins(11)));
        assert_eq!(journey.end(&late.before(&eleven), "").await.status, 403);
        assert!(!is_in(&late).await);
    }
}

/// S19: each of these tokens is a lie, and none opens the door.
#[test]
fn no_token_is_believed_that_was_not_made_for_this_sign_in() {
    on_sqlite(|db| async move {
        let (fake, node) = linked(&db).await;
        let now = at(NOW).seconds();
        let lies: Vec<(&str, Manner)> = [
            ("no signature", Signed::None),
            ("signed with our own secret", Signed::Hs256),
            ("signed by a stranger", Signed::ByAStranger),
            ("changed after it was signed", Signed::ThenChanged),
        ]
        .map(|(lie, signed)| (lie, Manner { signed, ..Manner::default() }))
        .into_iter()
        .chain(
            [
                ("made for another client", json!({ "aud": "another" })),
                ("made for others as well", json!({ "aud": [CLIENT, "another"] })),
                ("made for nobody", json!({ "aud": null })),
                ("handed out to another party", json!({ "azp": "another" })),
                ("from another issuer", json!({ "iss": "https://dangnhap.evil.example" })),
                ("from nobody", json!({ "iss": null })),
                ("for another question", json!({ "nonce": "another" })),
                ("for no question", json!({ "nonce": null })),
                ("expired", json!({ "exp": now })),
                ("without an end", json!({ "exp": null })),
                ("issued an hour ago", json!({ "iat": now - 3_600, "exp": now + 300 })),
                ("from the future", json!({ "iat": now + 3_600, "exp": now + 7_200 })),
                ("of nobody", json!({ "sub": null })),
            ]
            .map(|(lie, claims)| (lie, Manner { claims, ..Manner::default() })),
        )
        .collect();
        for (lie, manner) in lies {
            fake.be(manner);
            let before = node.audited().await;
            let (answer, visitor) = attempt(&fake, &node, "").await;
            assert_eq!(answer.status, 403, "{lie}: {}", answer.text);
            assert!(!is_in(&visitor).await, "{lie}");
            assert_eq!(node.audited().await - before, 1, "{lie}: the attempt is on the log");
            for told in ["nonce", "signature", "audience", "Expired"] {
                answer.hides(told);
            }
        }
        fake.be(Manner::default());
        assert_eq!(attempt(&fake, &node, "").await.0.status, 303, "the truth is still believed");
    });
}

/// S19: an answer that another provider gives is not taken to this one (mix-up), and a provider that
/// calls itself by another's name is none.
#[test]
fn nobody_answers_in_anothers_name() {
    on_sqlite(|db| async move {
        let (fake, node) = linked(&db).await;
        let given = || *fake.given.lock().unwrap();
        let before = given();
        let (answer, visitor) = attempt(&fake, &node, "&iss=https%3A%2F%2Fdangnhap.evil.example").await;
        assert_eq!(answer.status, 403);
        assert!(!is_in(&visitor).await);
        assert_eq!(given(), before, "no code is carried to the wrong provider");

        fake.be(Manner { names_itself_in_answers: true, ..Manner::default() });
        let fresh = fake.of(&node);
        assert_eq!(attempt(&fake, &fresh, "").await.0.status, 403, "it says that it says so, and does not");
        let named = format!("&iss={}", fake.issuer.replace(':', "%3A").replace('/', "%2F"));
        assert_eq!(attempt(&fake, &fresh, &named).await.0.status, 303);

        fake.be(Manner { calls_itself: Some("https://dangnhap.example.vn".into()), ..Manner::default() });
        assert_eq!(fake.of(&node).visitor().get("/sign-in/provider").await.status, 403);
        assert_eq!(
            node.visitor().get("/sign-in/provider/return?error=access_denied&state=x").await.status,
            403
        );
    });
}

/// S19: neither an e-mail address nor a name links an account; an administrator does, for one account
/// at a time, and a closed account stays closed.
#[test]
fn only_an_administrator_links_an_account() {
    on_sqlite(|db| async move {
        let (fake, node) = linked(&db).await;
        fake.be(Manner { claims: json!({ "sub": "another-person" }), ..Manner::default() });
        let (answer, visitor) = attempt(&fake, &node, "").await;
        assert_eq!(answer.status, 403, "the same e-mail address as an account's is nothing");
        answer.shows("another-person");
        assert!(!is_in(&visitor).await);

        let yen = node.hire("yen", WARD, &[Role::Specialist]).await;
        let admin = node.hire("quantri2", "H35.01", &[Role::Administrator]).await;
        let admin = node.signed_in(&admin).await;
        let path = format!("/people/{}/identity", yen.id);
        let taken = admin.post(&path, &[("subject", SUBJECT), ("current", PASSWORD)]).await;
        assert_eq!(taken.status, 422, "one identity, one account");
        assert_eq!(admin.post(&path, &[("subject", " "), ("current", PASSWORD)]).await.status, 422);
        assert_eq!(node.signed_in(&yen).await.post(&path, &[("subject", "yen")]).await.status, 403);
        admin.get(&format!("/people/{}", yen.id)).await.shows("Mã định danh (sub)");
        admin.post(&path, &[("subject", "another-person"), ("current", PASSWORD)]).await;
        let (answer, visitor) = attempt(&fake, &node, "").await;
        assert_eq!(answer.status, 303);
        visitor.get("/account").await.shows("Người yen");

        admin.post(&format!("{path}/remove"), &[]).await;
        assert_eq!(attempt(&fake, &node, "").await.0.status, 403, "unlinked");
        admin.post(&path, &[("subject", "another-person"), ("current", PASSWORD)]).await;
        admin.post(&format!("/people/{}/state", yen.id), &[("active", "no")]).await;
        assert_eq!(attempt(&fake, &node, "").await.0.status, 403, "closed");
    });
}

/// S7: a second factor that is set up here is asked for after the provider as well.
#[test]
fn the_second_factor_stands_behind_the_provider_too() {
    on_sqlite(|db| async move {
        let (fake, node) = linked(&db).await;
        let id = node.count("select id from staff where login = 'mai'").await;
        let mai = db.read(async |tx| dunghen::store::staff::by_id(tx, id).await).await.unwrap().unwrap();
        crate::accounts::confirmed(&node, &mai).await;
        let (answer, visitor) = attempt(&fake, &node, "").await;
        assert_eq!(answer.status, 200);
        answer.shows("Xác thực hai lớp");
        assert!(!answer.input("ticket").is_empty());
        assert!(!is_in(&visitor).await);
    });
}

/// No word goes to a provider beyond this machine without TLS.
#[test]
fn a_provider_without_tls_is_refused() {
    for (issuer, good) in [
        ("https://dangnhap.example.vn", true),
        ("http://127.0.0.1:9000", true),
        ("http://dangnhap.example.vn", false),
        ("http://localhost.evil.example", false),
        ("không phải địa chỉ", false),
    ] {
        let settings = ProviderSettings {
            issuer: issuer.to_owned(),
            client_id: CLIENT.to_owned(),
            client_secret: SECRET.into(),
            redirect_url: "https://mot-cua.example.vn/sign-in/provider/return".to_owned(),
            extra_roots: None,
        };
        let made = Provider::new(settings);
        assert_eq!(made.is_ok(), good, "{issuer}");
        assert!(!format!("{made:?}").contains(SECRET));
    }
    // What links people is keyed: the same subject of two issuers is two people.
    on_sqlite(|db| async move {
        let node = Node::over(&db).await;
        let mai = node.hire("mai", WARD, &[Role::Reception]).await;
        let keeper = node.hire("quantri", WARD, &[Role::Administrator]).await;
        let (desk, by) = (node.desk(), actor(&keeper));
        let deed = async move |tx: &mut dunghen::db::Tx| {
            identity::link(tx, &desk, &by, mai.id, "https://a.example", SUBJECT).await?;
            let other = identity::holder(tx, &desk, "https://b.example", SUBJECT).await?;
            let same = identity::holder(tx, &desk, "https://a.example", SUBJECT).await?;
            Ok((other.is_none(), same.is_some()))
        };
        assert_eq!(db.write(deed).await.unwrap(), (true, true));
    });
}
