//! Who may do what, and where.

use super::*;
use crate::domain::unit::tests::{code, unit};

const DEEDS: [Deed; 39] = [
    Deed::Receive,
    Deed::RefuseReceipt,
    Deed::Transfer,
    Deed::Assign,
    Deed::Step,
    Deed::RequestSupplement,
    Deed::RequestSecondSupplement,
    Deed::ReceiveSupplement,
    Deed::RequestPayment,
    Deed::ConfirmPayment,
    Deed::ExcludeTime,
    Deed::AskOpinion,
    Deed::AnswerOpinion,
    Deed::Settle,
    Deed::Return,
    Deed::Withdraw,
    Deed::Stop,
    Deed::Reopen,
    Deed::DraftApology,
    Deed::IssueApology,
    Deed::DeliverApology,
    Deed::ApproveExemption,
    Deed::Correct,
    Deed::ApproveCorrection,
    Deed::Urge,
    Deed::Explain,
    Deed::View,
    Deed::ViewPerson,
    Deed::ViewProvince,
    Deed::ViewAudit,
    Deed::ReadLetters,
    Deed::Publish,
    Deed::ManageCalendar,
    Deed::ManageCatalogue,
    Deed::Recompute,
    Deed::ManagePeople,
    Deed::ManageService,
    Deed::Import,
    Deed::RunJobs,
];

/// A province with its centre, two departments, and a commune with its centre.
fn province() -> UnitTree {
    UnitTree::new(vec![
        unit("H35", UnitKind::Province, Tier::Province, ""),
        unit("H35.01", UnitKind::Office, Tier::Province, "H35"),
        unit("H35.01.01", UnitKind::Centre, Tier::Province, "H35.01"),
        unit("H35.02", UnitKind::Department, Tier::Province, "H35"),
        unit("H35.03", UnitKind::Department, Tier::Province, "H35"),
        unit("H35.21", UnitKind::Commune, Tier::Commune, "H35"),
        unit("H35.21.01", UnitKind::Centre, Tier::Commune, "H35.21"),
        unit("H35.22", UnitKind::Commune, Tier::Commune, "H35"),
    ])
    .unwrap()
}

fn actor(at: &str, role: Role) -> Actor {
    Actor::new(StaffId(1), code(at), [role])
}

/// Received at the commune's centre, settled by one department with the help of another.
fn allows(actor: &Actor, deed: Deed) -> Result<(), Forbidden> {
    let (receiving, competent, coordinating) = (code("H35.21.01"), code("H35.02"), [code("H35.03")]);
    let parties =
        Parties { receiving: &receiving, competent: &competent, current: None, coordinating: &coordinating };
    may(actor, deed, Subject::Dossier(parties), &province())
}

#[test]
fn org_13_a_dossier_is_seen_from_each_of_its_units_and_those_above() {
    for at in ["H35.21.01", "H35.21", "H35.02", "H35.03", "H35"] {
        assert_eq!(allows(&actor(at, Role::Specialist), Deed::View), Ok(()), "{at}");
    }
    for at in ["H35.22", "H35.01", "x-elsewhere"] {
        assert_eq!(
            allows(&actor(at, Role::Specialist), Deed::View),
            Err(Forbidden::Unit(Deed::View)),
            "{at}"
        );
    }
}

#[test]
fn org_13_control_office_chair_and_inspector_see_every_unit() {
    for role in [Role::ControlOffice, Role::Chair, Role::Inspector] {
        assert_eq!(allows(&actor("H35.22", role), Deed::View), Ok(()), "{role}");
        assert_eq!(watched_root(&actor("H35.22", role), &province()), None);
    }
    assert_eq!(allows(&actor("H35.22", Role::Administrator), Deed::View), Err(Forbidden::Role(Deed::View)));
}

#[test]
fn org_11_the_head_of_the_provincial_centre_sees_and_urges_everywhere() {
    let manager = actor("H35.01.01", Role::CentreManager);
    for deed in [Deed::View, Deed::Urge, Deed::ViewProvince] {
        assert_eq!(allows(&manager, deed), Ok(()), "{deed:?}");
    }
}

#[test]
fn org_12_the_head_of_a_communes_centre_watches_over_the_commune_only() {
    let units = province();
    let manager = actor("H35.21.01", Role::CentreManager);
    assert_eq!(watched_root(&manager, &units), Some(&code("H35.21")));
    assert_eq!(allows(&manager, Deed::View), Ok(()));
    assert_eq!(allows(&manager, Deed::ViewProvince), Err(Forbidden::Role(Deed::ViewProvince)));
    let (here, there) = (code("H35.21"), code("H35.22"));
    assert_eq!(may(&manager, Deed::View, Subject::Unit(&here), &units), Ok(()));
    assert_eq!(may(&manager, Deed::View, Subject::Unit(&there), &units), Err(Forbidden::Unit(Deed::View)));
}

#[test]
fn each_role_acts_on_its_own_side_of_a_dossier() {
    assert_eq!(allows(&actor("H35.21.01", Role::Reception), Deed::Return), Ok(()));
    assert_eq!(allows(&actor("H35.02", Role::Reception), Deed::Return), Err(Forbidden::Unit(Deed::Return)));
    assert_eq!(allows(&actor("H35.02", Role::UnitHead), Deed::IssueApology), Ok(()), "LATE-04");
    for elsewhere in ["H35.21", "H35.03"] {
        let head = actor(elsewhere, Role::UnitHead);
        assert_eq!(
            allows(&head, Deed::IssueApology),
            Err(Forbidden::Unit(Deed::IssueApology)),
            "{elsewhere}"
        );
    }
    assert_eq!(allows(&actor("H35.03", Role::Coordinator), Deed::AnswerOpinion), Ok(()));
    assert_eq!(
        allows(&actor("H35.02", Role::Coordinator), Deed::AnswerOpinion),
        Err(Forbidden::Unit(Deed::AnswerOpinion))
    );
}

#[test]
fn only_the_head_signs_apologies_and_approves_exceptions() {
    for deed in [
        Deed::IssueApology,
        Deed::ApproveExemption,
        Deed::ApproveCorrection,
        Deed::RequestSecondSupplement,
        Deed::Reopen,
    ] {
        for role in Role::ALL.into_iter().filter(|role| *role != Role::UnitHead) {
            assert_eq!(allows(&actor("H35.02", role), deed), Err(Forbidden::Role(deed)), "{role} {deed:?}");
        }
        assert_eq!(
            allows(&actor("H35.02", Role::UnitHead), deed),
            Ok(()),
            "LATE-04, LATE-08, LATE-11, SUP-02"
        );
    }
}

#[test]
fn the_inspector_changes_nothing_and_sees_no_contacts() {
    let inspector = actor("H35", Role::Inspector);
    let done: Vec<Deed> = DEEDS.into_iter().filter(|deed| allows(&inspector, *deed).is_ok()).collect();
    assert_eq!(done, [Deed::View, Deed::ViewProvince, Deed::ViewAudit]);
}

#[test]
fn applicants_and_the_public_do_nothing_here() {
    for role in [Role::Applicant, Role::Public] {
        assert!(DEEDS.into_iter().all(|deed| allows(&actor("H35", role), deed).is_err()), "{role}");
    }
}

#[test]
fn an_administrator_keeps_people_but_sees_no_dossier() {
    let (units, admin) = (province(), actor("H35.01", Role::Administrator));
    let anywhere = code("H35.22");
    assert_eq!(may(&admin, Deed::ManagePeople, Subject::Unit(&anywhere), &units), Ok(()));
    assert_eq!(may(&admin, Deed::Import, Subject::Whole, &units), Ok(()));
    assert_eq!(allows(&admin, Deed::View), Err(Forbidden::Role(Deed::View)));
    assert_eq!(allows(&admin, Deed::ViewPerson), Err(Forbidden::Role(Deed::ViewPerson)));
}

#[test]
fn who_holds_the_current_step_acts_though_another_unit_is_competent() {
    let (receiving, competent, current) = (code("H35.21.01"), code("H35.02"), code("H35.03"));
    let parties =
        Parties { receiving: &receiving, competent: &competent, current: Some(&current), coordinating: &[] };
    let specialist = actor("H35.03", Role::Specialist);
    assert_eq!(may(&specialist, Deed::Step, Subject::Dossier(parties), &province()), Ok(()));
}

#[test]
fn late_04_the_head_of_a_unit_that_merely_holds_it_signs_nothing() {
    let (receiving, competent, current) = (code("H35.21.01"), code("H35.02"), code("H35.03"));
    let parties =
        Parties { receiving: &receiving, competent: &competent, current: Some(&current), coordinating: &[] };
    for deed in [Deed::IssueApology, Deed::ApproveExemption, Deed::RequestSecondSupplement] {
        let by = |at| may(&actor(at, Role::UnitHead), deed, Subject::Dossier(parties), &province());
        assert_eq!(by("H35.03"), Err(Forbidden::Unit(deed)));
        assert_eq!(by("H35.02"), Ok(()), "{deed:?}");
    }
    let settles = may(&actor("H35.03", Role::UnitHead), Deed::Settle, Subject::Dossier(parties), &province());
    assert_eq!(settles, Ok(()), "who holds it may settle it");
}

#[test]
fn roles_are_read_by_the_names_under_which_they_are_stored() {
    for role in Role::ALL {
        assert_eq!(role.id().parse::<Role>(), Ok(role));
        assert_eq!(serde_json::to_string(&role).unwrap(), format!("{:?}", role.id()));
    }
    assert!("boss".parse::<Role>().is_err());
}
