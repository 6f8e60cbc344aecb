//! S9, ASVS 7.4, 7.5: what was begun of signing in, and what was issued, ends with what it rested on; and
//! whoever gives power says once more who they are.

use dunghen::domain::staff::Role;
use dunghen::seal::{password, totp::Secret};
use dunghen::store;
use dunghen::store::staff::Person;
use dunghen::work::people::{self, Link};
use dunghen::work::sign_in::{self, Whence};
use jiff::SignedDuration;
use serde_json::json;

use crate::accounts::confirmed;
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};
use crate::world::*;

const NEW: &str = "năm con dê leo núi";

fn minutes(node: &Node, minutes: i64) -> Node {
    node.at(at(NOW).plus(SignedDuration::from_mins(minutes)))
}

fn code(node: &Node, secret: &Secret) -> String {
    secret.code(node.desk().now.seconds().div_euclid(30))
}

/// Sets `person`'s password by a link of the administrator's.
async fn by_link(node: &Node, admin: &Visitor, person: &Person) {
    let link =
        admin.post(&format!("/people/{}/link", person.id), &[("current", PASSWORD)]).await.shown_once();
    let token = link.split_once("token=").unwrap().1.to_owned();
    let fields = [("token", token.as_str()), ("password", NEW), ("again", NEW)];
    assert_eq!(node.visitor().from("10.1.1.1").post("/activate", &fields).await.status, 303);
}

async fn administrator(node: &Node) -> Visitor {
    let admin = node.hire("quantri", "H35.01", &[Role::Administrator]).await;
    node.signed_in(&admin).await
}

on_both! {
    /// S18, S31: whoever had the old password, and made a token by it, is out with it.
    async fn no_token_outlives_a_password_that_was_set_by_a_link(db: TestDb) {
        let node = Node::over(&db).await;
        let admin = administrator(&node).await;
        let mai = node.hire("mai", CENTRE, &[Role::Reception]).await;
        let fields = [("label", "máy"), ("unit", ""), ("days", "300"), ("write", "yes"), ("current", PASSWORD)];
        let token = node.signed_in(&mai).await.post("/account/tokens", &fields).await.shown_once();
        let header = format!("Bearer {token}");
        let ask = async || {
            let bearer = [("authorization", header.as_str())];
            node.visitor().send("GET", "/api/v1/dossiers", &Content::None, &bearer).await.status
        };
        // A link that nobody has followed yet changes nothing.
        admin.post(&format!("/people/{}/link", mai.id), &[("current", PASSWORD)]).await;
        assert_eq!(ask().await, 200);
        by_link(&node, &admin, &mai).await;
        assert_eq!(ask().await, 401);
    }

    /// S7, S9: that the password was right counts while it is, and the second factor the same.
    async fn what_waits_for_a_code_ends_with_what_it_rests_on(db: TestDb) {
        let node = Node::over(&db).await;
        let admin = administrator(&node).await;
        let names = ["khong", "doi", "quen", "go", "phien", "vaitro", "khoa"];
        for name in names {
            let person = node.hire(name, WARD, &[Role::Specialist]).await;
            let mut secret = confirmed(&node, &person).await;
            let here = minutes(&node, 1);
            let ticket = here.visitor().from("10.2.2.2").sign_in(name, PASSWORD).await.input("ticket");
            assert!(!ticket.is_empty(), "{name}");
            let admin = admin.before(&here);
            let path = |rest: &str| format!("/people/{}{rest}", person.id);
            match name {
                "doi" => {
                    let fields = [("current", PASSWORD), ("password", NEW), ("again", NEW)];
                    let own = here.signed_in(&person).await;
                    assert_eq!(own.post("/account/password", &fields).await.status, 303);
                }
                "quen" => by_link(&here, &admin, &person).await,
                "go" => {
                    let reset = admin.post(&path("/second-factor/reset"), &[("current", PASSWORD)]).await;
                    assert_eq!(reset.status, 303);
                    secret = confirmed(&here, &person).await;
                }
                "phien" => assert_eq!(admin.post(&path("/sessions/end"), &[]).await.status, 303),
                "vaitro" => {
                    let change = json!({ "roles": ["clerk"] });
                    assert_eq!(admin.json("PATCH", "/api/v1/people/vaitro", change).await.status, 200);
                }
                "khoa" => {
                    for active in ["no", "yes"] {
                        let fields = [("active", active), ("current", PASSWORD)];
                        assert_eq!(admin.post(&path("/state"), &fields).await.status, 303);
                    }
                }
                _ => {}
            }
            let there = minutes(&node, 3);
            let visitor = there.visitor().from("10.2.2.2");
            let fields = [("ticket", ticket.as_str()), ("code", &code(&there, &secret))];
            let proved = visitor.post("/sign-in/code", &fields).await;
            let expected = if name == "khong" { 303 } else { 401 };
            assert_eq!(proved.status, expected, "{name}: {}", proved.text);
            assert_eq!(visitor.cookies.lock().unwrap().is_empty(), name != "khong", "{name}");
        }
    }

    /// S9: of a password that is being tried and one that is being set, the old one lets nobody in,
    /// whichever is first.
    async fn nobody_comes_in_by_a_password_that_is_replaced_meanwhile(db: TestDb) {
        let node = Node::over(&db).await;
        let hash = password::hash(NEW).unwrap();
        let (mut let_in, rounds) = (0, if is_long() { 100 } else { 12 });
        for round in 0..rounds {
            let login = format!("nguoi{round}");
            let person = node.hire(&login, WARD, &[Role::Specialist]).await;
            let link = Link::generate();
            let (desk, given, actor, id) = (node.desk(), link.clone(), dunghen::domain::staff::Actor::system("H35".parse().unwrap()), person.id);
            let actor = dunghen::domain::staff::Actor::new(actor.staff_id, actor.unit, [Role::Administrator]);
            db.write(async move |tx| people::give_link(tx, &desk, &actor, id, &given).await).await.unwrap();
            let visitor = node.visitor().from(&format!("10.5.{round}.1"));
            let (desk, hash) = (node.desk(), hash.clone());
            let setting = async {
                // Somewhere within the time that the hashing takes.
                let before = sign_in_as(&node, &format!("ai{round}"), round % 4).await;
                let set = db.write(async move |tx| people::activate(tx, &desk, &link, &hash).await).await;
                (before, set.unwrap())
            };
            let (answer, _) = tokio::join!(visitor.sign_in(&login, PASSWORD), setting);
            assert!([303, 401].contains(&answer.status), "{}", answer.status);
            let_in += usize::from(answer.status == 303);
            assert_eq!(visitor.get("/account").await.status, 303, "round {round}: {}", answer.status);
        }
        println!("{let_in} of {rounds} came in before the password was set, and were put out again");

        // To the letter: what was proved in an epoch that is over begins nothing.
        let person = node.hire("mai", WARD, &[Role::Specialist]).await;
        let (id, desk) = (person.id, node.desk());
        let old = db.read(async |tx| store::staff::epoch(tx, id).await).await.unwrap();
        let fresh = hash.clone();
        db.write(async move |tx| {
            store::staff::set_password(tx, id, &fresh).await?;
            store::sessions::remove_all(tx, id, None).await.map(drop)
        }).await.unwrap();
        let now = db.read(async |tx| store::staff::epoch(tx, id).await).await.unwrap();
        let limits = dunghen::web::session::limits(&node.app.settings);
        for (epoch, comes_in) in [(old, false), (None, false), (now, true)] {
            let (desk, person) = (desk.clone(), person.clone());
            let deed = async move |tx: &mut dunghen::db::Tx| {
                sign_in::admit(tx, &desk, (&person, epoch), &[7; 32], limits, &Whence::default()).await
            };
            assert_eq!(db.write(deed).await.is_ok(), comes_in, "{epoch:?}");
        }
    }

    /// ASVS 7.5.3: whoever sits down at an unlocked screen gives nobody a role, a unit, a deputy's rights or
    /// a closed account back; what only takes away is done at once.
    async fn whoever_gives_power_says_once_more_who_they_are(db: TestDb) {
        let node = Node::over(&db).await;
        let admin = administrator(&node).await;
        let yen = node.hire("yen", WARD, &[Role::Specialist]).await;
        let thang = node.hire("thang", WARD, &[Role::UnitHead]).await;
        let (head, later) = (node.signed_in(&thang).await, minutes(&node, 20));
        let (admin, head) = (admin.before(&later), head.before(&later));
        let person = format!("/people/{}", yen.id);
        let change = async |proof: &str| {
            let fields = [("name", "Người yen"), ("email", ""), ("unit", WARD), ("roles", "administrator"), ("current", proof)];
            admin.post(&person, &fields).await
        };
        let open = async |proof: &str| {
            admin.post(&format!("{person}/state"), &[("active", "yes"), ("current", proof)]).await
        };
        let deputy = yen.id.to_string();
        let lend = async |who: &Visitor, path: &str, proof: &str| {
            let fields = [("deputy", deputy.as_str()), ("from_on", "2026-11-23"), ("to_on", "2026-11-24"), ("current", proof)];
            who.post(path, &fields).await
        };
        let by_admin = format!("/people/{}/stand-in", thang.id);
        let state = async || {
            let roles = node.count("select count(*) from staff where login = 'yen' and cast(roles as text) like '%administrator%'").await;
            (roles, node.count("select count(*) from duties").await)
        };
        for wrong in ["", "sai rồi nhé"] {
            let refused = change(wrong).await;
            assert_eq!(refused.status, 422, "{wrong:?}");
            refused.shows("Mật khẩu hiện nay chưa đúng");
            refused.shows("value=\"administrator\" checked");
            assert_eq!(lend(&head, "/account/stand-in", wrong).await.status, 422);
        }
        // Five wrong ones would be too many.
        assert_eq!(open("").await.status, 422);
        assert_eq!(lend(&admin, &by_admin, "").await.status, 422);
        for body in [json!({ "roles": ["administrator"] }), json!({ "unit": OTHER }), json!({ "email": "a@b.vn" }), json!({ "active": true })] {
            let refused = admin.json("PATCH", "/api/v1/people/yen", body).await;
            assert_eq!((refused.status, refused.body()["field"].clone()), (403, json!("current")));
            refused.shows("5 phút");
        }
        assert_eq!(state().await, (0, 0));
        // What takes away waits for nothing.
        assert_eq!(admin.json("PATCH", "/api/v1/people/yen", json!({ "active": false })).await.status, 200);
        assert_eq!(admin.post(&format!("{person}/sessions/end"), &[]).await.status, 303);
        // With the password all of it is done; so it is just after signing in, how long the settings say.
        assert_eq!(open(PASSWORD).await.status, 303);
        assert_eq!(lend(&head, "/account/stand-in", PASSWORD).await.status, 303);
        assert_eq!(change(PASSWORD).await.status, 303);
        assert_eq!(state().await, (1, 2));
        let mut settings = (*node.app.settings).clone();
        settings.sign_in.proof_min = 21.try_into().unwrap();
        let patient = later.with(|app| app.settings = settings.into());
        let renamed = admin.before(&patient).json("PATCH", "/api/v1/people/yen", json!({ "roles": ["clerk"] })).await;
        assert_eq!(renamed.status, 200, "{}", renamed.text);
    }

    /// S5, ASVS 6.1.1: whoever knows a password and guesses at its codes keeps nobody out on a device of
    /// theirs, and elsewhere only after many.
    async fn guesses_at_codes_do_not_shut_their_owner_out(db: TestDb) {
        let node = Node::over(&db).await;
        let thang = node.hire("thang", WARD, &[Role::UnitHead]).await;
        // On this device the owner has signed in before there was a second factor.
        let known = node.visitor().from("10.6.1.1");
        assert_eq!(known.sign_in("thang", PASSWORD).await.status, 303);
        let secret = confirmed(&node, &thang).await;
        let guess = async |after: i64, from: &str, times: usize| {
            let thief = minutes(&node, after).visitor().from(from);
            let ticket = thief.sign_in("thang", PASSWORD).await.input("ticket");
            let mut looked = 0;
            for guess in 0..times {
                let wrong = format!("{guess:06}");
                let answer = thief.post("/sign-in/code", &[("ticket", &ticket), ("code", &wrong)]).await;
                looked += usize::from(answer.status != 429);
            }
            looked
        };
        let enters = async |visitor: &Visitor, after: i64| {
            let there = minutes(&node, after);
            let visitor = visitor.before(&there);
            let ticket = visitor.sign_in("thang", PASSWORD).await.input("ticket");
            visitor.post("/sign-in/code", &[("ticket", &ticket), ("code", &code(&there, &secret))]).await.status
        };
        assert_eq!(guess(0, "10.7.1.1", 30).await, 5, "from one network");
        let elsewhere = node.visitor().from("10.6.2.1");
        assert_eq!(enters(&elsewhere, 1).await, 303, "another network is none of the thief's");
        let mut looked = 0;
        for network in 2..8 {
            looked += guess(2, &format!("10.7.{network}.1"), 10).await;
        }
        assert_eq!(looked, 15, "twenty from all networks");
        assert_eq!(enters(&node.visitor().from("10.6.3.1"), 2).await, 429, "then a strange device waits");
        assert_eq!(enters(&known, 3).await, 303, "and the owner's own does not");
    }
}

/// Something that takes about a quarter of the time of a sign-in for each of `parts`.
async fn sign_in_as(node: &Node, login: &str, parts: i32) -> u16 {
    let mut last = 0;
    for part in 0..parts {
        last = node
            .visitor()
            .from(&format!("10.9.{part}.1"))
            .get(&format!("/tra-cuu?code={login}"))
            .await
            .status;
    }
    last
}
