//! LATE-11, TIME-16: one person with two accounts is one person.

use dunghen::domain::law::{Amendment, LocalDayOff, Overlay};
use dunghen::domain::staff::Role;
use dunghen::work::decisions::{self, Proposal};
use serde_json::{Value, json};

use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};
use crate::world::*;

/// Gives an account a name and an address, as its administrator does.
async fn known_as(admin: &Visitor, login: &str, name: &str, email: &str) -> Value {
    let change = json!({ "name": name, "email": email });
    let changed = admin.json("PATCH", &format!("/api/v1/people/{login}"), change).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    changed.body()
}

async fn administrator(node: &Node) -> Visitor {
    let admin = node.hire("quantri", "H35.01", &[Role::Administrator]).await;
    node.signed_in(&admin).await
}

on_both! {
    /// LATE-11: the correction of a time takes two persons, whatever their accounts are called.
    async fn a_time_is_not_corrected_by_one_person_with_two_accounts(db: TestDb) {
        let node = Node::over(&db).await;
        let admin = administrator(&node).await;
        let clerk = node.hire("quay", CENTRE, &[Role::Reception]).await;
        let thang = node.hire("thang", WARD, &[Role::UnitHead]).await;
        let second = node.hire("thang.2", WARD, &[Role::UnitHead]).await;
        let code = node.receive(&clerk, CENTRE, PROCEDURE).await;
        node.happen(&clerk, &code, 1, json!({ "kind": "transfer", "to_unit": WARD })).await;
        let propose = json!({ "kind": "correction_proposed", "corrects": 1, "true_at": "2026-11-23T09:15:00+07:00",
            "reason": "Ghi nhầm giờ tiếp nhận" });
        node.happen(&thang, &code, 2, propose).await;
        let approve = async || {
            let body = json!({ "kind": "corrected", "proposal": 3, "reason": "Đã đối chiếu sổ", "expected_version": 3 });
            node.signed_in(&second).await.json("POST", &format!("/api/v1/dossiers/{code}/events"), body).await
        };
        known_as(&admin, "thang", "Giàng A Thắng", "thang@laichau.example").await;
        for (name, email, alike) in [
            ("Giàng A Thắng", "THANG@laichau.example", "cùng thư điện tử"),
            ("Một Tên Khác", "thang@laichau.example", "cùng thư điện tử"),
            ("giàng  a thắng", "", "cùng họ tên"),
        ] {
            known_as(&admin, "thang.2", name, email).await;
            let refused = approve().await;
            assert_eq!(refused.status, 403, "{name} {email}: {}", refused.text);
            refused.shows(alike);
        }
        // Namesakes are two persons once each has an address of their own.
        known_as(&admin, "thang.2", "Giàng A Thắng", "thang.b@laichau.example").await;
        let approved = approve().await;
        assert_eq!(approved.status, 201, "{}", approved.text);
        // Whoever made two persons of one for as long as it took is found in the log, which holds no address.
        known_as(&admin, "thang.2", "Giàng A Thắng", "thang@laichau.example").await;
        let read = "select detail from audit where action = 'account_changed' and subject = 'thang.2' order by seq";
        let logged: Vec<(String,)> = db.read(async |tx| tx.query(read).fetch_all().await).await.unwrap();
        assert!(logged.iter().all(|(detail,)| !detail.contains('@')), "{logged:?}");
        let logged: Vec<Value> = logged.iter().map(|(detail,)| serde_json::from_str(detail).unwrap()).collect();
        let [first, second, third, apart, back] = logged.as_slice() else { panic!("{logged:?}") };
        for (change, changed, was, is) in [
            (first, json!(["name", "email"]), json!(null), json!(["thang"])),
            (second, json!(["name", "email"]), json!(["thang"]), json!(["thang"])),
            (third, json!(["name", "email"]), json!(["thang"]), json!(["thang"])),
            (apart, json!(["name", "email"]), json!(["thang"]), json!(null)),
            (back, json!(["email"]), json!(null), json!(["thang"])),
        ] {
            let told = (&change["changed"], &change["alike_before"], &change["alike"]);
            assert_eq!(told, (&changed, &was, &is), "{change}");
        }
        let codes = [&apart["from"]["email"], &apart["to"]["email"], &back["from"]["email"], &back["to"]["email"]];
        assert!(codes[0].is_null() && codes[1].is_string() && codes[1] == codes[2] && codes[2] != codes[3], "{codes:?}");
        assert_eq!(codes[3], &first["to"]["email"], "capitals make no other address");
    }

    /// TIME-16: nor is the calendar published by whoever has proposed the change; who keeps the accounts sees it.
    async fn a_calendar_is_not_published_by_one_person_with_two_accounts(db: TestDb) {
        let node = Node::over(&db).await;
        let admin = administrator(&node).await;
        let huy = node.hire("huy", "H35.01", &[Role::ControlOffice]).await;
        let second = node.hire("huy.2", "H35.01", &[Role::ControlOffice]).await;
        let off = LocalDayOff {
            unit: OTHER.parse().unwrap(),
            day: "2026-12-03".parse().unwrap(),
            name: "Nghỉ do bão".to_owned(),
            document: "12/QĐ-UBND".to_owned(),
            makeup: None,
            alone: false,
        };
        let new = Proposal {
            amendment: Amendment::Overlay(Overlay { off: vec![off], ..Overlay::default() }),
            original: None,
            document: "12/QĐ-UBND".to_owned(),
            signer: "Chủ tịch UBND xã".to_owned(),
            effective_on: None,
            reason: "Mưa lũ".to_owned(),
        };
        let (desk, proposer) = (node.desk(), actor(&huy));
        let propose = async move |tx: &mut dunghen::db::Tx| decisions::propose(tx, &desk, &proposer, &new, None).await;
        let id = db.write(propose).await.unwrap();
        let publish = async || {
            let edition = node.app.province().edition;
            let path = format!("/api/v1/calendars/decisions/{id}/publish");
            node.signed_in(&second).await.json("POST", &path, json!({ "expected_edition": edition })).await
        };
        known_as(&admin, "huy", "Nguyễn Văn Huy", "huy@laichau.example").await;
        let (huy, huy_2) = (format!("/people/{}", huy.id), format!("/people/{}", second.id));
        admin.get(&huy).await.hides("Có thể là tài khoản thứ hai");
        for (email, word, alike) in [("huy@LAICHAU.example", "thư điện tử", "Cùng thư điện tử với"), ("", "họ tên", "Cùng họ tên với")] {
            known_as(&admin, "huy.2", "Nguyễn Văn Huy", email).await;
            let refused = publish().await;
            assert_eq!(refused.status, 403, "{email}: {}", refused.text);
            refused.shows(word);
            admin.get(&huy).await.shows(&format!("{alike} huy.2"));
            admin.get(&huy_2).await.shows(&format!("{alike} huy"));
            admin.get("/audit?action=account_changed").await.shows("giống tài khoản: [&#34;huy&#34;]");
        }
        known_as(&admin, "huy.2", "Nguyễn Văn Huy", "huy.b@laichau.example").await;
        let unseen = publish().await;
        assert_eq!(unseen.status, 409, "now only the preview is missing: {}", unseen.text);
        admin.get(&huy).await.hides("Có thể là tài khoản thứ hai");
    }
}
