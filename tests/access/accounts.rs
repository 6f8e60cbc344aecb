//! S6, S7, S31: accounts are opened by one-time links, kept by administrators, proved by two factors.

use dunghen::domain::staff::Role;
use dunghen::seal::totp::Secret;
use dunghen::store;
use dunghen::work::people::{self, Link, Particulars};
use jiff::SignedDuration;
use serde_json::json;

use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};
use crate::world::*;

pub fn path_of(link: &str) -> String {
    let (_, path) = link.split_once("/activate").expect("a link");
    format!("/activate{path}")
}

async fn admin_of(node: &Node) -> Visitor {
    let admin = node.hire("quantri", "H35.01", &[Role::Administrator]).await;
    node.signed_in(&admin).await
}

const NEW: [(&str, &str); 6] = [
    ("current", PASSWORD),
    ("login", "seo"),
    ("name", "Lý Seo Phà"),
    ("email", "seo@laichau.example"),
    ("unit", WARD),
    ("roles", "specialist"),
];

on_both! {
    /// S31: nobody but its owner ever knows a password; the link is good once and for an hour.
    async fn an_account_is_opened_by_its_link_once_and_within_an_hour(db: TestDb) {
        let node = Node::over(&db).await;
        let admin = admin_of(&node).await;
        let made = admin.post("/people", &NEW).await;
        assert_eq!(made.status, 200, "{}", made.text);
        made.shows("Chờ kích hoạt");
        let link = path_of(&made.shown_once());
        admin.get("/people?q=seo").await.hides("activate?token");
        assert_eq!(node.visitor().sign_in("seo", "").await.status, 401, "no password opens it");
        node.visitor().get(&link).await.shows("Lý Seo Phà");
        let token = link.split_once('=').unwrap().1.to_owned();
        let set = async |node: &Node, password: &str, again: &str| {
            let fields = [("token", token.as_str()), ("password", password), ("again", again)];
            node.visitor().from("10.1.1.1").post("/activate", &fields).await
        };
        assert_eq!(set(&node, PASSWORD, "khác").await.status, 422);
        for weak in ["ngắn", "123456789012", "lyseophalyseo", "matkhau123456"] {
            assert_eq!(set(&node, weak, weak).await.status, 422, "{weak}");
        }
        let hour = node.at(at(NOW).plus(SignedDuration::from_hours(1)));
        assert_eq!(set(&hour, PASSWORD, PASSWORD).await.status, 404, "an hour later");
        assert_eq!(set(&node, PASSWORD, PASSWORD).await.status, 303);
        assert_eq!(set(&node, PASSWORD, PASSWORD).await.status, 404, "a second time");
        assert_eq!(node.visitor().sign_in("seo", PASSWORD).await.status, 303);
        let stored = node.count("select count(*) from activations").await;
        assert_eq!(stored, 0);
    }

    /// The first administrator is made by whoever has the machine, and only while there is none.
    async fn the_first_administrator_comes_by_a_link_and_only_the_first(db: TestDb) {
        let node = Node::over(&db).await;
        let bootstrap = async |node: &Node| {
            let (desk, link) = (node.desk(), Link::generate());
            let url = link.url(&desk);
            let of = Particulars {
                name: "Quản trị".to_owned(),
                email: None,
                unit: "H35".to_owned(),
                roles: vec![Role::Administrator],
            };
            let made = db.write(async move |tx| people::bootstrap(tx, &desk, "quantri", &of, &link).await).await;
            made.map(|_| path_of(&url))
        };
        let first = bootstrap(&node).await.unwrap();
        // The first link was lost: another takes its place.
        let second = bootstrap(&node).await.unwrap();
        assert_eq!(node.visitor().get(&first).await.status, 404);
        let token = second.split_once('=').unwrap().1.to_owned();
        let fields = [("token", token.as_str()), ("password", PASSWORD), ("again", PASSWORD)];
        let visitor = node.visitor();
        assert_eq!(visitor.post("/activate", &fields).await.status, 303);
        assert_eq!(visitor.get("/people").await.status, 200);
        assert!(bootstrap(&node).await.is_err(), "there is one now");
        // Whoever keeps the accounts can't lock everybody out.
        let id = node.count("select id from staff where login = 'quantri'").await;
        let csrf = visitor.get("/people").await.input("csrf");
        let visitor = Visitor { csrf, ..visitor };
        let closed = visitor.post(&format!("/people/{id}/state"), &[("active", "no")]).await;
        assert_eq!(closed.status, 409);
        closed.shows("người quản trị cuối cùng");
    }

    /// S7: a code counts once; a lost telephone is made up for by a recovery code, once.
    async fn the_second_factor_is_asked_for_and_each_code_counts_once(db: TestDb) {
        let node = Node::over(&db).await;
        let thang = node.hire("thang", WARD, &[Role::UnitHead]).await;
        let visitor = node.signed_in(&thang).await;
        visitor.post("/account/second-factor/begin", &[("password", PASSWORD)]).await;
        let page = visitor.get("/account/second-factor").await;
        page.shows("class=\"qr\"");
        let typed = page.shown_once().replace(' ', "");
        assert_eq!(typed.len(), 32);
        let secret = proposed(&node, thang.id).await;
        assert_eq!(secret.typed(), typed);
        let code = |node: &Node| secret.code(node.desk().now.seconds().div_euclid(30));
        assert_eq!(visitor.post("/account/second-factor/confirm", &[("code", "000000")]).await.status, 422);
        let on = visitor.post("/account/second-factor/confirm", &[("code", &code(&node))]).await;
        let recovery: Vec<&str> = on.text.split("<li class=\"code\">").skip(1).filter_map(|rest| rest.split('<').next()).collect();
        assert_eq!(recovery.len(), 10, "{}", on.text);
        visitor.get("/account/second-factor").await.hides(recovery[0]);

        let later = |minutes| node.at(at(NOW).plus(SignedDuration::from_mins(minutes)));
        let enter = async |node: &Node, code: &str| {
            let visitor = node.visitor().from("10.2.2.2");
            let asked = visitor.sign_in("thang", PASSWORD).await;
            asked.shows("Xác thực hai lớp");
            assert!(visitor.cookies.lock().unwrap().is_empty(), "no session before the code");
            let ticket = asked.input("ticket");
            let proved = visitor.post("/sign-in/code", &[("ticket", &ticket), ("code", code)]).await;
            (proved.status, visitor, ticket)
        };
        assert_eq!(enter(&node, &code(&node)).await.0, 401, "the code that set it up counts no second time");
        let one = later(1);
        let (status, visitor, ticket) = enter(&one, &code(&one)).await;
        assert_eq!(status, 303);
        assert_eq!(visitor.get("/account").await.status, 200);
        assert_eq!(enter(&one, &code(&one)).await.0, 401, "again");
        let replayed = visitor.post("/sign-in/code", &[("ticket", &ticket), ("code", &code(&one))]).await;
        assert_eq!(replayed.status, 401);
        let late = later(7);
        let stale = late.visitor().post("/sign-in/code", &[("ticket", &ticket), ("code", &code(&late))]).await;
        assert_eq!(stale.status, 401, "a ticket lasts five minutes");
        let ten = later(10);
        assert_eq!(enter(&ten, recovery[3]).await.0, 303);
        assert_eq!(enter(&ten, recovery[3]).await.0, 401, "a recovery code counts once");
        assert_eq!(enter(&ten, &recovery[4].to_lowercase().replace('-', " ")).await.0, 303);

        let body = json!({ "name": "thang", "password": PASSWORD });
        assert_eq!(later(20).visitor().json("POST", "/api/v1/sign-in", body.clone()).await.status, 401);
        let mut whole = body;
        whole["code"] = json!(code(&later(20)));
        assert_eq!(later(20).visitor().json("POST", "/api/v1/sign-in", whole).await.status, 200);
    }

    /// S7: a second factor is guessed at no faster than a password.
    async fn codes_are_guessed_slowly(db: TestDb) {
        let node = Node::over(&db).await;
        let thang = node.hire("thang", WARD, &[Role::UnitHead]).await;
        confirmed(&node, &thang).await;
        let ticket = node.visitor().sign_in("thang", PASSWORD).await.input("ticket");
        let mut looked = 0;
        for guess in 0..300 {
            let visitor = node.visitor().from(&format!("10.4.{}.1", guess % 250));
            let answer = visitor.post("/sign-in/code", &[("ticket", &ticket), ("code", &format!("{guess:06}"))]).await;
            looked += usize::from(answer.status != 429);
        }
        assert_eq!(looked, 20, "of three hundred, from as many networks");
    }

    /// ORG-01, ORG-02: another unit or role from a day on, and a deputy for a head who is away.
    async fn roles_hold_from_their_day_and_a_deputy_for_the_days_of_absence(db: TestDb) {
        let node = Node::over(&db).await;
        let admin = admin_of(&node).await;
        let yen = node.hire("yen", WARD, &[Role::Specialist]).await;
        let thang = node.hire("thang", WARD, &[Role::UnitHead]).await;
        let on = |day: &str| node.at(at(&format!("{day}T09:00:00+07:00")));
        let sees_letters = async |day: &str| {
            let node = on(day);
            node.signed_in(&yen).await.get("/outbox").await.status
        };
        let head = node.signed_in(&thang).await;
        let named = head
            .post("/account/stand-in", &[("deputy", &yen.id.to_string()), ("from_on", "2026-12-01"), ("to_on", "2026-12-04"), ("current", PASSWORD)])
            .await;
        assert_eq!(named.status, 303, "{}", named.text);
        for (day, expected) in [("2026-11-30", 403), ("2026-12-01", 200), ("2026-12-04", 200), ("2026-12-05", 403)] {
            assert_eq!(sees_letters(day).await, expected, "{day}");
        }
        // Back early, the head takes the deputy's time back.
        let duty = node.count("select id from duties where stands_in_for is not null").await;
        assert_eq!(head.post("/account/stand-in/end", &[("duty", &duty.to_string())]).await.status, 303);
        assert_eq!(sees_letters("2026-12-02").await, 403);

        let change = json!({ "unit": OTHER, "roles": ["unit_head"], "from": "2027-01-04" });
        assert_eq!(admin.json("PATCH", "/api/v1/people/yen", change).await.status, 200);
        let unit_on = async |day: &str| on(day).signed_in(&yen).await.get("/account").await.text;
        assert!(unit_on("2027-01-03").await.contains("phường Đoàn Kết"));
        let moved = unit_on("2027-01-04").await;
        assert!(!moved.contains("phường Đoàn Kết") && moved.contains("Thủ trưởng"), "{moved}");
        // Lists of colleagues follow once the term is settled.
        let desk = on("2027-01-04").desk();
        assert_eq!(db.write(async move |tx| people::settle_terms(tx, &desk).await).await.unwrap(), 1);
        let there = db.read(async |tx| store::staff::of_unit(tx, OTHER).await).await.unwrap();
        assert!(there.iter().any(|person| person.id == yen.id));
    }

    /// Only a colleague of the same unit stands in, and only for whoever leads.
    async fn nobody_gets_a_heads_rights_by_the_way(db: TestDb) {
        let node = Node::over(&db).await;
        let yen = node.hire("yen", WARD, &[Role::Specialist]).await;
        let outsider = node.hire("khac", OTHER, &[Role::Specialist]).await;
        let thang = node.hire("thang", WARD, &[Role::UnitHead]).await;
        let name = async |by: &dunghen::store::staff::Person, deputy: i64, from: &str, to: &str| {
            let fields = [("deputy", deputy.to_string()), ("from_on", from.to_owned()), ("to_on", to.to_owned()), ("current", PASSWORD.to_owned())];
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            node.signed_in(by).await.post("/account/stand-in", &fields).await.status
        };
        assert_eq!(name(&thang, outsider.id, "2026-12-01", "2026-12-04").await, 422);
        assert_eq!(name(&thang, thang.id, "2026-12-01", "2026-12-04").await, 422);
        assert_eq!(name(&thang, yen.id, "2026-11-22", "2026-12-04").await, 422, "in the past");
        assert_eq!(name(&thang, yen.id, "2026-12-04", "2026-12-01").await, 422, "backwards");
        assert_eq!(name(&thang, yen.id, "2026-12-01", "2028-12-01").await, 422, "too long");
        assert_eq!(name(&yen, thang.id, "2026-12-01", "2026-12-04").await, 422, "leads nobody");
        let other = node.signed_in(&yen).await;
        let fields = [("deputy", yen.id.to_string()), ("from_on", "2026-12-01".to_owned()), ("to_on", "2026-12-04".to_owned())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(other.post(&format!("/people/{}/stand-in", thang.id), &fields).await.status, 403);
        assert_eq!(node.count("select count(*) from duties").await, 0);
    }
}

on_both! {
    /// ASVS 7.5: whoever sits down at an unlocked screen makes no way in for later.
    async fn who_one_is_is_asked_again_before_what_lets_somebody_in_later(db: TestDb) {
        let node = Node::over(&db).await;
        let thang = node.hire("thang", WARD, &[Role::UnitHead]).await;
        let visitor = node.signed_in(&thang).await;
        let token = async |visitor: &Visitor, current: &str| {
            let fields = [("label", "máy quét"), ("unit", ""), ("days", "30"), ("write", ""), ("current", current)];
            visitor.post("/account/tokens", &fields).await
        };
        let begin = async |visitor: &Visitor, password: &str| {
            visitor.post("/account/second-factor/begin", &[("password", password)]).await
        };
        for wrong in ["", "sai rồi nhé"] {
            let refused = token(&visitor, wrong).await;
            assert_eq!(refused.status, 422);
            refused.shows("Mật khẩu hiện nay chưa đúng");
            refused.shows("máy quét");
            assert_eq!(begin(&visitor, wrong).await.status, 422);
        }
        assert_eq!(node.count("select count(*) from api_tokens").await, 0);
        assert_eq!(node.count("select count(*) from second_factors").await, 0);
        assert_eq!(node.count("select count(*) from audit where action = 'sign_in_failed'").await, 4);
        // A right one starts the count afresh, as at the door.
        assert_eq!(token(&visitor, PASSWORD).await.status, 200);
        let secret = confirmed(&node, &thang).await;

        // The code of now proves it as well, and counts once.
        let later = node.at(at(NOW).plus(SignedDuration::from_mins(2)));
        let there = later.signed_in(&thang).await;
        let code = secret.code(later.desk().now.seconds().div_euclid(30));
        assert_eq!(token(&there, &code).await.status, 200);
        assert_eq!(token(&there, &code).await.status, 422, "a second time");
        let change = async |visitor: &Visitor, password: &str| {
            visitor.post("/account/second-factor/change", &[("password", password), ("deed", "off")]).await.status
        };
        assert_eq!(change(&there, "").await, 422);
        assert_eq!(node.count("select count(*) from second_factors").await, 1);
        assert_eq!(change(&there, PASSWORD).await, 303);

        // Guessing gets slow here as it does at the door.
        let mut looked = 0;
        for guess in 0..30 {
            let answer = if guess % 2 == 0 { token(&there, "đoán mò").await } else { begin(&there, "đoán mò").await };
            looked += usize::from(answer.status != 429);
        }
        assert_eq!(looked, 5);
        assert_eq!(token(&there, PASSWORD).await.status, 429, "also with the right one");
        assert_eq!(node.count("select count(*) from api_tokens").await, 2);
    }

    /// Whoever takes a second factor from somebody else says once more who they are.
    async fn an_administrator_is_asked_again_before_a_second_factor_is_taken_away(db: TestDb) {
        let node = Node::over(&db).await;
        let thang = node.hire("thang", WARD, &[Role::UnitHead]).await;
        confirmed(&node, &thang).await;
        let admin = admin_of(&node).await;
        let path = format!("/people/{}/second-factor/reset", thang.id);
        assert_eq!(admin.post(&path, &[]).await.status, 422);
        assert_eq!(admin.post(&path, &[("current", "sai rồi nhé")]).await.status, 422);
        assert_eq!(node.count("select count(*) from second_factors").await, 1);
        assert_eq!(admin.post(&path, &[("current", PASSWORD)]).await.status, 303);
        assert_eq!(node.count("select count(*) from second_factors").await, 0);
    }

    /// S31: whoever sits down at an administrator's screen makes no way in: neither a link to an account,
    /// the administrator's own among them, nor an account.
    async fn an_administrator_is_asked_again_before_anybody_is_let_in_by_a_link(db: TestDb) {
        let node = Node::over(&db).await;
        let admin = admin_of(&node).await;
        let own = node.count("select id from staff where login = 'quantri'").await;
        let yen = node.hire("yen", WARD, &[Role::Specialist]).await;
        let hour = admin.before(&node.at(at(NOW).plus(SignedDuration::from_mins(20))));
        for wrong in ["", "sai rồi nhé"] {
            let proof = ("current", wrong);
            let account: Vec<_> = NEW.into_iter().filter(|(name, _)| *name != "current").chain([proof]).collect();
            let refused = hour.post("/people", &account).await;
            assert_eq!(refused.status, 422);
            refused.shows("Mật khẩu hiện nay chưa đúng");
            refused.shows("Lý Seo Phà");
            assert_eq!(hour.post(&format!("/people/{own}/link"), &[proof]).await.status, 422);
        }
        let new = json!({ "login": "may", "name": "Máy", "unit": WARD, "roles": ["administrator"] });
        for (path, body) in [("/api/v1/people", new.clone()), ("/api/v1/people/yen/link", json!({}))] {
            let refused = hour.json("POST", path, body).await;
            assert_eq!((refused.status, refused.body()["field"].clone()), (403, json!("current")), "{path}");
        }
        assert_eq!(node.count("select count(*) from activations").await, 0);
        assert_eq!(node.count("select count(*) from staff where login in ('seo', 'may')").await, 0);
        // With the password, just after signing in, and by a program that was let in with it.
        assert_eq!(hour.post(&format!("/people/{}/link", yen.id), &[("current", PASSWORD)]).await.status, 200);
        assert_eq!(admin.json("POST", "/api/v1/people/yen/link", json!({})).await.status, 200);
        let fields = [("label", "máy"), ("unit", ""), ("days", "30"), ("write", "yes"), ("current", PASSWORD)];
        let header = format!("Bearer {}", hour.post("/account/tokens", &fields).await.shown_once());
        let bearer = [("authorization", header.as_str())];
        let later = node.at(at(NOW).plus(SignedDuration::from_hours(48)));
        let made = later.visitor().send("POST", "/api/v1/people", &Content::Json(new), &bearer).await;
        assert_eq!(made.status, 201, "{}", made.text);
    }

    /// Whoever signs in at the provider alone proves it by having done so just now.
    async fn who_has_no_password_is_asked_to_sign_in_anew(db: TestDb) {
        let node = Node::over(&db).await;
        let mai = node.hire("mai", WARD, &[Role::Reception]).await;
        let visitor = node.signed_in(&mai).await;
        let forget = async |tx: &mut dunghen::db::Tx| tx.query("update staff set password_hash = null").execute().await;
        db.write(forget).await.unwrap();
        let issue = async |minutes: i64| {
            let later = node.at(at(NOW).plus(SignedDuration::from_mins(minutes)));
            let fields = [("label", "máy quét"), ("unit", ""), ("days", "30"), ("write", "")];
            visitor.before(&later).post("/account/tokens", &fields).await.status
        };
        assert_eq!((issue(4).await, issue(5).await), (200, 403));
        assert_eq!(node.count("select count(*) from api_tokens").await, 1);
        // There is nothing that they could have guessed at, and so nothing that counts against them.
        for _ in 0..10 {
            assert_eq!(issue(5).await, 403);
        }
        assert_eq!(node.count("select count(*) from audit where action = 'sign_in_failed'").await, 0);
    }

    /// Nobody is asked for a password that they have not: a browser would not send the form without it.
    async fn no_form_asks_for_a_password_that_its_reader_has_not(db: TestDb) {
        let node = Node::over(&db).await;
        let quan = node.hire("quan", WARD, &[Role::Administrator, Role::UnitHead]).await;
        let hoa = node.hire("hoa", WARD, &[Role::UnitHead]).await;
        let (visitor, with_factor) = (node.signed_in(&quan).await, node.signed_in(&hoa).await);
        with_factor.post("/account/second-factor/begin", &[("password", PASSWORD)]).await;
        let code = proposed(&node, hoa.id).await.code(node.desk().now.seconds().div_euclid(30));
        assert_eq!(with_factor.post("/account/second-factor/confirm", &[("code", &code)]).await.status, 200);
        let person = format!("/people/{}", hoa.id);
        let pages = ["/account", "/account/second-factor", "/people/new", person.as_str()];
        let (typed, anew) = ("autocomplete=\"current-password\" required", "đăng nhập lại bên nhà cung cấp rồi làm ngay");
        let hint = "Hoặc mã xác thực hai lớp đang hiện trên điện thoại.";
        for page in pages {
            let shown = visitor.get(page).await;
            shown.shows(typed);
            shown.shows(hint);
            shown.hides(anew);
        }
        let forget = async |tx: &mut dunghen::db::Tx| tx.query("update staff set password_hash = null").execute().await;
        db.write(forget).await.unwrap();
        let later = node.at(at(NOW).plus(SignedDuration::from_mins(5)));
        for page in pages {
            let fresh = visitor.get(page).await;
            assert_eq!(fresh.status, 200, "{page}");
            fresh.hides(typed);
            fresh.hides(anew);
            let stale = visitor.before(&later).get(page).await;
            stale.hides(typed);
            stale.shows(anew);
        }
        let deputy = [("deputy", hoa.id.to_string()), ("from_on", "2026-11-23".to_owned()), ("to_on", "2026-12-04".to_owned())];
        let deputy: Vec<(&str, &str)> = deputy.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(visitor.post("/account/stand-in", &deputy).await.status, 303, "as the browser sends it");
        let coded = with_factor.before(&later).get("/account").await;
        coded.shows("autocomplete=\"one-time-code\" required");
        coded.hides(typed);
    }

    /// S9, ORG-02: a closed account lends nothing and borrows nothing, and gets none of it back.
    async fn all_that_hangs_on_an_account_ends_when_it_is_closed(db: TestDb) {
        let node = Node::over(&db).await;
        let admin = admin_of(&node).await;
        let yen = node.hire("yen", WARD, &[Role::Specialist]).await;
        let thang = node.hire("thang", WARD, &[Role::UnitHead]).await;
        let deputy = node.signed_in(&yen).await;
        let stand_in = async |head: &Visitor, deputy: i64| {
            let fields = [("deputy", deputy.to_string()), ("from_on", "2026-11-23".to_owned()), ("to_on", "2026-12-04".to_owned()), ("current", PASSWORD.to_owned())];
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            assert_eq!(head.post("/account/stand-in", &fields).await.status, 303);
        };
        let state = async |id: i64, active: &str| {
            let fields = [("active", active), ("current", PASSWORD)];
            assert_eq!(admin.post(&format!("/people/{id}/state"), &fields).await.status, 303);
        };
        let head = node.signed_in(&thang).await;
        stand_in(&head, yen.id).await;
        let fields = [("label", "máy"), ("unit", ""), ("days", "30"), ("write", ""), ("current", PASSWORD)];
        let token = head.post("/account/tokens", &fields).await.shown_once();
        let header = format!("Bearer {token}");
        let bearer = async || {
            let headers = [("authorization", header.as_str())];
            node.visitor().send("GET", "/api/v1/dossiers", &Content::None, &headers).await.status
        };
        let proof = [("current", PASSWORD)];
        let link = path_of(&admin.post(&format!("/people/{}/link", thang.id), &proof).await.shown_once());
        let whole = (deputy.get("/outbox").await.status, bearer().await, node.visitor().get(&link).await.status);
        assert_eq!(whole, (200, 200, 200));

        for active in ["no", "yes"] {
            state(thang.id, active).await;
            assert_eq!(head.get("/account").await.status, 303, "the session");
            assert_eq!(bearer().await, 401, "the token");
            assert_eq!(node.visitor().get(&link).await.status, 404, "the link");
            assert_eq!(deputy.get("/outbox").await.status, 403, "what the deputy had borrowed");
            assert_eq!(deputy.get("/account").await.status, 200, "what is the deputy's own stays");
        }
        // The other way round: what a closed account had borrowed does not come back with it.
        stand_in(&node.signed_in(&thang).await, yen.id).await;
        assert_eq!(deputy.get("/outbox").await.status, 200);
        state(yen.id, "no").await;
        state(yen.id, "yes").await;
        assert_eq!(node.signed_in(&yen).await.get("/outbox").await.status, 403);
    }

    /// S5, ORG-09: however many changes wait, whoever is signed in looks and leaves.
    async fn whoever_looks_or_leaves_is_served_though_too_many_changes_wait(mut db: TestDb) {
        let full = dunghen::db::DbSettings {
            purpose: dunghen::db::Purpose::Serve,
            waiting_deeds: 0,
            ..dunghen::db::DbSettings::default()
        };
        let node = Node::over(&db).await;
        let mai = node.hire("mai", WARD, &[Role::Reception]).await;
        db.reopen(&full).await;
        let node = node.with(|app| app.db = dunghen::db::Db::clone(&db));
        // Two minutes later that the session is in use would be noted.
        let visitor = node.signed_in(&mai).await.before(&node.at(at(NOW).plus(SignedDuration::from_mins(2))));
        assert_eq!(visitor.post("/account/sessions/end", &[("which", "others")]).await.status, 503, "no room for a change");
        assert_eq!(visitor.get("/account").await.status, 200);
        assert_eq!(visitor.post("/sign-out", &[]).await.status, 303);
        assert_eq!(node.count("select count(*) from sessions").await, 0);
    }
}

pub async fn proposed(node: &Node, id: i64) -> Secret {
    let row = node.app.db.read(async |tx| store::second_factors::find(tx, id).await).await.unwrap().unwrap();
    node.app.keys.open(&row.sealed(), dunghen::seal::Use::SecondFactor).unwrap()
}

/// Sets a second factor up.
pub async fn confirmed(node: &Node, person: &dunghen::store::staff::Person) -> Secret {
    let visitor = node.signed_in(person).await;
    visitor.post("/account/second-factor/begin", &[("password", PASSWORD)]).await;
    let secret = proposed(node, person.id).await;
    let code = secret.code(node.desk().now.seconds().div_euclid(30));
    assert_eq!(visitor.post("/account/second-factor/confirm", &[("code", &code)]).await.status, 200);
    secret
}

/// S7: where it is required, nothing is reached without it but the page that sets it up.
#[test]
fn whoever_must_have_a_second_factor_reaches_nothing_without_it() {
    for (setting, owing) in [
        ("required", &[Role::Administrator, Role::UnitHead, Role::ControlOffice][..]),
        ("administrators", &[Role::Administrator]),
        ("offered", &[]),
    ] {
        on_sqlite(|db| async move {
            let node = Node::configured(&db, &[("DUNGHEN__SIGN_IN__SECOND_FACTOR", setting)]).await;
            for role in [Role::Administrator, Role::UnitHead, Role::ControlOffice, Role::Specialist] {
                let person = node.hire(role.id(), "H35.01", &[role]).await;
                let visitor = node.signed_in(&person).await;
                let owes = owing.contains(&role);
                for path in ["/account", "/people", "/audit", "/outbox", "/board", "/imports.csv"] {
                    let answer = visitor.get(path).await;
                    let led = answer.location() == "/account/second-factor";
                    assert_eq!(
                        led,
                        owes && path != "/imports.csv",
                        "{setting} {role} {path}: {}",
                        answer.status
                    );
                }
                let api = visitor.json("GET", "/api/v1/people", json!({})).await;
                if owes {
                    assert_eq!(api.status, 403);
                    assert_eq!(api.body()["field"], "second_factor");
                    visitor.get("/account/second-factor").await.shows("Bắt buộc");
                    confirmed(&node, &person).await;
                    let visitor = node.signed_in(&person).await;
                    assert_eq!(visitor.get("/account").await.status, 200, "once it is on");
                    let off = visitor
                        .post("/account/second-factor/change", &[("password", PASSWORD), ("deed", "off")])
                        .await;
                    assert_eq!(off.status, 422, "it stays on");
                }
            }
        });
    }
}

/// Outside of a demonstration administrators must, and nobody else.
#[test]
fn by_default_administrators_must_and_a_demonstration_asks_nobody() {
    use dunghen::config::{Configuration, Environment, SecondFactor};
    let empty = Environment::default();
    assert_eq!(
        Configuration::built_in(&empty).unwrap().settings.second_factor(),
        SecondFactor::Administrators
    );
    assert_eq!(Configuration::demonstration(&empty).unwrap().settings.second_factor(), SecondFactor::Offered);
}
