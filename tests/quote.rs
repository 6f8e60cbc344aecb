//! "If received now": every procedure of a counter at once, with what its applicant should know.

use std::sync::Arc;

use dunghen::config::{Configuration, Environment};
use dunghen::db::Error;
use dunghen::domain::procedure::Competent;
use dunghen::domain::refusal::Language;
use dunghen::seal::Keyring;
use dunghen::work::desk::{Desk, House};
use dunghen::work::quote::{Offer, Warning, offers, quote};

/// Đoàn Kết ward's centre and the province's.
const WARD_CENTRE: &str = "H35.21.01";
const PROVINCE_CENTRE: &str = "H35.01.01";

/// The shipped province, in which 2027 is only estimated.
fn desk(now: &str) -> Desk {
    let configuration = Configuration::built_in(&Environment::default()).unwrap();
    let house = House {
        public_url: String::new(),
        mail_domain: String::new(),
        place: String::new(),
        alerts_per_hour: 20,
    };
    Desk {
        province: configuration.province,
        keys: Arc::new(Keyring::generate()),
        house: Arc::new(house),
        now: now.parse().unwrap(),
    }
}

fn offer<'o, 'd>(offers: &'o [Offer<'d>], code: &str) -> &'o Offer<'d> {
    offers.iter().find(|offer| offer.procedure.code.as_str() == code).unwrap()
}

/// The ids of the warnings of one procedure, and its day.
fn told(now: &str, unit: &str, code: &str) -> (Vec<&'static str>, Option<String>) {
    let desk = desk(now);
    let all = offers(&desk, unit, "").unwrap();
    let offer = offer(&all, code);
    let ids = offer.warnings.iter().map(Warning::id).collect();
    (ids, offer.due.map(|due| due.on.to_string()))
}

#[test]
fn a_list_promises_what_a_receipt_would() {
    for now in ["2026-11-20T16:00:00+07:00", "2026-11-21T09:00:00+07:00", "2026-11-23T08:00:00+07:00"] {
        let desk = desk(now);
        let mut dated = 0;
        for offer in offers(&desk, WARD_CENTRE, "").unwrap() {
            let one = quote(&desk, offer.procedure.code.as_str(), WARD_CENTRE);
            let is_estimate = offer.warnings.iter().any(|warning| warning.id() == "calendar_not_final");
            match one {
                Ok(one) => {
                    assert_eq!(
                        one.promise.map(|promise| (promise.due_at, promise.due_on)),
                        offer.due.map(|due| (due.at, due.on)),
                        "{}",
                        offer.procedure.code
                    );
                    assert_eq!(one.warnings, offer.warnings);
                    dated += 1;
                }
                Err(Error::Refused(_)) => assert!(is_estimate, "{} at {now}", offer.procedure.code),
                Err(error) => panic!("{error}"),
            }
        }
        assert!(dated >= 55, "{dated} at {now}");
    }
}

/// TIME-06: certification, after 15:00 and before.
#[test]
fn after_the_cut_off_the_next_working_day_is_named() {
    assert_eq!(
        told("2026-11-23T15:00:00+07:00", WARD_CENTRE, "2.000815"),
        (vec![], Some("2026-11-23".into()))
    );
    assert_eq!(
        told("2026-11-23T15:00:01+07:00", WARD_CENTRE, "2.000815"),
        (vec!["after_cutoff"], Some("2026-11-25".into()))
    );
    let desk = desk("2026-11-23T15:00:01+07:00");
    let all = offers(&desk, WARD_CENTRE, "chung thuc ban sao").unwrap();
    let said = all[0].warnings[0].say(&desk);
    assert_eq!(said.to(Language::Vietnamese), "Đã sau 15:00, hồ sơ được tính sang Thứ Tư 25/11/2026.");
    assert_eq!(
        said.to(Language::English),
        "It is after 15:00: the dossier is taken up on Wednesday 25 Nov 2026."
    );
}

#[test]
fn on_a_day_off_every_limit_says_from_when_it_runs() {
    let desk = desk("2026-11-21T09:00:00+07:00");
    for offer in offers(&desk, WARD_CENTRE, "").unwrap() {
        let off = offer.warnings.iter().any(|warning| warning.id() == "day_off");
        assert_eq!(off, offer.due.is_some(), "{}", offer.procedure.code);
        assert!(offer.warnings.iter().all(|warning| warning.id() != "after_cutoff"));
    }
}

/// TIME-15: an estimate is shown as one, and a receipt gets none.
#[test]
fn a_day_in_a_year_that_is_not_final_is_an_estimate() {
    let (warnings, due) = told("2026-12-30T09:00:00+07:00", WARD_CENTRE, "1.004873");
    assert_eq!((warnings, due), (vec!["calendar_not_final"], Some("2027-01-05".into())));
    assert_eq!(told("2026-12-30T09:00:00+07:00", WARD_CENTRE, "2.001035").0, ["calendar_not_final"]);
    assert!(quote(&desk("2026-12-30T09:00:00+07:00"), "1.004873", WARD_CENTRE).is_err());
}

/// ORG-04: any centre receives for any agency, but only a commune decides for its people.
#[test]
fn who_settles_it_elsewhere_is_named() {
    let now = "2026-11-23T08:00:00+07:00";
    assert_eq!(told(now, WARD_CENTRE, "1.012781").0, ["settled_elsewhere"]);
    assert!(told(now, WARD_CENTRE, "1.004873").0.is_empty());
    assert_eq!(told(now, PROVINCE_CENTRE, "1.004873"), (vec!["file_at_commune"], None));
    let desk = desk(now);
    for offer in offers(&desk, PROVINCE_CENTRE, "").unwrap() {
        let of_commune = offer.procedure.competent == Competent::CommuneOfReceipt;
        assert_eq!(offer.competent_unit.is_none(), of_commune, "{}", offer.procedure.code);
    }
    assert!(offers(&desk, "H35.99", "").is_err());
}

#[test]
fn a_procedure_is_found_without_accents_by_any_of_its_words() {
    let desk = desk("2026-11-23T08:00:00+07:00");
    let found = |asked: &str| {
        let all = offers(&desk, WARD_CENTRE, asked).unwrap();
        all.iter().map(|offer| offer.procedure.code.to_string()).collect::<Vec<_>>()
    };
    assert!(found("ket hon").contains(&"1.000894".to_owned()));
    assert_eq!(found("1.004873"), ["1.004873"]);
    assert_eq!(found("tinh trạng hon  NHAN"), ["1.004873"]);
    assert_eq!(found("marital status"), ["1.004873"]);
    assert!(found("dat dai").len() >= 5, "by its field");
    assert!(found("khong co thu tuc nay").is_empty());
}
