//! Persons and codes are found as people at a counter know them, and nobody's dossier by anybody else.

use dunghen::db::Db;
use dunghen::domain::applicant::Applicant;
use dunghen::domain::finding::Sought;
use dunghen::domain::staff::Role;
use dunghen::store::lists::Filter;
use dunghen::store::search_terms;
use dunghen::work::digest::scope;
use dunghen::work::intake::NewDossier;
use dunghen::work::{erasure, findable, finding};

use crate::office::*;
use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};

const NOW: &str = "2026-08-25 09:00";

fn filed_by(name: &str, identifier: Option<&str>, phone: Option<&str>) -> NewDossier {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let applicant = Applicant {
        name: name.to_owned(),
        identifier: owned(identifier),
        phone: owned(phone),
        ..Applicant::default()
    };
    NewDossier { applicant, ..filed(THREE_DAYS) }
}

fn of(unit: &str) -> Filter {
    Filter { units: scope(&[unit.parse().unwrap()]), ..Filter::default() }
}

/// The codes of a page, and where the next one begins.
async fn page(
    office: &Office,
    db: &Db,
    unit: &str,
    typed: &str,
    below: Option<i64>,
    limit: usize,
) -> (Vec<String>, Option<i64>) {
    let (desk, person) = (office.desk(at(NOW)), Sought::of(typed).person.unwrap());
    let look = async |tx: &mut dunghen::db::Tx| {
        finding::by_person(tx, &desk, &of(unit), &person, below, limit).await
    };
    let found = db.read(look).await.unwrap();
    (found.rows.into_iter().map(|(listed, _)| listed.code).collect(), found.next)
}

async fn found(office: &Office, db: &Db, typed: &str) -> Vec<String> {
    page(office, db, COMMUNE, typed, None, 100).await.0
}

on_both! {
    /// DATA-05: by name and by the end of a number, in one's units alone, the last one first.
    async fn a_person_is_found_by_what_one_knows_of_them(db: TestDb) {
        let office = Office::open(&db).await;
        let counter = office.hire(&db, CENTRE, &[Role::Reception]).await;
        let mut codes = Vec::new();
        for (name, identifier, phone) in [
            ("Nguyễn Thị Phượng", Some("012345671234"), Some("0912345678")),
            ("Nguyễn Văn Phương", None, Some("+84 987 655 678")),
            ("Đỗ Thị Nguyên", Some("012345675678"), None),
        ] {
            let new = filed_by(name, identifier, phone);
            codes.push(office.receive(&db, at(NOW), &counter, &new).await.unwrap().code);
        }
        for (typed, meant) in [
            ("nguyen thi phuong", &[0][..]),
            ("PHƯỢNG nguyễn", &[1, 0]),
            ("nguy", &[2, 1, 0]),
            ("do thi", &[2]),
            ("thi", &[2, 0]),
            ("Lò Thị Mai", &[]),
            ("5678", &[2, 1, 0]),
            ("345678", &[0]),
            ("71234", &[0]),
            ("0000", &[]),
        ] {
            let meant: Vec<&String> = meant.iter().map(|place: &usize| &codes[*place]).collect();
            assert_eq!(found(&office, &db, typed).await.iter().collect::<Vec<_>>(), meant, "{typed}");
            assert_eq!(page(&office, &db, "H35.22", typed, None, 100).await.0, [""; 0], "{typed}");
        }
        let (mut all, mut below) = (Vec::new(), None);
        loop {
            let (one, next) = page(&office, &db, CENTRE, "ng", below, 1).await;
            all.extend(one);
            below = next;
            if below.is_none() {
                break;
            }
        }
        codes.reverse();
        assert_eq!(all, codes);
    }

    /// Whoever was taken in by an older program is found once the index has caught up; whoever was erased, never.
    async fn the_index_catches_up_and_forgets(db: TestDb) {
        let office = Office::open(&db).await;
        let counter = office.hire(&db, CENTRE, &[Role::Reception]).await;
        for name in ["Giàng A Páo", "Giàng Thị Mỷ", "Giàng A Sử"] {
            office.receive(&db, at(NOW), &counter, &filed_by(name, None, Some("0912345678"))).await.unwrap();
        }
        let kept = count(&db, "select count(*) from search_terms").await;
        assert!(kept > 12, "{kept}");
        db.write(async |tx| {
            tx.query("delete from search_terms").execute().await?;
            tx.query("update applicants set findable = null").execute().await
        })
        .await
        .unwrap();
        assert_eq!(found(&office, &db, "giang").await, [""; 0]);
        for (limit, done) in [(2, 2), (2, 1), (2, 0)] {
            let desk = office.desk(at(NOW));
            let deed = async move |tx: &mut dunghen::db::Tx| findable::catch_up(tx, &desk, limit).await;
            assert_eq!(db.write(deed).await.unwrap(), done);
        }
        assert_eq!(count(&db, "select count(*) from search_terms").await, kept);
        assert_eq!(found(&office, &db, "giang").await.len(), 3);

        let due: Vec<_> = db
            .read(async |tx| {
                tx.query("select received_on, id, applicant_id from dossiers order by id").fetch_all().await
            })
            .await
            .unwrap();
        let (desk, two) = (office.desk(at(NOW)), due[..2].to_vec());
        db.write(async move |tx| erasure::erase(tx, &desk, &two).await).await.unwrap();
        assert_eq!(found(&office, &db, "giang").await.len(), 1);
        assert_eq!(found(&office, &db, "5678").await.len(), 1);
        let (desk, last) = (office.desk(at(NOW)), due[2..].to_vec());
        db.write(async move |tx| erasure::erase(tx, &desk, &last).await).await.unwrap();
        assert_eq!(count(&db, "select count(*) from search_terms").await, 0);
    }

    /// However many share a name, a page looks at so many alone: it may be short, and the next one goes on.
    async fn a_search_is_bounded_and_goes_on_where_it_ended(db: TestDb) {
        let office = Office::open(&db).await;
        let counter = office.hire(&db, CENTRE, &[Role::Reception]).await;
        let code = office.receive(&db, at(NOW), &counter, &filed_by("Quàng Thị Ún", None, None)).await.unwrap().code;
        let term = office.desk(at(NOW)).keys.term_key().term("word", "quan");
        // Others of that name, whose dossiers nobody here sees.
        let others = db.write(async move |tx| {
            tx.query(
                "with recursive n (i) as (select 1000 union all select i + 1 from n where i < 120999)
                 insert into search_terms (term, applicant_id) select $1, i from n",
            )
            .bind(term)
            .execute()
            .await
        });
        assert_eq!(others.await.unwrap(), 120_000);
        let (first, next) = page(&office, &db, COMMUNE, "quang", None, 10).await;
        assert_eq!(first, [""; 0]);
        let below = next.expect("others are still to be looked at");
        assert!((1_000..121_000).contains(&below), "{below}");
        assert_eq!(page(&office, &db, COMMUNE, "quang", Some(below), 10).await, (vec![code.clone()], None));
        // With a word that few have there is nothing to walk over.
        assert_eq!(page(&office, &db, COMMUNE, "quang un", None, 10).await, (vec![code], None));
        let few = db.read(async |tx| search_terms::count(tx, term, 50).await).await.unwrap();
        assert_eq!(few, 50, "nobody counts further than they want to know");
    }

    /// CODE-01, CODE-02: a code is found in part, without what separates it, and by its number of the day.
    async fn a_code_is_found_however_it_was_typed(db: TestDb) {
        let office = Office::open(&db).await;
        let counter = office.hire(&db, CENTRE, &[Role::Reception]).await;
        let mut codes = Vec::new();
        for when in ["2026-08-03 09:00", "2026-08-24 09:00", "2026-08-24 10:00", NOW] {
            codes.push(office.receive(&db, at(when), &counter, &filed(THREE_DAYS)).await.unwrap().code);
        }
        assert_eq!(codes[3], "H35.21.01-260825-0001");
        let ask = async |unit: &str, typed: &str| {
            let (desk, code) = (office.desk(at(NOW)), Sought::of(typed).code.unwrap());
            let filter = of(unit);
            let look = async |tx: &mut dunghen::db::Tx| finding::by_code(tx, &desk, &filter, &code, None, 50).await;
            let found = db.read(look).await.unwrap();
            found.into_iter().map(|listed| listed.code).collect::<Vec<_>>()
        };
        for (typed, meant) in [
            ("h35.21.01-2608", &[0, 1, 2, 3][..]),
            ("h3521012608", &[0, 1, 2, 3]),
            ("h35 21 01 260824", &[1, 2]),
            ("H3521012608240002", &[2]),
            ("1", &[3, 1]),
            ("0002", &[2]),
            ("260824-2", &[2]),
            ("260803-0001", &[0]),
            ("9", &[]),
            ("http://localhost:8080/tra-cuu?code=H35.21.01-260825-0001", &[3]),
        ] {
            let meant: Vec<&String> = meant.iter().map(|place: &usize| &codes[*place]).collect();
            assert_eq!(ask(COMMUNE, typed).await.iter().collect::<Vec<_>>(), meant, "{typed}");
            assert_eq!(ask("H35.22", typed).await, [""; 0], "{typed}");
        }
        // Page after page, in the order of the codes.
        let (mut paged, mut after) = (Vec::new(), None);
        loop {
            let (desk, code, filter) = (office.desk(at(NOW)), Sought::of("h3521").code.unwrap(), of(COMMUNE));
            let look = async |tx: &mut dunghen::db::Tx| finding::by_code(tx, &desk, &filter, &code, after, 3).await;
            let page = db.read(look).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(dunghen::store::lists::Cursor { late_from: last.late_from.unwrap(), id: last.id });
            paged.extend(page.into_iter().map(|listed| listed.code));
        }
        assert_eq!(paged, codes);
    }
}
